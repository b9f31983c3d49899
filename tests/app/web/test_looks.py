"""The rendered page in the dark and on paper."""

import json
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.app.archives import article, doccarchive, illustrated_doccarchive
from tests.app.serving import Server
from tests.app.web.page import opened, painted


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def transparent_picture(side: int = 40) -> bytes:
    """A PNG of nothing, as the ground of a diagram is."""
    head = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    rows = zlib.compress(bytes(side * (1 + 4 * side)))
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def test_in_the_dark_a_picture_keeps_the_light_ground_that_it_was_drawn_for(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    archive = tmp_path / "Lake.zip"
    archive.write_bytes(illustrated_doccarchive(transparent_picture()))
    with opened(browser, server, color_scheme="dark") as page:
        page.page.get_by_label("Include the images").check()
        page.convert(archive)
        page.await_result("Foo")
        picture = page.page.locator("#rendered img")
        expect(picture).to_have_js_property("naturalWidth", 40)

        assert set(painted(picture)[4:-4]) == {"255 255 255"}
        assert set(painted(page.page.locator("#rendered h3"))[-4:]) == {"28 29 35"}


WIDE_CODE = "let route = " + " + ".join(["trail.duration(at: .stroll)"] * 20)

SEEN = """
() => [...document.querySelectorAll("body > *, main > *, #result > *, .reader > *, .page > *")]
  .filter((one) => !one.matches(".visually-hidden, body > script") && one.checkVisibility())
  .map((one) => one.id || one.className || one.localName)
"""

SIZES = """
() => {
  const one = (selector) => document.querySelector(selector);
  const paper = document.documentElement;
  const [sheet, code] = [one("#rendered"), one("#rendered pre")];
  return {
    hidden: sheet.scrollHeight - sheet.clientHeight,
    cut: code.scrollWidth - code.clientWidth,
    wide: paper.scrollWidth - paper.clientWidth,
    ink: getComputedStyle(one("#rendered p")).color,
    ground: getComputedStyle(document.body).backgroundColor,
  };
}
"""


@pytest.mark.parametrize("width", [1280, 700], ids=["wide", "narrow"])
def test_on_paper_there_is_the_page_alone_and_all_of_it(
    browser: Browser, server: Server, tmp_path: Path, width: int
) -> None:
    line = {"type": "paragraph", "inlineContent": [{"type": "text", "text": "x"}]}
    code = {"type": "codeListing", "syntax": "swift", "code": [WIDE_CODE]}
    section = {"kind": "content", "content": [code, *[line] * 200]}
    long = article("Long") | {"primaryContentSections": [section]}
    archive = tmp_path / "Long.zip"
    archive.write_bytes(doccarchive(long=json.dumps(long).encode()))
    size = {"width": width, "height": 900}
    with opened(browser, server, color_scheme="dark", viewport=size) as page:
        page.convert(archive)
        page.await_result("Long")

        page.page.emulate_media(media="print", color_scheme="dark")

        assert page.page.evaluate(SEEN) == ["main", "result", "reader", "page", "rendered"]
        told = page.page.evaluate(SIZES)
        assert (told["hidden"], told["cut"], told["wide"]) == (0, 0, 0)
        assert (told["ink"], told["ground"]) == ("rgb(28, 29, 33)", "rgb(247, 247, 249)")
        sheets = len(re.findall(rb"/Type\s*/Page\b", page.page.pdf()))
        assert sheets > 5
