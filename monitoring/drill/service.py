"""The real service, with routes that do it harm: `python -m monitoring.drill.service --port N`.

Its settings come from the environment, as always. Nothing of this is in the service as shipped.
"""

import argparse
import os
import time
from pathlib import Path

import uvicorn
from fastapi import APIRouter

from app.main import create_app
from monitoring.drill.harm import BLOCK, BLOCK_SECONDS, CRASH, PREFIX

router = APIRouter(prefix=PREFIX, include_in_schema=False)


@router.get(CRASH)
async def crash() -> None:
    """Fail as a programmer's mistake does."""
    raise RuntimeError("the drill asked for a crash")


@router.get(BLOCK)
async def block() -> None:
    """Hold the event loop, as a call does that should have gone to a thread."""
    time.sleep(BLOCK_SECONDS)  # noqa: ASYNC251  # that is the fault


def main() -> None:
    """Serve on a port of the loopback until a signal."""
    options = _arguments()
    if options.cgroup is not None:
        (options.cgroup / "cgroup.procs").write_text(str(os.getpid()))
    if options.one_cpu:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    app = create_app(more=[router], sampling_seconds=options.sampling_seconds)
    uvicorn.run(app, port=options.port, access_log=False, log_level="warning")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m monitoring.drill.service")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--sampling-seconds", type=float, required=True)
    parser.add_argument("--cgroup", type=Path, help="a control group to go into")
    parser.add_argument("--one-cpu", action="store_true", help="use one CPU alone")
    return parser.parse_args()


if __name__ == "__main__":
    main()
