"""One or several services and what watches them, all real and running."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from monitoring.drill.configuration import Configurations
from monitoring.drill.prometheus_api import PrometheusApi
from monitoring.drill.service_process import Service
from monitoring.drill.site import Site
from monitoring.drill.waiting import Patience
from monitoring.drill.watchers import (
    HEARTBEAT_TOKEN,
    RULES,
    Targets,
    alertmanager_of,
    prometheus_of,
)
from monitoring.notifications import Notification
from monitoring.programs import Alertmanager, Prometheus
from monitoring.receiver import Receiver

_QUIET_SECONDS: Final = 180.0


@dataclass
class Stack:
    """What a drill runs on. Everything but what a fault has harmed is up."""

    folder: Path
    site: Site
    patience: Patience
    receiver: Receiver
    services: Sequence[Service]
    alertmanagers: Sequence[Alertmanager]
    prometheus: Prometheus
    api: PrometheusApi
    targets: Targets
    notified_before: int = field(default=0, init=False)
    """How many notifications are not this drill's: those of the time when all was starting."""

    @property
    def service(self) -> Service:
        """The first service, which most faults are about."""
        return self.services[0]

    @property
    def alertmanager(self) -> Alertmanager:
        """The first Alertmanager, likewise."""
        return self.alertmanagers[0]

    @property
    def rules(self) -> Path:
        """The file of rules that Prometheus reads."""
        return self.folder / RULES

    def set_targets(self, *services: Service) -> None:
        """Make Prometheus scrape only these services."""
        self.targets.set_services([one.address for one in services])

    def set_alertmanagers(self, *, known: bool) -> None:
        """Make Prometheus know its Alertmanagers, or none."""
        addresses = [one.address for one in self.alertmanagers]
        self.targets.set_alertmanagers(addresses if known else [])

    def notices(self) -> list[Notification]:
        """This drill's notifications to people; heartbeats are not for them."""
        since = self.receiver.notifications[self.notified_before :]
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
        targets = len(self.services) + len(self.alertmanagers) + 1  # Prometheus scrapes itself
        firing = [name for name, state in self.api.alerts().items() if state == "firing"]
        return (
            self.api.query("sum(up)") == [targets]
            and firing == ["Watchdog"]
            and self.last_heartbeat() > 0
            and not self._notified("firing") - self._notified("resolved")
        )

    def _notified(self, status: str) -> set[tuple[str, str]]:
        return {(one.kind, one.alertname) for one in self.notices() if one.status == status}


@contextmanager
def running_stack(
    folder: Path, site: Site, configurations: Configurations, patience: Patience
) -> Iterator[Stack]:
    """A stack that is up and quiet; after the block, everything in it has ended.

    What watches starts after what it watches, and ends before it. Raises TimeoutError if the stack
    does not become quiet, and Interrupted.
    """
    with ExitStack() as running:
        receiver = running.enter_context(Receiver(heartbeat_token=HEARTBEAT_TOKEN))
        services = [
            running.enter_context(Service(folder, site, configurations.factor))
            for _ in range(site.replicas)
        ]
        alertmanagers = [
            running.enter_context(alertmanager_of(folder, configurations, receiver))
            for _ in range(site.alertmanagers)
        ]
        targets = Targets(folder / "targets")
        prometheus = prometheus_of(folder, configurations, targets, site.prometheus_flags)
        api = PrometheusApi(prometheus.url)
        running.callback(api.close)
        stack = Stack(
            folder=folder,
            site=site,
            patience=patience,
            receiver=receiver,
            services=services,
            alertmanagers=alertmanagers,
            prometheus=prometheus,
            api=api,
            targets=targets,
        )
        stack.set_targets(*services)
        stack.set_alertmanagers(known=True)
        running.enter_context(prometheus)
        stack.until_quiet()
        stack.notified_before = len(receiver.notifications)
        yield stack
