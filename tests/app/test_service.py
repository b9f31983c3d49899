"""The service as clients meet it: a real server, real sockets, real conversions."""

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.core.errors import ErrorCode
from tests.app.archives import (
    doccarchive,
    illustrated_doccarchive,
    manifest_of,
    names_in,
    page_entry,
    zipped,
)
from tests.app.serving import CONVERT, NEEDS_PROC, ROOT, Server, eventually, problem

pytestmark = NEEDS_PROC

MAX_UPLOAD_BYTES = 2_000_000
ARCHIVE = doccarchive("Foo", "Bar")


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server(MAX_UPLOAD_BYTES=MAX_UPLOAD_BYTES, LOG_LEVEL="debug")


@pytest.fixture
def undisturbed(server: Server) -> Iterator[Server]:
    with server.undisturbed():
        yield server


def test_an_archive_becomes_a_zip_of_markdown(server: Server) -> None:
    response = server.post(ARCHIVE)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Length"] == str(len(response.content))
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert (
        response.headers["Content-Disposition"]
        == 'attachment; filename="documentation-markdown.zip"'
    )
    assert sorted(names_in(response.content)) == [
        "documentation/bar.md",
        "documentation/foo.md",
        "linkgraph.json",
        "llms.txt",
        "manifest.json",
    ]


@pytest.mark.parametrize("method", ["post", "put"])
def test_accepting_markdown_gives_one_document(server: Server, method: str) -> None:
    response = getattr(server, method)(ARCHIVE, Accept="text/markdown, application/zip;q=0.9")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert response.headers["Content-Length"] == str(len(response.content))
    assert response.headers["Content-Disposition"] == 'attachment; filename="documentation.md"'
    assert response.headers["Vary"] == "Accept"
    assert response.text.startswith("---\nconverter: ")
    assert [line for line in response.text.splitlines() if line.startswith("# ")] == [
        "# Bar",
        "# Foo",
    ]


def test_accepting_neither_format_is_not_acceptable(undisturbed: Server) -> None:
    told = problem(undisturbed.put(ARCHIVE, Accept="application/json, image/png"))

    assert told["code"] == "not_acceptable"
    assert told["detail"] == "The Accept header does not allow application/zip or text/markdown."


@pytest.mark.parametrize("accept", ["application/problem+json", "application/json"])
def test_an_accept_header_about_errors_still_gives_a_zip(undisturbed: Server, accept: str) -> None:
    answer = undisturbed.put(ARCHIVE, Accept=accept)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    assert problem(undisturbed.put(b"hello", Accept=accept))["code"] == "not_a_zip"


def test_several_accept_headers_are_read_as_one(server: Server) -> None:
    headers = [("Accept", "text/markdown;q=0.5"), ("Accept", "application/zip;q=0.6")]
    response = server.client.put(CONVERT, content=ARCHIVE, headers=headers)

    assert response.headers["Content-Type"] == "application/zip"


def test_errors_are_problem_documents_even_for_accept_markdown(undisturbed: Server) -> None:
    assert problem(undisturbed.put(b"hello", Accept="text/markdown"))["code"] == "not_a_zip"


def form(*fields: tuple[str, tuple[str | None, bytes]]) -> list[tuple[str, Any]]:
    """The fields of a form in this order."""
    return list(fields)


FILE = ("file", ("foo.zip", illustrated_doccarchive()))


def test_assets_come_along_if_a_form_or_a_query_asks_for_them(undisturbed: Server) -> None:
    flag = ("assets", (None, b"true"))
    client = undisturbed.client

    answers = [
        client.post(CONVERT, files=form(flag, FILE)),
        client.post(CONVERT, files=form(FILE, flag)),
        client.put(CONVERT, content=illustrated_doccarchive(), params={"assets": "true"}),
        client.post(CONVERT, files=form(FILE), params={"assets": "1"}),
    ]

    assert [answer.status_code for answer in answers] == [200] * 4
    (content,) = {answer.content for answer in answers}
    assert names_in(content)[:2] == ["documentation/foo.md", "images/lake.png"]


def test_a_form_that_says_no_by_default_does_not_undo_the_query(server: Server) -> None:
    """Clients that are made from our own description send each field that has a value."""
    yes, no = {"assets": "true"}, ("assets", (None, b"false"))

    answer = server.client.post(CONVERT, files=form(FILE, no), params=yes)

    assert names_in(answer.content)[:2] == ["documentation/foo.md", "images/lake.png"]


def test_no_asset_comes_along_by_itself(server: Server) -> None:
    no, unset = ("assets", (None, b"false")), ("assets", (None, b""))
    answers = [
        server.put(illustrated_doccarchive()),
        server.client.post(CONVERT, files=form(FILE, no), params={"assets": "false"}),
        server.client.post(CONVERT, files=form(FILE, unset)),
    ]

    assert [manifest_of(answer.content)["assets"] for answer in answers] == [[], [], []]


