"""The API's description of itself."""

from typing import Any

import pytest
from fastapi import FastAPI

from app.core.errors import ErrorCode

CONVERT = "/api/v1/convert"


@pytest.mark.parametrize("method", ["post", "put"])
def test_each_error_of_a_conversion_is_described_with_an_example(app: FastAPI, method: str) -> None:
    responses = app.openapi()["paths"][CONVERT][method]["responses"]

    described = {
        code: (int(status), example["value"]["status"])
        for status, response in responses.items()
        for code, example in problem_of(response).get("examples", {}).items()
    }
    assert described == {
        code.value: (code.status, code.status)
        for code in ErrorCode
        if code not in {ErrorCode.UNAUTHORIZED, ErrorCode.NOT_FOUND, ErrorCode.METHOD_NOT_ALLOWED}
    }


def problem_of(response: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = response["content"].get("application/problem+json", {})
    return content


@pytest.mark.parametrize("method", ["post", "put"])
def test_both_ways_to_send_an_archive_are_described(app: FastAPI, method: str) -> None:
    body = app.openapi()["paths"][CONVERT][method]["requestBody"]

    binary = {"type": "string", "format": "binary"}
    assert body["required"] is True
    assert body["content"]["application/zip"]["schema"] == binary
    assert body["content"]["multipart/form-data"]["schema"] == {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": binary,
            "assets": {
                "type": "boolean",
                "description": "Copy the images, videos and downloads that pages show or link; "
                "`true` here or in the query is enough.",
            },
        },
    }


@pytest.mark.parametrize("method", ["post", "put"])
def test_raw_uploads_may_ask_for_assets_in_the_query(app: FastAPI, method: str) -> None:
    (parameter,) = app.openapi()["paths"][CONVERT][method]["parameters"]

    assert (parameter["name"], parameter["in"], parameter["required"]) == ("assets", "query", False)
    assert (parameter["schema"]["type"], parameter["schema"]["default"]) == ("boolean", False)


def test_a_conversion_answers_a_zip_or_a_document(app: FastAPI) -> None:
    answer = app.openapi()["paths"][CONVERT]["post"]["responses"]["200"]

    assert list(answer["content"]) == ["application/zip", "text/markdown"]


def test_every_reference_leads_somewhere(app: FastAPI) -> None:
    document = app.openapi()

    schemas = set(document["components"]["schemas"])
    assert set(references(document)) <= {f"#/components/schemas/{name}" for name in schemas}
    assert "Problem" in schemas


def references(value: object) -> list[str]:
    if isinstance(value, dict):
        here = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return here + [one for item in value.values() for one in references(item)]
    if isinstance(value, list):
        return [one for item in value for one in references(item)]
    return []


def test_asked_twice_it_is_the_same(app: FastAPI) -> None:
    assert app.openapi() == app.openapi()


def test_operations_have_names_of_their_own(app: FastAPI) -> None:
    operations = [
        operation["operationId"]
        for path in app.openapi()["paths"].values()
        for operation in path.values()
    ]

    assert len(set(operations)) == len(operations)
