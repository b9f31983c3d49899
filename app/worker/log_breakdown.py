"""Imported only by the forkserver, which thereby logs what ends it, or a child before its locks.

Python would write a traceback, in many lines of plain text between those of JSON. structlog would
take memory that all children share for what hardly ever happens.
"""

import json
import os
import sys
from datetime import UTC, datetime
from traceback import format_exception
from types import TracebackType


def _log(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    event = {
        "pid": os.getpid(),
        "reason": getattr(error, "strerror", None) or str(error) or kind.__name__,
        "exception": "".join(format_exception(kind, error, traceback)).rstrip("\n"),
        "event": "converter_process_broke_off",
        "level": "error",
        "logger": __name__,
        "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }
    sys.stderr.write(f"{json.dumps(event)}\n")


sys.excepthook = _log
