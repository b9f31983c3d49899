"""What axe-core, the keyboard and a narrow screen make of the page, state by state."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, expect

from tests.app.archives import article, doccarchive
from tests.app.processes import stopped
from tests.app.serving import NEEDS_PROC, Server, eventually, held
from tests.app.web.page import SAMPLE, WebPage, opened, painted

PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1440, "height": 900}

SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
"""Those right behind a click count as well: a busy service answers later than that."""


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server(CONVERSION_SLOTS=2)


def assert_accessible(page: WebPage) -> None:
    found = Axe().run(page.page)
    violations = [
        (one["id"], [node["html"] for node in one["nodes"]]) for one in found.response["violations"]
    ]
    assert violations == []
    width: int = page.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0


def size_of(locator: Locator) -> tuple[float, float]:
    """Width and height of what is seen."""
    box = locator.bounding_box()
    assert box is not None
    return box["width"], box["height"]


def top_of(locator: Locator) -> float:
    """How far below the window's upper edge it is."""
    box = locator.bounding_box()
    assert box is not None
    return box["y"]


@NEEDS_PROC
@pytest.mark.parametrize(
    ("scheme", "size"), [("light", WIDE), ("dark", PHONE)], ids=["light and wide", "dark phone"]
)
def test_axe_finds_nothing_in_any_state(
    browser: Browser,
    server: Server,
    slow_file: Path,
    tmp_path: Path,
    scheme: str,
    size: dict[str, int],
) -> None:
    (tmp_path / "notes.zip").write_bytes(b"These are no pages.")
    (tmp_path / "Foo.zip").write_bytes(doccarchive("Foo"))
    with opened(browser, server, color_scheme=scheme, viewport=size) as page:
        assert_accessible(page)
        page.convert(slow_file)
        with held(server):
            expect(page.page.locator("#work-title")).to_contain_text("Converting")
            assert_accessible(page)
            page.button("Cancel").click()
            eventually(server.is_idle, "nothing is left of the conversion")
        page.convert(tmp_path / "notes.zip")
        page.await_failure("The upload is not a ZIP archive")
        assert_accessible(page)
        page.button("Choose another archive").click()
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        assert_accessible(page)
        page.button("Markdown").click()
        page.page.get_by_label("Filter pages").fill("trail")
        assert_accessible(page)
        page.drop(tmp_path / "Foo.zip")
        page.await_result("Foo")
        expect(page.page.locator("#earlier")).to_be_visible()
        assert_accessible(page)


def test_the_keyboard_alone_leads_from_the_form_to_a_page(browser: Browser, server: Server) -> None:
    with opened(browser, server) as page:
        keyboard = page.page.keyboard
        page.choose(SAMPLE)
        page.page.get_by_label("Include the images").focus()
        keyboard.press("Tab")
        expect(page.page.locator("#file")).to_be_focused()
        for _ in ("how to get an archive", "the button"):
            keyboard.press("Tab")
        expect(page.button("Convert")).to_be_focused()
        keyboard.press("Enter")
        expect(page.page.locator("#result-title")).to_be_focused()

        for expected in ("#download", "#another", "#filter", "#to-page"):
            keyboard.press("Tab")
            expect(page.page.locator(expected)).to_be_focused()
        keyboard.press("Tab")
        twig = page.page.get_by_role("button", name="Pages under documentation")
        expect(twig).to_be_focused()
        expect(twig).to_have_attribute("aria-expanded", "true")
        keyboard.press("Enter")
        expect(twig).to_have_attribute("aria-expanded", "false")
        keyboard.press("Tab")
        keyboard.press("Tab")
        keyboard.press("Tab")
        expect(page.page.get_by_role("link", name="Meet TrailKit").first).to_be_focused()
        keyboard.press("Enter")
        expect(page.page.locator("#page-path")).to_have_text("tutorials/trailkit.md")


def test_a_link_before_the_tree_skips_it(browser: Browser, server: Server) -> None:
    with opened(browser, server, viewport=WIDE) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        address = page.page.url
        skip = page.page.get_by_role("link", name="Skip to the page")
        assert size_of(skip)[0] == 1

        for button, sheet in (("Preview", "#rendered"), ("Markdown", "#source")):
            page.button(button).click()
            page.page.get_by_label("Filter pages").focus()
            page.page.keyboard.press("Tab")
            expect(skip).to_be_focused()
            assert size_of(skip)[0] > 80
            assert_accessible(page)
            page.page.keyboard.press("Enter")
            expect(page.page.locator(sheet)).to_be_focused()
        assert page.page.url == address


