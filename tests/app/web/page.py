"""The web page as its users have it: what they choose, press, and wait to see."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Locator, Page, expect

from tests.app.browser import Visit, needs_chromium, visit
from tests.app.serving import ROOT, Server

SAMPLE: Final = ROOT / "examples" / "TrailKit.doccarchive.zip"

_PATIENCE_MS: Final = 30_000
"""For a machine that has much else to do; nothing waits this long that works."""

expect.set_options(timeout=_PATIENCE_MS)


_MET: Final = """
() => [document.visibilityState, document.readyState,
  performance.getEntriesByType("resource").map((one) =>
    `${one.name} ${one.responseStatus} ${Math.round(one.startTime)}+${Math.round(one.duration)}`)]
"""
"""Whether the browser takes the page for seen, and what it has loaded, with status and times."""


_TRAVERSED: Final = """
(steps) => new Promise((resolve) => {
  addEventListener("popstate", resolve, { once: true });
  history.go(steps);
})
"""


class WebPage:
    """The page at its start, in a tab of its own."""

    def __init__(self, seen: Visit, server: Server) -> None:
        self.seen = seen
        self.page: Page = seen.page
        self.host = f"127.0.0.1:{server.port}"
        self.page.set_default_timeout(_PATIENCE_MS)
        self.page.goto(f"http://{self.host}/", wait_until="load")
        self._await_status()

    def _await_status(self) -> None:
        """Wait until its scripts run and have asked; say what they met if that does not happen."""
        try:
            expect(self.page.locator("#lamp")).not_to_have_text("Asking")
        except AssertionError as error:
            met: object = self.page.evaluate(_MET)
            raise AssertionError(self.seen.failed, self.seen.complaints, met) from error

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def choose(self, archive: Path) -> None:
        self.page.locator("#file").set_input_files(archive)

    def back(self) -> None:
        """Press Back, and wait until the page has seen it."""
        self.page.evaluate(_TRAVERSED, -1)

    def forward(self) -> None:
        """Press Forward, and wait until the page has seen it."""
        self.page.evaluate(_TRAVERSED, 1)

    def convert(self, archive: Path) -> None:
        """Send the archive by the form; what comes of it is not waited for."""
        self.choose(archive)
        self.button("Convert").click()

    def drag(self, *paths: Path) -> None:
        """Hold files or folders over the page, as a person does who comes from their desktop."""
        self._drag(("dragEnter", "dragOver"), paths)

    def drop(self, *paths: Path) -> None:
        """Drop files or folders on the page."""
        self._drag(("dragEnter", "dragOver", "drop"), paths)

    def _drag(self, kinds: tuple[str, ...], paths: tuple[Path, ...]) -> None:
        needs_chromium("dragging files")
        session = self.page.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in kinds:
            event = {"type": kind, "x": 300, "y": 300, "data": data}
            session.send("Input.dispatchDragEvent", event)
        session.detach()

    def await_result(self, title: str) -> None:
        expect(self.page.locator("#result-title")).to_have_text(title)
        expect(self.page.locator("#rendered h3").first).to_be_visible()

    def await_failure(self, title: str) -> None:
        expect(self.page.locator("#failure-title")).to_have_text(title)
        expect(self.page.locator("#failure-title")).to_be_focused()

    def figure(self, name: str) -> str:
        """What the result says under this name."""
        return self._described("#figures", name)

    def fact(self, name: str) -> str:
        """What an error says under this name."""
        return self._described("#failure-facts", name)

    def status(self, name: str) -> Locator:
        """Where the service's status has what it says under this name."""
        return self._row("#status-facts", name)

    def _described(self, within: str, name: str) -> str:
        return self._row(within, name).inner_text()

    def _row(self, within: str, name: str) -> Locator:
        term = self.page.get_by_text(name, exact=True)
        return self.page.locator(f"{within} > div").filter(has=term).locator("dd")

    def download(self) -> tuple[str, bytes]:
        """The name and the bytes of the bundle as the browser saves it."""
        needs_chromium("downloads")
        with self.page.expect_download() as download:
            self.page.locator("#download").click()
        return download.value.suggested_filename, Path(download.value.path()).read_bytes()

    def assert_quiet(self) -> None:
        self.seen.assert_quiet(self.host)


_ROW = """
async (page, png) => {
  const picture = new Image();
  picture.src = `data:image/png;base64,${png}`;
  await picture.decode();
  const { width, height } = picture;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const row = context.getImageData(0, Math.floor(height / 2), width, 1).data;
  return Array.from({ length: width }, (_, at) => [...row.slice(4 * at, 4 * at + 3)].join(" "));
}
"""


def painted(locator: Locator) -> list[str]:
    """The colours of what is seen of it, along its middle from left to right: `255 255 255`."""
    picture = base64.b64encode(locator.screenshot(animations="disabled")).decode()
    row: list[str] = locator.evaluate(_ROW, picture)
    return row


@contextmanager
def opened(browser: Browser, server: Server, **context: object) -> Iterator[WebPage]:
    with visit(browser, **context) as seen:
        yield WebPage(seen, server)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
