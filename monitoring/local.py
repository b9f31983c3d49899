"""Service, Prometheus and Alertmanager on one machine, until Ctrl-C: `make monitoring`.

Prometheus and Alertmanager use the shipped files. If the ports or the folder of secrets are not the
shipped ones, they use copies in the data folder, with only these changed.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from monitoring import configs, preflight
from monitoring.local_setup import Setup, all_three, unusable_folder, unusable_ports
from monitoring.programs import CannotStart, Program, ProgramMissing, require_watchers

_POLL_SECONDS: Final = 0.5
"""How late the end of a program may be noticed."""


def run(setup: Setup) -> int:
    """Start all, and run until it is stopped; return 1 if one could not start or ended, else 0.

    Before that, say what keeps them from starting, or which alerts would reach nobody. They end in
    reverse order: the watchers before what they watch, so that nobody is told that the
    service is down.
    """
    if sentences := unusable_ports(setup.ports) or unusable_folder(setup.data):
        print("monitoring:", "; ".join(sentences), file=sys.stderr)
        return 1
    try:
        require_watchers()
        preflight.report(configs.ALERTMANAGER, setup.secrets, as_alertmanager=True)
        with ExitStack() as running:
            started = [running.enter_context(program) for program in all_three(setup)]
            print(_where(setup), flush=True)
            ended = _watch(started)
            # A second Ctrl-C would leave behind what is being ended.
            _when_stopped(signal.SIG_IGN)
    except (ProgramMissing, CannotStart, configs.NoSettings) as error:
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
        for watcher in watchers:
            if watcher.exit_code is not None:
                _report_end(watcher, "so all three stop")
                return True
        if is_served and service.exit_code is not None:
            _report_end(service, "which ServiceDown will also report; Ctrl-C stops the others")
            is_served = False
    return not is_served


def _report_end(program: Program, what_follows: str) -> None:
    name, code = program.log.stem.upper(), program.exit_code
    print(
        f"monitoring: {name} HAS ENDED with code {code}, {what_follows}. "
        f"{program.log} ends with:\n{program.log_tail()}",
        file=sys.stderr,
        flush=True,
    )


def _where(setup: Setup) -> str:
    is_usual = setup.alertmanager_port == Setup.alertmanager_port
    port = "" if is_usual else f" ALERTMANAGER_PORT={setup.alertmanager_port}"
    return (
        f"Service       http://localhost:{setup.service_port}  convert an archive\n"
        f"Alerts        http://localhost:{setup.prometheus_port}/alerts  which ones fire, and why\n"
        f"Notifications http://localhost:{setup.alertmanager_port}  who is notified, and silences\n"
        f"Data and logs are in {setup.data}; `make test-alert{port}` sends a test alert.\n"
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
    for name, port in (
        ("service", shipped.service_port),
        ("prometheus", shipped.prometheus_port),
        ("alertmanager", shipped.alertmanager_port),
    ):
        parser.add_argument(f"--{name}-port", type=int, default=port, metavar="PORT")
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
