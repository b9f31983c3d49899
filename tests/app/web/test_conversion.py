"""From a drop to the bundle on disk, and whatever may come between."""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.app.archives import ROOT as ARCHIVE_ROOT
from tests.app.archives import (
    article,
    doccarchive,
    illustrated_doccarchive,
    names_in,
)
from tests.app.browser import visit
from tests.app.processes import stopped
from tests.app.serving import CONVERT, NEEDS_PROC, Server, eventually, held
from tests.app.web.page import SAMPLE, WebPage, digest, opened
from tests.test_corpus import CORPUS

pytestmark = NEEDS_PROC

LARGE_BYTES = 120 << 20


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server(CONVERSION_SLOTS=2)


@pytest.fixture(scope="module")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page, and a video of 120 MB that no page shows."""
    path = tmp_path_factory.mktemp("large") / "Large.doccarchive.zip"
    path.write_bytes(doccarchive("Large"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"{ARCHIVE_ROOT}/videos/film.mp4", bytes(LARGE_BYTES))
    return path


def by_command_line(archive: Path, folder: Path, *options: str) -> bytes:
    result = folder / "by-command-line.zip"
    command = [sys.executable, "-m", "docc2context", "convert", str(archive), "-o", str(result)]
    subprocess.run([*command, *options], check=True, capture_output=True)
    return result.read_bytes()


def real_archive() -> Path:
    """One of the corpus, else the sample."""
    found = CORPUS / "specification-core.doccarchive.zip"
    return found if found.exists() else SAMPLE


def test_a_dropped_archive_is_converted_read_and_saved_as_the_command_line_does(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = real_archive()
    expected = by_command_line(archive, tmp_path)
    with opened(browser, server, viewport={"width": 1280, "height": 900}) as page:
        page.drop(archive)

        expect(page.page.locator("#result")).to_be_visible()
        expect(page.page.locator("#result-title")).to_be_focused()
        expect(page.page.locator("#rendered h3").first).to_be_visible()
        count = len([name for name in names_in(expected) if name.endswith(".md")])
        assert page.figure("Pages") == f"{count:,}"
        name, data = page.download()
        assert name == f"{archive.name.split('.')[0]}-markdown.zip"
        assert digest(data) == digest(expected)
        page.assert_quiet()


def test_the_example_for_a_shell_names_the_address_that_the_page_has(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server) as page:
        expect(page.page.locator("#shell code")).to_have_text(
            "curl -fsS -F file=@MyKit.doccarchive.zip \\"
            f" http://{page.host}/api/v1/convert -o MyKit-markdown.zip"
        )
    with visit(browser, java_script_enabled=False) as without_scripts:
        without_scripts.page.goto(f"http://{page.host}/")
        expect(without_scripts.page.locator("#shell pre")).to_contain_text(
            "http://localhost:8000/api/v1/convert"
        )
        expect(without_scripts.page.locator("#shell .hint")).to_have_text(
            "Without scripts, this page does not know its own address: "
            "put that in place of http://localhost:8000."
        )


def test_the_page_says_how_to_get_an_archive(browser: Browser, server: Server) -> None:
    with opened(browser, server, viewport={"width": 320, "height": 700}) as page:
        steps = page.page.locator(".how li")
        expect(steps.first).to_be_hidden()
        page.page.get_by_text("How do I get one?").click()

        expect(steps.first).to_contain_text("swift package generate-documentation")
        expect(steps.last).to_contain_text("zip -r MyKit.doccarchive.zip MyKit.doccarchive")
        assert page.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_result_tells_its_figures_and_shows_pages_rendered_and_as_they_are(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server, viewport={"width": 1280, "height": 900}) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        tab = page.page

        names = ("Pages", "Skipped pages", "Unknown nodes", "Missing references", "Archive")
        assert [page.figure(name) for name in names] == ["11", "0", "0", "0", "10.4 KiB"]
        tab.get_by_role("link", name="duration(at:)").click()
        expect(tab.locator("#page-path")).to_have_text(
            "documentation/trailkit/trail/duration(at-).md"
        )
        expect(tab.locator("#rendered h4").first).to_have_text("Parameters")
        expect(tab.locator("#rendered pre")).to_have_text("func duration(at pace: Pace) -> Double")
        page.button("Markdown").click()
        expect(tab.locator("#source pre")).to_contain_text(
            '---\ntitle: "duration(at:)"\nkind: "symbol"'
        )
        expect(tab.locator("#rendered")).to_be_hidden()
        page.assert_quiet()


def test_a_link_between_pages_leads_there_and_back_again(browser: Browser, server: Server) -> None:
    with opened(browser, server, viewport={"width": 1280, "height": 900}) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        path = page.page.locator("#page-path")

        page.page.locator("#rendered").get_by_role("link", name="Your first trail").click()
        expect(path).to_have_text("tutorials/trailkit/your-first-trail.md")
        expect(page.page.locator("#rendered")).to_be_focused()
        page.back()
        expect(path).to_have_text("documentation/trailkit.md")

        outside = page.page.locator("#rendered").get_by_role("link", name="OpenStreetMap")
        assert outside.get_attribute("rel") == "noopener noreferrer"
        assert outside.get_attribute("target") == "_blank"
        page.assert_quiet()


def test_a_link_to_a_heading_leads_to_it_and_moves_nothing_else(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    lines = [{"type": "paragraph", "inlineContent": [{"type": "text", "text": "x"}]}] * 60
    heading = {"type": "heading", "level": 2, "text": "Far below", "anchor": "Far-below"}
    url = "doc://x/documentation/Long#Far-below"
    section = {"type": "section", "title": "Far below", "url": "/documentation/long#Far-below"}
    content = [
        {"type": "paragraph", "inlineContent": [{"type": "reference", "identifier": url}]},
        *(*lines, heading, *lines),
    ]
    long = article("Long") | {
        "primaryContentSections": [{"kind": "content", "content": content}],
        "references": {url: section | {"identifier": url, "kind": "section"}},
    }
    archive = tmp_path / "Long.zip"
    archive.write_bytes(doccarchive(long=json.dumps(long).encode()))
    with opened(browser, server) as page:
        page.convert(archive)
        page.await_result("Long")

        page.page.locator("#rendered").get_by_role("link", name="Far below").click()

        target = page.page.get_by_role("heading", name="Far below")
        expect(target).to_be_focused()
        expect(target).to_be_in_viewport()
        assert page.page.evaluate("document.getElementById('rendered').scrollTop") > 1000
        expect(page.page.locator("#page-path")).to_be_in_viewport()


def test_assets_come_along_if_asked_for_and_are_shown(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Lake.zip"
    archive.write_bytes(illustrated_doccarchive())
    with opened(browser, server) as page:
        page.page.get_by_label("Include the images").check()
        page.convert(archive)
        page.await_result("Foo")

        source = page.page.locator("#rendered img").get_attribute("src")
        assert (source or "").startswith("data:image/png;base64,")
        assert (page.figure("Assets"), page.figure("Pages")) == ("1", "1")
        assert digest(page.download()[1]) == digest(by_command_line(archive, tmp_path, "--assets"))
        page.assert_quiet()


def test_where_a_page_lacks_its_image_the_archive_can_be_converted_again_with_it(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Lake.zip"
    archive.write_bytes(illustrated_doccarchive())
    with opened(browser, server) as page:
        again = page.button("Convert again with images")
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        expect(again).to_be_hidden()
        page.button("Convert another").click()
        page.convert(archive)
        page.await_result("Foo")
        page.button("Convert another").click()
        page.choose(SAMPLE)
        page.back()  # where the file is no longer the one that is chosen

        again.click()

        expect(page.page.locator("#rendered img")).to_have_attribute("alt", "A lake")
        assert (page.figure("Assets"), page.figure("Pages")) == ("1", "1")
        expect(again).to_be_hidden()
        page.button("Convert another").click()
        expect(page.page.get_by_label("Include the images")).to_be_checked()


def test_a_count_of_no_assets_is_shown_only_where_they_were_asked_for(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server) as page:
        page.page.get_by_label("Include the images").check()
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        assert page.figure("Assets") == "0"

        page.button("Convert another").click()
        page.page.get_by_label("Include the images").uncheck()
        page.convert(SAMPLE)
        page.await_result("TrailKit")

        names = page.page.locator("#figures dt").all_inner_texts()
        assert names[-3:] == ["Archive", "Bundle, unpacked", "Bundle, zipped"]
        assert "Assets" not in names


RECORD_AMOUNTS = """
window.amounts = [];
const amount = document.getElementById("amount");
new MutationObserver(() => amounts.push(amount.textContent)).observe(amount, { childList: true });
"""


def test_an_upload_of_120_megabytes_tells_how_far_it_is(
    browser: Browser, server: Server, large_file: Path
) -> None:
    with opened(browser, server) as page:
        page.page.evaluate(RECORD_AMOUNTS)
        with stopped(server.process.pid):
            page.convert(large_file)
            # The kernel takes a part of it; the rest waits until the service goes on.
            expect(page.page.locator("#amount")).to_contain_text("of 120 MiB")
            expect(page.page.locator("#work-title")).to_have_text(f"Sending {large_file.name}")
            expect(page.page.locator("#work-title")).to_be_focused()

        page.await_result("Large")
        assert page.figure("Archive") == "120 MiB"
        amounts: list[str] = page.page.evaluate("window.amounts")
        sent = [re.match(r"(\d+) %: .* of 120 MiB$", amount) for amount in amounts]
        percents = [int(match[1]) for match in sent if match]
        assert percents == sorted(percents)
        assert percents[0] == 0
        assert any(0 < percent < 100 for percent in percents)
        page.assert_quiet()
    eventually(server.is_idle, "nothing is left of the upload")


def test_a_browser_that_tells_late_that_all_is_sent_as_firefox_does_shows_the_conversion(
    browser: Browser, server: Server, slow_file: Path
) -> None:
    with visit(browser) as seen:
        seen.page.add_init_script(
            'Object.defineProperty(XMLHttpRequestUpload.prototype, "onload", { set() {} });'
        )
        page = WebPage(seen, server)
        page.convert(slow_file)

        expect(page.page.locator("#work-title")).to_have_text(f"Converting {slow_file.name}")
        page.button("Cancel").click()


def test_cancelled_in_the_upload_it_leaves_no_work_and_the_file_stays_chosen(
    browser: Browser, server: Server, large_file: Path
) -> None:
    with server.undisturbed(), opened(browser, server) as page:
        before = len(server.events("conversion_finished"))
        with stopped(server.process.pid):
            page.convert(large_file)
            expect(page.page.locator("#work-title")).to_contain_text("Sending")
            page.button("Cancel").click()
            expect(page.page.locator("#said")).to_contain_text("Cancelled")
            expect(page.page.locator("#file")).to_be_focused()

        eventually(server.is_idle, "nothing is left of the upload")
        assert len(server.events("conversion_finished")) == before
        page.button("Convert").click()
        page.await_result("Large")


def test_cancelled_in_the_conversion_it_leaves_no_work(
    browser: Browser, server: Server, slow_file: Path
) -> None:
    with server.undisturbed(), opened(browser, server) as page:
        page.convert(slow_file)
        expect(page.page.locator("#work-title")).to_have_text("Converting Slow.doccarchive.zip")
        with held(server):
            assert page.page.locator("#bar").get_attribute("value") is None
            page.button("Cancel").click()

            eventually(server.is_idle, "nothing is left of the conversion")
        assert server.events("conversion_finished")[-1]["outcome"] == "cancelled"
        expect(page.button("Convert")).to_be_visible()


TWICE = "(button) => { button.click(); button.click(); }"
"""Faster than the page reads of a file what it judges before it sends."""


def test_a_button_clicked_twice_sends_one_archive(browser: Browser, server: Server) -> None:
    with opened(browser, server) as page:
        sent: list[str] = []

        def answer(route: Route) -> None:
            sent.append(route.request.method)
            if len(sent) == 1:
                route.fulfill(status=502)
            else:
                route.continue_()

        page.page.route(f"**{CONVERT}", answer)
        page.choose(SAMPLE)
        page.button("Convert").evaluate(TWICE)
        page.await_failure("Something else answered")
        assert sent == ["POST"]
        page.button("Try again").evaluate(TWICE)
        page.await_result("TrailKit")
        assert sent == ["POST"] * 2


def test_a_reload_in_the_middle_ends_the_work_and_begins_anew(
    browser: Browser, server: Server, slow_file: Path
) -> None:
    with server.undisturbed(), opened(browser, server) as page:
        page.convert(slow_file)
        with held(server):
            page.page.reload()

            eventually(server.is_idle, "nothing is left of the conversion")
        expect(page.button("Convert")).to_be_visible()
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        page.page.reload()
        expect(page.button("Convert")).to_be_visible()
        assert page.page.url == f"http://{page.host}/"


def test_two_tabs_convert_at_once(
    browser: Browser, server: Server, slow_file: Path, tmp_path: Path
) -> None:
    with visit(browser) as first, visit(browser) as second:
        slow, quick = WebPage(first, server), WebPage(second, server)
        slow.convert(slow_file)
        with held(server):
            quick.convert(SAMPLE)
            quick.await_result("TrailKit")
            expect(slow.page.locator("#work-title")).to_contain_text("Converting")

        expect(slow.page.locator("#figures dd").first).to_have_text("20,000")
        assert digest(quick.download()[1]) == digest(by_command_line(SAMPLE, tmp_path))
        for page in (slow, quick):
            page.assert_quiet()


def test_only_the_visible_ones_of_twenty_thousand_pages_are_drawn(
    browser: Browser, server: Server, slow_file: Path
) -> None:
    with opened(browser, server) as page:
        page.convert(slow_file)
        expect(page.page.locator("#hits")).to_have_text("20,000 pages.")

        links = page.page.locator("#tree a")
        expect(links).to_have_count(200)
        page.page.get_by_role("button", name="Show more").click()
        expect(links).to_have_count(400)
        expect(links.nth(200)).to_be_focused()
        page.page.get_by_label("Filter pages").fill("page1999")
        expect(page.page.locator("#hits")).to_have_text("11 pages found.")
        page.page.get_by_label("Filter pages").fill("page")
        expect(page.page.locator("#hits")).to_have_text("20,000 pages found.")
        expect(links).to_have_count(200)


def test_skipped_pages_and_unknown_nodes_are_named(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    poll = article("Poll") | {
        "primaryContentSections": [{"kind": "content", "content": [{"type": "poll", "text": "?"}]}],
        "abstract": [{"type": "reference", "identifier": "doc://nowhere", "isActive": True}],
    }
    archive = tmp_path / "Odd.zip"
    archive.write_bytes(doccarchive("Foo", bad=b"{no json", poll=json.dumps(poll).encode()))
    with opened(browser, server) as page:
        page.convert(archive)
        expect(page.page.locator("#result")).to_be_visible()

        assert (page.figure("Skipped pages"), page.figure("Unknown nodes")) == ("1", "1")
        page.page.get_by_text("1 skipped page, with the reason").click()
        expect(page.page.locator("#losses li").first).to_contain_text("data/documentation/bad.json")
        page.page.get_by_text("1 unknown node, by kind").click()
        expect(page.page.locator("#losses li").nth(1)).to_have_text("block:poll 1 time")
        page.page.get_by_text("1 missing reference, with the page").click()
        expect(page.page.locator("#losses li").last).to_have_text(
            "doc://nowhere on documentation/poll.md"
        )
        meanings = page.page.locator("#losses .hint")
        expect(meanings.nth(0)).to_contain_text("Its words are kept as far as they can be read.")
        expect(meanings.nth(1)).to_contain_text("the archive does not describe")
        for number, name in enumerate(("Unknown nodes", "Missing references")):
            term = page.page.locator("#figures").get_by_text(name)
            expect(term).to_have_attribute("title", meanings.nth(number).inner_text())

        page.page.locator("#losses").get_by_role("link", name="documentation/poll.md").click()
        expect(page.page.locator("#rendered h3")).to_have_text("Poll")
        expect(page.page.locator("#rendered")).to_be_focused()
        expect(page.page.locator("#rendered h3")).to_be_in_viewport()


def test_a_link_to_a_skipped_page_shows_why_it_was_skipped(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    bad = {"type": "topic", "title": "Bad", "url": "/documentation/bad", "identifier": "doc://bad"}
    kit = article("Kit") | {
        "abstract": [{"type": "reference", "identifier": "doc://bad", "isActive": True}],
        "references": {"doc://bad": bad},
    }
    archive = tmp_path / "Linked.zip"
    archive.write_bytes(doccarchive(kit=json.dumps(kit).encode(), bad=b"{no json"))
    with opened(browser, server) as page:
        page.convert(archive)
        page.await_result("Kit")
        page.page.locator("#rendered").get_by_role("link", name="Bad").click()

        title = page.page.locator("#rendered h3").first
        expect(title).to_have_text("This page could not be converted")
        page.back()
        expect(title).to_have_text("Kit")
        page.page.get_by_text("1 skipped page, with the reason").click()
        page.page.locator("#losses").get_by_role("link", name="bad.json").click()
        expect(title).to_have_text("This page could not be converted")


def test_a_second_archive_can_follow_and_nothing_of_the_first_is_left(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Foo.zip"
    archive.write_bytes(doccarchive("Foo"))
    with opened(browser, server) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")

        page.button("Convert another").click()
        expect(page.page.locator("#file")).to_be_focused()
        assert page.page.url == f"http://{page.host}/"
        page.convert(archive)
        page.await_result("Foo")

        expect(page.page.locator("#tree a")).to_have_count(1)
        assert page.download()[0] == "Foo-markdown.zip"


def test_what_another_converter_calls_by_our_names_does_not_hide_its_pages(
    browser: Browser, start_server: Callable[..., Server], tmp_path: Path
) -> None:
    program = tmp_path / "converter"
    program.write_text(
        "#!/bin/sh\n[ $1 = --help ] && exit 0\nmkdir output; cd output\n"
        "echo '# Half' > 50%.md; echo '# Whole' > whole.md\n"
        "echo '- [Whole](whole.md)\n- [Half](50%.md)' > llms.txt\n"
        """echo '{"title": "Kit", "pages": 2, "report": "none"}' > manifest.json\n"""
    )
    program.chmod(0o755)
    with opened(browser, start_server(CONVERTER_COMMAND=program)) as page:
        page.convert(SAMPLE)
        page.await_result("Documentation")

        expect(page.page.locator("#tree a")).to_have_text(["whole", "50%"])
        expect(page.page.locator("#rendered h3")).to_have_text("Whole")
        page.assert_quiet()
