"""An archive as a folder on disk."""

from pathlib import Path

from docc2context.archive.layout import find_layout
from docc2context.archive.limits import MAX_METADATA_BYTES, METADATA, Limits, check_page_sizes


class FolderArchive:
    """An archive as a folder on disk; links in it are not followed."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        base = folder.resolve()
        files = {
            path.relative_to(base.parent).as_posix(): path
            for path in base.rglob("*.json")
            if path.is_file() and not path.is_symlink()
        }
        layout = find_layout(files)
        self.pages = layout.pages
        self._files = {page: files[layout.root + page] for page in layout.pages}
        self._metadata = files.get(layout.root + METADATA)
        check_page_sizes(
            ((page, file.stat().st_size) for page, file in self._files.items()), limits
        )

    def read(self, page: str) -> bytes:
        return self._files[page].read_bytes()

    def metadata(self) -> bytes | None:
        file = self._metadata
        if file is None or file.stat().st_size > MAX_METADATA_BYTES:
            return None
        return file.read_bytes()
