"""Large pages that ask for as much work as they can: each takes seconds, not minutes.

Held by the child's own limit, RLIMIT_CPU: what grows with the square of a page's size would take
hours.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.docc2context.archives import archive

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
    "unknown blocks": lambda: blocks('{"type":"u","title":"x"}'),
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
