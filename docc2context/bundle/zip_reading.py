"""Reads entries of a zip that should be a bundle, and may be anything."""

import struct
import zipfile
import zlib

from docc2context.bundle.packing import DEFLATED, STORED

UNREADABLE_ZIP = (
    *(OSError, EOFError, KeyError, ValueError, RuntimeError, OverflowError),
    *(zipfile.BadZipFile, struct.error, zlib.error),
)
"""What `zipfile` raises for what is damaged, encrypted, no zip, or a zip without the entry."""


def read_entry(bundle: zipfile.ZipFile, name: str, max_bytes: int) -> bytes:
    """The beginning of an entry.

    Raises one of UNREADABLE_ZIP, of which KeyError if there is no such entry. What is compressed in
    a way that no bundle is (NotImplementedError, a RuntimeError) is not unpacked.
    """
    if bundle.getinfo(name).compress_type not in {STORED, DEFLATED}:
        raise NotImplementedError("a compression that no bundle has")
    with bundle.open(name) as file:
        return file.read(max_bytes)
