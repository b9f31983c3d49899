"""CONVERTER_COMMAND: another program converts, and whatever it does, nothing is left of it."""

import asyncio
import io
import os
import shlex
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import FileIO
from pathlib import Path

import httpx2
import msgspec
import pytest
from structlog.testing import capture_logs

from app.core.errors import ErrorCode, ServiceError
from app.services import outside_converter
from app.services.journal import Record
from app.services.outside_converter import DISTRUST_SECONDS, OutsideConverter
from app.worker.launcher import Launcher
from app.worker.locks.bounds import Bounds
from app.worker.options import Options
from docc2context import DEFAULT_LIMITS, Limits
from tests.app.archives import (
    article_of_noise,
    doccarchive,
    illustrated_doccarchive,
    manifest_of,
    names_in,
    page_entry,
    zipped,
)
from tests.app.processes import is_running
from tests.app.scrapes import parsed, scrape
from tests.app.serving import NEEDS_PROC, ROOT, Server, environment, eventually, problem

pytestmark = NEEDS_PROC

OWN = f"{shlex.quote(sys.executable)} -m docc2context"

SECONDS = {b"%d" % number for number in range(600, 612)}
"""How long the scripts below sleep, by which they are known."""

WRITES_A_PAGE = "mkdir -p output; echo '# Foo' > output/foo.md; "


@pytest.fixture
def started(start_server: Callable[..., Server], tmp_path: Path) -> Callable[..., Server]:
    """A server of its own, whose converter is a shell script of these lines."""

    def start(script: str, **settings: object) -> Server:
        return start_server(CONVERTER_COMMAND=written(script, tmp_path), **settings)

    return start


@pytest.fixture(scope="module")
def scripted(
    start_server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Server]:
    """A server whose converter becomes a shell script of these lines.

    For tests that leave a server as they found it: all with the same settings share one.
    """
    folder = tmp_path_factory.mktemp("scripted")

    @cache
    def server(**settings: object) -> Server:
        return start_server(CONVERTER_COMMAND=folder / "converter", **settings)

    def give(script: str, **settings: object) -> Server:
        written(script, folder)
        return server(**settings)

    return give


def written(script: str, folder: Path) -> Path:
    """A converter command of these lines, which runs for its help as well."""
    program = folder / "converter"
    program.write_text(f"#!/bin/sh\n[ $1 = --help ] && exit 0\n{script}\n")
    program.chmod(0o755)
    return program


def after(server: Server, archive: bytes, **headers: str) -> httpx2.Response:
    """The answer, once nothing is left of the conversion."""
    answer = server.put(archive, **headers)
    eventually(server.is_idle, "no child is left and nothing lies in the workspace")
    return answer


def test_our_own_command_in_the_swift_form_gives_the_same_pages(
    start_server: Callable[..., Server],
) -> None:
    outside, own = start_server(CONVERTER_COMMAND=OWN), start_server()
    archive = doccarchive("Foo", "Bar")

    answer = after(outside, archive)

    assert answer.status_code == 200
    assert sorted(names_in(answer.content)) == sorted(names_in(own.put(archive).content))
    assert manifest_of(answer.content) == manifest_of(own.put(archive).content)
    assert after(outside, archive).content == answer.content
    event = outside.events("conversion_finished")[-1]
    assert event["outcome"] == "success"
    assert event["pages_selected"] == event["pages_converted"] == 2


def test_it_is_called_as_the_swift_tool_and_sees_pages_metadata_and_info(
    scripted: Callable[..., Server],
) -> None:
    server = scripted(
        WRITES_A_PAGE + "echo $* > output/called; "
        # First found and then written: else it is a race whether the list lists itself.
        "found=$(find . -type f | LC_ALL=C sort); echo $found > output/files; "
        "env | sort > output/env; stat -c %a . > output/mode; "
        'stat -c %F "$TMPDIR" > output/temporary'
    )
    root = "Foo.doccarchive"
    archive = zipped(
        {
            page_entry("Foo"): b"{}",
            f"{root}/metadata.json": b"{}",
            f"{root}/Info.plist": b"<plist/>",
            f"{root}/images/lake.png": b"png",
        }
    )

    told = contents(after(server, archive).content)

    assert told["called"] == "Archive.doccarchive --output output --force\n"
    assert told["files"].split() == [
        "./Archive.doccarchive/Info.plist",
        "./Archive.doccarchive/data/documentation/foo.json",
        "./Archive.doccarchive/metadata.json",
        *["./output/called", "./output/foo.md"],
    ]
    assert told["mode"] == "700\n"
    assert told["temporary"] == "directory\n"
    names = {line.partition("=")[0] for line in told["env"].split()}
    of_the_shell = {"PWD", "OLDPWD", "SHLVL", "_"}
    assert names - of_the_shell == {"HOME", "LANG", "PATH", "TMPDIR"}


