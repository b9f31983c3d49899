"""A file is looked at for what Alertmanager would find in it; what it contains is not told."""

from pathlib import Path

import pytest

from monitoring.secret_files import Fault, fault_of

KEY = "0123456789abcdef" * 2
HOOK = "https://hooks.slack.com/services/T0/B0/hush"
NO_ADDRESS = "does not contain the webhook's https address"


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    path.chmod(0o640)
    return path


def what_is_wrong(path: Path) -> str | None:
    fault = fault_of(path, as_alertmanager=False)
    return None if fault is None else fault.what


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("slack_alerts_url", HOOK),
        ("slack_alerts_url", HOOK + "\n"),
        ("slack_alerts_url", "http://localhost:9099/slack/alerts"),
        ("pagerduty_routing_key", KEY + "\r\n"),
        ("heartbeat_token", " hush "),
    ],
)
def test_nothing_is_wrong_with_a_secret_whatever_white_space_surrounds_it(
    tmp_path: Path, name: str, text: str
) -> None:
    assert fault_of(file(tmp_path, name, text), as_alertmanager=False) is None


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("slack_alerts_url", " \n", "is empty"),
        ("slack_alerts_url", "http://hooks.slack.com/x", NO_ADDRESS),
        ("slack_alerts_url", HOOK + "\n" + HOOK, NO_ADDRESS),
        ("slack_alerts_url", "YOUR_WEBHOOK", NO_ADDRESS),
        ("pagerduty_routing_key", KEY[1:], "does not contain a key of 32 characters"),
        ("pagerduty_routing_key", KEY + "0", "does not contain a key of 32 characters"),
        ("heartbeat_token", "two words", "does not contain the token"),
    ],
)
def test_a_file_that_holds_something_else_is_wrong(
    tmp_path: Path, name: str, text: str, what: str
) -> None:
    assert what_is_wrong(file(tmp_path, name, text)) == what


@pytest.mark.parametrize("mode", [0o644, 0o642])
def test_a_file_that_everybody_may_read_or_write_is_told_with_the_command_that_helps(
    tmp_path: Path, mode: int
) -> None:
    path = file(tmp_path, "heartbeat_token", "hush")
    path.chmod(mode)
    assert fault_of(path, as_alertmanager=False) == Fault(
        "can be read or written by everyone on this machine",
        f"chmod o= {path}",
        "anyone here can send messages in your name, or have alerts sent elsewhere",
    )


def test_what_cannot_be_read_is_told_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "heartbeat_token").mkdir()
    (tmp_path / "slack_alerts_url").write_bytes(b"\xff")
    assert what_is_wrong(tmp_path / "heartbeat_token") == "cannot be read: Is a directory"
    assert what_is_wrong(tmp_path / "slack_alerts_url") == "cannot be read: it is not text"


def test_a_file_that_is_not_there_is_told_with_what_to_write_into_it(tmp_path: Path) -> None:
    assert fault_of(tmp_path / "pagerduty_routing_key", as_alertmanager=False) == Fault(
        "is missing", "Write a key of 32 characters into it, readable only by Alertmanager."
    )
