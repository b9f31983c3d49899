"""Code spans and fenced code blocks that no content can break out of."""

import re
from collections.abc import Iterable

from docc2context.markdown.escape import one_line

_BACKTICKS = re.compile("`+")
_LANGUAGE = re.compile(r"[\w+#.-]+")


def code_span(code: str) -> str:
    """A code span; empty for no code, since Markdown has no empty code spans.

    >>> code_span("a`b")
    '``a`b``'
    """
    if not code:
        return ""
    if not code.isprintable():
        code = one_line(code)
    if "`" not in code and code[0] != " ":
        return f"`{code}`"  # as nearly always
    return _padded_span(code)


def _padded_span(code: str) -> str:
    """A code span of code that has backticks or begins with a space."""
    if "`" in code:
        fence = "`" * (_longest_run(code) + 1)
        pad = " " if code[0] == "`" or code[-1] == "`" else ""
    else:
        fence, pad = "`", ""
    if code[0] == code[-1] == " " and code.strip(" "):
        pad = " "  # CommonMark takes one space off both ends (6.1)
    return f"{fence}{pad}{code}{pad}{fence}"


def code_block(lines: Iterable[str], language: str = "") -> str:
    """A fenced code block, its fence longer than any run of backticks inside.

    A `language` that is not a plain word, and so might be more than an info string, is left out.
    """
    code = _plain_line_breaks("\n".join(lines)).replace("\0", "\ufffd")
    fence = "`" * max(3, _longest_run(code) + 1) if "`" in code else "```"
    info = language if language.isalpha() or _LANGUAGE.fullmatch(language) else ""
    return f"{fence}{info}\n{code}\n{fence}"


def _plain_line_breaks(code: str) -> str:
    """Lines without the CRs that CRLF files leave at their ends; others become line breaks."""
    if "\r" not in code:
        return code
    return code.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")


def _longest_run(code: str) -> int:
    """The length of the longest run of backticks, in code that has some."""
    return max(map(len, _BACKTICKS.findall(code)))
