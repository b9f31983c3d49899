"""What a scrape costs, of a service each of whose routes has answered with several statuses."""

import time

from app.core.metrics import Metrics

ROUNDS = 15

_STATUSES = (200, 400, 404, 413, 415, 422, 499, 500)
_FORMATS = ("text/plain", "application/openmetrics-text; version=1.0.0")


def print_costs_of_scrapes() -> None:
    """For each format, print how many series there are, and the CPU time of the best round."""
    metrics = used_metrics()
    for accept in _FORMATS:
        costs, text = [], b""
        for _ in range(ROUNDS):
            before = time.process_time()
            text, _ = metrics.render(accept)
            costs.append(time.process_time() - before)
        series = sum(not line.startswith(b"#") for line in text.splitlines())
        print(f"scrape as {accept}: {series} series, {min(costs) * 1000:.1f} ms")


def used_metrics() -> Metrics:
    """Those of an application that has been in use."""
    from app.main import create_app  # noqa: PLC0415  # it configures logging

    app = create_app()
    metrics: Metrics = app.state.services.metrics
    for method, endpoint in app.state.routes.endpoints():
        for status in _STATUSES:
            metrics.request_finished(method, endpoint, status, 0.1)
    return metrics
