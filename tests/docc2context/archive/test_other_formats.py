import bz2
import gzip
import io
import lzma
import tarfile

import pytest

from docc2context.errors import Code
from tests.docc2context.archive.test_reader import refusal

UNPACK = "unpack it, then zip the .doccarchive folder and convert the .zip file"
TAKE_ALL = (
    "zip the whole .doccarchive folder, not one of its files; if this was downloaded as an "
    "archive, read what it says"
)


def tarred(form: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        tar.addfile(tarfile.TarInfo("Kit.doccarchive/data/documentation/kit.json"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind", "remedy"),
    [
        (gzip.compress(b"a tar", mtime=0), "a gzip file", UNPACK),
        (bz2.compress(b"a tar"), "a bzip2 file", UNPACK),
        (lzma.compress(b"a tar"), "an xz file", UNPACK),
        (bytes.fromhex("28b52ffd2405290000612074617268b7b3ad"), "a Zstandard file", UNPACK),
        (bytes.fromhex("377abcaf271c0004"), "a 7z archive", UNPACK),
        (b"Rar!\x1a\x07\x00", "a RAR archive", UNPACK),
        (b"Rar!\x1a\x07\x01\x00", "a RAR archive", UNPACK),
        (tarred(tarfile.USTAR_FORMAT), "a tar archive", UNPACK),
        (tarred(tarfile.GNU_FORMAT), "a tar archive", UNPACK),
        (tarred(tarfile.PAX_FORMAT), "a tar archive", UNPACK),
        (b'{"kind": "symbol"}', "JSON", TAKE_ALL),
        (b'\xef\xbb\xbf\r\n {"kind": "symbol"}', "JSON", TAKE_ALL),
        (b"<!DOCTYPE html>\n<title>Sign in</title>", "an HTML page", TAKE_ALL),
        (b'\n<html lang="en">', "an HTML page", TAKE_ALL),
    ],
)
def test_a_file_that_looks_like_something_else_is_called_that(
    data: bytes, kind: str, remedy: str
) -> None:
    error = refusal(data)
    assert error.code == Code.NOT_A_ZIP
    assert error.message == f"the file does not begin like a zip archive, but like {kind}"
    assert error.remedy == remedy


@pytest.mark.parametrize("data", [b"hello", b"PK", b"%PDF-1.7", b"\0" * 600, b"7z", b"a {", b"<p>"])
def test_a_file_that_looks_like_nothing_known_is_called_nothing(data: bytes) -> None:
    error = refusal(data)
    assert error.message == "the file does not begin like a zip archive"
    assert error.remedy == Code.NOT_A_ZIP.remedy
