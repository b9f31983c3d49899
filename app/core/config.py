"""What an operator may set, each setting with its unit, bounds and reason."""

import os
import re
import shlex
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import SplitResult, urlsplit

from limits import parse_many
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_MIB = 1024 * 1024
_GIB = 1024 * _MIB

Networks = tuple[IPv4Network | IPv6Network, ...]

_STORE_FORMS: Final = "memory:// or redis[s]://[user:password@]host[:port][/db]"
_ORIGIN: Final = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_DEFAULT_PORT: Final = re.compile(r"http://.*:80|https://.*:443")


def usable_cpus() -> int:
    """The CPUs that this process may run on; in a container these can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _setting(unit: str, reason: str, **field: Any) -> Any:  # noqa: ANN401  # as `Field` itself
    return Field(description=reason, json_schema_extra={"unit": unit}, **field)


class Settings(BaseSettings):
    """Read from environment variables with the same names in capitals, without a prefix."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,
        validate_default=True,
        hide_input_in_errors=True,  # it may contain a password
    )

    workspace_dir: Path = _setting(
        "directory",
        "Where uploads and results are kept while they are worked on, as files without a name. It "
        "must be writable, and on disk rather than in memory: `/tmp` is in memory on many "
        "systems.",
        default=Path("/var/tmp"),  # noqa: S108  # the files in it have no names to guess
    )
    max_upload_bytes: int = _setting(
        "bytes",
        "The largest archive that is accepted: by default, twice the largest we have seen.",
        default=256 * _MIB,
        ge=1,
    )
    max_entries: int = _setting(
        "entries",
        "How many entries an archive may have, pages or not: by default, four times as many as the "
        "largest archive we have seen.",
        default=200_000,
        ge=1,
    )
    max_archive_bytes: int = _setting(
        "bytes",
        "The size of all pages of an archive, decompressed, and of the assets that are copied.",
        default=_GIB,
        ge=1,
    )
    max_page_bytes: int = _setting(
        "bytes",
        "The size of one page, decompressed: by default, sixteen times the largest we have seen.",
        default=16 * _MIB,
        ge=1,
    )
    max_output_bytes: int = _setting(
        "bytes",
        "The size of all that is written for one archive, before compression.",
        default=256 * _MIB,
        ge=1,
    )
    head_timeout_seconds: float = _setting(
        "seconds",
        "How long a request's address and headers may take to arrive, from when the connection "
        "opens or, after an answer, from the next byte on.",
        default=10.0,
        gt=0,
        le=3600,
    )
    upload_idle_seconds: float = _setting(
        "seconds",
        "How long an upload may send nothing before it is dropped and its connection closed.",
        default=30.0,
        gt=0,
        le=3600,
    )
    download_idle_seconds: float = _setting(
        "seconds",
        "How long a client may acknowledge nothing of the answer that is being sent to it before "
        "its connection is closed. Keep it long: a client that starts fast and then slows down "
        "acknowledges rarely.",
        default=120.0,
        gt=0,
        le=3600,
    )
    upload_slots: int = _setting(
        "uploads",
        "How many uploads may arrive at once. Each takes up two descriptors, some 400 KiB of "
        "memory, and its size in the workspace. If all slots are taken and another upload begins, "
        "the slowest gives way, unless it sends at least 64 KiB a second or began within 2 "
        "seconds.",
        default=128,
        ge=1,
        le=10_000,
    )
    conversion_slots: int = _setting(
        "conversions",
        "How many conversions run at once. Each keeps one CPU busy, so more of them only slow "
        "each other down.",
        default_factory=usable_cpus,
        ge=1,
        le=1024,
    )
    conversion_queue: int = _setting(
        "uploads",
        "How many complete uploads may wait for a slot; each takes up its size in the workspace.",
        default=16,
        ge=0,
        le=10_000,
    )
    conversion_queue_wait_seconds: float = _setting(
        "seconds",
        "How long an upload waits for a slot before its client is told to try again later.",
        default=10.0,
        ge=0,
        le=3600,
    )
    conversion_timeout_seconds: float = _setting(
        "seconds",
        "How long one conversion may run. The largest archive we have seen takes a fraction of it.",
        default=120.0,
        gt=0,
        le=3600,
    )
    conversion_cpu_seconds: int = _setting(
        "seconds",
        "How much CPU time one conversion may use: by default, thirty times what the largest "
        "archive we have seen takes, and half of CONVERSION_TIMEOUT_SECONDS, so that the answer "
        "names the archive as the cause.",
        default=60,
        ge=1,
        le=3600,
    )
    conversion_memory_bytes: int = _setting(
        "bytes",
        "How much address space one conversion may use: 30 MiB for Python and the converter, 15 "
        "MiB for the largest archive we have seen, and room for one that reaches all the limits "
        "above.",
        default=_GIB,
        ge=64 * _MIB,
    )
    converter_command: Annotated[tuple[str, ...], NoDecode] = _setting(
        "command",
        "Another converter in place of the built-in one, called as `COMMAND ARCHIVE --output DIR "
        "--force`; quoted as for a shell, but run without one.",
        default=(),
    )
    rate_limit: str = _setting(
        "conversions per time",
        "How many conversions one client may request, such as `5/second` or `100/2 hours`.",
        default="60/minute",
    )
    rate_limit_enabled: bool = _setting(
        "true or false",
        "Whether RATE_LIMIT applies; `false` if a proxy in front has a limit of its own.",
        default=True,
    )
    rate_limit_store: str = _setting(
        "URL",
        "Where the counts are kept: `memory://` for one process, or, to share one limit among "
        "replicas, `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS. The value "
        "is never shown.",
        default="memory://",
        repr=False,
    )
    trusted_proxies: Annotated[Networks, NoDecode] = _setting(
        "addresses and networks, separated by commas",
        "The proxies in front, such as `10.0.0.0/8,fd00::/8`. X-Forwarded-For is believed if one "
        "of them sends it, and ignored otherwise.",
        default=(),
    )
    shutdown_grace_seconds: float = _setting(
        "seconds",
        "How long conversions may go on after the service is told to stop. Whatever stops it must "
        "wait longer, by the time for downloads and some seconds: by default, Docker kills after "
        "10 seconds, Kubernetes after 30.",
        default=20.0,
        ge=0,
        le=3600,
    )
    metrics_token: SecretStr | None = _setting(
        "secret",
        "The bearer token that `/metrics` requires; white space around it is ignored. Without a "
        "token, anyone who can reach the port may scrape.",
        default=None,
        repr=False,
    )
    build_commit: str = _setting(
        "revision",
        "The source revision that this was built from, for `docc2context_build_info`; the image "
        "sets it.",
        default="unknown",
        pattern=r"^[A-Za-z0-9._+-]{1,64}$",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = _setting(
        "origins",
        "The sites whose scripts may read the answers, separated by commas, such as "
        "`https://docs.example`. `*` alone means all sites: the service has no sessions that a "
        "script could abuse.",
        default=(),
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "level",
        "The least severe level that is logged; health checks and scrapes are logged at `debug`.",
        default="info",
    )
    log_format: Literal["json", "console", "auto"] = _setting(
        "format", "`auto` is `console` on a terminal and `json` anywhere else.", default="auto"
    )

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _lower_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("converter_command", mode="before")
    @classmethod
    def _split_command(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return tuple(shlex.split(value))
        except ValueError as error:
            raise ValueError(f"has wrong quoting: {error}") from error

    @field_validator("rate_limit")
    @classmethod
    def _check_rate_limit(cls, value: str) -> str:
        try:
            limits = parse_many(value)
        except ValueError:
            limits = []
        if len(limits) != 1 or limits[0].amount < 1:
            raise ValueError("is not a number of conversions per time, such as 60/minute")
        return value

    @field_validator("rate_limit_store")
    @classmethod
    def _check_store(cls, value: str) -> str:
        try:
            known = _is_store_url(urlsplit(value))
        except ValueError:
            known = False
        if not known:
            raise ValueError(f"is not of the form {_STORE_FORMS}")
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return tuple(ip_network(one.strip()) for one in value.split(","))
        except ValueError as error:
            raise ValueError(
                f"must be addresses or networks separated by commas: {error}"
            ) from None

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        origins = tuple(origin.strip() for origin in value.split(","))
        if origins != ("*",):
            for origin in origins:
                _check_origin(origin)
        return origins

    @field_validator("metrics_token")
    @classmethod
    def _strip_token(cls, value: SecretStr | None) -> SecretStr | None:
        """A secret from a file may end in a line break, which no header can hold."""
        if value is None:
            return None
        token = value.get_secret_value().strip()
        if not token:
            raise ValueError("contains only white space: set a token, or leave the setting out")
        return SecretStr(token)

    @field_validator("workspace_dir")
    @classmethod
    def _check_workspace(cls, value: Path) -> Path:
        # In this order: `is_dir` raises if it may not look, or if the path is too long.
        if not os.access(value, os.W_OK | os.X_OK) or not value.is_dir():
            raise ValueError("is not a directory that this process can write to")
        return value.absolute()


def _check_origin(origin: str) -> None:
    """Refuse what no browser sends as `Origin`, because it would never match."""
    if not _ORIGIN.fullmatch(origin):
        raise ValueError(
            f"`{origin}` is not an origin: write scheme://host or scheme://host:port, in lower "
            "case and without a path, or `*` alone"
        )
    if _DEFAULT_PORT.fullmatch(origin):
        raise ValueError(f"`{origin}` names the default port of its scheme: leave the port out")


def _is_store_url(url: SplitResult) -> bool:
    """Whether a URL is of one of `_STORE_FORMS`. Raises ValueError for an invalid port."""
    if url.scheme == "memory":
        return url.geturl() in {"memory:", "memory://"}
    database = url.path.removeprefix("/")
    return (
        url.scheme in {"redis", "rediss"}
        and bool(url.hostname)
        and url.port != 0
        and (not database or database.isdecimal())
        and not (url.query or url.fragment)
    )


def load_settings() -> Settings:
    """The settings from this process's environment; a bad one ends the process with one sentence.

    Raises SystemExit, which names each bad variable, its value unless that may hold a password, and
    what is wrong with it.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SystemExit(_refusal(error)) from None


def _refusal(error: ValidationError) -> str:
    faults = (
        f"{_assignment(str(fault['loc'][0]), fault['input'])}: {_fault_text(fault['msg'])}"
        for fault in error.errors()
    )
    return "docc2context-service cannot start: " + "; ".join(faults)


def _assignment(name: str, value: object) -> str:
    return f"{name.upper()}={value if Settings.model_fields[name].repr else '***'}"


def _fault_text(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
