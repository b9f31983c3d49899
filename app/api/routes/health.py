"""`GET /health`: does the process answer; `GET /health/ready`: can it convert."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, Response

from app.api.deps import ServicesDep
from app.api.openapi import problems
from app.api.schemas import Check, Health, Readiness
from app.core.errors import ErrorCode, ServiceError
from app.core.threads import in_thread
from app.services.conversion import CONVERTER_VERSION, Converter
from app.services.drain import Drain
from app.services.workspace import is_writable
from app.worker.locks import Locks

router = APIRouter(tags=["health"], responses=problems([ErrorCode.INTERNAL_ERROR]))

PATHS: Final = ("/health", "/health/ready")


@router.get(PATHS[0], summary="Liveness")
async def health() -> Health:
    """The process answers; nothing else is looked at, so that nothing else can restart it."""
    return Health(version=CONVERTER_VERSION)


@router.get(
    PATHS[1],
    summary="Readiness",
    responses={503: {"model": Readiness, "description": "Conversions would fail."}},
)
async def ready(services: ServicesDep, response: Response) -> Readiness:
    """Whether a conversion would succeed: let in, with room for its files, and with a child."""
    checks = {
        "admission": _admission(services.drain),
        "workspace": await _workspace(services.settings.workspace_dir),
        "converter": await _converter(services.converter),
    }
    if all(check.ok for check in checks.values()):
        return Readiness(status="ready", checks=checks)
    response.status_code = 503
    return Readiness(status="not_ready", checks=checks)


def _admission(drain: Drain) -> Check:
    if drain.is_on:
        return Check(ok=False, detail="The service is draining: it takes no new conversions.")
    return Check(ok=True, detail="Conversions are taken.")


async def _workspace(directory: Path) -> Check:
    if await in_thread(is_writable, directory):
        return Check(ok=True, detail="Uploads can be stored.")
    return Check(ok=False, detail="Nothing can be written to WORKSPACE_DIR.")


async def _converter(converter: Converter) -> Check:
    try:
        locks = await converter.probe()
    except ServiceError as error:
        return Check(ok=False, detail=error.detail)
    return Check(ok=True, detail=f"A converter process answers, held by {_held(locks)}.")


def _held(locks: Locks) -> str:
    """Which locks hold a child, wholly or in part, and which do not; without one it still converts.

    >>> _held(Locks(["group", "processes"], {"processes": "not root", "landlock": "no kernel"}))
    'group; in part: processes (not root); missing: landlock (no kernel)'
    """
    told = {name: f"{name} ({reason})" for name, reason in locks.shortfalls.items()}
    parts = {
        "": [name for name in locks.in_force if name not in told],
        "in part: ": [told[name] for name in told if name in locks.in_force],
        "missing: ": [told[name] for name in told if name not in locks.in_force],
    }
    return "; ".join(head + ", ".join(names) for head, names in parts.items() if names)
