"""What is copied, and how the page shows that it is."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import docc2context
from tests.app.archives import article_of_noise, damaged_doccarchive, doccarchive
from tests.app.browser import DEPLOYED, visit
from tests.app.serving import Server
from tests.app.web.page import SAMPLE, WebPage, opened

PERMISSIONS = ["clipboard-read", "clipboard-write"]


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


def clipboard(page: WebPage) -> str:
    text: str = page.page.evaluate("navigator.clipboard.readText()")
    return text


def test_the_markdown_of_a_page_is_copied_and_its_button_says_so_until_the_next_act(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server, permissions=PERMISSIONS) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        button = page.page.locator("#copy")
        before = button.bounding_box()

        button.click()

        expect(button).to_have_text("Copied")
        expect(page.page.locator("#said")).to_have_text("The Markdown of the page is copied.")
        assert button.bounding_box() == before
        assert clipboard(page).startswith('---\ntitle: "TrailKit"\n')
        button.click()
        expect(button).to_have_text("Copied")
        page.button("Markdown").click()
        expect(button).to_have_text("Copy")
        expect(page.page.locator("#source")).to_be_visible()
        page.assert_quiet()


def test_the_details_of_an_error_are_copied_and_the_button_says_so(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Damaged.zip"
    archive.write_bytes(damaged_doccarchive())
    with opened(browser, server, permissions=PERMISSIONS) as page:
        page.convert(archive)
        page.await_failure("The archive is damaged")

        page.button("Copy details").click()

        expect(page.button("Copied")).to_be_visible()
        assert "\nFile: Damaged.zip\nCode: invalid_zip\n" in clipboard(page)
        assert clipboard(page).startswith("Error: The archive is damaged\nDetail: ")
        page.page.keyboard.press("Shift")
        expect(page.button("Copy details")).to_be_visible()


def test_where_the_browser_lets_nothing_be_copied_the_page_shows_that(
    browser: Browser, server: Server
) -> None:
    with visit(browser) as seen:
        page = WebPage(seen, server)
        seen.page.goto(f"http://{DEPLOYED}:{server.port}/")
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        seen.page.evaluate("document.execCommand = () => false")  # as policies of browsers do

        page.button("Copy").click()

        note = page.page.locator("#page .hint")
        expect(note).to_have_text("The browser does not let the page copy.")
        expect(note).to_be_visible()
        expect(page.button("Copy")).to_be_visible()
        page.button("Markdown").click()
        expect(note).to_have_count(0)


def test_of_a_page_too_long_to_render_the_beginning_is_shown_and_all_of_it_copied(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Long.zip"
    archive.write_bytes(doccarchive(noise=article_of_noise(400_000)))
    with opened(browser, server, permissions=PERMISSIONS) as page:
        page.convert(archive)
        page.await_result("Noise")

        notice = page.page.locator("#rendered .notice")
        expect(notice).to_contain_text(
            "This page is long (about 391 KiB), so only its beginning is shown."
        )
        page.button("Copy").click()
        expect(page.page.locator("#said")).to_contain_text("copied")
        whole = io.BytesIO()
        docc2context.convert(archive, whole)
        with zipfile.ZipFile(whole) as bundle:
            assert clipboard(page) == bundle.read("documentation/noise.md").decode()


def test_where_the_browser_keeps_its_clipboard_to_itself_the_page_copies_by_selection(
    browser: Browser, server: Server
) -> None:
    """As it is without TLS, on a host that is not this machine."""
    with visit(browser) as seen:
        page = WebPage(seen, server)
        seen.page.goto(f"http://{DEPLOYED}:{server.port}/")
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        assert seen.page.evaluate("navigator.clipboard") is None

        page.button("Copy").click()

        expect(seen.page.locator("#said")).to_have_text("The Markdown of the page is copied.")
        page.page.get_by_label("Filter pages").focus()
        seen.page.keyboard.press("Control+V")
        expect(seen.page.locator("#filter")).to_have_value(re.compile('^--- title: "TrailKit"'))
