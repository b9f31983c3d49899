"""Writes the table of alerts in DOCS/MONITORING.md: `python -m monitoring.alert_reference`."""

import re
from typing import Final

from monitoring import configs
from monitoring.configs import ROOT, Config
from monitoring.rules import Rule, alerts, playbook_of

DOCUMENT: Final = ROOT / "DOCS" / "MONITORING.md"

BEGIN: Final = "<!-- alerts: made from alert_rules.yml by `make reference` -->"
END: Final = "<!-- end of alerts -->"

_HEAD: Final = """\
| alert | fires when | for | severity |
| --- | --- | --- | --- |
"""

# The text says once that every expression names its job.
_JOB: Final = re.compile(r'job="[a-z0-9]+"(?:, )?')

_TEMPLATE: Final = re.compile(r"\{\{ *([^}]*?) *\}\}")


def table(rules: Config) -> str:
    """The Markdown table, one row per alert."""
    return _HEAD + "".join(map(_row, alerts(rules)))


def replaced(document: str, rules: Config) -> str:
    """The document with its table rewritten. Raises ValueError if it has no place for one."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{BEGIN} … {END} is missing")
    return f"{before}{BEGIN}\n\n{table(rules)}\n{END}{after}"


def _row(rule: Rule) -> str:
    condition = f"{_sentence(rule)}<br>`{_escaped(_expression(rule))}`"
    name = f"[{rule['alert']}](PLAYBOOKS/{playbook_of(rule)}.md)"
    return f"| {name} | {condition} | {_pending(rule)} | {rule['labels']['severity']} |\n"


def _sentence(rule: Rule) -> str:
    """The alert's description, with words in place of a notification's values."""
    return _escaped(_TEMPLATE.sub(_word, rule["annotations"]["description"]))


def _word(template: re.Match[str]) -> str:
    """What stands for a value in the table: the name of its label, or a number and its unit."""
    source, _, function = template[1].partition(" | ")
    if source.startswith("$labels."):
        return f"*{source.removeprefix('$labels.')}*"
    return {"humanizePercentage": "*N* %", "humanize1024": "*N* "}.get(function, "*N*")


def _expression(rule: Rule) -> str:
    """The condition on one line, without the job."""
    line = _JOB.sub("", " ".join(rule["expr"].split()))
    return line.replace("{}", "").replace(", }", "}").replace("( ", "(").replace(" )", ")")


def _pending(rule: Rule) -> str:
    """How long the condition must hold, and how long the alert then outlasts it."""
    pending: str = rule.get("for", "at once")
    kept = rule.get("keep_firing_for")
    return f"{pending}, then kept {kept}" if kept else pending


def _escaped(text: str) -> str:
    """A text as a table cell holds it, even in code."""
    return text.replace("|", "\\|")


def main() -> None:
    """Rewrite the table."""
    rules = configs.load(configs.RULES)
    document = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(replaced(document, rules), encoding="utf-8")


if __name__ == "__main__":
    main()
