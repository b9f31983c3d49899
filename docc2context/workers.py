"""The pages of an archive one after the other, converted here or by several processes."""

import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent import futures  # imports its process pool only when used
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from threading import Event, Thread
from typing import Any, BinaryIO

from docc2context.archive.reader import Archive, open_archive
from docc2context.bundle.report import SkippedPage
from docc2context.pages import Page, PageConverter, Plan

_PAGES_A_WORKER = 3000
"""Fewer do not pay: a process takes half a second to start, in which 3,000 pages are converted."""

_BATCH = 64
"""Pages handed to a worker at once; neighbours repeat each other's references."""

_BATCHES_AHEAD = 2
"""Per worker: what is converted and not yet written is held in memory."""

_BESIDE_WORKERS = 3
"""What a pool starts besides: two threads, and the process that frees its semaphores."""

ConverterFactory = Callable[[Archive, Plan], PageConverter[Page]]


@contextmanager
def converted_pages(
    source: Path | str | bytes | BinaryIO,
    archive: Archive,
    make_converter: ConverterFactory[Page],
    plan: Plan,
    workers: int,
) -> Iterator[Iterator[Page | SkippedPage]]:
    """All pages in the archive's order, whichever process converts them.

    `archive` is `source`, opened; `make_converter` makes what converts its pages. Further processes
    can open only a path: for other sources, and for few pages, none are started. Where the system
    has no room for all of them, there are fewer, or none.
    """
    useful = min(workers, len(archive.pages) // _PAGES_A_WORKER)
    if useful > 1 and isinstance(source, str | Path):
        useful = _room_for(useful + _BESIDE_WORKERS) - _BESIDE_WORKERS
    if useful < 2 or not isinstance(source, str | Path):
        yield map(make_converter(archive, plan).convert, archive.pages)
        return
    # Spawned, not forked: the caller may have threads.
    from multiprocessing import get_context  # noqa: PLC0415  # 9 ms that few conversions need

    context, started_with = get_context("spawn"), (source, make_converter, plan)
    with _starting():
        pool = futures.ProcessPoolExecutor(useful, context, _start, started_with)
    with pool:
        try:
            yield _in_order(pool, archive.pages, ahead=useful * _BATCHES_AHEAD)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _starting() -> Iterator[None]:
    """Raises BrokenExecutor if a process or thread cannot be started, or a process has ended."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise futures.BrokenExecutor("a process could not be started") from error


def _room_for(count: int) -> int:
    """How many threads, up to that many, can be there at once; the system counts processes as such.

    They are started, and ended: a pool whose own thread cannot start another would never give a
    result, nor an error. A limit of memory allows fewer threads here than processes.
    """
    done, started = Event(), list[Thread]()
    try:
        for _ in range(count):
            # As daemons: a Ctrl-C just before they are told to end would have Python wait for them.
            thread = Thread(target=done.wait, daemon=True)
            thread.start()
            started.append(thread)
    except RuntimeError:  # there is no room for one more
        pass
    finally:
        done.set()
        for thread in started:
            thread.join()
    return len(started)


def _in_order(pool: futures.Executor, pages: Sequence[str], *, ahead: int) -> Iterator[Any]:
    """What the pool makes of the pages, in order; of what type, its `make_converter` decides."""
    batches = (pages[start : start + _BATCH] for start in range(0, len(pages), _BATCH))
    waiting = deque(_submitted(pool, batch) for batch in islice(batches, ahead))
    while waiting:
        yield from waiting.popleft().result()
        waiting.extend(_submitted(pool, batch) for batch in islice(batches, 1))


def _submitted(pool: futures.Executor, batch: Sequence[str]) -> futures.Future[list[Any]]:
    """A batch handed to the pool, which may start a process for it.

    The new process inherits a blocked SIGINT: Ctrl-C goes to all processes of a terminal, and the
    parent is to end the others.
    """
    with _starting(), _sigint_blocked():
        return pool.submit(_convert_batch, batch)


@contextmanager
def _sigint_blocked() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


class _Worker:
    """What a worker process opens once, for as long as it lives."""

    converter: PageConverter[Any]
    opened = ExitStack()


def _start(source: Path | str, make_converter: ConverterFactory[Any], plan: Plan) -> None:
    archive = _Worker.opened.enter_context(open_archive(source, plan.limits, assets=plan.assets))
    _Worker.converter = make_converter(archive, plan)


def _convert_batch(pages: Sequence[str]) -> list[Any]:
    return [_Worker.converter.convert(page) for page in pages]
