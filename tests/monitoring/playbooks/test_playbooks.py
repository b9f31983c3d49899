"""Each alert has a playbook of the agreed form, and each playbook its page."""

import re
from pathlib import Path

import pytest

from monitoring.playbooks import PAGES, SOURCES, rendered, rules_by_playbook
from tests.monitoring.playbooks.texts import PLAYBOOKS, listings
from tests.monitoring.rule_file import left_out

RULES = rules_by_playbook()

EACH = pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)

REQUIRED = {
    "high_error_rate": "HighErrorRate",
    "extraction_failures": "HighExtractionFailureRate",
    "memory_exhaustion": "HighMemoryUsage",
    "cpu_exhaustion": "HighCPUUsage",
    "low_disk_space": "LowDiskSpace",
    "service_down": "ServiceDown",
}

HEARD_ELSEWHERE = {"watchdog", "prometheus_not_connected_to_alertmanager"}
"""These do not arrive when something is wrong: the reader may be anybody."""

SECTIONS = [
    *("## Definition", "## Impact", "## Typical Causes", "## Response Steps"),
    *("### Diagnosis", "### Mitigation", "## Escalation"),
]


def test_each_alert_has_a_playbook_and_each_playbook_an_alert() -> None:
    assert {path.stem for path in PLAYBOOKS} == set(RULES)


def test_the_requirements_playbooks_keep_their_names() -> None:
    assert {name: RULES[name]["alert"] for name in REQUIRED} == REQUIRED


@EACH
def test_a_playbook_has_all_sections_none_of_them_empty(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"^##+ .*", text, re.MULTILINE) == SECTIONS
    assert not re.search(r"^(##|###) .*\n+## ", text, re.MULTILINE)
    assert text.startswith("# Alert: ")


@EACH
def test_a_playbook_names_its_alert_severity_and_rule(path: Path) -> None:
    rule, text = RULES[path.stem], path.read_text()
    link = "(rule: [alert_rules.yml](../../alert_rules.yml))"
    assert text.splitlines()[2] == f"`{rule['alert']}` {link}"
    assert f"Severity: {rule['labels']['severity']}" in text


@EACH
def test_a_definition_names_how_long_the_rule_waits(path: Path) -> None:
    waits = RULES[path.stem].get("for")
    if waits is None:
        return
    count, unit = int(waits[:-1]), {"m": "minute", "h": "hour"}[waits[-1]]
    definition = path.read_text().partition("## Impact")[0]
    assert re.search(rf"\bfor {count} {unit}s?\b|answered scrapes for {count} {unit}", definition)


@EACH
def test_an_escalation_says_whom_to_page(path: Path) -> None:
    """A critical alert has woken its reader, who is the on-call engineer then."""
    if path.stem in HEARD_ELSEWHERE:
        whom = " the on-call engineer, or the next if that is you"
    elif RULES[path.stem]["labels"]["severity"] == "critical":
        whom = " the next on-call engineer"
    else:
        whom = " the on-call engineer"
    escalation = path.read_text().partition("## Escalation")[2]

    said = re.split(r"(?<!\b[Nn]o )\b[Pp]age\b", escalation)[1:]
    assert [words for words in said if not words.startswith(whom)] == []


@EACH
def test_a_playbook_has_a_query_or_a_command(path: Path) -> None:
    assert any(one.playbook == path.stem for one in [*listings("sh"), *listings("promql")])


def test_the_index_lists_each_alert_with_its_severity() -> None:
    index = (SOURCES / "README.md").read_text()
    rows = re.findall(r"^\| \[(\w+)\]\((\w+)\.md\) \| (\w+) \|", index, re.MULTILINE)
    assert rows == [
        (rule["alert"], name, rule["labels"]["severity"]) for name, rule in RULES.items()
    ]


def test_the_pages_are_those_of_the_sources() -> None:
    """`make playbooks` regenerates them."""
    assert {page.name: page.read_text() for page in PAGES.iterdir()} == rendered()


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.html")), ids=lambda page: page.stem)
def test_a_page_asks_nothing_and_leads_to_pages_that_exist(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"<(script|img|link|iframe)\b|url\(|@import", text)
    hrefs = re.findall(r'href="([^"]+)"', text)
    local = [href for href in hrefs if not href.startswith("http://localhost:")]
    assert [href for href in local if not (PAGES / href).is_file()] == []


def test_a_page_quotes_the_rule() -> None:
    assert "up{job=&quot;docc2context&quot;} == 0" in rendered()["service_down.html"]
    assert "keep_firing_for: 5m" in rendered()["service_down.html"]


IN_WORDS = {
    "low_disk_space": {"1024": "1 GiB"},
    "service_restarting": {"2": "more than twice"},
    "prometheus_not_connected_to_alertmanager": {"1": "no Alertmanager"},
}


@EACH
def test_a_definition_names_the_thresholds_of_the_rule(path: Path) -> None:
    definition = path.read_text().partition("## Impact")[0]

    assert thresholds_left_out(path.stem, definition) == []


@EACH
def test_the_index_names_the_thresholds_of_the_rule(path: Path) -> None:
    index = (SOURCES / "README.md").read_text()
    (row,) = re.findall(rf"^\| \[\w+\]\({path.stem}\.md\) \|.*", index, re.MULTILINE)

    assert thresholds_left_out(path.stem, row) == []


def test_a_definition_names_the_requests_that_the_rule_leaves_out() -> None:
    errors, abandoned = (
        (SOURCES / f"{name}.md").read_text().partition("## Impact")[0]
        for name in ("high_error_rate", "conversions_abandoned")
    )
    in_words = {
        "unmatched": "unknown addresses",
        "/": "pages (`/`,",
        "/docs": "`/docs`",
        "/openapi.json": "`/openapi.json`",
        "/metrics": "scrapes",
        "/static/.*": "files under `/static/`",
        "(/api/v1)?/health(/ready)?": "health checks",
        "/api/v1/status": "`/api/v1/status`",
    }

    assert left_out() == {"endpoint": "|".join(in_words), "method": "OPTIONS", "status": "405"}
    others = ["preflights (`OPTIONS`)", "405"]
    assert [one for one in [*in_words.values(), *others] if one not in errors] == []
    assert 'method=~"POST|PUT", status!="429"' in RULES["conversions_abandoned"]["expr"]
    assert "requests by `POST` and `PUT`; left out: those that were answered 429" in abandoned


def thresholds_left_out(playbook: str, text: str) -> list[str]:
    """The numbers that the rule compares with and the text does not name."""
    found = re.findall(r"[<>]=?\s*(\d[\d.]*(?: \* 60)?)", RULES[playbook]["expr"])
    numbers = sorted({one for one in found if float(one.split()[0])})
    return [one for one in numbers if not any(f" {way}" in text for way in ways(playbook, one))]


def ways(playbook: str, threshold: str) -> set[str]:
    """How a text may say a threshold."""
    if (words := IN_WORDS.get(playbook, {}).get(threshold)) is not None:
        return {words}
    number = float(threshold.split(maxsplit=1)[0])
    if threshold.endswith("* 60"):
        return {f"{number:g} minutes"}
    return {f"{number:,g}", f"{number * 100:g} %"}
