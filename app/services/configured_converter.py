"""The converter that the settings name, within the limits that they set."""

from app.core.config import Settings
from app.services.converter import Converter
from app.services.outside_converter import OutsideConverter
from app.services.own_converter import OwnConverter
from app.worker.launcher import Launcher
from app.worker.locks.bounds import Bounds
from docc2context import Limits


def configured_converter(settings: Settings, launcher: Launcher) -> Converter:
    """Our own converter, or the command that the operator has set."""
    limits, bounds = limits_of(settings), bounds_of(settings)
    timeout_seconds = settings.conversion_timeout_seconds
    if settings.converter_command:
        return OutsideConverter(
            settings.converter_command,
            workspace=settings.workspace_dir,
            launcher=launcher,
            limits=limits,
            bounds=bounds,
            timeout_seconds=timeout_seconds,
        )
    return OwnConverter(
        launcher=launcher, limits=limits, bounds=bounds, timeout_seconds=timeout_seconds
    )


def limits_of(settings: Settings) -> Limits:
    """The converter's limits as the operator has set them."""
    return Limits(
        max_entries=settings.max_entries,
        max_archive_bytes=settings.max_archive_bytes,
        max_page_bytes=settings.max_page_bytes,
        max_output_bytes=settings.max_output_bytes,
    )


def bounds_of(settings: Settings) -> Bounds:
    """The child's bounds as the operator has set them."""
    return Bounds(
        memory_bytes=settings.conversion_memory_bytes,
        cpu_seconds=settings.conversion_cpu_seconds,
        file_bytes=settings.max_output_bytes,
    )
