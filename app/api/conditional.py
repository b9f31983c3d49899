"""Conditional requests (RFC 9110, section 13): what a client keeps, it revalidates at each use."""

import hashlib
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.api.combined import combined

_ANY: Final = "*"


def revalidated_response(request: Request, content: bytes, media_type: str) -> Response:
    """`content`, or 304 if the client already has it."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"Cache-Control": "no-cache", "ETag": etag}
    kept = combined(request.headers, "If-None-Match").split(",")
    if {one.strip().removeprefix("W/") for one in kept} & {etag, _ANY}:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)
