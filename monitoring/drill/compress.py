"""All times in a configuration, divided by one factor.

Only what is written as a time counts: a range or an offset in PromQL, the value of a key that takes
a duration, and seconds in PromQL, which alert_rules.yml writes as `5 * 60`.
"""

import re
from fractions import Fraction
from typing import Final

_KEYS: Final = (
    "for",
    "keep_firing_for",
    "interval",
    "scrape_interval",
    "scrape_timeout",
    "evaluation_interval",
    "refresh_interval",
    "resolve_timeout",
    "group_wait",
    "group_interval",
    "repeat_interval",
)
_UNITS: Final = {
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "m": Fraction(60),
    "h": Fraction(3600),
    "d": Fraction(86400),
    "w": Fraction(7 * 86400),
}
_PART: Final = r"\d+(?:ms|[smhdw])"
_PARTS: Final = re.compile(r"(\d+)(ms|[smhdw])")
_TIME: Final = re.compile(
    rf"(?P<before>\[|\boffset |\b(?:{'|'.join(_KEYS)}): )(?P<duration>(?:{_PART})+)\b"
    r"|(?P<number>\b\d+)(?P<sixties>(?: \* 60)+)(?: / (?P<divisor>\d+))?\b"
)


def compress(text: str, factor: int) -> str:
    """The same configuration with all its times divided by `factor`.

    >>> compress("expr: rate(x[5m]) > 2 * 60", 25)
    'expr: rate(x[12s]) > 2 * 60 / 25'

    Raises ValueError for a time that is then not a whole number of milliseconds.
    """
    return _TIME.sub(lambda found: _compressed(found, factor), text)


def times(text: str) -> list[Fraction]:
    """All times in a configuration or an expression, in seconds and in order."""
    return [_seconds_of(found) for found in _TIME.finditer(text)]


def seconds(duration: str) -> Fraction:
    """The seconds of a duration as Prometheus and Alertmanager write it.

    >>> seconds("1h30m")
    Fraction(5400, 1)
    """
    if not re.fullmatch(rf"(?:{_PART})+", duration):
        raise ValueError(f"{duration!r} is not a duration")
    return sum(
        (int(number) * _UNITS[unit] for number, unit in _PARTS.findall(duration)), Fraction()
    )


def duration(length: Fraction) -> str:
    """Seconds as Prometheus and Alertmanager read them.

    >>> duration(Fraction(12, 5))
    '2400ms'
    """
    milliseconds = length * 1000
    if milliseconds.denominator != 1:
        raise ValueError(f"{length} s is not a whole number of milliseconds: choose another factor")
    whole = milliseconds.numerator
    return f"{whole // 1000}s" if whole % 1000 == 0 else f"{whole}ms"


def _compressed(found: re.Match[str], factor: int) -> str:
    if found["number"]:
        return f"{found['number']}{found['sixties']} / {factor * int(found['divisor'] or 1)}"
    return found["before"] + duration(seconds(found["duration"]) / factor)


def _seconds_of(found: re.Match[str]) -> Fraction:
    if found["number"]:
        product = int(found["number"]) * 60 ** found["sixties"].count("60")
        return Fraction(product, int(found["divisor"] or 1))
    return seconds(found["duration"])
