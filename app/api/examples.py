"""An example of each error code, for the API's description."""

from typing import Final, NamedTuple

from app.core.errors import ErrorCode, ServiceError

_PAGE: Final = "'MyKit.doccarchive/data/documentation/mykit.json'"


class _Example(NamedTuple):
    detail: str
    entry: str | None = None
    limit: int | None = None


_EXAMPLES: Final = {
    ErrorCode.INVALID_REQUEST: _Example("The form ends before its closing boundary."),
    ErrorCode.MISSING_FILE: _Example("The form has no field `file`."),
    ErrorCode.EMPTY_UPLOAD: _Example("The uploaded file holds 0 bytes."),
    ErrorCode.INVALID_ZIP: _Example(
        "The zip is damaged: the checksum of an entry does not match its data.", _PAGE
    ),
    ErrorCode.AMBIGUOUS_ZIP: _Example(
        "The zip can be read in two ways: other data follows its end record."
    ),
    ErrorCode.DUPLICATE_ENTRY: _Example("Two entries have the same name.", _PAGE),
    ErrorCode.IMPOSSIBLE_RATIO: _Example(
        "An entry claims 2065 bytes out of 2, where deflate makes at most 1032 of one.",
        _PAGE,
        1032,
    ),
    ErrorCode.UNAUTHORIZED: _Example("The metrics are for those who have the token."),
    ErrorCode.NOT_FOUND: _Example("This address serves nothing."),
    ErrorCode.METHOD_NOT_ALLOWED: _Example("This address takes POST, PUT."),
    ErrorCode.NOT_ACCEPTABLE: _Example(
        "The request does not accept application/zip or text/markdown."
    ),
    ErrorCode.UPLOAD_STALLED: _Example("Nothing of the upload came for 30 seconds."),
    ErrorCode.UPLOAD_TOO_LARGE: _Example(
        "The upload is larger than 268435456 bytes.", limit=268435456
    ),
    ErrorCode.TOO_MANY_ENTRIES: _Example(
        "The zip holds 250000 entries, over the limit of 200000.", limit=200000
    ),
    ErrorCode.ARCHIVE_TOO_LARGE: _Example(
        "Its pages have 2000000000 bytes, over the limit of 1073741824 bytes.", limit=1073741824
    ),
    ErrorCode.OUTPUT_TOO_LARGE: _Example(
        "What is written is over the limit of 268435456 bytes.", limit=268435456
    ),
    ErrorCode.UNSUPPORTED_CONTENT_ENCODING: _Example(
        "The Content-Encoding header names another coding than identity."
    ),
    ErrorCode.NOT_A_ZIP: _Example("Not a zip archive."),
    ErrorCode.UNSUPPORTED_COMPRESSION: _Example("An entry is compressed by method 14.", _PAGE),
    ErrorCode.MULTI_DISK: _Example("The zip is split over several files."),
    ErrorCode.ENCRYPTED: _Example("An entry is encrypted.", _PAGE),
    ErrorCode.UNSAFE_ENTRY_NAME: _Example(
        "The name of an entry has a slash at its beginning, which makes it absolute.",
        "'/etc/passwd'",
    ),
    ErrorCode.UNSAFE_ENTRY_TYPE: _Example(
        "An entry is a link, a device or the like.", "'MyKit.doccarchive/latest'"
    ),
    ErrorCode.NAME_COLLISION: _Example("An entry is a file where others need a folder.", "'data'"),
    ErrorCode.NO_DOCC_DATA: _Example(
        "It holds no DocC data: there is no JSON page under a data/ folder."
    ),
    ErrorCode.SEVERAL_ARCHIVES: _Example(
        "It holds 2 DocC archives ('A.doccarchive/', 'B.doccarchive/')."
    ),
    ErrorCode.NO_CONVERTIBLE_PAGES: _Example(
        "Not one page could be read, of 1 in all: no JSON object.", _PAGE
    ),
    ErrorCode.CONVERSION_LIMIT_EXCEEDED: _Example(
        "The conversion of this archive needs more than 60 seconds of CPU time.", limit=60
    ),
    ErrorCode.RATE_LIMITED: _Example("One client may send 60 conversions in 60 seconds.", limit=60),
    ErrorCode.INTERNAL_ERROR: _Example("Something went wrong in the service, not in your request."),
    ErrorCode.CONVERSION_FAILED: _Example(
        "The converter stopped before it had finished this archive."
    ),
    ErrorCode.BUSY: _Example("All conversion slots are taken and none came free in 10 seconds."),
    ErrorCode.DRAINING: _Example("The service is draining."),
    ErrorCode.CONVERTER_UNAVAILABLE: _Example("No process for the conversion could be started."),
    ErrorCode.INSUFFICIENT_STORAGE: _Example(
        "The service has no room left to store the upload or its result."
    ),
    ErrorCode.CONVERSION_TIMEOUT: _Example("The conversion was stopped after 120 seconds."),
}


def example(code: ErrorCode) -> ServiceError:
    """An error with that code."""
    detail, entry, limit = _EXAMPLES[code]
    return ServiceError(code, detail, entry=entry, limit=limit)
