"""`GET /static/…`: what the pages load."""

import gzip
from functools import lru_cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.accept import accepts_gzip
from app.api.combined import combined
from app.api.conditional import revalidated_response
from app.api.static_folder import STATIC
from app.core.errors import ErrorCode, ServiceError
from app.core.threads import in_thread

router = APIRouter(include_in_schema=False)

_MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
}
"""Pages are left out: they have routes of their own, and some are templates."""

_SERVED: Final = frozenset(
    file.relative_to(STATIC).as_posix() for file in STATIC.rglob("*") if file.suffix in _MEDIA_TYPES
)


@router.api_route("/static/{name:path}", methods=["GET", "HEAD"])
async def static(name: str, request: Request) -> Response:
    """One of the files present at the start: no other name is ever looked up on the disk.

    Names carry no version, so each use asks by ETag whether the copy is still valid; the gzipped
    form has an ETag of its own.
    """
    if name not in _SERVED:
        raise ServiceError(ErrorCode.NOT_FOUND, "The service has nothing at this address.")
    file = STATIC / name
    plain, gzipped = await in_thread(_present_content, file)
    is_gzipped = accepts_gzip(combined(request.headers, "Accept-Encoding"))
    content = gzipped if is_gzipped else plain
    response = revalidated_response(request, content, _MEDIA_TYPES[file.suffix])
    response.headers["Vary"] = "Accept-Encoding"
    if is_gzipped and response.body:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _present_content(file: Path) -> tuple[bytes, bytes]:
    """The file as it is and gzipped; one that is edited while the service runs is read again."""
    return _content(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=len(_SERVED))
def _content(file: Path, _changed_at: int) -> tuple[bytes, bytes]:
    plain = file.read_bytes()
    return plain, gzip.compress(plain, mtime=0)  # with a time, each start would change the ETag
