"""The real causes of the drilled alerts, in a table."""

from typing import Final

from monitoring.drill.faults import (
    conversions,
    disk,
    objective,
    prometheus_storage,
    rate_limit_store,
    replicas,
    requests,
    resources,
    series,
    uploads,
    watcher,
)
from monitoring.drill.faults.base import Arrival, Fault

FAULTS: Final = {
    fault.alert: fault
    for part in (
        prometheus_storage,
        objective,
        conversions,
        disk,
        resources,
        watcher,
        series,
        rate_limit_store,
        requests,
        uploads,
        replicas,
    )
    for fault in part.FAULTS
}
"""By alert. The longest come first, so that none is left running alone at the end."""

__all__ = ["FAULTS", "Arrival", "Fault"]
