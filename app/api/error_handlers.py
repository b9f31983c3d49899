"""Errors as responses: one table from exceptions to problems, for programs or for a browser."""

import html
import re
from collections.abc import Sequence
from string import Template
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response

from app.api.accept import prefers_html
from app.api.combined import combined
from app.api.schemas import PROBLEM_MEDIA_TYPE, Problem
from app.api.static_folder import STATIC
from app.core.errors import ErrorCode, ServiceError
from app.http.hangup_report import CLIENT_GONE

_PAGE: Final = Template((STATIC / "error.html").read_text(encoding="utf-8"))

_HEADERS: Final = {
    ErrorCode.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    ErrorCode.UPLOAD_STALLED: {"Connection": "close"},  # the rest of the request may never come
    ErrorCode.UNSUPPORTED_CONTENT_ENCODING: {"Accept-Encoding": "identity"},  # RFC 9110, 15.5.16
}
"""What an error adds to the headers that all of them have."""

_FACTS: Final = {
    "Code": "code",
    "Status": "status",
    "Entry": "entry",
    "Limit": "limit",
    "Request": "request_id",
}
"""Facts to quote, in the order of the page with scripts."""

_CODE: Final = re.compile("`([^`]+)`")
"""What a remedy says between backquotes is code, as on the page with scripts."""


def internal_error(request: Request) -> Response:
    """The answer to a bug of ours; only the log says more."""
    return error_response(
        request,
        ServiceError(ErrorCode.INTERNAL_ERROR, "The fault is in the service, not in your request."),
    )


async def _service_error(request: Request, error: ServiceError) -> Response:
    return error_response(request, error)


async def _no_route(request: Request, error: HTTPException) -> Response:
    """Starlette's own exceptions: only its router raises them, for 404 and 405."""
    if error.status_code == ErrorCode.NOT_FOUND.status:
        return error_response(
            request, ServiceError(ErrorCode.NOT_FOUND, "The service has nothing at this address.")
        )
    if error.status_code == ErrorCode.METHOD_NOT_ALLOWED.status:
        return _method_not_allowed(request)
    raise error


def _method_not_allowed(request: Request) -> Response:
    allowed = request.app.state.routes.methods(request.scope)
    error = ServiceError(
        ErrorCode.METHOD_NOT_ALLOWED, f"This address accepts {', '.join(allowed)}."
    )
    return error_response(request, error, allowed)


async def _invalid_request(request: Request, error: RequestValidationError) -> Response:
    # Where it stands comes first, such as `query`.
    faults = (f"The {one['loc'][0]}'s `{one['loc'][-1]}` {_fault(one)}." for one in error.errors())
    return error_response(request, ServiceError(ErrorCode.INVALID_REQUEST, " ".join(faults)))


def _fault(error: dict[str, Any]) -> str:
    """What is wrong with a value: pydantic's words, except for the one kind that occurs."""
    if error["type"] == "bool_parsing":
        return "is neither true nor false"
    return f"is invalid: {error['msg']}"


async def _client_gone(_request: Request, _error: ClientDisconnect) -> Response:
    """Nobody reads this; the status is for the log."""
    return Response(status_code=CLIENT_GONE)


# Starlette's type for a handler allows no exception narrower than Exception.
EXCEPTION_HANDLERS: Final[dict[int | type[Exception], Any]] = {
    ServiceError: _service_error,
    HTTPException: _no_route,
    RequestValidationError: _invalid_request,
    ClientDisconnect: _client_gone,
}


def error_response(request: Request, error: ServiceError, allowed: Sequence[str] = ()) -> Response:
    """The answer that reports an error to a client; the request's log line will name its code.

    `allowed` are the methods that the address takes, if another one was used.
    """
    request.state.error_code = error.code.value
    problem = Problem.of(error, request.state.request_id)
    headers = {"Vary": "Accept", "Cache-Control": "no-store", **_HEADERS.get(error.code, {})}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if allowed:
        headers["Allow"] = ", ".join(allowed)
    if prefers_html(combined(request.headers, "Accept")):
        page = _page(problem, _remedy_without_headers(error, allowed))
        return HTMLResponse(page, problem.status, headers)
    return Response(problem.as_json(), problem.status, headers, PROBLEM_MEDIA_TYPE)


def _remedy_without_headers(error: ServiceError, allowed: Sequence[str]) -> str:
    """The remedy for people: the catalogue's may name headers, which a page does not show."""
    if error.retry_after is not None:
        unit = "second" if error.retry_after == 1 else "seconds"
        return f"Try again in {error.retry_after} {unit}."
    if allowed:
        return f"Use {' or '.join(allowed)}."
    return error.remedy


def _page(problem: Problem, remedy: str) -> str:
    members = problem.model_dump(exclude_none=True) | {"remedy": remedy}
    escaped = {name: html.escape(str(value)) for name, value in members.items()}
    escaped["remedy"] = _CODE.sub(r"<code>\1</code>", escaped["remedy"])
    facts = (
        f"<dt>{label}</dt><dd><code>{escaped[name]}</code></dd>"
        for label, name in _FACTS.items()
        if name in escaped
    )
    return _PAGE.substitute(escaped, facts="\n      ".join(facts))
