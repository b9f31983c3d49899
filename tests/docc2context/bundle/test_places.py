import os
import stat
from pathlib import Path

from docc2context.bundle.places import new_file


def test_a_new_file_has_the_mode_that_any_program_would_give_it(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        with new_file(tmp_path / "document.md") as file:
            file.write(b"a")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "document.md").stat().st_mode) == 0o640