def test_a_page_opened_by_a_key_has_the_keyboard_and_gives_it_back_to_its_place_in_the_list(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server, viewport=WIDE) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        keyboard = page.page.keyboard
        link = page.page.locator("#tree").get_by_role("link", name="walkingTime")
        sheet = page.page.locator("#rendered")
        for _ in ("another page", "the one that is shown"):
            link.focus()
            keyboard.press("Enter")
            expect(page.page.locator("#rendered h3")).to_have_text("walkingTime")
            expect(sheet).to_be_focused()
        link.click()
        expect(sheet).to_be_focused()  # as it leads to where one is

        page.button("Pages under Trail").click()
        sheet.focus()
        for expected in ("#copy", "#show-source", "#show-rendered", "#to-pages"):
            keyboard.press("Shift+Tab")
            expect(page.page.locator(expected)).to_be_focused()
        assert size_of(page.page.locator("#to-pages"))[0] > 80
        assert_accessible(page)
        keyboard.press("Enter")
        expect(link).to_be_focused()


CLICK_BY_KEY = """
(link) => {
  const kind = { detail: 1, pointerType: "", bubbles: true, cancelable: true };
  link.dispatchEvent(new PointerEvent("click", kind));
}
"""


def test_a_key_that_counts_as_a_click_as_in_firefox_gives_the_page_the_keyboard(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server, viewport=WIDE) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        link = page.page.locator("#tree").get_by_role("link", name="walkingTime")

        link.focus()
        link.evaluate(CLICK_BY_KEY)

        expect(page.page.locator("#rendered h3")).to_have_text("walkingTime")
        expect(page.page.locator("#rendered")).to_be_focused()


def test_a_page_opened_by_the_mouse_leaves_the_keyboard_in_the_list(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server, viewport=WIDE) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        link = page.page.locator("#tree").get_by_role("link", name="walkingTime")
        link.click()
        expect(page.page.locator("#rendered h3")).to_have_text("walkingTime")

        expect(link).to_be_focused()


@pytest.mark.parametrize("key", [True, False], ids=["by a key", "by a finger"])
def test_on_a_narrow_screen_the_keyboard_goes_to_the_page_that_is_shown(
    browser: Browser, server: Server, *, key: bool
) -> None:
    narrow = {"width": 320, "height": 480}
    with opened(browser, server, viewport=narrow, has_touch=True) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        link = page.page.locator("#tree").get_by_role("link", name="walkingTime")
        if key:
            link.press("Enter")
        else:
            link.tap()

        expect(page.page.locator("#rendered h3")).to_have_text("walkingTime")
        expect(page.page.locator("#rendered")).to_be_focused()
        expect(page.page.locator("#page-path")).to_be_in_viewport()


WIDE_CODE = "let route = " + " + ".join(["trail.duration(at: .stroll)"] * 2)
"""Wider than a narrow window, and not than a wide one."""


