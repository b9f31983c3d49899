"""One or several services and what watches them, all real, in a folder of their own."""

import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Self

import httpx2

from monitoring import relocation
from monitoring.drill.compress import duration
from monitoring.drill.configuration import Configurations
from monitoring.drill.harm import FACTOR
from monitoring.drill.waiting import Patience
from monitoring.programs import Alertmanager, Program, Prometheus, free_port
from monitoring.receiver import Notification, Receiver
from monitoring.relocation import ROOT, USER_ASSETS, write

CONVERT: Final = "/api/v1/convert"

RESEND_SECONDS: Final = 60
"""The time, not yet shortened, after which Prometheus sends an alert again: its own default."""

_HEARTBEAT_TOKEN: Final = "drill"  # noqa: S105  # no secret
_TARGETS: Final = "targets"
_SERVICE_TARGETS: Final = "docc2context.yml"
_ALERTMANAGER_TARGETS: Final = "alertmanager.yml"
_QUIET_SECONDS: Final = 180.0


@dataclass(frozen=True)
class Site:
    """Where a service runs.

    `wrapper` is a command that starts another one, appended to it, in an environment of its own;
    `group` is the control group that it is then in, if that matters. `store` is where its rate
    limiter counts, if that runs beside it. Its Alertmanagers do not know of each other.
    """

    settings: Mapping[str, object] = field(default_factory=dict)
    wrapper: tuple[str, ...] = ()
    group: Path | None = None
    store: Program | None = None
    replicas: int = 1
    alertmanagers: int = 1
    prometheus_flags: tuple[str, ...] = ()


