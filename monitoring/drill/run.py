"""One alert drilled: caused, fired, notified, undone, resolved."""

import json
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx2

from monitoring.drill.bounds import ALLOWANCE_SECONDS
from monitoring.drill.faults import Arrival, Fault
from monitoring.drill.outcome import Measured, Outcome
from monitoring.drill.plan import Destination, Plan
from monitoring.drill.stack import Stack, running_stack
from monitoring.drill.waiting import Interrupted, Patience
from monitoring.drill.watchers import RESEND_SECONDS
from monitoring.notifications import Notification

_PLAYBOOK: Final = re.compile(r"https?://[^\s\"<>|]+/user/playbooks/\w+\.html")
_HEARTBEAT_GRACE_SECONDS: Final = 1.0


def drill(fault: Fault, plan: Plan, patience: Patience) -> Outcome:
    """Drill one alert on a stack of its own, leaving nothing of it behind; return its outcome.

    Raises Interrupted.
    """
    outcome = Outcome(fault.alert, fault.description, arrival=fault.arrival.value)
    try:
        with (
            TemporaryDirectory(prefix="docc2context-drill-") as folder,
            fault.place(Path(folder)) as site,
            running_stack(Path(folder), site, plan.configurations, patience) as stack,
        ):
            _Drill(fault, plan, stack, outcome).run()
    except Interrupted:
        raise
    except Exception as error:  # one drill that fails is not the end of the others
        outcome.problems.append(f"{type(error).__name__}: {error}")
    return outcome


class _Drill:
    """Each step waits for something to happen, and measures when it did."""

    def __init__(self, fault: Fault, plan: Plan, stack: Stack, outcome: Outcome) -> None:
        self._fault = fault
        self._timing = plan.timing(fault)
        self._route = plan.route(fault)
        self._destinations = plan.destinations(fault)
        self._resend = RESEND_SECONDS / plan.configurations.factor
        self._stack = stack
        self._outcome = outcome

    def run(self) -> None:
        try:
            self._cause_and_undo()
        finally:
            self._judge_companions()
            self._judge_times()

    def _cause_and_undo(self) -> None:
        arrival = self._fault.arrival
        with self._fault.cause(self._stack):
            began = time.time()
            self._await_firing(began)
            if arrival is Arrival.AT_ONCE:
                self._await_notification(began, self._timing.fires_within())
            else:
                self._await_missing_heartbeat()
        ended = time.time()
        if arrival is Arrival.AFTERWARDS:
            resent = self._resend + 2 * self._timing.interval + ALLOWANCE_SECONDS
            self._await_notification(ended, resent)
        if arrival is Arrival.NEVER:
            self._await_end_without_notice(ended)
        else:
            self._await_resolution(ended)
        # So that what comes late is seen too.
        self._stack.until_quiet()

    def _await_firing(self, began: float) -> None:
        self._outcome.fired = fired = Measured(self._timing.fires_within())
        self._until(
            lambda: self._stack.api.alerts().get(self._fault.alert) == "firing",
            fired.within,
            "it fires",
        )
        fired.after = time.time() - began

    def _await_missing_heartbeat(self) -> None:
        """Its absence shows that nothing is delivered."""
        silence = self._route.group_interval + _HEARTBEAT_GRACE_SECONDS
        self._until(
            lambda: time.time() - self._stack.last_heartbeat() > silence,
            3 * silence,
            "the heartbeat stops",
        )

    def _await_notification(self, since: float, within: float) -> None:
        self._outcome.notified = notified = Measured(within + self._route.group_wait)
        notices = self._await_notices("firing", notified.within)
        notified.after = max(one.at for one in notices) - since
        for one in notices:
            self._check_playbook(one)

    def _await_resolution(self, ended: float) -> None:
        self._outcome.resolved = resolved = Measured(self._timing.resolves_within(self._route))
        notices = self._await_notices("resolved", resolved.within)
        resolved.after = max(one.at for one in notices) - ended

    def _await_end_without_notice(self, ended: float) -> None:
        self._outcome.resolved = resolved = Measured(self._timing.resolves_within(self._route))
        self._until(
            lambda: self._fault.alert not in self._stack.api.alerts(),
            resolved.within,
            "it no longer fires",
        )
        resolved.after = time.time() - ended
        self._until(
            lambda: self._stack.last_heartbeat() > ended, resolved.within, "the heartbeat is back"
        )
        if any(one.alertname == self._fault.alert for one in self._stack.notices()):
            self._outcome.problems.append("a notification arrived, which should be impossible")

    def _await_notices(self, status: str, within: float) -> list[Notification]:
        """One at each place where people must be notified of the alert."""
        return [self._await_notice(one, status, within) for one in self._destinations]

    def _await_notice(self, destination: Destination, status: str, within: float) -> Notification:
        def came() -> Notification | None:
            return next(
                (
                    one
                    for one in self._stack.notices()
                    if (one.kind, one.channel) == destination
                    and (one.alertname, one.status) == (self._fault.alert, status)
                ),
                None,
            )

        where = " ".join(filter(None, destination))
        return self._stack.patience.until(
            came, _longest_wait(within), f"{where} is notified ({status})"
        )

    def _until(self, look: Callable[[], bool], within: float, what: str) -> None:
        self._stack.patience.until(look, _longest_wait(within), what)

    def _check_playbook(self, notice: Notification) -> None:
        found = _PLAYBOOK.search(json.dumps(notice.body))
        if found is None:
            self._outcome.problems.append(f"{notice.kind} has no link to a playbook")
            return
        self._outcome.playbook = found[0]
        answer = httpx2.get(found[0], timeout=10)
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        if answer.status_code != 200 or not is_page or self._fault.alert not in answer.text:
            self._outcome.problems.append(
                f"its playbook {found[0]} does not open: {answer.status_code}"
            )

    def _judge_companions(self) -> None:
        for name in _others(self._stack.notices(), self._fault.alert):
            reason = self._fault.companions.get(name)
            self._outcome.companions[name] = reason or "not expected"
            if reason is None:
                self._outcome.problems.append(f"{name} caused a notification too")

    def _judge_times(self) -> None:
        for what, measured in self._outcome.times.items():
            if measured is not None and measured.after is not None and not measured.passed:
                self._outcome.problems.append(
                    f"{what} after {measured.after:.1f} s, over {measured.within:.1f} s"
                )


def _others(notices: Iterable[Notification], alert: str) -> list[str]:
    return sorted({one.alertname for one in notices} - {alert})


def _longest_wait(within: float) -> float:
    """Longer than is allowed, so that the report can say how late something was."""
    return 1.5 * within + 5