def test_hostile_archives_do_not_reach_it(scripted: Callable[..., Server]) -> None:
    server = scripted("exit 9")

    assert problem(after(server, zipped({"../evil.json": b""})))["code"] == "unsafe_entry_name"
    assert problem(after(server, b"hello"))["code"] == "not_a_zip"
    long = doccarchive("Foo", **{"n" * 300: b"{}"})
    rename = "Leave that entry out of the zip, or rename it."
    assert problem(after(server, long), remedy=rename)["code"] == "unsafe_entry_name"


def test_a_failure_is_told_without_its_words_and_logged_with_them(
    scripted: Callable[..., Server],
) -> None:
    server = scripted("echo to be fixed in $PWD >&2; exit 3")

    document = problem(after(server, doccarchive("Foo")))

    assert document["code"] == "conversion_failed"
    assert "fixed" not in document["detail"]
    event = server.events("conversion_finished")[-1]
    assert event["converter_error"] == "it failed (exit code 3)"
    assert event["converter_said"].startswith("to be fixed in ")


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 0", "it wrote no output folder"),
        ("mkdir output", "it wrote no Markdown"),
        (WRITES_A_PAGE + "ln -s /etc/passwd output/x.md", "it wrote the symbolic link 'x.md'"),
    ],
)
def test_what_is_no_result_is_not_taken_for_one(
    scripted: Callable[..., Server], script: str, why: str
) -> None:
    server = scripted(script)

    assert problem(after(server, doccarchive("Foo")))["code"] == "conversion_failed"
    event = server.events("conversion_finished")[-1]
    assert event["converter_error"] == f"{why} (exit code 0)"


def test_a_command_that_hangs_is_stopped_with_all_that_it_has_started(
    started: Callable[..., Server],
) -> None:
    # One in its session, one that has left it, one that has lost its parent.
    server = started(
        "sleep 600 & setsid sleep 601 & (sleep 602 &); sleep 603", CONVERSION_TIMEOUT_SECONDS=2
    )
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(after, server, doccarchive("Foo"))
        eventually(lambda: len(sleepers()) == 4, "all of them run")

    assert problem(answer.result())["code"] == "conversion_timeout"
    assert sleepers() == []


def test_a_client_that_hangs_up_ends_the_command(scripted: Callable[..., Server]) -> None:
    server = scripted("setsid sleep 604 & sleep 605")
    connection = server.begin(doccarchive("Foo"))
    eventually(lambda: len(sleepers()) == 2, "the command runs")

    connection.close()

    eventually(lambda: sleepers() == [], "the command is gone")
    eventually(server.is_idle, "and its folder")


def test_what_it_leaves_running_is_ended_and_its_result_taken(
    scripted: Callable[..., Server],
) -> None:
    server = scripted(WRITES_A_PAGE + "setsid sleep 606 & exit 0")

    answer = after(server, doccarchive("Foo"))

    assert names_in(answer.content) == ["foo.md"]
    assert sleepers() == []


def test_what_it_leaves_and_what_has_ended_does_not_stay_a_process(
    started: Callable[..., Server],
) -> None:
    adopted = "$(wc -w < /proc/$PPID/task/$PPID/children)"
    server = started(
        "for i in 1 2 3 4 5 6 7 8 9; do (true &); done; "
        f"until [ {adopted} = 1 ]; do sleep 0.1; done; {WRITES_A_PAGE}",
        CONVERSION_TIMEOUT_SECONDS=5,
    )

    assert names_in(after(server, doccarchive("Foo")).content) == ["foo.md"]


