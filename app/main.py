"""The application, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from app.api.deps import Services
from app.api.error_handlers import EXCEPTION_HANDLERS, internal_error
from app.api.openapi import describe_problems
from app.api.route_table import RouteTable
from app.api.routes import convert, health, page, static
from app.core.config import Settings, load_settings
from app.core.errors import ServiceError
from app.core.logging import configure_logging
from app.middleware.crash import CrashMiddleware
from app.middleware.request_id import RequestIdMiddleware
from app.middleware.request_log import RequestLogMiddleware
from app.middleware.security_headers import SecurityHeadersMiddleware
from app.services.admission import Admission
from app.services.conversion import CONVERTER_VERSION, Converter, bounds_of, limits_of
from app.services.drain import Drain
from app.worker.launcher import Launcher

API = "/api/v1"

log = structlog.get_logger()


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service for these settings, or for those of the environment."""
    settings = settings or load_settings()
    configure_logging(settings.log_level, settings.log_format)

    app = FastAPI(
        title="docc2context",
        summary="Turns zipped DocC documentation archives into Markdown.",
        version=CONVERTER_VERSION,
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(page.router)
    app.include_router(static.router)
    app.include_router(health.router)
    app.include_router(health.router, prefix=API)
    app.include_router(convert.router, prefix=API)
    describe_problems(app)

    app.state.services = _services(settings)
    app.state.routes = RouteTable(app.routes)
    _add_middleware(app, settings)
    return app


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Lay the middleware around the application; the last one added is the outermost."""
    app.add_middleware(CrashMiddleware, respond=internal_error)
    if settings.cors_origins:
        # Around all that answers, so that errors can be read too; preflights are logged.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT"],
            allow_headers=["X-Request-ID"],
            expose_headers=["Content-Disposition", "Retry-After", "X-Request-ID"],
        )
    app.add_middleware(
        RequestLogMiddleware,
        route_of=app.state.routes.template,
        quiet={prefix + path for prefix in ("", API) for path in health.PATHS},
    )
    app.add_middleware(RequestIdMiddleware)
    app.add_middleware(SecurityHeadersMiddleware)


def _services(settings: Settings) -> Services:
    admission = Admission(
        slots=settings.conversion_slots,
        queue=settings.conversion_queue,
        wait_seconds=settings.conversion_queue_wait_seconds,
    )
    converter = Converter(
        admission=admission,
        launcher=Launcher(),
        limits=limits_of(settings),
        bounds=bounds_of(settings),
        timeout_seconds=settings.conversion_timeout_seconds,
    )
    drain = Drain(workspace=settings.workspace_dir, grace_seconds=settings.shutdown_grace_seconds)
    return Services(settings=settings, converter=converter, drain=drain)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start the forkserver now, for else the first upload would wait for it."""
    try:
        locks = await app.state.services.converter.probe()
    except ServiceError:
        # Served all the same: readiness tells, and the next conversion tries again.
        log.exception("converter_unavailable")
    else:
        log.info("converter_ready", version=CONVERTER_VERSION, locks=locks.in_force)
        for lock, reason in locks.shortfalls.items():
            log.warning("converter_lock_missing", lock=lock, reason=reason)
    with app.state.services.drain.before_signals():
        yield


app = create_app()
