"""What rendering says in words of its own: labels and notes, such as which lines are marked."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from docc2context.markdown import blocks as md
from docc2context.markdown.escape import escape
from docc2context.markdown.inline import Styled, join
from docc2context.model.block import CodeListing, LineAnnotation
from docc2context.model.reference import FileReference

_USUAL_CHARS = 64
"""A longer label, such as the title of a tab, may be one of many, or have megabytes."""


def bold_label(text: str) -> str:
    """A label of plain text, as a paragraph or the beginning of one."""
    return _usual_label(text) if len(text) < _USUAL_CHARS else _label(text)


def _label(text: str) -> str:
    return md.paragraph(join([Styled("strong", escape(text))]))


_usual_label = lru_cache(maxsize=256)(_label)
"""Most labels are `Objective-C:`, `Note:` and the like."""


def note(text: str) -> str:
    """A remark of one line, set apart from prose."""
    return join([Styled("emphasis", text)])


def unknown_kind(name: str) -> str:
    """What stands above the content of a node that the format does not know."""
    return note(escape(f"Content of unknown kind “{name}”:"))


def missing_file(name: str) -> str:
    """What stands in the place of a code file that the page does not describe."""
    return note(escape(f"File: {name}"))


def changed_lines(file: FileReference) -> str:
    """Which lines of a file a step changes, as a phrase; empty if it does not say."""
    return _lines((highlight.line, highlight.line) for highlight in file.highlights or [])


def marked_lines(node: CodeListing) -> list[str]:
    """A remark for each way in which lines of a listing are set apart; empty for no such lines."""
    return [_annotation(style, node.line_annotations or []) for style in ("highlight", "strikeout")]


def _annotation(style: str, annotations: Sequence[LineAnnotation]) -> str:
    ranges = [
        (a.range[0].line, a.range[-1].line) for a in annotations if a.style == style and a.range
    ]
    word = "Highlighted" if style == "highlight" else "Struck out"
    return note(f"{word}: {_lines(ranges)}") if ranges else ""


def _lines(ranges: Iterable[tuple[int, int]]) -> str:
    """Ranges of line numbers as a phrase; empty for none.

    >>> _lines([(3, 3), (4, 5), (9, 9)])
    'lines 3–5, 9'
    """
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    numbers = ", ".join(f"{first}–{last}" if last > first else str(first) for first, last in merged)
    single = len(merged) == 1 and merged[0][0] == merged[0][1]
    return f"{'line' if single else 'lines'} {numbers}" if numbers else ""
