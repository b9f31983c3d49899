import os
import stat
from pathlib import Path

import pytest

from docc2context.bundle.destinations import new_file


@pytest.mark.parametrize(("mask", "mode"), [(0o027, 0o640), (0o022, 0o644), (0, 0o666)])
def test_a_new_file_has_the_mode_that_any_program_would_give_it(
    tmp_path: Path, mask: int, mode: int
) -> None:
    before = os.umask(mask)
    try:
        with new_file(tmp_path / "document.md", tmp_path / "document.md") as file:
            file.write(b"a")
    finally:
        left = os.umask(before)
    assert stat.S_IMODE((tmp_path / "document.md").stat().st_mode) == mode
    assert left == mask
