"""`POST` and `PUT /convert`: an archive in, an archive or a document of Markdown out."""

from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, aclosing, contextmanager
from io import FileIO
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request

from app.api.cancel_on_hangup import unless_hung_up
from app.api.combined import combined
from app.api.conversion_options import ASSETS_FIELD, requested_options
from app.api.deps import Services, ServicesDep, UntilSentDep
from app.api.openapi.operations import RESULT, UPLOAD, problems
from app.api.openapi.tags import CONVERSION
from app.api.result_response import ResultResponse
from app.core.errors import SPLIT_BY_MODULE, ErrorCode, ServiceError
from app.services.multipart import FieldsCheck
from app.services.upload_slots import Arrival
from app.services.uploads import Body, receive, unless_stalled
from app.services.workspace.files import unnamed_file

PATH: Final = "/convert"

router = APIRouter(tags=[CONVERSION])

AssetsParameter = Annotated[
    bool,
    Query(
        description="Copy the images, videos and downloads that pages show or link to; `true` "
        "here or in the form field of the same name is enough."
    ),
]

_OTHER_ROUTES_ERRORS: Final = {
    ErrorCode.UNAUTHORIZED,
    ErrorCode.NOT_FOUND,
    ErrorCode.METHOD_NOT_ALLOWED,
}

_TEXT_TYPES: Final = {"application/x-www-form-urlencoded", "application/json"}
"""Types sent by `curl -d` and `--json`, which strip the line ends of a file or send only its name,
and by `--data-binary`, which sends it as it is."""

_BAD_ZIP: Final = {
    ErrorCode.EMPTY_UPLOAD,
    ErrorCode.NOT_A_ZIP,
    ErrorCode.INVALID_ZIP,
    ErrorCode.AMBIGUOUS_ZIP,
}

_SEND_A_FILE: Final = (
    "If it was sent by `curl -d`, send the file itself: `curl -T FILE` or `curl -F file=@FILE`."
)

_OPERATION: Final[dict[str, Any]] = {
    "status_code": 200,
    "response_class": ResultResponse,
    "responses": {
        200: RESULT,
        **problems(code for code in ErrorCode if code not in _OTHER_ROUTES_ERRORS),
    },
    "openapi_extra": {"requestBody": UPLOAD},
}


@router.post(PATH, operation_id="convert_posted", summary="Convert an archive", **_OPERATION)
@router.put(PATH, operation_id="convert_put", summary="Convert an archive", **_OPERATION)
async def convert(
    request: Request,
    services: ServicesDep,
    until_sent: UntilSentDep,
    assets: AssetsParameter = False,
) -> ResultResponse:
    """Convert a zipped .doccarchive to Markdown.

    Send the archive as the form field `file`, or as the whole body, whatever its type. The response
    begins after the conversion has succeeded: a 200 is always the whole result.
    """
    _refuse_encoded(request)
    takes_options = services.conversions.takes_options
    requested = requested_options(request, assets=assets, takes_options=takes_options)
    workspace = services.settings.workspace_dir
    async with services.drain.inside(), AsyncExitStack() as until_converted:
        until_converted.enter_context(_remedies_adapted(request, takes_options=takes_options))
        with services.conversions.storing():
            with services.upload_slots.slot() as arrival:  # first, so that the refused open no file
                upload = await until_converted.enter_async_context(unnamed_file(workspace))
                fields = await _receive(
                    request, services, arrival, upload, check=requested.with_fields
                )
            options = requested.with_fields(fields)
            result = await until_sent.enter_async_context(unnamed_file(workspace))
        work = services.conversions.convert(
            upload, result, options, why_cancelled=services.drain.why_cancelled
        )
        await unless_hung_up(request, work)
    return ResultResponse(result, requested.result_format)


async def _receive(
    request: Request, services: Services, arrival: Arrival, upload: FileIO, check: FieldsCheck
) -> Mapping[str, str]:
    """Store the archive, and return the form's other fields; `check` sees those before the file."""
    settings = services.settings
    async with AsyncExitStack() as stack:
        stream = await stack.enter_async_context(aclosing(request.stream()))
        counted = await stack.enter_async_context(aclosing(arrival.counted(stream)))
        timed = unless_stalled(counted, settings.upload_idle_seconds)
        chunks = await stack.enter_async_context(aclosing(timed))
        return await receive(
            Body(chunks, request.headers.get("Content-Type", ""), _announced_length(request)),
            upload,
            limit=settings.max_upload_bytes,
            metrics=services.metrics,
            kept=[ASSETS_FIELD],
            check=check,
        )


def _refuse_encoded(request: Request) -> None:
    """Raise ServiceError for an encoded body, before it is asked for: nothing is decoded here."""
    for coding in combined(request.headers, "Content-Encoding").split(","):
        if coding.strip().lower() not in {"", "identity"}:
            raise ServiceError(
                ErrorCode.UNSUPPORTED_CONTENT_ENCODING,
                "The Content-Encoding header names a coding other than identity.",
            )


@contextmanager
def _remedies_adapted(request: Request, *, takes_options: bool) -> Iterator[None]:
    """Fit an error's remedy to this request and this converter.

    Clients that sent their upload as text are told how files are sent: that may be the fault.
    """
    try:
        yield
    except ServiceError as error:
        media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if error.code in _BAD_ZIP and media_type in _TEXT_TYPES:
            error.remedy = f"{error.remedy} {_SEND_A_FILE}"
        if error.code is ErrorCode.OUTPUT_TOO_LARGE and not takes_options:
            error.remedy = SPLIT_BY_MODULE  # there are no assets to leave out
        raise


def _announced_length(request: Request) -> int | None:
    # Python refuses to read thousands of digits, and a sound length may begin with so many zeros.
    announced = request.headers.get("Content-Length", "").lstrip("0")
    return int(announced) if announced.isdecimal() else None
