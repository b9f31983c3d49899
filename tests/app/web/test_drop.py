"""What is dragged over the page, and where it may be dropped."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.app.archives import doccarchive
from tests.app.browser import needs_chromium
from tests.app.serving import NEEDS_PROC, Server, held
from tests.app.web.page import SAMPLE, WebPage, opened

pytestmark = NEEDS_PROC

WIDE = {"width": 1280, "height": 900}

OVERLAY = "getComputedStyle(document.body, '::after').content"


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    path = tmp_path / "Damaged.zip"
    path.write_bytes(SAMPLE.read_bytes()[:-500])
    return path


def test_an_archive_dropped_on_a_result_is_converted_and_the_result_stays_behind_it(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Foo.zip"
    archive.write_bytes(doccarchive("Foo"))
    with opened(browser, server, viewport=WIDE) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        page.drop(tmp_path)
        page.await_failure("That is a folder")
        page.back()
        page.await_result("TrailKit")

        page.drag(archive)
        assert page.page.evaluate(OVERLAY) == '"Drop to convert"'
        page.drop(archive)
        page.await_result("Foo")

        assert page.page.evaluate(OVERLAY) == "none"
        page.back()
        expect(page.button("Convert")).to_be_visible()
        page.assert_quiet()


def test_cancelled_after_a_drop_on_a_result_back_leads_to_the_result(
    browser: Browser, server: Server, slow_file: Path
) -> None:
    with opened(browser, server, viewport=WIDE) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        page.drop(slow_file)
        with held(server):
            page.button("Cancel").click()
        expect(page.button("Convert")).to_be_visible()

        page.back()

        page.await_result("TrailKit")


def test_what_is_dragged_over_an_error_or_the_form_is_seen_to_be_welcome(
    browser: Browser, server: Server, damaged: Path
) -> None:
    over = re.compile(r"\bover\b")
    with opened(browser, server, viewport=WIDE) as page:
        body = page.page.locator("body")
        page.drag(SAMPLE)
        expect(body).to_have_class(over)
        assert page.page.evaluate(OVERLAY) == "none"
        expect(page.page.locator(".drop")).to_have_css("border-style", "solid")
        page.drop(damaged)
        page.await_failure("The archive is damaged")
        expect(body).not_to_have_class(over)
        page.drag(SAMPLE)
        assert page.page.evaluate(OVERLAY) == '"Drop to convert"'


def test_nothing_can_be_dropped_while_an_archive_is_on_its_way(
    browser: Browser, server: Server, slow_file: Path
) -> None:
    with opened(browser, server, viewport=WIDE) as page:
        page.convert(slow_file)
        with held(server):
            page.drop(SAMPLE)
            expect(page.page.locator("#work-title")).to_contain_text("Slow")
            expect(page.page.locator("body")).not_to_have_class(re.compile(r"\bover\b"))
            page.button("Cancel").click()


def drag_by_mouse(page: WebPage, what: Locator, to: Locator) -> None:
    needs_chromium("dragging")
    mouse = page.page.mouse
    start, end = what.bounding_box(), to.bounding_box()
    assert start is not None
    assert end is not None
    mouse.move(start["x"] + 10, start["y"] + start["height"] / 2)
    mouse.down()
    for step in (10, 60, 90):  # the first begins it
        mouse.move(end["x"] + step, end["y"] + end["height"] / 2)
    mouse.up()


DRAGGED = """
window.dragged = [];
for (const kind of ["dragstart", "drop", "dragend"])
  document.addEventListener(kind, () => window.dragged.push(kind), true);
"""


def test_what_is_dragged_within_the_page_changes_nothing(
    browser: Browser, server: Server, damaged: Path
) -> None:
    with opened(browser, server, viewport=WIDE) as page:
        page.page.evaluate(DRAGGED)
        page.choose(SAMPLE)
        drag_by_mouse(page, page.page.locator(".brand img"), page.page.locator(".drop"))
        page.page.locator(".lead").select_text()
        drag_by_mouse(page, page.page.locator(".lead"), page.page.locator(".drop"))
        assert page.page.evaluate("window.dragged").count("dragstart") == 2
        expect(page.button("Convert")).to_be_visible()
        value: str = page.page.locator("#file").input_value()
        assert value.endswith(SAMPLE.name)

        page.choose(damaged)
        page.button("Convert").click()
        page.await_failure("The archive is damaged")
        drag_by_mouse(page, page.page.locator(".brand img"), page.page.locator("#failure-detail"))
        assert page.page.evaluate("window.dragged").count("dragstart") == 3
        expect(page.page.locator("#failure-title")).to_have_text("The archive is damaged")
        page.drop(SAMPLE)  # what comes from outside is still taken
        page.await_result("TrailKit")


PICTURE_AS_FILE = """
() => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["<svg/>"], "icon.svg"));
  const logo = document.querySelector(".brand img");
  for (const kind of ["dragstart", "dragenter", "dragover", "drop", "dragend"])
    logo.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true }));
}
"""


def test_a_picture_of_the_page_is_no_archive_though_chromium_offers_it_as_a_file(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server, viewport=WIDE) as page:
        page.page.evaluate(PICTURE_AS_FILE)

        expect(page.button("Convert")).to_be_visible()
        expect(page.page.locator("#file")).to_have_value("")
        page.drop(SAMPLE)
        page.await_result("TrailKit")
