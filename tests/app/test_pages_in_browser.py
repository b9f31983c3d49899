"""The pages in a real browser: under the policy, and without another host."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.browser import DEPLOYED, IN_FIREFOX, needs_chromium, visit
from tests.app.serving import CONVERT, ROOT, Server

SAMPLE = ROOT / "examples" / "TrailKit.doccarchive.zip"
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


def host_of(server: Server) -> str:
    return f"127.0.0.1:{server.port}"


def background_of(page: Page) -> list[int]:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return [int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]


def assert_styled(page: Page, scheme: str) -> None:
    assert (min(background_of(page)) > 200) is (scheme == "light")
    assert (max(background_of(page)) < 60) is (scheme == "dark")


@SCHEMES
def test_the_start_page_has_its_styles_and_breaks_no_policy(
    browser: Browser, server: Server, scheme: str
) -> None:
    with visit(browser, color_scheme=scheme) as seen:
        seen.page.goto(f"http://{host_of(server)}/", wait_until="networkidle")

        assert_styled(seen.page, scheme)
        seen.assert_quiet(host_of(server))


def test_without_scripts_the_form_downloads_the_result(browser: Browser, server: Server) -> None:
    with visit(browser, java_script_enabled=False) as seen:
        seen.page.goto(f"http://{host_of(server)}/")
        seen.page.locator("#file").set_input_files(SAMPLE)
        with seen.page.expect_download() as download:
            seen.page.get_by_role("button", name="Convert").click()

        assert download.value.suggested_filename == "documentation-markdown.zip"
        assert zipfile.ZipFile(download.value.path()).testzip() is None
        assert seen.complaints == []


@SCHEMES
def test_without_scripts_an_error_is_a_page_that_has_its_styles_and_breaks_no_policy(
    browser: Browser, server: Server, tmp_path: Path, scheme: str
) -> None:
    (tmp_path / "notes.zip").write_bytes(b"These are no pages.")
    with visit(browser, color_scheme=scheme, java_script_enabled=False) as seen:
        seen.page.goto(f"http://{host_of(server)}/")
        seen.page.locator("#file").set_input_files(tmp_path / "notes.zip")
        seen.page.get_by_role("button", name="Convert").click()

        expect(seen.page.locator("h1")).to_have_text("The upload is not a ZIP archive")
        seen.page.wait_for_load_state("networkidle")
        assert_styled(seen.page, scheme)
        seen.page.set_viewport_size({"width": 360, "height": 640})
        box = seen.page.locator("main").bounding_box()
        assert box is not None
        assert (box["x"], box["width"]) == (16, 328)  # room on both sides on a phone, too
        assert seen.hosts == {host_of(server)}
        # What Chromium says of every answer that is no success.
        (complaint,) = seen.complaints
        assert "the server responded with a status of 415" in complaint


@SCHEMES
def test_the_reference_is_drawn_without_another_host_and_converts(
    browser: Browser, server: Server, scheme: str
) -> None:
    with visit(browser, color_scheme=scheme) as seen:
        page = seen.page
        page.goto(f"http://{host_of(server)}/docs", wait_until="networkidle")
        operation = page.locator(".opblock-post")
        operation.locator(".opblock-summary-control").click()
        operation.get_by_role("button", name="Try it out").click()
        operation.locator("input[type=file]").set_input_files(SAMPLE)
        with page.expect_response(lambda response: CONVERT in response.url) as answer:
            operation.get_by_role("button", name="Execute").click()
        expect(
            operation.locator(".live-responses-table .response-col_status").last
        ).to_contain_text("200")

        assert answer.value.status == 200
        assert answer.value.request.method == "POST"
        assert_styled(page, scheme)
        seen.assert_quiet(host_of(server))
        link = operation.get_by_role("link", name="Download file")
        needs_chromium("downloads")
        with page.expect_download() as download:
            link.click()
        assert zipfile.ZipFile(download.value.path()).testzip() is None


def test_the_reference_asks_nothing_of_other_hosts_where_it_is_deployed(
    browser: Browser, server: Server
) -> None:
    with visit(browser) as seen:
        seen.page.goto(f"http://{DEPLOYED}:{server.port}/docs", wait_until="networkidle")

        expect(seen.page.locator(".opblock-post")).to_be_visible()
        assert seen.hosts - {""} == {f"{DEPLOYED}:{server.port}"}
        assert seen.violations() == []
        # Chromium says that it does not trust a name without TLS, other than localhost, with it.
        told = [one.partition(" has been ignored")[0] for one in seen.complaints]
        assert told == ([] if IN_FIREFOX else ["The Cross-Origin-Opener-Policy header"])


def test_the_policy_refuses_what_it_should(browser: Browser, server: Server) -> None:
    """That no violation is seen above means something only if one would be seen."""
    with visit(browser) as seen:
        seen.page.goto(f"http://{host_of(server)}/")
        # Some versions look at a handler when it is set, some when it is needed.
        seen.page.evaluate("document.body.setAttribute('onclick', 'void 0'); document.body.click()")
        seen.page.evaluate(
            "document.head.append(document.createElement('style'));"
            "document.head.lastChild.textContent = 'p { color: red }'"
        )
        seen.page.evaluate("fetch('http://127.0.0.1:9/').catch(() => {})")

        # They are told one after the other, in no order that a standard would name.
        seen.page.wait_for_function("() => new Set(window.violations).size >= 3")
        assert set(seen.violations()) == {
            "connect-src http://127.0.0.1:9/",
            "script-src-attr inline",
            "style-src-elem inline",
        }
