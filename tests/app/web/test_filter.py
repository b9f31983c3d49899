"""The filter of pages: what it finds, in which order, and that all of it can be seen."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.app.archives import article, doccarchive
from tests.app.serving import Server
from tests.app.web.page import SAMPLE, opened


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


@pytest.fixture(scope="module")
def requests_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hundred pages whose path alone says `request`, and after them some whose title does."""
    titles = {f"a/request{number:03}": f"Handler {number:03}" for number in range(200)}
    titles |= {"b/one": "The Request", "c/one": "RequestBody", "d/one": "Request", "e/one": "Other"}
    path = tmp_path_factory.mktemp("requests") / "Requests.zip"
    pages = {name: json.dumps(article(title)).encode() for name, title in titles.items()}
    path.write_bytes(doccarchive("Kit", **pages))
    return path


def test_the_filter_finds_pages_by_title_and_path(browser: Browser, server: Server) -> None:
    with opened(browser, server) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")

        page.page.get_by_label("Filter pages").fill("PACE str")

        expect(page.page.locator("#hits")).to_have_text("2 pages found.")
        expect(page.page.locator("#tree a")).to_have_text(
            [
                "Pace.strolldocumentation/trailkit/pace/stroll.md",
                "Pace.stridedocumentation/trailkit/pace/stride.md",
            ]
        )
        page.page.get_by_label("Filter pages").fill("")
        expect(page.page.locator("#tree a")).to_have_count(11)


def test_the_filter_shows_the_title_itself_first_then_its_beginning_then_titles_then_paths(
    browser: Browser, server: Server, requests_file: Path
) -> None:
    with opened(browser, server) as page:
        page.convert(requests_file)
        page.await_result("Kit")

        page.page.get_by_label("Filter pages").fill("rEquest")

        names = page.page.locator("#tree a span:first-child")
        expect(names.first).to_have_text("Request")
        assert names.all_inner_texts()[:4] == [
            "Request",
            "RequestBody",
            "The Request",
            "Handler 000",
        ]


def test_what_a_filter_finds_can_all_be_seen(
    browser: Browser, server: Server, requests_file: Path
) -> None:
    with opened(browser, server) as page:
        page.convert(requests_file)
        page.await_result("Kit")

        page.page.get_by_label("Filter pages").fill("request")
        expect(page.page.locator("#hits")).to_have_text("203 pages found.")
        links = page.page.locator("#tree a")
        expect(links).to_have_count(200)
        page.button("Show more: 3 pages left").click()

        expect(links).to_have_count(203)
        expect(links.nth(200)).to_be_focused()
        expect(links.last).to_contain_text("Handler 199")


@pytest.mark.parametrize(
    ("name", "first", "count"),
    [
        ("Trail.duration", "duration(at:)", 1),
        ("trail.duration(at:)", "duration(at:)", 1),
        ("TrailKit.Trail.duration(at:)", "duration(at:)", 1),
        ("TrailKit.Trail", "Trail", 4),
        ("TrailKit.Pace.stroll", "Pace.stroll", 1),
        ("stroll", "Pace.stroll", 1),
    ],
)
def test_the_filter_finds_symbols_by_the_names_that_code_has_for_them(
    browser: Browser, server: Server, name: str, first: str, count: int
) -> None:
    with opened(browser, server) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")

        page.page.get_by_label("Filter pages").fill(name)

        expect(page.page.locator("#tree a span:first-child").first).to_have_text(first)
        expect(page.page.locator("#tree a")).to_have_count(count)


def test_enter_opens_the_first_hit_and_leads_into_the_page(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        filter_field = page.page.get_by_label("Filter pages")
        filter_field.fill("Trail.dur")

        filter_field.press("Enter")

        expect(page.page.locator("#rendered h3")).to_have_text("duration(at:)")
        expect(page.page.locator("#rendered")).to_be_focused()


def test_a_filter_without_hits_says_what_was_searched(browser: Browser, server: Server) -> None:
    with opened(browser, server) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        filter_field = page.page.get_by_label("Filter pages")

        filter_field.fill("nowhere")
        filter_field.press("Enter")

        expect(page.page.locator("#hits")).to_have_text("No page has this in its title or path.")
        expect(page.page.locator("#page-path")).to_have_text("documentation/trailkit.md")
        expect(filter_field).to_be_focused()
        page.assert_quiet()


_LINES = """
(shown) => {
  const lines = new Map();
  for (const node of shown.childNodes) {
    for (let at = 0; at < (node.data ?? "").length; at += 1) {
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const { top } = range.getBoundingClientRect();
      lines.set(top, (lines.get(top) ?? "") + node.data[at]);
    }
  }
  return [...lines.values()];
}
"""


def test_a_path_too_long_for_a_line_goes_on_behind_a_slash(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Long.zip"
    title = {
        "documentationofmyveryverylongkit/routerbuilderguide": json.dumps(article("Guide")).encode()
    }
    archive.write_bytes(doccarchive("Kit", **title))
    with opened(browser, server, viewport={"width": 1280, "height": 900}) as page:
        page.convert(archive)
        page.await_result("Kit")

        page.page.get_by_label("Filter pages").fill("guide")

        assert page.page.locator("#tree .where").evaluate(_LINES) == [
            "documentation/",
            "documentationofmyveryverylongkit/",
            "routerbuilderguide.md",
        ]
