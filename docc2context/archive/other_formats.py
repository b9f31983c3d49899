"""What a file that is no zip looks like by its first bytes, for those who sent it by mistake."""

from docc2context.errors import ArchiveRefused, Code

LOOKED_AT_BYTES = 512
"""As many as tell the formats below apart: a tar archive names itself at byte 257."""

_PACKED = (
    (0, b"\x1f\x8b", "a gzip file"),
    (0, b"BZh", "a bzip2 file"),
    (0, b"\xfd7zXZ\0", "an xz file"),
    (0, b"(\xb5/\xfd", "a Zstandard file"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (257, b"ustar", "a tar archive"),
)
"""Signatures, and where in a file they stand."""

_TEXTS = ((b"{", "JSON"), (b"<!doctype html", "an HTML page"), (b"<html", "an HTML page"))
"""What texts begin with, in lower case."""

_UNPACK = f"unpack it, then {Code.NOT_A_ZIP.remedy}"
_TAKE_ALL = (
    "zip the whole .doccarchive folder, not one of its files; if this was downloaded as an "
    "archive, read what it says"
)


def not_a_zip(start: bytes) -> ArchiveRefused:
    """The refusal of a file by its first bytes, up to LOOKED_AT_BYTES of them."""
    for offset, signature, kind in _PACKED:
        if start.startswith(signature, offset):
            return _refusal(kind, _UNPACK)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for opening, kind in _TEXTS:
        if text.startswith(opening):
            return _refusal(kind, _TAKE_ALL)
    return ArchiveRefused(Code.NOT_A_ZIP, "the file does not begin like a zip archive")


def _refusal(kind: str, remedy: str) -> ArchiveRefused:
    message = f"the file does not begin like a zip archive, but like {kind}"
    return ArchiveRefused(Code.NOT_A_ZIP, message, remedy=remedy)
