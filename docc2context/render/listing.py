"""Code in the language that DocC names."""

import re
from collections.abc import Iterable

from docc2context.markdown.code import code_block

_OPTIONS = re.compile(r"[\s,{].*")

_LANGUAGES = {"occ": "objc", "objective-c": "objc", "data": "", "none": ""}
"""Names that DocC uses for languages, as Markdown's readers know them."""


def listing(lines: Iterable[str], language: str | None) -> str:
    """A fenced block of code; `language` is its language's name in the archive, if any."""
    return code_block(lines, fence_language(language or ""))


def fence_language(name: str) -> str:
    """The language of a fence for DocC's name of it.

    What follows the language is for the web page, as in `swift, nocopy`.

    >>> fence_language("occ"), fence_language("Swift, nocopy")
    ('objc', 'swift')
    """
    name = name.strip().lower()
    if not name.isalpha():
        name = _OPTIONS.sub("", name)
    return _LANGUAGES.get(name, name)
