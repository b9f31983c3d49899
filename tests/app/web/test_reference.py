"""The API reference as its readers try it out: what it sends by itself does no harm."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.app.archives import illustrated_doccarchive
from tests.app.browser import needs_chromium, visit
from tests.app.serving import CONVERT, NEEDS_PROC, Server

pytestmark = NEEDS_PROC


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """One that holds a picture."""
    path = tmp_path / "Foo.doccarchive.zip"
    path.write_bytes(illustrated_doccarchive())
    return path


@contextmanager
def trying_out(browser: Browser, server: Server, archive: Path) -> Iterator[Locator]:
    """The conversion by POST, with the archive chosen."""
    with visit(browser) as seen:
        seen.page.goto(f"http://127.0.0.1:{server.port}/docs", wait_until="networkidle")
        operation = seen.page.locator(".opblock-post")
        operation.locator(".opblock-summary-control").click()
        operation.get_by_role("button", name="Try it out").click()
        operation.locator("input[type=file]").set_input_files(archive)
        yield operation


def executed(operation: Locator) -> tuple[int, str]:
    """The status of the answer and its media type."""
    with operation.page.expect_response(lambda response: CONVERT in response.url) as answer:
        operation.get_by_role("button", name="Execute").click()
    return answer.value.status, answer.value.headers["content-type"]


def sent(operation: Locator) -> str:
    """The command that does the same as the request."""
    command = operation.locator(".curl-command")
    expect(command).to_be_visible()
    return command.inner_text()


def saved(operation: Locator) -> list[str]:
    """The names in the zip that its link gives."""
    needs_chromium("downloads")
    with operation.page.expect_download() as download:
        operation.get_by_role("link", name="Download file").click()
    return zipfile.ZipFile(download.value.path()).namelist()


def test_it_asks_for_no_assets_by_itself(browser: Browser, server: Server, archive: Path) -> None:
    with trying_out(browser, server, archive) as operation:
        assert executed(operation) == (200, "application/zip")

        assert "-F 'assets=false'" in sent(operation)
        assert "assets=true" not in sent(operation)
        assert "images/lake.png" not in saved(operation)


def test_one_document_can_be_had_by_choosing_its_type_alone(
    browser: Browser, server: Server, archive: Path
) -> None:
    with trying_out(browser, server, archive) as operation:
        operation.get_by_label("Media Type").first.select_option("text/markdown")

        assert executed(operation) == (200, "text/markdown; charset=utf-8")
        assert "assets=true" not in sent(operation)


def test_a_choice_that_is_sent_empty_is_none(
    browser: Browser, server: Server, archive: Path
) -> None:
    with trying_out(browser, server, archive) as operation:
        field = operation.locator("[data-property-name=assets]")
        field.locator("select").select_option("")
        field.get_by_label("Send empty value").check()

        assert executed(operation) == (200, "application/zip")
        assert "-F 'assets='" in sent(operation)
        assert "images/lake.png" not in saved(operation)
