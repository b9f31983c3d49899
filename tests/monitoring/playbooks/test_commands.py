"""The commands of the playbooks are of known forms, and those that need no Docker are run."""

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.api.routes.health import PATHS
from app.core.config import Settings
from app.core.errors import ErrorCode
from app.services.drain import FILE_NAME
from monitoring.playbooks import SOURCES
from tests.app.archives import doccarchive
from tests.app.scrapes import scrape
from tests.app.serving import CONVERT, NEEDS_PROC, ROOT, Server, eventually, held, problem
from tests.monitoring.playbooks.texts import PLAYBOOKS, Listing, commands

COMMANDS = commands()
EACH = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.playbook)
SERVICES = {"docc2context", "prometheus", "alertmanager"}
# No SIGHUP: files that are mounted one by one are read again only after a restart.
COMPOSE = re.compile(
    r"docker compose (ps -a|logs [^|]*?|exec|top|restart|up -d) "
    r"((?:docc2context|prometheus|alertmanager)(?: (?:prometheus|alertmanager))?)(?= |$)"
    r"|docker compose run --rm --no-deps --entrypoint (promtool prometheus check (config|rules)"
    r"|amtool alertmanager check-config) /etc/"
    r"|docker compose up -d --scale docc2context=2$"
)
OTHERS = re.compile(
    r"docker (stats --no-stream|system df)|docker inspect --format '[^']+' "
    r"\$\(docker compose ps -aq docc2context\)$|docker restart -t 60 NAME$"
    r"|docker events --since 15m --until 0s "
    r"--filter label=com\.docker\.compose\.service=docc2context --filter event=die --format '"
    r"|curl -sS -m (5|15) http://localhost:(8000|9090|9093)/"
    r"|date -u$|sudo dmesg -T \| |sudo sh -c 'du -m /var/lib/docker/containers/"
)
PREFIX = re.compile(r"docker compose logs [^|]*docc2context \| ")
FILTERS = [one for one in COMMANDS if PREFIX.match(one.text)]
TEXTS = {path.stem: path.read_text() for path in PLAYBOOKS}


PAGES = [*SOURCES.glob("*.md"), *(ROOT / "DOCS").glob("*.md"), ROOT / "README.md"]


@EACH
def test_a_command_is_of_a_known_form(command: Listing) -> None:
    assert COMPOSE.match(command.text) or OTHERS.match(command.text)


@pytest.mark.parametrize("playbook", TEXTS)
def test_the_tools_of_the_watchers_are_run_from_their_images(playbook: str) -> None:
    """The host need not have them, and what they check is what the container has mounted."""
    called = re.findall(r"(--entrypoint |exec \w+ )?\b(?:amtool|promtool)\b", TEXTS[playbook])
    assert all(called)


def test_replicas_are_started_with_a_range_of_ports_that_later_commands_have_too() -> None:
    scaling = {path.stem: path.read_text() for path in PAGES if "up -d --scale" in path.read_text()}
    assert {"DEPLOYMENT", "conversions_saturated", "cpu_exhaustion", "replica_missing"} == {
        *scaling
    }
    # One port cannot be two replicas', and a variable of one command is gone for the next.
    kept = re.compile(r"DOCC2CONTEXT_PORTS=8000-8009(`? in `\.env`| >> \.env)")
    assert [name for name, text in scaling.items() if not kept.search(text)] == []
    assert [name for name, text in scaling.items() if "8009 docker compose" in text] == []


def test_who_starts_the_service_anew_is_told_to_keep_its_replicas() -> None:
    lines = [line for path in PAGES for line in path.read_text().splitlines()]
    starting = [one for one in lines if re.search(r"up -d( --no-deps)? docc2context", one)]
    assert len(starting) > 10
    assert [one for one in starting if "--scale" not in one] == []


def test_who_restarts_the_service_is_told_how_to_restart_one_replica_alone() -> None:
    restarting = {name for name, text in TEXTS.items() if "compose restart docc2context" in text}
    assert len(restarting) > 10
    assert {name for name in restarting if "](README.md)" not in TEXTS[name]} == set()
    index = (SOURCES / "README.md").read_text()
    how = [one.text for one in COMMANDS if one.playbook == "conversion_error_budget_burn"][1:]
    assert f"```sh\n{chr(10).join(how)}\n```" in index


