"""`POST` and `PUT /convert`: an archive in, an archive or a document of Markdown out."""

from contextlib import AsyncExitStack, aclosing
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import TypeAdapter, ValidationError

from app.api.accept import names_errors_alone, preferred
from app.api.deps import ServicesDep, UntilSentDep
from app.api.hangup import unless_hung_up
from app.api.openapi import ASSETS_FIELD, RESULT, UPLOAD, problems
from app.api.result_response import ARCHIVE, DOCUMENT, FORMS, Form, ResultResponse
from app.core.errors import ErrorCode, ServiceError
from app.services.uploads import Body, receive, unless_stalled
from app.services.workspace import unnamed_file
from app.worker.wanted import Wanted

PATH: Final = "/convert"

router = APIRouter(tags=["conversion"])

_FLAG: Final = TypeAdapter(bool)

AssetsParameter = Annotated[
    bool,
    Query(
        description="Copy the images, videos and downloads that pages show or link. A form says so "
        f"by the field `{ASSETS_FIELD}`, which goes before this."
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
    form = _form(request, list(FORMS) if services.converter.has_options else [ARCHIVE.media_type])
    settings = services.settings
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
            wanted = _wanted(form, fields.get(ASSETS_FIELD, assets))
            result = await until_sent.enter_async_context(unnamed_file(workspace))
        await unless_hung_up(request, services.converter.convert(upload, result, wanted))
    return ResultResponse(result, form)


def _form(request: Request, offered: list[str]) -> Form:
    accept = ", ".join(request.headers.getlist("Accept"))
    if names_errors_alone(accept):
        return ARCHIVE
    media_type = preferred(accept, offered)
    if media_type is None:
        raise ServiceError(
            ErrorCode.NOT_ACCEPTABLE,
            f"The request does not accept {' or '.join(offered)}.",
        )
    return FORMS[media_type]


def _wanted(form: Form, assets: str | bool) -> Wanted:
    """What is asked for, by the form's field or else by the query; both are read alike."""
    try:
        wanted = Wanted(single=form is DOCUMENT, assets=_FLAG.validate_python(assets))
    except ValidationError:
        raise ServiceError(
            ErrorCode.INVALID_REQUEST, f"The field `{ASSETS_FIELD}` is neither true nor false."
        ) from None
    if wanted.single and wanted.assets:
        raise ServiceError(
            ErrorCode.INVALID_REQUEST,
            f"One document cannot hold assets: accept {ARCHIVE.media_type}, or leave out "
            f"`{ASSETS_FIELD}`.",
        )
    return wanted


def _length(request: Request) -> int | None:
    announced = request.headers.get("Content-Length", "")
    return int(announced) if announced.isdecimal() else None
