"""Faults of the converter: it is gone, it hangs, it leaves its folders behind."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Final

from monitoring.drill import archives
from monitoring.drill.faults.base import Fault, Place, site
from monitoring.drill.stack import Site, Stack
from monitoring.drill.traffic import repeated

_CONVERTER: Final = "converter"
_LEFT: Final = 6

_WORKS: Final = """\
#!/bin/sh
mkdir -p output && echo '# Drill' > output/drill.md
"""
_FAILS: Final = """\
#!/bin/sh
[ "$1" = --help ]
"""
_HANGS: Final = """\
#!/bin/sh
[ "$1" = --help ] || exec sleep 3600
"""


def outside_converter(script: str, **settings: object) -> Place:
    """A service with a converter command of ours."""

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


def _failing(stack: Stack) -> AbstractContextManager[None]:
    archive = archives.good()
    return repeated(lambda: stack.service.put(archive), every=0.25)


@contextmanager
def _left_behind(stack: Stack) -> Iterator[None]:
    folders = [stack.service.workspace / f"swift-conv-drill-{number}" for number in range(_LEFT)]
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
        "ConverterUnavailable",
        "the program of CONVERTER_COMMAND is removed",
        _vanished,
        outside_converter(_WORKS),
    ),
    Fault(
        "ConversionsSaturated",
        "the converter hangs, in the only slot there is, and another upload waits",
        _saturated,
        outside_converter(
            _HANGS,
            CONVERSION_SLOTS=1,
            CONVERSION_TIMEOUT_SECONDS=3600,
            CONVERSION_QUEUE_WAIT_SECONDS=3600,
        ),
        companions={"ConversionStuck": "what has held the slot for 10 minutes runs for over 5"},
    ),
    Fault(
        "ConversionStuck",
        "the converter hangs, in one of two slots",
        _hanging,
        outside_converter(_HANGS, CONVERSION_SLOTS=2, CONVERSION_TIMEOUT_SECONDS=3600),
    ),
    Fault(
        "ConversionErrorBudgetFastBurn",
        "the converter fails, whatever it is given",
        _failing,
        outside_converter(_FAILS),
        companions={
            "HighErrorRate": "each failed conversion is a request that failed",
            "ConversionErrorBudgetBurn": "nothing is converted after it, so that the failures are "
            "all that the last 30 minutes hold",
        },
        looks_back=5 * 60,  # its hour is for how long it goes on
    ),
    Fault(
        "WorkspaceLeak",
        f"{_LEFT} folders swift-conv-* are left in the workspace",
        _left_behind,
        site(),
    ),
)
