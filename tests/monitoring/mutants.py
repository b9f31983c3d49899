"""Rules with one thing wrong each, and whether the cases find it: `make mutants`.

A mutant that no case finds is printed; those known to be no fault stand in SPARED with the reason.
"""

import copy
import re
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.monitoring.rule_file import Groups, Rule, alerts, groups, readers, records
from tests.monitoring.rule_tests import faults, file_of

REQUIRED: Final = (
    "HighErrorRate",
    "HighExtractionFailureRate",
    "HighMemoryUsage",
    "HighCPUUsage",
    "LowDiskSpace",
    "ServiceDown",
    "ConversionErrorBudgetFastBurn",
    "ConversionErrorBudgetBurn",
    "ConversionErrorBudgetSlowBurn",
)
"""The alerts of the requirement document, and of the objective: no mutant of these is spared."""

SPARED: Final[dict[str, str]] = {}
"""Mutants, by what they are called, that mean the same as the rule."""

_WORKERS: Final = 2

_MATCHER: Final = re.compile(r'(\w+)(=~|!~|!=|=)("[^"]*")')
_BRACES: Final = re.compile(r"\{[^}]*\}")
_RANGE: Final = re.compile(r"(?<=\[)(\d+)([smhd])(?=\])")
_OFFSET: Final = re.compile(r"(?<=offset )(\d+)([smhd])")
_NUMBER: Final = re.compile(r"(?<![\w:.\[\"])\d+(?:\.\d+)?(?![\w:\]])")
_COMPARISON: Final = re.compile(r"(?<![=!<>])(>=|<=|==|!=|>|<)(?!=)")
_SET_OPERATOR: Final = re.compile(r"\b(?:and|or|unless)\b(?: on \([^)]*\))?")

_OPPOSITE: Final = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}
_WRONG: Final = {
    ">": (">=", "<"),
    ">=": (">", "<"),
    "<": ("<=", ">"),
    "<=": ("<", ">"),
    "==": ("!=",),
    "!=": ("==",),
}


@dataclass(frozen=True)
class Mutant:
    """A rule with one thing wrong."""

    rule: str
    change: str
    broken: Rule

    def __str__(self) -> str:
        return f"{self.rule}: {self.change}"


def mutants(rule: Rule) -> Iterator[Mutant]:
    """All that may be wrong with a rule, one at a time."""
    name = rule.get("alert") or rule["record"]
    for change, expr in _expressions(rule["expr"]):
        yield Mutant(name, change, {**rule, "expr": expr})
    for key in ("for", "keep_firing_for"):
        if key in rule:
            for wrong in _durations(rule[key]):
                yield Mutant(name, f"{key} {rule[key]} -> {wrong}", {**rule, key: wrong})
            without = {other: value for other, value in rule.items() if other != key}
            yield Mutant(name, f"{key} {rule[key]} dropped", without)


def _expressions(expr: str) -> Iterator[tuple[str, str]]:
    yield from _numbers(expr)
    yield from _comparisons(expr)
    yield from _matchers(expr)
    yield from _ranges(expr)
    yield from _conditions(expr)


def _numbers(expr: str) -> Iterator[tuple[str, str]]:
    for found in _NUMBER.finditer(_without_matchers(expr)):
        value = float(found[0])
        for wrong in (value * 1.5, value / 1.5) if value else (1.0,):
            yield _replaced(expr, found.span(), f"{wrong:.12g}")


def _comparisons(expr: str) -> Iterator[tuple[str, str]]:
    for found in _COMPARISON.finditer(_without_matchers(expr)):
        for wrong in _WRONG[found[0]]:
            yield _replaced(expr, found.span(), wrong)


def _matchers(expr: str) -> Iterator[tuple[str, str]]:
    """Each matcher dropped and turned round.

    All selectors of a rule name the job, and where they are joined one would do: so it is dropped
    from all of them at once.
    """
    without = re.sub(r'job=~?"[^"]*"(?:, )?', "", expr)
    if without != expr:
        yield "job dropped", without
    for found in _MATCHER.finditer(expr):
        label, operator, value = found.groups()
        yield _replaced(expr, found.span(), f"{label}{_OPPOSITE[operator]}{value}")
        if label != "job":
            yield _replaced(expr, found.span(), f'{label}=~".*"')


