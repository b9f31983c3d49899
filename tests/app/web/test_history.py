"""Back and forward: between form and result, and between the pages of a result."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, expect

from tests.app.archives import article, doccarchive, illustrated_doccarchive
from tests.app.browser import needs_chromium
from tests.app.serving import Server, held
from tests.app.web.page import SAMPLE, WebPage, digest, opened

WIDE = {"width": 1280, "height": 900}
DURATION = "documentation/trailkit/trail/duration(at-).md"


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A long page with a link to another at its end."""
    url = "doc://x/documentation/Other"
    line = {"type": "paragraph", "inlineContent": [{"type": "text", "text": "x"}]}
    end = {"type": "paragraph", "inlineContent": [{"type": "reference", "identifier": url}]}
    other = {"type": "topic", "title": "Other", "url": "/documentation/other", "identifier": url}
    long = article("Long") | {
        "primaryContentSections": [{"kind": "content", "content": [line] * 90 + [end]}],
        "references": {url: other},
    }
    path = tmp_path_factory.mktemp("long") / "Long.zip"
    path.write_bytes(doccarchive("Other", long=json.dumps(long).encode()))
    return path


def at_form(page: WebPage) -> None:
    expect(page.button("Convert")).to_be_visible()
    expect(page.page.locator("#result")).to_be_hidden()
    expect(page.page.locator("#file")).to_be_focused()
    expect(page.page).to_have_url(f"http://{page.host}/")
    expect(page.page).to_have_title("docc2context")


GONE = "That page belonged to a result that this tab no longer has. Convert the archive again."


def at_form_for_want_of_a_page(page: WebPage) -> None:
    """The form says why it is there, also to who comes to its field by the keyboard."""
    expect(page.page.locator("#gone")).to_have_text(GONE)
    expect(page.page.locator("#gone")).to_be_visible()
    expect(page.page.locator("#file")).to_have_accessible_description(re.compile(f"^{GONE}"))
    expect(page.page).to_have_url(f"http://{page.host}/")


def open_duration(page: WebPage) -> None:
    page.page.locator("#tree").get_by_role("link", name="duration(at:)").click()
    expect(page.page.locator("#page-path")).to_have_text(DURATION)


def position(page: WebPage) -> float:
    top: float = page.page.evaluate("document.getElementById('rendered').scrollTop")
    return top


def test_back_leads_to_the_form_and_forward_to_the_result_again(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server, viewport=WIDE) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        saved = digest(page.download()[1])
        open_duration(page)
        sent: list[str] = []
        page.page.on("request", lambda request: sent.append(request.method))

        page.back()
        expect(page.page.locator("#page-path")).to_have_text("documentation/trailkit.md")
        page.back()
        at_form(page)
        page.forward()
        expect(page.page.locator("#result-title")).to_be_focused()
        expect(page.page.locator("#page-path")).to_have_text("documentation/trailkit.md")
        page.forward()
        expect(page.page.locator("#page-path")).to_have_text(DURATION)

        assert page.page.title() == "duration(at:) · TrailKit · docc2context"
        assert digest(page.download()[1]) == saved
        assert "POST" not in sent
        page.assert_quiet()


def test_back_leads_to_where_the_page_was_read(
    browser: Browser, server: Server, long_file: Path
) -> None:
    with opened(browser, server, viewport=WIDE) as page:
        page.convert(long_file)
        page.await_result("Long")
        link = page.page.locator("#rendered").get_by_role("link", name="Other")
        link.scroll_into_view_if_needed()
        before = position(page)
        assert before > 500
        link.click()
        expect(page.page.locator("#page-path")).to_have_text("documentation/other.md")
        assert position(page) == 0

        page.back()
        expect(page.page.locator("#page-path")).to_have_text("documentation/long.md")
        assert position(page) == before
        page.back()
        at_form(page)
        page.forward()
        expect(page.page.locator("#result-title")).to_be_focused()
        assert position(page) == before

        page.page.locator("#tree").get_by_role("link", name="Long").click()
        expect(page.page.locator("#rendered")).to_be_focused()
        assert position(page) == 0


def test_the_result_before_is_kept_until_another_is_there(
    browser: Browser, server: Server, long_file: Path
) -> None:
    with opened(browser, server) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        page.button("Convert another").click()
        at_form(page)
        page.back()
        expect(page.page.locator("#result-title")).to_be_focused()
        expect(page.page.locator("#page-path")).to_have_text("documentation/trailkit.md")
        page.page.get_by_role("link", name="docc2context").click()
        at_form(page)

        page.convert(long_file)
        page.await_result("Long")
        page.back()
        at_form(page)
        expect(page.page.locator("#gone")).to_be_hidden()
        page.back()  # to a page of the first
        at_form(page)
        at_form_for_want_of_a_page(page)
        page.forward()
        page.forward()
        expect(page.page.locator("#page-path")).to_have_text("documentation/long.md")
        page.assert_quiet()


def test_after_a_reload_no_address_of_a_page_is_left(browser: Browser, server: Server) -> None:
    with opened(browser, server) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        open_duration(page)
        page.back()
        expect(page.page.locator("#page-path")).to_have_text("documentation/trailkit.md")
        page.page.reload()
        at_form_for_want_of_a_page(page)
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        page.back()
        at_form(page)
        expect(page.page.locator("#gone")).to_be_hidden()


