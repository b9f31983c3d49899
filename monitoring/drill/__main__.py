"""`python -m monitoring.drill`: cause 37 of the 38 alerts, and see who is notified.

DOCS/DRILL.md says more.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final

from monitoring.drill import against, report
from monitoring.drill.deployed import Deployed
from monitoring.drill.faults import FAULTS, Fault
from monitoring.drill.outcome import Outcome
from monitoring.drill.plan import Plan
from monitoring.drill.run import drill
from monitoring.drill.waiting import Patience
from monitoring.programs import ProgramMissing, require_watchers

_FACTOR: Final = 20
"""Prometheus then scrapes every 0.75 s, and all alerts take some 12 minutes."""

_LANES: Final = 4
_TICK_SECONDS: Final = 0.2
"""How long Ctrl-C may have to wait."""


def main() -> int:
    """Drill; return 0 if nothing failed (in CI, nothing skipped either), otherwise 1."""
    options = _arguments()
    if options.list:
        print("\n".join(f"{fault.alert:<38} {fault.description}" for fault in FAULTS.values()))
        return 0
    began = time.monotonic()
    outcomes = _drill_deployed(options) if options.against else _drill_our_own(options)
    seconds = time.monotonic() - began
    factor = 1 if options.against else options.factor
    print(f"\n{report.table(outcomes)}")
    print(f"{seconds:.0f} s; all figures: {report.write(outcomes, factor, seconds)}")
    print(report.last_line(outcomes))
    return _exit_code(outcomes)


def _drill_our_own(options: argparse.Namespace) -> list[Outcome]:
    """On stacks of our own."""
    try:
        require_watchers()
    except ProgramMissing as missing:
        sys.exit(f"The drill cannot start: {missing}")
    try:
        plan = Plan.compressed(options.factor)
    except ValueError as unsuitable:
        sys.exit(f"The drill cannot start: {unsuitable}")
    chosen = [fault for fault in FAULTS.values() if not options.only or fault.alert in options.only]
    print(f"{len(chosen)} alerts; all times are divided by {options.factor}", flush=True)
    return _drill_all(chosen, plan, options.lanes)


def _drill_deployed(options: argparse.Namespace) -> list[Outcome]:
    """On a stack that runs elsewhere."""
    with Deployed(options.against, options.prometheus, options.alertmanager) as deployed:
        return against.drill(deployed, options.only or (), Patience())


def _drill_all(faults: Sequence[Fault], plan: Plan, lanes: int) -> list[Outcome]:
    """The outcomes in the order of the faults, printed as they come; drills run in parallel."""
    patience = Patience()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ThreadPoolExecutor(lanes) as pool:
        running = [pool.submit(_drill_one, fault, plan, patience) for fault in faults]
        try:
            _print_as_they_come(running)
        except KeyboardInterrupt:
            print("Interrupted: undoing the faults", file=sys.stderr)
            patience.end()
            pool.shutdown(cancel_futures=True)
            raise
    return [future.result() for future in running]


def _print_as_they_come(running: Iterable[Future[Outcome]]) -> None:
    waiting = set(running)
    while waiting:
        done, waiting = wait(waiting, _TICK_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            print(report.line(future.result()), flush=True)


def _drill_one(fault: Fault, plan: Plan, patience: Patience) -> Outcome:
    lacking = "; ".join(filter(None, (need() for need in fault.needs)))
    if lacking:
        return Outcome(fault.alert, fault.description, skipped=lacking)
    return drill(fault, plan, patience)


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    in_ci = os.environ.get("CI") == "true"
    return int(any(one.problems or (in_ci and one.skipped) for one in outcomes))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m monitoring.drill", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", metavar="ALERT", choices=FAULTS, help="drill only these alerts"
    )
    parser.add_argument("--list", action="store_true", help="list the alerts and their causes")
    parser.add_argument(
        "--factor", type=_positive, default=_FACTOR, help="divide all times by this"
    )
    parser.add_argument("--lanes", type=_positive, default=_LANES, help="how many drills at once")
    elsewhere = parser.add_argument_group(
        "a deployed stack", f"in real time, and only for {', '.join(against.SAFE)}"
    )
    elsewhere.add_argument("--against", metavar="URL", help="the service")
    elsewhere.add_argument("--prometheus", metavar="URL", default="http://localhost:9090")
    elsewhere.add_argument("--alertmanager", metavar="URL", default="http://localhost:9093")
    options = parser.parse_args()
    if options.against and (harmful := set(options.only or ()) - set(against.SAFE)):
        parser.error(f"cannot be drilled against a deployed stack: {', '.join(sorted(harmful))}")
    return options


def _positive(text: str) -> int:
    """A number for argparse, which words the error for anything else."""
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
