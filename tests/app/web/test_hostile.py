"""Markdown, titles and names of an upload run nothing, load nothing, and pass for no part of us."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, expect

from tests.app.archives import article, page_entry, zipped
from tests.app.serving import Server
from tests.app.web.page import SAMPLE, WebPage, opened

RUN = "window.ran=(window.ran||0)+1;alert(1)"

MARKUP = f"""<img src=x onerror="{RUN}"><script>{RUN}</script><svg onload="{RUN}"></svg>"""

MARKDOWN = (
    Path(__file__)
    .with_name("hostile.md")
    .read_text()
    .replace("MARKUP", MARKUP.replace('"', "'"))
    .replace("RUN", RUN)
)

UNSEEN = """
() => ({
  ran: window.ran ?? 0,
  polluted: ({}).polluted ?? null,
  elements: [...document.querySelectorAll("#rendered *")].map((one) => one.localName)
    .filter((name) => ["script", "style", "svg", "math", "form", "input", "iframe", "object",
      "base", "link", "meta"].includes(name)),
  attributes: [...document.querySelectorAll("#result *")]
    .flatMap((one) => one.getAttributeNames())
    .filter((name) => name.startsWith("on") || ["style", "name", "srcdoc"].includes(name)),
  ids: [...document.querySelectorAll("#rendered [id]")].map((one) => one.id),
  schemes: [...document.querySelectorAll("#result a[href]")].map((one) => one.protocol),
  twice: [...document.querySelectorAll("[id]")].map((one) => one.id)
    .filter((id, at, all) => all.indexOf(id) !== at),
})
"""


def watched(page: WebPage) -> list[str]:
    """What runs or is fetched from now on."""
    seen: list[str] = []

    def dialog(shown: Dialog) -> None:
        seen.append(shown.message)
        shown.dismiss()

    page.page.on("dialog", dialog)
    page.page.on("popup", lambda popup: seen.append(popup.url))
    return seen


def assert_harmless(page: WebPage, seen: list[str]) -> None:
    told = page.page.evaluate(UNSEEN)
    assert told["ran"] == 0
    assert told["polluted"] is None
    assert told["elements"] == told["attributes"] == told["twice"] == []
    assert all(name.startswith("md-") for name in told["ids"])
    assert set(told["schemes"]) <= {"http:", "https:", "mailto:", "blob:"}
    assert seen == []
    assert page.seen.hosts - {""} == {page.host}


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


@pytest.fixture
def hostile_server(start_server: Callable[..., Server], tmp_path: Path) -> Server:
    """One whose converter answers hostile Markdown under hostile names."""
    pages = tmp_path / "pages"
    names = ["page.md", "<img src=x onerror=alert(1)>.md", "javascript:alert(1).md"]
    names += ["constructor.md", "a/__proto__.md", "a/'\"&lt;b&gt;#?%41.md"]
    for name in names:
        path = pages / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(MARKDOWN)
    program = tmp_path / "converter"
    program.write_text(
        f"#!/bin/sh\n[ $1 = --help ] && exit 0\nmkdir output; cp -r {pages}/. output\n"
    )
    program.chmod(0o755)
    return start_server(CONVERTER_COMMAND=program)


def test_hostile_markdown_of_a_converter_runs_nothing(
    browser: Browser, hostile_server: Server
) -> None:
    with opened(browser, hostile_server, viewport={"width": 1280, "height": 900}) as page:
        seen = watched(page)
        page.convert(SAMPLE)
        expect(page.page.locator("#result")).to_be_visible()
        links = page.page.locator("#tree a")
        expect(links).to_have_count(6)
        for number in range(6):
            links.nth(number).click()
            expect(links.nth(number)).to_have_attribute("aria-current", "page")
            page.button("Markdown").click()
            expect(page.page.locator("#source pre")).to_have_text(MARKDOWN)
            page.button("Preview").click()
            page.page.locator("#rendered summary").click()
            assert_harmless(page, seen)
            page.assert_quiet()

        # What is ours is shown all the same.
        expect(page.page.locator("#rendered em").last).to_have_text("kept")
        expect(page.page.locator("#rendered pre")).to_have_text(f"<script>{RUN}</script>")
        expect(page.page.locator("#rendered h3")).to_have_text(f'<img src=x onerror="{RUN}">')


PASSED_AS_HTML = """
async (html) => {
  const { clean } = await import("/static/js/markdown.js");
  const root = document.getElementById("rendered");
  root.replaceChildren(clean(html));
  document.getElementById("result").hidden = false;
  return root.innerHTML;
}
"""


def test_what_passes_for_html_is_cleaned_of_all_that_acts(browser: Browser, server: Server) -> None:
    """The second net alone: as if the renderer had let all of it through."""
    with opened(browser, server) as page:
        seen = watched(page)
        html: str = page.page.evaluate(PASSED_AS_HTML, MARKDOWN)

        assert "<em>kept</em>" in html
        assert "src=" not in html
        assert "id=" not in html
        assert_harmless(page, seen)


def test_hostile_titles_and_texts_of_an_archive_run_nothing(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "<img src=x onerror=alert(1)>.zip"
    entry = page_entry("<svg onload=alert(1)>")
    page_of_markup = article("Foo") | {
        "metadata": {"title": MARKUP, "role": "article"},
        "abstract": [{"type": "text", "text": MARKDOWN}],
        "primaryContentSections": [{"kind": "content", "content": [{"type": MARKUP}]}],
    }
    metadata = {"bundleDisplayName": MARKUP, "schemaVersion": {"major": 0, "minor": 1, "patch": 0}}
    archive.write_bytes(
        zipped(
            {
                entry: json.dumps(page_of_markup).encode(),
                page_entry("<script>alert(1)<-script>"): b"{",
                "Foo.doccarchive/metadata.json": json.dumps(metadata).encode(),
            }
        )
    )
    with opened(browser, server) as page:
        seen = watched(page)
        page.convert(archive)

        expect(page.page.locator("#result-title")).to_have_text(MARKUP)
        expect(page.page.locator("#origin")).to_contain_text("<img src=x onerror=alert(1)>.zip")
        expect(page.page.locator("#tree a")).to_have_text([MARKUP])
        page.page.get_by_text("1 skipped page").click()
        page.page.get_by_label("Filter pages").fill("<img")
        expect(page.page.locator("#hits")).to_have_text("1 page found.")
        assert_harmless(page, seen)
        page.assert_quiet()


def test_a_hostile_name_in_an_error_runs_nothing(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "<script>alert(1)<&>.zip"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened_archive:
        opened_archive.writestr(f"../{MARKUP}", b"")
    archive.write_bytes(buffer.getvalue())
    with opened(browser, server) as page:
        seen = watched(page)
        page.convert(archive)

        page.await_failure("The archive contains an entry with an unsafe name")
        assert page.fact("Entry").startswith("'../<img src=x")
        assert (
            page.page.evaluate("document.querySelectorAll('#failure img, #failure script').length")
            == 0
        )
        assert page.page.evaluate("window.ran ?? 0") == 0
        assert seen == []


def test_that_nothing_ran_means_something(browser: Browser, server: Server) -> None:
    """The markers above would be seen: by a script of the test itself, which the policy lets be."""
    with opened(browser, server) as page:
        seen = watched(page)
        page.page.evaluate(RUN)

        assert page.page.evaluate("window.ran") == 1
        assert seen == ["1"]
