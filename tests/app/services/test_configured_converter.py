"""What the settings say, as the converter takes it."""

import pytest

from app.core.config import Settings
from app.services.configured_converter import bounds_of, configured_converter, limits_of
from app.services.outside_converter import OutsideConverter
from app.services.own_converter import OwnConverter
from app.worker.launcher import Launcher
from app.worker.locks.bounds import Bounds


def test_the_converter_is_our_own_unless_a_command_is_set() -> None:
    assert isinstance(configured_converter(Settings(), Launcher()), OwnConverter)
    outside = configured_converter(Settings(converter_command=("convert",)), Launcher())
    assert isinstance(outside, OutsideConverter)


@pytest.mark.parametrize("command", [(), ("convert",)])
def test_a_converter_has_the_limits_that_are_set(command: tuple[str, ...]) -> None:
    settings = Settings(
        converter_command=command,
        max_entries=1,
        conversion_cpu_seconds=2,
        conversion_timeout_seconds=3,
    )

    converter = configured_converter(settings, Launcher())

    assert isinstance(converter, OwnConverter | OutsideConverter)
    assert (converter._limits, converter._bounds) == (limits_of(settings), bounds_of(settings))
    assert converter._timeout_seconds == 3


def test_the_settings_are_the_limits() -> None:
    limits = limits_of(
        Settings(max_entries=1, max_archive_bytes=2, max_page_bytes=3, max_output_bytes=4)
    )

    assert (limits.max_entries, limits.max_archive_bytes) == (1, 2)
    assert (limits.max_page_bytes, limits.max_output_bytes) == (3, 4)


def test_the_settings_are_the_bounds() -> None:
    bounds = bounds_of(
        Settings(conversion_memory_bytes=2**27, conversion_cpu_seconds=2, max_output_bytes=3)
    )

    assert bounds == Bounds(memory_bytes=2**27, cpu_seconds=2, file_bytes=3)
