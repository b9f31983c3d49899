"""The application, put together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI

from app.api.deps import Services
from app.api.error_handlers import EXCEPTION_HANDLERS, internal_error
from app.api.openapi import describe_problems
from app.api.route_table import RouteTable
from app.api.routes import convert, health, metrics, page
from app.core.config import Settings, load_settings
from app.core.errors import ServiceError
from app.core.logging import configure_logging
from app.core.loop_lag import measured_lag
from app.core.metrics import Metrics
from app.core.one_process import refuse_several_workers
from app.core.resource_figures import Reading
from app.core.resources import Resources
from app.core.sampler import Sampler
from app.middleware.crash import CrashMiddleware
from app.middleware.observe import ObserveMiddleware
from app.middleware.request_id import RequestIdMiddleware
from app.middleware.request_log import RequestLog
from app.services.admission import Admission
from app.services.conversion import (
    CONVERTER_NODE_TYPES,
    CONVERTER_VERSION,
    Converter,
    bounds_of,
    limits_of,
)
from app.services.drain import Drain
from app.worker.launcher import Launcher

API = "/api/v1"

QUIET = {metrics.PATH} | {prefix + path for prefix in ("", API) for path in health.PATHS}
"""Routes that are asked every few seconds: logged at debug level."""

log = structlog.get_logger()


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service for these settings, or for those of the environment."""
    refuse_several_workers()
    settings = settings or load_settings()
    configure_logging(settings.log_level, settings.log_format)

    app = FastAPI(
        title="docc2context",
        summary="Turns zipped DocC documentation archives into Markdown.",
        version=CONVERTER_VERSION,
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=_lifespan,
        redoc_url=None,
    )
    app.include_router(page.router)
    app.include_router(health.router)
    app.include_router(health.router, prefix=API)
    app.include_router(metrics.router)
    app.include_router(convert.router, prefix=API)
    describe_problems(app)

    resources = Resources(
        settings.workspace_dir, conversion_seconds=settings.conversion_timeout_seconds
    )
    app.state.sampler = Sampler(resources.read)
    app.state.services = _services(settings, app.state.sampler.latest)
    app.state.routes = RouteTable(app.routes)
    app.state.services.metrics.expect_requests(app.state.routes.expected())

    # The last one added is the outermost.
    app.add_middleware(CrashMiddleware, respond=internal_error)
    app.add_middleware(RequestIdMiddleware)
    app.add_middleware(
        ObserveMiddleware,
        metrics=app.state.services.metrics,
        route_of=app.state.routes.template,
        log=RequestLog(quiet=QUIET),
    )
    return app


def _services(settings: Settings, reading: Callable[[], Reading | None]) -> Services:
    told = Metrics(node_types=CONVERTER_NODE_TYPES, reading=reading)
    told.tell_build(CONVERTER_VERSION, settings.build_commit)
    admission = Admission(
        slots=settings.conversion_slots,
        queue=settings.conversion_queue,
        wait_seconds=settings.conversion_queue_wait_seconds,
        metrics=told,
    )
    converter = Converter(
        admission=admission,
        launcher=Launcher(),
        limits=limits_of(settings),
        bounds=bounds_of(settings),
        timeout_seconds=settings.conversion_timeout_seconds,
        metrics=told,
    )
    drain = Drain(workspace=settings.workspace_dir, grace_seconds=settings.shutdown_grace_seconds)
    return Services(settings=settings, metrics=told, converter=converter, drain=drain)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start what runs beside the requests, and have them end before the service does."""
    services: Services = app.state.services
    await _start_converter(services.converter)
    async with measured_lag(services.metrics.event_loop_lag.observe), services.converter.watched():
        with app.state.sampler.running(), services.drain.before_signals():
            yield


async def _start_converter(converter: Converter) -> None:
    """Start the forkserver now, for else the first upload would wait for it."""
    try:
        locks = await converter.probe()
    except ServiceError:
        # Served all the same: readiness tells, and the next conversion tries again.
        log.exception("converter_unavailable")
    else:
        log.info("converter_ready", version=CONVERTER_VERSION, locks=locks.in_force)
        for lock, reason in locks.shortfalls.items():
            log.warning("converter_lock_missing", lock=lock, reason=reason)


app = create_app()
