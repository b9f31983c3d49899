"""The CPU time of a request through a small application, by what counts the requests around it.

The applications take turns, and the best round of each counts, because disturbances only ever add
to a measurement.
"""

import statistics
import time
from collections.abc import Awaitable, Callable

import prometheus_client
from fastapi import FastAPI, Request, Response
from prometheus_fastapi_instrumentator import Instrumentator
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Scope
from starlette_exporter import PrometheusMiddleware

from app.api.route_table import RouteTable
from app.core.metrics import Metrics
from app.middleware.observe import ObserveMiddleware

ROUNDS = 15
REQUESTS = 1000
"""In a round."""


def bare() -> FastAPI:
    """What the service amounts to for a request that it answers at once."""
    app = FastAPI()

    @app.get("/items/{name}")
    async def item(name: str) -> PlainTextResponse:
        return PlainTextResponse(name)

    return app


def with_ours() -> FastAPI:
    app = bare()
    app.add_middleware(
        ObserveMiddleware,
        metrics=Metrics(),
        route_of=RouteTable(app.routes).template,
        log=lambda _exchange: None,
    )
    return app


def with_the_requirements() -> FastAPI:
    """With that of the requirement document, word for word except for the registry."""
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


def with_instrumentator() -> FastAPI:
    app = bare()
    Instrumentator(registry=prometheus_client.CollectorRegistry()).instrument(app)
    return app


def with_exporter() -> FastAPI:
    app = bare()
    app.add_middleware(PrometheusMiddleware)
    return app


_BARE = "no middleware"

VARIANTS: dict[str, Callable[[], FastAPI]] = {
    _BARE: bare,
    "ours": with_ours,
    "the requirement's": with_the_requirements,
    "prometheus-fastapi-instrumentator": with_instrumentator,
    "starlette_exporter": with_exporter,
}


async def print_costs_of_requests() -> None:
    """Print a line for each variant: its best round, and how much more that is than without.

    The last column is the median of what a round costs more than the bare one beside it.
    """
    apps = {name: make() for name, make in VARIANTS.items()}
    costs: dict[str, list[float]] = {name: [] for name in apps}
    for _ in range(ROUNDS):
        for name, app in apps.items():
            costs[name].append(await microseconds_a_request(app))
    print(f"{'CPU of a request, µs':<36}{'in all':>8}{'more than none':>16}{'median':>8}")
    floors = costs[_BARE]
    for name, rounds in costs.items():
        more = min(rounds) - min(floors)
        median = statistics.median(one - floor for one, floor in zip(rounds, floors, strict=True))
        print(f"{name:<36}{min(rounds):>8.1f}{more:>16.1f}{median:>8.1f}")


async def microseconds_a_request(app: ASGIApp) -> float:
    """The CPU time of a request, on the average of a round."""

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
