"""The service's status, as the page shows it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from docc2context import __version__
from tests.app.browser import visit
from tests.app.processes import stopped
from tests.app.serving import NEEDS_PROC, Server, eventually, held
from tests.app.web.page import opened

STATUS = "**/api/v1/status"


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server(CONVERSION_SLOTS=1, CONVERSION_QUEUE=3, MAX_UPLOAD_BYTES=50 << 20)


@NEEDS_PROC
def test_the_page_shows_the_state_of_the_service(
    browser: Browser, server: Server, slow_archive: bytes
) -> None:
    with server.begin(slow_archive), held(server), server.begin(slow_archive):
        eventually(
            lambda: server.client.get("/api/v1/status").json()["waiting"] == 1, "another waits"
        )
        with opened(browser, server) as page:
            expect(page.page.locator("#lamp")).to_have_text("Ready")
            expect(page.page.locator("#why")).to_have_text("Archives are converted.")
            expect(page.status("Running")).to_have_text("1 of 1")
            expect(page.status("Waiting")).to_have_text("1 of 3")
            expect(page.status("Largest upload")).to_have_text("50 MiB")
            expect(page.status("One client")).to_have_text("no limit")
            expect(page.status("Version")).to_have_text(__version__)
            expect(page.page.locator("#limit")).to_have_text("Up to 50 MiB")
            page.assert_quiet()


def test_a_service_that_is_not_ready_says_why(browser: Browser, server: Server) -> None:
    mark = server.workspace / "DRAIN"
    mark.touch()
    try:
        with opened(browser, server) as page:
            expect(page.page.locator("#lamp")).to_have_text("Not ready")
            expect(page.page.locator("#why")).to_have_text(
                "The service is draining: it accepts no new conversions while "
                "WORKSPACE_DIR contains a file DRAIN."
            )
    finally:
        mark.unlink()


def test_the_status_is_polled_every_ten_seconds_while_the_tab_is_visible(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server) as page:
        asked: list[str] = []
        page.page.on("request", lambda request: asked.append(request.url))
        page.page.clock.install()
        page.page.reload()
        expect(page.page.locator("#lamp")).to_have_text("Ready")
        asked.clear()

        with page.page.expect_response(STATUS):
            page.page.clock.fast_forward(10_000)
        assert len(asked) == 1
        page.page.evaluate(
            "Object.defineProperty(document, 'hidden', { value: true, configurable: true })"
        )
        expect(page.page.locator("#lamp")).to_have_text("Ready")
        page.page.clock.fast_forward(60_000)
        page.page.evaluate("delete document.hidden")
        with page.page.expect_response(STATUS):
            page.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        assert len(asked) == 2


def test_returning_to_the_tab_during_a_poll_starts_no_second_one(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server) as page:
        asked: list[str] = []
        page.page.clock.install()
        page.page.reload()
        expect(page.page.locator("#lamp")).to_have_text("Ready")
        page.page.on("request", lambda request: asked.append(request.url))

        with page.page.expect_response(STATUS):
            page.page.evaluate(
                "for (let i = 0; i < 3; i++) document.dispatchEvent(new Event('visibilitychange'))"
            )
        expect(page.page.locator("#lamp")).to_have_text("Ready")
        assert len(asked) == 1
        with page.page.expect_response(STATUS):
            page.page.clock.fast_forward(10_000)
        assert len(asked) == 2


def test_a_proxys_answer_is_no_status_and_does_not_end_the_polling(
    browser: Browser, server: Server
) -> None:
    with visit(browser) as seen:
        seen.page.clock.install()
        seen.page.route(STATUS, lambda route: route.fulfill(json={"login": "please"}))
        seen.page.goto(f"http://127.0.0.1:{server.port}/")
        expect(seen.page.locator("#lamp")).to_have_text("No answer")
        assert seen.complaints == []

        seen.page.unroute(STATUS)
        seen.page.clock.fast_forward(10_000)
        expect(seen.page.locator("#lamp")).to_have_text("Ready")


def test_a_page_that_lacks_one_of_its_scripts_says_so_after_a_while(
    browser: Browser, server: Server
) -> None:
    with visit(browser) as seen:
        seen.page.route("**/js/tree.js", lambda route: route.abort())
        seen.page.goto(f"http://127.0.0.1:{server.port}/")
        expect(seen.page.locator(".late")).to_be_hidden()
        seen.page.evaluate("document.getAnimations().forEach((one) => one.finish())")
        expect(seen.page.locator(".late")).to_be_visible()
        expect(seen.page.locator("#why")).to_have_text(
            "Parts of this page have not arrived yet; its form works without them. If they do not "
            "arrive, reload the page."
        )

    with opened(browser, server) as page:
        expect(page.page.locator("#why")).to_have_text("Archives are converted.")
        expect(page.page.locator(".late")).to_have_count(0)


def test_a_service_that_accepts_and_says_nothing_is_told_as_silent(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server) as page:
        page.page.evaluate(
            "const { timeout } = AbortSignal;"
            "AbortSignal.timeout = (ms) => timeout.call(AbortSignal, ms / 10)"
        )
        expect(page.page.locator("#lamp")).to_have_text("Ready")
        with stopped(server.process.pid):
            page.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            expect(page.page.locator("#lamp")).to_have_text("No answer")
            expect(page.page.locator("#why")).to_have_text(
                "The service does not answer. The page asks again every 10 seconds."
            )
        page.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.page.locator("#lamp")).to_have_text("Ready")
