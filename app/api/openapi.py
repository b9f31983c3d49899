"""How the API describes itself where FastAPI cannot see it: streamed bodies, and errors."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final

from fastapi import FastAPI

from app.api.result_response import ARCHIVE, DOCUMENT
from app.api.schemas import PROBLEM_MEDIA_TYPE, Problem
from app.core.errors import ErrorCode, ServiceError

_SCHEMAS: Final = "#/components/schemas/"

_BINARY: Final = {"type": "string", "format": "binary"}

ASSETS_FIELD: Final = "assets"

# No default: pages and clients that are made from this would send it, beside what they were asked.
_FLAG: Final = {
    "type": "boolean",
    "description": "Copy the images, videos and downloads that pages show or link; `true` here or "
    "in the query is enough.",
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
    "description": "A zip with one Markdown file for each page, the assets if asked for, and a "
    "manifest; or, for those who accept it rather than a zip, one Markdown document of all pages.",
    "content": {
        ARCHIVE.media_type: {"schema": _BINARY},
        DOCUMENT.media_type: {"schema": {"type": "string"}},
    },
}


def problems(codes: Iterable[ErrorCode]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that can fail so: one a status, with an example a code."""
    by_status = sorted(codes, key=lambda code: code.status)
    return {
        status: _response(list(group))
        for status, group in groupby(by_status, key=lambda code: code.status)
    }


def describe_problems(app: FastAPI) -> None:
    """Add the schema that the responses of `problems` refer to to the application's description."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = Problem.model_json_schema(ref_template=_SCHEMAS + "{model}")
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend it


def _response(codes: list[ErrorCode]) -> dict[str, Any]:
    examples = {code.value: {"summary": code.title, "value": _example(code)} for code in codes}
    content = {"schema": {"$ref": _SCHEMAS + "Problem"}, "examples": examples}
    response: dict[str, Any] = {
        "description": "; ".join(f"`{code.value}`: {code.title}" for code in codes),
        "content": {PROBLEM_MEDIA_TYPE: content},
    }
    if codes[0].status in {429, 503}:
        response["headers"] = {
            "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}
        }
    return response


def _example(code: ErrorCode) -> dict[str, Any]:
    problem = Problem.of(ServiceError(code, f"{code.title}."), "4f0c6f5e2f6a4c0f9d3b7f0e8a1c2d3e")
    return problem.model_dump(exclude_none=True)
