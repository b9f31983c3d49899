"""What fuzzing has found stays fixed: each file in `found/<target>/` once broke its target."""

from pathlib import Path

import pytest

from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import TARGETS

FOUND = sorted(Path(__file__).parent.glob("found/*/*"))


@pytest.mark.parametrize("file", FOUND, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_what_once_broke_a_target_does_so_no_more(file: Path) -> None:
    TARGETS[file.parent.name](file.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_what_fuzzing_starts_from_breaks_nothing(target: str) -> None:
    for seed in SEEDS[target]():
        TARGETS[target](seed)
