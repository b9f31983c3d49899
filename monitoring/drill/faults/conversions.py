"""Faults of the converter: it is gone, it hangs, it is slow, it leaves folders behind."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from monitoring.drill import archives
from monitoring.drill.faults.base import Fault, Place
from monitoring.drill.site import Site
from monitoring.drill.stack import Stack
from monitoring.drill.traffic import repeated

_CONVERTER: Final = "converter"
"""The name of the command, in the drill's folder."""

_ORPHANS: Final = 6
"""WorkspaceLeak fires above 5."""

_SLOW_SECONDS: Final = 31
"""ConversionSlow fires above 30 s, which no factor shortens."""

_SLOW_EVERY_SECONDS: Final = 2.0
_SLOW_SLOTS: Final = 20
"""Enough that no conversion has to wait: 16 are in use."""

_WORKS: Final = """\
#!/bin/sh
mkdir -p output && echo '# Drill' > output/drill.md
"""
_HANGS: Final = """\
#!/bin/sh
[ "$1" = --help ] || exec sleep 3600
"""
_IS_SLOW: Final = f"""\
#!/bin/sh
[ "$1" = --help ] || sleep {_SLOW_SECONDS}
mkdir -p output && echo '# Drill' > output/drill.md
"""


def outside_converter(script: str, **settings: object) -> Place:
    """A service with our own converter command."""

    @contextmanager
    def place(folder: Path) -> Iterator[Site]:
        program = folder / _CONVERTER
        program.write_text(script)
        program.chmod(0o755)
        yield Site(settings={"CONVERTER_COMMAND": program, **settings})

    return place


@contextmanager
def _vanished(stack: Stack) -> Iterator[None]:
    program = stack.folder / _CONVERTER
    hidden = program.with_suffix(".hidden")
    program.rename(hidden)
    try:
        stack.service.put(archives.good())
        yield
    finally:
        hidden.rename(program)
        stack.service.put(archives.good())


@contextmanager
def _hanging(stack: Stack) -> Iterator[None]:
    with stack.service.uploading(archives.good()):
        yield


@contextmanager
def _saturated(stack: Stack) -> Iterator[None]:
    with _hanging(stack), stack.service.uploading(archives.good()):
        yield


@contextmanager
def _slow(stack: Stack) -> Iterator[None]:
    archive = archives.good()
    with (
        ExitStack() as uploads,
        repeated(
            lambda: uploads.enter_context(stack.service.uploading(archive)),
            every=_SLOW_EVERY_SECONDS,
        ),
    ):
        stack.patience.until(
            lambda: bool(stack.api.query("conversion_duration_seconds_count > 0")),
            2 * _SLOW_SECONDS,
            "Prometheus sees the end of the first slow conversion",
        )
        yield


@contextmanager
def _left_behind(stack: Stack) -> Iterator[None]:
    folders = [stack.service.workspace / f"swift-conv-drill-{number}" for number in range(_ORPHANS)]
    for folder in folders:
        folder.mkdir()
    try:
        yield
    finally:
        for folder in folders:
            with suppress(FileNotFoundError):
                folder.rmdir()


FAULTS: Final = (
    Fault(
        "ConversionSlow",
        f"the converter takes {_SLOW_SECONDS} s",
        _slow,
        outside_converter(_IS_SLOW, CONVERSION_SLOTS=_SLOW_SLOTS),
        companions={
            "ConversionStuck": f"{_SLOW_SECONDS} s are over 5 minutes, compressed",
            "ConversionsAbandoned": "conversions still running when the fault ends are given up",
        },
    ),
    Fault(
        "ConverterUnavailable",
        "the program that CONVERTER_COMMAND names is removed",
        _vanished,
        outside_converter(_WORKS),
    ),
    Fault(
        "ConversionsSaturated",
        "the converter hangs in the only slot, and another upload waits",
        _saturated,
        outside_converter(
            _HANGS,
            CONVERSION_SLOTS=1,
            CONVERSION_TIMEOUT_SECONDS=3600,
            CONVERSION_QUEUE_WAIT_SECONDS=3600,
        ),
        companions={"ConversionStuck": "what has held the slot for 10 minutes has run for over 5"},
    ),
    Fault(
        "ConversionStuck",
        "the converter hangs in one of two slots",
        _hanging,
        outside_converter(_HANGS, CONVERSION_SLOTS=2, CONVERSION_TIMEOUT_SECONDS=3600),
    ),
    Fault(
        "WorkspaceLeak",
        f"{_ORPHANS} orphaned folders swift-conv-* lie in the workspace",
        _left_behind,
    ),
)
