"""One line in the log per request, when the last byte of its response has been sent."""

import logging
from collections.abc import Collection

import structlog

from app.middleware.exchange import Exchange

log = structlog.get_logger()


class RequestLog:
    """Logs `request_finished`; at debug level for the routes in `quiet`."""

    def __init__(self, quiet: Collection[str]) -> None:
        self._quiet = quiet

    def __call__(self, exchange: Exchange) -> None:
        """Log a request that has ended."""
        code = exchange.error_code
        log.log(
            logging.DEBUG if exchange.route in self._quiet else logging.INFO,
            "request_finished",
            method=exchange.scope["method"],
            route=exchange.route,
            status=exchange.status,
            seconds=round(exchange.seconds, 4),
            request_bytes=exchange.request_bytes,
            response_bytes=exchange.response_bytes,
            **({} if code is None else {"code": code}),
        )
