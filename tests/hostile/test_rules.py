"""Each rule of the reader: what breaks just that rule is refused, its odd neighbour is read."""

import io
from pathlib import Path

import pytest

from docc2context import cli
from docc2context.archive.limits import DEFAULT_LIMITS
from docc2context.archive.reader import open_archive
from docc2context.errors import ArchiveRefused, LimitExceeded
from docc2context.wording import quoted
from tests.hostile.cases import GOOD, HOSTILE, USUAL, Case, Neighbour


def refusal(case: Case) -> ArchiveRefused:
    with pytest.raises(ArchiveRefused) as refused, open_archive(case.data, case.limits) as opened:
        for page in opened.pages:
            opened.read(page)
    return refused.value


@pytest.mark.parametrize("case", HOSTILE.values(), ids=HOSTILE)
def test_what_breaks_a_rule_is_refused_with_code_entry_and_limit(case: Case) -> None:
    error = refusal(case)
    entry = None if case.entry is None else quoted(case.entry.decode())
    assert (error.code, error.entry, error.limit) == (case.code, entry, case.limit)
    limited = case.limit is not None and case.limit != 1032  # 1032:1 is no limit of ours
    assert isinstance(error, LimitExceeded) == limited


@pytest.mark.parametrize("case", HOSTILE.values(), ids=HOSTILE)
def test_a_refusal_tells_once_in_one_line_what_is_wrong_where_and_what_to_do(case: Case) -> None:
    error = refusal(case)
    remedy = case.remedy or case.code.remedy
    where = "" if error.entry is None else f" (entry {error.entry})"
    assert str(error) == f"{error.message}{where}; {remedy}"
    assert str(error).count(remedy) == 1
    assert error.entry is None or str(error).count(error.entry) == 1
    assert "\n" not in str(error)
    assert ";" not in error.message
    assert case.limit is None or str(case.limit) in error.message


@pytest.mark.parametrize("case", USUAL.values(), ids=USUAL)
def test_the_command_line_tells_what_to_do_once(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kit.zip"
    path.write_bytes(case.data)
    assert cli.main(["convert", str(path), "-o", str(tmp_path / "out")]) == 1
    line = capsys.readouterr().err
    assert line == f"docc2context: cannot convert {path}: {refusal(case)} [{case.code}]\n"
    assert line.count(case.remedy or case.code.remedy) == 1


@pytest.mark.parametrize("neighbour", GOOD.values(), ids=GOOD)
def test_the_odd_neighbour_of_a_rule_is_read(neighbour: Neighbour) -> None:
    with open_archive(neighbour.data, neighbour.limits) as opened:
        assert opened.read(neighbour.page) == neighbour.content


def test_files_and_buffers_are_read_like_bytes(tmp_path: Path) -> None:
    data = GOOD["plain"].data
    path = tmp_path / "kit.zip"
    path.write_bytes(data)
    with (
        path.open("rb") as buffered,
        path.open("rb", buffering=0) as unbuffered,
        path.open("r+b") as writable,
    ):
        for source in (data, io.BytesIO(data), path, str(path), buffered, unbuffered, writable):
            with open_archive(source, DEFAULT_LIMITS) as opened:
                assert opened.read(opened.pages[0]) == GOOD["plain"].content


def test_what_was_written_to_a_file_and_not_flushed_is_read(tmp_path: Path) -> None:
    with (tmp_path / "kit.zip").open("w+b") as file:
        file.write(GOOD["plain"].data)
        with open_archive(file, DEFAULT_LIMITS) as opened:
            assert opened.read(opened.pages[0]) == GOOD["plain"].content
