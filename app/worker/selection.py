"""The files of an archive that an outside converter gets, on their way to a folder.

The locked child that reads the upload cannot open files. It writes what it has selected, one after
the other, to a descriptor: the length of the name, that of the content, the name, the content.
The unpacking side trusts none of it: the child has read a stranger's bytes.
"""

import errno
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from docc2context.archive.layout import METADATA
from docc2context.archive.limits import Limits
from docc2context.archive.metering import Reading, open_metered
from docc2context.archive.names import MAX_NAME_BYTES
from docc2context.archive.reader import Archive

_HEAD: Final = struct.Struct("<IQ")

_INFO: Final = "Info.plist"
"""The Swift tool reads names from it; DocC's is a few hundred bytes."""

_MAX_INFO_BYTES: Final = 1_000_000
_PIECE_BYTES: Final = 1 << 20


class NameTooLong(Exception):
    """The file system cannot hold an entry's name, though it is sound; `entry` is the name."""

    def __init__(self, entry: str) -> None:
        super().__init__(entry)
        self.entry = entry


def select(source: BinaryIO, destination: BinaryIO, limits: Limits, reading: Reading) -> int:
    """Write the pages of the archive, its metadata and its Info.plist; return how many pages.

    What that costs is recorded in `reading`. Raises ArchiveRefused.
    """
    with open_metered(source, limits, reading, assets=True) as archive:
        for name, content in _selected_files(archive):
            raw = name.encode()
            destination.write(_HEAD.pack(len(raw), len(content)) + raw + content)
        return len(archive.pages)


def _selected_files(archive: Archive) -> Iterator[tuple[str, bytes]]:
    metadata = archive.metadata()
    if metadata is not None:
        yield METADATA, metadata
    if _INFO in archive.assets and archive.asset_size(_INFO) <= _MAX_INFO_BYTES:
        yield _INFO, b"".join(archive.read_asset(_INFO))
    for page in archive.pages:
        yield page, archive.read(page)


def unpack(selection: BinaryIO, folder: Path) -> int:
    """Make the files in a new folder, to which nothing else has access; return their total size.

    Raises NameTooLong, ValueError for what `select` never writes, OSError such as for a full disk.
    """
    total = 0
    while head := selection.read(_HEAD.size):
        if len(head) != _HEAD.size:
            raise ValueError("a selection is cut off")
        length, size = _HEAD.unpack(head)
        path = folder / _safe_name(selection.read(length) if length <= MAX_NAME_BYTES else b"")
        total += size
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                _copy(selection, file, size)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                raise NameTooLong(str(path.relative_to(folder))) from error
            raise
    return total


def _safe_name(raw: bytes) -> str:
    name = raw.decode()
    if "\0" in name or not {"", ".", ".."}.isdisjoint(name.split("/")):
        raise ValueError("a selected file has an unsafe name")
    return name


def _copy(source: BinaryIO, destination: BinaryIO, size: int) -> None:
    while size > 0:
        piece = source.read(min(size, _PIECE_BYTES))
        if not piece:
            raise ValueError("a selected file is cut off")
        destination.write(piece)
        size -= len(piece)
