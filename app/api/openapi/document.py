"""The whole document: what depends on the settings, or concerns every operation."""

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse

from app.api.conversion_options import ASSETS_FIELD, not_acceptable
from app.api.openapi.operations import SCHEMAS
from app.api.openapi.tags import CONVERSION, METRICS
from app.api.result_response import BUNDLE, DOCUMENT
from app.api.schemas import PROBLEM_MEDIA_TYPE, Problem
from app.core import request_ids
from app.core.config import Settings
from app.core.errors import SPLIT_BY_MODULE, ErrorCode

_INTRODUCTION: Final = """\
Send a zipped `.doccarchive`, get a zip of Markdown{document}:

```sh
curl -fsS -T MyKit.doccarchive.zip "$SERVICE/api/v1/convert" -o MyKit-markdown.zip
```

`$SERVICE` is the address of this service, such as `https://docs.example/docc2context`.

**Limits:** An upload may have at most {size}; a larger one gets 413 `upload_too_large`.{rate}
`/api/v1/status` lists all limits.

**Errors** are problem documents (RFC 9457). Match on `code`, which is stable; `detail` says what is
wrong, `remedy` what to do about it. A client whose `Accept` header ranks `text/html` no lower than
JSON, as a browser's does, gets the same as an HTML page.

**Request ids:** Each response has an `X-Request-ID`, which is also on the log lines of the request:
the one that the request was sent with if it is well-formed, otherwise a new one.
"""

_RATE: Final = """ Each client may
request conversions at a rate of `{limit}`; beyond that it gets 429 `rate_limited`, with the seconds
to wait in `Retry-After`."""

_MIB: Final = 1024 * 1024

_WELL_FORMED: Final = {"type": "string", "pattern": f"^{request_ids.FORM}$"}

_SCHEME: Final = "metrics_token"

_KEPT_PATHS: Final = 4
"""A server is started with one; should requests bring many, the last ones are kept."""


def _introduction(settings: Settings, *, takes_options: bool) -> str:
    """What applies to all operations, as Markdown."""
    return _INTRODUCTION.format(
        document=" or one Markdown document" if takes_options else "",
        size=_size_in_words(settings.max_upload_bytes),
        rate=_RATE.format(limit=settings.rate_limit) if settings.rate_limit_enabled else "",
    )


def _size_in_words(count: int) -> str:
    mebibytes, rest = divmod(count, _MIB)
    return f"{count} bytes" if rest else f"{mebibytes} MiB ({count} bytes)"


def operation_id(route: APIRoute) -> str:
    """The name of the function that serves it, for clients generated from the description."""
    return route.name


def operation_id_v1(route: APIRoute) -> str:
    """The same for the second address of a function that has two."""
    return f"{route.name}_v1"


def describe(app: FastAPI, settings: Settings, *, takes_options: bool) -> None:
    """Have the application describe itself with all that FastAPI cannot see.

    It is made when first asked for, and kept, because settings never change.
    `app.state.description` returns its JSON for the path under which the service is found.
    """
    app.description = _introduction(settings, takes_options=takes_options)
    generate = app.openapi

    @cache
    def openapi() -> dict[str, Any]:
        document = generate()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = Problem.model_json_schema(ref_template=SCHEMAS + "{model}")
        _add_request_ids(document)
        if settings.metrics_token is not None:
            _add_token(document)
        if not takes_options:
            _remove_options(document)
        return document

    @lru_cache(_KEPT_PATHS)
    def as_json(root_path: str) -> bytes:
        servers = {"servers": [{"url": root_path}]} if root_path else {}
        return bytes(JSONResponse(openapi() | servers).body)

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend it
    app.state.description = as_json


def _operations(document: dict[str, Any], tag: str | None = None) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (one for one in path.values() if tag is None or tag in one["tags"])


def _add_request_ids(document: dict[str, Any]) -> None:
    document["components"] |= {
        "parameters": {
            request_ids.HEADER: {
                "name": request_ids.HEADER,
                "in": "header",
                "description": "An id for this request, returned in the response and logged.",
                "schema": _WELL_FORMED,
            }
        },
        "headers": {
            request_ids.HEADER: {
                "description": "The request's id: the one that it was sent with, or a new one.",
                "schema": _WELL_FORMED,
            }
        },
    }
    for operation in _operations(document):
        parameter = {"$ref": f"#/components/parameters/{request_ids.HEADER}"}
        operation.setdefault("parameters", []).append(parameter)
        for response in operation["responses"].values():
            header = {"$ref": f"#/components/headers/{request_ids.HEADER}"}
            response.setdefault("headers", {})[request_ids.HEADER] = header


def _add_token(document: dict[str, Any]) -> None:
    document["components"]["securitySchemes"] = {
        _SCHEME: {"type": "http", "scheme": "bearer", "description": "The value of METRICS_TOKEN."}
    }
    for operation in _operations(document, METRICS):
        operation["security"] = [{_SCHEME: []}]


def _remove_options(document: dict[str, Any]) -> None:
    """Remove what an outside converter lacks: a single document, and the copying of assets."""
    for operation in _operations(document, CONVERSION):
        result = operation["responses"]["200"]
        result["description"] = "A zip of what this service's converter has written."
        name = result["headers"]["Content-Disposition"]
        name["description"] = f"`attachment`, named `{BUNDLE.file_name}`."
        del result["content"][DOCUMENT.media_type]
        form = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
        del form["properties"][ASSETS_FIELD]
        operation["parameters"] = [
            one for one in operation["parameters"] if one.get("name") != ASSETS_FIELD
        ]
        unacceptable = not_acceptable(takes_options=False)
        _example(operation, ErrorCode.NOT_ACCEPTABLE).update(
            detail=unacceptable.detail, remedy=unacceptable.remedy
        )
        _example(operation, ErrorCode.OUTPUT_TOO_LARGE)["remedy"] = SPLIT_BY_MODULE


def _example(operation: dict[str, Any], code: ErrorCode) -> dict[str, Any]:
    content = operation["responses"][str(code.status)]["content"][PROBLEM_MEDIA_TYPE]
    example: dict[str, Any] = content["examples"][code.value]["value"]
    return example
