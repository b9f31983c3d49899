"""Parts of operations that FastAPI cannot see: streamed bodies, and errors."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final

from app.api.conversion_options import ASSETS_FIELD
from app.api.openapi.examples import example
from app.api.result_response import BUNDLE, DOCUMENT
from app.api.schemas import PROBLEM_MEDIA_TYPE, Problem
from app.core.errors import ErrorCode

SCHEMAS: Final = "#/components/schemas/"

_BINARY: Final = {"type": "string", "format": "binary"}

# With its default, which is harmless if sent: without one, Swagger UI makes up `true`.
_FLAG: Final = {
    "type": "boolean",
    "default": False,
    "description": "Copy the images, videos and downloads that pages show or link to; `true` here "
    "or in the query is enough.",
}

UPLOAD: Final[dict[str, Any]] = {
    "required": True,
    "description": "A zipped .doccarchive, as the form's field `file` or as the whole body.",
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": _BINARY, ASSETS_FIELD: _FLAG},
            }
        },
        "application/zip": {"schema": _BINARY},
    },
}

RESULT: Final[dict[str, Any]] = {
    "description": "A zip with one Markdown file per page, the assets if asked for, and a "
    "manifest; or, for clients that prefer it to a zip, one Markdown document with all pages.",
    "headers": {
        "Content-Disposition": {
            "description": f"`attachment`, named `{BUNDLE.file_name}` or `{DOCUMENT.file_name}`.",
            "schema": {"type": "string"},
        },
        "Content-Length": {
            "description": "Tells a complete result from a connection that was cut.",
            "schema": {"type": "integer"},
        },
    },
    "content": {
        BUNDLE.media_type: {"schema": _BINARY},
        DOCUMENT.media_type: {"schema": {"type": "string"}},
    },
}


_RETRY_AFTER: Final = {
    "Retry-After": {
        "description": "How many seconds to wait before trying again.",
        "schema": {"type": "integer"},
    }
}

_HEADERS: Final[dict[int, dict[str, Any]]] = {
    401: {"WWW-Authenticate": {"description": "`Bearer`.", "schema": {"type": "string"}}},
    415: {
        "Accept-Encoding": {
            "description": "`identity`, sent with the code `unsupported_content_encoding`.",
            "schema": {"type": "string"},
        }
    },
    429: _RETRY_AFTER,
    503: _RETRY_AFTER,
}
"""The headers of errors, by status."""


def problems(codes: Iterable[ErrorCode]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route with these errors: one per status, with an example per code."""
    by_status = sorted(codes, key=lambda code: code.status)
    return {
        status: _response(list(group))
        for status, group in groupby(by_status, key=lambda code: code.status)
    }


def _response(codes: list[ErrorCode]) -> dict[str, Any]:
    examples = {code.value: {"summary": code.title, "value": _example(code)} for code in codes}
    content = {"schema": {"$ref": SCHEMAS + "Problem"}, "examples": examples}
    response: dict[str, Any] = {
        "description": "; ".join(f"`{code.value}`: {code.title}" for code in codes),
        "content": {PROBLEM_MEDIA_TYPE: content},
    }
    if codes[0].status in _HEADERS:
        response["headers"] = _HEADERS[codes[0].status]
    return response


def _example(code: ErrorCode) -> dict[str, Any]:
    problem = Problem.of(example(code), "4f0c6f5e2f6a4c0f9d3b7f0e8a1c2d3e")
    return problem.model_dump(exclude_none=True)
