"""Readiness when nobody asks for it: set in a gauge, and logged when it changes."""

import structlog

from app.api.deps import Services
from app.core import labels

log = structlog.get_logger()


class ReadinessWatch:
    """Shows that a service is not ready: it then gets no request whose failure would show it."""

    def __init__(self, services: Services) -> None:
        self._checks = services.disk_checks
        self._ready = services.metrics.service_ready
        self._failing: set[str] = set()

    def check(self) -> None:
        """Set `service_ready`, and log each check that has failed or passes again.

        A check that cannot be made has not passed; what keeps it from being made is raised.
        """
        try:
            checks = self._checks.check_blocking()
        except Exception:
            for name in labels.CHECK.values:
                self._ready.labels(name).set(0)
            raise
        for name, check in checks.items():
            self._ready.labels(name).set(check.ok)
            if check.ok and name in self._failing:
                self._failing.remove(name)
                log.info("readiness_recovered", check=name)
            elif not check.ok and name not in self._failing:
                self._failing.add(name)
                log.warning("readiness_failed", check=name, detail=check.detail)
