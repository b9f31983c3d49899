"""Several processes give what one gives, errors included."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import docc2context
from docc2context import ArchiveRefused, Code, Limits, OutputTooLarge
from docc2context.archive.reader import open_archive
from docc2context.bundle.packing import plain
from docc2context.bundle_builder import BundlePageConverter
from docc2context.pages import Plan
from docc2context.workers import _in_order, converted_pages
from examples.build_trailkit import ARCHIVE
from tests.docc2context import deaths
from tests.docc2context.archives import ROOT, archive, numbered, page, zipped

LIMITS = Limits()


@pytest.fixture(autouse=True)
def _few_pages_are_worth_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docc2context.workers._PAGES_A_WORKER", 1)
    monkeypatch.setattr("docc2context.workers._BATCH", 2)


def bundle(source: Path, destination: Path, workers: int) -> bytes:
    docc2context.convert(source, destination, workers=workers)
    return destination.read_bytes()


def test_two_workers_write_the_same_bytes_as_one(tmp_path: Path) -> None:
    one, two = (bundle(ARCHIVE, tmp_path / f"{n}.zip", n) for n in (1, 2))
    assert one == two


NOT_STARTED = (
    "a worker process could not be started, or was killed, perhaps because memory, processes or "
    "open files ran out; try --workers 1"
)

WITHOUT_AN_INTERPRETER = """
import multiprocessing.spawn, sys
from docc2context import cli, workers

workers._PAGES_A_WORKER = 2
multiprocessing.spawn.set_executable("/no/such/python")
sys.exit(cli.main(["convert", sys.argv[1], "-o", sys.argv[2], "--workers", "2"]))
"""


def test_workers_that_cannot_be_started_are_told_of(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_AN_INTERPRETER, ARCHIVE, out],
        capture_output=True,
        text=True,
        check=False,
    )
    (told,) = [line for line in done.stderr.splitlines() if line.startswith("docc2context: ")]
    assert (done.returncode, told.partition("archive.zip: ")[2]) == (1, NOT_STARTED)
    assert not out.exists()


WITH_TWO_WORKERS = """
import sys
from docc2context import cli, workers

workers._PAGES_A_WORKER = 2
sys.exit(cli.main(["convert", sys.argv[1], "-o", sys.argv[2], "--workers", "2"]))
"""

IS_ROOT = os.geteuid() == 0


def of_another_user(number: int) -> list[str]:
    """Root is not held to a limit of processes; one that may read and write like root is."""
    rights = "-all,+dac_override"
    user = str(40_000 + os.getpid() % 2_000 * 10 + number)
    return [
        *("setpriv", "--reuid", user, "--regid", user, "--clear-groups"),
        *(f"--inh-caps={rights}", f"--ambient-caps={rights}"),
    ]


@pytest.mark.parametrize("room", range(1, 6))
def test_without_room_for_the_processes_and_threads_of_workers_there_are_none(
    tmp_path: Path, room: int
) -> None:
    """With five, the thread that hands out the work cannot start another: it waited for ever."""
    out = tmp_path / "out.zip"
    convert = [sys.executable, "-c", WITH_TWO_WORKERS, str(ARCHIVE), str(out)]
    done = subprocess.run(
        [*(of_another_user(room) if IS_ROOT else []), "prlimit", f"--nproc={room}", *convert],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    (told,) = done.stderr.splitlines()
    assert (done.returncode, told.partition(" written")[0]) == (0, "11 pages")
    assert out.read_bytes() == bundle(ARCHIVE, tmp_path / "one.zip", 1)


def test_a_limit_of_memory_that_leaves_room_for_processes_but_not_for_threads_is_no_failure(
    tmp_path: Path,
) -> None:
    """A thread reserves address space in this process; each worker has a limit of its own."""
    program = WITH_TWO_WORKERS.replace('"2"', '"40"').replace("A_WORKER = 2", "A_WORKER = 1")
    out = tmp_path / "out.zip"
    done = subprocess.run(
        ["prlimit", f"--as={200 << 20}", sys.executable, "-c", program, str(ARCHIVE), str(out)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    (told,) = done.stderr.splitlines()
    assert (done.returncode, told.partition(" written")[0]) == (0, "11 pages")
    assert out.read_bytes() == bundle(ARCHIVE, tmp_path / "one.zip", 1)


STOPPED_AT_EACH_LINE = """
import sys
from docc2context import workers

