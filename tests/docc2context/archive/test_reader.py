import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from docc2context.archive.central_directory import Entry
from docc2context.archive.limits import DEFAULT_LIMITS, Limits
from docc2context.archive.local_headers import LocalHeaders
from docc2context.archive.reader import open_archive
from docc2context.archive.source import Source
from docc2context.errors import ArchiveRefused, Code, EntryUnreadable, LimitExceeded
from docc2context.wording import quoted
from tests.docc2context.archives import ROOT, archive, page, zipped

PAGE = "data/documentation/kit.json"


def refusal(data: bytes, limits: Limits = DEFAULT_LIMITS) -> ArchiveRefused:
    with pytest.raises(ArchiveRefused) as refused, open_archive(data, limits) as opened:
        for name in opened.pages:
            opened.read(name)
    return refused.value


def patched(data: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """`data` with the field at `offset` of each header that begins with `signature` overwritten."""
    changed = bytearray(data)
    position = data.find(signature)
    while position >= 0:
        changed[position + offset : position + offset + len(value)] = value
        position = data.find(signature, position + 1)
    return bytes(changed)


def test_a_zip_gives_its_pages_and_its_metadata() -> None:
    files = {PAGE: b"{}", "metadata.json": b'{"bundleDisplayName": "Kit"}', "theme.json": b"{}"}
    data = zipped({f"{ROOT}{name}": content for name, content in files.items()})
    with open_archive(data, DEFAULT_LIMITS) as opened:
        assert opened.pages == (PAGE,)
        assert opened.read(PAGE) == b"{}"
        assert opened.metadata() == b'{"bundleDisplayName": "Kit"}'


@pytest.mark.parametrize("name", ["data/a.json", "data/documentation/kit.json/a", "metadata.json"])
def test_what_is_no_page_is_not_read_as_one(name: str) -> None:
    with (
        open_archive(zipped({PAGE: b"{}", "metadata.json": b"{}"}), DEFAULT_LIMITS) as opened,
        pytest.raises(KeyError, match=name),
    ):
        opened.read(name)


def test_a_folder_gives_the_same_as_its_zip(tmp_path: Path) -> None:
    file = tmp_path / ROOT / PAGE
    file.parent.mkdir(parents=True)
    file.write_bytes(b"{}")
    with open_archive(tmp_path / ROOT, DEFAULT_LIMITS) as opened:
        assert (opened.pages, opened.read(PAGE), opened.metadata()) == ((PAGE,), b"{}", None)
    (tmp_path / ROOT / "metadata.json").write_bytes(b'{"bundleDisplayName": "Kit"}')
    with open_archive(tmp_path / ROOT, DEFAULT_LIMITS) as opened:
        assert opened.metadata() == b'{"bundleDisplayName": "Kit"}'


def test_the_files_beside_the_pages_are_sorted_and_below_the_root(tmp_path: Path) -> None:
    there = [f"images/{name}.png" for name in ("e", "d", "c", "b", "a")]
    passed_over = ["data/pic.png", "index/index.json", "images/._a.png", "images/.DS_Store"]
    files = {f"{ROOT}{name}": b"{}" for name in (PAGE, *there, *passed_over)} | {"beside.png": b""}
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    for source in (zipped(files), tmp_path):
        with open_archive(source, DEFAULT_LIMITS, assets=True) as opened:
            assert opened.assets == tuple(sorted(there))


@pytest.mark.parametrize("assets", [False, True])
@pytest.mark.parametrize("name", ["Kit.md", "Tour.tutorial"])
def test_a_folder_of_sources_is_called_that_as_its_zip_is(
    name: str, assets: bool, tmp_path: Path
) -> None:
    (tmp_path / "Kit.docc").mkdir()
    (tmp_path / "Kit.docc" / name).write_bytes(b"# Kit")
    for source in (zipped({f"Kit.docc/{name}": b"# Kit"}), tmp_path / "Kit.docc"):
        with (
            pytest.raises(
                ArchiveRefused, match=r"but what looks like the sources of a \.docc catalog"
            ),
            open_archive(source, DEFAULT_LIMITS, assets=assets),
        ):
            pass


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / ROOT / "data/documentation"
    folder.mkdir(parents=True)
    (folder / "kit.json").write_bytes(b"{}")
    (tmp_path / "secret.json").write_bytes(b"{}")
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    with (
        open_archive(tmp_path / ROOT, DEFAULT_LIMITS) as opened,
        pytest.raises(EntryUnreadable, match=r"it is a link, .*entry 'data/documentation/link"),
    ):
        opened.read("data/documentation/link.json")
    (tmp_path / ROOT / "metadata.json").symlink_to(tmp_path / "secret.json")
    with (
        open_archive(tmp_path / ROOT, DEFAULT_LIMITS) as opened,
        pytest.raises(EntryUnreadable, match=r"it is a link, .*entry 'metadata"),
    ):
        opened.metadata()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", Code.EMPTY_UPLOAD),
        (b"%PDF-1.7", Code.NOT_A_ZIP),
        (b"PK\x03\x04", Code.INVALID_ZIP),
        (archive(kit=page("Kit"))[:-30], Code.INVALID_ZIP),
        (archive(kit=page("Kit"))[: len(archive(kit=page("Kit"))) // 2], Code.INVALID_ZIP),
        (zipped({"readme.txt": b"hi"}), Code.NO_DOCC_DATA),
        (zipped({}), Code.NO_DOCC_DATA),
        (zipped({f"{ROOT}../{PAGE}": b"{}"}), Code.UNSAFE_ENTRY_NAME),
        (zipped({f"/{PAGE}": b"{}"}), Code.UNSAFE_ENTRY_NAME),
        (zipped({f"C:\\{PAGE}": b"{}"}), Code.UNSAFE_ENTRY_NAME),
        (zipped({"data/documentation/a\nb.json": b"{}"}), Code.UNSAFE_ENTRY_NAME),
        (zipped({PAGE: b"{}"}, zipfile.ZIP_BZIP2), Code.UNSUPPORTED_COMPRESSION),
        (patched(zipped({PAGE: b"{}"}), b"PK\x01\x02", 8, b"\x01"), Code.ENCRYPTED),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_code(data: bytes, code: Code) -> None:
    assert refusal(data).code == code


def test_a_damaged_page_is_refused_by_name() -> None:
    crc = struct.pack("<I", 7)
    data = patched(zipped({PAGE: b"{}" * 50}), b"PK\x01\x02", 16, crc)
    data = patched(data, b"PK\x03\x04", 14, crc)
    error = refusal(data)
    assert (error.code, error.entry) == (Code.INVALID_ZIP, repr(PAGE))


@pytest.mark.parametrize("declared", [50, 5000])
def test_a_page_that_lies_about_its_size_is_refused_unread(declared: int) -> None:
    size = struct.pack("<I", declared)
    data = patched(zipped({PAGE: b"x" * 1000}), b"PK\x01\x02", 24, size)
    assert refusal(patched(data, b"PK\x03\x04", 22, size)).code == Code.INVALID_ZIP


def test_two_pages_of_one_name_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr(PAGE, b"{}")
        file.writestr(PAGE, b"[]")
    assert refusal(buffer.getvalue()).code == Code.DUPLICATE_ENTRY


def test_a_page_that_is_a_link_is_refused() -> None:
    info = zipfile.ZipInfo(PAGE)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(info, b"/etc/passwd")
    assert refusal(buffer.getvalue()).code == Code.UNSAFE_ENTRY_TYPE


@pytest.mark.parametrize(
    ("limits", "code", "limit"),
    [
        (Limits(max_entries=1), Code.TOO_MANY_ENTRIES, 1),
        (Limits(max_page_bytes=10), Code.ARCHIVE_TOO_LARGE, 10),
        (Limits(max_archive_bytes=100), Code.ARCHIVE_TOO_LARGE, 100),
    ],
)
def test_what_is_over_a_limit_is_refused_with_the_limit(
    limits: Limits, code: Code, limit: int
) -> None:
    error = refusal(archive(a=page("A"), b=page("B")), limits)
    assert isinstance(error, LimitExceeded)
    assert (error.code, error.limit) == (code, limit)


def test_a_refusal_tells_of_all_entries_that_there_are_not_of_the_first_one_too_many() -> None:
    error = refusal(archive(a=page("A"), b=page("B"), c=page("C")), Limits(max_entries=1))
    assert "has 3 entries, over the limit of 1" in str(error)


@pytest.mark.parametrize(
    ("limits", "entry", "limit"),
    [
        (Limits(max_page_bytes=59), "data/a.json", 59),
        (Limits(max_page_bytes=60, max_archive_bytes=99), None, 99),
    ],
)
def test_pages_in_a_folder_are_held_to_the_limits_too(
    tmp_path: Path, limits: Limits, entry: str | None, limit: int
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.json").write_bytes(b"x" * 60)
    (tmp_path / "data/b.json").write_bytes(b"y" * 40)
    with pytest.raises(LimitExceeded) as refused, open_archive(tmp_path, limits):
        pass
    found = refused.value.code, refused.value.entry, refused.value.limit
    assert found == (Code.ARCHIVE_TOO_LARGE, entry and quoted(entry), limit)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_is_at_a_limit_is_read(method: int) -> None:
    data = zipped({"data/a.json": b"x" * 60, "data/b.json": b"y" * 40}, method)
    with open_archive(
        data, Limits(max_entries=2, max_page_bytes=60, max_archive_bytes=100)
    ) as opened:
        assert [opened.read(name) for name in opened.pages] == [b"x" * 60, b"y" * 40]


def test_names_in_utf8_are_read_even_without_their_flag() -> None:
    name = "data/documentation/größe.json"
    data = patched(zipped({name: b"{}"}), b"PK\x01\x02", 8, b"\x00\x00")
    data = patched(data, b"PK\x03\x04", 6, b"\x00\x00")
    with open_archive(data, DEFAULT_LIMITS) as opened:
        assert opened.pages == (name,)
        assert opened.read(name) == b"{}"


def test_backslashes_and_a_leading_dot_are_read_as_windows_meant_them() -> None:
    data = zipped({"./Kit.doccarchive\\data\\documentation\\kit.json": b"{}"})
    with open_archive(data, DEFAULT_LIMITS) as opened:
        assert opened.pages == (PAGE,)


def test_an_archive_with_a_thousand_others_in_it_is_the_outermost() -> None:
    nested = {f"downloads/{n}.doccarchive/{PAGE}": b"[]" for n in range(1000)}
    with open_archive(zipped({PAGE: b"{}", **nested}), DEFAULT_LIMITS) as opened:
        assert opened.pages == (PAGE,)


@pytest.mark.parametrize(("size", "is_kept"), [(1_000_000, True), (1_000_001, False)])
def test_metadata_of_a_strange_size_is_passed_over(
    tmp_path: Path, size: int, *, is_kept: bool
) -> None:
    files = {PAGE: b"{}", "metadata.json": b" " * size}
    kept = files["metadata.json"] if is_kept else None
    with open_archive(zipped(files), DEFAULT_LIMITS) as opened:
        assert opened.metadata() == kept
    for name, data in files.items():
        file = tmp_path / ROOT / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    with open_archive(tmp_path / ROOT, DEFAULT_LIMITS) as opened:
        assert opened.metadata() == kept


def test_a_patch_is_not_blamed_on_its_method() -> None:
    """Its method may be deflate, which is supported."""
    data = patched(zipped({PAGE: b"{}"}), b"PK\x01\x02", 8, b"\x20\x00")
    refused = refusal(patched(data, b"PK\x03\x04", 6, b"\x20\x00"))
    assert refused.code == Code.UNSUPPORTED_COMPRESSION
    assert refused.message == "an entry is compressed patched data"


def test_a_zip_that_becomes_shorter_while_its_headers_are_read_is_refused() -> None:
    entry = Entry(PAGE.encode(), 0, 0, 0, 0, 0, offset=40, mode=0, unicode_path=None)
    headers = LocalHeaders(Source(io.BytesIO(bytes(60))), directory_offset=1000, max_bytes=1000)
    with pytest.raises(ArchiveRefused, match="got shorter while it was being read") as refused:
        headers.place(entry, PAGE)
    assert (refused.value.code, refused.value.entry) == (Code.INVALID_ZIP, repr(PAGE))
