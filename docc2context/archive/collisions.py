"""Refuses entries in each other's place: duplicates, and files where folders are needed."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from docc2context.errors import ArchiveRefused, Code


def rows_by_name(names: list[str]) -> "array[int]":
    """The indices of the names in sorted order; names of folders end in a slash.

    A folder may be implied by the names of files in it. Such folders count too, but are never
    stored: there can be 12 million. In this order, names that begin with a file's name follow it,
    so most files need no search for a folder of their name. Raises ArchiveRefused:
    `duplicate_entry` or `name_collision`.
    """
    rows = array("I", sorted(range(len(names)), key=names.__getitem__))
    for row, next_row in pairwise(rows):
        name, next_name = names[row], names[next_row]
        if not next_name.startswith(name):
            continue
        if name == next_name:
            raise ArchiveRefused(Code.DUPLICATE_ENTRY, "two entries have the same name", entry=name)
        if not name.endswith("/") and _is_folder(name, rows, names):
            raise ArchiveRefused(
                Code.NAME_COLLISION,
                "an entry is a file, but other entries need a folder of that name",
                entry=name,
            )
    return rows


def _is_folder(name: str, rows: Sequence[int], names: list[str]) -> bool:
    folder = f"{name}/"
    place = bisect_left(rows, folder, key=names.__getitem__)
    return place < len(rows) and names[rows[place]].startswith(folder)