def stop(frame, event, _):
    global lines_left
    if frame.f_code.co_filename == workers.__file__ and event == "line":
        lines_left -= 1
        if lines_left == 0:
            raise KeyboardInterrupt
    return stop

stops, lines_left = 0, 0
while lines_left <= 0:
    lines_left = stops + 1
    sys.settrace(stop)
    try:
        workers._room_for(2)
    except KeyboardInterrupt:
        stops += 1
print(stops)
"""


def test_wherever_ctrl_c_stops_the_trial_of_threads_python_can_exit() -> None:
    program = [sys.executable, "-c", STOPPED_AT_EACH_LINE]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout) > 10


def test_a_process_that_ends_before_it_is_told_what_to_do_breaks_the_pool() -> None:
    class Pool(ThreadPoolExecutor):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            raise BrokenPipeError

    with Pool(1) as pool, pytest.raises(BrokenExecutor, match="could not be started"):
        list(_in_order(pool, ["a"], ahead=1))


def test_no_other_process_is_started_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docc2context.workers._convert_batch", deaths.killed)
    assert docc2context.convert(ARCHIVE, tmp_path / "out").pages_converted > 0


def test_the_caller_is_interrupted_by_ctrl_c_as_before(tmp_path: Path) -> None:
    bundle(ARCHIVE, tmp_path / "out.zip", 2)
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_the_other_processes_leave_ctrl_c_to_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docc2context.workers._convert_batch", deaths.blocks_ctrl_c)
    path = tmp_path / "kit.zip"
    path.write_bytes(numbered(6))
    plan = Plan(LIMITS, "all", plain, assets=False)
    with (
        open_archive(path, LIMITS) as opened,
        converted_pages(path, opened, BundlePageConverter, plan, workers=2) as pages,
    ):
        blocked: list[object] = list(pages)
    assert blocked == [True] * 6


def test_a_pool_is_handed_a_few_batches_and_one_more_for_each_that_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handed: list[Sequence[str]] = []

    class Pool(ThreadPoolExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            handed.extend(args)
            return super().submit(fn, *args, **kwargs)

    monkeypatch.setattr("docc2context.workers._convert_batch", list)
    with Pool(1) as pool:
        told = [(name, len(handed)) for name in _in_order(pool, list("abcdefghijkl"), ahead=3)]
    assert "".join(name for name, _ in told) == "abcdefghijkl"
    assert [count for _, count in told] == [3, 3, 4, 4, 5, 5, 6, 6, 6, 6, 6, 6]


def test_each_worker_has_a_batch_and_another_to_go_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    def in_order(_pool: object, _pages: object, *, ahead: int) -> Iterator[Any]:
        told.append(ahead)
        return iter(())

    monkeypatch.setattr("docc2context.workers._in_order", in_order)
    path = tmp_path / "kit.zip"
    path.write_bytes(numbered(9))
    plan = Plan(LIMITS, "all", plain, assets=False)
    with (
        open_archive(path, LIMITS) as opened,
        converted_pages(path, opened, BundlePageConverter, plan, workers=3),
    ):
        assert told == [6]


def test_pages_come_in_the_archives_order_from_other_processes(tmp_path: Path) -> None:
    path = tmp_path / "kit.zip"
    names = [f"page{n:02}" for n in range(20)]
    files = {f"{ROOT}data/documentation/{name}.json": page(name) for name in names}
    path.write_bytes(zipped(files))
    plan = Plan(LIMITS, "all", plain, assets=False)
    with (
        open_archive(path, LIMITS) as opened,
        converted_pages(str(path), opened, BundlePageConverter, plan, workers=2) as pages,
    ):
        assert not isinstance(pages, map)  # which one process alone would give
        assert [getattr(page, "path", None) for page in pages] == [
            f"documentation/{name}.md" for name in names
        ]


def test_what_only_this_process_can_read_is_converted_here() -> None:
    data = archive(kit=page("Kit"), b=page("B"))
    with (
        open_archive(data, LIMITS) as opened,
        converted_pages(
            data, opened, BundlePageConverter, Plan(LIMITS, "all", plain, assets=False), workers=2
        ) as pages,
    ):
        assert isinstance(pages, map)


def test_a_skipped_page_is_reported_by_its_worker(tmp_path: Path) -> None:
    path = tmp_path / "kit.zip"
    path.write_bytes(archive(kit=page("Kit"), bad=b"{", c=page("C")))
    report = docc2context.convert(path, tmp_path / "out.zip", workers=2)
    assert [skipped.source for skipped in report.pages_skipped] == ["data/documentation/bad.json"]
    assert report.pages_converted == 2


def test_a_refusal_in_a_worker_keeps_its_facts_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "kit.zip"
    files = {f"{ROOT}data/documentation/{name}.json": page(name) for name in "abcdef"}
    data = zipped(files)
    at = data.index(b"PK\x03\x04", 5)
    start = at + 30 + len(f"{ROOT}data/documentation/b.json")
    path.write_bytes(data[:start] + bytes([data[start] ^ 0xFF]) + data[start + 1 :])
    with pytest.raises(ArchiveRefused) as error:
        docc2context.convert(path, tmp_path / "out.zip", workers=2)
    assert (error.value.code, error.value.entry) == (
        Code.INVALID_ZIP,
        "'data/documentation/b.json'",
    )
    assert list(tmp_path.iterdir()) == [path]


def test_a_limit_hit_in_a_worker_is_told_as_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "kit.zip"
    path.write_bytes(archive(a=page("A" * 200), b=page("B" * 200)))
    with pytest.raises(OutputTooLarge) as error:
        docc2context.convert(
            path, tmp_path / "out.zip", workers=2, limits=Limits(max_page_output_bytes=60)
        )
    assert error.value.limit == 60
    assert str(error.value) == (
        "the Markdown of a page is over the limit of 60 bytes "
        "(entry 'data/documentation/a.json'); leave that page out of the archive"
    )


def test_a_worker_that_dies_is_an_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docc2context.workers._convert_batch", deaths.killed)
    with pytest.raises(BrokenExecutor):
        docc2context.convert(ARCHIVE, tmp_path / "out", workers=2)
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_one_worker_does_not_wait_for_what_another_one_does(tmp_path: Path) -> None:
    path = tmp_path / "kit.zip"
    path.write_bytes(archive(a=page("A"), b=page("B"), c=page("C"), d=page("D")))
    plan, slow = Plan(LIMITS, "all", plain, assets=False), partial(deaths.FirstFails, tmp_path)
    with (
        open_archive(path, LIMITS) as opened,
        pytest.raises(KeyError, match=r"a\.json"),
        converted_pages(path, opened, slow, plan, workers=2) as pages,
    ):
        list(pages)
    is_done = (tmp_path / "done").exists()
    (tmp_path / "released").touch()
    assert not is_done


@pytest.mark.parametrize(("workers", "count"), [(1, 4), (2, 3)])
def test_one_worker_and_fewer_pages_than_are_worth_two_need_no_other_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int, count: int
) -> None:
    monkeypatch.setattr("docc2context.workers._PAGES_A_WORKER", 2)
    path = tmp_path / "kit.zip"
    path.write_bytes(numbered(count))
    plan = Plan(LIMITS, "all", plain, assets=False)
    with (
        open_archive(path, LIMITS) as opened,
        converted_pages(path, opened, BundlePageConverter, plan, workers) as pages,
    ):
        assert isinstance(pages, map)
