"""The application, assembled."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, nullcontext
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from app.api.deps import Services
from app.api.disk_checks import DiskChecks
from app.api.error_handlers import EXCEPTION_HANDLERS, error_response, internal_error
from app.api.openapi.document import describe, operation_id, operation_id_v1
from app.api.openapi.tags import TAGS
from app.api.readiness_watch import ReadinessWatch
from app.api.route_table import RouteTable
from app.api.routes import convert, health, page, static, status
from app.api.routes import metrics as metrics_route
from app.core import request_ids
from app.core.config import Settings, load_settings
from app.core.enough_threads import refuse_too_few_threads
from app.core.logging import configure_logging, flush_log
from app.core.loop_lag import measuring_lag
from app.core.metrics import Metrics
from app.core.one_process import refuse_several_workers
from app.core.resource_figures import ResourceReading
from app.core.resources import Resources
from app.core.sampler import INTERVAL_SECONDS, Sampler, repeatedly
from app.core.threads import THREADS, in_thread, started_pool
from app.http.download_deadline import DOWNLOAD_IDLE
from app.http.head_deadline import HEAD_TIMEOUT
from app.http.idle import MAX_IDLE
from app.middleware.crash import CrashMiddleware
from app.middleware.head_method import HeadMethodMiddleware
from app.middleware.observe import ObserveMiddleware
from app.middleware.peer import PeerMiddleware
from app.middleware.rate_limit import RateLimitMiddleware
from app.middleware.request_id import RequestIdMiddleware
from app.middleware.request_log import RequestLog
from app.middleware.security_headers import SecurityHeadersMiddleware
from app.middleware.server_check import ServerCheckMiddleware
from app.services.admission import Admission
from app.services.availability import Availability
from app.services.client_address import ClientAddresses
from app.services.configured_converter import configured_converter
from app.services.conversion import Conversions
from app.services.converter import CONVERTER_NODE_TYPES, CONVERTER_VERSION
from app.services.drain import Drain
from app.services.journal import Journal
from app.services.open_files import make_room_for_files
from app.services.rate_limiter import RateLimiter
from app.services.startup import start_converter, sweep_workspace
from app.services.stop_signals import stop_on_signals
from app.services.upload_slots import UploadSlots
from app.services.workspace.scratch import leftovers
from app.worker.launcher import Launcher

API = "/api/v1"

QUIET = {
    metrics_route.PATH,
    API + status.PATH,
    *(prefix + path for prefix in ("", API) for path in health.PATHS),
}
"""Routes that are requested every few seconds: logged at debug level."""


class Application(FastAPI):
    """FastAPI with layers around Starlette's own outermost one, which hides the server's `send`.

    What `add_middleware` adds is inside that one.
    """

    def build_middleware_stack(self) -> ASGIApp:
        return ServerCheckMiddleware(PeerMiddleware(super().build_middleware_stack()))


def create_app(
    settings: Settings | None = None,
    *,
    extra_routers: Sequence[APIRouter] = (),
    sampling_seconds: float = INTERVAL_SECONDS,
) -> FastAPI:
    """The service with these settings, or with those of the environment.

    `extra_routers` are handled and measured as its own are; `sampling_seconds` is for resources.
    """
    refuse_several_workers()
    settings = settings or load_settings()
    sampler = _sampler(settings.workspace_dir, sampling_seconds)
    metrics = Metrics(node_types=CONVERTER_NODE_TYPES, latest_reading=sampler.latest)
    dropped = metrics.log_lines_dropped
    configure_logging(settings.log_level, settings.log_format, count_dropped=dropped.inc)
    refuse_too_few_threads(settings.conversion_slots, has_command=bool(settings.converter_command))

    app = Application(
        title="docc2context",
        summary="Turns zipped DocC documentation archives into Markdown.",
        version=CONVERTER_VERSION,
        exception_handlers=EXCEPTION_HANDLERS,
        generate_unique_id_function=operation_id,
        openapi_tags=TAGS,
        lifespan=_lifespan,
        openapi_url=None,  # and so none of FastAPI's own pages about it
        # A redirected upload would be sent twice, and to http:// if a proxy terminates TLS.
        redirect_slashes=False,
    )
    _include_routes(app, extra_routers)
    app.state.sampler = sampler
    app.state.services = _build_services(settings, metrics)
    describe(app, settings, takes_options=app.state.services.conversions.takes_options)
    app.state.routes = RouteTable(app.routes)
    metrics.start_requests_at_zero(app.state.routes.endpoints())
    _add_middleware(app, settings)
    return app


def _sampler(workspace: Path, seconds: float) -> Sampler[ResourceReading]:
    resources = Resources(workspace, orphans=lambda: len(leftovers(workspace)))
    return Sampler("resources", resources.read, seconds)


def _include_routes(app: FastAPI, extra_routers: Sequence[APIRouter]) -> None:
    app.include_router(page.router)
    app.include_router(static.router)
    app.include_router(health.router)
    app.include_router(health.router, prefix=API, generate_unique_id_function=operation_id_v1)
    app.include_router(metrics_route.router)
    app.include_router(status.router, prefix=API)
    app.include_router(convert.router, prefix=API)
    for router in extra_routers:
        app.include_router(router)


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Wrap the application in the middleware; the last one added is the outermost.

    `Application` wraps two more around all of them.
    """
    services: Services = app.state.services
    app.add_middleware(HeadMethodMiddleware)
    if settings.rate_limit_enabled:
        app.add_middleware(
            RateLimitMiddleware,
            limiter=services.rate_limiter,
            addresses=ClientAddresses(settings.trusted_proxies),
            limited_route=app.state.routes.among({API + convert.PATH}),
            respond=error_response,
            metrics=services.metrics,
        )
    app.add_middleware(CrashMiddleware, respond=internal_error)
    if settings.cors_origins:
        # Around everything that answers, so that errors can be read too; preflights are logged.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT"],
            allow_headers=[request_ids.HEADER],
            expose_headers=["Content-Disposition", "Retry-After", request_ids.HEADER],
        )
    app.add_middleware(RequestIdMiddleware)
    app.add_middleware(
        ObserveMiddleware,
        metrics=services.metrics,
        route_of=app.state.routes.template,
        log=RequestLog(quiet=QUIET),
    )
    app.add_middleware(SecurityHeadersMiddleware)


