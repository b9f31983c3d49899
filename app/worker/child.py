"""What runs inside the child process: one conversion, from descriptor to descriptor."""

from collections import Counter
from functools import partial

import docc2context
from app.core.labels import OTHER
from app.worker.locks.bounds import Bounds
from app.worker.locks.lock_up import lock_up
from app.worker.options import Options
from app.worker.protocol import Converted, Ready
from app.worker.replies import extracted, reply_with, send_reply
from app.worker.sent_file import opened
from docc2context import Limits, Reading, Report, node_type


def convert(
    reply: int, upload: int, result: int, options: Options, limits: Limits, bounds: Bounds
) -> None:
    """Convert the archive in `upload` into the empty file `result`, and report on `reply`.

    All three are descriptors that the child owns; it has no others.
    """
    lock_up(bounds, (reply, upload, result))
    reading = Reading()
    reply_with(reply, partial(_convert, upload, result, options, limits, reading), bounds, reading)


def report_ready(reply: int, bounds: Bounds) -> None:
    """Report that a child can be started and has all it needs, and what locks it has."""
    send_reply(reply, Ready(lock_up(bounds, (reply,))))


def _convert(
    upload: int, result: int, options: Options, limits: Limits, reading: Reading
) -> Converted:
    with opened(upload) as source, open(result, "wb") as destination:
        report = docc2context.convert(
            source,
            destination,
            limits=limits,
            single=options.single,
            assets=options.assets,
            reading=reading,
        )
    return _as_converted(report, reading)


def _as_converted(report: Report, reading: Reading) -> Converted:
    """The reply for a conversion that came to its end."""
    return Converted(
        pages_converted=report.pages_converted,
        pages_skipped=len(report.pages_skipped),
        unknown_nodes=_by_type(report.unknown_nodes),
        missing_references=report.missing_references,
        assets_copied=report.assets_copied,
        output_bytes=report.output_bytes,
        extracted=extracted(reading),
    )


def _by_type(unknown_nodes: dict[str, int]) -> dict[str, int]:
    """Counts by the format's types only: an upload may name any number of others."""
    counts: Counter[str] = Counter()
    for counted, count in unknown_nodes.items():
        counts[node_type(counted) or OTHER] += count
    return dict(counts)
