"""Changes zips as zips: members come, go and change, headers lie, and the rest stays sound."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from tests.fuzz.mutate_json import JsonMutator
from tests.hostile.rawzip import (
    DEFLATED,
    DESCRIPTOR,
    STORED,
    UTF8,
    Member,
    extra_field,
    raw_zip,
    unicode_path,
    zip64_field,
)

_NAMES = [
    b"data/documentation/kit.json", b"data/documentation/KIT.json", b"data/documentation/kit",
    b"data/documentation/kit/f(_:).json", b"data/documentation/kit/f(_-).json", b"data/a:b.json",
    b"data/a-b.json", b"data/con.json", b"data/tutorials/x.json", b"metadata.json", b"index.json",
    b"data/llms.txt.json", b"llms.txt", b"manifest.json", b"linkgraph.json", b"data/.json",
    b"data/documentation/kit.md/a.json", b"data/documentation/kit.md.json", b"images/a.md/b.png",
    b"B.doccarchive/data/documentation/kit.json", b"__MACOSX/data/._kit.json",
    b"images/x.",
    b"data/" + b"n" * 250 + b".json", b"data/" + "é".encode() * 120 + b".json",
    b"images/X.png",
    "data/é.json".encode(), "data/e\u0301.json".encode(), b"data/\x82.json", b"../x", b"/x",
    b"a//b",
    b"", b"./", b"images/x.png", b"images/sloth.png", b"data\\documentation\\kit.json", b"x/",
]  # fmt: skip
_NUMBERS = [0, 1, 0xFFFF, 0xFFFFFFFF, 0x7FFFFFFF, 7, 100]
_FIELDS = ["flags", "method", "crc", "compressed", "size", "offset", "disk", "mode"]
_END_FIELDS = ["disk", "directory_disk", "here", "entries", "size", "offset", "comment_size"]
_KINDS = ["page", "page", "name", "content", "lie", "extra", "twice", "drop", "move", "method"]


class ZipMutator:
    """Mutates zips; the JSON in them is left to `json`."""

    def __init__(self, json: JsonMutator, pages: Sequence[bytes]) -> None:
        self._json = json
        self._pages = pages

    def mutate(self, data: bytes, random: Random) -> bytes | None:
        """Another zip; None for what cannot be taken apart."""
        members = _members(data)
        if members is None:
            return None
        for _ in range(random.randint(1, 3)):
            self._change(members, random)
        return raw_zip(*members, **_around(random))

    def _change(self, members: list[Member], random: Random) -> None:
        if not members:
            members.append(self._page(random))
            return
        place = random.randrange(len(members))
        match random.choice(_KINDS):
            case "page":
                members[place] = self._mutated(members[place], random)
            case "name":
                members[place] = replace(members[place], name=random.choice(_NAMES))
            case "content":
                members.insert(place, self._page(random))
            case "lie":
                members[place] = _lying(members[place], random)
            case "extra":
                members[place] = _with_extra(members[place], random)
            case "twice":
                members.insert(random.randrange(len(members)), members[place])
            case "drop":
                del members[place]
            case "move":
                members.insert(0, members.pop(place))
            case _:
                method = random.choice([STORED, DEFLATED])
                members[place] = replace(members[place], method=method, stream=None)

    def _page(self, random: Random) -> Member:
        return Member(random.choice(_NAMES), random.choice(self._pages))

    def _mutated(self, member: Member, random: Random) -> Member:
        content = self._json.mutate(member.content, random)
        return replace(member, content=content, stream=None) if content else self._page(random)


def _members(data: bytes) -> list[Member] | None:
    """The members as `zipfile` finds them, each with the content that it claims to have."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [_member(archive, info) for info in archive.infolist()]
    except Exception:  # whatever `zipfile` says to a zip that is damaged
        return None


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    utf8 = not info.orig_filename.isascii()
    name = info.orig_filename.encode("utf-8", "replace")
    with archive.open(info) as opened:
        content = opened.read(1 << 18)
    method = info.compress_type if info.compress_type in (STORED, DEFLATED) else DEFLATED
    return Member(name, content, method, both={"flags": UTF8 if utf8 else 0})


def _lying(member: Member, random: Random) -> Member:
    value: Any = random.choice(_NUMBERS)
    place = random.choice(["both", "local", "central"])
    lies = {random.choice(_FIELDS): value if random.random() < 0.8 else random.getrandbits(16)}
    fields = {**getattr(member, place), **lies}
    if place != "central":
        fields.pop("offset", None)
    return _with_fields(member, place, _fitting(fields))


def _with_fields(member: Member, place: str, fields: dict[str, Any]) -> Member:
    match place:
        case "both":
            return replace(member, both=fields)
        case "local":
            return replace(member, local=fields)
        case _:
            return replace(member, central=fields)


def _fitting(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields cut to the 16 bits that some of them have."""
    short = ("flags", "method", "disk", "mode")
    return {name: value & 0xFFFF if name in short else value for name, value in fields.items()}


def _with_extra(member: Member, random: Random) -> Member:
    sizes = len(member.content), len(member.data())
    extra = random.choice(
        [
            zip64_field(*sizes),
            zip64_field(sizes[0]),
            extra_field(1, b""),
            extra_field(0x5455, b"12345"),
            extra_field(0x9999, bytes(random.choice([0, 5, 300]))),
            unicode_path(member.name, member.name),
            unicode_path(random.choice(_NAMES), member.name),
            b"\x99\x99\xff",
        ]
    )
    fields: dict[str, Any] = {"extra": extra}
    if random.random() < 0.3:
        fields |= {"flags": DESCRIPTOR, "crc": 0, "size": 0, "compressed": 0}
    place = random.choice(["both", "local", "central"])
    return _with_fields(member, place, {**getattr(member, place), **fields})


def _around(random: Random) -> dict[str, Any]:
    """Mostly nothing; now and then bytes where none should be, or an end record that lies."""
    if random.random() < 0.7:
        return {}
    lie = {random.choice(_END_FIELDS): random.choice(_NUMBERS[:3])}
    return random.choice(
        [
            {"after": random.choice([b"\0" * 9, b"x", b"PK\5\6" + bytes(18)])},
            {"end": {"comment": random.choice([b"c", b"PK\5\6" + bytes(18)])}},
            {"end": lie},
            {"zip64": {}},
            {"zip64": {name: value for name, value in lie.items() if name != "comment_size"}},
            {"between": b"room"},
            {"before": b"PK\3\4"},
            {"after_directory": b"x"},
        ]
    )
