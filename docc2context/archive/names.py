"""Names of entries: how their bytes are read, and which of them are refused."""

import re
import zlib
from typing import NamedTuple

from docc2context.archive.refusals import ambiguous
from docc2context.errors import ArchiveRefused, Code, LimitExceeded

MAX_NAME_BYTES = 1024
"""In UTF-8, folders included; file systems take 4,096 at most, real names reach 300."""

MAX_SEGMENT_BYTES = 512
"""Twice what file systems allow: the names are never used for files."""

MAX_DEPTH = 64
"""Segments of a path; real archives reach 12."""

_UTF8_FLAG = 0x800
_UNICODE_PATH_VERSION = b"\x01"
_UNICODE_PATH_NAME = 5
"""Where the name begins in the field, after a version and the CRC of the header's own name."""

_CONTROLS = bytes(range(0x20)) + b"\x7f"
_C1_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
# Not possessive: Python 3.11.2 would then accept `a/..`. Nothing here can match in two ways.
_SAFE = re.compile(
    rb"(?![A-Za-z]:)(?:(?!\.\.?(?:/|\Z))[^/]{1,%d}(?:/|\Z)){1,%d}" % (MAX_SEGMENT_BYTES, MAX_DEPTH)
)
_BACKSLASH = 0x5C
_ROOT = b"./"

_RENAME = "leave that entry out of the zip, or rename it"
"""For names that zipping again would not change, such as that of Finder's `Icon\\r`."""


class _Rule(NamedTuple):
    broken: re.Pattern[bytes]
    fault: str
    limit: int | None = None
    remedy: str | None = None


_RULES = (
    _Rule(
        re.compile(rb".*?(?:[\x00-\x1f\x7f]|\xc2[\x80-\x9f])", re.DOTALL),
        "has a control character",
        remedy=_RENAME,
    ),
    _Rule(re.compile(rb"\Z"), "is empty"),
    _Rule(re.compile(rb"/"), "begins with a slash, which makes it absolute"),
    _Rule(re.compile(rb"[A-Za-z]:"), "begins with a drive letter"),
    _Rule(re.compile(rb"(?:.*/)?\.\.?(?:/|\Z)"), "has the segment . or .., which leads elsewhere"),
    _Rule(re.compile(rb".*//"), "has an empty segment"),
    _Rule(
        re.compile(rb".{%d}" % (MAX_NAME_BYTES + 1)),
        f"is longer than {MAX_NAME_BYTES} bytes",
        MAX_NAME_BYTES,
        _RENAME,
    ),
    _Rule(
        re.compile(rb"(?:.*/)?[^/]{%d}" % (MAX_SEGMENT_BYTES + 1)),
        f"has a segment longer than {MAX_SEGMENT_BYTES} bytes",
        MAX_SEGMENT_BYTES,
        _RENAME,
    ),
    _Rule(re.compile(rb""), f"has more than {MAX_DEPTH} segments", MAX_DEPTH, _RENAME),
)
"""In order of precedence; an unsafe name that breaks none of the others is too deep."""


def entry_name(raw: bytes, flags: int, unicode_path: bytes | None = None) -> str:
    r"""The name of an entry, relative and safe; `\` becomes `/` and a leading `./` is dropped.

    UTF-8 even without its flag, as Finder writes it, otherwise CP437 (APPNOTE appendix D). The root
    itself stays `./`. Raises ArchiveRefused: `unsafe_entry_name`, or `ambiguous_zip` if the
    Unicode path field contradicts the name beside it.
    """
    path = raw
    if unicode_path is not None or not raw.isascii():
        path = _decoded(raw, flags, unicode_path).encode()
    if _BACKSLASH in path:
        path = path.replace(b"\\", b"/")
    if path.startswith(_ROOT) and path != _ROOT:
        path = path[2:]
    if not _is_safe(path):
        raise _unsafe(path)
    return path.decode()


def shown_name(raw: bytes) -> str:
    """A name that is not yet known to be sound, for messages."""
    return raw.decode("utf-8", "backslashreplace")


def _decoded(raw: bytes, flags: int, unicode_path: bytes | None) -> str:
    """The text of a name, on which the header and its Unicode path field must agree.

    The field decides where a name is not UTF-8, and so may be in any old code page.
    """
    own = _utf8(raw)
    if own is None and flags & _UTF8_FLAG:
        raise ArchiveRefused(
            Code.UNSAFE_ENTRY_NAME,
            "the name of an entry is marked as UTF-8 but is not UTF-8",
            remedy=_RENAME,
            entry=shown_name(raw),
        )
    if unicode_path is None:
        return own if own is not None else raw.decode("cp437")
    other = _unicode_path(raw, unicode_path)
    if own is not None and own != other:
        raise ambiguous(
            "an entry has one name in its header and another in its Unicode path field", own
        )
    return other


def _unicode_path(raw: bytes, field: bytes) -> str:
    crc = zlib.crc32(raw).to_bytes(4, "little")
    name = _utf8(field[_UNICODE_PATH_NAME:])
    if name is None or field[:_UNICODE_PATH_NAME] != _UNICODE_PATH_VERSION + crc:
        raise ambiguous(
            "the Unicode path field of an entry does not match its name", shown_name(raw)
        )
    return name


def _utf8(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _is_safe(path: bytes) -> bool:
    if len(path) > MAX_NAME_BYTES or len(path.translate(None, _CONTROLS)) < len(path):
        return False
    if not path.isascii() and _C1_CONTROL.search(path):
        return False
    return path == _ROOT or _SAFE.fullmatch(path) is not None


def _unsafe(path: bytes) -> ArchiveRefused:
    rule = next(rule for rule in _RULES if rule.broken.match(path))
    message = f"the name of an entry {rule.fault}"
    code, name = Code.UNSAFE_ENTRY_NAME, path.decode()
    if rule.limit is None:
        return ArchiveRefused(code, message, remedy=rule.remedy, entry=name)
    return LimitExceeded(code, message, remedy=rule.remedy, entry=name, limit=rule.limit)
