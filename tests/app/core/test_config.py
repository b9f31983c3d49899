"""Settings: their defaults, their environment, and what is said of bad ones."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.core.config import Settings, load_settings, usable_cpus
from docc2context import DEFAULT_LIMITS
from tests.app.serving import ROOT, environment


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    "name", ["max_entries", "max_archive_bytes", "max_page_bytes", "max_output_bytes"]
)
def test_the_limits_default_to_those_of_the_library(name: str) -> None:
    assert getattr(Settings(), name) == getattr(DEFAULT_LIMITS, name)


def test_there_are_as_many_slots_as_usable_cpus() -> None:
    assert Settings().conversion_slots == usable_cpus() == len(os.sched_getaffinity(0))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_each_setting_has_a_unit_and_a_reason(name: str) -> None:
    field = Settings.model_fields[name]
    extra = field.json_schema_extra

    assert isinstance(extra, dict)
    assert extra["unit"]
    assert field.description
    assert field.description.endswith(".")


def test_the_environment_is_read_without_a_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_UPLOAD_BYTES", "1000")
    monkeypatch.setenv("LOG_LEVEL", "WARNING")

    settings = load_settings()

    assert (settings.max_upload_bytes, settings.log_level) == (1000, "warning")


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_UPLOAD_BYTES", "")

    assert load_settings().max_upload_bytes == 256 * 1024 * 1024


@pytest.mark.parametrize(
    ("value", "origins"),
    [
        ("", ()),
        ("*", ("*",)),
        (
            "https://a.example, http://b.example:8080",
            ("https://a.example", "http://b.example:8080"),
        ),
        ("http://[::1]:3000", ("http://[::1]:3000",)),
        ("chrome-extension://a_b", ("chrome-extension://a_b",)),
        (
            "https://a.example:80,http://a.example:443",
            ("https://a.example:80", "http://a.example:443"),
        ),
    ],
)
def test_origins_are_separated_by_commas(
    monkeypatch: pytest.MonkeyPatch, value: str, origins: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CORS_ORIGINS", value)

    assert load_settings().cors_origins == origins


@pytest.mark.parametrize(
    "value",
    [
        "a.example",
        "https://a.example/",
        "https://a.example/path",
        "https://me@a.example",
        "https://A.example",
        "https://*.example",
        "https://a.example:443",
        "http://a.example:80",
        "http://a.example:123456",
        "http://[::1]:80",
        "https://a.example,*",
        "https://a.example,",
        "null",
    ],
)
def test_what_no_browser_sends_as_origin_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CORS_ORIGINS", value)

    with pytest.raises(SystemExit, match=r"CORS_ORIGINS=.*`.*` (is not an origin|names the def)"):
        load_settings()


TIMES = [0.001, 3600], [0, 3600.001]
WAITS = [0, 3600], [-0.001, 3600.001]


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("max_upload_bytes", [1], [0]),
        ("max_entries", [1], [0]),
        ("max_archive_bytes", [1], [0]),
        ("max_page_bytes", [1], [0]),
        ("max_output_bytes", [1], [0]),
        ("head_timeout_seconds", *TIMES),
        ("upload_idle_seconds", *TIMES),
        ("download_idle_seconds", *TIMES),
        ("conversion_slots", [1, 1024], [0, 1025]),
        ("upload_slots", [1, 10_000], [0, 10_001]),
        ("conversion_queue", [0, 10_000], [-1, 10_001]),
        ("conversion_queue_wait_seconds", *WAITS),
        ("conversion_timeout_seconds", *TIMES),
        ("conversion_cpu_seconds", [1, 3600], [0, 3601]),
        ("conversion_memory_bytes", [2**26], [2**26 - 1]),
        ("shutdown_grace_seconds", *WAITS),
        ("rate_limit", ["1/second", "100/2 hours"], ["0/second", "1", ""]),
        ("build_commit", ["a", "v1.2_3+b-c", "F" * 64], ["", "a b", "a\n", "F" * 65]),
        ("log_level", ["debug", "info", "warning", "error"], ["critical", 1]),
        ("log_format", ["json", "console", "auto"], ["text", 1]),
    ],
)
def test_a_setting_is_taken_up_to_its_bounds(
    name: str, taken: list[Any], refused: list[Any]
) -> None:
    for value in taken:
        assert getattr(Settings(**{name: value}), name) == value
    for value in refused:
        with pytest.raises(ValueError, match=name):
            Settings(**{name: value})


def test_a_command_is_quoted_as_for_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVERTER_COMMAND", "'my tool' --as a\\ b")
    assert load_settings().converter_command == ("my tool", "--as", "a b")

    monkeypatch.setenv("CONVERTER_COMMAND", "'my tool")
    with pytest.raises(SystemExit) as ended:
        load_settings()
    assert str(ended.value) == (
        "docc2context-service cannot start: CONVERTER_COMMAND='my tool: "
        "has wrong quoting: No closing quotation"
    )


def test_the_workspace_is_an_absolute_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)

    assert Settings(workspace_dir=Path("folder")).workspace_dir == tmp_path / "folder"
    with pytest.raises(ValueError, match="is not a directory that this process can write to"):
        Settings(workspace_dir=Path("file"))


def test_each_bad_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_ENTRIES", "0")
    monkeypatch.setenv("RATE_LIMIT", "many")

    with pytest.raises(SystemExit) as ended:
        load_settings()

    assert str(ended.value) == (
        "docc2context-service cannot start: "
        "MAX_ENTRIES=0: input should be greater than or equal to 1; "
        "RATE_LIMIT=many: is not a number of conversions per time, such as 60/minute"
    )


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(Settings(), "max_entries", 1)  # noqa: B010  # mypy knows that it fails


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_UPLOAD_BYTES", "0"),
        ("MAX_ENTRIES", "many"),
        ("CONVERSION_SLOTS", "0"),
        ("CONVERSION_QUEUE", "-1"),
        ("CONVERSION_QUEUE_WAIT_SECONDS", "inf"),
        ("CONVERSION_TIMEOUT_SECONDS", "0"),
        ("RATE_LIMIT", "many"),
        ("RATE_LIMIT", "0/minute"),
        ("RATE_LIMIT", "1/second;2/minute"),
        ("RATE_LIMIT_ENABLED", "perhaps"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "10.0.0.1,"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("WORKSPACE_DIR", "/nowhere/at/all"),
        ("WORKSPACE_DIR", "/" + 300 * "x"),  # no name is that long
    ],
)
def test_a_bad_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit, match=f"cannot start: {name}={value}: "):
        load_settings()


@pytest.mark.parametrize(
    "value",
    [
        "http://secret@localhost",
        "redis://:secret@",
        "redis://localhost:secret",
        "redis://localhost:99999/secret",
        "redis://localhost/secret",
        "redis://localhost?password=secret",
        "redis+sentinel://secret",
        "memory://secret",
        "redis://[secret",
        "redis://localhost:0",
        "redis://localhost#secret",
        "redis:///1",
    ],
)
def test_a_bad_store_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("RATE_LIMIT_STORE", value)

    with pytest.raises(SystemExit) as ended:
        load_settings()

    assert str(ended.value) == (
        "docc2context-service cannot start: RATE_LIMIT_STORE=***: "
        "is not of the form memory:// or redis[s]://[user:password@]host[:port][/db]"
    )
    with pytest.raises(ValueError, match="rate_limit_store") as raised:
        Settings(rate_limit_store=value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "value", ["memory:", "memory://", "redis://localhost", "redis://localhost/", "rediss://h:1/0"]
)
def test_a_store_needs_no_more_than_its_host(value: str) -> None:
    assert Settings(rate_limit_store=value).rate_limit_store == value


def test_a_good_store_is_taken_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_LIMIT_STORE", "rediss://user:secret@[::1]:6380/1")

    settings = load_settings()

    assert settings.rate_limit_store == "rediss://user:secret@[::1]:6380/1"
    assert "secret" not in repr(settings)


def test_a_token_from_a_file_is_taken_without_its_line_break(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("METRICS_TOKEN", " of-the-file\n")

    token = load_settings().metrics_token

    assert token is not None
    assert token.get_secret_value() == "of-the-file"


@pytest.mark.parametrize("value", ["\n", "  "])
def test_a_token_of_white_space_alone_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("METRICS_TOKEN", value)

    with pytest.raises(SystemExit) as ended:
        load_settings()

    assert str(ended.value) == (
        "docc2context-service cannot start: METRICS_TOKEN=***: "
        "contains only white space: set a token, or leave the setting out"
    )


def test_proxies_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,fd00::/8")

    networks = load_settings().trusted_proxies

    assert [str(one) for one in networks] == ["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"]


def test_a_server_with_a_bad_setting_says_one_sentence_and_ends(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "uvicorn", "app.main:app", "--port", "0"],
        cwd=ROOT,
        env=os.environ | environment(WORKSPACE_DIR=tmp_path, MAX_ENTRIES="many"),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr == (
        "docc2context-service cannot start: MAX_ENTRIES=many: "
        "input should be a valid integer, unable to parse string as an integer\n"
    )