@pytest.mark.parametrize(
    "script",
    [
        "mkdir output; head -c 3000000 /dev/zero > output/x.md",
        "mkdir output; while :; do i=$((i+1)); head -c 900000 /dev/zero > output/$i.md; done",
        "mkdir output; for i in 1 2; do head -c 900000 /dev/zero > output/$i.md; done",
    ],
    ids=["one file", "its folder", "its files together"],
)
def test_a_command_that_writes_too_much_is_stopped(
    scripted: Callable[..., Server], script: str
) -> None:
    server = scripted(f"set -e; {script}", MAX_OUTPUT_BYTES=1_000_000)

    remedy = "Split the documentation by module and convert one at a time."
    document = problem(after(server, doccarchive("Foo")), remedy=remedy)

    assert (document["code"], document["limit"]) == ("output_too_large", 1_000_000)


def test_a_deep_and_forbidden_tree_is_removed(scripted: Callable[..., Server]) -> None:
    deep = "while [ ${i:-0} -lt 1500 ]; do i=$((i+1)); mkdir d && cd -P d || exit 1; done; "
    server = scripted(f"{deep} chmod 0 ../../d; exit 4")

    assert problem(after(server, doccarchive("Foo")))["code"] == "conversion_failed"


def test_a_command_that_burns_its_time_is_the_inputs_fault(started: Callable[..., Server]) -> None:
    server = started("exec 2>/dev/null; while :; do :; done", CONVERSION_CPU_SECONDS=1)

    document = problem(after(server, doccarchive("Foo")))

    assert (document["code"], document["limit"]) == ("conversion_limit_exceeded", 1)


CANNOT_RUN = {"ok": False, "detail": "This service's converter command cannot be run."}


def converter_check(server: Server) -> object:
    return server.client.get("/health/ready").json()["checks"]["converter"]


@pytest.mark.parametrize("command", ["no-such-converter", "/no/such/converter -x"])
def test_a_command_that_does_not_exist_makes_it_unready(
    start_server: Callable[..., Server], command: str
) -> None:
    server = start_server(CONVERTER_COMMAND=command)

    assert converter_check(server) == CANNOT_RUN
    (told,) = server.events("converter_unavailable")
    assert told["detail"] == CANNOT_RUN["detail"]
    assert "exception" not in told
    answer = after(server, doccarchive("Foo"))

    assert problem(answer)["code"] == "converter_unavailable"
    assert answer.headers["Retry-After"] == "10"


def test_a_command_that_the_system_does_not_run_makes_it_unready(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    program = tmp_path / "converter"
    program.write_text("#!/no/such/interpreter\n")
    program.chmod(0o755)
    server = start_server(CONVERTER_COMMAND=program)

    assert converter_check(server) == CANNOT_RUN
    assert problem(after(server, doccarchive("Foo")))["code"] == "converter_unavailable"
    assert "interpreter" not in server.put(doccarchive("Foo")).text


def test_a_command_that_runs_makes_it_ready(start_server: Callable[..., Server]) -> None:
    assert start_server(CONVERTER_COMMAND=OWN).client.get("/health/ready").status_code == 200


def test_a_command_that_runs_for_its_help_alone_is_unavailable_until_a_conversion_succeeds(
    started: Callable[..., Server], tmp_path: Path
) -> None:
    server = started("exit 127")
    assert told_available(server) == [(200, 1)] * 2

    assert problem(after(server, doccarchive("Foo")))["code"] == "converter_unavailable"
    assert told_available(server) == [(503, 0)] * 2

    script = tmp_path / "converter"
    script.write_text(script.read_text().replace("exit 127", WRITES_A_PAGE))
    assert after(server, doccarchive("Foo")).status_code == 200
    assert told_available(server) == [(200, 1)] * 2


def told_available(server: Server) -> list[tuple[int, float]]:
    """What readiness and metrics say of it, asked twice."""
    return [
        (
            server.client.get("/health/ready").status_code,
            scrape(server.client)["converter_available"],
        )
        for _ in range(2)
    ]


def test_a_command_that_does_not_answer_makes_it_unready_and_readiness_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside_converter, "_PROBE_TIMEOUT_SECONDS", 0.5)

    assert probe_fault("sleep 600", tmp_path) == (
        "The converter command, asked for --help, did not answer within 0.5 s."
    )