@pytest.mark.parametrize("value", [" ", "maybe", "true true"])
def test_an_assets_field_that_is_no_truth_value_is_refused(undisturbed: Server, value: str) -> None:
    flag = ("assets", (None, value.encode()))

    of_form = problem(undisturbed.client.post(CONVERT, files=form(FILE, flag)))
    of_query = problem(undisturbed.client.put(CONVERT, content=ARCHIVE, params={"assets": value}))

    assert of_form["code"] == of_query["code"] == "invalid_request"
    assert of_form["detail"] == "The form's `assets` is neither true nor false."
    assert of_query["detail"] == "The query's `assets` is neither true nor false."


def test_the_assets_flag_may_stand_once(undisturbed: Server) -> None:
    yes, no = ("assets", (None, b"true")), ("assets", (None, b"false"))
    twice = "assets=true&assets=false"

    of_form = problem(undisturbed.client.post(CONVERT, files=form(yes, no, FILE)))
    of_query = problem(undisturbed.client.put(CONVERT, content=ARCHIVE, params=twice))

    assert of_form["code"] == of_query["code"] == "invalid_request"
    assert of_form["detail"] == "The form has more than one field `assets`."
    assert of_query["detail"] == "The query has more than one `assets`."


@pytest.mark.parametrize(
    ("query", "accept"),
    [("assets=true", "text/markdown"), ("assets=true&assets=true", "*/*"), ("assets=", "*/*")],
)
def test_what_cannot_be_had_is_refused_before_the_upload_is_asked_for(
    undisturbed: Server, query: str, accept: str
) -> None:
    head = (
        f"PUT {CONVERT}?{query} HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\n"
        "Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n"
    )

    with undisturbed.send(head.encode()) as connection:
        assert connection.recv(1024).startswith(b"HTTP/1.1 400 ")


def test_one_document_cannot_have_assets(undisturbed: Server) -> None:
    yes, document = ("assets", (None, b"true")), {"Accept": "text/markdown"}
    client = undisturbed.client

    of_query = client.put(CONVERT, content=ARCHIVE, params={"assets": "true"}, headers=document)
    of_form = client.post(CONVERT, files=form(FILE, yes), headers=document)

    for told in (problem(of_query), problem(of_form)):
        assert told["code"] == "invalid_request"
        assert told["detail"].startswith(
            "One document cannot contain assets: accept application/zip"
        )


@pytest.mark.parametrize("value", ["true", "maybe"])
def test_an_impossible_option_before_the_file_is_refused_before_the_file_is_there(
    undisturbed: Server, value: str
) -> None:
    head = (
        f"POST {CONVERT} HTTP/1.1\r\nHost: x\r\nAccept: text/markdown\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n"
        f'--b\r\nContent-Disposition: form-data; name="assets"\r\n\r\n{value}\r\n'
        '--b\r\nContent-Disposition: form-data; name="file"; filename="foo.zip"\r\n\r\n'
    )

    with undisturbed.send(head.encode() + bytes(300_000)) as connection:
        assert connection.recv(1024).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "name", ["foo.zip", "../../etc/passwd", "ä\n\"b'.zip", "x" * 1000, "C:\\temp\\foo.zip"]
)
def test_form_and_body_give_the_same_bytes_whatever_the_upload_is_called(
    server: Server, name: str
) -> None:
    assert server.post(ARCHIVE, name=name).content == server.put(ARCHIVE).content


def test_post_takes_the_raw_body_too(server: Server) -> None:
    assert server.client.post(CONVERT, content=ARCHIVE).content == server.put(ARCHIVE).content


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"", "empty_upload", id="empty"),
        pytest.param(b"hello, this is no archive", "not_a_zip", id="not a zip"),
        pytest.param(ARCHIVE[:-40], "invalid_zip", id="truncated"),
        pytest.param(zipped({"readme.txt": b"hello"}), "no_docc_data", id="without DocC data"),
        pytest.param(
            zipped({page_entry("foo"): b"{ no json"}), "no_convertible_pages", id="no good page"
        ),
        pytest.param(bytes(MAX_UPLOAD_BYTES + 1), "upload_too_large", id="too large"),
    ],
)
@pytest.mark.parametrize("method", ["post", "put"])
def test_bad_input_is_refused_with_its_code(
    undisturbed: Server, method: str, body: bytes, code: str
) -> None:
    response = getattr(undisturbed, method)(body)

    assert problem(response)["code"] == code


