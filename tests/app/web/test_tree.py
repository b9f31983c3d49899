"""The tree of pages: what it shows of a large archive, and in which order."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.app.archives import doccarchive
from tests.app.serving import Server
from tests.app.web.page import WebPage, opened

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


@pytest.fixture(scope="module")
def many_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More pages under one folder than are drawn at once."""
    path = tmp_path_factory.mktemp("many") / "Many.zip"
    path.write_bytes(doccarchive(*(f"Page{number:03}" for number in range(700))))
    return path


def scrolled(page: WebPage) -> float:
    top: float = page.page.evaluate("document.getElementById('tree').scrollTop")
    return top


def go_to(page: WebPage, path: str) -> None:
    page.page.evaluate("(path) => { location.hash = `#/${path}`; }", path)
    expect(page.page.locator("#page-path")).to_have_text(path)


IN_VIEW = """
() => {
  const link = document.querySelector("#tree a[aria-current]").getBoundingClientRect();
  const tree = document.getElementById("tree").getBoundingClientRect();
  return link.top >= tree.top - 1 && link.bottom <= tree.bottom + 1;
}
"""


def test_the_page_that_is_shown_is_brought_into_view_in_the_tree_alone(
    browser: Browser, server: Server, many_file: Path
) -> None:
    with opened(browser, server, viewport=WIDE) as page:
        page.convert(many_file)
        page.await_result("Page000")
        window: float = page.page.evaluate("scrollY")

        for path in ("documentation/page650.md", "documentation/page020.md"):
            go_to(page, path)
            current = page.page.locator("#tree a[aria-current]")
            expect(current).to_have_attribute("data-path", path)
            assert page.page.evaluate(IN_VIEW)

        expect(page.page.locator("#tree a")).to_have_count(700)
        assert page.page.evaluate("scrollY") == window
        page.assert_quiet()


def test_of_a_long_branch_no_more_is_brought_forward_than_leads_to_the_page(
    browser: Browser, server: Server, many_file: Path
) -> None:
    with opened(browser, server, viewport=WIDE) as page:
        page.convert(many_file)
        page.await_result("Page000")

        go_to(page, "documentation/page399.md")
        expect(page.page.locator("#tree a")).to_have_count(400)
        page.button("Show more: 300 pages left").click()
        expect(page.page.locator("#tree a")).to_have_count(600)


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_the_tree_of_a_new_result_begins_at_its_top(
    browser: Browser, server: Server, many_file: Path, size: dict[str, int]
) -> None:
    with opened(browser, server, viewport=size) as page:
        page.convert(many_file)
        page.await_result("Page000")
        page.page.locator("#tree").evaluate("(tree) => { tree.scrollTop = 3000; }")
        assert scrolled(page) > 2000

        page.button("Convert another").click()
        page.convert(many_file)
        page.await_result("Page000")

        assert scrolled(page) == 0


def test_a_filter_begins_at_its_first_hit_and_the_tree_comes_back_to_the_page(
    browser: Browser, server: Server, many_file: Path
) -> None:
    with opened(browser, server, viewport=WIDE) as page:
        page.convert(many_file)
        page.await_result("Page000")
        go_to(page, "documentation/page650.md")
        page.page.get_by_label("Filter pages").fill("page")
        expect(page.page.locator("#tree .hits a")).to_have_count(200)
        assert scrolled(page) == 0

        page.page.get_by_label("Filter pages").fill("")

        expect(page.page.locator("#tree a[aria-current]")).to_have_text("Page650")
        assert page.page.evaluate(IN_VIEW)
