import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from docc2context.bundle.placement import open_sink
from docc2context.errors import DestinationError, OutputTooLarge
from tests.docc2context.archives import unzipped, zipped

PLENTY = 1000


def test_a_zip_has_no_date_and_no_origin() -> None:
    buffer = io.BytesIO()
    with open_sink(buffer, PLENTY, replace=False) as sink:
        sink.write("a/b.md", sink.pack(b"text"))
    with zipfile.ZipFile(buffer) as file:
        (info,) = file.infolist()
    assert (info.date_time, info.create_system, oct(info.external_attr >> 16)) == (
        (1980, 1, 1, 0, 0, 0),
        3,
        "0o100644",
    )


@pytest.mark.parametrize("name", ["out.zip", "deep/er/out.zip"])
def test_a_path_that_ends_in_zip_becomes_a_zip(tmp_path: Path, name: str) -> None:
    with open_sink(tmp_path / name, PLENTY, replace=False) as sink:
        sink.write("a.md", sink.pack(b"text"))
    assert unzipped((tmp_path / name).read_bytes()) == {"a.md": b"text"}


def test_another_path_becomes_a_folder(tmp_path: Path) -> None:
    with open_sink(tmp_path / "out", PLENTY, replace=False) as sink:
        sink.write("a/b/c.md", sink.pack(b"text"))
        sink.write("a/d.md", sink.pack(b"more"))
    assert held(tmp_path) == {"out/a/b/c.md": b"text", "out/a/d.md": b"more"}


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_nothing_is_left_when_the_bundle_is_not_whole(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        open_sink(tmp_path / name, PLENTY, replace=False) as sink,
    ):
        sink.write("a.md", sink.pack(b"text"))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_output_over_the_limit_is_stopped(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(OutputTooLarge, match="5 bytes") as error,
        open_sink(tmp_path / name, 5, replace=False) as sink,
    ):
        sink.write("a.md", sink.pack(b"12345"))
        sink.write("b.md", sink.pack(b"6"))
    assert error.value.limit == 5


def test_a_file_is_left_empty_when_the_bundle_is_not_whole() -> None:
    buffer = io.BytesIO()
    with pytest.raises(OutputTooLarge), open_sink(buffer, 5, replace=False) as sink:
        sink.write("a.md", sink.pack(b"12345"))
        assert b"a.md" in buffer.getvalue()
        sink.write("b.md", sink.pack(b"6"))
    assert buffer.getvalue() == b""


def test_a_file_holds_the_whole_bundle_before_it_is_closed(tmp_path: Path) -> None:
    with (tmp_path / "kit.zip").open("wb") as file:
        with open_sink(file, PLENTY, replace=False) as sink:
            sink.write("a.md", sink.pack(b"text"))
        assert unzipped((tmp_path / "kit.zip").read_bytes()) == {"a.md": b"text"}


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_what_is_not_yet_whole_has_a_hidden_name_that_tells_whose_it_is(
    tmp_path: Path, name: str
) -> None:
    with open_sink(tmp_path / name, PLENTY, replace=False):
        (work,) = tmp_path.iterdir()
        assert work.name.startswith(".docc2context-unfinished.")


def test_an_asset_of_four_gib_is_refused_unread() -> None:
    with (
        pytest.raises(OutputTooLarge) as error,
        open_sink(io.BytesIO(), 1 << 40, replace=False) as sink,
    ):
        sink.write_asset("a.mov", 0xFFFFFFFF, iter([b"never"]))
    assert error.value.limit == 0xFFFFFFFE


def test_what_stands_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("mine")
    (tmp_path / "out.zip").write_text("mine")
    for name in ("out", "out.zip"):
        with (
            pytest.raises(DestinationError, match="so it is never replaced; choose another place"),
            open_sink(tmp_path / name, PLENTY, replace=False),
        ):
            pass
    assert (tmp_path / "out/mine.txt").read_text() == "mine"


OURS = [
    b'{"format":1,"converter":{"name":"docc2context","version":"0.1.0"},"title":"Kit",\n"pages": [',
    b'{"format":23,"converter":{"name":"docc2context","version":"4.5"}',
]
"""What manifests of ours begin with, in the first version and in any other."""

FOREIGN = [
    b"",
    b"{}",
    b'{"name": "My site", "icons": [], "start_url": "/"}',
    b'{"format":1,"converter":{"name":"another","version":"0.1.0"},"title":"docc2context"',
    b'{"format":1,"title":"Kit","converter":{"name":"docc2context","version":"0.1.0"}',
    b'{"format":1,"converter":{"name":"docc2context-fork","version":"0.1.0"}',
    b'[{"format":1,"converter":{"name":"docc2context","version":"0.1.0"}}]',
]
"""What many another tool calls `manifest.json` too."""