def test_an_archive_that_was_packed_otherwise_is_told_as_what(undisturbed: Server) -> None:
    remedy = "Unpack it, then zip the .doccarchive folder and convert the .zip file."
    told = problem(undisturbed.put(gzip.compress(b"a tar")), remedy=remedy)

    assert told["code"] == "not_a_zip"
    assert told["detail"] == "The file does not begin like a zip archive, but like a gzip file."


TRAILKIT = ROOT / "examples" / "TrailKit.doccarchive.zip"
SEND_A_FILE = (
    "If it was sent by `curl -d`, send the file itself: `curl -T FILE` or `curl -F file=@FILE`."
)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "Application/JSON; x=y"])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty_upload"),
        (b"foo.zip", "not_a_zip"),
        (ARCHIVE.replace(b"\0", b""), "invalid_zip"),
        (b"".join(TRAILKIT.read_bytes().splitlines()), "ambiguous_zip"),
    ],
    ids=["no file", "its name", "without its NULs", "without its line ends"],
)
def test_an_archive_sent_as_text_gets_advice_on_sending_files(
    undisturbed: Server, kind: str, body: bytes, code: str
) -> None:
    """Too, as `curl --data-binary` sends whatever it is unchanged, and says the same of it."""
    response = undisturbed.put(body, **{"Content-Type": kind})

    remedy = f"{ErrorCode.named(code).remedy} {SEND_A_FILE}"
    assert problem(response, remedy=remedy)["code"] == code


def test_an_archive_may_be_said_to_be_text(server: Server) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    assert server.put(ARCHIVE, **kind).content == server.put(ARCHIVE).content
    assert problem(server.put(zipped({"readme.txt": b""}), **kind))["code"] == "no_docc_data"


@pytest.mark.parametrize("coding", ["gzip", "identity, br", "x"])
def test_an_encoded_upload_is_refused_before_it_is_asked_for(
    undisturbed: Server, coding: str
) -> None:
    head = (
        f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\nContent-Encoding: {coding}\r\n"
        "Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n"
    )

    with undisturbed.send(head.encode()) as connection:
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 415 ")
    assert b"\r\naccept-encoding: identity\r\n" in answer.lower()
    told = problem(undisturbed.put(ARCHIVE, **{"Content-Encoding": coding}))
    assert told["code"] == "unsupported_content_encoding"


def test_an_upload_that_is_said_to_be_as_it_is_is_read(server: Server) -> None:
    assert server.put(ARCHIVE, **{"Content-Encoding": "Identity , identity"}).status_code == 200


def test_several_content_encoding_headers_are_read_as_one(undisturbed: Server) -> None:
    headers = [("Content-Encoding", "identity"), ("Content-Encoding", "gzip")]

    answer = undisturbed.client.put(CONVERT, content=ARCHIVE, headers=headers)

    assert problem(answer)["code"] == "unsupported_content_encoding"


def test_an_upload_of_exactly_the_limit_is_read(server: Server) -> None:
    body = bytes(MAX_UPLOAD_BYTES)

    assert problem(server.post(body))["code"] == "not_a_zip"
    assert problem(server.put(body))["code"] == "not_a_zip"


def test_a_limit_that_was_hit_stands_in_the_problem(server: Server) -> None:
    assert problem(server.put(bytes(MAX_UPLOAD_BYTES + 1)))["limit"] == MAX_UPLOAD_BYTES


def test_an_entry_that_is_at_fault_stands_in_the_problem(server: Server) -> None:
    response = server.put(zipped({page_entry("foo"): b"{ no json"}))

    assert "data/documentation/foo.json" in problem(response)["entry"]


def test_an_announced_length_over_the_limit_is_refused_before_anything_is_sent(
    undisturbed: Server,
) -> None:
    head = f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_UPLOAD_BYTES + 1}\r\n\r\n"

    with undisturbed.send(head.encode()) as connection:
        assert connection.recv(1024).startswith(b"HTTP/1.1 413 ")


