"""Runs Datadog's check as its Agent does: `… CONFIGURATION` prints what arrives.

In a process of its own, because the library replaces parts of prometheus_client's parser. It reads
a line from standard input before each run of the check, and answers with one line of JSON.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from datadog_checks.base import OpenMetricsBaseCheckV2
from datadog_checks.base.stubs import aggregator


def arrived() -> dict[str, Any]:
    """What the Agent would send to Datadog: metrics, distributions and service checks."""
    metrics = [
        {"name": one.name, "value": one.value, "tags": one.tags}
        for name in aggregator.metric_names
        for one in aggregator.metrics(name)
    ]
    buckets = [
        {"name": one.name, "value": one.value, "tags": one.tags}
        for stubs in aggregator._histogram_buckets.values()
        for one in stubs
    ]
    health = [one.status for one in aggregator.service_checks("docc2context.openmetrics.health")]
    return {"metrics": metrics, "buckets": buckets, "health": health}


def main() -> None:
    """One check, run as often as asked, so that counters have a value to begin from."""
    configuration = yaml.safe_load(Path(sys.argv[1]).read_text(encoding="utf-8"))
    check = OpenMetricsBaseCheckV2("openmetrics", {}, configuration["instances"])
    for _ in sys.stdin:
        aggregator.reset()
        error = check.run()
        sys.stdout.write(json.dumps({"error": error, **arrived()}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
