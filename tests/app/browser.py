"""A real browser, and what it says of a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

DEPLOYED = "service.example"
"""A name under which the browser finds this machine; scripts may behave on localhost only."""

IN_FIREFOX: Final = os.environ.get("BROWSER") == "firefox"
"""Set by `make firefox`."""

_CHROMIUMS_OPTIONS: Final = frozenset(
    {"color_scheme", "forced_colors", "has_touch", "java_script_enabled", "reduced_motion"}
)
"""Options of a context that Playwright cannot set in Firefox as Mozilla makes it."""

_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""


def open_browser() -> Iterator[Browser]:
    """Debian's Chromium, or the Firefox of `make firefox`; without it the test is skipped, aloud.

    For a fixture of module scope: as long as it is open its event loop is the thread's, and
    `asyncio.run` is refused.
    """
    program = shutil.which("firefox-esr") if IN_FIREFOX else _chromium_program()
    if program is None:
        name = "firefox-esr" if IN_FIREFOX else "chromium"
        pytest.skip(f"SKIPPED: there is no {name} to load pages with")
    with sync_playwright() as playwright:
        browser = _firefox(playwright, program) if IN_FIREFOX else _chromium(playwright, program)
        yield browser
        browser.close()


def _chromium_program() -> str | None:
    """The one without windows, if it is there: a page costs a tenth of the CPU time."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


def _chromium(playwright: Playwright, program: str) -> Browser:
    # Without its sandbox: that refuses to work for root, and loads no page but ours here.
    return playwright.chromium.launch(
        executable_path=program,
        args=["--no-sandbox", f"--host-resolver-rules=MAP {DEPLOYED} 127.0.0.1"],
    )


def _firefox(playwright: Playwright, program: str) -> Browser:
    return playwright.firefox.launch(
        channel="moz-firefox",  # as Mozilla makes it: by WebDriver BiDi
        executable_path=program,
        firefox_user_prefs={"network.dns.localDomains": DEPLOYED},
    )


def needs_chromium(what: str) -> None:
    """Skip a test in Firefox, where Playwright lacks the means for this, or the browser does."""
    if IN_FIREFOX:
        pytest.skip(f"in Firefox: {what}")


class Visit:
    """A page of its own, and all that it asked for and complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hosts: set[str] = set()
        self.failed: list[str] = []
        self.complaints: list[str] = []
        page.add_init_script(_VIOLATIONS)
        # `data:` and `blob:` have no host: they are in the page already.
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page.on("requestfailed", lambda request: self.failed.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text))

    def violations(self) -> list[str]:
        """What the Content Security Policy has kept the page that is open from."""
        found: list[str] = self.page.evaluate("window.violations")
        return found

    def assert_quiet(self, host: str) -> None:
        """It asked nothing of other hosts, broke no policy, and wrote nothing to the console."""
        assert self.hosts - {""} == {host}
        assert (self.violations(), self.failed, self.complaints) == ([], [], [])


@contextmanager
def visit(browser: Browser, **context: object) -> Iterator[Visit]:
    """A page without cookies or cache of others; `context` as in Playwright's new_context."""
    for option in sorted(_CHROMIUMS_OPTIONS & context.keys()):
        needs_chromium(option)
    own = browser.new_context(**context)  # type: ignore[arg-type]  # passed through
    try:
        yield Visit(own.new_page())
    finally:
        own.close()
