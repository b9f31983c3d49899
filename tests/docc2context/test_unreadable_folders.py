"""What the system does not let us read of an unzipped archive is told of, by its own name."""

import errno
import io
import json
import os
import pickle
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import docc2context
from docc2context import EntryUnreadable, NothingConverted, SkippedPage, cli
from docc2context.archive.limits import DEFAULT_LIMITS
from docc2context.archive.reader import open_archive
from docc2context.archive.source import PIECE_BYTES
from docc2context.check import check
from tests.docc2context.archives import page

PAGES = "data/documentation"
KIT, SLOTH = f"{PAGES}/kit.json", f"{PAGES}/kit/sloth.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    archive = tmp_path / "Kit.doccarchive"
    (archive / PAGES / "kit").mkdir(parents=True)
    (archive / KIT).write_bytes(page("Kit"))
    (archive / SLOTH).write_bytes(page("Sloth"))
    return archive


def forbid(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Let a file or folder be refused: the system refuses root none."""
    module, opening = (os, "scandir") if path.is_dir() else (io, "open")
    allowed = getattr(module, opening)

    def refusing(asked: Any, *arguments: Any, **options: Any) -> Any:
        if str(asked) == str(path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
        return allowed(asked, *arguments, **options)

    monkeypatch.setattr(module, opening, refusing)


def skipped(folder: Path, **options: Any) -> list[SkippedPage]:
    out = folder.parent / "out"
    return docc2context.convert(folder, out, **options).pages_skipped


def test_a_page_that_may_not_be_read_is_skipped_and_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(monkeypatch, folder / SLOTH)
    reason = "the file cannot be read: Permission denied"
    assert skipped(folder) == [SkippedPage(SLOTH, reason)]
    assert (folder.parent / "out/documentation/kit.md").is_file()


def test_a_page_whose_name_is_no_utf_8_is_converted_under_a_name_that_tells_its_bytes(
    folder: Path,
) -> None:
    (folder / SLOTH).rename(os.fsdecode(os.fsencode(folder / PAGES) + b"/kit/sl\xf6th.json"))
    report = docc2context.convert(folder, folder.parent / "out")
    assert (report.pages_converted, report.pages_skipped) == (2, [])
    names = sorted(path.name for path in (folder.parent / "out/documentation").rglob("*.md"))
    assert names == ["kit.md", "sl_xf6th.md"]
    assert check(folder, folder.parent / "out").is_complete


def test_a_page_that_vanishes_is_skipped_and_named(folder: Path) -> None:
    reason = "the file cannot be read: No such file or directory"
    gone = iter([folder / SLOTH])

    def vanish(_done: int, _total: int) -> None:
        next(gone, folder / SLOTH).unlink(missing_ok=True)

    (folder / f"{PAGES}/a.json").write_bytes(page("A"))
    assert skipped(folder, on_page=vanish) == [SkippedPage(SLOTH, reason)]


def test_a_page_in_a_folder_that_may_be_listed_but_not_searched_is_skipped_and_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = Path.lstat

    def refusing(path: Path) -> os.stat_result:
        if path == folder / SLOTH:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
        return allowed(path)

    monkeypatch.setattr(Path, "lstat", refusing)
    assert skipped(folder) == [SkippedPage(SLOTH, "the file cannot be read: Permission denied")]


def test_what_is_no_regular_file_is_skipped_and_named(folder: Path) -> None:
    os.mkfifo(folder / PAGES / "fifo.json")
    (folder / PAGES / "link.json").symlink_to(folder / KIT)
    assert skipped(folder) == [
        SkippedPage(f"{PAGES}/fifo.json", "it is not a regular file"),
        SkippedPage(f"{PAGES}/link.json", "it is a link, and links are not followed"),
    ]


def test_an_archive_of_unreadable_pages_is_told_by_the_first(folder: Path) -> None:
    for name in (KIT, SLOTH):
        (folder / name).unlink()
        os.mkfifo(folder / name)
    with pytest.raises(
        NothingConverted, match=r"none of the archive's pages \(2\) could"
    ) as failed:
        skipped(folder)
    assert str(failed.value) == (
        f"none of the archive's pages (2) could be read: it is not a regular file (entry '{KIT}'); "
        "build the documentation again; if that does not help, report the archive"
    )


@pytest.mark.parametrize(
    ("unread", "entry"),
    [(f"{PAGES}/kit", f"{PAGES}/kit"), ("data", "Kit.doccarchive/data"), ("", "Kit.doccarchive")],
)
def test_a_folder_that_may_not_be_read_is_an_error_that_names_it(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    unread: str,
    entry: str,
) -> None:
    forbid(monkeypatch, folder / unread)
    assert cli.main(["convert", str(folder), "-o", str(folder.parent / "out")]) == 1
    assert capsys.readouterr().err == (
        f"docc2context: cannot convert {folder}: the folder cannot be read: Permission denied; "
        f"make it readable and try again (entry '{entry}')\n"
    )
    assert not (folder.parent / "out").exists()


def test_a_linked_folder_of_pages_is_an_error_that_names_it(folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir()
    (folder / PAGES / "more").symlink_to(folder.parent / "elsewhere")
    with pytest.raises(EntryUnreadable, match=f"links are not followed; .*'{PAGES}/more'"):
        skipped(folder)


def others(folder: Path) -> Iterator[Path]:
    yield folder / "images"
    yield folder.parent / "private"


def test_a_folder_without_pages_need_not_be_readable(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in others(folder):
        other.mkdir()
        forbid(monkeypatch, other)
    docc2context.convert(folder.parent, folder.parent / "out")
    assert (folder.parent / "out/documentation/kit/sloth.md").is_file()


def test_a_title_that_may_not_be_read_is_an_error_that_names_its_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "metadata.json").write_bytes(b'{"bundleDisplayName": "Zoo"}')
    forbid(monkeypatch, folder / "metadata.json")
    with pytest.raises(EntryUnreadable, match=r"cannot be read: .*'metadata.json'"):
        docc2context.convert(folder, folder.parent / "out")
    assert not (folder.parent / "out").exists()


def test_the_check_calls_no_page_whole_that_it_cannot_read(folder: Path) -> None:
    docc2context.convert(folder, folder.parent / "out")
    (folder / SLOTH).unlink()
    os.mkfifo(folder / SLOTH)
    with pytest.raises(EntryUnreadable, match="it is not a regular file"):
        check(folder, folder.parent / "out")


def test_the_error_can_be_raised_in_another_process_than_it_arose_in() -> None:
    error = EntryUnreadable("it is not a regular file", "a\nb")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.reason, copy.entry) == (str(error), error.reason, error.entry)


PICTURE = "images/sloth.png"


@pytest.fixture
def illustrated(folder: Path) -> Path:
    """With a picture of two pieces and a bit on a page."""
    picture = folder / PICTURE
    picture.parent.mkdir()
    picture.write_bytes(bytes(2 * PIECE_BYTES + 1))
    shown = {"type": "image", "alt": "A sloth", "variants": [{"url": f"/{PICTURE}", "traits": []}]}
    node = json.loads(page("Kit")) | {
        "abstract": [{"type": "image", "identifier": "sloth"}],
        "references": {"sloth": shown},
    }
    (folder / KIT).write_text(json.dumps(node))
    return folder


def test_an_asset_that_may_not_be_read_ends_the_conversion_and_is_named(
    illustrated: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    forbid(monkeypatch, illustrated / PICTURE)
    out = illustrated.parent / "out"
    assert cli.main(["convert", str(illustrated), "-o", str(out), "--assets"]) == 1
    assert capsys.readouterr().err == (
        f"docc2context: cannot convert {illustrated}: the file cannot be read: Permission denied "
        f"(entry '{PICTURE}')\n"
    )
    assert not out.exists()


@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_an_asset_that_is_no_regular_file_ends_the_conversion_and_is_named(
    illustrated: Path, kind: str
) -> None:
    (illustrated / PICTURE).rename(illustrated / "images/other.png")
    if kind == "fifo":
        os.mkfifo(illustrated / PICTURE)
    else:
        (illustrated / PICTURE).symlink_to("other.png")
    reason = "it is a link, and links" if kind == "link" else "it is not a regular file"
    with pytest.raises(EntryUnreadable, match=f"{reason}.*'{PICTURE}'"):
        skipped(illustrated, assets=True)
    assert skipped(illustrated) == []


@pytest.mark.parametrize("kind", ["link", "forbidden"])
def test_a_folder_of_assets_that_cannot_be_listed_is_an_error_that_names_it(
    illustrated: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    images = illustrated / "images"
    if kind == "forbidden":
        forbid(monkeypatch, images)
    else:
        images.rename(illustrated.parent / "elsewhere")
        images.symlink_to(illustrated.parent / "elsewhere")
    reason = "links are not followed" if kind == "link" else "the folder cannot be read"
    with pytest.raises(EntryUnreadable, match=f"{reason}.*'images'"):
        skipped(illustrated, assets=True)
    assert skipped(illustrated) == []


def test_a_folder_that_holds_no_assets_need_not_be_listed(illustrated: Path) -> None:
    (illustrated / "index").symlink_to("images")
    (illustrated.parent / "elsewhere").symlink_to("Kit.doccarchive")
    report = docc2context.convert(illustrated.parent, illustrated.parent / "out", assets=True)
    assert report.assets_copied == 1


@pytest.mark.parametrize("change", [-1, 1])
@pytest.mark.parametrize("pieces_before", [0, 1])
def test_an_asset_whose_size_changes_before_it_has_been_read_is_not_taken_for_whole(
    illustrated: Path, pieces_before: int, change: int
) -> None:
    with open_archive(illustrated, DEFAULT_LIMITS, assets=True) as archive:
        size = archive.asset_size(PICTURE)
        pieces = archive.read_asset(PICTURE)
        assert len(list(islice(pieces, pieces_before))) == pieces_before
        os.truncate(illustrated / PICTURE, size + change)
        with pytest.raises(EntryUnreadable, match=f"size changed .*'{PICTURE}'"):
            list(pieces)
        assert archive.asset_size(PICTURE) == size
