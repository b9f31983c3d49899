"""Assets on their way from an archive into a bundle, in pieces and each once."""

import hashlib
from collections.abc import Iterator, Mapping

from docc2context.archive.reader import Archive
from docc2context.bundle.manifest import AssetEntry
from docc2context.bundle.sinks import Sink


def copy_assets(assets: Mapping[str, str], archive: Archive, sink: Sink) -> list[AssetEntry]:
    """Write each of the assets where it goes, in the order of their names in the archive.

    `assets` has the path in the bundle of each, by its name in the archive.

    Raises LimitExceeded if they are too large together with the pages, before any is read;
    OutputTooLarge before one is read that no longer fits; ArchiveRefused if one is damaged,
    EntryUnreadable if the system does not let us read one.
    """
    archive.check_assets(assets)
    return [_copied(name, assets[name], archive, sink) for name in sorted(assets)]


def _copied(name: str, path: str, archive: Archive, sink: Sink) -> AssetEntry:
    digest = hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        for piece in archive.read_asset(name):
            digest.update(piece)
            yield piece

    size = archive.asset_size(name)
    sink.write_asset(path, size, pieces())
    return AssetEntry(source=name, path=path, bytes=size, sha256=digest.hexdigest())