def test_after_a_reload_of_the_form_forward_leads_to_no_result_that_is_gone(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        page.back()
        at_form(page)
        page.page.reload()
        expect(page.page.locator("#lamp")).to_have_text("Ready")

        page.forward()

        at_form(page)
        at_form_for_want_of_a_page(page)


@contextmanager
def asked_to_stay(page: WebPage) -> Iterator[None]:
    """Who leaves within the block is asked first, and stays."""
    needs_chromium("questions before leaving")
    with page.page.expect_event("dialog") as dialog:
        yield
    assert dialog.value.type == "beforeunload"
    dialog.value.dismiss()


def dialogs(page: WebPage) -> list[str]:
    """The kinds of those that come from now on; each is answered by going on."""
    kinds: list[str] = []

    def go_on(dialog: Dialog) -> None:
        kinds.append(dialog.type)
        dialog.accept()

    page.page.on("dialog", go_on)
    return kinds


def test_leaving_during_an_upload_asks_for_confirmation(
    browser: Browser, server: Server, slow_file: Path
) -> None:
    with opened(browser, server) as page:
        page.convert(slow_file)
        with held(server):
            for leave in ("location.reload()", "history.back()"):
                with asked_to_stay(page):
                    page.page.evaluate(f"setTimeout(() => {leave})")
            expect(page.page.locator("#work-title")).to_contain_text("Slow")
            page.button("Cancel").click()
        at_form(page)
        asked = dialogs(page)
        page.page.reload()
        assert asked == []


def test_leaving_an_unsaved_result_asks_for_confirmation(browser: Browser, server: Server) -> None:
    with opened(browser, server) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        with asked_to_stay(page):
            page.page.evaluate("setTimeout(() => location.reload())")
        expect(page.page.locator("#result-title")).to_be_visible()

        page.download()
        asked = dialogs(page)
        page.page.reload()

        at_form_for_want_of_a_page(page)
        assert asked == []


def test_a_result_that_gives_way_unsaved_can_still_be_downloaded(
    browser: Browser, server: Server, long_file: Path, tmp_path: Path
) -> None:
    saved, third = tmp_path / "Saved.zip", tmp_path / "Third.zip"
    saved.write_bytes(doccarchive("Saved"))
    third.write_bytes(doccarchive("Third"))
    with opened(browser, server) as page:
        earlier = page.page.locator("#earlier")
        links = earlier.get_by_role("link")
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        expect(earlier).to_be_hidden()
        page.drop(long_file)
        page.await_result("Long")
        expect(links).to_have_text([re.compile(r"^TrailKit \([\d.]+ KiB\)$")])

        page.drop(saved)
        page.await_result("Saved")
        expect(links).to_have_text([re.compile("^TrailKit"), re.compile("^Long")])
        page.download()
        with asked_to_stay(page):
            page.page.evaluate("setTimeout(() => location.reload())")
        needs_chromium("downloads")
        with page.page.expect_download() as download:
            links.first.click()
        assert download.value.suggested_filename == "TrailKit-markdown.zip"
        as_sent = server.put(SAMPLE.read_bytes()).content
        assert Path(download.value.path()).read_bytes() == as_sent

        page.drop(third)  # nothing of what is saved is offered again
        page.await_result("Third")
        expect(links).to_have_text([re.compile("^Long")])
        page.assert_quiet()


def test_a_result_that_is_made_again_with_its_images_replaces_the_one_without(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Lake.zip"
    archive.write_bytes(illustrated_doccarchive(b"no picture"))
    with opened(browser, server) as page:
        page.convert(archive)
        page.await_result("Foo")
        page.button("Convert again with images").click()
        expect(page.page.locator("#figures")).to_contain_text("Assets")
        expect(page.page.locator("#earlier")).to_be_hidden()


def test_no_link_of_the_frame_leads_away_from_a_result(browser: Browser, server: Server) -> None:
    with opened(browser, server, viewport=WIDE) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        address = page.page.url
        frame = page.page.locator("body > header nav, body > footer").get_by_role("link")
        names = frame.all_inner_texts()
        assert names == ["Status", "API", "API reference", "OpenAPI", "Readiness"]

        for name in names[1:]:
            with page.page.expect_popup() as other:
                page.page.get_by_role("link", name=name, exact=True).click()
            other.value.close()
        page.page.get_by_role("link", name="Status", exact=True).click()

        expect(page.page.locator("#service")).to_be_focused()
        expect(page.page.locator("#service-title")).to_be_in_viewport()
        expect(page.page.locator("#result")).to_be_visible()
        assert page.page.url == address


def test_back_during_an_upload_does_not_hide_it(
    browser: Browser, server: Server, slow_file: Path
) -> None:
    with opened(browser, server) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        page.button("Convert another").click()
        page.convert(slow_file)
        expect(page.page.locator("#work-title")).to_contain_text("Slow")
        page.back()
        expect(page.page.locator("#work")).to_be_visible()

        page.button("Cancel").click()
        at_form(page)
        page.back()
        expect(page.page.locator("#result-title")).to_have_text("TrailKit")
        expect(page.page.locator("#result")).to_be_visible()
