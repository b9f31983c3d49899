"""Sound archives whose pages are hostile: too deep, too long, too many, or no JSON after all.

Each is one page beside a good one, so that what is not readable costs itself alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

from docc2context.archive.limits import DEFAULT_LIMITS
from tests.hostile.rawzip import CONTENT, Member, raw_zip

CONVERTED = "converted"
SKIPPED = "skipped"
LIMIT = "conversion_limit_exceeded"
TOO_LARGE = "output_too_large"

SIZE = DEFAULT_LIMITS.max_page_bytes
DEPTH = 1_000_000

HEAD = b'{"metadata":{"title":"Bomb"},'
REFERENCES = b'"references":{"r":%b}'
LONG = b'{"type":"topic","title":"%b","url":"/documentation/kit"}'


@dataclass(frozen=True)
class Bomb:
    """A page, and what comes of it: one of a few answers where that hangs on the machine."""

    page: Callable[[], bytes]
    outcomes: tuple[str, ...]


def archive(page: bytes, **more: bytes) -> bytes:
    """The page beside a good one; `more` are files at the root."""
    others = (Member(name.replace("_", ".").encode(), data) for name, data in more.items())
    return raw_zip(Member(), Member(b"data/documentation/bomb.json", page), *others)


def node(*members: bytes) -> bytes:
    return HEAD + b",".join(members) + b"}"


def key(name: bytes, value: bytes) -> bytes:
    return b'"%b":%b' % (name, value)


def nested(opening: bytes, closing: bytes, depth: int = DEPTH, inner: bytes = b"1") -> bytes:
    return opening * depth + inner + closing * depth


def many(item: bytes, size: int = SIZE - 20_000) -> bytes:
    """As many as fit into a page, between commas."""
    return b",".join([item] * (size // (len(item) + 1)))


def listed(item: bytes, size: int = SIZE - 20_000) -> bytes:
    return b"[" + many(item, size) + b"]"


def patched(value: bytes, operations: bytes, path: bytes = b"/abstract/-") -> bytes:
    """A page whose Objective-C is made by `operations` with the value and the path filled in."""
    operation = operations % {b"path": path, b"value": value}
    override = b'{"traits":[{"interfaceLanguage":"occ"}],"patch":[%b]}' % operation
    return node(b'"abstract":[]', b'"variantOverrides":[%b]' % override)


ADD = b'{"op":"add","path":"%(path)b","value":%(value)b}'
ARRAYS = nested(b"[", b"]")
OBJECTS = nested(b'{"a":', b"}")
ESCAPED = nested(rb'{"\u0061\ud83d\ude00":', b"}", 500_000)
EMPHASIS = nested(b'{"type":"emphasis","inlineContent":[', b"]}", 300_000, b"")
LISTS = nested(b'{"type":"unorderedList","items":[{"content":[', b"]}]}", 250_000, b"")


def shown_a_million_times() -> bytes:
    """A reference with a title of 4 kB, in a list of mentions: 1 GB of Markdown."""
    mention = b'{"type":"reference","identifier":"r"}'
    return node(
        key(b"abstract", listed(mention, 9_000_000)), REFERENCES % (LONG % (b"long " * 800))
    )


def abstract_shown_everywhere() -> bytes:
    """Topics that all have the abstract of one reference."""
    abstract = b'"abstract":[{"type":"text","text":"%b"}],' % (b"words " * 3000)
    reference = LONG.replace(b'"url"', abstract + b'"url"') % b"T"
    identifiers = listed(b'"r"', 400_000)
    return node(
        b'"topicSections":[{"title":"T","identifiers":%b}]' % identifiers, REFERENCES % reference
    )


def deep_lists() -> bytes:
    """Lists in lists to the depth that is shown, each level of which is indented again."""
    inner = many(b'{"type":"paragraph","inlineContent":[{"type":"text","text":"a"}]}', 8_000_000)
    opening, closing = b'{"type":"unorderedList","items":[{"content":[', b"]}]}"
    return node(key(b"deprecationSummary", b"[" + nested(opening, closing, 45, inner) + b"]"))


def wide_table() -> bytes:
    row = b"[" + many(b"[]", 7_000_000) + b"]"
    return node(b'"deprecationSummary":[{"type":"table","header":"row","rows":[%b]}]' % row)


def uneven_table() -> bytes:
    """Each row is filled up to the longest one: 1,000 rows of 100,000 cells."""
    rows = b"[" + many(b"[]", 300_000) + b"]," + many(b"[]", 3_000)
    return node(b'"deprecationSummary":[{"type":"table","header":"row","rows":[%b]}]' % rows)


def spanning_cells() -> bytes:
    """Each of 1,000 cells covers all that are right of it and below, of a million."""
    rows = listed(b"[" + many(b"[]", 3_000) + b"]", 3_000_000)
    spans = b",".join(
        b'"0_%d":{"colspan":1000000000,"rowspan":1000000000}' % column for column in range(1000)
    )
    return node(
        b'"deprecationSummary":[{"type":"table","header":"row","rows":%b,"extendedData":{%b}}]'
        % (rows, spans)
    )


def place_of_no_cell() -> bytes:
    """A cell whose row has more digits than Python reads."""
    span = b'{"%b_0":{"colspan":2,"rowspan":1}}' % (b"9" * 5000)
    return node(
        b'"deprecationSummary":[{"type":"table","header":"row","rows":[],"extendedData":%b}]' % span
    )


def place_in_no_list() -> bytes:
    """A patch at a place that no list can have, and one with more digits than Python reads."""
    value = b'{"type":"text","text":"a"}'
    places = (b"/abstract/" + b"9" * digits for digits in (20, 5000))
    return patched(b"", b",".join(ADD % {b"path": path, b"value": value} for path in places))


def tutorial_of_one_file() -> bytes:
    """Steps that all show one file of 400 kB."""
    step = (
        b'{"type":"step","content":[],"caption":[],"code":"r","media":null,"runtimePreview":null}'
    )
    file = b'{"type":"file","fileName":"A.swift","syntax":"swift","content":[%b],"highlights":[]}'
    tasks = b'[{"title":"T","contentSection":[],"stepsSection":%b}]' % listed(step, 200_000)
    return node(
        b'"kind":"project"',
        b'"sections":[{"kind":"tasks","tasks":%b}]' % tasks,
        REFERENCES % (file % many(b'"let long = 1"', 400_000)),
    )


def declaration() -> bytes:
    token = b'{"text":"%b","kind":"text"}' % (b"a" * 100)
    return node(
        b'"primaryContentSections":[{"kind":"declarations","declarations":[{"languages":["swift"],'
        b'"tokens":%b}]}]' % listed(token)
    )


def patches_that_repeat() -> bytes:
    operation = ADD % {b"path": b"/abstract/0", b"value": b'{"type":"text","text":"a"}'}
    return patched(b"", many(operation))


def patches_of_a_reference() -> bytes:
    operation = ADD % {b"path": b"/references/r/title", b"value": b'"t"'}
    override = b'{"traits":[{"interfaceLanguage":"occ"}],"patch":[%b,%b]}' % (
        ADD % {b"path": b"/metadata/title", b"value": b'"T"'},
        many(operation),
    )
    mention = b'"abstract":[{"type":"reference","identifier":"r"}]'
    return node(mention, REFERENCES % (LONG % b"T"), b'"variantOverrides":[%b]' % override)


def a_million_keys() -> bytes:
    return node(*(b'"k%d":0' % number for number in range(1_000_000)))


def a_million_references() -> bytes:
    references = b",".join(b'"%d":{}' % number for number in range(1_000_000))
    return node(b'"references":{%b}' % references)


def one_key_a_million_times() -> bytes:
    return node(many(b'"abstract":[]'))


def misfits() -> bytes:
    """What strict decoding refuses at its end, so that all is looked at twice."""
    return node(key(b"abstract", listed(b'{"type":"text","text":5}')), b'"kind":[]')


def level_of_300_digits() -> bytes:
    heading = b'{"type":"heading","text":"a","level":%b}' % (b"7" * 300)
    return node(key(b"deprecationSummary", b"[%b]" % heading))


def text(content: bytes) -> bytes:
    return node(b'"abstract":[{"type":"text","text":"%b"}]' % content)


GOES_ON = (CONVERTED,)
IS_SKIPPED = (SKIPPED,)
IS_TOO_LARGE = (TOO_LARGE,)
TAKES_TOO_MUCH = (LIMIT,)

BOMBS: dict[str, Bomb] = {
    # Depth of JSON, wherever it is.
    "a million arrays": Bomb(lambda: ARRAYS, IS_SKIPPED),
    "a million arrays that do not close": Bomb(lambda: b"[" * DEPTH, IS_SKIPPED),
    "a million objects": Bomb(lambda: OBJECTS, IS_SKIPPED),
    "depth under a key that nobody knows": Bomb(lambda: node(key(b"x", ARRAYS)), IS_SKIPPED),
    "depth under escaped keys": Bomb(lambda: node(key(b"x", ESCAPED)), IS_SKIPPED),
    "depth in a reference": Bomb(lambda: node(REFERENCES % OBJECTS), IS_SKIPPED),
    "depth in the value of a patch": Bomb(lambda: patched(ARRAYS, ADD), IS_SKIPPED),
    "depth of styles": Bomb(lambda: node(key(b"abstract", b"[%b]" % EMPHASIS)), IS_SKIPPED),
    "depth of lists": Bomb(lambda: node(key(b"deprecationSummary", b"[%b]" % LISTS)), IS_SKIPPED),
    "depth that is only written in a string": Bomb(lambda: text(b"[" * DEPTH), GOES_ON),
    # More Markdown than JSON.
    "a reference shown a million times": Bomb(shown_a_million_times, IS_TOO_LARGE),
    "an abstract shown everywhere": Bomb(abstract_shown_everywhere, GOES_ON),
    "lists in lists": Bomb(deep_lists, (TOO_LARGE, LIMIT)),
    "a wide table": Bomb(wide_table, TAKES_TOO_MUCH),
    "an uneven table": Bomb(uneven_table, IS_TOO_LARGE),
    "cells that span a billion": Bomb(spanning_cells, (TOO_LARGE, LIMIT)),
    "a tutorial of one file": Bomb(tutorial_of_one_file, IS_TOO_LARGE),
    "a long declaration": Bomb(declaration, GOES_ON),
    "patches that repeat": Bomb(patches_that_repeat, (CONVERTED, LIMIT)),
    "patches of a reference": Bomb(patches_of_a_reference, TAKES_TOO_MUCH),
    # Much of something.
    "a million keys": Bomb(a_million_keys, TAKES_TOO_MUCH),
    "a million references": Bomb(a_million_references, TAKES_TOO_MUCH),
    "one key a million times": Bomb(one_key_a_million_times, GOES_ON),
    "misfits": Bomb(misfits, TAKES_TOO_MUCH),
    "numbers where nodes belong": Bomb(
        lambda: node(key(b"abstract", listed(b"1", 2_000_000))), IS_SKIPPED
    ),
    "strings under a key that nobody knows": Bomb(
        lambda: node(key(b"x", listed(b'"a b"', 2_000_000))), IS_SKIPPED
    ),
    "groups of nothing": Bomb(lambda: node(key(b"topicSections", listed(b"{}", 800_000))), GOES_ON),
    "all markup": Bomb(lambda: text(b"&a*_`[" * (SIZE // 6 - 100)), TAKES_TOO_MUCH),
    "all escapes": Bomb(lambda: text(rb"\ud83d" * (SIZE // 6 - 100)), TAKES_TOO_MUCH),
    "all line breaks": Bomb(lambda: text(rb"\n " * (SIZE // 3 - 100)), TAKES_TOO_MUCH),
    # Numbers.
    "1e999": Bomb(lambda: node(b'"x":1e999', b'"kind":5'), IS_SKIPPED),
    "1e999 where nobody looks": Bomb(lambda: node(b'"x":1e999'), GOES_ON),
    "a number of 4301 digits": Bomb(lambda: node(b'"kind":%b' % (b"7" * 4301)), IS_SKIPPED),
    "a number of 16 million digits": Bomb(
        lambda: node(b'"kind":%b' % (b"7" * (SIZE - 50))), IS_SKIPPED
    ),
    "a level of 300 digits": Bomb(level_of_300_digits, GOES_ON),
    "NaN": Bomb(lambda: node(b'"x":NaN'), IS_SKIPPED),
    "a cell in a row of 5000 digits": Bomb(place_of_no_cell, GOES_ON),
    "a patch at a place of 5000 digits": Bomb(place_in_no_list, GOES_ON),
    # Bytes that are no text, and text that is odd.
    "no UTF-8": Bomb(lambda: text(b"\xff"), IS_SKIPPED),
    "no UTF-8 where nobody looks": Bomb(lambda: node(b'"x":"\xff"'), GOES_ON),
    "no UTF-8 where nobody looks, and a misfit": Bomb(
        lambda: node(b'"x":"\xff"', b'"kind":5'), IS_SKIPPED
    ),
    "an overlong NUL": Bomb(lambda: text(b"\xc0\x80"), IS_SKIPPED),
    "a surrogate in UTF-8": Bomb(lambda: text(b"\xed\xa0\x80"), IS_SKIPPED),
    "half a surrogate pair": Bomb(lambda: text(rb"\ud800"), GOES_ON),
    "a NUL": Bomb(lambda: text(b"\0"), IS_SKIPPED),
    "an escaped NUL": Bomb(lambda: text(rb"#\u0000x\u0000"), GOES_ON),
    "a BOM": Bomb(lambda: b"\xef\xbb\xbf" + CONTENT, GOES_ON),
    "two BOMs": Bomb(lambda: b"\xef\xbb\xbf" * 2 + CONTENT, IS_SKIPPED),
    "UTF-16": Bomb(lambda: CONTENT.decode().encode("utf-16"), IS_SKIPPED),
    "UTF-32": Bomb(lambda: CONTENT.decode().encode("utf-32"), IS_SKIPPED),
    "more behind the page": Bomb(lambda: CONTENT + b"{}", IS_SKIPPED),
    "half a page": Bomb(lambda: CONTENT[: len(CONTENT) // 2], IS_SKIPPED),
    "16 MiB of spaces": Bomb(lambda: b" " * SIZE, IS_SKIPPED),
    "16 MiB of NULs": Bomb(lambda: bytes(SIZE), IS_SKIPPED),
    "a zip": Bomb(lambda: raw_zip(Member()), IS_SKIPPED),
    "a string": Bomb(lambda: b'"' + b"a" * (SIZE - 2) + b'"', IS_SKIPPED),
}

BESIDE: dict[str, dict[str, bytes]] = {
    "metadata that is no JSON": {"metadata_json": b"{"},
    "metadata too deep": {"metadata_json": b"[" * 900_000},
    "metadata of another shape": {"metadata_json": b'{"bundleDisplayName":[[]]}'},
    "metadata that is no UTF-8": {"metadata_json": b'{"bundleDisplayName":"\xff"}'},
    "metadata with half a surrogate pair": {"metadata_json": rb'{"bundleDisplayName":"\ud800"}'},
    "metadata with a NUL": {"metadata_json": rb'{"bundleDisplayName":"a\u0000\n# b"}'},
    "metadata too large": {"metadata_json": bytes(20_000_000)},
    "an index that is no JSON": {"index_json": b"[" * 900_000},
    "an index too large": {"index_json": bytes(20_000_000)},
}
"""Hostile files beside two good pages: their archive is converted."""
