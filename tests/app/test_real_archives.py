"""Real archives through the service as it is set by default: no lock or bound is in their way."""

from collections.abc import Callable

import pytest

from tests.app.archives import manifest_of
from tests.app.serving import CONVERT, NEEDS_PROC, Server
from tests.test_corpus import ASSETS, CORPUS, PAGES

pytestmark = [
    NEEDS_PROC,
    pytest.mark.skipif(
        not CORPUS.is_dir(), reason="no corpus of real archives here (DOCC_CORPUS names its folder)"
    ),
]


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


@pytest.mark.parametrize("name", PAGES)
def test_a_real_archive_is_converted_in_a_locked_child(server: Server, name: str) -> None:
    response = server.put((CORPUS / f"{name}.doccarchive.zip").read_bytes())

    assert response.status_code == 200
    assert manifest_of(response.content)["report"]["pages_converted"] == PAGES[name]


@pytest.mark.parametrize("name", ASSETS)
def test_the_assets_of_a_real_archive_come_along_in_a_locked_child(
    server: Server, name: str
) -> None:
    archive = (CORPUS / f"{name}.doccarchive.zip").read_bytes()

    response = server.client.put(CONVERT, content=archive, params={"assets": "true"})

    assert response.status_code == 200
    assert manifest_of(response.content)["report"]["assets_copied"] == ASSETS[name]


@pytest.mark.parametrize("name", PAGES)
def test_a_real_archive_becomes_one_document_in_a_locked_child(server: Server, name: str) -> None:
    archive = (CORPUS / f"{name}.doccarchive.zip").read_bytes()

    response = server.put(archive, Accept="text/markdown")

    assert response.status_code == 200
    assert f"\npages: {PAGES[name]}\n" in response.text
