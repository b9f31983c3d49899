"""What an operator may set, each with its unit, its bounds and its reason."""

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_MIB = 1024 * 1024
_GIB = 1024 * _MIB


def usable_cpus() -> int:
    """The CPUs that this process may run on, which in a container can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _setting(unit: str, reason: str, **field: Any) -> Any:  # noqa: ANN401  # as `Field` itself
    return Field(description=reason, json_schema_extra={"unit": unit}, **field)


class Settings(BaseSettings):
    """Read from environment variables of the same names in capitals, without a prefix."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_ignore_empty=True, validate_default=True
    )

    workspace_dir: Path = _setting(
        "directory",
        "Uploads and results lie here while they are worked on, as files without a name. Must be "
        "writable, and a disk rather than memory: `/tmp` is memory on many systems.",
        default=Path("/var/tmp"),  # noqa: S108  # the files in it have no names to guess
    )
    max_upload_bytes: int = _setting(
        "bytes",
        "The largest archive accepted: twice the largest met in practice.",
        default=256 * _MIB,
        ge=1,
    )
    max_entries: int = _setting(
        "entries",
        "Members of the archive, pages or not: four times the largest archive met.",
        default=200_000,
        ge=1,
    )
    max_archive_bytes: int = _setting(
        "bytes",
        "All inflated pages of the archive together, and the assets that are copied.",
        default=_GIB,
        ge=1,
    )
    max_page_bytes: int = _setting(
        "bytes", "One inflated page: sixteen times the largest met.", default=16 * _MIB, ge=1
    )
    max_output_bytes: int = _setting(
        "bytes", "All that is written, before compression.", default=256 * _MIB, ge=1
    )
    conversion_slots: int = _setting(
        "conversions",
        "How many run at once. A conversion keeps one CPU busy, so more only slow each other down.",
        default_factory=usable_cpus,
        ge=1,
        le=1024,
    )
    conversion_queue: int = _setting(
        "uploads",
        "How many complete uploads may wait for a slot; each occupies its size in the workspace.",
        default=16,
        ge=0,
        le=10_000,
    )
    conversion_queue_wait_seconds: float = _setting(
        "seconds",
        "How long an upload waits for a slot before its client is told to come back.",
        default=10.0,
        ge=0,
        le=3600,
    )
    conversion_timeout_seconds: float = _setting(
        "seconds",
        "How long one conversion may run. The largest archive met takes a fraction of it.",
        default=120.0,
        gt=0,
        le=3600,
    )
    conversion_cpu_seconds: int = _setting(
        "seconds",
        "CPU time of one conversion; thirty times what the largest archive met takes, and half of "
        "CONVERSION_TIMEOUT_SECONDS, so that an archive at fault is told so.",
        default=60,
        ge=1,
        le=3600,
    )
    conversion_memory_bytes: int = _setting(
        "bytes",
        "Address space of one conversion: 30 MiB for Python and the converter, 15 for the largest "
        "archive met, and room for one that is at all the limits above.",
        default=_GIB,
        ge=64 * _MIB,
    )
    shutdown_grace_seconds: float = _setting(
        "seconds",
        "How long conversions may go on once the service is told to stop. What stops it has to "
        "wait longer: Docker kills after 10 seconds unless told otherwise, Kubernetes after 30.",
        default=20.0,
        ge=0,
        le=3600,
    )
    metrics_token: SecretStr | None = _setting(
        "secret",
        "Asked for as a bearer token by `/metrics`; without one, whoever reaches the port may "
        "scrape.",
        default=None,
    )
    build_commit: str = _setting(
        "revision",
        "The source that this was built from, for `docc2context_build_info`; an image sets it.",
        default="unknown",
        pattern=r"^[A-Za-z0-9._+-]{1,64}$",
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "level",
        "Lines below it are dropped; health checks and scrapes are logged at debug.",
        default="info",
    )
    log_format: Literal["json", "console", "auto"] = _setting(
        "format", "`auto` is `console` on a terminal and `json` anywhere else.", default="auto"
    )

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _in_any_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("workspace_dir")
    @classmethod
    def _writable(cls, value: Path) -> Path:
        if not value.is_dir() or not os.access(value, os.W_OK | os.X_OK):
            raise ValueError("is not a directory that this process can write to")
        return value.absolute()


def load_settings() -> Settings:
    """The settings of this process's environment; a bad one ends the process with one sentence.

    Raises SystemExit, which names each variable, its value and what is wrong with it.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SystemExit(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    faults = (
        f"{str(fault['loc'][0]).upper()}={fault['input']}: {_worded(fault['msg'])}"
        for fault in error.errors()
    )
    return "docc2context-service cannot start: " + "; ".join(faults)


def _worded(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
