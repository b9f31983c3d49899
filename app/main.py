"""The application, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI

from app.api.deps import Services
from app.api.error_handlers import EXCEPTION_HANDLERS, error_response, internal_error
from app.api.openapi import describe_problems
from app.api.route_table import RouteTable
from app.api.routes import convert, health, page
from app.core.config import Settings, load_settings
from app.core.errors import ServiceError
from app.core.logging import configure_logging
from app.core.threads import in_thread
from app.middleware.crash import CrashMiddleware
from app.middleware.peer import PeerMiddleware
from app.middleware.rate_limit import RateLimitMiddleware
from app.middleware.request_id import RequestIdMiddleware
from app.middleware.request_log import RequestLogMiddleware
from app.services.admission import Admission
from app.services.client_address import ClientAddresses
from app.services.conversion import CONVERTER_VERSION, Converter, engine_of
from app.services.drain import Drain
from app.services.rate_limiter import RateLimiter
from app.services.workspace.scratch import sweep

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
        redoc_url=None,
    )
    app.include_router(page.router)
    app.include_router(health.router)
    app.include_router(health.router, prefix=API)
    app.include_router(convert.router, prefix=API)
    describe_problems(app)

    app.state.services = _services(settings)
    app.state.routes = RouteTable(app.routes)
    _add_middleware(app, settings)
    return app


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    # The last one added is the outermost.
    if settings.rate_limit_enabled:
        app.add_middleware(
            RateLimitMiddleware,
            limiter=app.state.services.rate_limiter,
            addresses=ClientAddresses(settings.trusted_proxies),
            limited={API + convert.PATH},
            respond=error_response,
        )
    app.add_middleware(CrashMiddleware, respond=internal_error)
    app.add_middleware(
        RequestLogMiddleware,
        route_of=app.state.routes.template,
        quiet={prefix + path for prefix in ("", API) for path in health.PATHS},
    )
    app.add_middleware(RequestIdMiddleware)
    # Around Starlette's own outermost one too, which hides the server's `send`.
    build = app.build_middleware_stack
    app.build_middleware_stack = lambda: PeerMiddleware(build())  # type: ignore[method-assign]


def _services(settings: Settings) -> Services:
    admission = Admission(
        slots=settings.conversion_slots,
        queue=settings.conversion_queue,
        wait_seconds=settings.conversion_queue_wait_seconds,
    )
    converter = Converter(admission=admission, engine=engine_of(settings))
    drain = Drain(workspace=settings.workspace_dir, grace_seconds=settings.shutdown_grace_seconds)
    rate_limiter = RateLimiter(limit=settings.rate_limit, store=settings.rate_limit_store)
    return Services(settings=settings, converter=converter, drain=drain, rate_limiter=rate_limiter)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start the forkserver now, for else the first upload would wait for it."""
    removed, stubborn = await in_thread(sweep, app.state.services.settings.workspace_dir)
    if removed or stubborn:
        log.warning("workspace_swept", removed=removed, left=len(stubborn))
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
    await app.state.services.rate_limiter.close()


app = create_app()
