"""`POST` and `PUT /convert`: an archive in, an archive of Markdown out."""

from contextlib import aclosing
from typing import Any, Final

from fastapi import APIRouter, Request

from app.api.archive_response import ArchiveResponse
from app.api.deps import ServicesDep, UntilSentDep
from app.api.hangup import unless_hung_up
from app.api.openapi import ARCHIVE, UPLOAD, problems
from app.core.errors import ErrorCode
from app.services.uploads import Body, receive
from app.services.workspace import unnamed_file

router = APIRouter(tags=["conversion"])

_NOT_OF_THIS_ROUTE: Final = {ErrorCode.NOT_FOUND, ErrorCode.METHOD_NOT_ALLOWED}

_DESCRIBED: Final[dict[str, Any]] = {
    "status_code": 200,
    "response_class": ArchiveResponse,
    "responses": {
        200: ARCHIVE,
        **problems(code for code in ErrorCode if code not in _NOT_OF_THIS_ROUTE),
    },
    "openapi_extra": {"requestBody": UPLOAD},
}


@router.post("/convert", operation_id="convert_posted", summary="Convert an archive", **_DESCRIBED)
@router.put("/convert", operation_id="convert_put", summary="Convert an archive", **_DESCRIBED)
async def convert(
    request: Request, services: ServicesDep, until_sent: UntilSentDep
) -> ArchiveResponse:
    """Convert a zipped .doccarchive to Markdown.

    The response begins when the conversion has succeeded: a 200 is always the whole archive.
    """
    workspace = services.settings.workspace_dir
    async with services.drain.inside():
        with unnamed_file(workspace) as upload:
            async with aclosing(request.stream()) as chunks:
                body = Body(chunks, request.headers.get("Content-Type", ""), _length(request))
                await receive(body, upload, limit=services.settings.max_upload_bytes)
            result = until_sent.enter_context(unnamed_file(workspace))
            await unless_hung_up(request, services.converter.convert(upload, result))
    return ArchiveResponse(result)


def _length(request: Request) -> int | None:
    announced = request.headers.get("Content-Length", "")
    return int(announced) if announced.isdecimal() else None
