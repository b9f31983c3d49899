"""A conversion's options, from the request's headers, its query and the fields of its form.

`takes_options` says whether the service's converter takes any: one document, copies of assets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from app.api.accept import names_only_error_types, preferred
from app.api.combined import combined
from app.api.result_response import BUNDLE, DOCUMENT, FORMATS, ResultFormat
from app.core.errors import ErrorCode, ServiceError
from app.worker.options import Options

ASSETS_FIELD: Final = "assets"
"""Of the form, and of the query."""

_FLAG: Final = TypeAdapter(bool)

_ZIP_ONLY: Final = (
    f"Send `Accept: {BUNDLE.media_type}`: this service's converter makes no single document."
)


@dataclass(frozen=True)
class RequestedOptions:
    """What a request's head asks for; the fields of its form can only add to it."""

    result_format: ResultFormat
    assets: bool
    takes_options: bool

    def with_fields(self, fields: Mapping[str, str]) -> Options:
        """The options to convert with. Raises ServiceError if they are impossible."""
        assets = self.assets or _asks_for_assets(fields)
        is_document = self.result_format is DOCUMENT
        if assets and not self.takes_options:
            raise _invalid(
                "This service's converter cannot copy assets.", f"Leave out `{ASSETS_FIELD}`."
            )
        if assets and is_document:
            raise _invalid(
                f"One document cannot contain assets: accept {BUNDLE.media_type}, or leave out "
                f"`{ASSETS_FIELD}`."
            )
        return Options(single=is_document, assets=assets)


def requested_options(request: Request, *, assets: bool, takes_options: bool) -> RequestedOptions:
    """What the head asks for; `assets` is from its query, as FastAPI has read it.

    Raises ServiceError if the head is enough to refuse the request, whatever its form would add.
    """
    requested = RequestedOptions(
        _format_of(request, takes_options=takes_options), assets, takes_options
    )
    _refuse_repeated_assets(request)
    requested.with_fields({})
    return requested


def not_acceptable(*, takes_options: bool) -> ServiceError:
    """The error for a client that accepts no format of the result."""
    return ServiceError(
        ErrorCode.NOT_ACCEPTABLE,
        f"The Accept header does not allow {' or '.join(_offered(takes_options=takes_options))}.",
        remedy=None if takes_options else _ZIP_ONLY,
    )


def _format_of(request: Request, *, takes_options: bool) -> ResultFormat:
    """The format that the client likes best."""
    accept = combined(request.headers, "Accept")
    if names_only_error_types(accept):
        return BUNDLE
    media_type = preferred(accept, _offered(takes_options=takes_options))
    if media_type is None:
        raise not_acceptable(takes_options=takes_options)
    return FORMATS[media_type]


def _offered(*, takes_options: bool) -> list[str]:
    return list(FORMATS) if takes_options else [BUNDLE.media_type]


def _refuse_repeated_assets(request: Request) -> None:
    """Refuse a query that has the field twice: FastAPI would read only the last."""
    if len(request.query_params.getlist(ASSETS_FIELD)) > 1:
        raise _invalid(f"The query has more than one `{ASSETS_FIELD}`.")


def _asks_for_assets(fields: Mapping[str, str]) -> bool:
    """Whether the form asks for assets, read as FastAPI reads the query.

    An empty text counts as absent: pages with forms send it for a field that nobody has set.
    """
    try:
        return _FLAG.validate_python(fields.get(ASSETS_FIELD) or "false")
    except ValidationError:
        raise _invalid(f"The form's `{ASSETS_FIELD}` is neither true nor false.") from None


def _invalid(detail: str, remedy: str | None = None) -> ServiceError:
    return ServiceError(ErrorCode.INVALID_REQUEST, detail, remedy=remedy)
