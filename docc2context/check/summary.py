"""What a loss check found, in lines for people."""

from collections import defaultdict
from collections.abc import Iterator

from docc2context.check.report import CheckReport, Coverage, MissingString
from docc2context.wording import counted, first_lines, readable

_EXAMPLES = 5


def summary(report: CheckReport) -> Iterator[str]:
    """The lines that people are told, in words that a terminal can take."""
    yield f"{_share(report.content)} on {counted(report.pages, 'page')}"
    yield from _missing(report.content)
    if report.variants.strings:
        yield f"variants in other languages: {_share(report.variants)}"
        yield from _missing(report.variants)
    why = "its JSON is damaged, or too much to check"
    unread = (f"not checked {readable(source)}: {why}" for source in report.unread)
    for line in first_lines(unread, len(report.unread), _EXAMPLES):
        yield f"  {line}"
    if report.skipped:
        skipped = counted(len(report.skipped), "page")
        yield f"{skipped} not converted, so not counted"


def _share(coverage: Coverage) -> str:
    """The share is rounded down: 100 % means that nothing is missing."""
    percent = coverage.found * 10_000 // coverage.strings / 100 if coverage.strings else 100
    return f"{coverage.found:,} of {coverage.strings:,} displayable strings found ({percent:.2f} %)"


def _missing(coverage: Coverage) -> Iterator[str]:
    """The missing strings by kind of node, the most frequent kind first, a few examples each.

    A kind of which the report lists none has no examples.
    """
    listed: dict[str, list[MissingString]] = defaultdict(list)
    for string in coverage.missing:
        listed[string.node].append(string)
    incomplete = [node for node in coverage.nodes if _count(coverage, node)]
    for node in sorted(incomplete, key=lambda node: (-_count(coverage, node), node)):
        count = _count(coverage, node)
        yield f"  missing {readable(node)}: {count} of {coverage.nodes[node].strings}"
        if node in listed:
            examples = map(_example, listed[node])
            yield from (f"    {line}" for line in first_lines(examples, count, _EXAMPLES))


def _example(string: MissingString) -> str:
    return f"{readable(f'{string.page}#{string.pointer}')}: {string.text!r}"


def _count(coverage: Coverage, node: str) -> int:
    return coverage.nodes[node].strings - coverage.nodes[node].found
