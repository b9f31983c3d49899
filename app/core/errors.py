"""The only catalogue of errors, for responses, OpenAPI, the error page and the docs."""

from enum import Enum
from typing import Final, Literal, NamedTuple, Self

Extraction = Literal["success", "failed_validation", "failed_extraction"]


class Verdict(NamedTuple):
    """What an error says about the upload that it refuses.

    `extraction` is how the upload counts as an extraction; None if the reader has not seen it. An
    error that is hostile hardly ever occurs by accident: several in a row are an attack.
    """

    extraction: Extraction | None
    is_hostile: bool = False


_UNREAD: Final = Verdict(None)
_INVALID: Final = Verdict("failed_validation")
_HOSTILE: Final = Verdict("failed_validation", is_hostile=True)
_UNREADABLE: Final = Verdict("failed_extraction")
_EXCESSIVE: Final = Verdict("success", is_hostile=True)

# The remedies of more than one error.
_ZIP_WITH_A_COMMON_TOOL: Final = (
    "Zip the .doccarchive again with a common tool, such as `zip` or Finder."
)
_ZIP_INTO_A_NEW_FILE: Final = "Zip the .doccarchive into a new file."
SPLIT_BY_MODULE: Final = "Split the documentation by module and convert one at a time."
_TRY_AGAIN_OR_REPORT: Final = "Try again; if it happens again, report it with the request id."
_TRY_AGAIN_LATER: Final = "Try again after the number of seconds in the Retry-After header."


