"""Every error that a browser can cause, as the page tells it."""

import gzip
import io
import os
import re
import signal
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.core.errors import ErrorCode
from docc2context.archive.other_formats import LOOKED_AT_BYTES
from docc2context.errors import Code
from docc2context.wording import quoted
from tests.app.archives import article_of_noise, damaged_doccarchive, doccarchive
from tests.app.browser import needs_chromium
from tests.app.serving import NEEDS_PROC, Server, eventually, held
from tests.app.web.page import SAMPLE, WebPage, opened
from tests.hostile.cases import USUAL, Case

pytestmark = NEEDS_PROC


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


@pytest.fixture(scope="module")
def bounded(start_server: Callable[..., Server]) -> Server:
    """One whose limits are met soon."""
    return start_server(
        MAX_UPLOAD_BYTES=2_000_000,
        MAX_ENTRIES=5,
        MAX_OUTPUT_BYTES=4_000,
    )


def is_sent(case: Case) -> bool:
    """Whether the page does not see by itself that this is no whole zip."""
    starts = case.data[:4] in {b"", b"PK\3\4", b"PK\5\6"}
    return starts and (not case.data or b"PK\5\6" in case.data[-22 - 65_535 :])


def by_code() -> dict[str, Case]:
    """An archive for each code that the reader refuses with, under the usual limits."""
    first: dict[str, Case] = {}
    for case in USUAL.values():
        if len(case.data) < 4_000_000 and is_sent(case):
            first.setdefault(case.code, case)
    nothing = Code.NO_CONVERTIBLE_PAGES
    first[nothing] = Case(doccarchive(bad=b"{no json"), nothing, b"data/documentation/bad.json")
    return first


REFUSED = by_code()


