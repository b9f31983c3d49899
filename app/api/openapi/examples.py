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
    ErrorCode.EMPTY_UPLOAD: _Example("The file is empty (0 bytes)."),
    ErrorCode.INVALID_ZIP: _Example(
        "The zip is damaged: the checksum of an entry does not match its data.", _PAGE
    ),
    ErrorCode.AMBIGUOUS_ZIP: _Example(
        "The zip can be read in two ways: other data follows its end record."
    ),
    ErrorCode.DUPLICATE_ENTRY: _Example("Two entries have the same name.", _PAGE),
    ErrorCode.IMPOSSIBLE_RATIO: _Example(
        "An entry declares that 2 bytes inflate to 2065, but deflate turns one byte into at most "
        "1032.",
        _PAGE,
        1032,
    ),
    ErrorCode.UNAUTHORIZED: _Example("Metrics are served only with the right token."),
    ErrorCode.NOT_FOUND: _Example("The service has nothing at this address."),
    ErrorCode.METHOD_NOT_ALLOWED: _Example("This address accepts POST, PUT."),
    ErrorCode.NOT_ACCEPTABLE: _Example(
        "The Accept header does not allow application/zip or text/markdown."
    ),
    ErrorCode.UPLOAD_STALLED: _Example("No data of the upload arrived for 30 s."),
    ErrorCode.UPLOAD_TOO_LARGE: _Example(
        "The upload is larger than 268435456 bytes.", limit=268435456
    ),
    ErrorCode.TOO_MANY_ENTRIES: _Example(
        "The zip has 250000 entries, over the limit of 200000.", limit=200000
    ),
    ErrorCode.ARCHIVE_TOO_LARGE: _Example(
        "The archive's pages have 2000000000 bytes in total, over the limit of 1073741824 bytes.",
        limit=1073741824,
    ),
    ErrorCode.OUTPUT_TOO_LARGE: _Example(
        "The output is over the limit of 268435456 bytes.", limit=268435456
    ),
    ErrorCode.UNSUPPORTED_CONTENT_ENCODING: _Example(
        "The Content-Encoding header names a coding other than identity."
    ),
    ErrorCode.NOT_A_ZIP: _Example("The file does not begin like a zip archive."),
    ErrorCode.UNSUPPORTED_COMPRESSION: _Example(
        "An entry is compressed with method 14, not 0 (stored) or 8 (deflate).", _PAGE
    ),
    ErrorCode.MULTI_DISK: _Example("The zip is split across several files."),
    ErrorCode.ENCRYPTED: _Example("An entry is encrypted.", _PAGE),
    ErrorCode.UNSAFE_ENTRY_NAME: _Example(
        "The name of an entry begins with a slash, which makes it absolute.",
        "'/etc/passwd'",
    ),
    ErrorCode.UNSAFE_ENTRY_TYPE: _Example(
        "An entry is a link, a device or another special file.", "'MyKit.doccarchive/latest'"
    ),
    ErrorCode.NAME_COLLISION: _Example(
        "An entry is a file, but other entries need a folder of that name.", "'data'"
    ),
    ErrorCode.NO_DOCC_DATA: _Example(
        "The archive contains no DocC data: no JSON page is under a data/ folder."
    ),
    ErrorCode.SEVERAL_ARCHIVES: _Example(
        "The archive contains 2 DocC archives ('A.doccarchive/', 'B.doccarchive/')."
    ),
    ErrorCode.NO_CONVERTIBLE_PAGES: _Example(
        "None of the archive's pages (1) could be read: not a RenderNode page: not a JSON object.",
        _PAGE,
    ),
    ErrorCode.CONVERSION_LIMIT_EXCEEDED: _Example(
        "The conversion of this archive needs more than 60 s of CPU time.", limit=60
    ),
    ErrorCode.RATE_LIMITED: _Example(
        "One client may request at most 60 conversions in 60 s.", limit=60
    ),
    ErrorCode.INTERNAL_ERROR: _Example("The fault is in the service, not in your request."),
    ErrorCode.CONVERSION_FAILED: _Example(
        "The converter stopped before it had finished this archive."
    ),
    ErrorCode.BUSY: _Example("All conversion slots are taken, and none became free within 10 s."),
    ErrorCode.DRAINING: _Example("The service accepts no new conversions at present."),
    ErrorCode.CONVERTER_UNAVAILABLE: _Example(
        "The service could not start a process for the conversion."
    ),
    ErrorCode.INSUFFICIENT_STORAGE: _Example(
        "The service has no space left for the upload or its result."
    ),
    ErrorCode.CONVERSION_TIMEOUT: _Example("The conversion was stopped after 120 s."),
}


def example(code: ErrorCode) -> ServiceError:
    """An error with that code."""
    detail, entry, limit = _EXAMPLES[code]
    return ServiceError(code, detail, entry=entry, limit=limit)
