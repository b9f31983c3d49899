"""`make clean` removes what can be made again, and nothing else."""

import shutil
import subprocess
from pathlib import Path

import pytest

from monitoring.configs import ROOT


def test_what_broke_a_fuzz_target_is_kept_until_its_fault_is_fixed(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for made in (".fuzz/zip/seed", ".fuzz/found/zip-1", ".venv/bin/python", "out/index.md"):
        (tmp_path / made).parent.mkdir(parents=True)
        (tmp_path / made).touch()

    done = subprocess.run(["make", "clean"], cwd=tmp_path, capture_output=True, check=False)

    assert done.returncode == 0, done.stderr
    kept = {str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*") if one.is_file()}
    assert kept == {"Makefile", ".fuzz/found/zip-1"}


@pytest.mark.parametrize("made", ["demo/index.md", "out/index.md", "out.zip", "markdown.zip"])
def test_what_the_commands_of_the_readme_write_goes(tmp_path: Path, made: str) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / made).parent.mkdir(exist_ok=True)
    (tmp_path / made).touch()

    subprocess.run(["make", "clean"], cwd=tmp_path, capture_output=True, check=True)

    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == ["Makefile"]


def test_it_succeeds_where_there_is_nothing_to_remove(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)

    done = subprocess.run(["make", "clean"], cwd=tmp_path, capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, b"")
