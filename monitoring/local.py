"""Service, Prometheus and Alertmanager on one machine, until Ctrl-C: `make monitoring`.

Prometheus and Alertmanager use the shipped files. If the ports or the folder of secrets are not the
shipped ones, they use copies in the data folder, with only these changed.
"""

import argparse
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitoring import preflight, relocation
from monitoring.programs import (
    Alertmanager,
    CannotStart,
    Program,
    ProgramMissing,
    Prometheus,
    require_both,
)

AS_DEPLOYED: Final = (
    "--storage.tsdb.retention.time=30d",
    "--storage.tsdb.retention.size=4GB",
    "--rules.alert.for-grace-period=30s",
)
"""Prometheus's flags that docker-compose.yml has too, with the reasons for them."""

# Conversions get 20 seconds to finish, SHUTDOWN_GRACE_SECONDS, and downloads 30 after them.
_SERVICE_STOP_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.5


@dataclass(frozen=True)
class Setup:
    """Data, secrets and ports of all three; by default the ports are those of the shipped files."""

    data: Path
    secrets: Path = relocation.SECRETS
    service: int = 8000
    prometheus: int = 9090
    alertmanager: int = 9093

    @property
    def ports(self) -> dict[str, int]:
        """The port of each, by name."""
        return {
            "docc2context": self.service,
            "prometheus": self.prometheus,
            "alertmanager": self.alertmanager,
        }


def unusable_ports(ports: dict[str, int]) -> list[str]:
    """One sentence for each port that cannot be listened on."""
    sentences = []
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                # With SO_REUSEADDR two sockets may share a port, but only one may listen.
                probe.listen()
            except OSError as error:
                sentences.append(f"port {port}, for {name}, cannot be used: {error.strerror}")
    return sentences


def prometheus_file(setup: Setup) -> Path:
    """prometheus.yml, or a copy for other ports."""
    shipped = Setup(setup.data)
    if setup.ports == shipped.ports:
        return relocation.PROMETHEUS
    targets = setup.data / "targets"
    targets.mkdir(exist_ok=True)
    for name in ("docc2context", "alertmanager"):
        address = f"localhost:{setup.ports[name]}"
        (targets / f"{name}.yml").write_text(f'- targets: ["{address}"]\n', encoding="utf-8")
    config = relocation.prometheus(
        relocation.load(relocation.PROMETHEUS),
        own=f"localhost:{setup.prometheus}",
        targets=targets,
    )
    return relocation.write(config, setup.data / "prometheus.yml")


def alertmanager_file(setup: Setup) -> Path:
    """alertmanager.yml, or a copy that reads the secrets of another folder."""
    if setup.secrets == relocation.SECRETS:
        return relocation.ALERTMANAGER
    config = relocation.alertmanager(
        relocation.load(relocation.ALERTMANAGER), secrets=setup.secrets, addresses={}
    )
    return relocation.write(config, setup.data / "alertmanager.yml")


def programs(setup: Setup) -> list[Program]:
    """The three, in the order in which they start. Raises ProgramMissing."""
    service = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(setup.service)]
    bounded = ["--http", "app.http.protocol:BoundedProtocol"]
    quiet = ["--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "30"]
    return [
        Program(
            service + bounded + quiet,
            setup.service,
            setup.data / "docc2context.log",
            "/health",
            _SERVICE_STOP_SECONDS,
        ),
        Alertmanager(
            setup.data,
            alertmanager_file(setup),
            f"--web.external-url=http://localhost:{setup.alertmanager}",
            port=setup.alertmanager,
        ),
        Prometheus(
            setup.data,
            prometheus_file(setup),
            f"--web.user-assets={relocation.USER_ASSETS}",
            f"--web.external-url=http://localhost:{setup.prometheus}",
            *AS_DEPLOYED,
            port=setup.prometheus,
        ),
    ]


def run(setup: Setup) -> int:
    """Start all, and run until it is stopped; return 1 if one could not start or ended, else 0.

    What keeps them from starting is said first; then, which alerts would reach nobody.
    They end in reverse order: the watchers before what they watch, so that nobody is told that the
    service is down.
    """
    if sentences := unusable_ports(setup.ports):
        print("monitoring:", "; ".join(sentences), file=sys.stderr)
        return 1
    setup.data.mkdir(parents=True, exist_ok=True)
    try:
        require_both()
        preflight.report(relocation.ALERTMANAGER, setup.secrets, as_alertmanager=True)
        with ExitStack() as running:
            started = [running.enter_context(program) for program in programs(setup)]
            print(_where(setup), flush=True)
            ended = _watch(started)
            # A second Ctrl-C would leave behind what is being ended.
            _when_stopped(signal.SIG_IGN)
    except (ProgramMissing, CannotStart) as error:
        print(f"monitoring: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 1 if ended else 0


def _watch(started: list[Program]) -> bool:
    """Wait for a signal or the end of a watcher; return whether a program has ended by itself.

    If the service ends, the watchers stay, to report it.
    """
    stop = threading.Event()
    _when_stopped(lambda *_: stop.set())
    service, *watchers = started
    is_served = True
    while not stop.wait(_POLL_SECONDS):
        for program in watchers:
            if (code := _ended(program)) is not None:
                _report_end(program, code, "so all three stop")
                return True
        if is_served and (code := _ended(service)) is not None:
            _report_end(
                service, code, "which ServiceDown will also report; Ctrl-C stops the others"
            )
            is_served = False
    return not is_served


def _ended(program: Program) -> int | None:
    return program.process.poll() if program.process is not None else None


def _report_end(program: Program, code: int, what_follows: str) -> None:
    print(
        f"monitoring: {program.log.stem.upper()} HAS ENDED with code {code}, {what_follows}. "
        f"{program.log} ends with:\n{program.log_tail()}",
        file=sys.stderr,
        flush=True,
    )


def _where(setup: Setup) -> str:
    return (
        f"Service       http://localhost:{setup.service}  convert an archive\n"
        f"Alerts        http://localhost:{setup.prometheus}/alerts  which ones fire, and why\n"
        f"Notifications http://localhost:{setup.alertmanager}  who is notified, and silences\n"
        f"Data and logs are in {setup.data}; `make test-alert` sends a test alert.\n"
        "Ctrl-C stops all three."
    )


def _when_stopped(handler: Callable[..., object] | signal.Handlers) -> None:
    """Handle Ctrl-C, SIGTERM and, unless nohup(1) is used, the closing of the terminal this way."""
    signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGTERM, handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, handler)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Run all three as the command line says; return the exit code."""
    shipped = Setup(Path(".monitoring"))
    parser = argparse.ArgumentParser(prog="python -m monitoring.local", description=__doc__)
    parser.add_argument("--data", type=Path, default=shipped.data, metavar="DIR")
    parser.add_argument("--secrets", type=Path, default=shipped.secrets, metavar="DIR")
    for name, port in shipped.ports.items():
        option = "service" if name == "docc2context" else name
        parser.add_argument(f"--{option}-port", type=int, default=port, metavar="PORT")
    given = parser.parse_args()
    _when_stopped(_interrupt)
    return run(
        Setup(
            given.data.resolve(),
            given.secrets.resolve() if given.secrets != shipped.secrets else given.secrets,
            given.service_port,
            given.prometheus_port,
            given.alertmanager_port,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
