"""`GET /static/…`: what the pages load."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from app.core.errors import ErrorCode, ServiceError

router = APIRouter(include_in_schema=False)

_FOLDER: Final = Path(__file__).parents[2] / "static"
_FILES: Final = StaticFiles(directory=_FOLDER)
_SERVED: Final = frozenset(
    file.relative_to(_FOLDER).as_posix()
    for file in _FOLDER.rglob("*")
    if file.suffix in {".css", ".js", ".mjs", ".svg"}
)
"""Pages are left out: they have routes of their own, and some are templates."""


@router.api_route("/static/{name:path}", methods=["GET", "HEAD"])
async def static(name: str, request: Request) -> Response:
    """One of the files present at the start: no other name is ever looked up on the disk."""
    if name not in _SERVED:
        raise ServiceError(ErrorCode.NOT_FOUND, "The service has nothing at this address.")
    # These files are small: neither ranges nor errors about them are worth supporting.
    request.scope["headers"] = [one for one in request.scope["headers"] if one[0] != b"range"]
    response = await _FILES.get_response(name, request.scope)
    # Names carry no version, so each use asks by ETag whether the copy is still valid.
    response.headers["Cache-Control"] = "no-cache"
    del response.headers["Accept-Ranges"]
    return response
