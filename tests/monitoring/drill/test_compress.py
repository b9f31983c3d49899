import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring.configs import ALERTMANAGER, PROMETHEUS, RULES
from monitoring.drill.compress import compress, duration, seconds, times

FACTORS = (20, 25)
CONFIGURATIONS = (RULES, PROMETHEUS, ALERTMANAGER)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rate(x[5m])", "rate(x[15s])"),
        ("y offset 10m", "y offset 30s"),
        ("for: 2m", "for: 6s"),
        ("keep_firing_for: 5m", "keep_firing_for: 15s"),
        ("group_wait: 0s", "group_wait: 0s"),
        ("scrape_interval: 5s", "scrape_interval: 250ms"),
        ("time() - x > 5 * 60", "time() - x > 5 * 60 / 20"),
        ("predict_linear(x[1h], 4 * 60 * 60) < 0", "predict_linear(x[180s], 4 * 60 * 60 / 20) < 0"),
        ("repeat_interval: 1h30m # why", "repeat_interval: 270s # why"),
    ],
)
def test_what_is_written_as_a_time_is_divided(text: str, expected: str) -> None:
    assert compress(text, 20) == expected


@pytest.mark.parametrize(
    "text",
    [
        "summary: over 80 % of the CPUs for 10 minutes",
        "x > 14.4 / 100",
        "docc2context_filesystem_avail_bytes < 1024 ^ 3",
        "record: job:conversions_bad:ratio_rate5m",
        'endpoint!~"unmatched|/static/.*"',
    ],
)
def test_what_is_no_time_stays(text: str) -> None:
    assert compress(text, 20) == text


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.name)
def test_multiplied_again_all_times_are_those_that_are_shipped(file: Path, factor: int) -> None:
    shipped = file.read_text()

    compressed = times(compress(shipped, factor))

    assert [time * factor for time in compressed] == times(shipped)


def written_times(node: Any, key: str = "") -> list[str]:
    """All that looks like a duration in a configuration, texts for people and names apart."""
    match node:
        case dict():
            return [one for name, value in node.items() for one in written_times(value, name)]
        case list():
            return [one for value in node for one in written_times(value, key)]
        case str() if key not in {"record", "description", "summary"}:
            return re.findall(r"(?<![\w:])(?:\d+(?:ms|[smhdw]))+\b", node)
        case _:
            return []


@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.name)
def test_no_duration_is_left_as_it_is(file: Path) -> None:
    shipped = file.read_text()
    expected = [str(float(seconds(one) / 20)) for one in written_times(yaml.safe_load(shipped))]

    compressed = written_times(yaml.safe_load(compress(shipped, 20)))

    assert expected
    assert [str(float(seconds(one))) for one in compressed] == expected


def test_a_factor_that_leaves_parts_of_milliseconds_is_refused() -> None:
    with pytest.raises(ValueError, match="choose another factor"):
        compress("scrape_interval: 5s", 30)


def test_a_duration_is_read_as_it_is_written() -> None:
    assert seconds(duration(Fraction(5, 4))) == Fraction(5, 4)


def test_promtool_takes_the_compressed_rules(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("SKIPPED: promtool is missing; Debian's package prometheus has it")
    rules = tmp_path / "rules.yml"
    rules.write_text(compress(RULES.read_text(), 20))

    checked = subprocess.run([promtool, "check", "rules", rules], capture_output=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr
