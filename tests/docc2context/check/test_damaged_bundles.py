"""A bundle or a document that is damaged is told of as what it is, and no fault of others is."""

import os
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

import docc2context
from docc2context import BundleUnusable
from docc2context.check import check
from tests.docc2context.archives import archive, page, unzipped, zipped

KIT = archive(
    a=page("A", abstract=[{"type": "text", "text": "Slow. " * 30}]), b=page("B"), bad=b"{"
)
SOURCE, FILE = "data/documentation/a.json", "documentation/a.md"
ANEW = "restore it, or convert the archive again"
WROTE = "name the folder, zip or document that `convert` wrote"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    docc2context.convert(KIT, tmp_path / "b.zip")
    return tmp_path / "b.zip"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    docc2context.convert(KIT, tmp_path / "d.md", single=True)
    return tmp_path / "d.md"


def told(place: Path) -> str:
    with pytest.raises(BundleUnusable) as unusable:
        check(KIT, place)
    assert unusable.value.code == "bundle_unusable"
    return str(unusable.value)


def offset(data: bytes, name: str) -> tuple[int, int]:
    """Where an entry's local header and its header in the directory stand."""
    return data.index(name.encode()) - 30, data.rindex(name.encode()) - 46


def flipped(data: bytes, name: str) -> bytes:
    """The zip with an entry whose compressed bytes mean nothing."""
    start = data.index(name.encode()) + len(name)
    return data[:start] + b"\xff" * 9 + data[start + 9 :]


def with_field(data: bytes, name: str, places: tuple[int, int], value: bytes) -> bytes:
    """The zip with another value in a field of an entry, in both of its headers."""
    changed = bytearray(data)
    for header, place in zip(offset(data, name), places, strict=True):
        changed[header + place : header + place + len(value)] = value
    return bytes(changed)


def encrypted(data: bytes, name: str) -> bytes:
    return with_field(data, name, (6, 8), b"\1\0")


def packed_by_method_99(data: bytes, name: str) -> bytes:
    return with_field(data, name, (8, 10), b"\x63\0")


def packed_by_lzma(data: bytes, name: str) -> bytes:
    return with_field(data, name, (8, 10), b"\x0e\0")


def with_wrong_crc(data: bytes, name: str) -> bytes:
    return with_field(data, name, (14, 16), b"\0\0\0\0")


DAMAGES = [flipped, encrypted, packed_by_method_99, packed_by_lzma, with_wrong_crc]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_page_is_named(bundle: Path, damage: Callable[[bytes, str], bytes]) -> None:
    bundle.write_bytes(damage(bundle.read_bytes(), FILE))
    why = "it is damaged or encrypted"
    assert told(bundle) == f"page '{SOURCE}' of the bundle 'b.zip' cannot be read: {why}; {ANEW}"


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_manifest_is_named(bundle: Path, damage: Callable[[bytes, str], bytes]) -> None:
    bundle.write_bytes(damage(bundle.read_bytes(), "manifest.json"))
    assert told(bundle) == f"the bundle 'b.zip' has no readable manifest.json; {WROTE}"


def test_a_page_that_is_not_utf_8_is_named(bundle: Path, tmp_path: Path) -> None:
    docc2context.convert(KIT, tmp_path / "out")
    file = tmp_path / "out" / FILE
    file.write_bytes(b"# \xff")
    bundle.write_bytes(zipped(unzipped(bundle.read_bytes()) | {FILE: b"\xff"}))
    for name in ("out", "b.zip"):
        named = f"page '{SOURCE}' of the bundle '{name}' cannot be read"
        assert told(tmp_path / name) == f"{named}: it is not UTF-8; {ANEW}"


def test_a_page_of_a_folder_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docc2context.convert(KIT, tmp_path / "out")
    opened = Path.open

    def refusing(path: Path, mode: str) -> object:
        if path.suffix == ".md":
            raise PermissionError(13, os.strerror(13))
        return opened(path, mode)

    monkeypatch.setattr(Path, "open", refusing)
    named = f"page '{SOURCE}' of the bundle 'out' cannot be read"
    assert told(tmp_path / "out") == f"{named}: Permission denied; {ANEW}"