def test_modules_routes_and_settings_exist() -> None:
    text = "\n".join(TEXTS.values())
    for module in set(re.findall(r"python -m ([\w.]+)", text)):
        assert importlib.util.find_spec(module)
    for path in set(re.findall(r"localhost:8000(/[\w/]*)", text)):
        assert path in {*PATHS, "/metrics"}
    capitals = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", text)) - {"SECURITY_CHECKLIST"}
    assert {name.lower() for name in capitals} <= set(Settings.model_fields)


def test_events_and_codes_exist() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "app").rglob("*.py"))
    text = "\n".join(one.text for one in FILTERS)
    greps = re.findall(r"grep (?:-E )?'?([a-z_|]+)'?", text)
    named = {word for grep in greps for word in grep.split("|") if word}
    named |= set(re.findall(r'\.(?:event|outcome|code) == "(\w+)"', text))
    assert len(named) > 10
    assert {name for name in named if not re.search(rf"\b{name}\b", sources)} == set()
    statuses = re.findall(r"\b(4\d\d|5\d\d) `(\w+)`", "\n".join(TEXTS.values()))
    assert all(ErrorCode.named(code).status == int(status) for status, code in statuses)
    assert len(statuses) > 5


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    server = start_server(RATE_LIMIT_ENABLED=True, RATE_LIMIT="3/minute")
    (server.workspace / FILE_NAME).touch()
    assert problem(server.put(doccarchive("Foo")))["code"] == "draining"
    (server.workspace / FILE_NAME).unlink()
    assert server.put(doccarchive("Foo")).status_code == 200
    assert problem(server.put(b"no zip"))["code"] == "not_a_zip"
    assert problem(server.put(b"no zip"))["code"] == "rate_limited"
    return server


def ran(line: str, server: Server) -> subprocess.CompletedProcess[str]:
    for program in ("jq", "curl"):
        if program in line and shutil.which(program) is None:
            pytest.skip(f"SKIPPED: there is no {program} to run the playbooks' commands with")
    line = PREFIX.sub(f"cat '{server.log}' | ", line).replace(
        "localhost:8000", f"127.0.0.1:{server.port}"
    )
    environment = os.environ | {"WORKSPACE_DIR": str(server.workspace)}
    return subprocess.run(
        ["sh", "-c", line], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", FILTERS, ids=lambda command: command.playbook)
def test_a_filter_reads_the_real_log(command: Listing, server: Server) -> None:
    done = ran(command.text, server)
    assert done.stderr == ""
    assert done.returncode in {0, 1}  # grep's, for no line


def output_of(playbook: str, server: Server) -> str:
    """What the first filter of a playbook finds."""
    return ran(next(one.text for one in FILTERS if one.playbook == playbook), server).stdout


def test_filters_find_what_they_are_for(server: Server) -> None:
    assert output_of("high_error_rate", server).split() == ["1", "draining"]
    assert '"code":"not_a_zip"' in output_of("extraction_failures", server)
    assert '"code":"not_a_zip"' in output_of("suspicious_archives", server)
    assert re.match(r" *1 \d{4}-\d\d-\d\dT\d\d:\d\d\n$", output_of("rate_limit_triggered", server))


def test_the_reason_for_busy_is_found_in_the_log(start_server: Callable[..., Server]) -> None:
    server = start_server(UPLOAD_SLOTS=1)
    head = f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
    with server.send(head.encode()):
        eventually(lambda: scrape(server.client)["active_uploads"] == 1, "the first arrives")
        assert problem(server.put(doccarchive("Foo")))["code"] == "busy"
    busy = [one.text for one in FILTERS if '.code == "busy"' in one.text]
    assert [ran(line, server).stdout.split(maxsplit=1) for line in busy] == [
        ["1", "All upload slots are taken and none of the uploads is slow.\n"]
    ]


@pytest.mark.parametrize(
    "line", sorted({one.text for one in COMMANDS if "localhost:8000" in one.text})
)
def test_what_asks_the_service_is_answered(line: str, server: Server) -> None:
    if line.startswith("docker"):
        return
    done = ran(line, server)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r'"status":"|http_request', done.stdout)


