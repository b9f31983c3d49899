"""A drill of a deployed stack, in real time: what clients may send anyway, and nothing else.

This sees to whom Alertmanager sends an alert; whether it reaches those people is for them to say,
and they should know about the drill.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

import httpx2

from monitoring.drill import report
from monitoring.drill.deployed import Deployed, RuleMissing
from monitoring.drill.faults.uploads import Put, flooding, sending_damaged, sending_hostile
from monitoring.drill.outcome import Measured, Outcome
from monitoring.drill.waiting import Patience

_HANDOVER_SECONDS: Final = 60.0
"""For Prometheus to send an alert and Alertmanager to take it; its wait to notify is not seen."""


def _damaged_slowly(put: Put) -> AbstractContextManager[None]:
    # Half of the 60 per minute that RATE_LIMIT lets through: the flood is for another alert.
    return sending_damaged(put, every=2)


@dataclass(frozen=True)
class SafeFault:
    """What a client sends for an alert, and the description of that."""

    description: str
    sending: Callable[[Put], AbstractContextManager[None]]


SAFE: Final = {
    # First, before others use up the rate limit.
    "SuspiciousArchives": SafeFault("hostile archives among good ones", sending_hostile),
    "HighExtractionFailureRate": SafeFault("a damaged archive every 2 s", _damaged_slowly),
    "RateLimitTriggered": SafeFault("ten archives a second", flooding),
}
"""By alert."""


def drill(deployed: Deployed, alerts: Sequence[str], patience: Patience) -> list[Outcome]:
    """Drill these alerts one after the other, or all that are safe if none are named."""
    outcomes = []
    for alert in SAFE:
        if not alerts or alert in alerts:
            outcomes.append(_drill_one(deployed, alert, patience))
            print(report.line(outcomes[-1]), flush=True)
    return outcomes


def _drill_one(deployed: Deployed, alert: str, patience: Patience) -> Outcome:
    outcome = Outcome(alert, SAFE[alert].description)
    try:
        _run(deployed, outcome, patience)
    except (RuleMissing, TimeoutError, httpx2.HTTPError) as error:
        outcome.problems.append(f"{type(error).__name__}: {error}")
    return outcome


def _run(deployed: Deployed, outcome: Outcome, patience: Patience) -> None:
    alert = outcome.alert
    if deployed.is_firing(alert):
        outcome.skipped = "it is already firing"
        return
    rule = deployed.rule(alert)
    fires, ends = rule.fires_within(), rule.ends_within()
    print(f"{alert}: up to {(fires + ends) / 60:.0f} minutes", flush=True)
    outcome.fired = Measured(fires)
    outcome.notified = Measured(fires + _HANDOVER_SECONDS)
    with SAFE[alert].sending(deployed.put):
        began = time.time()
        patience.until(lambda: deployed.is_firing(alert), fires, f"{alert} fires")
        outcome.fired.after = time.time() - began
        notice = patience.until(
            lambda: deployed.delivery_of(alert),
            _HANDOVER_SECONDS,
            f"Alertmanager notifies of {alert}",
        )
        outcome.notified.after = time.time() - began
    outcome.arrival = f"given to {', '.join(notice.receivers)}"
    outcome.playbook = notice.playbook
    if httpx2.get(notice.playbook, timeout=10).status_code != 200:
        outcome.problems.append(f"its playbook {notice.playbook} does not open")
    ended = time.time()
    outcome.resolved = Measured(ends)
    patience.until(lambda: not deployed.is_firing(alert), ends, f"{alert} ends")
    outcome.resolved.after = time.time() - ended
