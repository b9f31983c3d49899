"""`POST` and `PUT /convert`: an archive in, an archive or a document of Markdown out."""

from contextlib import AsyncExitStack, aclosing
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request

from app.api.deps import ServicesDep, UntilSentDep
from app.api.hangup import unless_hung_up
from app.api.openapi import ASSETS_FIELD, RESULT, UPLOAD, problems
from app.api.result_response import ResultResponse
from app.api.wishes import flag_of, form_of, in_query, wanted
from app.core.errors import ErrorCode
from app.services.uploads import Body, receive, unless_stalled
from app.services.workspace import unnamed_file

PATH: Final = "/convert"

router = APIRouter(tags=["conversion"])

AssetsParameter = Annotated[
    bool,
    Query(
        description="Copy the images, videos and downloads that pages show or link; `true` here or "
        "in a form's field of that name is enough."
    ),
]

_NOT_OF_THIS_ROUTE: Final = {
    ErrorCode.UNAUTHORIZED,
    ErrorCode.NOT_FOUND,
    ErrorCode.METHOD_NOT_ALLOWED,
}

_DESCRIBED: Final[dict[str, Any]] = {
    "status_code": 200,
    "response_class": ResultResponse,
    "responses": {
        200: RESULT,
        **problems(code for code in ErrorCode if code not in _NOT_OF_THIS_ROUTE),
    },
    "openapi_extra": {"requestBody": UPLOAD},
}


@router.post(PATH, operation_id="convert_posted", summary="Convert an archive", **_DESCRIBED)
@router.put(PATH, operation_id="convert_put", summary="Convert an archive", **_DESCRIBED)
async def convert(
    request: Request,
    services: ServicesDep,
    until_sent: UntilSentDep,
    assets: AssetsParameter = False,
) -> ResultResponse:
    """Convert a zipped .doccarchive to Markdown.

    Answers an archive with a file for each page, or one document to those who accept
    `text/markdown` rather than `application/zip`. The response begins when the conversion has
    succeeded: a 200 is always the whole result.
    """
    has_options, settings = services.converter.has_options, services.settings
    form = form_of(request, has_options=has_options)
    # Refused before the upload is asked for, if its head is enough to tell.
    assets = in_query(request, assets)
    wanted(form, assets=assets, has_options=has_options)
    workspace = settings.workspace_dir
    async with services.drain.inside(), AsyncExitStack() as until_converted:
        with services.converter.storing():
            upload = await until_converted.enter_async_context(unnamed_file(workspace))
            async with (
                aclosing(request.stream()) as stream,
                aclosing(unless_stalled(stream, settings.upload_idle_seconds)) as chunks,
            ):
                body = Body(chunks, request.headers.get("Content-Type", ""), _length(request))
                fields = await receive(
                    body,
                    upload,
                    limit=settings.max_upload_bytes,
                    metrics=services.metrics,
                    kept=[ASSETS_FIELD],
                )
            assets = flag_of(fields) or assets
            wishes = wanted(form, assets=assets, has_options=has_options)
            result = await until_sent.enter_async_context(unnamed_file(workspace))
        await unless_hung_up(request, services.converter.convert(upload, result, wishes))
    return ResultResponse(result, form)


def _length(request: Request) -> int | None:
    announced = request.headers.get("Content-Length", "")
    return int(announced) if announced.isdecimal() else None
