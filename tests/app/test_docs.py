"""DOCS/SERVICE.md says what the code does."""

import json
import re
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic_core import PydanticUndefined

from app.api.schemas import Problem
from app.core.config import Settings
from app.core.errors import ErrorCode, ServiceError
from tests.app.serving import ROOT

TEXT = (ROOT / "DOCS" / "SERVICE.md").read_text(encoding="utf-8")


def rows_under(heading: str) -> list[str]:
    """The rows of the first table below a heading, without its head."""
    section = TEXT.split(f"\n{heading}\n", 1)[1]
    table = section[section.index("|---") :].split("\n\n", 1)[0]
    return table.splitlines()[1:]


def default_of(name: str) -> str:
    field = Settings.model_fields[name]
    if field.default is PydanticUndefined:
        return "the CPUs that the process may use"
    value = field.default
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return f"`{value}`".lower()
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def setting_row(name: str) -> str:
    field = Settings.model_fields[name]
    extra: Any = field.json_schema_extra
    return f"| `{name.upper()}` | {extra['unit']} | {default_of(name)} | {field.description} |"


def error_row(code: ErrorCode) -> str:
    return f"| `{code.value}` | {code.status} | {code.title}. | {code.remedy} |"


def test_each_setting_is_written_down_as_it_is() -> None:
    assert rows_under("## Settings") == [setting_row(name) for name in Settings.model_fields]


def test_each_error_is_written_down_as_it_is() -> None:
    assert rows_under("## Errors") == [error_row(code) for code in ErrorCode]


def test_each_route_is_written_down(app: FastAPI) -> None:
    described = {
        (method.upper(), path)
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    }

    written = set(re.findall(r"`(GET|POST|PUT) (/[^`]*)`", "\n".join(rows_under("## Routes"))))
    assert written == described | {("GET", "/"), ("GET", "/docs"), ("GET", "/openapi.json")}


def test_each_fact_of_a_conversion_that_is_logged_is_written_down() -> None:
    sources = "".join(one.read_text() for one in sorted((ROOT / "app/services").glob("*.py")))
    facts = set(re.findall(r'facts\["(\w+)"\] = ', sources))
    logs = TEXT.split("\n## Logs\n")[1]

    assert {"seconds", "archive_bytes", "converter_said"} < facts
    assert {fact for fact in facts if f"`{fact}`" not in logs} == set()


def test_the_example_of_a_problem_is_one() -> None:
    example = json.loads(re.findall(r"```json\n(\{\n.*?)```", TEXT, re.DOTALL)[0])

    limit = Settings.model_fields["max_upload_bytes"].default
    error = ServiceError(
        ErrorCode.UPLOAD_TOO_LARGE, f"The upload is larger than {limit} bytes.", limit=limit
    )
    assert example == json.loads(Problem.of(error, example["request_id"]).as_json())


@pytest.mark.parametrize("name", re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", TEXT))
def test_each_setting_that_is_mentioned_exists(name: str) -> None:
    assert name.lower() in Settings.model_fields