def replaced(path: Path) -> None:
    with open_sink(path, PLENTY, replace=True) as sink:
        sink.write("a.md", sink.pack(b"new"))


@pytest.mark.parametrize("opening", OURS)
def test_a_bundle_of_any_version_is_replaced(tmp_path: Path, opening: bytes) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle/manifest.json").write_bytes(opening)
    (tmp_path / "bundle.zip").write_bytes(zipped({"manifest.json": opening}))
    for name in ("bundle", "bundle.zip"):
        replaced(tmp_path / name)
    assert [path.name for path in (tmp_path / "bundle").iterdir()] == ["a.md"]
    assert unzipped((tmp_path / "bundle.zip").read_bytes()) == {"a.md": b"new"}


@pytest.mark.parametrize("manifest", FOREIGN)
def test_what_has_a_manifest_of_another_tool_is_left_alone(tmp_path: Path, manifest: bytes) -> None:
    files = {"manifest.json": manifest, "thesis.docx": b"old"}
    (tmp_path / "site").mkdir()
    for name, data in files.items():
        (tmp_path / "site" / name).write_bytes(data)
    (tmp_path / "site.zip").write_bytes(zipped(files))
    for name in ("site", "site.zip"):
        with pytest.raises(DestinationError, match="so it is never replaced; choose another place"):
            replaced(tmp_path / name)
    assert {path.name: path.read_bytes() for path in (tmp_path / "site").iterdir()} == files
    assert unzipped((tmp_path / "site.zip").read_bytes()) == files


def test_what_has_no_manifest_that_can_be_read_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "folder/manifest.json").mkdir(parents=True)
    os.mkfifo(tmp_path / "manifest.json")
    whole, bzip2 = zipped({"manifest.json": OURS[0] * 99}), zipfile.ZIP_BZIP2
    start = whole.index(b"manifest.json") + len("manifest.json")
    zips = {
        "other.zip": zipped({"Kit/data/a.json": b"{}"}),
        "none.zip": b"hello",
        "cut.zip": whole[:60],
        "damaged.zip": whole[:start] + b"\xff" * 9 + whole[start + 9 :],
        "encrypted.zip": whole.replace(b"\x14\0\0\0\x08\0", b"\x14\0\1\0\x08\0"),
        "packed.zip": zipped({"manifest.json": OURS[0]}, bzip2),
    }
    for name, data in zips.items():
        (tmp_path / name).write_bytes(data)
    for name in ("folder", "", *zips):
        with pytest.raises(DestinationError, match="so it is never replaced; choose another place"):
            replaced(tmp_path / name)
    assert {name: (tmp_path / name).read_bytes() for name in zips} == zips


def filled(path: Path, text: bytes = b"new", *, replace: bool = False) -> dict[str, bytes]:
    """What a folder holds after a page and a manifest were written there."""
    with open_sink(path, PLENTY, replace=replace) as sink:
        sink.write("docs/a.md", sink.pack(text))
        sink.write("manifest.json", sink.pack(OURS[0]))
    return held(path)


