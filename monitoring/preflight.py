"""Which alerts would reach nobody: the files that Alertmanager reads only when it notifies.

    python -m monitoring.preflight [--secrets DIR] [--config FILE]

Alertmanager starts without its secrets, and says so in its log when it has something to tell. This
looks before. It never prints what is in a file.
"""

import argparse
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from monitoring import relocation

EXAMPLE_HOST: Final = "heartbeat.example.com"

_URL: Final = re.compile(r"https?://[^\s/]+\S*")
_ROUTING_KEY: Final = re.compile(r"[0-9A-Za-z]{32}")


class Finding(NamedTuple):
    """What is wrong with a setting, what then reaches nobody, and what to do about it."""

    setting: str
    fault: str
    cost: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.setting}: {self.fault}\n    so {self.cost}\n    {self.remedy}"


class _Way(NamedTuple):
    """One way of notifying: the `slack_configs` and the like of a receiver."""

    receiver: str
    kind: str
    settings: dict[str, Any]

    @property
    def cost(self) -> str:
        kind = self.kind.removesuffix("_configs")
        if self.receiver == "heartbeat":
            return "nobody learns when alerting itself has stopped"
        return f"nothing of the receiver `{self.receiver}` goes out by {kind}"


def findings(config: dict[str, Any], secrets: Path) -> Iterator[Finding]:
    """All that is missing or wrong, each file once. `secrets` is where the files are looked for."""
    seen: set[Path] = set()
    for way in _ways(config):
        for file in _files(way.settings):
            path = secrets / file.name
            if path not in seen and (fault := _fault(path)):
                yield Finding(str(path), fault[0], way.cost, fault[1])
            seen.add(path)
        url = str(way.settings.get("url", ""))
        if EXAMPLE_HOST in url:
            remedy = (
                "Write the address that your heartbeat service gives you into alertmanager.yml."
            )
            yield Finding(url, "is the address of an example", way.cost, remedy)


def _ways(config: dict[str, Any]) -> Iterator[_Way]:
    for receiver in config["receivers"]:
        for kind, ways in receiver.items():
            if kind.endswith("_configs"):
                yield from (_Way(receiver["name"], kind, settings) for settings in ways)


def _files(settings: dict[str, Any]) -> Iterator[Path]:
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from _files(value)
        elif key.endswith("_file"):
            yield Path(value)


def _fault(path: Path) -> tuple[str, str] | None:
    """What is wrong with a file, and what to do; None if nothing is."""
    write = f"Write {_meaning(path)} into it, readable by Alertmanager alone."
    try:
        content = path.read_text(encoding="utf-8").strip()
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "is missing", write
    except (OSError, UnicodeDecodeError) as error:
        return f"cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}", write
    if not content:
        return "is empty", write
    if not _form(path).fullmatch(content):
        return f"does not hold {_meaning(path)}", write
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        return "may be read by everybody on this machine", f"chmod o= {path}"
    return None


def _form(path: Path) -> re.Pattern[str]:
    if path.name.endswith("_url"):
        return _URL
    return _ROUTING_KEY if path.name.endswith("_routing_key") else re.compile(r"\S+")


def _meaning(path: Path) -> str:
    if path.name.endswith("_url"):
        return "the webhook's address"
    return "a key of 32 characters" if path.name.endswith("_routing_key") else "the token"


def main() -> int:
    """Print the findings; the exit code, 1 if there is one and 2 if nothing can be said."""
    parser = argparse.ArgumentParser(prog="python -m monitoring.preflight", description=__doc__)
    parser.add_argument("--secrets", type=Path, default=relocation.SECRETS, metavar="DIR")
    parser.add_argument("--config", type=Path, default=relocation.ALERTMANAGER, metavar="FILE")
    arguments = parser.parse_args()
    try:
        config = relocation.load(arguments.config)
    except (OSError, yaml.YAMLError) as error:
        print(f"preflight: {arguments.config}: {error}", file=sys.stderr)
        return 2
    found = list(findings(config, arguments.secrets))
    for finding in found:
        print(finding)
    print(f"preflight: {len(found)} to be set" if found else "preflight: every receiver is set up")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
