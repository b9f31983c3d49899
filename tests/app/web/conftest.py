"""What the tests of the web page share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def slow_file(tmp_path_factory: pytest.TempPathFactory, slow_archive: bytes) -> Path:
    """An honest archive that takes seconds to convert."""
    path = tmp_path_factory.mktemp("slow") / "Slow.doccarchive.zip"
    path.write_bytes(slow_archive)
    return path
