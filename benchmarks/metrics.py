"""What metrics cost, compared with other middleware that counts requests: `make bench-metrics`.

    python -m benchmarks.metrics [ARCHIVE…]

First the CPU time of a request through the same small application: with nothing around it, with
our middleware, with the requirement document's, and with two libraries; in turn, and the best round
of each counts, because disturbances only ever add to a measurement. Then the cost of a scrape of a
service in use. Last, with an ARCHIVE, the share of all measuring in the CPU time of a service that
converts it as fast as it can: servers with and without measuring take turns.
"""

import asyncio
import logging
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import prometheus_client
from fastapi import FastAPI, Request, Response
from prometheus_fastapi_instrumentator import Instrumentator
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Scope
from starlette_exporter import PrometheusMiddleware

from app.api.route_table import RouteTable
from app.core.metrics import Metrics
from app.middleware.observe import ObserveMiddleware
from benchmarks.load import share_of_measuring

ROUNDS = 15
REQUESTS = 1000


def bare() -> FastAPI:
    """What the service amounts to for a request that it answers at once."""
    app = FastAPI()

    @app.get("/items/{name}")
    async def item(name: str) -> PlainTextResponse:
        return PlainTextResponse(name)

    return app


def ours() -> FastAPI:
    app = bare()
    app.add_middleware(
        ObserveMiddleware,
        metrics=Metrics(),
        route_of=RouteTable(app.routes).template,
        log=lambda _exchange: None,
    )
    return app


def requirements() -> FastAPI:
    """The requirement document's own, word for word except for the registry."""
    app = bare()
    registry = prometheus_client.CollectorRegistry()
    count = prometheus_client.Counter(
        "http_requests_total", "-", ["method", "endpoint", "status"], registry=registry
    )
    duration = prometheus_client.Histogram(
        "http_request_duration_seconds",
        "-",
        ["method", "endpoint"],
        buckets=(0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10),
        registry=registry,
    )

    @app.middleware("http")
    async def measured(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        method, path = request.method, request.url.path
        start = time.time()
        response = await call_next(request)
        elapsed = time.time() - start
        count.labels(method=method, endpoint=path, status=response.status_code).inc()
        duration.labels(method=method, endpoint=path).observe(elapsed)
        return response

    return app


def instrumentator() -> FastAPI:
    app = bare()
    Instrumentator(registry=prometheus_client.CollectorRegistry()).instrument(app)
    return app


def exporter() -> FastAPI:
    app = bare()
    app.add_middleware(PrometheusMiddleware)
    return app


VARIANTS: dict[str, Callable[[], FastAPI]] = {
    "no middleware": bare,
    "ours": ours,
    "the requirement's": requirements,
    "prometheus-fastapi-instrumentator": instrumentator,
    "starlette_exporter": exporter,
}


async def cpu_of_requests(app: ASGIApp) -> float:
    """Microseconds of CPU per request."""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Message) -> None:
        pass

    before = time.process_time()
    for _ in range(REQUESTS):
        await app(scope_of("/items/abc"), receive, send)
    return (time.process_time() - before) / REQUESTS * 1e6


def scope_of(path: str) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"localhost:8000")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }


async def compare() -> None:
    apps = {name: make() for name, make in VARIANTS.items()}
    costs: dict[str, list[float]] = {name: [] for name in apps}
    for _ in range(ROUNDS):
        for name, app in apps.items():
            costs[name].append(await cpu_of_requests(app))
    print(f"{'CPU of a request, µs':<36}{'in all':>8}{'more than none':>16}{'median':>8}")
    floors = costs["no middleware"]
    for name, of in costs.items():
        pairs = [one - floor for one, floor in zip(of, floors, strict=True)]
        more = min(of) - min(floors)
        print(f"{name:<36}{min(of):>8.1f}{more:>16.1f}{statistics.median(pairs):>8.1f}")


def scrape_cost() -> None:
    """Measure an application that has answered each of its routes with several statuses."""
    from app.main import create_app  # noqa: PLC0415  # it configures logging

    app = create_app()
    metrics: Metrics = app.state.services.metrics
    for method, endpoint in app.state.routes.endpoints():
        for status in (200, 400, 404, 413, 415, 422, 499, 500):
            metrics.request_finished(method, endpoint, status, 0.1)
    for accept in ("text/plain", "application/openmetrics-text; version=1.0.0"):
        costs, text = [], b""
        for _ in range(ROUNDS):
            before = time.process_time()
            text, _ = metrics.render(accept)
            costs.append(time.process_time() - before)
        series = sum(not line.startswith(b"#") for line in text.splitlines())
        print(f"scrape as {accept}: {series} series, {min(costs) * 1000:.1f} ms")


if __name__ == "__main__":
    asyncio.run(compare())
    scrape_cost()
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    for argument in sys.argv[1:]:
        share_of_measuring(Path(argument))
