"""Large pages that ask for as much work as they can: each takes seconds, not minutes.

Held by the child's own limit, RLIMIT_CPU: what grows with the square of a page's size would take
hours.
"""

import io
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import docc2context
from tests.docc2context.archives import archive, page

CPU_SECONDS = 20
"""Ten times what the slowest takes on two cores of our own."""

SIZE = 2_000_000

HEAD = '{"metadata":{"title":"Kit"},'
EMPHASIS = '{"type":"emphasis","inlineContent":[{"type":"text","text":"*"}]}'
UNKNOWN = '{"type":"u","inlineContent":[{"type":"text","text":"x"}]}'


def repeated(before: str, item: str, after: str) -> bytes:
    """JSON with as many items as fit into a page."""
    count = (SIZE - len(before) - len(after)) // (len(item.encode()) + 1)
    return (before + ",".join([item] * count) + after).encode()


def abstract(item: str) -> bytes:
    return repeated(f'{HEAD}"abstract":[', item, "]}")


def blocks(item: str) -> bytes:
    return repeated(f'{HEAD}"deprecationSummary":[', item, "]}")


def text(content: str) -> bytes:
    return f'{HEAD}"abstract":[{{"type":"text","text":"{content}"}}]}}'.encode()


PAGES: dict[str, Callable[[], bytes]] = {
    "emphasis": lambda: abstract(EMPHASIS),
    "text": lambda: abstract('{"type":"text","text":"a"}'),
    "code": lambda: abstract('{"type":"codeVoice","code":"`"}'),
    "empty styles": lambda: abstract('{"type":"strong"}'),
    "unknown inlines": lambda: abstract(UNKNOWN),
    "unresolved references": lambda: abstract('{"type":"reference","identifier":"doc://x/y"}'),
    "spaces": lambda: text(" " * (SIZE - 100) + "\\u000b"),
    "line breaks": lambda: text("\\n " * (SIZE // 3 - 100)),
    "specials": lambda: text("&a*_`[" * (SIZE // 6 - 100)),
    "backslashes": lambda: text("\\\\" * (SIZE // 2 - 100)),
    "headings": lambda: blocks('{"type":"heading","text":"Same","level":2}'),
    "lists": lambda: blocks('{"type":"unorderedList","items":[{"content":[]}]}'),
    "unknown blocks": lambda: blocks('{"type":"u","title":"as many words as fit"}'),
    "cells": lambda: repeated(
        f'{HEAD}"deprecationSummary":[{{"type":"table","header":"row","rows":[[', "[]", "]]}]}"
    ),
    "topics": lambda: repeated(
        f'{HEAD}"topicSections":[', '{"title":"T","identifiers":["a"]}', "]}"
    ),
    "tokens": lambda: repeated(
        f'{HEAD}"primaryContentSections":[{{"kind":"declarations","declarations":[{{"tokens":[',
        '{"text":"a","kind":"text","identifier":"doc://x"}',
        "]}]}]}",
    ),
    "patches": lambda: repeated(
        f'{HEAD}"abstract":[],"variantOverrides":[{{"traits":[{{"interfaceLanguage":"occ"}}],"patch":[',
        '{"op":"add","path":"/abstract/-","value":{"type":"text","text":"a"}}',
        "]}]}",
    ),
}


def spans() -> bytes:
    """Each of as many cells as fit covers all the others: what grows with the square."""
    rows = b"[" + b",".join([b"[" + b",".join([b"[]"] * 1000) + b"]"] * 200) + b"]"
    places = (
        b'"%d_%d":{"colspan":1000,"rowspan":200}' % divmod(place, 1000) for place in range(30_000)
    )
    table = b'{"type":"table","header":"row","rows":%b,"extendedData":{%b}}'
    return b'%b"deprecationSummary":[%b]}' % (HEAD.encode(), table % (rows, b",".join(places)))


PAGES["spans"] = spans


def renamed(before: str, item: str, after: str) -> bytes:
    """Items that mention a thing to which another language gives a name of a megabyte."""
    patch = json.dumps(
        [
            {"op": "replace", "path": "/metadata/title", "value": "KIT"},
            {"op": "replace", "path": "/references/a/title", "value": "*" * (SIZE // 2)},
        ]
    )
    references = '"references":{"a":{"type":"topic","title":"A","url":"/a"}}'
    override = f'"variantOverrides":[{{"traits":[{{"interfaceLanguage":"occ"}}],"patch":{patch}}}]'
    return repeated(f"{HEAD}{before}", item, f"{after},{references},{override}}}")


PAGES["names in lists"] = lambda: renamed('"topicSections":[', '{"identifiers":["a"]}', "]")
PAGES["names in prose"] = lambda: renamed(
    '"primaryContentSections":[',
    '{"kind":"content","content":[{"type":"paragraph","inlineContent":'
    '[{"type":"reference","identifier":"a"}]}]}',
    "]",
)


def platforms() -> bytes:
    """All platforms of a page replaced in another language."""
    names = [{"name": f"P{number}"} for number in range(30_000)]
    others = [{"name": f"Q{number}"} for number in range(30_000)]
    patch = [{"op": "replace", "path": "/metadata/platforms", "value": others}]
    override = {"traits": [{"interfaceLanguage": "occ"}], "patch": patch}
    page = {"metadata": {"title": "Kit", "platforms": names}, "variantOverrides": [override]}
    return json.dumps(page).encode()


PAGES["platforms"] = platforms


def alternatives() -> bytes:
    """Pages for many other languages, all of them the page's own too."""
    paths = [f"p{number}" for number in range(100_000)]
    names = ["swift", *(f"l{number}" for number in range(20_000))]
    variant = {"paths": paths, "traits": [{"interfaceLanguage": name} for name in names]}
    page = {
        "identifier": {"url": "doc://kit", "interfaceLanguage": "swift"},
        "metadata": {"title": "Kit"},
        "variants": [variant, {"paths": [], "traits": []}],
    }
    return json.dumps(page).encode()


PAGES["alternatives"] = alternatives


def spans_of_short_rows() -> bytes:
    """Each cell of a row covers rows without end, of which none has a cell there."""
    count = 20_000
    spans = {f"0_{column}": {"rowspan": 10**9, "colspan": 1} for column in range(count)}
    rows: list[list[list[object]]] = [[[]] * count, *([[]] * 100_000)]
    inner = {"type": "table", "header": "none", "rows": rows, "extendedData": spans}
    table = {"type": "table", "header": "none", "rows": [[[inner]]]}
    return json.dumps({"metadata": {"title": "Kit"}, "deprecationSummary": [table]}).encode()


PAGES["spans of short rows"] = spans_of_short_rows


def overridden(traits: int, patch: object, **keys: object) -> bytes:
    """A page with an override that names Objective-C that often."""
    override = {"traits": [{"interfaceLanguage": "occ"}] * traits, "patch": patch}
    page = {"metadata": {"title": "Kit"}, "variantOverrides": [override], **keys}
    return json.dumps(page).encode()


def asked_again() -> bytes:
    """In another language a section is repeated, and asks each time for what its title mentions."""
    section = {"kind": "mentions", "mentions": ["r"]}
    title = [{"type": "reference", "identifier": "a"}] * 24_000
    references = {
        "r": {"type": "link", "url": "x", "titleInlineContent": title},
        "a": {"type": "topic", "title": "A", "url": ""},
    }
    repeated = [{"op": "replace", "path": "/primaryContentSections", "value": [section] * 22_000}]
    return overridden(1, repeated, primaryContentSections=[section], references=references)


ADDED = {"op": "add", "path": "/abstract", "value": []}
PAGES["repeated traits"] = lambda: overridden(25_000, [ADDED] * 18_000)
PAGES["asked again"] = asked_again


def lines_of_a_reference() -> bytes:
    """In four more languages, each of many operations on a file is inside one long list."""
    lines = ",".join(['""'] * (SIZE // 6))
    references = f'"references":{{"a":{{"type":"file","fileName":"F","content":[{lines}]}}}}'
    traits = ",".join(f'{{"interfaceLanguage":"l{number}"}}' for number in range(4))
    before = (
        f'{HEAD}{references},"abstract":[{{"type":"reference","identifier":"a"}}],'
        f'"variantOverrides":[{{"traits":[{traits}],"patch":['
        '{"op":"replace","path":"/abstract/0/isActive","value":false},'
    )
    return repeated(before, '{"op":"replace","path":"/references/a/content/0","value":""}', "]}]}")


PAGES["lines of a reference"] = lines_of_a_reference


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


@pytest.mark.parametrize("kind", PAGES)
def test_a_large_page_is_converted_or_refused_in_seconds(kind: str) -> None:
    page = PAGES[kind]()
    assert SIZE * 0.5 < len(page) <= SIZE
    script = (
        "import io, sys, docc2context\n"
        "try: docc2context.convert(sys.stdin.buffer.read(), io.BytesIO())\n"
        "except docc2context.OutputTooLarge: pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=archive(kit=page),
        preexec_fn=limited,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


COUNT = 1000
"""Mentions of one reference, which is 40 kB long or longer: 40 MB to look at."""

IMAGE = {"type": "image", "identifier": "a"}
MENTION = {"type": "reference", "identifier": "a"}
TYPED = {"name": "n", "type": [{"kind": "typeIdentifier", "text": "T", "identifier": "a"}]}
OF_A_TYPE = {"kind": "properties", "title": "P", "items": [TYPED] * COUNT}
STEP = {"type": "step", "code": "a"}
VIDEO = {"type": "video", "identifier": "v"}
LISTED: dict[str, Any] = {"topicSections": [{"identifiers": ["a"]}] * COUNT}
IN_CELL = {"type": "table", "header": "none", "rows": [[[STEP] * COUNT]]}
OF_NOTHING = [{"type": "strong"}] * 2500
VARIANTS = [{"url": "x"}] * 3500
TITLE = "overridingTitleInlineContent"
LETTERS = "%41" * 15_000

MENTIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "empty abstract": (LISTED, {"type": "topic", "title": "A", "abstract": OF_NOTHING}),
    "empty title": (
        {"abstract": [MENTION] * COUNT},
        {"type": "link", "title": "A", "titleInlineContent": OF_NOTHING},
    ),
    "nothing known": (LISTED, {"type": "topic", "title": "A", "abstract": [""] * 10_000}),
    "conditions": (
        {"relationshipsSections": [{"type": "inheritsFrom", "identifiers": ["a"]}] * COUNT},
        {"type": "topic", "title": "A", "conformance": {"constraints": OF_NOTHING}},
    ),
    "image": ({"abstract": [IMAGE] * COUNT}, {"type": "image", "variants": VARIANTS}),
    "poster": ({"deprecationSummary": [VIDEO] * COUNT}, {"type": "image", "variants": VARIANTS}),
    "anchor": (LISTED, {"type": "section", "title": "T", "url": f"/documentation/b#{LETTERS}"}),
    "download": ({"abstract": [MENTION] * COUNT}, {"type": "download", "url": f"{LETTERS}/b"}),
    "address in a link": (
        {"abstract": [{**MENTION, "identifier": "v", TITLE: [MENTION] * COUNT}]},
        {"type": "link", "title": "A", "url": "ftp://" + "*" * 40_000},
    ),
    "types": (
        {"primaryContentSections": [OF_A_TYPE]},
        {"type": "section", "title": "T", "url": f"/documentation/b#{LETTERS}"},
    ),
    "lines of a file": (
        {"deprecationSummary": [STEP] * COUNT},
        {"type": "file", "fileName": "F", "highlights": [{"line": 1}] * 4000},
    ),
    "lines of a file in a cell": (
        {"deprecationSummary": [IN_CELL]},
        {"type": "file", "fileName": "F", "highlights": [{"line": 1}] * 4000},
    ),
}


@pytest.mark.parametrize("kind", MENTIONS)
def test_what_is_mentioned_over_and_over_is_refused_however_little_it_shows(kind: str) -> None:
    """It is not by what it writes that such a page takes long."""
    keys, mentioned = MENTIONS[kind]
    video = {"type": "video", "variants": [{"url": "https://x"}], "poster": "a"}
    data = page("Kit", references={"a": mentioned, "v": video}, **keys)
    with pytest.raises(
        docc2context.OutputTooLarge, match="references on a page, counted at each mention"
    ) as error:
        docc2context.convert(archive(kit=data, b=page("B")), io.BytesIO(), assets=True)
    assert error.value.limit == (2 << 20) + 16 * len(data)