def _build_services(settings: Settings, metrics: Metrics) -> Services:
    metrics.set_build_info(CONVERTER_VERSION, settings.build_commit)
    admission = Admission(
        slots=settings.conversion_slots,
        queue=settings.conversion_queue,
        wait_seconds=settings.conversion_queue_wait_seconds,
        metrics=metrics,
    )
    launcher = Launcher()
    converter = configured_converter(settings, launcher)
    availability = Availability(converter=converter, metrics=metrics)
    drain = Drain(workspace=settings.workspace_dir, grace_seconds=settings.shutdown_grace_seconds)
    return Services(
        settings=settings,
        metrics=metrics,
        launcher=launcher,
        upload_slots=UploadSlots(slots=settings.upload_slots, metrics=metrics),
        availability=availability,
        conversions=Conversions(
            admission=admission,
            converter=converter,
            availability=availability,
            journal=Journal(metrics),
        ),
        drain=drain,
        disk_checks=DiskChecks(drain=drain, workspace=settings.workspace_dir),
        rate_limiter=RateLimiter(
            limit=settings.rate_limit,
            store=settings.rate_limit_store,
            metrics=metrics,
        ),
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, float]]:
    """Start what runs beside the requests, and end it before the service ends.

    The state it yields is for the server's protocol, which does not know the settings.
    """
    services: Services = app.state.services
    asyncio.get_running_loop().set_default_executor(started_pool(THREADS))
    max_idle = make_room_for_files(services.settings)
    await sweep_workspace(services.settings.workspace_dir)
    await start_converter(services.availability)
    async with (
        aclosing(services.launcher),
        measuring_lag(services.metrics.event_loop_lag.observe),
        services.availability.watched(),
        services.rate_limiter.watched() if services.settings.rate_limit_enabled else nullcontext(),
    ):
        watching = repeatedly("readiness", ReadinessWatch(services).check)
        with app.state.sampler.running(), watching:
            stop_on_signals(services.drain)
            yield {
                HEAD_TIMEOUT: services.settings.head_timeout_seconds,
                DOWNLOAD_IDLE: services.settings.download_idle_seconds,
                MAX_IDLE: max_idle,
            }
    await in_thread(flush_log)


app = create_app()
