"""What takes the files of a bundle: a zip or a folder."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Protocol

from docc2context.bundle.byte_counter import ByteCounter, too_large
from docc2context.bundle.destinations import output_file, writing
from docc2context.bundle.packing import PackedFile, Packing, deflated, plain
from docc2context.bundle.zip_writer import MAX_ENTRY_BYTES, ZipWriter

_COMPRESSED = (
    *(".avif", ".gif", ".heic", ".jpeg", ".jpg", ".png", ".webp"),
    *(".m4v", ".mov", ".mp4", ".webm", ".m4a", ".mp3"),
    *(".7z", ".br", ".bz2", ".dmg", ".gz", ".tgz", ".xz", ".zip", ".zst"),
)
"""Files that deflating would not make smaller."""

_DEFLATED_BYTES = 4 << 20
"""An asset that is larger would need more memory than a page; it is stored."""


class Sink(Protocol):
    """Takes the files of a bundle in order."""

    written: int
    """Bytes so far, before compression."""

    @property
    def pack(self) -> Packing:
        """Packs a file for `write`; needs no sink, so that worker processes can do it."""

    def write(self, path: str, file: PackedFile) -> None:
        """Add a file. Raises OutputTooLarge once all files together outgrow the limit."""

    def write_asset(self, path: str, size: int, pieces: Iterable[bytes]) -> None:
        """Add a file that comes in pieces, `size` bytes in all; takes none if that is too many.

        Raises as `write` does.
        """


class ZipSink(ByteCounter):
    """A zip with fixed dates and modes, its entries in the order written."""

    pack = staticmethod(deflated)

    def __init__(self, file: BinaryIO, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self._zip = ZipWriter(file)

    def write(self, path: str, file: PackedFile) -> None:
        self.count(file.size)
        self._zip.add(path, file)

    def write_asset(self, path: str, size: int, pieces: Iterable[bytes]) -> None:
        if size > MAX_ENTRY_BYTES:
            raise too_large(MAX_ENTRY_BYTES)
        self.count(size)
        # Whole, because libdeflate does not stream, and another library would make other bytes.
        if size <= _DEFLATED_BYTES and not path.lower().endswith(_COMPRESSED):
            self._zip.add(path, deflated(b"".join(pieces)))
        else:
            self._zip.add_stored(path, size, pieces)

    def close(self) -> None:
        """Write the central directory; without it there is no zip."""
        self._zip.close()


class FolderSink(ByteCounter):
    """A folder, its sub-folders made as needed; `path` is the name that the caller gave."""

    pack = staticmethod(plain)

    def __init__(self, folder: Path, path: Path, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self._folder = folder
        self._path = path
        self._made = {folder}

    def write(self, path: str, file: PackedFile) -> None:
        self.count(file.size)
        with self._file(path) as out:
            out.write(file.data)

    def write_asset(self, path: str, size: int, pieces: Iterable[bytes]) -> None:
        self.count(size)
        with self._file(path) as file:
            file.writelines(pieces)

    def _file(self, path: str) -> BinaryIO:
        target = self._folder / path
        if target.parent not in self._made:
            with writing(self._path):
                target.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(target.parent)
        return output_file(target, self._path)
