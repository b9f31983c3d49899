"""The entries of a zip, each held to the rules, as a table."""

import sys
from array import array
from itertools import islice
from operator import gt

from docc2context.archive.central_directory import Entry, read_directory
from docc2context.archive.end_record import Directory
from docc2context.archive.entry_rules import STORED, check_readable, checked_type
from docc2context.archive.limits import Limits
from docc2context.archive.local_headers import LocalHeaders
from docc2context.archive.names import entry_name
from docc2context.archive.refusals import ambiguous, too_many
from docc2context.archive.source import Source


class EntryTable:
    """What is kept of the entries, in columns: an object for each of 200,000 would take 60 MB.

    All columns are in the order of the directory; sizes and offsets are in bytes. Names of
    folders end in a slash.
    """

    def __init__(self, max_name_bytes: int) -> None:
        self.names: list[str] = []
        self.headers = array("Q")
        self.data = array("Q")
        self.ends = array("Q")
        self.compressed = array("Q")
        self.sizes = array("Q")
        self.crcs = array("I")
        self.stored = bytearray()
        self._max_name_bytes = max_name_bytes
        self._name_bytes = 0

    def add(self, entry: Entry, name: str, data: int, end: int) -> None:
        """Keep an entry. Raises LimitExceeded (`too_many_entries`) for too much text in names."""
        # A single character beyond ASCII makes all others in its name up to four bytes wide.
        self._name_bytes += len(name) if name.isascii() else sys.getsizeof(name)
        if self._name_bytes > self._max_name_bytes:
            raise too_many(
                f"has names over the limit of {self._max_name_bytes} bytes in total",
                self._max_name_bytes,
            )
        self.names.append(name)
        self.headers.append(entry.offset)
        self.data.append(data)
        self.ends.append(end)
        self.compressed.append(entry.compressed)
        self.sizes.append(entry.size)
        self.crcs.append(entry.crc)
        self.stored.append(entry.method == STORED)


def read_entries(source: Source, directory: Directory, limits: Limits) -> EntryTable:
    """All entries, asset or page. Raises ArchiveRefused for the first that breaks a rule."""
    table = EntryTable(limits.max_directory_bytes)
    local_headers = LocalHeaders(source, directory.offset, limits.max_directory_bytes)
    for entry in read_directory(source, directory, limits):
        check_readable(entry)
        name = checked_type(entry, entry_name(entry.raw_name, entry.flags, entry.unicode_path))
        table.add(entry, name, *local_headers.place(entry, name))
    _check_places(table)
    return table


def _check_places(table: EntryTable) -> None:
    """Check that entries do not overlap, and that nothing precedes the first.

    To readers that start at the beginning, that would be an entry. Raises ArchiveRefused
    (`ambiguous_zip`).
    """
    rows = array("I", sorted(range(len(table.names)), key=table.headers.__getitem__))
    headers = array("Q", map(table.headers.__getitem__, rows))
    ends = array("Q", map(table.ends.__getitem__, rows))
    if headers and headers[0] != 0:
        raise ambiguous("there is data before its first entry", table.names[rows[0]])
    for place, overlaps in enumerate(map(gt, ends, islice(headers, 1, None)), 1):
        if overlaps:
            raise ambiguous("an entry overlaps another one", table.names[rows[place]])
    table.headers = table.ends = array("Q")  # no longer needed, and 16 bytes per entry
