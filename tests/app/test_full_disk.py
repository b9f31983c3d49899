"""A workspace that is too small, for real: a filesystem in memory of one megabyte."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app.archives import article_of_noise, doccarchive
from tests.app.scrapes import Scrape, moved, scrape
from tests.app.serving import NEEDS_PROC, SMALL_WORKSPACE_BYTES, Server, eventually, problem

pytestmark = NEEDS_PROC


@pytest.fixture
def server(small_workspace: Path, start_server: Callable[..., Server]) -> Iterator[Server]:
    server = start_server(WORKSPACE_DIR=small_workspace)
    with server.undisturbed():
        yield server
    server.stop()


FAILED = {
    'conversions_total{outcome="server_error"}': 1,
    'conversion_errors_total{error_type="cli_error"}': 1,
}
"""What an upload that cannot be stored counts as: a conversion that failed by our fault."""


def conversions_counted(server: Server, before: Scrape) -> Scrape:
    counted = moved(before, scrape(server.client))
    return {name: by for name, by in counted.items() if name.startswith("conversion")}


def test_an_upload_that_does_not_fit_is_told_to_come_back(server: Server) -> None:
    before = scrape(server.client)
    response = server.put(bytes(2 * SMALL_WORKSPACE_BYTES))

    assert problem(response)["code"] == "insufficient_storage"
    assert response.headers["Retry-After"] == "30"
    assert FAILED.items() <= conversions_counted(server, before).items()


def test_a_result_that_does_not_fit_is_told_to_come_back(server: Server) -> None:
    archive = doccarchive("Foo", noise=article_of_noise(SMALL_WORKSPACE_BYTES * 3 // 4))
    assert SMALL_WORKSPACE_BYTES // 2 < len(archive) < SMALL_WORKSPACE_BYTES

    before = scrape(server.client)
    response = server.put(archive)

    assert problem(response)["code"] == "insufficient_storage"
    last = server.events("conversion_finished")[-1]
    assert (last["outcome"], last["code"]) == ("server_error", "insufficient_storage")
    assert FAILED.items() <= conversions_counted(server, before).items()


def test_a_full_workspace_is_not_ready(server: Server, small_workspace: Path) -> None:
    filler = small_workspace / "filler"
    with filler.open("wb", buffering=0) as file:
        file.write(bytes(2 * SMALL_WORKSPACE_BYTES))

    assert server.client.get("/health/ready").status_code == 503

    filler.unlink()
    eventually(lambda: server.client.get("/health/ready").status_code == 200, "it is ready again")


def test_a_workspace_that_has_become_read_only_is_told_to_come_back(
    server: Server, small_workspace: Path
) -> None:
    before = scrape(server.client)
    with read_only(small_workspace):
        response = server.put(doccarchive("Foo"))
        checks = server.client.get("/health/ready").json()["checks"]

    assert problem(response)["code"] == "insufficient_storage"
    assert response.headers["Retry-After"] == "30"
    told = "Read-only file system"
    assert checks["workspace"]["detail"] == f"Nothing can be written to WORKSPACE_DIR: {told}."
    assert server.events("workspace_unusable")[-1]["reason"] == told
    assert FAILED.items() <= conversions_counted(server, before).items()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
