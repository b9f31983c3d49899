import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from docc2context import cli
from docc2context.command.options import parsed
from docc2context.wording import quoted
from tests.docc2context import deaths
from tests.docc2context.archives import archive, page, zipped

GOOD = archive(kit=page("Kit"))
LOSSY = archive(kit=page("Kit", abstract=[{"type": "emoji"}]), bad=b"{,}")


@pytest.fixture
def good(tmp_path: Path) -> str:
    return written(tmp_path, GOOD)


def written(folder: Path, data: bytes) -> str:
    path = folder / "Kit.doccarchive.zip"
    path.write_bytes(data)
    return str(path)


def test_convert_writes_the_bundle_and_tells_so(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["convert", good, "-o", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out/documentation/kit.md").is_file()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        f"1 page written to {tmp_path / 'out'}, 0 skipped, 0 unknown nodes, 0 missing references\n"
    )


def test_the_report_names_what_was_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["convert", written(tmp_path, LOSSY), "-o", str(tmp_path / "out")]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert "1 skipped, 1 unknown node," in lines[0]
    assert lines[1].startswith("  skipped data/documentation/bad.json: invalid JSON")
    assert lines[2] == "  unknown inline:emoji: 1"


def test_strict_exits_with_3_when_pages_were_lost(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    assert cli.main(["convert", written(tmp_path, LOSSY), "-o", out, "--strict"]) == 3
    assert cli.main(["convert", written(tmp_path, GOOD), "-o", out, "--strict", "--force"]) == 0


def test_json_prints_the_report(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["convert", good, "-o", str(tmp_path / "out.zip"), "--json"])
    told = capsys.readouterr().out
    report = json.loads(told)
    assert (report["pages_converted"], report["pages_skipped"]) == (1, [])
    assert "check" not in report
    assert told == json.dumps(report, indent=2) + "\n"


def test_json_under_strict_tells_what_the_check_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forgotten = page("Kit", metadata={"title": "Kit", "subtitle": "Known to no converter yet"})
    path, out = written(tmp_path, archive(kit=forgotten)), str(tmp_path / "out")
    assert cli.main(["convert", path, "-o", out, "--strict", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["pages_converted"], told["pages_skipped"]) == (1, [])
    content = told["check"]["content"]
    assert (content["strings"], content["found"], told["check"]["unread"]) == (2, 1, [])
    assert [missing["text"] for missing in content["missing"]] == ["Known to no converter yet"]
    assert cli.main(["check", path, out, "--json"]) == 3
    assert json.loads(capsys.readouterr().out) == told["check"]


def test_a_check_that_fails_is_told_and_does_not_cost_the_report(
    good: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "out"

    def say_and_lose_it(line: str) -> None:
        (out / "manifest.json").unlink(missing_ok=True)
        sys.stderr.write(f"{line}\n")

    monkeypatch.setattr(cli, "say", say_and_lose_it)
    assert cli.main(["convert", good, "-o", str(out), "--strict", "--json"]) == 1
    captured = capsys.readouterr()
    assert captured.err.splitlines()[1] == (
        f"docc2context: cannot check what was written to {out}: the bundle 'out' has no readable "
        "manifest.json; name the folder, zip or document that `convert` wrote [bundle_unusable]"
    )
    report = json.loads(captured.out)
    assert (report["pages_converted"], report["check"]) == (1, None)


def test_an_archive_that_is_gone_before_it_was_checked_does_not_cost_the_report(
    good: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def say_and_lose_it(line: str) -> None:
        Path(good).unlink(missing_ok=True)
        sys.stderr.write(f"{line}\n")

    monkeypatch.setattr(cli, "say", say_and_lose_it)
    out = str(tmp_path / "out")
    assert cli.main(["convert", good, "-o", out, "--strict", "--json"]) == 1
    captured = capsys.readouterr()
    assert captured.err.splitlines()[1:] == [
        f"docc2context: cannot check what was written to {out}: No such file or directory"
    ]
    assert json.loads(captured.out)["check"] is None


def test_the_calling_form_of_the_swift_tool_is_taken(good: str, tmp_path: Path) -> None:
    for _ in range(2):
        assert cli.main([good, "--output", str(tmp_path / "out"), "--force"]) == 0
    assert (tmp_path / "out/llms.txt").is_file()


@pytest.mark.parametrize("form", [("--output", "{}"), ("--output={}",), ("-o{}",)])
def test_the_calling_form_of_the_swift_tool_takes_standard_input(
    good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: tuple[str, ...]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path(good).read_bytes())))
    out = str(tmp_path / "out")
    assert cli.main(["-", *(argument.format(out) for argument in form)]) == 0
    assert (tmp_path / "out/llms.txt").is_file()


ANEW = "zip the .doccarchive again, and check that the file is not empty"
ZIPPED = "zip the .doccarchive folder and convert the .zip file"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", f"the file is empty (0 bytes); {ANEW} [empty_upload]"),
        (b"hello", f"the file does not begin like a zip archive; {ZIPPED} [not_a_zip]"),
    ],
)
def test_failure_is_one_line_with_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, words: str
) -> None:
    path = written(tmp_path, data)
    assert cli.main(["convert", path, "-o", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == f"docc2context: cannot convert {path}: {words}\n"
    assert not (tmp_path / "out").exists()


def test_an_archive_that_is_not_there_is_one_line_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["convert", "nowhere.zip", "-o", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == (
        "docc2context: cannot convert nowhere.zip: No such file or directory\n"
    )


def test_check_finds_all_of_a_bundle_and_names_what_someone_took_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    abstract = [{"type": "text", "text": "Slow, but friendly."}]
    path = written(tmp_path, archive(kit=page("Kit", abstract=abstract)))
    cli.main(["convert", path, "-o", str(tmp_path / "out")])
    capsys.readouterr()
    assert cli.main(["check", path, str(tmp_path / "out")]) == 0
    assert "2 of 2 displayable strings found (100.00 %) on 1 page" in capsys.readouterr().err
    markdown = tmp_path / "out/documentation/kit.md"
    markdown.write_text(markdown.read_text().replace("Slow, but friendly.", ""))
    assert cli.main(["check", path, str(tmp_path / "out"), "--json"]) == 3
    captured = capsys.readouterr()
    assert "missing abstract/text: 1 of 1" in captured.err
    (missing,) = json.loads(captured.out)["content"]["missing"]
    assert missing["text"] == "Slow, but friendly."


def test_check_says_what_is_no_bundle(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    reasons = {
        "nowhere": "cannot be read: No such file or directory",
        "nowhere.zip": "cannot be read: No such file or directory",
        "empty": "has no readable manifest.json",
    }
    for name, why in reasons.items():
        assert cli.main(["check", good, str(tmp_path / name)]) == 1
        assert capsys.readouterr().err == (
            f"docc2context: cannot check {good}: the bundle '{name}' {why}; "
            "name the folder, zip or document that `convert` wrote [bundle_unusable]\n"
        )


@pytest.mark.parametrize(
    ("out", "name"), [(".", "here"), ("..", "up"), ("../../up", "up"), ("/", "/")]
)
def test_a_folder_that_this_runs_in_is_never_replaced(
    good: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    out: str,
    name: str,
) -> None:
    here = tmp_path / "up/here"
    here.mkdir(parents=True)
    (here / "manifest.json").write_text("{}")
    monkeypatch.chdir(here)
    for force in ([], ["--force"]):
        assert cli.main(["convert", good, "-o", out, *force]) == 1
        assert capsys.readouterr().err == (
            f"docc2context: cannot convert {good}: '{name}' is or contains the current folder; "
            "name a new folder, such as out [destination_unusable]\n"
        )
    assert [path.name for path in here.iterdir()] == ["manifest.json"]


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_what_is_no_bundle_is_never_replaced_and_force_is_not_promised(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], force: list[str]
) -> None:
    (tmp_path / "mine").mkdir()
    for name in ("mine/x", "file"):
        (tmp_path / name).write_text("mine")
    for name, is_it in (("mine", "is not empty"), ("file", "already exists")):
        assert cli.main(["convert", good, "-o", str(tmp_path / name), *force]) == 1
        assert capsys.readouterr().err == (
            f"docc2context: cannot convert {good}: '{name}' {is_it} and is not a docc2context "
            "bundle, so it is never replaced; choose another place [destination_unusable]\n"
        )


def test_a_bundle_is_replaced_with_force_alone(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    assert cli.main(["convert", good, "-o", out]) == 0
    capsys.readouterr()
    assert cli.main(["convert", good, "-o", out]) == 1
    assert capsys.readouterr().err.endswith(
        "'out' already exists and is a bundle; choose another place, or add --force to replace it "
        "[destination_exists]\n"
    )
    assert cli.main(["convert", good, "-o", out, "--force"]) == 0


def test_strict_exits_with_3_when_a_string_was_lost(tmp_path: Path) -> None:
    forgotten = page("Kit", metadata={"title": "Kit", "subtitle": "Known to no converter yet"})
    path = written(tmp_path, archive(kit=forgotten))
    assert cli.main(["convert", path, "-o", str(tmp_path / "out"), "--strict"]) == 3


def test_one_document_is_written_checked_and_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = written(tmp_path, GOOD), str(tmp_path / "kit.md")
    assert cli.main(["convert", path, "--single", "-o", out, "--strict", "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith(f"1 page written to {out}, 0 skipped")
    assert "1 of 1 displayable strings found (100.00 %)" in captured.err
    report = json.loads(captured.out)
    assert report["output_bytes"] == (tmp_path / "kit.md").stat().st_size
    assert cli.main(["check", path, out]) == 0
    assert cli.main(["convert", path, "--single", "-o", out]) == 1
    assert cli.main(["convert", path, "--single", "-o", out, "--force"]) == 0


def test_strict_holds_for_one_document_too(tmp_path: Path) -> None:
    forgotten = page("Kit", metadata={"title": "Kit", "subtitle": "Known to no converter yet"})
    path = written(tmp_path, archive(kit=forgotten))
    out = str(tmp_path / "kit.md")
    assert cli.main(["convert", path, "--single", "-o", out, "--strict"]) == 3


def test_one_document_goes_to_standard_output(
    good: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    cli.main(["convert", good, "--single", "-o", str(tmp_path / "kit.md")])
    capfdbinary.readouterr()
    command = [sys.executable, "-m", "docc2context", "convert", good, "--single", "-o", "-"]
    done = subprocess.run([*command, "--strict"], capture_output=True, check=True)
    assert done.stdout == (tmp_path / "kit.md").read_bytes()
    assert done.stderr.startswith(b"1 page written to standard output, 0 skipped")
    assert list(tmp_path.glob("-")) == []


def test_nothing_goes_to_standard_output_but_whole_documents(tmp_path: Path) -> None:
    path = written(tmp_path, archive(bad=b"{"))
    command = [sys.executable, "-m", "docc2context", "convert", path, "--single", "-o", "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")


def test_pages_that_are_not_listed_are_found_in_the_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad: dict[str, Any] = dict.fromkeys(map(str, range(12)), b"{")
    path = written(tmp_path, archive(kit=page("Kit"), **bad))
    cli.main(["convert", path, "--single", "-o", str(tmp_path / "kit.md")])
    assert "  … and 2 more; the document's front matter lists them all" in capsys.readouterr().err


def test_what_an_archive_says_does_nothing_to_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "Kit.doccarchive/data/documentation"
    folder.mkdir(parents=True)
    kit = page("Kit", abstract=[{"type": "\x1b]0;x\x07"}, {"type": "y" * 2000}])
    (folder / "kit.json").write_bytes(kit)
    (folder / "\x1b[2J.json").write_bytes(b"{")
    assert cli.main(["convert", str(tmp_path), "-o", str(tmp_path / "out")]) == 0
    skipped, unknown, long = capsys.readouterr().err.splitlines()[1:]
    assert skipped.startswith(r"  skipped 'data/documentation/\x1b[2J.json': invalid JSON")
    assert unknown == r"  unknown 'inline:\x1b]0;x\x07': 1"
    assert long.endswith("yyy…': 1")
    assert len(long) < 220


@pytest.mark.parametrize(("count", "more"), [(10, 0), (12, 2), (120, 110)])
def test_ten_losses_of_each_kind_are_named_and_others_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], count: int, more: int
) -> None:
    abstract = [{"type": "reference", "identifier": f"doc://{n}"} for n in range(count)]
    abstract += [{"type": f"new{n}"} for n in range(count)]
    bad: dict[str, Any] = {str(n): b"{" for n in range(count)}
    path = written(tmp_path, archive(kit=page("Kit", abstract=abstract), **bad))
    cli.main(["convert", path, "-o", str(tmp_path / "out")])
    first, *lines = capsys.readouterr().err.splitlines()
    assert first.endswith(f", {count} skipped, {count} unknown nodes, {count} missing references")
    others = [line for line in lines if line.startswith("  … and ")]
    named = [line.split()[0] for line in lines if line not in others]
    assert named == ["skipped"] * 10 + ["missing"] * 10 + ["unknown"] * 10
    told = [
        f"  … and {more} more; manifest.json lists them all",
        f"  … and {more} more missing references; --json names up to 100",
        f"  … and {more} more kinds; --json lists them all",
    ]
    assert others == (told if more else [])


def test_the_name_of_what_was_written_does_nothing_to_a_terminal(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = f"{tmp_path}/\x1b[2J"
    assert cli.main(["convert", good, "-o", out]) == 0
    assert capsys.readouterr().err.startswith(f"1 page written to {quoted(out)}, 0 skipped")
    assert cli.main(["convert", f"{out}/gone", "-o", str(tmp_path / "b")]) == 1
    assert capsys.readouterr().err == (
        f"docc2context: cannot convert {quoted(f'{out}/gone')}: No such file or directory\n"
    )


def test_missing_references_are_named_with_their_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"doc://{number:02}" for number in range(11)] + ["\x1b[2J"]
    abstract = [{"type": "reference", "identifier": name} for name in names]
    kit = archive(kit=page("Kit", abstract=abstract))
    cli.main(["convert", written(tmp_path, kit), "-o", str(tmp_path / "out")])
    _, first, second, *_, last = capsys.readouterr().err.splitlines()
    assert first == r"  missing '\x1b[2J' on documentation/kit.md"
    assert second == "  missing doc://00 on documentation/kit.md"
    assert last == "  … and 2 more missing references; --json names up to 100"


def test_a_pipe_is_no_archive_and_is_not_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe, out = str(tmp_path / "pipe"), str(tmp_path / "out")
    os.mkfifo(pipe)
    for command in (["convert", pipe, "-o", out], ["check", pipe, out]):
        assert cli.main(command) == 1
        assert capsys.readouterr().err == (
            f"docc2context: cannot {command[0]} {pipe}: it is a pipe or a device; "
            "name a file or folder, or - for standard input\n"
        )


def test_a_page_that_the_check_cannot_read_fails_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    cli.main(["convert", written(tmp_path, GOOD), "-o", out])
    assert cli.main(["check", written(tmp_path, archive(kit=b"{")), out]) == 3
    assert capsys.readouterr().err.endswith(
        "  not checked data/documentation/kit.json: its JSON is damaged, or too much to check\n"
    )


def test_assets_come_along_if_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    variants = [{"url": "/images/pic.png", "traits": ["1x"]}]
    kit = page(
        "Kit",
        abstract=[{"type": "image", "identifier": "pic"}],
        references={"pic": {"type": "image", "alt": "A lake", "variants": variants}},
    )
    files = {"data/documentation/kit.json": kit, "images/pic.png": b"PNG"}
    path, out = written(tmp_path, zipped(files)), tmp_path / "out"
    assert cli.main(["convert", path, "-o", str(out), "--assets", "--strict"]) == 0
    assert capsys.readouterr().err.startswith(f"1 page and 1 asset written to {out}, 0 skipped")
    assert (out / "images/pic.png").read_bytes() == b"PNG"


def test_a_language_may_be_asked_for(tmp_path: Path) -> None:
    patch = [{"op": "replace", "path": "/metadata/title", "value": "KITKit"}]
    overrides = [{"traits": [{"interfaceLanguage": "occ"}], "patch": patch}]
    path = written(tmp_path, archive(kit=page("Kit", variantOverrides=overrides)))
    cli.main(["convert", path, "-o", str(tmp_path / "out"), "--language", "occ"])
    assert "# KITKit\n" in (tmp_path / "out/documentation/kit.md").read_text()
    assert cli.main(["check", path, str(tmp_path / "out")]) == 0


def test_workers_change_no_byte_and_one_that_is_killed_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("docc2context.workers._PAGES_A_WORKER", 1)
    path = written(tmp_path, archive(kit=page("Kit"), b=page("B")))
    for workers in ("1", "2"):
        out = str(tmp_path / f"{workers}.zip")
        assert cli.main(["convert", path, "-o", out, "--workers", workers]) == cli.DONE
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()

    monkeypatch.setattr("docc2context.workers._convert_batch", deaths.killed)
    killed = ["convert", path, "-o", str(tmp_path / "out"), "--workers", "2"]
    assert cli.main(killed) == cli.FAILED
    assert "a worker process could not be started, or was killed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_another_pipe_than_standard_output_that_breaks_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("docc2context.cli.convert", broken)
    path = written(tmp_path, archive(kit=page("Kit")))
    assert cli.main(["convert", path, "-o", str(tmp_path / "out")]) == cli.FAILED
    assert capsys.readouterr().err.endswith(": Broken pipe\n")


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ([], "required: COMMAND"),
        (["convert"], "required: archive, -o/--output"),
        (["convert", "x.zip"], "required: -o/--output"),
        (["-", "--force"], "required: -o/--output"),
        (["check", "x.zip"], "required: bundle"),
        (["convert", "x", "-o", "y", "-z"], "unrecognized arguments: -z"),
        (["convert", "x", "-o", "y", "\x1b[2J"], r"unrecognized arguments: '\x1b[2J'"),
        (["convert", "x", "-o", "-"], "can go to standard output: add --single"),
        (
            ["convert", "x", "-o", "y", "--workers", "0"],
            "must be a whole number, 1 or more, not '0'",
        ),
        (
            ["convert", "x", "-o", "y", "--workers", "two"],
            "must be a whole number, 1 or more, not 'two'",
        ),
        (
            ["convert", "x", "-o", "y", "--workers", "²"],  # a digit, but no decimal one
            "must be a whole number, 1 or more, not '²'",
        ),
        (
            ["convert", "x", "-o", "y", "--workers", "9" * 5000],
            f"argument --workers: has too many digits: '{'9' * 197}…'",
        ),
        (["convert", "x", "-o", "-", "--single", "--json"], "cannot both go to standard output"),
        (["convert", "x", "-o", "y", "--single", "--assets"], "or leave out the assets"),
        (["convert", "x", "-o", "no/such.md"], "'no/such.md' would become a folder: name a "),
        (["convert", "x", "-o", "such.MARKDOWN"], "folder or a .zip, or add --single for one docu"),
        (["convert", "x", "-o", f"{'x' * 300}.md"], "would become a folder"),
        (["convert", "x", "-o", "t.txt"], "'t.txt' would become a folder"),
        (["convert", "x", "-o", "t.tar.gz"], "'t.tar.gz' would become a folder"),
        (["-", "-o", "t.JSON"], "'t.JSON' would become a folder"),
        (["-", "-o", "t.html"], "'t.html' would become a folder"),
        (["-", "-o", "t.tar"], "'t.tar' would become a folder"),
        (["-", "-o", "t.tgz"], "'t.tgz' would become a folder"),
        (["convert", "x", "-o", "y", "--language", "objc"], "invalid choice: 'objc'"),
        (["check", "x", "y", "--language", "occ"], "unrecognized arguments: --language occ"),
        (["convert", "", "-o", "y"], "argument archive: is empty; is a variable not set?"),
        (["convert", "x", "-o", ""], "argument -o/--output: is empty; is a variable not set?"),
        (["check", "x", ""], "argument bundle: is empty; is a variable not set?"),
    ],
)
def test_a_wrong_call_exits_with_2_and_is_told_what_is_wrong(
    arguments: list[str], wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2
    *_, last = capsys.readouterr().err.splitlines()
    assert last.startswith("docc2context")
    assert wrong in last


@pytest.mark.parametrize("options", ["-o -", "-o - --single --json", "-o y --single --assets"])
@pytest.mark.parametrize("archive", ["convert x", "-"])
def test_options_that_contradict_each_other_are_told_with_the_usage_of_convert(
    archive: str, options: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main([*archive.split(), *options.split()])
    assert stopped.value.code == 2
    usage, *_, last = capsys.readouterr().err.splitlines()
    assert usage.startswith("usage: docc2context convert [-h]")
    assert last.startswith("docc2context convert: error: ")


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["convert", "x", "-o", "y", "-z"], "convert"),
        (["x", "-o", "y", "-z"], "convert"),
        (["check", "x", "y", "-z"], "check"),
    ],
)
def test_an_option_that_a_command_lacks_is_told_with_the_usage_of_that_command(
    arguments: list[str],
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").touch()
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2
    usage, *_, last = capsys.readouterr().err.splitlines()
    assert usage.startswith(f"usage: docc2context {command} [-h]")
    assert last == f"docc2context {command}: error: unrecognized arguments: -z"


@pytest.mark.parametrize(
    "arguments", [["help"], ["chekc", "a", "b"], ["no.zip", "-o", "out"], ["x" * 300], [""]]
)
def test_a_first_word_that_means_nothing_is_told_with_the_commands_that_there_are(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2
    usage, last = capsys.readouterr().err.splitlines()
    assert usage.startswith("usage: docc2context [-h] [--version] COMMAND")
    assert last == (
        f"docc2context: error: {quoted(arguments[0])} is neither a command (convert, check) nor an "
        "existing file or folder"
    )


def test_options_may_stand_before_the_archive(good: str, tmp_path: Path) -> None:
    assert cli.main(["--force", "-o", str(tmp_path / "out"), good]) == 0
    assert (tmp_path / "out/manifest.json").is_file()


@pytest.mark.parametrize("name", ["Foo.doccarchive", "v1.2", "notes.txt/", "archive.d"])
def test_a_folder_may_have_a_dot_in_its_name(good: str, tmp_path: Path, name: str) -> None:
    assert cli.main(["convert", good, "-o", f"{tmp_path}/{name}"]) == 0
    assert (tmp_path / name / "manifest.json").is_file()


def test_one_document_may_have_any_ending(good: str, tmp_path: Path) -> None:
    assert cli.main(["convert", good, "--single", "-o", str(tmp_path / "kit.txt")]) == 0
    assert "# Kit\n" in (tmp_path / "kit.txt").read_text()


def test_help_says_which_language_occ_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["convert", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "in all languages (default), in Swift only, or in Objective-C only (occ)" in told


def test_what_is_not_asked_for_is_not_done() -> None:
    assert vars(parsed(["convert", "x", "-o", "y"])) == {
        "command": "convert",
        "archive": "x",
        "output": "y",
        "language": "all",
        "workers": os.cpu_count(),
        **dict.fromkeys(("json", "single", "assets", "force", "strict"), False),
    }
    assert vars(parsed(["check", "x", "y"])) == {
        "command": "check",
        "archive": "x",
        "bundle": "y",
        "output": None,
        "json": False,
    }


def test_a_folder_may_be_called_like_a_document(tmp_path: Path, good: str) -> None:
    folder = tmp_path / "kit.md"
    folder.mkdir()
    assert cli.main(["convert", good, "-o", str(folder)]) == 0
    assert (folder / "manifest.json").is_file()


def test_standard_input_is_read_as_a_zip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD)))
    assert cli.main(["convert", "-", "-o", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out/documentation/kit.md").is_file()


def test_the_module_runs_as_a_program(good: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "docc2context", "convert", good, "-o", str(tmp_path / "out")]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