def test_the_drain_commands_drain_and_end_it(server: Server) -> None:
    inside = [one.text.removeprefix("docker compose exec docc2context ") for one in COMMANDS]
    touch, remove = (
        next(line for line in inside if word in line and FILE_NAME in line)
        for word in ("touch", "rm -f")
    )
    assert ran(touch, server).returncode == 0
    assert server.client.get("/health/ready").status_code == 503
    assert ran(remove, server).returncode == 0
    assert server.client.get("/health/ready").status_code == 200


@NEEDS_PROC
def test_conversions_that_a_kill_has_ended_are_found_a_childs_and_the_forkservers(
    start_server: Callable[..., Server], slow_archive: bytes
) -> None:
    server = start_server()
    with ThreadPoolExecutor(1) as pool:
        for is_child in (True, False):
            answer = pool.submit(server.put, slow_archive)
            with held(server) as child:
                if is_child:
                    os.kill(child, signal.SIGKILL)
                else:
                    server.kill_forkserver()
            assert problem(answer.result())["code"] == "conversion_failed"

    found = [json.loads(line) for line in output_of("memory_oom_kill", server).splitlines()]

    assert [one["child_ended_by"] for one in found] == ["signal 9 (Killed)", "exit code 255"]


def test_what_burns_the_budget_is_found_failures_and_time_outs(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    program = tmp_path / "converter"
    program.touch(0o755)
    server = start_server(CONVERTER_COMMAND=program, CONVERSION_TIMEOUT_SECONDS=2)
    for script in ("exit 3", "sleep 600"):
        program.write_text(f"#!/bin/sh\n{script}\n")
        assert server.put(doccarchive("Foo")).status_code >= 500

    found = [
        json.loads(line) for line in output_of("conversion_error_budget_burn", server).splitlines()
    ]

    assert [(one["outcome"], one["code"], one["converter_error"]) for one in found] == [
        ("server_error", "conversion_failed", "it failed (exit code 3)"),
        ("timeout", "conversion_timeout", None),
    ]


def test_tracebacks_are_counted_by_their_last_line_whatever_the_errors_module(
    tmp_path: Path,
) -> None:
    (line,) = [one.text for one in COMMANDS if "select(.child_traceback)" in one.text]
    log = tmp_path / "log"
    ends = ["docc2context.model.json_patch.PatchError: /a", *2 * ["KeyError: 'b'"]]
    lines = [json.dumps({"child_traceback": f"Traceback:\n  f()\n{end}\n"}) for end in ends]
    log.write_text("\n".join(lines))

    here = PREFIX.sub(f"cat '{log}' | ", line)
    done = subprocess.run(["sh", "-c", here], capture_output=True, text=True, check=True)

    counts = [row.split(maxsplit=1) for row in done.stdout.splitlines()]
    assert sorted(counts) == [["1", ends[0]], ["2", ends[1]]]


def test_the_largest_logs_of_containers_stand_last(tmp_path: Path) -> None:
    (line,) = [one.text for one in COMMANDS if "-json.log" in one.text]
    for name, megabytes in (("a/a-json.log", 3), ("a/a-json.log.1", 9), ("b/b-json.log", 5)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(bytes(megabytes * 1024**2))
    (tmp_path / "b" / "config.v2.json").touch()

    here = line.removeprefix("sudo ").replace("/var/lib/docker/containers", str(tmp_path))
    done = subprocess.run(["sh", "-c", here], capture_output=True, text=True, check=True)

    names = [Path(row.split()[1]).name for row in done.stdout.splitlines()]
    assert names == ["a-json.log", "b-json.log", "a-json.log.1"]


def test_the_sweep_removes_what_was_left(tmp_path: Path) -> None:
    (tmp_path / "swift-conv-left").mkdir()
    line = "python -m app.services.workspace sweep"
    assert any(line in one.text for one in COMMANDS)
    done = subprocess.run(
        [sys.executable, *line.split()[1:]],
        cwd=ROOT,
        env=os.environ | {"WORKSPACE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"1 leftover folder removed from {tmp_path}\n"
    assert list(tmp_path.iterdir()) == []
