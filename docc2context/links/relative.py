"""How the files of a bundle link each other: by relative paths, percent-encoded for Markdown."""

import re
from functools import lru_cache
from itertools import takewhile
from urllib.parse import quote

_UNSAFE_IN_LINK = re.compile(r"[^\w!$'*+,=:@&~.-]")
_QUOTED_ASCII = {chr(code): quote(chr(code), safe="") for code in range(128)}
"""Most names of functions have brackets; `quote` takes a microsecond for each."""


@lru_cache(maxsize=16_384)
def link_from(folder: str, path: str) -> str:
    """The link to a file from any file in a folder; that is empty for the root of the bundle.

    Cached, because neighbours link the same pages.

    >>> link_from("documentation/kit", "documentation/kit.md")
    '../kit.md'
    """
    to_folder, _, name = path.rpartition("/")
    return _steps(folder, to_folder) + _encoded(name)


@lru_cache(maxsize=4096)
def _steps(from_folder: str, to_folder: str) -> str:
    """The way from one folder to another, ending in a slash unless they are the same."""
    here = from_folder.split("/") if from_folder else []
    there = to_folder.split("/") if to_folder else []
    shared = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(here, there, strict=False))
    )
    steps = [".."] * (len(here) - shared) + list(map(_encoded, there[shared:]))
    return "".join(f"{step}/" for step in steps)


@lru_cache(maxsize=16_384)
def _encoded(segment: str) -> str:
    """Percent-encode what Markdown or a URL would read; letters of every script stay legible."""
    return _UNSAFE_IN_LINK.sub(
        lambda match: _QUOTED_ASCII.get(match[0]) or quote(match[0], safe=""), segment
    )
