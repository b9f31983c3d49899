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
from monitoring.drill.bounds import Timing
from monitoring.drill.deployed import Delivery, Deployed, RuleMissing
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
    if deployed.is_firing(outcome.alert):
        outcome.skipped = "it is already firing"
        return
    timing = deployed.timing(outcome.alert)
    minutes = (timing.fires_within() + timing.ends_within()) / 60
    print(f"{outcome.alert}: up to {minutes:.0f} minutes", flush=True)
    with SAFE[outcome.alert].sending(deployed.put):
        delivery = _await_delivery(deployed, outcome, timing, patience)
    outcome.arrival = f"given to {', '.join(delivery.receivers)}"
    outcome.playbook = delivery.playbook
    if httpx2.get(delivery.playbook, timeout=10).status_code != 200:
        outcome.problems.append(f"its playbook {delivery.playbook} does not open")
    _await_end(deployed, outcome, timing, patience)


def _await_delivery(
    deployed: Deployed, outcome: Outcome, timing: Timing, patience: Patience
) -> Delivery:
    """Wait until the alert fires and Alertmanager notifies of it, and measure when."""
    alert, within, began = outcome.alert, timing.fires_within(), time.time()
    outcome.fired = fired = Measured(within)
    outcome.notified = notified = Measured(within + _HANDOVER_SECONDS)
    patience.until(lambda: deployed.is_firing(alert), within, f"{alert} fires")
    fired.after = time.time() - began
    delivery = patience.until(
        lambda: deployed.delivery_of(alert),
        _HANDOVER_SECONDS,
        f"Alertmanager notifies of {alert}",
    )
    notified.after = time.time() - began
    return delivery


def _await_end(deployed: Deployed, outcome: Outcome, timing: Timing, patience: Patience) -> None:
    """Wait until the alert no longer fires, and measure when."""
    alert, within, ended = outcome.alert, timing.ends_within(), time.time()
    outcome.resolved = resolved = Measured(within)
    patience.until(lambda: not deployed.is_firing(alert), within, f"{alert} ends")
    resolved.after = time.time() - ended