def test_a_pipe_in_a_folder_is_no_file_of_it_and_is_not_waited_for(tmp_path: Path) -> None:
    docc2context.convert(KIT, tmp_path / "out")
    for name in (FILE, "manifest.json"):
        (tmp_path / "out" / name).unlink()
        os.mkfifo(tmp_path / "out" / name)
        if name == FILE:
            assert check(KIT, tmp_path / "out").content.found == 1
    assert told(tmp_path / "out") == f"the bundle 'out' has no readable manifest.json; {WROTE}"


def test_pages_whose_files_are_gone_lack_all_their_strings(tmp_path: Path) -> None:
    docc2context.convert(KIT, tmp_path / "out")
    for file in (tmp_path / "out/documentation").iterdir():
        file.unlink()
    (tmp_path / "out/documentation").rmdir()
    assert check(KIT, tmp_path / "out").content.found == 0
    (tmp_path / "out/documentation").write_text("")
    assert check(KIT, tmp_path / "out").content.found == 0


def test_a_document_that_is_cut_off_lacks_its_last_pages_or_has_none(document: Path) -> None:
    whole = document.read_bytes()
    document.write_bytes(whole[: whole.index(b"# B\n")])
    assert [string.text for string in check(KIT, document).content.missing] == ["B"]
    document.write_bytes(whole[: whole.index(b"# A\n")])
    assert told(document) == f"the document 'd.md' has no pages; {WROTE}"


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        (b'skipped: ["', b'skipped: [oops"', "has front matter that cannot be read"),
        (b"Slow.", b"\xff", "is not UTF-8"),
    ],
)
def test_a_document_that_is_damaged_is_called_one(
    document: Path, old: bytes, new: bytes, wrong: str
) -> None:
    whole = document.read_bytes()
    assert old in whole
    document.write_bytes(whole.replace(old, new))
    assert told(document) == f"the document 'd.md' {wrong}; {WROTE}"


def test_a_page_of_a_document_whose_path_is_damaged_lacks_all_its_strings(document: Path) -> None:
    text = document.read_text()
    document.write_text(text.replace('path: "/documentation/b"', r'path: "\q/documentation/b"'))
    assert [string.text for string in check(KIT, document).content.missing] == ["B"]


def test_front_matter_of_a_page_whose_escapes_are_damaged_lacks_what_they_told(
    tmp_path: Path,
) -> None:
    platforms = [{"name": 'i"OS', "introducedAt": "14.0"}]
    kit = archive(a=page("A", kind="symbol", metadata={"title": "A", "platforms": platforms}))
    docc2context.convert(kit, tmp_path / "out")
    file = tmp_path / "out" / FILE
    assert check(kit, tmp_path / "out").is_complete
    file.write_text(file.read_text().replace(r"i\"OS", r"i\qOS"))
    assert [string.text for string in check(kit, tmp_path / "out").content.missing] == ['i"OS']


def test_whatever_byte_is_another_nothing_but_our_own_errors_comes_out(
    bundle: Path, document: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    for place in (bundle, document):
        whole = place.read_bytes()
        changed = tmp_path / "out" / place.name
        for i in range(len(whole)):
            changed.write_bytes(whole[:i] + bytes([whole[i] ^ 0xFF]) + whole[i + 1 :])
            with suppress(BundleUnusable):
                check(KIT, changed)


@pytest.mark.parametrize("error", [KeyError("x"), zipfile.BadZipFile("x"), OSError("x")])
def test_what_the_caller_raises_comes_out_as_it_is(bundle: Path, error: Exception) -> None:
    def on_page(_done: int, _total: int) -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        check(KIT, bundle, on_page=on_page)
    assert raised.value is error


def test_a_bundle_that_may_not_be_read_is_told_with_the_reason(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_arguments: object, **_options: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "open", refusing)
    assert re.match("the bundle 'b.zip' cannot be read: Permission denied; name", told(bundle))
