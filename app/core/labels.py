"""The labels of all metrics, and the closed sets that their values come from."""

from typing import Final, Literal, get_args

from app.core.declaration import Label
from app.core.errors import ErrorCode, Extraction

Outcome = Literal[
    "success", "client_error", "server_error", "timeout", "cancelled", "rejected_busy"
]

ErrorType = Literal["validation_error", "extraction_error", "cli_error", "timeout"]

OTHER: Final = "other"

METHODS: Final = frozenset(
    {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"}
)
OTHER_METHOD: Final = "OTHER"

METHOD: Final = Label(
    "method", f"the request's method; `{OTHER_METHOD}` for any that is not standard"
)
ENDPOINT: Final = Label("endpoint", "the route's template; `unmatched` if there is none")
STATUS: Final = Label(
    "status",
    "of the response; 500 for a crash, 503 if the service stopped before the response ended, 499 "
    "if the client hung up before that",
)
EXTRACTION: Final = Label(
    "status",
    "`failed_validation`: refused before a page was read; `failed_extraction`: a page could not "
    "be inflated, or none could be decoded; otherwise `success`, even if it failed later, but "
    "nothing where the converter or room on the disk was missing",
    get_args(Extraction),
)
REASON: Final = Label(
    "reason", "an error code", tuple(code.value for code in ErrorCode if code.verdict is not None)
)
OUTCOME: Final = Label("outcome", "as in the log's `conversion_finished`", get_args(Outcome))
ERROR_TYPE: Final = Label(
    "error_type",
    "`validation_error`: the archive was refused; `extraction_error`: its pages could not be "
    "read; `timeout`; `cli_error`: everything else, from the converter's crash to a full disk",
    get_args(ErrorType),
)
PAGE_RESULT: Final = Label("result", "whether a page could be read", ("converted", "skipped"))
NODE: Final = Label("node", f"a RenderNode type of the published format, or `{OTHER}`")
CHECK: Final = Label(
    "check",
    "`admission`: conversions are accepted, as there is no file DRAIN and the service is not "
    "stopping; `workspace`: uploads can be stored",
    ("admission", "workspace"),
)
VERSION: Final = Label("version", "of docc2context")
PYTHON: Final = Label("python", "the version of Python")
COMMIT: Final = Label("commit", "`BUILD_COMMIT`")
RESOURCE: Final = Label(
    "resource_type",
    "`cpu_percent`: percentage of the CPUs that may be used; `memory_mb`: the working set in MiB; "
    "`disk_free_gb`: GiB left for the service on the workspace's filesystem",
    ("cpu_percent", "memory_mb", "disk_free_gb"),
)
PATH: Final = Label("path", "`WORKSPACE_DIR`")
