"""What the settings say, as the converter takes it."""

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