def test_a_command_whose_help_fills_its_folder_makes_it_unready_and_the_log_says_why(
    tmp_path: Path,
) -> None:
    with capture_logs() as lines:
        told = probe_fault("for i in $(seq 1200); do : > $i; done; sleep 600", tmp_path)

    assert told == "This service's converter command cannot be run."
    (why,) = [line["why"] for line in lines if line["event"] == "converter_cannot_run"]
    assert why == "it wrote more than its folder may hold"


def probe_fault(script: str, folder: Path) -> str:
    """What readiness says of a converter whose --help runs the script, which leaves nothing."""
    with pytest.raises(ServiceError) as caught:
        asyncio.run(converter_of(script, folder).probe())
    assert caught.value.code is ErrorCode.CONVERTER_UNAVAILABLE
    assert [one.name for one in folder.iterdir()] == ["converter"]
    assert sleepers() == []
    return caught.value.detail


def test_a_command_asked_for_its_help_has_a_folder_for_temporary_files(tmp_path: Path) -> None:
    script = 'touch "$TMPDIR/x" || exit 127'

    assert "group" in asyncio.run(converter_of(script, tmp_path).probe()).in_force


def converter_of(
    script: str,
    folder: Path,
    clock: Callable[[], float] = time.monotonic,
    limits: Limits = DEFAULT_LIMITS,
) -> OutsideConverter:
    """One whose command is a shell script of these lines; both are in the folder."""
    program = folder / "converter"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return OutsideConverter(
        [str(program)],
        workspace=folder,
        launcher=Launcher(),
        limits=limits,
        bounds=Bounds(memory_bytes=2**30, cpu_seconds=60, file_bytes=2**20),
        timeout_seconds=30,
        clock=clock,
    )


def test_a_command_that_could_not_be_run_is_trusted_again_after_some_time(tmp_path: Path) -> None:
    now = 1000.0
    converter = converter_of("[ $1 = --help ] || exit 126", tmp_path, lambda: now)

    async def scenario() -> None:
        nonlocal now
        await converter.probe()
        with FileIO(tmp_path / "upload", "w+") as upload, FileIO(tmp_path / "out", "w+") as result:
            upload.write(doccarchive("Foo"))
            with pytest.raises(ServiceError):
                await converter.run(upload, result, Options(), Record())
        now += DISTRUST_SECONDS - 1
        with pytest.raises(ServiceError, match="converter command cannot be run"):
            await converter.probe()
        now += 1
        await converter.probe()

    asyncio.run(scenario())


def test_a_command_that_could_not_be_run_is_trusted_again_once_it_has_converted(
    tmp_path: Path,
) -> None:
    converter = converter_of("exit 126", tmp_path)

    async def scenario() -> None:
        with FileIO(tmp_path / "upload", "w+") as upload, FileIO(tmp_path / "out", "w+") as result:
            upload.write(doccarchive("Foo"))
            with pytest.raises(ServiceError, match="converter command cannot be run"):
                await converter.run(upload, result, Options(), Record())
            (tmp_path / "converter").write_text(f"#!/bin/sh\n{WRITES_A_PAGE}\n")  # repaired
            await converter.run(upload, result, Options(), Record())
        await converter.probe()

    asyncio.run(scenario())


def test_pages_may_be_larger_than_the_result_and_all_that_an_archive_may_hold(
    tmp_path: Path,
) -> None:
    page = article_of_noise(1_500_000)  # the result may have 1 MiB
    archive = doccarchive(**{"n" * 200: page, "o" * 200: page})
    limits = msgspec.structs.replace(DEFAULT_LIMITS, max_archive_bytes=2 * len(page))
    converter = converter_of(WRITES_A_PAGE, tmp_path, limits=limits)

    async def converted() -> int:
        with FileIO(tmp_path / "upload", "w+") as upload, FileIO(tmp_path / "out", "w+") as result:
            upload.write(archive)
            return (await converter.run(upload, result, Options(), Record())).pages_converted

    assert asyncio.run(converted()) == 1