def _ranges(expr: str) -> Iterator[tuple[str, str]]:
    for pattern in (_RANGE, _OFFSET):
        for found in pattern.finditer(expr):
            for wrong in _durations(found[0]):
                yield _replaced(expr, found.span(), wrong)


def _conditions(expr: str) -> Iterator[tuple[str, str]]:
    """Each side of `and`, `or` and `unless` without the other."""
    for found in _SET_OPERATOR.finditer(_without_matchers(expr)):
        begin, end = _around(expr, *found.span())
        both = expr[begin:end]
        for kept in (expr[begin : found.start()], expr[found.end() : end]):
            wrong = expr[:begin] + kept + expr[end:]
            yield f"{_line(both)} -> {_line(kept)}", wrong


def _around(expr: str, begin: int, end: int) -> tuple[int, int]:
    """The extent of the parentheses that hold a place of an expression, or all of it."""
    depth = 0
    while begin > 0 and (depth := depth + _step(expr[begin - 1])) <= 0:
        begin -= 1
    depth = 0
    while end < len(expr) and (depth := depth - _step(expr[end])) <= 0:
        end += 1
    return begin, end


def _step(character: str) -> int:
    return {"(": 1, ")": -1}.get(character, 0)


def _durations(text: str) -> tuple[str, str]:
    """Half and twice as long.

    >>> _durations("5m")
    ('150s', '600s')
    """
    seconds = int(text[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[text[-1]]
    return f"{seconds // 2}s", f"{seconds * 2}s"


def _without_matchers(expr: str) -> str:
    """The same with blanks for what is in braces."""
    return _BRACES.sub(lambda found: " " * len(found[0]), expr)


def _replaced(expr: str, span: tuple[int, int], wrong: str) -> tuple[str, str]:
    begin, end = span
    place = f"at {begin}: " if expr.count(expr[begin:end]) > 1 else ""
    return f"{place}{expr[begin:end]} -> {wrong}", expr[:begin] + wrong + expr[end:]


def _line(expr: str) -> str:
    return " ".join(expr.split())


def is_found(mutant: Mutant) -> bool:
    """Whether the cases of an alert that the rule is for fail under it."""
    broken = copy.deepcopy(groups())
    for group in broken:
        group["rules"] = [
            mutant.broken if mutant.rule in (rule.get("alert"), rule.get("record")) else rule
            for rule in group["rules"]
        ]
    concerned = readers(mutant.rule) if mutant.rule in records() else {mutant.rule}
    return any(_fails(alert, mutant, broken) for alert in sorted(concerned))


def _fails(alert: str, mutant: Mutant, broken: Groups) -> bool:
    told = _faults(alert, [group for group in broken if group["name"] in _needed(alert)])
    # A rule that cannot be read at all would be found by anyone.
    assert "could not parse expression" not in told, f"{mutant}\n{told}"
    return told != ""


@cache
def _needed(alert: str) -> frozenset[str]:
    """The groups without which the cases of an alert do not hold: fewer are evaluated sooner."""
    own = [
        group
        for group in groups()
        if any(rule.get("alert") in (alert, "Watchdog") for rule in group["rules"])
    ]
    enough = own if _faults(alert, own) == "" else groups()
    return frozenset(group["name"] for group in enough)


def _faults(alert: str, rules: Groups) -> str:
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        return faults(file_of(alert), Path(folder), rules)


def mutants_of(names: tuple[str, ...]) -> list[Mutant]:
    """The mutants of these alerts and of what is recorded for them."""
    chosen = [alerts()[name] for name in names]
    recorded = [rule for name, rule in records().items() if readers(name) & set(names)]
    return [mutant for rule in (*recorded, *chosen) for mutant in mutants(rule)]


def survivors(tried: list[Mutant]) -> list[Mutant]:
    """Those that no case finds."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        found = list(pool.map(is_found, tried))
    return [mutant for mutant, is_seen in zip(tried, found, strict=True) if not is_seen]


def main(names: list[str]) -> int:
    """Try the mutants of these alerts, or of all; 1 if one is neither found nor spared."""
    tried = mutants_of(tuple(names) or tuple(alerts()))
    left = survivors(tried)
    for mutant in left:
        print(mutant, "--", SPARED.get(str(mutant), "NOT FOUND"))
    spared = [mutant for mutant in left if str(mutant) in SPARED]
    print(f"{len(tried) - len(left)} of {len(tried) - len(spared)} mutants found")
    return 1 if len(left) > len(spared) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
