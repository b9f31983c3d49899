"""Code spans and fenced code blocks that no content can break out of."""

import re
from collections.abc import Iterable

from docc2context.markdown.escape import one_line

_BACKTICKS = re.compile("`+")
_LANGUAGE = re.compile(r"[\w+#.-]+")

_OPTIONS = re.compile(r"[\s,{].*", re.DOTALL)

_FENCE_LANGUAGES = {"occ": "objc", "objective-c": "objc", "data": "", "none": ""}
"""Names that DocC uses for languages, as Markdown's readers know them."""


def code_span(code: str) -> str:
    """A code span; empty for no code, since Markdown cannot say that.

    >>> code_span("a`b")
    '``a`b``'
    """
    code = one_line(code)
    if not code:
        return ""
    if "`" in code:
        fence = "`" * (_longest_run(code) + 1)
        pad = " " if code[0] == "`" or code[-1] == "`" else ""
    else:
        fence, pad = "`", ""
    if code[0] == code[-1] == " " and code.strip(" "):
        pad = " "  # CommonMark takes one space off both ends (6.1)
    return f"{fence}{pad}{code}{pad}{fence}"


def code_block(lines: Iterable[str], language: str | None = None) -> str:
    """A fenced code block, its fence longer than any run of backticks inside.

    `language` is lower-cased and left out if it is not a plain word, as it comes from the archive.
    """
    code = "\n".join(map(_plain_line_breaks, lines)).replace("\0", "\ufffd")
    fence = "`" * max(3, _longest_run(code) + 1) if "`" in code else "```"
    return f"{fence}{fence_language(language)}\n{code}\n{fence}"


def fence_language(name: str | None) -> str:
    """The info string for DocC's name of a language.

    What follows the language are options for the web page, as in `swift, nocopy`.

    >>> fence_language("occ"), fence_language("Swift, nocopy"), fence_language("<b>")
    ('objc', 'swift', '')
    """
    name = _OPTIONS.sub("", (name or "").strip().lower())
    name = _FENCE_LANGUAGES.get(name, name)
    return name if name.isalpha() or _LANGUAGE.fullmatch(name) else ""


def _plain_line_breaks(code: str) -> str:
    """A line without the CR that CRLF files leave at its end; one inside it breaks the line."""
    if "\r" not in code:
        return code
    return code.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")


def _longest_run(code: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(code)), default=0)