def test_what_only_our_own_converter_does_is_refused_and_is_no_conversion(
    started: Callable[..., Server],
) -> None:
    server = started(WRITES_A_PAGE)
    archive, path = illustrated_doccarchive(), "/api/v1/convert"
    form = {"file": ("foo.zip", archive), "assets": (None, b"true")}

    single = problem(
        after(server, archive, Accept="text/markdown"),
        remedy="Send `Accept: application/zip`: this service's converter makes no single document.",
    )
    assets = [
        problem(answer, remedy="Leave out `assets`.")
        for answer in (
            server.client.put(path, content=archive, params={"assets": "true"}),
            server.client.post(path, files=form),
        )
    ]

    assert single["code"] == "not_acceptable"
    assert [one["code"] for one in assets] == ["invalid_request"] * 2
    assert {one["detail"] for one in assets} == {"This service's converter cannot copy assets."}
    assert server.events("conversion_finished") == []
    counted = scrape(server.client)
    assert counted['conversions_total{outcome="client_error"}'] == 0
    assert counted['conversion_errors_total{error_type="cli_error"}'] == 0


def test_it_changes_nothing_outside_its_folder(
    scripted: Callable[..., Server], tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    server = scripted(WRITES_A_PAGE + f"(echo x > {outside}) 2>/dev/null; echo $? > output/code")
    if "landlock" in str(server.client.get("/health/ready").json()).partition("missing")[2]:
        pytest.skip("SKIPPED: Landlock, which the kernel lacks")

    assert contents(after(server, doccarchive("Foo")).content)["code"] != "0\n"
    assert not outside.exists()


def test_what_a_killed_service_leaves_is_swept_by_the_next(
    started: Callable[..., Server], start_server: Callable[..., Server]
) -> None:
    first = started("sleep 607")
    with first.begin(doccarchive("Foo")):
        eventually(lambda: len(sleepers()) == 1, "the command runs")
        (running,) = sleepers()
        first.process.kill()
        eventually(lambda: not is_running(running), "the command is gone with the service")
    (folder,) = first.workspace.iterdir()
    assert folder.name.startswith("swift-conv-")

    second = start_server(WORKSPACE_DIR=first.workspace)

    assert list(first.workspace.iterdir()) == []
    (event,) = second.events("workspace_swept")
    assert (event["removed"], event["left"]) == (1, 0)


def test_what_nobody_holds_is_measured_and_what_is_in_use_is_not(
    started: Callable[..., Server],
) -> None:
    server = started("sleep 606")
    (server.workspace / "swift-conv-old").mkdir()
    with server.begin(doccarchive("Foo")):
        eventually(sleepers, "the command runs")
        assert len(list(server.workspace.glob("swift-conv-*"))) == 2
        eventually(
            lambda: parsed(server.client.get("/metrics").text)["docc2context_orphaned_workspaces"],
            "the next reading of the resources finds the one that was left",
        )
        scrape = parsed(server.client.get("/metrics").text)
    eventually(lambda: not sleepers(), "the hang-up ends it")

    assert scrape["docc2context_orphaned_workspaces"] == 1


def test_the_command_sweeps_what_nobody_holds(
    started: Callable[..., Server],
) -> None:
    server = started("sleep 608")
    (server.workspace / "swift-conv-old" / "output").mkdir(parents=True)
    with server.begin(doccarchive("Foo")):
        eventually(sleepers, "the command runs")
        swept = subprocess.run(
            [sys.executable, "-m", "app.services.workspace", "sweep"],
            cwd=ROOT,
            env=os.environ | environment(WORKSPACE_DIR=server.workspace),
            capture_output=True,
            text=True,
            check=True,
        )
        left = list(server.workspace.iterdir())
    eventually(server.is_idle, "the hang-up ends it")

    assert swept.stdout == f"1 leftover folder removed from {server.workspace}\n"
    assert len(left) == 1


def test_a_server_that_is_stopped_ends_the_command(started: Callable[..., Server]) -> None:
    server = started("setsid sleep 609 & sleep 610", SHUTDOWN_GRACE_SECONDS=0.2)
    with server.begin(doccarchive("Foo")):
        eventually(lambda: len(sleepers()) == 2, "the command runs")
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(10)

    assert sleepers() == []
    assert list(server.workspace.iterdir()) == []


def contents(archive: bytes) -> dict[str, str]:
    """The files of a result."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def sleepers() -> list[int]:
    """The processes that the scripts above leave asleep, known by their seconds."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0] == b"sleep" and words[1] in SECONDS:
            found.append(int(path.parent.name))
    return found
