"""Says which alerts would reach nobody, from the files that Alertmanager reads when it notifies.

    python -m monitoring.preflight [--secrets DIR] [--config FILE]

Alertmanager starts without its secrets, and logs that one is missing only when it has something to
send. This checks beforehand. It never prints what is in a file. White space around a secret is no
fault: Alertmanager strips it.
"""

import argparse
import glob
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from monitoring import configs
from monitoring.integrations import (
    EVERY,
    Integration,
    Unusable,
    WrongType,
    file_name,
    integrations_of,
    typed,
)
from monitoring.secret_files import HIDDEN, fault_of

EXAMPLE_HOST: Final = "heartbeat.example.com"

_HEARTBEAT: Final = "heartbeat"
"""The receiver that is told that all is well; a kind of its own, whatever it is sent through."""

_NAMES: Final = {"slack": "Slack", "pagerduty": "PagerDuty"}
"""How people write the kinds that have a name of their own."""


class Finding(NamedTuple):
    """What is wrong with a setting, what follows from that, and what to do about it."""

    setting: str
    fault: str
    consequence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.setting}: {self.fault}\n    so {self.consequence}\n    {self.remedy}"


def findings(
    config: dict[str, Any], secrets: Path, folder: Path, *, as_alertmanager: bool = False
) -> Iterator[Finding]:
    """Everything that is missing or wrong, each file once.

    `secrets` is where the files of configs.SECRETS are looked for; templates are beside the
    configuration, in `folder`. What this user may not read, Alertmanager usually may: it has a user
    of its own, unless `as_alertmanager` says that this user will start it.

    Raises Unusable.
    """
    yield from _missing_templates(config, folder)
    yield from _unusable_files(config, secrets, as_alertmanager=as_alertmanager)
    yield from _example_addresses(config)


def _missing_templates(config: dict[str, Any], folder: Path) -> Iterator[Finding]:
    """Alertmanager starts without templates too, but never sends a message that names one."""
    for pattern in typed(config, "templates", list[str]):
        # Unlike that of pathlib, it takes every pattern, and `**` as one star, as Go does.
        name = file_name("templates", pattern)
        matches = glob.glob(name, root_dir=folder, include_hidden=True)  # noqa: PTH207  # see above
        if any((folder / match).is_dir() for match in matches):
            raise Unusable(f"`templates` takes files, and {pattern} is a folder")
        if not matches:
            yield Finding(
                str(folder / pattern),
                "is missing",
                "no notification can be written",
                "Put the project's templates there.",
            )


def _unusable_files(
    config: dict[str, Any], secrets: Path, *, as_alertmanager: bool
) -> Iterator[Finding]:
    needed_by: dict[Path, list[Integration]] = {}
    for integration in integrations_of(config):
        for file in _files(integration.settings):
            needed_by.setdefault(_moved(file, secrets), []).append(integration)
    for path, integrations in needed_by.items():
        if fault := fault_of(path, as_alertmanager=as_alertmanager):
            consequence = fault.consequence or _without(integrations)
            yield Finding(str(path), fault.what, consequence, fault.remedy)


def _example_addresses(config: dict[str, Any]) -> Iterator[Finding]:
    for integration in integrations_of(config):
        if EXAMPLE_HOST in str(integration.settings.get("url", "")):
            yield Finding(
                f"url of `{integration.receiver}`",
                "is still the example's",
                _without([integration]),
                "Replace it with the address that your heartbeat service gives you.",
            )


def _without(integrations: list[Integration]) -> str:
    """What follows if these integrations do not work, one clause for each kind."""
    receivers_by_kind: dict[str, list[str]] = {}
    for integration in integrations:
        kind = _HEARTBEAT if integration.receiver == _HEARTBEAT else integration.kind
        receivers = receivers_by_kind.setdefault(kind, [])
        if integration.receiver not in receivers:
            receivers.append(integration.receiver)
    return ", and ".join(_clause(kind, names) for kind, names in receivers_by_kind.items())


def _clause(kind: str, receivers: list[str]) -> str:
    """What the receivers of these names then do not get.

    >>> _clause("slack", ["default", "warning"])
    'the receivers `default` and `warning` get nothing through Slack'
    """
    if kind == _HEARTBEAT:
        return "nobody learns when alerting itself has stopped"
    name = _NAMES.get(kind, kind)
    if EVERY in receivers:
        return f"no receiver gets anything through {name}"
    quoted = " and ".join(f"`{receiver}`" for receiver in receivers)
    if len(receivers) == 1:
        return f"the receiver {quoted} gets nothing through {name}"
    return f"the receivers {quoted} get nothing through {name}"


def _files(settings: dict[str, Any]) -> Iterator[Path]:
    """The files that settings, or settings within them, are read from."""
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from _files(typed(settings, key, dict[str, Any]))
        elif key.endswith("_file") and value is not None:
            yield Path(file_name(key, typed(settings, key, str)))


def _moved(file: Path, secrets: Path) -> Path:
    """Where a file is looked for: those of the shipped folder of secrets, in this folder."""
    return secrets / file.name if file.parent == configs.SECRETS else file


def report(config_file: Path, secrets: Path, *, as_alertmanager: bool = False) -> int:
    """Print the findings; return how many. Raises configs.NoSettings."""
    config = configs.load(config_file, configs.as_written)
    if not config.get("receivers"):
        why = "it names no receivers, so it is not a configuration of Alertmanager"
        raise configs.NoSettings(config_file, why)
    folder = config_file.parent
    try:
        found = list(findings(config, secrets, folder, as_alertmanager=as_alertmanager))
    except WrongType as error:
        why = f"{error}. `amtool check-config {config_file}` says in which line."
        raise configs.NoSettings(config_file, why) from error
    except Unusable as error:
        raise configs.NoSettings(config_file, error) from error
    except RecursionError as error:
        raise configs.NoSettings(config_file, configs.TOO_DEEP) from error
    # Flushed: in a file or pipe it would come after what the caller writes to standard error.
    print(*found, f"preflight: {summary(found)}", sep="\n", flush=True)
    return len(found)


def summary(found: list[Finding]) -> str:
    """How many settings need something done about them."""
    hidden = sum(one.fault == HIDDEN for one in found)
    todo = {"to be set": len(found) - hidden, "to be checked by root": hidden}
    return ", ".join(f"{n} {what}" for what, n in todo.items() if n) or "every receiver is set up"


def main() -> int:
    """Print the findings; return 0 if there are none, 1 if there are, 2 if it cannot be known."""
    parser = argparse.ArgumentParser(prog="python -m monitoring.preflight", description=__doc__)
    parser.add_argument("--secrets", type=Path, default=configs.SECRETS, metavar="DIR")
    parser.add_argument("--config", type=Path, default=configs.ALERTMANAGER, metavar="FILE")
    arguments = parser.parse_args()
    try:
        return 1 if report(arguments.config, arguments.secrets) else 0
    except configs.NoSettings as error:
        print(f"preflight: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
