"""What nests too deeply costs its own page at the most, wherever it is found out.

Patches may nest as deeply as JSON is read: equal sections are compared, references decoded.
"""

import inspect
import io
import sys

import pytest

import docc2context
from docc2context import NothingConverted
from docc2context.render.context import MAX_DEPTH
from tests.docc2context.archives import archive, page, unzipped

HEAD = '{"identifier":{"url":"doc://kit","interfaceLanguage":"swift"},"metadata":{"title":"Kit"},'
REFERENCE = '"references":{"doc://b":{"type":"topic","title":"B","url":"/documentation/b"}},'
MENTION = '"abstract":[{"type":"reference","identifier":"doc://b"}],'
TOO_DEEP = 100_000
"""What no version of Python reads: it stops at a thousand, ten thousand, or the stack's end."""

DEPTHS = [50, 200, 300, *range(420, 500, 5), 2000, TOO_DEEP]


def nested(opening: str, depth: int) -> str:
    return opening * depth + "]}" * depth


def patched(depth: int) -> bytes:
    blocks = nested('{"type":"aside","content":[', depth)
    section = f'{{"kind":"content","content":[{blocks}]}}'
    words = nested('{"type":"emphasis","inlineContent":[', depth)
    patch = (
        f'{{"op":"replace","path":"/primaryContentSections/0","value":{section}}},'
        f'{{"op":"replace","path":"/references/doc:~1~1b/abstract","value":[{words}]}}'
    )
    overrides = f'[{{"traits":[{{"interfaceLanguage":"occ"}}],"patch":[{patch}]}}]'
    return (
        f'{HEAD}{REFERENCE}{MENTION}"primaryContentSections":[{section}],'
        f'"variantOverrides":{overrides}}}'
    ).encode()


@pytest.mark.parametrize("depth", DEPTHS)
def test_however_deep_a_patch_is_the_other_pages_are_converted(depth: int) -> None:
    out = io.BytesIO()
    report = docc2context.convert(archive(deep=patched(depth), other=page("Other")), out)
    assert report.pages_converted + len(report.pages_skipped) == 2
    assert [skipped.reason for skipped in report.pages_skipped] in ([], ["nested too deeply"])


def test_a_page_that_is_all_too_deep_is_told_of() -> None:
    with pytest.raises(NothingConverted, match="nested too deeply"):
        docc2context.convert(archive(deep=patched(TOO_DEEP)), io.BytesIO())


@pytest.mark.parametrize("depth", [40, 60, 200, 400])
def test_columns_in_columns_are_cut_off_like_other_content(depth: int) -> None:
    layouts = nested('{"kind":"columns","content":[', depth)
    deep = f'{HEAD}"sections":[{{"kind":"articleBody","content":[{layouts}]}}]}}'.encode()
    out = io.BytesIO()
    report = docc2context.convert(archive(deep=deep, other=page("Other")), out)
    assert (report.pages_converted, report.pages_skipped) == (2, [])
    is_cut_off = b"nested too deeply" in unzipped(out.getvalue())["documentation/deep.md"]
    assert is_cut_off == (depth > MAX_DEPTH)


def test_a_page_that_cannot_be_rendered_for_its_depth_is_skipped_alone() -> None:
    """As where the caller has taken most of the frames; rendering needs more than decoding."""
    asides = nested('{"type":"aside","content":[', MAX_DEPTH)
    deep = f'{HEAD}"deprecationSummary":[{asides}]}}'.encode()
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 180)
    try:
        report = docc2context.convert(archive(deep=deep, other=page("Other")), io.BytesIO())
    finally:
        sys.setrecursionlimit(usual)
    assert report.pages_converted == 1
    assert [skipped.reason for skipped in report.pages_skipped] == ["nested too deeply"]


def test_what_stands_side_by_side_is_not_deep() -> None:
    words = '{"type":"emphasis","inlineContent":[{"type":"text","text":"a"}]}'
    paragraph = f'{{"type":"paragraph","inlineContent":[{words},{words}]}}'
    aside = f'{{"type":"aside","style":"note","content":[{paragraph},{paragraph}]}}'
    asides = ",".join([aside] * 2 * MAX_DEPTH)
    wide = f'{HEAD}"deprecationSummary":[{asides}]}}'.encode()
    out = io.BytesIO()
    docc2context.convert(archive(wide=wide), out)
    markdown = unzipped(out.getvalue())["documentation/wide.md"]
    assert markdown.count(b"> **Note:** ") == 2 * MAX_DEPTH
    assert b"nested too deeply" not in markdown
