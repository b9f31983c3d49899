"""Runs one target under atheris until its time is up or an input breaks it.

    python -m tests.fuzz TARGET FOLDER [libFuzzer's options]

FOLDER holds what was found to reach new code, and grows. An input that breaks the target is written
to where `-artifact_prefix` says; `tests/fuzz/campaign.py` runs all targets.
"""

import sys
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["docc2context"]):
    from tests.fuzz.targets import TARGETS

from tests.fuzz.mutate_json import JsonMutator
from tests.fuzz.mutate_zip import ZipMutator
from tests.fuzz.seeds import SEEDS, pages

_BYTEWISE = 0.25
"""The share of mutations that libFuzzer makes, which knows of no structure."""


def main(target: str, folder: str, *options: str) -> None:
    """Fuzz; does not return."""
    for number, seed in enumerate(SEEDS[target]()):
        (Path(folder) / f"seed-{number:04}").write_bytes(seed)
    seeds = list(pages())
    json = JsonMutator(seeds)
    mutator = json if target == "render" else ZipMutator(json, seeds)

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        random = Random(seed)
        mutated = None if random.random() < _BYTEWISE else mutator.mutate(data, random)
        if mutated is None or len(mutated) > max_size:
            return bytes(atheris.Mutate(data, max_size))
        return mutated

    atheris.Setup([sys.argv[0], folder, *options], TARGETS[target], custom_mutator=mutate)
    atheris.Fuzz()


main(*sys.argv[1:])