class Service(Program):
    """The real service with its harmful routes, on a port that it keeps across restarts."""

    def __init__(self, folder: Path, site: Site, factor: int) -> None:
        port = free_port()
        workspace = folder / f"workspace-{port}"
        workspace.mkdir()
        defaults = {"WORKSPACE_DIR": workspace, "RATE_LIMIT_ENABLED": False, "LOG_FORMAT": "json"}
        settings = {**defaults, **site.settings}
        self.workspace = Path(str(settings["WORKSPACE_DIR"]))
        settings[FACTOR] = factor
        command = [
            *("env", "-C", str(ROOT), *(f"{name}={value}" for name, value in settings.items())),
            *(*site.wrapper, sys.executable, "-m", "uvicorn", "monitoring.drill.service:create"),
            *("--factory", "--port", str(port), "--http", "app.http.protocol:BoundedProtocol"),
            *("--no-access-log", "--log-level", "warning"),
        ]
        super().__init__(command, port, folder / f"service-{port}.log", ready="/health/ready")
        self.client = httpx2.Client(base_url=self.url, timeout=60)

    @property
    def address(self) -> str:
        """Host and port, as given to Prometheus."""
        return f"127.0.0.1:{self.port}"

    def put(self, archive: bytes) -> int:
        """Send an archive; return the status of the answer."""
        return self.client.put(CONVERT, content=archive).status_code

    @contextmanager
    def uploading(self, archive: bytes, *, sent: int | None = None) -> Iterator[None]:
        """Send an archive, or its first bytes, and hang up at the end of the block."""
        head = f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(archive)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(head.encode() + archive[:sent])
            yield

    def break_off(self, archive: bytes) -> None:
        """Begin to send an archive, and hang up in the middle."""
        with self.uploading(archive, sent=len(archive) // 2):
            """Wait for nothing."""


class Stack:
    """Started and healthy once entered; when left, everything in it has ended."""

    def __init__(
        self,
        folder: Path,
        configurations: Configurations,
        site: Site,
        factor: int,
        patience: Patience,
    ) -> None:
        self.folder = folder
        self.site = site
        self.patience = patience
        self.rules = folder / "alert_rules.yml"
        self._earlier = 0
        self.receiver = Receiver(heartbeat_token=_HEARTBEAT_TOKEN)
        self.services = [Service(folder, site, factor) for _ in range(site.replicas)]
        self.alertmanagers = [self._alertmanager(configurations) for _ in range(site.alertmanagers)]
        self.prometheus = self._prometheus(configurations, factor)
        self._client = httpx2.Client(base_url=self.prometheus.url, timeout=10)
        self._running = ExitStack()

    @property
    def service(self) -> Service:
        """The first service, which most faults are about."""
        return self.services[0]

    @property
    def alertmanager(self) -> Alertmanager:
        """The first Alertmanager, likewise."""
        return self.alertmanagers[0]

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            starting.enter_context(self.receiver)
            for service in self.services:
                starting.enter_context(service)
                starting.callback(service.client.close)
            for alertmanager in self.alertmanagers:
                starting.enter_context(alertmanager)
            self.set_targets(*self.services)
            self.set_alertmanagers(known=True)
            starting.enter_context(self.prometheus)
            starting.callback(self._client.close)
            self.until_quiet()
            self._earlier = len(self.receiver.notifications)
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def set_targets(self, *services: Service) -> None:
        """Make Prometheus scrape only these services."""
        self._write_targets(_SERVICE_TARGETS, [one.address for one in services])

    def set_alertmanagers(self, *, known: bool) -> None:
        """Make Prometheus know its Alertmanagers, or none."""
        addresses = [f"127.0.0.1:{one.port}" for one in self.alertmanagers]
        self._write_targets(_ALERTMANAGER_TARGETS, addresses if known else [])

    def alerts(self) -> dict[str, str]:
        """Alerts pending or firing in Prometheus, by name: firing if one of that name is."""
        data = self._client.get("/api/v1/alerts").json()["data"]["alerts"]
        states = sorted((one["labels"]["alertname"], one["state"]) for one in data)
        return dict(sorted(states, key=lambda state: state[1] == "firing"))

    def query(self, expression: str) -> list[float]:
        """The values of an instant query."""
        answer: dict[str, Any] = self._client.get(
            "/api/v1/query", params={"query": expression}
        ).json()
        return [float(one["value"][1]) for one in answer["data"]["result"]]

    def notices(self) -> list[Notification]:
        """Notifications to people since the stack was started; heartbeats are not for them."""
        since = self.receiver.notifications[self._earlier :]
        return [one for one in since if one.kind != "heartbeat"]

    def last_heartbeat(self) -> float:
        """When the last one came, in Unix time; 0 before the first."""
        times = [one.at for one in self.receiver.notifications if one.kind == "heartbeat"]
        return max(times, default=0.0)

    def until_quiet(self) -> None:
        """Wait until all is well, and people have been told so."""
        what = (
            "all targets are up, only Watchdog fires, and everything else is reported as resolved"
        )
        self.patience.until(self._is_quiet, _QUIET_SECONDS, what)

    def _is_quiet(self) -> bool:
        # At the start, Prometheus learns of its targets after 5 s. In a drill these are minutes, in
        # which it may alert that there are none.
        return (
            self.query("sum(up)") == [len(self.services) + len(self.alertmanagers) + 1]
            and [name for name, state in self.alerts().items() if state == "firing"] == ["Watchdog"]
            and self.last_heartbeat() > 0
            and not self._notified("firing") - self._notified("resolved")
        )

    def _notified(self, status: str) -> set[tuple[str, str]]:
        return {(one.kind, one.alertname) for one in self.notices() if one.status == status}

    def _alertmanager(self, configurations: Configurations) -> Alertmanager:
        port = free_port()
        home = self.folder / f"alertmanager-{port}"
        secrets = home / "secrets"
        secrets.mkdir(parents=True)
        contents = {
            "slack_critical_url": self.receiver.url("slack", "#critical-alerts"),
            "slack_alerts_url": self.receiver.url("slack", "#alerts"),
            "pagerduty_routing_key": "drill",
            "heartbeat_token": _HEARTBEAT_TOKEN,
        }
        for name, content in contents.items():
            (secrets / name).write_text(content)
        config = relocation.alertmanager(
            configurations.alertmanager,
            secrets=secrets,
            addresses={
                "url": self.receiver.url("heartbeat"),
                "pagerduty_url": self.receiver.url("pagerduty"),
            },
        )
        return Alertmanager(
            home,
            write(config, home / "alertmanager.yml"),
            f"--web.external-url=http://127.0.0.1:{port}",
            port=port,
        )

    def _prometheus(self, configurations: Configurations, factor: int) -> Prometheus:
        port = free_port()
        (self.folder / _TARGETS).mkdir()
        self.rules.write_text(configurations.rules)
        config = relocation.prometheus(
            configurations.prometheus,
            own=f"127.0.0.1:{port}",
            targets=self.folder / _TARGETS,
            rules=self.rules,
        )
        return Prometheus(
            self.folder,
            write(config, self.folder / "prometheus.yml"),
            f"--web.external-url=http://127.0.0.1:{port}",
            f"--web.user-assets={USER_ASSETS}",
            # Its own times, shortened by the same factor.
            f"--query.lookback-delta={duration(Fraction(5 * 60, factor))}",
            f"--rules.alert.resend-delay={duration(Fraction(RESEND_SECONDS, factor))}",
            *self.site.prometheus_flags,
            port=port,
        )

    def _write_targets(self, name: str, addresses: list[str]) -> None:
        """Write atomically, because Prometheus reads the file whenever it changes."""
        file = self.folder / _TARGETS / name
        new = file.with_suffix(".new")
        targets = ", ".join(f'"{address}"' for address in addresses)
        new.write_text(f"- targets: [{targets}]\n")
        new.rename(file)