def test_wide_code_can_be_scrolled_by_keys_whenever_it_is_too_wide(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    code = {"type": "codeListing", "syntax": "swift", "code": [WIDE_CODE]}
    pages = {
        name: json.dumps(
            article(name) | {"primaryContentSections": [{"kind": "content", "content": [code]}]}
        ).encode()
        for name in ("one", "two")
    }
    archive = tmp_path / "Code.zip"
    archive.write_bytes(doccarchive(**pages))
    with opened(browser, server, viewport={"width": 480, "height": 900}) as page:
        page.convert(archive)
        page.await_result("one")
        listing = page.page.locator("#rendered pre")
        expect(listing).to_have_attribute("tabindex", "0")
        page.button("Markdown").click()
        page.page.locator("#tree").get_by_role("link", name="two").click()
        expect(page.page.locator("#page-path")).to_have_text("documentation/two.md")
        page.button("Preview").click()
        expect(listing).to_have_attribute("tabindex", "0")

        page.page.set_viewport_size({"width": 1700, "height": 900})
        expect(listing).not_to_have_attribute("tabindex", "0")
        page.page.set_viewport_size({"width": 480, "height": 900})
        expect(listing).to_have_attribute("tabindex", "0")


def test_the_title_of_a_page_is_told_to_screen_readers_and_names_the_tab(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        assert page.page.title() == "TrailKit · docc2context"

        page.page.locator("#tree").get_by_role("link", name="walkingTime").click()

        expect(page.page.locator("#said")).to_have_text("walkingTime")
        assert page.page.title() == "walkingTime · TrailKit · docc2context"


COLOURS = "(one) => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]"


def test_with_forced_colours_what_is_chosen_looks_chosen(browser: Browser, server: Server) -> None:
    with opened(browser, server, forced_colors="active") as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")
        current = page.page.locator("#tree a[aria-current]")
        other = page.page.locator("#tree a:not([aria-current])").first

        chosen = current.evaluate(COLOURS)
        assert page.button("Preview").evaluate(COLOURS) == chosen
        assert chosen != other.evaluate(COLOURS)
        assert chosen != page.button("Markdown").evaluate(COLOURS)
        assert_accessible(page)


STEPS = "(steps) => steps.map((one) => getComputedStyle(one).borderTopColor)"

BLUE = "10 88 202"
"""--accent in the light scheme."""

BAR = """
(at) => {
  const bar = document.getElementById("bar");
  if (at === null) bar.removeAttribute("value");
  else bar.value = at;
}
"""


@NEEDS_PROC
def test_with_forced_colours_progress_is_visible(
    browser: Browser, server: Server, slow_file: Path
) -> None:
    with opened(browser, server, forced_colors="active") as page:
        page.convert(slow_file)
        with held(server):
            expect(page.page.locator("#work-title")).to_contain_text("Converting")
            sent, current, received = page.page.locator(".steps li").evaluate_all(STEPS)
            assert sent == received != current
            bar = page.page.locator("#bar")
            assert len(set(painted(bar))) > 10  # a gradient
            page.page.evaluate(BAR, 25)
            border, *row = painted(bar)[:-1]
            quarter = len(row) // 4
            (done,) = set(row[5 : quarter - 5])
            (rest,) = set(row[quarter + 5 : -5])
            assert len({border, done, rest}) == 3
            page.button("Cancel").click()
        eventually(server.is_idle, "nothing is left of the conversion")


def test_with_forced_colours_lamp_and_figures_keep_what_sets_them_off(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server, forced_colors="active") as page:
        dot = "getComputedStyle(document.getElementById('lamp'), '::before').backgroundColor"
        ground = "getComputedStyle(document.body).backgroundColor"
        assert page.page.evaluate(dot) != page.page.evaluate(ground)
        page.convert(SAMPLE)
        page.await_result("TrailKit")

        figures = page.page.locator("#figures div").evaluate_all(
            "(all) => all.map((one) => getComputedStyle(one).outline)"
        )
        assert {figure.rpartition(") ")[2] for figure in figures} == {"solid 1px"}


def test_without_motion_a_bar_of_unknown_length_is_hatched_evenly(
    browser: Browser, server: Server
) -> None:
    with opened(browser, server, reduced_motion="reduce") as page:
        page.page.evaluate("document.getElementById('work').hidden = false")
        page.page.evaluate(BAR, None)
        row = painted(page.page.locator("#bar"))
        quarter = len(row) // 4
        shares = [
            row[start : start + quarter].count(BLUE) / quarter
            for start in range(0, 4 * quarter, quarter)
        ]

        assert all(0.3 < share < 0.6 for share in shares)


@NEEDS_PROC
def test_a_step_that_is_done_is_told_by_a_mark_and_in_words(
    browser: Browser, server: Server, slow_file: Path
) -> None:
    with opened(browser, server) as page:
        page.convert(slow_file)
        with held(server):
            expect(page.page.locator("#work-title")).to_contain_text("Converting")
            expect(page.page.locator(".steps")).to_match_aria_snapshot(
                """
                - list:
                  - listitem: Send, done
                  - listitem: Convert
                  - listitem: Receive
                """
            )
            mark = "getComputedStyle(document.getElementById('step-sending'), '::after').content"
            assert page.page.evaluate(mark) == '" ✓" / ", done"'
            page.button("Cancel").click()
        eventually(server.is_idle, "nothing is left of the conversion")


@pytest.mark.parametrize(
    "size",
    [{"width": 800, "height": 360}, {"width": 320, "height": 256}],
    ids=["phone on its side", "zoomed to 400 %"],
)
def test_on_a_low_screen_the_tree_shows_some_pages(
    browser: Browser, server: Server, size: dict[str, int]
) -> None:
    with opened(browser, server, viewport=size) as page:
        page.convert(SAMPLE)
        page.await_result("TrailKit")

        assert size_of(page.page.locator("#tree"))[1] > 140
        assert_accessible(page)


EDGES = """
(block) => {
  const text = document.createRange();
  text.selectNodeContents(block);
  const [inner, outer] = [text.getBoundingClientRect(), block.getBoundingClientRect()];
  return [inner.left - outer.left, outer.right - inner.right];
}
"""


def test_what_is_written_from_right_to_left_begins_at_the_right(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    words = "בחרו שביל (Trail)."
    title = "תכנון הליכה בהרים"
    walk = article(title) | {"abstract": [{"type": "text", "text": words}]}
    plain = article("Plain") | {"abstract": [{"type": "text", "text": "Choose."}]}
    archive = tmp_path / "Walk.zip"
    pages = {"walk": json.dumps(walk).encode(), "plain": json.dumps(plain).encode()}
    archive.write_bytes(doccarchive(**pages))
    with opened(browser, server, viewport=WIDE) as page:
        page.convert(archive)
        page.await_result("Plain")
        left, right = page.page.locator("#rendered p").evaluate(EDGES)
        assert (left < 1, right > 100) == (True, True)

        link = page.page.locator("#tree").get_by_role("link", name=title)
        link.click()
        expect(page.page.locator("#rendered h3")).to_have_text(title)
        for block in (page.page.locator("#rendered h3"), page.page.locator("#rendered p")):
            left, right = block.evaluate(EDGES)
            assert (left > 100, right < 1) == (True, True)
        left, right = link.evaluate(EDGES)
        assert left > right


SIDES = """
() => {
  const style = (selector) => getComputedStyle(document.querySelector(`#rendered ${selector}`));
  const left = (cell) => cell.getBoundingClientRect().left;
  const [first, second] = [...document.querySelectorAll("#rendered td")].map(left);
  const paddings = (list) => [style(list).paddingLeft, style(list).paddingRight];
  return {
    ul: paddings("ul").map(parseFloat),
    ol: paddings("ol").map(parseFloat),
    quote: [style("blockquote").borderLeftWidth, style("blockquote").borderRightWidth],
    table: first < second ? "from left to right" : "from right to left",
    code: new Set([style("pre").direction, style("li code").direction]).size,
    listing: style("pre").direction,
  };
}
"""

LEFT = {"ul": [22.4, 0], "ol": [22.4, 0], "quote": ["4px", "0px"], "table": "from left to right"}
RIGHT = {"ul": [0, 22.4], "ol": [0, 22.4], "quote": ["0px", "4px"], "table": "from right to left"}


@pytest.mark.parametrize(
    ("words", "sides"), [("Choose a path.", LEFT), ("בחרו שביל.", RIGHT)], ids=["latin", "hebrew"]
)
def test_marks_columns_and_rules_stand_where_the_words_begin_and_code_runs_as_code(
    browser: Browser, server: Server, words: str, sides: dict[str, object]
) -> None:
    markdown = f"- {words} `a`\n\n  ```\n  b\n  ```\n\n1. {words}\n\n> {words}\n\n"
    markdown += f"| {words} | {words} |\n| --- | --- |\n| {words} | {words} |\n"
    with opened(browser, server, viewport=WIDE) as page:
        page.page.evaluate(
            """async (markdown) => {
              const { rendered } = await import("/static/js/markdown.js");
              const bundle = { pages: new Map(), has: () => false };
              const sheet = document.getElementById("rendered");
              document.getElementById("result").hidden = false;
              sheet.replaceChildren(rendered(markdown, "a.md", bundle));
            }""",
            markdown,
        )

        assert page.page.evaluate(SIDES) == sides | {"code": 1, "listing": "ltr"}


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_nothing_jumps_while_the_page_loads_and_an_archive_is_sent(
    browser: Browser, server: Server, size: dict[str, int], tmp_path: Path
) -> None:
    (tmp_path / "notes.zip").write_bytes(b"These are no pages.")
    with opened(browser, server, viewport=size) as page:
        page.page.add_init_script(SHIFTS)
        page.page.reload(wait_until="networkidle")
        expect(page.status("Version")).to_be_visible()
        card, amount, elapsed = map(page.page.locator, (".card", "#amount", "#elapsed"))
        at_form = size_of(card)
        with stopped(server.process.pid):
            page.convert(tmp_path / "notes.zip")
            expect(amount).to_contain_text("has been sent")
            expect(elapsed).to_contain_text("second")
            at_work = size_of(card)
            assert top_of(elapsed) == top_of(amount)
        page.await_failure("The upload is not a ZIP archive")

        assert [at_work, size_of(card)] == [at_form, at_form]
        assert page.page.evaluate("window.shifts") < 0.001


def test_states_are_told_to_screen_readers(browser: Browser, server: Server) -> None:
    with opened(browser, server) as page:
        page.page.evaluate(
            "window.said = []; const said = document.getElementById('said');"
            "new MutationObserver(() => window.said.push(said.textContent))"
            ".observe(said, { childList: true })"
        )
        page.convert(SAMPLE)
        page.await_result("TrailKit")

        said: list[str] = page.page.evaluate("window.said")
        name = SAMPLE.name
        assert said[:2] == [f"Sending {name}", f"Converting {name}"]
        assert said[-1] == "Converted: 11 pages."
