"""What may be wrong with a file that holds one of Alertmanager's secrets."""

import re
import stat
from pathlib import Path
from typing import Final, NamedTuple

HIDDEN: Final = "cannot be examined by this user"


class Fault(NamedTuple):
    """What is wrong with a file, what to do about it, and what follows if nothing is done.

    `consequence` is None if the secret cannot be used: then it depends on who needs it.
    """

    what: str
    remedy: str
    consequence: str | None = None


class _Kind(NamedTuple):
    meaning: str
    form: re.Pattern[str]


_KINDS: Final = {
    # Slack and PagerDuty accept only https; a receiver for trying things out is on this machine.
    "_url": _Kind(
        "the webhook's https address",
        re.compile(r"(https://|http://(localhost|127\.0\.0\.1)[:/])[^\s/]\S*"),
    ),
    "_routing_key": _Kind("a key of 32 characters", re.compile(r"[0-9A-Za-z]{32}")),
}
"""By how a file's name ends."""

_TOKEN: Final = _Kind("the token", re.compile(r"\S+"))


def fault_of(path: Path, *, as_alertmanager: bool) -> Fault | None:
    """What is wrong with a file; None if nothing is. What it contains is never part of the answer.

    `as_alertmanager` says that Alertmanager will run as this user: what this user may not read is
    then out of its reach too.
    """
    kind = next((kind for end, kind in _KINDS.items() if path.name.endswith(end)), _TOKEN)
    write = f"Write {kind.meaning} into it, readable only by Alertmanager."
    try:
        content = path.read_text(encoding="utf-8").strip()  # as Alertmanager does
        mode = path.stat().st_mode
    except FileNotFoundError:
        return Fault("is missing", write)
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, PermissionError) and not as_alertmanager:
            unknown = "whether it is correct is not known"
            return Fault(HIDDEN, "Run this as root to check it.", unknown)
        reason = getattr(error, "strerror", None) or "it is not text"
        return Fault(f"cannot be read: {reason}", write)
    if not content:
        return Fault("is empty", write)
    if not kind.form.fullmatch(content):
        return Fault(f"does not contain {kind.meaning}", write)
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        return Fault(
            "can be read or written by everyone on this machine",
            f"chmod o= {path}",
            "anyone here can send messages in your name, or have alerts sent elsewhere",
        )
    return None