def held(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


BUNDLE = {"docs/a.md": b"new", "manifest.json": OURS[0]}


def test_a_folder_that_stands_there_is_filled_and_replaced_in_its_place(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o2750)
    before = out.stat()
    assert filled(out, b"old") == {**BUNDLE, "docs/a.md": b"old"}
    (out / "old.md").write_text("")
    assert filled(out, replace=True) == BUNDLE
    after = out.stat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    assert sorted(path.name for path in out.iterdir()) == ["docs", "manifest.json"]


def test_what_is_hidden_in_a_folder_stays_when_it_is_filled_and_replaced(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_bytes(b"ref")
    (tmp_path / ".gitignore").write_bytes(b"*")
    hidden = held(tmp_path)
    assert filled(tmp_path, b"old") == {**hidden, **BUNDLE, "docs/a.md": b"old"}
    assert filled(tmp_path, replace=True) == {**hidden, **BUNDLE}


def test_a_mount_point_is_filled_and_replaced(small_workspace: Path) -> None:
    assert filled(small_workspace) == BUNDLE
    assert filled(small_workspace, b"newer", replace=True) == {**BUNDLE, "docs/a.md": b"newer"}


def test_the_empty_folder_that_this_runs_in_is_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert filled(Path()) == BUNDLE


def test_a_bundle_is_replaced_though_the_folder_that_this_runs_in_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path / "out", b"old")
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert filled(tmp_path / "out", replace=True) == BUNDLE


def fail_to_exchange(out: Path) -> None:
    """Replace the bundle in a folder, in which something else takes a page's place meanwhile."""
    with open_sink(out, PLENTY, replace=True) as sink:
        for name in ("docs/a.md", "b.md", "c.md", "manifest.json"):
            sink.write(name, sink.pack(b"new"))
        (out / "c.md").mkdir()


def test_a_bundle_that_cannot_be_exchanged_is_as_before(tmp_path: Path) -> None:
    out = tmp_path / "out"
    filled(out, b"old")
    (out / "b.md").mkdir()
    before = held(out)
    with pytest.raises(DestinationError, match="cannot be written: Is a directory"):
        fail_to_exchange(out)
    assert held(out) == before
    assert sorted(path.name for path in out.iterdir()) == ["b.md", "c.md", "docs", "manifest.json"]


def test_a_signal_while_a_failed_exchange_is_undone_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    filled(out, b"old")
    before = held(out)
    there, signals = os.path.lexists, [KeyboardInterrupt()]

    def there_with_signal(path: Path) -> bool:
        if signals:  # as Python's handler does: a shell may have this process ignore SIGINT
            raise signals.pop()
        return there(path)

    monkeypatch.setattr(os.path, "lexists", there_with_signal)
    with pytest.raises(KeyboardInterrupt):
        fail_to_exchange(out)
    assert held(out) == before


REPLACED_UNTIL_KILLED = """
import os, sys
from pathlib import Path
from tests.docc2context.bundle.test_placement import filled

left = int(sys.argv[2])

def kill_before_a_rename(event, args):
    global left
    if event == "os.rename":
        left -= 1
        if left < 0:
            os._exit(9)

sys.addaudithook(kill_before_a_rename)
filled(Path(sys.argv[1]), replace=True)
"""


@pytest.mark.parametrize(
    ("renames", "stands"),
    [
        (0, {**BUNDLE, "docs/a.md": b"old"}),
        (1, {"docs/a.md": b"old"}),
        (2, {}),
        (3, {"docs/a.md": b"new"}),
        (4, BUNDLE),
        (5, BUNDLE),
    ],
)
def test_a_bundle_that_was_half_replaced_when_we_were_killed_has_no_manifest(
    tmp_path: Path, renames: int, stands: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    filled(out, b"old")
    program = [sys.executable, "-c", REPLACED_UNTIL_KILLED, str(out), str(renames)]
    assert subprocess.run(program, check=False).returncode == (9 if renames < 5 else 0)
    shown = {name: data for name, data in held(out).items() if not name.startswith(".")}
    assert shown == stands


REPLACED_IN_VAIN = """
import errno, os, sys
from pathlib import Path
from docc2context.errors import DestinationError
from tests.docc2context.bundle.test_placement import filled

out, left = Path(sys.argv[1]), int(sys.argv[2])

def become_read_only(event, args):
    global left
    if event == "os.rename":
        left -= 1
    if left < 0 and event in {"os.rename", "os.remove", "os.rmdir"}:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

def take_a_place(event, args):
    if event == "os.rename" and args[1] == str(out / "docs") and not (out / "docs").exists():
        (out / "docs").mkdir()
        (out / "docs/mine.txt").write_text("mine")

sys.addaudithook(take_a_place if left < 0 else become_read_only)
try:
    filled(out, replace=True)
except DestinationError as error:
    print(error)
"""


def replaced_in_vain(out: Path, renames: int) -> tuple[str, dict[str, bytes]]:
    """The error, and what is beside the earlier content, when so many renames can be made.

    If that is less than none, something takes the place of the earlier pages instead.
    """
    filled(out, b"old")
    program = [sys.executable, "-c", REPLACED_IN_VAIN, str(out), str(renames)]
    run = subprocess.run(program, check=True, capture_output=True, text=True)
    return run.stdout.rstrip("\n"), held(out)


@pytest.mark.parametrize("renames", [1, 2, 3, 4])
def test_what_can_be_neither_replaced_nor_put_back_is_kept_and_the_error_says_where(
    tmp_path: Path, renames: int
) -> None:
    error, after = replaced_in_vain(tmp_path / "out", renames)
    (kept,) = (path.name for path in (tmp_path / "out").glob(".docc2context-replaced.*"))
    assert error == (
        "'out' is left half replaced: 'out' cannot be written: Read-only file system; "
        f"what it held is in its folder '{kept}'; move that back into place"
    )
    assert after[f"{kept}/manifest.json"] == OURS[0]
    assert after["docs/a.md" if renames == 1 else f"{kept}/docs/a.md"] == b"old"


def test_what_takes_the_place_of_earlier_content_is_kept_as_is_that(tmp_path: Path) -> None:
    error, after = replaced_in_vain(tmp_path / "out", -1)
    (kept,) = (path.name for path in (tmp_path / "out").glob(".*"))
    assert error.startswith("'out' is left half replaced: 'out' cannot be written: File exists")
    assert after == {
        "docs/mine.txt": b"mine",
        f"{kept}/docs/a.md": b"old",
        f"{kept}/manifest.json": OURS[0],
    }


def test_what_cannot_be_moved_at_all_is_left_as_it_is(tmp_path: Path) -> None:
    error, after = replaced_in_vain(tmp_path / "out", 0)
    assert error == "'out' cannot be written: Read-only file system; choose another place"
    assert {name: data for name, data in after.items() if not name.startswith(".")} == {
        **BUNDLE,
        "docs/a.md": b"old",
    }


OF_ANOTHER = """
import errno, os, sys
from pathlib import Path
from docc2context import DestinationError
from tests.docc2context.bundle.test_placement import filled

def refuse(event, args):
    if event == "open" and str(args[0]) == sys.argv[1]:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

sys.addaudithook(refuse)
try:
    filled(Path(sys.argv[1]), replace=True)
except DestinationError as error:
    print(error)
"""


def test_a_zip_that_may_not_be_read_is_not_said_to_be_no_bundle(tmp_path: Path) -> None:
    filled(tmp_path / "out.zip")
    program = [sys.executable, "-c", OF_ANOTHER, str(tmp_path / "out.zip")]
    run = subprocess.run(program, check=True, capture_output=True, text=True)
    assert run.stdout == "'out.zip' cannot be written: Permission denied; choose another place\n"


WITH_REFUSALS = """
import errno, os, sys
from pathlib import Path
from docc2context import DestinationError
from tests.docc2context.bundle.test_placement import filled

left = int(sys.argv[2])

def refuse(event, args):
    global left
    if left and event in {"os.remove", "os.rmdir"}:
        left -= 1
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

sys.addaudithook(refuse)
try:
    filled(Path(sys.argv[1]), replace=True)
except DestinationError as error:
    print(error)
"""


def replaced_with_refusals(out: Path, refusals: int) -> tuple[str, dict[str, bytes]]:
    """The error, and what is there, if the system refuses to delete something so many times."""
    filled(out, b"old")
    program = [sys.executable, "-c", WITH_REFUSALS, str(out), str(refusals)]
    run = subprocess.run(program, check=True, capture_output=True, text=True)
    return run.stdout.rstrip("\n"), held(out)


def test_what_is_deleted_only_at_the_second_try_is_no_failure(tmp_path: Path) -> None:
    assert replaced_with_refusals(tmp_path / "out", 1) == ("", BUNDLE)


def test_a_bundle_that_is_complete_is_told_of_when_what_it_replaced_cannot_be_deleted(
    tmp_path: Path,
) -> None:
    error, after = replaced_with_refusals(tmp_path / "out", 1000)
    (kept,) = (path.name for path in (tmp_path / "out").glob(".*"))
    assert error == (
        f"'out' is complete, but '{kept}', in or beside it, cannot be deleted: "
        "Device or resource busy; delete that folder yourself"
    )
    assert {name: after[name] for name in BUNDLE} == BUNDLE
    assert {name for name in after if name.startswith(f"{kept}/replaced/")} == {
        f"{kept}/replaced/docs/a.md",
        f"{kept}/replaced/manifest.json",
    }


def test_what_comes_into_an_empty_folder_meanwhile_is_kept(tmp_path: Path) -> None:
    with open_sink(tmp_path, PLENTY, replace=True) as sink:
        sink.write("a.md", sink.pack(b"new"))
        (tmp_path / "mine.txt").write_text("mine")
    assert held(tmp_path) == {"a.md": b"new", "mine.txt": b"mine"}


def test_what_a_link_leads_to_is_written_and_the_link_stays(tmp_path: Path) -> None:
    for name in ("out", "out.zip"):
        link = tmp_path / "links" / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(tmp_path / f"real-{name}")
        for text in (b"old", b"new"):  # where nothing stands, and where a bundle does
            filled(link, text, replace=True)
        assert link.is_symlink()
    assert held(tmp_path / "real-out") == BUNDLE
    assert unzipped((tmp_path / "real-out.zip").read_bytes()) == BUNDLE
    assert sorted(path.name for path in (tmp_path / "links").iterdir()) == ["out", "out.zip"]


@pytest.mark.parametrize("name", ["x" * 255, "x" * 251 + ".zip"])
def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path, name: str) -> None:
    filled(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_a_pipe_is_no_place_for_a_bundle(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(
        DestinationError, match=f"'{name}' is a pipe or a device; name a file or a folder"
    ):
        filled(tmp_path / name, replace=True)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(DestinationError, match=r"'out' cannot be written: Not a directory"),
        open_sink(tmp_path / "file/out", PLENTY, replace=False),
    ):
        pass