def tar(data: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo("Foo.zip")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def assert_told(page: WebPage, code: ErrorCode, *, remedy: str | None = None) -> None:
    """The catalogue's words are there, the id to quote too, and a try again where it may help.

    `remedy` is what is advised, if that is not the catalogue's advice.
    """
    page.await_failure(code.title)
    expect(page.page.locator("#failure-facts dt").first).to_have_text("File")
    assert page.fact("File") in page.page.locator("#file").input_value()
    assert page.fact("Code") == code.value
    assert page.fact("Status") == str(code.status)
    assert len(page.fact("Request")) == 32
    told = page.page.locator("#failure-remedy")
    expect(told).to_have_text((remedy or code.remedy).replace("`", ""))
    detail = page.page.locator("#failure-detail")
    expect(detail).not_to_be_empty()
    expect(page.page.locator("#failure-title")).to_have_accessible_description(
        f"{detail.inner_text()} {told.inner_text()}"
    )
    expect(page.page.locator("#said")).to_have_text("")
    may_pass = code.status in {408, 429} or code.status >= 500
    expect(page.page.locator("#again")).to_be_visible(visible=may_pass)
    expect(page.page.locator("#failure .primary:visible")).to_have_text(
        re.compile("^Try again" if may_pass else "^Choose another archive$")
    )
    # Chromium's word on each answer that is no success, and nothing else.
    assert all(f"status of {code.status}" in complaint for complaint in page.seen.complaints)
    assert page.seen.violations() == []


def test_the_set_covers_what_the_reader_refuses() -> None:
    assert set(REFUSED) >= {
        *("empty_upload", "invalid_zip", "ambiguous_zip", "duplicate_entry", "impossible_ratio"),
        *("archive_too_large", "unsupported_compression", "multi_disk", "encrypted"),
        *("unsafe_entry_name", "unsafe_entry_type", "name_collision", "no_docc_data"),
        *("several_archives", "no_convertible_pages"),
    }


def test_what_the_reader_refuses_is_told_with_one_remedy_and_the_entry_at_fault(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Hostile.zip"
    with opened(browser, server) as page:
        for code, case in REFUSED.items():
            archive.write_bytes(case.data)
            page.convert(archive)

            assert_told(page, ErrorCode.named(code), remedy=case.advice)
            words = page.page.locator("#failure").inner_text()
            assert words.count(case.advice.replace("`", "")) == 1
            if case.entry is not None:
                assert page.fact("Entry") == quoted(case.entry.decode())
                assert words.count(page.fact("Entry")) == 1
            page.seen.complaints.clear()
            page.button("Choose another archive").click()


def test_after_an_error_another_archive_can_be_chosen_and_the_wish_for_assets_is_kept(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Foo.zip"
    archive.write_bytes(damaged_doccarchive())
    with opened(browser, server) as page:
        page.page.get_by_label("Include the images").check()
        page.convert(archive)
        assert_told(page, ErrorCode.INVALID_ZIP)
        first = page.fact("Request")
        line = next(one for one in server.events("request_finished") if one["request_id"] == first)
        assert line["code"] == "invalid_zip"

        page.button("Choose another archive").click()
        expect(page.page.get_by_label("Include the images")).to_be_checked()
        expect(page.page.locator("#file")).to_have_value("")
        page.convert(SAMPLE)
        page.await_result("TrailKit")


def test_too_large_an_archive_is_not_even_sent(
    browser: Browser, bounded: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Large.zip"
    archive.write_bytes(b"PK\3\4" + bytes(1_999_997))
    with opened(browser, bounded) as page:
        sent: list[str] = []
        page.page.on("request", lambda request: sent.append(request.method))
        page.convert(archive)

        page.await_failure("The archive is too large")
        told = page.page.locator("#failure-detail")
        expect(told).to_have_text(
            "Large.zip has 2,000,001 bytes (1.9 MiB); this service takes up to "
            "2,000,000 bytes (1.9 MiB). Nothing was sent."
        )
        expect(page.button("Try again")).to_be_hidden()
        assert "POST" not in sent
        page.assert_quiet()


def test_too_large_an_archive_is_refused_where_the_page_does_not_know_the_limit(
    browser: Browser, bounded: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Large.zip"
    archive.write_bytes(doccarchive(noise=article_of_noise(4_000_000)))
    with opened(browser, bounded) as page:
        page.page.route("**/api/v1/status", lambda route: route.fulfill(status=503, body=""))
        page.page.reload()
        expect(page.page.locator("#lamp")).to_have_text("No answer")
        page.seen.complaints.clear()
        page.convert(archive)

        assert_told(page, ErrorCode.UPLOAD_TOO_LARGE)
        assert page.fact("Limit") == "2000000"


@pytest.mark.parametrize(
    ("code", "archive"),
    [
        (ErrorCode.TOO_MANY_ENTRIES, doccarchive("A", "B", "C", "D", "E", "F")),
        (ErrorCode.OUTPUT_TOO_LARGE, doccarchive("A", noise=article_of_noise(8_000))),
    ],
    ids=lambda value: value.value if isinstance(value, ErrorCode) else "",
)
def test_an_operators_limit_is_told(
    browser: Browser, bounded: Server, tmp_path: Path, code: ErrorCode, archive: bytes
) -> None:
    path = tmp_path / "Bounded.zip"
    path.write_bytes(archive)
    with opened(browser, bounded) as page:
        page.convert(path)

        assert_told(page, code)


@pytest.mark.parametrize(
    "data",
    [
        b"These are no pages.",
        b"#!/bin/sh\n" + SAMPLE.read_bytes(),
        gzip.compress(bytes(9_000)),
        tar(SAMPLE.read_bytes()),
    ],
    ids=["a text", "a program", "gzip", "tar"],
)
def test_the_service_says_of_its_beginning_what_a_file_is_that_is_no_zip(
    browser: Browser, server: Server, tmp_path: Path, data: bytes
) -> None:
    archive = tmp_path / "Odd.zip"
    archive.write_bytes(data)
    said = server.put(data).json()
    with opened(browser, server) as page:
        page.convert(archive)

        assert_told(page, ErrorCode.NOT_A_ZIP, remedy=said["remedy"])
        expect(page.page.locator("#failure-detail")).to_have_text(said["detail"])
    assert server.events("request_finished")[-1]["request_bytes"] == min(len(data), LOOKED_AT_BYTES)


def test_what_is_no_zip_is_called_that_whatever_its_size(
    browser: Browser, bounded: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Large.zip"
    archive.write_bytes(bytes(2_000_001))
    with opened(browser, bounded) as page:
        page.convert(archive)

        assert_told(page, ErrorCode.NOT_A_ZIP)


def assert_called_no_zip(page: WebPage, name: str) -> None:
    """The page says it in its own words, and has nobody wait for another try."""
    code = ErrorCode.NOT_A_ZIP
    page.await_failure(code.title)
    detail = f"{name} does not begin like a ZIP archive."
    expect(page.page.locator("#failure-detail")).to_have_text(detail)
    expect(page.page.locator("#failure-remedy")).to_have_text(code.remedy.replace("`", ""))
    expect(page.page.locator("#again")).to_be_hidden()


def test_a_service_that_takes_nothing_has_nobody_wait_with_what_is_no_zip(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Odd.zip"
    archive.write_bytes(b"These are no pages.")
    mark = server.workspace / "DRAIN"
    mark.touch()
    try:
        with opened(browser, server) as page:
            page.convert(archive)
            assert_called_no_zip(page, "Odd.zip")
    finally:
        mark.unlink()


def test_without_a_connection_nobody_waits_with_what_is_no_zip(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Odd.zip"
    archive.write_bytes(b"These are no pages.")
    with opened(browser, server) as page:
        page.page.route("**/api/v1/convert", lambda route: route.abort())
        page.convert(archive)
        assert_called_no_zip(page, "Odd.zip")


def test_what_is_cut_off_is_not_even_sent(browser: Browser, server: Server, tmp_path: Path) -> None:
    archive = tmp_path / "Odd.zip"
    archive.write_bytes(SAMPLE.read_bytes()[:-500])
    code = ErrorCode.INVALID_ZIP
    assert server.put(archive.read_bytes()).json()["code"] == code.value
    with opened(browser, server) as page:
        sent: list[str] = []
        page.page.on("request", lambda request: sent.append(request.method))
        page.convert(archive)

        page.await_failure(code.title)
        expect(page.page.locator("#failure-detail")).to_have_text(
            "Odd.zip is cut off: its end is missing. Nothing was sent."
        )
        expect(page.page.locator("#failure-remedy")).to_have_text(code.remedy.replace("`", ""))
        expect(page.page.locator("#again")).to_be_hidden()
        expect(page.page.locator("#failure-facts dt")).to_have_count(0)
        assert "POST" not in sent
        page.assert_quiet()


@pytest.mark.parametrize("fate", ["deleted", "changed"])
def test_a_file_that_is_not_what_was_chosen_is_told_before_anything_is_sent(
    browser: Browser, server: Server, tmp_path: Path, fate: str
) -> None:
    archive = tmp_path / "Foo.zip"
    archive.write_bytes(SAMPLE.read_bytes())
    with opened(browser, server) as page:
        sent: list[str] = []
        page.page.on("request", lambda request: sent.append(request.method))
        page.choose(archive)
        archive.unlink()
        if fate == "changed":
            needs_chromium("a file that has changed is read as it is now")
            archive.write_bytes(doccarchive("Foo"))
            os.utime(archive, (1, 1))
        page.button("Convert").click()

        page.await_failure("The file cannot be read")
        expect(page.page.locator("#failure-detail")).to_have_text(
            "Foo.zip has been moved, changed or deleted since it was chosen, or this browser may "
            "not read it. Nothing was sent."
        )
        expect(page.page.locator("#failure-remedy")).to_have_text("Choose the file again.")
        expect(page.button("Try again")).to_be_hidden()
        assert "POST" not in sent


def test_the_longest_comment_does_not_hide_the_end_of_a_zip(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Foo.zip"
    archive.write_bytes(doccarchive("Foo")[:-2] + b"\xff\xff" + b"x" * 65_535)
    with opened(browser, server) as page:
        page.convert(archive)
        page.await_result("Foo")


def test_an_empty_file_is_told_by_the_service(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Empty.zip"
    archive.touch()
    with opened(browser, server) as page:
        page.convert(archive)
        assert_told(page, ErrorCode.EMPTY_UPLOAD)


def test_a_busy_service_says_when_to_try_again(
    browser: Browser, start_server: Callable[..., Server], slow_archive: bytes
) -> None:
    server = start_server(CONVERSION_SLOTS=1, CONVERSION_QUEUE=0)
    with opened(browser, server) as page, server.begin(slow_archive), held(server):
        page.page.clock.install()
        page.convert(SAMPLE)

        remedy = "Try again in 10 seconds; the archive stays chosen."
        assert_told(page, ErrorCode.BUSY, remedy=remedy)
        again, sent = page.page.locator("#again"), len(server.events("request_finished"))
        expect(again).to_have_text(re.compile(r"^Try again in ([1-9]|10) seconds?$"))
        expect(again).to_have_attribute("aria-disabled", "true")
        again.focus()
        again.press("Enter")
        page.page.clock.fast_forward(7_000)
        expect(again).to_have_text(re.compile(r"^Try again in [1-3] seconds?$"))
        expect(again).to_be_focused()
        expect(page.page.locator("#said")).to_have_text("")
        page.page.clock.fast_forward(10_000)
        expect(again).to_have_text("Try again")
        expect(again).not_to_have_attribute("aria-disabled", "true")
        assert not [
            one
            for one in server.events("request_finished")[sent:]
            if one["path"] != "/api/v1/status"
        ]


def test_a_conversion_that_takes_too_long_is_told(
    browser: Browser, start_server: Callable[..., Server], slow_file: Path
) -> None:
    server = start_server(CONVERSION_TIMEOUT_SECONDS=0.3)
    with opened(browser, server) as page:
        page.convert(slow_file)

        assert_told(page, ErrorCode.CONVERSION_TIMEOUT)


def test_a_conversion_that_needs_too_much_is_told(
    browser: Browser, start_server: Callable[..., Server], tmp_path: Path
) -> None:
    archive = tmp_path / "Noise.zip"
    archive.write_bytes(doccarchive("Foo", noise=article_of_noise(12_000_000)))
    with opened(browser, start_server(CONVERSION_MEMORY_BYTES=64 << 20)) as page:
        page.convert(archive)

        assert_told(page, ErrorCode.CONVERSION_LIMIT_EXCEEDED)


def test_a_killed_conversion_is_told(browser: Browser, server: Server, slow_file: Path) -> None:
    with opened(browser, server) as page:
        page.convert(slow_file)
        with held(server) as child:
            os.kill(child, signal.SIGKILL)

        assert_told(page, ErrorCode.CONVERSION_FAILED)


def test_a_draining_service_says_when_to_try_again(browser: Browser, server: Server) -> None:
    mark = server.workspace / "DRAIN"
    mark.touch()
    try:
        with opened(browser, server) as page:
            page.page.clock.install()
            page.convert(SAMPLE)
            remedy = "Try again in 30 seconds; the archive stays chosen."
            assert_told(page, ErrorCode.DRAINING, remedy=remedy)
            first = page.fact("Request")
            page.page.clock.fast_forward(30_000)
            page.button("Try again").click()
            expect(page.page.locator("#failure-facts")).not_to_contain_text(first)
            assert_told(page, ErrorCode.DRAINING, remedy=remedy)

            mark.unlink()
            page.page.clock.fast_forward(30_000)
            page.button("Try again").click()
            page.await_result("TrailKit")
    finally:
        mark.unlink(missing_ok=True)


def test_a_rate_limited_client_is_told_when_to_try_again(
    browser: Browser, start_server: Callable[..., Server]
) -> None:
    server = start_server(RATE_LIMIT_ENABLED=True, RATE_LIMIT="1/hour")
    with opened(browser, server) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        page.button("Convert another").click()
        with page.page.expect_response("**/api/v1/convert") as answer:
            page.convert(SAMPLE)

        seconds = int(answer.value.headers["retry-after"])
        minutes = -(-seconds // 60)
        wait = f"{minutes} minutes" if seconds > 120 else f"{seconds} second{'s' * (seconds > 1)}"
        remedy = f"Try again in {wait}; the archive stays chosen."
        assert_told(page, ErrorCode.RATE_LIMITED, remedy=remedy)
        expect(page.page.locator("#again")).to_have_attribute("aria-disabled", "true")


def test_without_a_converter_it_says_so(
    browser: Browser, start_server: Callable[..., Server]
) -> None:
    with opened(browser, start_server(CONVERTER_COMMAND="/nowhere/converter")) as page:
        expect(page.page.locator("#assets")).to_be_disabled()
        page.convert(SAMPLE)

        remedy = "Try again in 10 seconds; the archive stays chosen."
        assert_told(page, ErrorCode.CONVERTER_UNAVAILABLE, remedy=remedy)


def test_a_full_disk_is_told(
    browser: Browser, start_server: Callable[..., Server], small_workspace: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "Large.zip"
    archive.write_bytes(doccarchive(noise=article_of_noise(6_000_000)))
    with opened(browser, start_server(WORKSPACE_DIR=small_workspace)) as page:
        page.convert(archive)

        remedy = "Try again in 30 seconds; the archive stays chosen."
        assert_told(page, ErrorCode.INSUFFICIENT_STORAGE, remedy=remedy)


def test_a_service_that_dies_in_the_middle_is_told_with_the_id_that_it_knew(
    browser: Browser, start_server: Callable[..., Server], slow_file: Path
) -> None:
    server = start_server()
    with opened(browser, server) as page:
        page.convert(slow_file)
        eventually(server.converting, "the conversion runs")
        server.process.kill()

        page.await_failure("The connection was lost")
        assert len(page.fact("Request")) == 32
        expect(page.button("Try again")).to_be_visible()


@pytest.mark.parametrize(
    ("status", "may_pass"), [(408, True), (502, True), (403, False), (413, False)]
)
def test_an_answer_that_is_not_of_the_service_is_told(
    browser: Browser, server: Server, status: int, may_pass: bool
) -> None:
    with opened(browser, server) as page:
        page.page.route(
            "**/api/v1/convert", lambda route: route.fulfill(status=status, body="<h1>A proxy")
        )
        page.convert(SAMPLE)

        page.await_failure("Something else answered")
        assert page.fact("Status") == str(status)
        expect(page.button("Try again")).to_be_visible(visible=may_pass)


@pytest.mark.parametrize(
    "document",
    [
        '{"title": "Bad Gateway", "status": 502}',
        '{"title": "No", "remedy": {"a": 1}}',
        '"no"',
        "[]",
    ],
)
def test_a_problem_document_of_a_gateway_is_not_taken_for_ours(
    browser: Browser, server: Server, document: str
) -> None:
    with opened(browser, server) as page:
        page.page.route(
            "**/api/v1/convert",
            lambda route: route.fulfill(
                status=502, content_type="application/problem+json", body=document
            ),
        )
        page.convert(SAMPLE)

        page.await_failure("Something else answered")
        assert page.fact("Status") == "502"
        expect(page.button("Try again")).to_be_visible()


@pytest.mark.parametrize("wait", ["90", "Sat, 05 Jan 2030 10:01:30 GMT"], ids=["seconds", "date"])
def test_a_proxy_may_say_when_to_try_again(browser: Browser, server: Server, wait: str) -> None:
    with opened(browser, server) as page:
        # The clock runs from here on, and can be stopped at a time to come only.
        page.page.clock.install(time="2030-01-05T09:00:00Z")
        page.page.clock.pause_at("2030-01-05T10:00:00Z")
        page.page.route(
            "**/api/v1/convert",
            lambda route: route.fulfill(status=503, headers={"Retry-After": wait}),
        )
        page.convert(SAMPLE)

        page.await_failure("Something else answered")
        expect(page.page.locator("#again")).to_have_text("Try again in 90 seconds")


def test_a_dropped_folder_and_several_files_are_told_before_anything_is_sent(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    with opened(browser, server, viewport={"width": 1280, "height": 900}) as page:
        page.drop(tmp_path)
        page.await_failure("That is a folder")
        page.drop(SAMPLE, SAMPLE)
        page.await_failure("That is more than one file")
        page.drop(SAMPLE)
        page.await_result("TrailKit")
        page.assert_quiet()
