"""The integrations of Alertmanager's receivers: what it sends through, and to whom.

A configuration is taken as `configs.as_written` reads it.
"""

import os
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

T = TypeVar("T")

EVERY: Final = "*"
"""In place of a receiver's name, for a setting that applies to all of them."""


class Unusable(Exception):
    """Alertmanager could do nothing with a setting; the message names it."""


class WrongType(Unusable):
    """A setting is, say, a number where Alertmanager takes a list."""


class Integration(NamedTuple):
    """One of a receiver's `slack_configs` and the like; `kind` is then `slack`."""

    receiver: str
    kind: str
    settings: dict[str, Any]


def integrations_of(config: dict[str, Any]) -> Iterator[Integration]:
    """Those of all receivers, and one for each file that `global` names. Raises WrongType."""
    for key in typed(config, "global", dict[str, Any]):
        if key.endswith("_file"):  # such as slack_api_url_file
            yield Integration(EVERY, key.partition("_")[0], {key: config["global"][key]})
    for receiver in typed(config, "receivers", list[dict[str, Any]]):
        name = typed(receiver, "name", str)
        for key in receiver:
            if key.endswith("_configs"):
                kind = key.removesuffix("_configs")
                for settings in typed(receiver, key, list[dict[str, Any]]):
                    yield Integration(name, kind, settings)


def typed(section: dict[str, Any], key: str, type_: type[T]) -> T:
    """The setting `key`; empty if it is missing, or if all its lines are comments.

    Raises WrongType.
    """
    value = section.get(key)
    if value is None:
        return type_()
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        raise WrongType(f"`{key}` has the wrong type: {error}") from error


def file_name(key: str, text: str) -> str:
    """What the setting `key` says, if a file can be called that. Raises Unusable."""
    try:
        possible = b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:  # half of a surrogate pair, which YAML can escape
        possible = False
    if not possible:
        raise Unusable(f"`{key}` is a name that no file can have: {text!a}")
    return text
