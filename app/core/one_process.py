"""Only one process serves: several would each show only a part of the metrics."""

import multiprocessing
import os
import signal
import sys
from typing import Any, Final

_REFUSAL: Final = (
    "docc2context-service cannot start with {workers} uvicorn workers: each would count only the "
    "requests that it served itself, and a scrape would show the metrics of just one of them. "
    "Start one worker, without --workers and WEB_CONCURRENCY. Conversions run in processes of "
    "their own; for more load, run several services side by side."
)

STARTUP_FAILURE: Final = 3
"""uvicorn's exit code for an application that cannot start. A supervisor that is process 1 of a
container survives the signal below; on seeing this code it ends, with 0."""


def refuse_several_workers() -> None:
    """End this process, and the supervisor that would restart it, if it is one of several.

    Raises SystemExit. The processes that `--reload` starts run one at a time, and pass.
    """
    workers = _workers()
    if workers < 2:
        return
    sys.stderr.write(_REFUSAL.format(workers=workers) + "\n")
    supervisor = multiprocessing.parent_process()
    if supervisor is not None and supervisor.pid == os.getppid():
        # uvicorn treats all signals that usually end a process as an order to exit cleanly, with 0,
        # as it also would by itself. Of those that it leaves alone, this one makes no core dump.
        os.kill(supervisor.pid, signal.SIGALRM)
    raise SystemExit(STARTUP_FAILURE)


def _workers() -> int:
    """How many workers uvicorn's supervisor runs; 1 if it has not started this process.

    uvicorn passes its configuration to a worker as an argument, wherever it comes from: the command
    line, the environment or a call of `uvicorn.run`.
    """
    arguments: dict[str, Any] = getattr(multiprocessing.current_process(), "_kwargs", {})
    config = arguments.get("config")
    if config is None or getattr(config, "should_reload", False):
        return 1
    workers: int = getattr(config, "workers", 1)
    return workers
