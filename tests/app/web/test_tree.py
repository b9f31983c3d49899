"""The tree of pages: what it shows of a large archive, and in which order."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.app.archives import article, doccarchive
from tests.app.serving import Server
from tests.app.web.page import SAMPLE, WebPage, opened

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


NAME_IN_VIEW = """
() => {
  const tree = document.getElementById("tree");
  const name = document.querySelector("#tree a[aria-current] span").getBoundingClientRect();
  const { left } = tree.getBoundingClientRect();
  return name.left >= left && name.right <= left + tree.clientWidth && name.height < 24;
}
"""
"""In one line, which is how high a name of four letters is."""


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_the_name_of_a_page_below_forty_folders_can_be_read(
    browser: Browser, server: Server, tmp_path: Path, size: dict[str, int]
) -> None:
    folders = "/".join(f"n{number}" for number in range(40))
    archive = tmp_path / "Deep.zip"
    deep = {f"{folders}/deep": json.dumps(article("Deep")).encode()}
    archive.write_bytes(doccarchive("Flat", **deep))
    with opened(browser, server, viewport=size) as page:
        page.convert(archive)
        page.await_result("Flat")
        go_to(page, f"documentation/{folders}/deep.md")
        assert page.page.evaluate(NAME_IN_VIEW)
        assert page.page.evaluate("document.getElementById('tree').scrollLeft > 0")

        go_to(page, "documentation/flat.md")
        assert page.page.evaluate(NAME_IN_VIEW)
        assert page.page.evaluate("document.getElementById('tree').scrollLeft") == 0
        page.assert_quiet()


def test_a_long_branch_is_drawn_only_up_to_the_page(
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


def overload(argument: str) -> dict[str, Any]:
    """A symbol `run(_:)` that takes an argument of this type."""
    tokens = [{"kind": "text", "text": f"func run(_ value: {argument})"}]
    declaration = {"tokens": tokens, "platforms": ["macOS"], "languages": ["swift"]}
    return article("run(_:)") | {
        "kind": "symbol",
        "metadata": {"title": "run(_:)", "role": "symbol", "symbolKind": "method"},
        "primaryContentSections": [{"kind": "declarations", "declarations": [declaration]}],
    }


@pytest.fixture(scope="module")
def curated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page that lists others in an order of its own; of two names there are two pages each."""
    listed = {
        "zebra": article("Zebra"),
        "run(_:)-2b": overload("String"),
        "run(_:)-1a": overload("Int"),
        "notes-2": article("Notes"),
        "notes-1": article("Notes"),
        "apple": article("Apple"),
    }
    urls = {f"doc://x/{name}": f"/documentation/kit/{name}" for name in listed}
    kit = article("Kit") | {
        "topicSections": [{"title": "All", "identifiers": [*urls]}],
        "references": {
            identifier: {"type": "topic", "title": "?", "identifier": identifier, "url": url}
            for identifier, url in urls.items()
        },
    }
    pages = {f"kit/{name}": json.dumps(page).encode() for name, page in listed.items()}
    path = tmp_path_factory.mktemp("curated") / "Curated.zip"
    path.write_bytes(doccarchive(kit=json.dumps(kit).encode(), **pages))
    return path


def test_the_tree_is_in_the_order_of_its_authors_and_tells_pages_of_one_name_apart(
    browser: Browser, server: Server, curated_file: Path
) -> None:
    with opened(browser, server) as page:
        page.convert(curated_file)
        page.await_result("Kit")

        expect(page.page.locator("#tree a")).to_have_text(
            [
                "Kit",
                "Zebra",
                "run(_:)func run(_ value: String)",
                "run(_:)func run(_ value: Int)",
                "Notesnotes-2.md",
                "Notesnotes-1.md",
                "Apple",
            ]
        )


def test_the_tree_of_the_sample_is_that_of_its_contents(browser: Browser, server: Server) -> None:
    with opened(browser, server) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")

        names = page.page.locator("#tree a").all_inner_texts()
        assert names[:5] == [
            "TrailKit",
            "Planning a walk",
            "Trail",
            "init(name:length:)",
            "duration(at:)",
        ]
