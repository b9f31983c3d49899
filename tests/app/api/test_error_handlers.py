"""Errors as the client reads them."""

import re

import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.testclient import TestClient

from app.core.errors import ErrorCode, ServiceError
from app.core.logging import configure_logging

BROWSER = {"Accept": "text/html,*/*;q=0.8"}


def failing(app: FastAPI, error: Exception) -> TestClient:
    @app.get("/failing")
    async def fail() -> None:
        raise error

    return TestClient(app)


def facts_in(page: str) -> list[tuple[str, str]]:
    return re.findall("<dt>(.*)</dt><dd><code>(.*)</code></dd>", page)


def test_an_error_is_a_problem_document(app: FastAPI) -> None:
    error = ServiceError(ErrorCode.ARCHIVE_TOO_LARGE, "Over 9 bytes.", entry="'a'", limit=9)

    response = failing(app, error).get("/failing", headers={"X-Request-ID": "r1"})

    assert response.status_code == 413
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    of_other_errors = {"accept-encoding", "allow", "connection", "retry-after", "www-authenticate"}
    assert not of_other_errors & response.headers.keys()
    assert response.json() == {
        "type": "urn:docc2context-service:error:archive_too_large",
        "title": "The archive is too large when decompressed",
        "status": 413,
        "code": "archive_too_large",
        "detail": "Over 9 bytes.",
        "remedy": "Split the documentation by module and convert one at a time.",
        "request_id": "r1",
        "entry": "'a'",
        "limit": 9,
    }


def test_a_specific_remedy_replaces_that_of_the_catalogue(app: FastAPI) -> None:
    error = ServiceError(ErrorCode.ARCHIVE_TOO_LARGE, "Over 9 bytes.", remedy="Leave it out.")

    response = failing(app, error).get("/failing")

    assert response.json()["remedy"] == "Leave it out."
    assert ErrorCode.ARCHIVE_TOO_LARGE.remedy not in response.text


def test_what_is_not_known_is_left_out(app: FastAPI) -> None:
    response = failing(app, ServiceError(ErrorCode.NOT_A_ZIP, "No.")).get("/failing")

    assert set(response.json()) == {
        "type", "title", "status", "code", "detail", "remedy", "request_id",
    }  # fmt: skip


def test_a_refusal_of_content_is_none_of_its_coding(app: FastAPI) -> None:
    response = failing(app, ServiceError(ErrorCode.NOT_A_ZIP, "No.")).get("/failing")

    assert response.status_code == 415
    assert "Accept-Encoding" not in response.headers


def test_retry_after_is_in_seconds(app: FastAPI) -> None:
    error = ServiceError(ErrorCode.BUSY, "Full.", retry_after=7)

    assert failing(app, error).get("/failing").headers["Retry-After"] == "7"


def test_a_browser_gets_a_page_in_which_nothing_is_markup(app: FastAPI) -> None:
    script = "'<script>alert(1)</script>' & \"so\"."
    error = ServiceError(
        ErrorCode.UNSAFE_ENTRY_NAME, f"What {script}", remedy=f"Do {script}", entry=f"At {script}"
    )

    response = failing(app, error).get("/failing", headers=BROWSER)

    assert response.status_code == 422
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Vary"] == "Accept"
    assert "<script" not in response.text
    shown = "&#x27;&lt;script&gt;alert(1)&lt;/script&gt;&#x27; &amp; &quot;so&quot;."
    assert f"<p>What {shown}</p>" in response.text
    assert f"<p>Do {shown}</p>" in response.text
    assert f"<code>At {shown}</code>" in response.text


@pytest.mark.parametrize(
    ("seconds", "remedy"), [(1, "Try again in 1 second."), (30, "Try again in 30 seconds.")]
)
def test_a_page_says_when_to_try_again(app: FastAPI, seconds: int, remedy: str) -> None:
    error = ServiceError(ErrorCode.RATE_LIMITED, "Too many.", retry_after=seconds)

    response = failing(app, error).get("/failing", headers=BROWSER)

    assert response.headers["Retry-After"] == str(seconds)
    assert f"<p>{remedy}</p>" in response.text
    assert "header" not in response.text


def test_a_page_shows_what_a_remedy_names_as_code(app: FastAPI) -> None:
    detail = "The entry is called `a`."  # a name from an archive may have backquotes of its own
    error = ServiceError(ErrorCode.INVALID_ZIP, detail, remedy="Try `unzip -t <b>` or so.")

    response = failing(app, error).get("/failing", headers=BROWSER)

    assert "<p>Try <code>unzip -t &lt;b&gt;</code> or so.</p>" in response.text
    assert "<p>The entry is called `a`.</p>" in response.text


def test_a_page_says_which_methods_there_are(app: FastAPI) -> None:
    response = TestClient(app).get("/api/v1/convert", headers=BROWSER)

    assert (response.status_code, response.headers["Allow"]) == (405, "POST, PUT")
    assert "<p>Use POST or PUT.</p>" in response.text
    assert "header" not in response.text


def test_several_accept_headers_are_read_as_one(app: FastAPI) -> None:
    accept = [("Accept", "application/zip"), ("Accept", "text/html")]

    response = TestClient(app).get("/nowhere", headers=accept)

    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


def test_an_error_page_lists_the_facts_that_the_error_has(app: FastAPI) -> None:
    error = ServiceError(ErrorCode.ARCHIVE_TOO_LARGE, "Over 9 bytes.", entry="'a'", limit=9)
    headers = BROWSER | {"X-Request-ID": "r1"}

    known = failing(app, error).get("/failing", headers=headers)
    unknown = TestClient(app).get("/nowhere", headers=headers)

    assert facts_in(known.text) == [
        ("Code", "archive_too_large"),
        ("Status", "413"),
        ("Entry", "&#x27;a&#x27;"),
        ("Limit", "9"),
        ("Request", "r1"),
    ]
    assert facts_in(unknown.text) == [
        ("Code", "not_found"),
        ("Status", "404"),
        ("Request", "r1"),
    ]


def test_a_mistake_of_ours_is_a_500_that_says_nothing_of_it(app: FastAPI) -> None:
    response = failing(app, ZeroDivisionError("secret")).get("/failing")

    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"
    assert response.json()["detail"] == "The fault is in the service, not in your request."
    assert response.json()["request_id"] == response.headers["X-Request-ID"]
    assert "secret" not in response.text


def test_a_traceback_is_in_the_log_with_the_request_id(
    app: FastAPI, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("info", "json")

    failing(app, ZeroDivisionError("secret")).get("/failing", headers={"X-Request-ID": "r1"})

    log = capsys.readouterr().err
    assert "ZeroDivisionError: secret" in log
    assert '"request_id": "r1"' in log


def test_an_http_exception_that_no_route_raises_is_a_mistake_of_ours(app: FastAPI) -> None:
    assert failing(app, HTTPException(418)).get("/failing").json()["code"] == "internal_error"


def test_a_client_that_has_gone_is_499_for_the_log(app: FastAPI) -> None:
    assert failing(app, ClientDisconnect()).get("/failing").status_code == 499


def test_a_bad_parameter_is_an_invalid_request(app: FastAPI) -> None:
    @app.get("/counted")
    async def counted(count: int) -> int:
        return count

    response = TestClient(app).get("/counted", params={"count": "many"})

    assert response.status_code == 400
    assert response.json()["code"] == "invalid_request"
    assert response.json()["detail"].startswith(
        "The query's `count` is invalid: Input should be a valid integer"
    )
