"""The API's description of itself."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.core.config import Settings
from app.core.errors import ErrorCode
from app.main import create_app

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
                "default": False,
                "description": "Copy the images, videos and downloads that pages show or link to; "
                "`true` here or in the query is enough.",
            },
        },
    }


@pytest.mark.parametrize("method", ["post", "put"])
def test_raw_uploads_may_ask_for_assets_in_the_query(app: FastAPI, method: str) -> None:
    parameter, _ = app.openapi()["paths"][CONVERT][method]["parameters"]

    assert (parameter["name"], parameter["in"], parameter["required"]) == ("assets", "query", False)
    assert (parameter["schema"]["type"], parameter["schema"]["default"]) == ("boolean", False)


def test_a_conversion_answers_a_zip_or_a_document(app: FastAPI) -> None:
    answer = app.openapi()["paths"][CONVERT]["post"]["responses"]["200"]

    assert list(answer["content"].items()) == [
        ("application/zip", {"schema": {"type": "string", "format": "binary"}}),
        ("text/markdown", {"schema": {"type": "string"}}),
    ]


def test_every_reference_leads_somewhere(app: FastAPI) -> None:
    document = app.openapi()

    there = {
        f"#/components/{kind}/{name}"
        for kind, named in document["components"].items()
        for name in named
    }
    assert set(references(document)) <= there
    assert "#/components/schemas/Problem" in there


def references(value: object) -> list[str]:
    if isinstance(value, dict):
        here = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return here + [one for item in value.values() for one in references(item)]
    if isinstance(value, list):
        return [one for item in value for one in references(item)]
    return []


def test_asked_twice_it_is_the_same(app: FastAPI) -> None:
    assert app.openapi() == app.openapi()


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def test_operations_have_names_for_people(app: FastAPI) -> None:
    assert sorted(one["operationId"] for one in operations(app.openapi())) == [
        *("convert_posted", "convert_put", "health", "health_v1"),
        *("metrics", "ready", "ready_v1", "status"),
    ]


def test_the_api_is_named(app: FastAPI) -> None:
    assert app.openapi()["info"]["title"] == "docc2context"


def test_the_status_may_be_a_crash_and_nothing_else(app: FastAPI) -> None:
    responses = app.openapi()["paths"]["/api/v1/status"]["get"]["responses"]

    assert sorted(responses) == ["200", "500"]
    assert list(problem_of(responses["500"])["examples"]) == ["internal_error"]


def test_each_group_of_operations_is_described(app: FastAPI) -> None:
    document = app.openapi()

    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert described == {tag for one in operations(document) for tag in one["tags"]}


@pytest.mark.parametrize("code", ErrorCode)
def test_the_example_of_an_error_says_what_happened(app: FastAPI, code: ErrorCode) -> None:
    examples = [
        problem_of(response)["examples"][code.value]["value"]
        for operation in operations(app.openapi())
        for response in operation["responses"].values()
        if code.value in problem_of(response).get("examples", {})
    ]

    for told in examples:
        assert told["detail"].removesuffix(".") != told["title"]
        assert str(told.get("limit", "")) in told["detail"]
    assert examples or code in {ErrorCode.NOT_FOUND, ErrorCode.METHOD_NOT_ALLOWED}


def test_examples_have_a_limit_and_an_entry_where_errors_do(app: FastAPI) -> None:
    responses = app.openapi()["paths"][CONVERT]["put"]["responses"]

    too_large = problem_of(responses["413"])["examples"]["upload_too_large"]["value"]
    unsafe = problem_of(responses["422"])["examples"]["unsafe_entry_name"]["value"]
    assert too_large["limit"] == 268435456
    assert unsafe["entry"] == "'/etc/passwd'"


def test_each_operation_takes_and_tells_a_request_id(app: FastAPI) -> None:
    components = app.openapi()["components"]
    for kind in ("parameters", "headers"):
        well_formed = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"}
        assert components[kind]["X-Request-ID"]["schema"] == well_formed
    for operation in operations(app.openapi()):
        assert operation["parameters"][-1] == {"$ref": "#/components/parameters/X-Request-ID"}
        for response in operation["responses"].values():
            assert response["headers"]["X-Request-ID"] == {
                "$ref": "#/components/headers/X-Request-ID"
            }


def test_headers_of_answers_are_described(app: FastAPI) -> None:
    paths = app.openapi()["paths"]

    of_conversions = paths[CONVERT]["put"]["responses"]
    assert set(of_conversions["200"]["headers"]) >= {"Content-Disposition", "Content-Length"}
    assert "Accept-Encoding" in of_conversions["415"]["headers"]
    assert "Retry-After" in of_conversions["429"]["headers"]
    assert "Retry-After" in of_conversions["503"]["headers"]
    assert "WWW-Authenticate" in paths["/metrics"]["get"]["responses"]["401"]["headers"]


def test_a_scrape_is_text_in_either_form(app: FastAPI) -> None:
    scrape = app.openapi()["paths"]["/metrics"]["get"]["responses"]["200"]

    text = {"schema": {"type": "string"}}
    assert scrape["content"] == {"text/plain": text, "application/openmetrics-text": text}


def test_a_token_is_described_where_one_is_asked_for(app: FastAPI, tmp_path: Path) -> None:
    guarded = create_app(Settings(workspace_dir=tmp_path, metrics_token="secret")).openapi()

    assert "securitySchemes" not in app.openapi()["components"]
    (scheme,) = guarded["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    secured = [one["operationId"] for one in operations(guarded) if "security" in one]
    assert secured == ["metrics"]
    assert "secret" not in str(guarded)


def test_the_introduction_tells_the_limits_in_force(tmp_path: Path) -> None:
    def introduction(**settings: Any) -> str:
        app = create_app(Settings(workspace_dir=tmp_path, **settings))
        told: str = TestClient(app).get("/openapi.json").json()["info"]["description"]
        return told

    limited = introduction(max_upload_bytes=1234567, rate_limit="7/hour")
    unlimited = introduction(rate_limit_enabled=False)

    assert "An upload may have at most 1234567 bytes; a larger one gets" in limited
    assert "Each client may request conversions at a rate of `7/hour`; beyond that" in " ".join(
        limited.split()
    )
    assert "Retry-After" in limited
    assert "An upload may have at most 256 MiB (268435456 bytes); a larger one gets" in unlimited
    assert "rate_limited" not in unlimited


def test_the_introduction_names_no_server(app: FastAPI) -> None:
    """It cannot know under which name, and below which path, it is read."""
    told = app.openapi()["info"]["description"]

    assert 'curl -fsS -T MyKit.doccarchive.zip "$SERVICE/api/v1/convert"' in told
    assert "`$SERVICE` is the address of this service, such as `https://docs.example/" in told
    assert "localhost" not in told


def test_an_outside_converter_is_described_without_the_options_that_it_lacks(
    tmp_path: Path,
) -> None:
    settings = Settings(workspace_dir=tmp_path, converter_command="/bin/true")
    document = create_app(settings).openapi()

    for operation in document["paths"][CONVERT].values():
        assert list(operation["responses"]["200"]["content"]) == ["application/zip"]
        assert list(form_of(operation)["properties"]) == ["file"]
        assert operation["parameters"] == [{"$ref": "#/components/parameters/X-Request-ID"}]


def test_the_description_never_mentions_options_that_an_outside_converter_lacks(
    app: FastAPI, tmp_path: Path
) -> None:
    settings = Settings(workspace_dir=tmp_path, converter_command="/bin/true")
    document = create_app(settings).openapi()

    kinds = ["one document", "one Markdown document"]
    lacking = ["text/markdown", "documentation.md", *kinds, "ssets"]
    told = json.dumps([document["info"], document["paths"][CONVERT]])
    assert [words for words in lacking if words in told] == []
    own = json.dumps(app.openapi()["paths"][CONVERT])
    assert [words for words in lacking if words in own] == lacking


def test_the_examples_of_another_converter_are_what_it_answers(tmp_path: Path) -> None:
    app = create_app(Settings(workspace_dir=tmp_path, converter_command="/bin/true"))
    responses = app.openapi()["paths"][CONVERT]["put"]["responses"]

    example = problem_of(responses["406"])["examples"]["not_acceptable"]["value"]
    answer = TestClient(app).put(CONVERT, headers={"Accept": "image/png"}).json()
    assert example | {"request_id": answer["request_id"]} == answer
    too_large = problem_of(responses["413"])["examples"]["output_too_large"]["value"]
    assert too_large["remedy"] == "Split the documentation by module and convert one at a time."


def form_of(operation: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    return schema
