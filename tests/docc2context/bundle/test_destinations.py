import os
import stat
from pathlib import Path

import pytest

from docc2context.bundle.destinations import new_file, output_file
from docc2context.errors import DestinationError


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


def test_a_signal_just_as_a_new_file_has_taken_its_name_leaves_it_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def interrupted(self: Path, target: Path) -> None:
        replace(self, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    place = tmp_path / "document.md"
    with pytest.raises(KeyboardInterrupt), new_file(place, place) as file:
        file.write(b"whole")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"whole"]


def test_a_file_that_cannot_be_opened_is_named_after_its_destination(tmp_path: Path) -> None:
    with pytest.raises(DestinationError, match=r"^'out' cannot be written: No such file"):
        output_file(tmp_path / "gone" / "page.md", tmp_path / "out")
