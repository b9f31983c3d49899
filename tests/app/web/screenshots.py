"""`make screenshots`: the page in each of its states, as DOCS/images has them.

The real service, the real browser, the sample archive; what takes a moment is held while its
picture is taken.
"""

import re
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, expect

from tests.app.archives import damaged_doccarchive, doccarchive, slow_doccarchive
from tests.app.browser import open_browser
from tests.app.serving import ROOT, Server, held
from tests.app.web.page import SAMPLE, WebPage, opened

FOLDER: Final = ROOT / "DOCS" / "images"
DESKTOP: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 860}}
PHONE: Final[dict[str, Any]] = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2}
PAGE: Final = "duration(at:)"
UPLOAD_BYTES: Final = 60 << 20
SLOW_BYTES_PER_SECOND: Final = 20 << 20
AS_AT_HOME: Final = "(one) => { one.textContent = 'http://localhost:8000/api/v1/convert'; }"
"""The port is another each time; the picture shows the usual one."""


def main() -> None:
    """Retake all pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), {})
        try:
            for browser in open_browser():
                for name, (context, state) in STATES.items():
                    take(browser, server, name, context, state)
        finally:
            server.stop()


State = Callable[[WebPage, Server, Path], AbstractContextManager[None]]


def take(
    browser: Browser, server: Server, name: str, context: dict[str, Any], state: State
) -> None:
    """Keep what is seen of the page while it is in a state."""
    path = FOLDER / f"{name}.png"
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(browser, server, **context) as page,
        state(page, server, Path(folder) / "MyKit.doccarchive.zip"),
    ):
        page.page.locator("#endpoint").evaluate(AS_AT_HOME)
        page.page.screenshot(path=path, animations="disabled")
    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes\n")


@contextmanager
def empty(_page: WebPage, _server: Server, _archive: Path) -> Iterator[None]:
    yield


@contextmanager
def uploading(page: WebPage, _server: Server, archive: Path) -> Iterator[None]:
    archive.write_bytes(doccarchive("Foo"))
    with zipfile.ZipFile(archive, "a") as opened_archive:
        opened_archive.writestr("MyKit.doccarchive/videos/film.mp4", bytes(UPLOAD_BYTES))
    session = page.page.context.new_cdp_session(page.page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1}
    session.send(
        "Network.emulateNetworkConditions", slow | {"uploadThroughput": SLOW_BYTES_PER_SECOND}
    )
    page.convert(archive)
    expect(page.page.locator("#amount")).to_contain_text(re.compile(r"^[4-8]\d %"))
    yield


@contextmanager
def converting(page: WebPage, server: Server, archive: Path) -> Iterator[None]:
    archive.write_bytes(slow_doccarchive())
    page.convert(archive)
    with held(server):
        expect(page.page.locator("#work-title")).to_contain_text("Converting")
        expect(page.page.locator("#elapsed")).to_contain_text("2 seconds")
        yield


@contextmanager
def result(page: WebPage, _server: Server, _archive: Path) -> Iterator[None]:
    page.convert(SAMPLE)
    page.await_result("TrailKit")
    page.page.locator("#tree").get_by_role("link", name=PAGE).click()
    expect(page.page.locator("#rendered h3")).to_have_text(PAGE)
    yield


@contextmanager
def error(page: WebPage, _server: Server, archive: Path) -> Iterator[None]:
    archive.write_bytes(damaged_doccarchive())
    page.convert(archive)
    page.await_failure("The archive is damaged")
    yield


STATES: Final[dict[str, tuple[dict[str, Any], State]]] = {
    "empty": (DESKTOP, empty),
    "uploading": (DESKTOP, uploading),
    "converting": (DESKTOP, converting),
    "result": (DESKTOP, result),
    "error": (DESKTOP, error),
    "dark": (DESKTOP | {"color_scheme": "dark"}, result),
    "phone": (PHONE, result),
}


if __name__ == "__main__":
    main()
