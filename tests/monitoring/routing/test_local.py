"""`make monitoring`: all three on one machine, and none left behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from monitoring import configs
from monitoring.local import run
from monitoring.local_setup import Setup, alertmanager_file, prometheus_file, unusable_ports
from monitoring.programs import ProgramMissing, free_port, require_watchers
from tests.app.processes import children_of, is_running
from tests.app.serving import NEEDS_PROC, eventually

pytestmark = NEEDS_PROC

PATIENCE_SECONDS = 60.0


class Local:
    """`python -m monitoring.local` on free ports; `by` is what starts it."""

    def __init__(
        self, folder: Path, ports: dict[str, int] | None = None, by: Sequence[str] = (), **env: str
    ) -> None:
        self.data = folder / "data"
        self.log = folder / "output"
        self.ports = ports or {
            one: free_port() for one in ("service", "prometheus", "alertmanager")
        }
        options = [f"--{name}-port={port}" for name, port in self.ports.items()]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *(*by, sys.executable, "-m", "monitoring.local", f"--data={self.data}"),
                    *(f"--secrets={folder / 'secrets'}", *options),
                ],
                cwd=configs.ROOT,
                env=os.environ | {"WORKSPACE_DIR": str(folder)} | env,
                stdout=log,
                stderr=log,
            )

    def output(self) -> str:
        return self.log.read_text()

    def wait_until_started(self) -> None:
        def started() -> bool:
            assert self.process.poll() is None, self.output()
            return "Ctrl-C stops all three" in self.output()

        eventually(started, "all three have started")

    def asked(self, path: str) -> Any:
        url = f"http://127.0.0.1:{self.ports['prometheus']}/api/v1/{path}"
        with urllib.request.urlopen(url) as answer:
            return json.load(answer)["data"]

    def health_of(self, job: str) -> str:
        targets = self.asked("targets")["activeTargets"]
        return next((one["health"] for one in targets if one["scrapePool"] == job), "")

    def ended(self, number: signal.Signals | None = None) -> int:
        """Its exit code, after a signal."""
        if number:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


def skip_without_watchers() -> None:
    try:
        require_watchers()
    except ProgramMissing as missing:
        pytest.skip(f"SKIPPED: {missing}")


@contextmanager
def local(folder: Path, by: Sequence[str] = ()) -> Iterator[Local]:
    skip_without_watchers()
    started = Local(folder, by=by)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.ended(signal.SIGTERM)


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_service_is_watched_alertmanager_known_and_ctrl_c_leaves_nothing(
    tmp_path: Path,
) -> None:
    with local(tmp_path) as running:
        running.wait_until_started()
        eventually(lambda: running.health_of("docc2context") == "up", "the service is scraped")
        (manager,) = running.asked("alertmanagers")["activeAlertmanagers"]
        children = children_of(running.process.pid)

        assert manager["url"].startswith(f"http://localhost:{running.ports['alertmanager']}/")
        assert running.asked("rules")["groups"] != []
        assert running.asked("status/flags")["storage.tsdb.retention.time"] == "30d"
        assert len(children) == 3
        # A terminal sends Ctrl-C to a whole group: they are ended in order by who started them.
        groups = {os.getpgid(pid) for pid in [running.process.pid, *children]}
        assert len(groups) == 4
        assert "slack_critical_url: is missing" in running.output()
        port = running.ports["alertmanager"]
        assert f"`make test-alert ALERTMANAGER_PORT={port}` sends" in running.output()
        assert running.ended(signal.SIGINT) == 0
        assert not any(is_running(child) for child in children)
        assert not any(is_open(port) for port in running.ports.values())


@pytest.mark.usefixtures("signals_that_end")
def test_a_terminal_that_is_closed_leaves_nothing(tmp_path: Path) -> None:
    with local(tmp_path) as running:
        running.wait_until_started()
        children = children_of(running.process.pid)

        assert running.ended(signal.SIGHUP) == 0
        assert not any(is_running(child) for child in children)


def test_with_nohup_all_three_outlast_the_terminal(tmp_path: Path) -> None:
    with local(tmp_path, by=["nohup"]) as running:
        running.wait_until_started()
        status = Path(f"/proc/{running.process.pid}/status").read_text()

        (ignored,) = re.findall(r"SigIgn:\s*(\w+)", status)
        assert int(ignored, 16) & 1 << signal.SIGHUP - 1


def child_called(running: Local, word: bytes) -> int:
    (child,) = [
        child
        for child in children_of(running.process.pid)
        if word in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    return child


def test_a_service_that_dies_is_said_and_is_watched_on(tmp_path: Path) -> None:
    with local(tmp_path) as running:
        running.wait_until_started()
        os.kill(child_called(running, b"uvicorn"), signal.SIGKILL)

        eventually(lambda: running.health_of("docc2context") == "down", "it is missed")
        assert "monitoring: DOCC2CONTEXT HAS ENDED with code -9, which ServiceDown" in (
            running.output()
        )
        assert is_open(running.ports["alertmanager"])
        assert running.ended(signal.SIGINT) == 1


def test_a_watcher_that_dies_is_said_and_ends_all(tmp_path: Path) -> None:
    with local(tmp_path) as running:
        running.wait_until_started()
        children = children_of(running.process.pid)
        os.kill(child_called(running, b"--cluster.listen-address"), signal.SIGKILL)

        assert running.ended() == 1
        assert (
            "monitoring: ALERTMANAGER HAS ENDED with code -9, so all three stop."
            in running.output()
        )
        assert not any(is_running(child) for child in children)


def test_a_port_that_is_taken_is_named_with_a_remedy_before_anything_starts(tmp_path: Path) -> None:
    ports = {one: free_port() for one in ("service", "prometheus", "alertmanager")}
    with socket.create_server(("127.0.0.1", ports["prometheus"])):
        running = Local(tmp_path, ports)
        assert running.ended() == 1

    assert running.output() == (
        f"monitoring: port {ports['prometheus']}, for prometheus, cannot be used:"
        " Address already in use; stop what listens there, or choose others with PORT,"
        " PROMETHEUS_PORT and ALERTMANAGER_PORT, as in `make monitoring PROMETHEUS_PORT=9091`\n"
    )
    assert not running.data.exists()
    assert unusable_ports(ports) == []


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (
            "prometheus",
            "prometheus-alertmanager is not installed: apt-get install prometheus-alertmanager",
        ),
        ("alertmanager", "prometheus is not installed: apt-get install prometheus"),
        (
            "neither",
            (
                "prometheus and prometheus-alertmanager are not installed:"
                " apt-get install prometheus prometheus-alertmanager"
            ),
        ),
    ],
)
def test_what_is_missing_is_named_with_the_command_that_brings_it(
    tmp_path: Path, there: str, said: str
) -> None:
    (tmp_path / there).touch(0o755)
    running = Local(tmp_path, PATH=str(tmp_path))

    assert running.ended() == 1
    assert running.output() == f"monitoring: {said}\n"


def test_a_data_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    running = Local(tmp_path)

    assert running.ended() == 1
    assert running.output() == f"monitoring: {tmp_path / 'data'} cannot be used: File exists\n"


def test_a_data_folder_that_cannot_be_written_to_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(Setup(Path("/proc"), Path("/proc"), free_port(), free_port(), free_port())) == 1
    assert capsys.readouterr().err == (
        "monitoring: /proc cannot be used: No such file or directory\n"
    )


def test_a_configuration_that_cannot_be_read_is_named_with_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    skip_without_watchers()
    file = tmp_path / "alertmanager.yml"
    file.write_text("route:\n  receiver: [\n")
    monkeypatch.setattr(configs, "ALERTMANAGER", file)

    assert run(Setup(tmp_path / "data", tmp_path, free_port(), free_port(), free_port())) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"monitoring: {file}: while parsing a flow node")
    assert "line 3, column 1" in error


def test_with_the_usual_ports_prometheus_has_the_shipped_file(tmp_path: Path) -> None:
    assert prometheus_file(Setup(tmp_path)) == configs.PROMETHEUS
    assert prometheus_file(Setup(tmp_path, service_port=8001)) == tmp_path / "prometheus.yml"


def test_alertmanager_reads_the_secrets_of_the_folder_that_was_asked_for(tmp_path: Path) -> None:
    copy = alertmanager_file(Setup(tmp_path, secrets=tmp_path / "secrets"))

    read = [Path(file) for file in re.findall(r"_file: (.+)", copy.read_text(encoding="utf-8"))]
    assert {file.parent for file in read} == {tmp_path / "secrets"}
    assert alertmanager_file(Setup(tmp_path)) == configs.ALERTMANAGER