class ErrorCode(Enum):
    """An error that a client can get: its code, HTTP status, title, and what to do about it.

    The codes are stable: clients, metrics and alerts match on them. Those that refuse an upload
    have a verdict on it.
    """

    status: int
    title: str
    remedy: str
    verdict: Verdict | None

    def __new__(
        cls, code: str, status: int, title: str, remedy: str, verdict: Verdict | None = None
    ) -> Self:
        """Make `code` the value that a member is looked up by."""
        member = object.__new__(cls)
        member._value_ = code
        member.status, member.title, member.remedy = status, title, remedy
        member.verdict = verdict
        return member

    INVALID_REQUEST = (
        "invalid_request",
        400,
        "The request is malformed",
        "Correct what the detail names; /docs shows how to send an archive.",
    )
    MISSING_FILE = (
        "missing_file",
        400,
        "The form has no file",
        "Name the form's file field `file`.",
        _UNREAD,
    )
    EMPTY_UPLOAD = (
        "empty_upload",
        400,
        "The upload is empty",
        "Zip the .doccarchive again, and check that the file is not empty.",
        _INVALID,
    )
    INVALID_ZIP = (
        "invalid_zip",
        400,
        "The archive is damaged",
        "Check the file with `unzip -t`, or zip the .doccarchive again.",
        _INVALID,
    )
    AMBIGUOUS_ZIP = (
        "ambiguous_zip",
        400,
        "The archive can be read in two ways",
        _ZIP_WITH_A_COMMON_TOOL,
        _HOSTILE,
    )
    DUPLICATE_ENTRY = (
        "duplicate_entry",
        400,
        "The archive contains an entry twice",
        _ZIP_INTO_A_NEW_FILE,
        _INVALID,
    )
    IMPOSSIBLE_RATIO = (
        "impossible_ratio",
        400,
        "The archive declares an impossible size",
        _ZIP_WITH_A_COMMON_TOOL,
        _HOSTILE,
    )
    UNAUTHORIZED = (
        "unauthorized",
        401,
        "The token is missing or wrong",
        "Send the value of the setting METRICS_TOKEN, as `Authorization: Bearer …`.",
    )
    NOT_FOUND = (
        "not_found",
        404,
        "There is nothing at this address",
        "See /docs for the addresses that exist.",
    )
    METHOD_NOT_ALLOWED = (
        "method_not_allowed",
        405,
        "This address does not accept that method",
        "Use a method that the Allow header lists.",
    )
    NOT_ACCEPTABLE = (
        "not_acceptable",
        406,
        "The client accepts none of the formats on offer",
        "Send `Accept: application/zip` for a bundle, or `Accept: text/markdown` for one document.",
    )
    UPLOAD_STALLED = (
        "upload_stalled",
        408,
        "The upload has stalled",
        "Check the connection and send the archive again.",
    )
    UPLOAD_TOO_LARGE = (
        "upload_too_large",
        413,
        "The upload is too large",
        "Send a smaller archive, for example one without images and videos.",
        _UNREAD,
    )
    TOO_MANY_ENTRIES = (
        "too_many_entries",
        413,
        "The archive has too many entries",
        "Zip the .doccarchive folder and nothing else.",
        _HOSTILE,
    )
    ARCHIVE_TOO_LARGE = (
        "archive_too_large",
        413,
        "The archive is too large when decompressed",
        SPLIT_BY_MODULE,
        _HOSTILE,
    )
    OUTPUT_TOO_LARGE = (
        "output_too_large",
        413,
        "The result is too large",
        "Leave out the assets, or split the documentation by module and convert one at a time.",
        _EXCESSIVE,
    )
    UNSUPPORTED_CONTENT_ENCODING = (
        "unsupported_content_encoding",
        415,
        "The upload has an unsupported Content-Encoding",
        "Send the archive without a Content-Encoding: a zip is already compressed.",
    )
    NOT_A_ZIP = (
        "not_a_zip",
        415,
        "The upload is not a ZIP archive",
        "Zip the .doccarchive folder and convert the .zip file.",
        _INVALID,
    )
    UNSUPPORTED_COMPRESSION = (
        "unsupported_compression",
        415,
        "The archive is compressed in a way that is not supported",
        "Zip the .doccarchive with deflate, the default of all common tools.",
        _INVALID,
    )
    MULTI_DISK = (
        "multi_disk",
        415,
        "The archive is split across several files",
        "Zip the .doccarchive into one file.",
        _INVALID,
    )
    ENCRYPTED = (
        "encrypted",
        415,
        "The archive is encrypted",
        "Zip the .doccarchive without a password.",
        _HOSTILE,
    )
    UNSAFE_ENTRY_NAME = (
        "unsafe_entry_name",
        422,
        "The archive contains an entry with an unsafe name",
        "Zip the .doccarchive folder from inside its parent folder, so that names are relative.",
        _HOSTILE,
    )
    UNSAFE_ENTRY_TYPE = (
        "unsafe_entry_type",
        422,
        "The archive contains an entry that is neither a file nor a folder",
        "Put only files and folders into the zip.",
        _HOSTILE,
    )
    NAME_COLLISION = (
        "name_collision",
        422,
        "The archive uses one name for a file and a folder",
        _ZIP_INTO_A_NEW_FILE,
        _HOSTILE,
    )
    NO_DOCC_DATA = (
        "no_docc_data",
        422,
        "The archive contains no DocC documentation",
        "Convert the .doccarchive that `xcodebuild docbuild` or the Swift-DocC plugin produces.",
        _INVALID,
    )
    SEVERAL_ARCHIVES = (
        "several_archives",
        422,
        "The archive contains several DocC archives",
        "Convert one .doccarchive at a time.",
        _INVALID,
    )
    NO_CONVERTIBLE_PAGES = (
        "no_convertible_pages",
        422,
        "None of the archive's pages could be read",
        "Build the documentation again; if that does not help, report the archive.",
        _UNREADABLE,
    )
    CONVERSION_LIMIT_EXCEEDED = (
        "conversion_limit_exceeded",
        422,
        "The conversion exceeds a resource limit",
        SPLIT_BY_MODULE,
        _EXCESSIVE,
    )
    RATE_LIMITED = (
        "rate_limited",
        429,
        "This client has requested too many conversions",
        _TRY_AGAIN_LATER,
    )
    INTERNAL_ERROR = (
        "internal_error",
        500,
        "The service has failed",
        _TRY_AGAIN_OR_REPORT,
    )
    CONVERSION_FAILED = (
        "conversion_failed",
        500,
        "The converter stopped unexpectedly",
        _TRY_AGAIN_OR_REPORT,
    )
    BUSY = (
        "busy",
        503,
        "The service is busy",
        _TRY_AGAIN_LATER,
    )
    DRAINING = (
        "draining",
        503,
        "The service is not accepting conversions",
        _TRY_AGAIN_LATER,
    )
    CONVERTER_UNAVAILABLE = (
        "converter_unavailable",
        503,
        "The converter cannot be started",
        _TRY_AGAIN_LATER,
    )
    INSUFFICIENT_STORAGE = (
        "insufficient_storage",
        503,
        "The service cannot store the upload",
        _TRY_AGAIN_LATER,
    )
    CONVERSION_TIMEOUT = (
        "conversion_timeout",
        504,
        "The conversion took too long",
        SPLIT_BY_MODULE,
    )

    @classmethod
    def named(cls, code: str) -> "ErrorCode":
        """The entry for a code. Raises KeyError if the catalogue lacks it."""
        return {one.value: one for one in cls}[code]


class ServiceError(Exception):
    """An expected failure, as reported to the client.

    `detail` is one sentence, safe to show: no paths, no traceback. `remedy` is what to do where the
    catalogue's would not help. `entry` names the archive member concerned, `limit` is the bound
    that was hit, in the unit that `detail` names, and `retry_after` is in seconds.
    """

    def __init__(
        self,
        code: ErrorCode,
        detail: str,
        *,
        remedy: str | None = None,
        entry: str | None = None,
        limit: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.remedy = code.remedy if remedy is None else remedy
        self.entry = entry
        self.limit = limit
        self.retry_after = retry_after
