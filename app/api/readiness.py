"""What a conversion needs, looked at one by one."""

import asyncio

from app.api.deps import Services
from app.api.schemas import Check
from app.core.errors import ServiceError
from app.services.availability import Availability
from app.worker.locks.lock_up import Locks


async def checks_of(services: Services, *, max_age_seconds: float) -> dict[str, Check]:
    """Each check by its name; the converter's may be up to `max_age_seconds` old."""
    disk, converter = await asyncio.gather(
        services.disk_checks.check(), _converter(services.availability, max_age_seconds)
    )
    return {**disk, "converter": converter}


async def _converter(availability: Availability, max_age_seconds: float) -> Check:
    try:
        locks = await availability.probe(max_age_seconds=max_age_seconds)
    except ServiceError as error:
        return Check(ok=False, detail=error.detail)
    return Check(ok=True, detail=f"A converter process answers; its locks: {_in_words(locks)}.")


def _in_words(locks: Locks) -> str:
    """Which locks hold a child, wholly or in part, and which do not; without one it still converts.

    >>> _in_words(Locks(["group", "processes"], {"processes": "not root", "landlock": "no kernel"}))
    'group; in part: processes (not root); missing: landlock (no kernel)'
    """
    explained = {name: f"{name} ({reason})" for name, reason in locks.shortfalls.items()}
    parts = {
        "": [name for name in locks.in_force if name not in explained],
        "in part: ": [explained[name] for name in explained if name in locks.in_force],
        "missing: ": [explained[name] for name in explained if name not in locks.in_force],
    }
    return "; ".join(head + ", ".join(names) for head, names in parts.items() if names)
