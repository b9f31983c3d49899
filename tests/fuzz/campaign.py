"""Fuzzes all targets for a while, two at a time, and says what came of it.

    python -m tests.fuzz.campaign SECONDS [SEED]

What reaches new code is kept in `.fuzz/`, for the next campaign to go on from; an input that breaks
something goes to `.fuzz/found/`. The same seed and an empty `.fuzz/` try the same inputs again.
"""

import math
import re
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from random import SystemRandom

WORK = Path(__file__).parents[2] / ".fuzz"
FOUND = WORK / "found"

LANES = [["convert"], ["render", "read"]]
"""Each lane is a process, and shares its time out among its targets."""

TURN_SECONDS = 120
"""How long one process fuzzes: with each input the fuzzer itself, not what it tries, keeps some
5 KB, and would reach its limit of memory within ten minutes."""

MAX_BYTES = 1 << 15
_OPTIONS = [f"-max_len={MAX_BYTES}", "-timeout=60", "-rss_limit_mb=2048", "-print_final_stats=1"]
"""An input that takes a minute by the clock hangs; `targets.py` bounds its CPU time far lower."""

_EXECUTED = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)
_REACHED = re.compile(r"\bcov: (\d+)")
_WRITTEN = re.compile(r"Test unit written to (\S+)")
_NOISE = ("INFO: Instrumenting", "#")


@dataclass(frozen=True)
class Run:
    """One target's time: what was tried, and what it said."""

    target: str
    executed: int
    reached: int
    broke: Path | None
    failed: bool
    said: str

    def summary(self) -> str:
        """A line, and where something broke what it was and how to see it again."""
        line = f"{self.target}: {self.executed} inputs, {self.reached} branches reached"
        if not self.failed:
            return f"{line}, nothing found"
        told = f"{line}, BROKEN\n{self.said}"
        if self.broke is None:
            return told
        return (
            f"{told}\nsee it again: .venv/bin/python -m tests.fuzz.again {self.target} {self.broke}"
        )


def main(seconds: int, seed: int) -> int:
    """Run the campaign; 1 if anything broke."""
    print(f"fuzzing for {seconds} s with seed {seed}", flush=True)
    FOUND.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(len(LANES)) as lanes:
        runs = list(chain.from_iterable(lanes.map(lambda lane: _lane(lane, seconds, seed), LANES)))
    for run in runs:
        print(run.summary())
    return int(any(run.failed for run in runs))


def _lane(targets: list[str], seconds: int, seed: int) -> Iterable[Run]:
    return [_turns(target, seconds // len(targets), seed) for target in targets]


def _turns(target: str, seconds: int, seed: int) -> Run:
    """One process after the other, each going on from what the last has kept."""
    turns = math.ceil(seconds / TURN_SECONDS)
    whole = _turn(target, seconds // turns, seed)
    for turn in range(1, turns):
        if whole.failed:
            break
        last = _turn(target, seconds // turns, seed + turn)
        whole = replace(last, executed=whole.executed + last.executed)
    return whole


def _turn(target: str, seconds: int, seed: int) -> Run:
    corpus = WORK / target
    corpus.mkdir(exist_ok=True)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.fuzz", target, str(corpus), *_OPTIONS),
            *(f"-max_total_time={seconds}", f"-seed={seed}", f"-artifact_prefix={FOUND}/{target}-"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    written = _WRITTEN.search(done.stdout)
    return Run(
        target,
        executed=max(map(int, _EXECUTED.findall(done.stdout)), default=0),
        reached=max(map(int, _REACHED.findall(done.stdout)), default=0),
        broke=Path(written[1]) if written else None,
        failed=done.returncode != 0,
        said="\n".join(line for line in done.stdout.splitlines() if not line.startswith(_NOISE)),
    )


if __name__ == "__main__":
    given = list(map(int, sys.argv[1:]))
    sys.exit(main(given[0], given[1] if given[1:] else SystemRandom().randrange(1, 2**31)))