def test_an_upload_without_a_length_is_counted(undisturbed: Server) -> None:
    chunks = (bytes(100_000) for _ in range(MAX_UPLOAD_BYTES // 100_000 + 1))

    response = undisturbed.client.put(CONVERT, content=chunks)

    assert problem(response)["code"] == "upload_too_large"


def test_a_form_without_a_file_is_refused(undisturbed: Server) -> None:
    response = undisturbed.client.post(CONVERT, files={"archive": ("foo.zip", ARCHIVE)})

    assert problem(response)["code"] == "missing_file"


@pytest.mark.parametrize(
    "body", [b"no boundary anywhere", b"--b\r\nContent-Disposition: form-data; name=file\r\n\r\nPK"]
)
def test_a_broken_form_is_refused(undisturbed: Server, body: bytes) -> None:
    response = undisturbed.client.post(
        CONVERT, content=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
    )

    assert problem(response)["code"] == "invalid_request"


def test_a_broken_page_among_good_ones_is_left_out_and_reported(server: Server) -> None:
    response = server.put(doccarchive("Foo", "Bar", broken=b'{"kind": '))

    assert response.status_code == 200
    report = manifest_of(response.content)["report"]
    assert report["pages_converted"] == 2
    assert [page["source"] for page in report["pages_skipped"]] == [
        "data/documentation/broken.json"
    ]


def test_a_well_formed_request_id_is_returned_and_logged(server: Server) -> None:
    response = server.put(ARCHIVE, **{"X-Request-ID": "order-66_a.b"})

    assert response.headers["X-Request-ID"] == "order-66_a.b"
    eventually(lambda: "order-66_a.b" in ids(server, "request_finished"), "the id is logged")
    assert "order-66_a.b" in ids(server, "conversion_finished")


@pytest.mark.parametrize("offered", ["", "a b", "x" * 129, "<script>", "a;b"])
def test_an_ill_formed_request_id_is_replaced(server: Server, offered: str) -> None:
    response = server.put(b"", **{"X-Request-ID": offered})

    assert response.headers["X-Request-ID"] != offered
    assert len(problem(response)["request_id"]) == 32


@pytest.mark.parametrize(
    ("method", "path", "code", "detail"),
    [
        ("GET", "/nowhere", "not_found", "The service has nothing at this address."),
        ("GET", CONVERT, "method_not_allowed", "This address accepts POST, PUT."),
        ("DELETE", "/health", "method_not_allowed", "This address accepts GET, HEAD."),
    ],
)
def test_addresses_and_methods_that_do_not_exist_are_problems(
    server: Server, method: str, path: str, code: str, detail: str
) -> None:
    told = problem(server.client.request(method, path))

    assert (told["code"], told["detail"]) == (code, detail)


def test_a_wrong_method_is_told_all_right_ones(server: Server) -> None:
    assert server.client.get(CONVERT).headers["Allow"] == "POST, PUT"


def test_a_browser_is_told_of_an_error_on_a_page(server: Server) -> None:
    response = server.post(b"hello", Accept="text/html,application/xhtml+xml,*/*;q=0.8")

    assert response.status_code == 415
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert ErrorCode.NOT_A_ZIP.title in response.text
    assert response.headers["X-Request-ID"] in response.text


def test_the_log_is_json_line_by_line(server: Server) -> None:
    server.put(ARCHIVE)
    server.put(zipped({page_entry("foo"): b"{ no json"}))
    server.put(b"hello")

    assert [line for line in server.lines() if not line.startswith("{")] == []


def test_health_checks_are_logged_at_debug_only(server: Server) -> None:
    checks = {"/health/ready", "/api/v1/health/ready"}
    for check in checks:
        server.client.get(check)
    server.put(ARCHIVE)

    logged = checks | {CONVERT}
    eventually(lambda: logged <= {event["route"] for event in finished(server)}, "they are logged")
    levels = {event["route"]: event["level"] for event in finished(server)}
    assert {levels[check] for check in checks} == {"debug"}
    assert levels[CONVERT] == "info"


def test_a_request_is_logged_with_its_route_and_sizes(server: Server) -> None:
    answer = server.put(ARCHIVE, **{"X-Request-ID": "sizes"})

    eventually(lambda: "sizes" in ids(server, "request_finished"), "it is logged")
    (event,) = [event for event in finished(server) if event["request_id"] == "sizes"]
    assert event["method"] == "PUT"
    assert event["route"] == CONVERT
    assert event["status"] == 200
    assert event["request_bytes"] == len(ARCHIVE)
    assert event["response_bytes"] == len(answer.content)
    assert 0 < event["seconds"] < 10


def test_a_refused_request_is_logged_with_its_code(server: Server) -> None:
    server.put(bytes(MAX_UPLOAD_BYTES + 1), **{"X-Request-ID": "refused"})

    eventually(lambda: "refused" in ids(server, "request_finished"), "it is logged")
    (event,) = [event for event in finished(server) if event["request_id"] == "refused"]
    assert (event["status"], event["code"]) == (413, "upload_too_large")


def test_a_conversion_is_logged_with_what_it_did(server: Server) -> None:
    answer = server.put(
        doccarchive("Foo", "Bar", broken=b"{"), **{"X-Request-ID": "conversion-facts"}
    )

    (event,) = [
        event
        for event in server.events("conversion_finished")
        if event["request_id"] == "conversion-facts"
    ]
    assert event["outcome"] == "success"
    assert event["pages_converted"] == 2
    assert event["pages_skipped"] == 1
    assert event["result_bytes"] == len(answer.content)


def finished(server: Server) -> list[dict[str, Any]]:
    return server.events("request_finished")


def ids(server: Server, event: str) -> set[str]:
    return {line["request_id"] for line in server.events(event)}
