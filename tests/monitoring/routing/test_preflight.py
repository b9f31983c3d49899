"""What would reach nobody is said before the night."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitoring import configs
from monitoring.preflight import Finding, findings, report, summary
from monitoring.send_alert import NotSent, amtool

KEY = "0123456789abcdef" * 2
HOOK = "https://hooks.slack.com/services/T0/B0/hush"
ADDRESS = "https://beat.example.org/1"
NOBODY = 65534
ROOT = configs.ROOT


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name, text in {
        "slack_critical_url": HOOK + "\n",
        "slack_alerts_url": HOOK,
        "pagerduty_routing_key": KEY + "\r\n",
        "heartbeat_token": "hush\n",
    }.items():
        put(folder / name, text)
    return folder


def put(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o640)


def found(secrets: Path, url: str = ADDRESS, folder: Path = configs.ROOT) -> list[Finding]:
    config = configs.load(configs.ALERTMANAGER)
    config["receivers"][-1]["webhook_configs"][0]["url"] = url
    return list(findings(config, secrets, folder))


def test_nothing_is_wrong_with_all_secrets_and_line_breaks_behind_them(secrets: Path) -> None:
    assert found(secrets) == []


def test_each_missing_file_is_named_with_all_that_it_costs(tmp_path: Path) -> None:
    assert {(Path(one.setting).name, one.fault, one.consequence) for one in found(tmp_path)} == {
        (
            "slack_alerts_url",
            "is missing",
            "the receivers `default` and `warning` get nothing through Slack",
        ),
        (
            "slack_critical_url",
            "is missing",
            "the receiver `critical` gets nothing through Slack",
        ),
        (
            "pagerduty_routing_key",
            "is missing",
            "the receiver `critical` gets nothing through PagerDuty",
        ),
        ("heartbeat_token", "is missing", "nobody learns when alerting itself has stopped"),
    }


def test_a_file_for_all_receivers_is_named_with_what_none_of_them_gets(secrets: Path) -> None:
    config = configs.load(configs.ALERTMANAGER)
    config["global"]["slack_api_url_file"] = str(configs.SECRETS / "slack_url")
    finding, _heartbeat = findings(config, secrets, configs.ROOT)
    assert finding.consequence == "no receiver gets anything through Slack"


def test_sections_may_be_empty(secrets: Path) -> None:
    receivers = [
        {"name": "critical", "slack_configs": None},
        {"name": "warning", "slack_configs": [{"api_url_file": None}]},
    ]
    config = {"global": None, "templates": None, "receivers": receivers}
    assert list(findings(config, secrets, configs.ROOT)) == []


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        *(("", text) for text in ("5", "0x10", "yes", "2020-01-01", "2020-13-45", "=")),
        *(("!!int", "0x10"), ("!!float", "5"), ("!!bool", "yes"), ("!!timestamp", "2020-01-01")),
    ],
)
def test_whatever_is_written_is_a_text_where_alertmanager_takes_one(
    tmp_path: Path, tag: str, text: str
) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(
        f"""
        route: {{receiver: {tag} {text}}}
        receivers:
          - name: {tag} {text}
            slack_configs: [{{api_url_file: {tag} {text}, channel: a}}]
        templates: [{tag} {text}]
        """
    )
    amtool("check-config", str(file))  # accepts it

    templates, secret = findings(configs.load(file, configs.as_written), tmp_path, tmp_path)

    assert (templates.setting, templates.fault) == (str(tmp_path / text), "is missing")
    assert (secret.setting, secret.fault) == (text, "is missing")
    assert secret.consequence == f"the receiver `{text}` gets nothing through Slack"


@contextmanager
def without_roots_rights() -> Iterator[None]:
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def kept_from_this_user(secrets: Path, *, as_alertmanager: bool) -> Finding:
    """What is said of a file that nobody but root may read."""
    (secrets / "heartbeat_token").chmod(0)
    config = configs.load(configs.ALERTMANAGER)
    with without_roots_rights():
        said = list(findings(config, secrets, ROOT, as_alertmanager=as_alertmanager))
    (finding,) = [one for one in said if one.setting == str(secrets / "heartbeat_token")]
    return finding


def test_what_this_user_may_not_read_is_neither_called_wrong_nor_right(secrets: Path) -> None:
    finding = kept_from_this_user(secrets, as_alertmanager=False)

    assert finding == (
        str(secrets / "heartbeat_token"),
        "cannot be examined by this user",
        "whether it is correct is not known",
        "Run this as root to check it.",
    )
    assert summary([finding]) == "1 to be checked by root"
    assert summary([finding, finding._replace(fault="is missing")]) == (
        "1 to be set, 1 to be checked by root"
    )


def test_what_alertmanager_will_not_be_able_to_read_is_wrong(secrets: Path) -> None:
    finding = kept_from_this_user(secrets, as_alertmanager=True)

    assert (finding.fault, finding.consequence) == (
        "cannot be read: Permission denied",
        "nobody learns when alerting itself has stopped",
    )


def test_the_address_of_the_example_is_no_heartbeat(secrets: Path) -> None:
    (finding,) = found(secrets, url="https://heartbeat.example.com/docc2context")
    assert (finding.setting, finding.fault) == ("url of `heartbeat`", "is still the example's")


def test_templates_are_looked_for_beside_the_configuration(secrets: Path, tmp_path: Path) -> None:
    (finding,) = found(secrets, folder=tmp_path)
    assert finding.setting == str(tmp_path / "monitoring/alertmanager/*.tmpl")
    assert finding.consequence == "no notification can be written"


def preflight(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitoring.preflight", *map(str, arguments)]
    return subprocess.run(command, cwd=configs.ROOT, capture_output=True, text=True, check=False)


def test_the_command_fails_as_long_as_something_is_missing_and_prints_no_secret(
    secrets: Path,
) -> None:
    put(secrets / "slack_alerts_url", "hush hush")
    run = preflight("--secrets", secrets)

    assert (run.returncode, run.stderr) == (1, "")
    assert run.stdout.splitlines()[-1] == "preflight: 2 to be set"
    assert "hush" not in run.stdout
    assert KEY not in run.stdout


def test_the_command_succeeds_when_all_is_set(secrets: Path) -> None:
    config = configs.load(configs.ALERTMANAGER)
    config["templates"] = [str(configs.TEMPLATES)]
    config["receivers"][-1]["webhook_configs"][0]["url"] = ADDRESS
    file = configs.write(config, secrets / "alertmanager.yml")
    run = preflight("--secrets", secrets, "--config", file)

    assert (run.returncode, run.stdout) == (0, "preflight: every receiver is set up\n")


def test_a_configuration_that_is_no_yaml_is_an_error_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text("route:\n  receiver: [")
    run = preflight("--config", file)

    assert run.returncode == 2
    assert "line 2" in run.stderr


@pytest.mark.parametrize(
    ("key", "again"), [("receivers", "receivers: [{name: a}]"), ("receiver", "  'receiver': a")]
)
def test_a_key_that_is_set_twice_is_an_error_as_for_alertmanager_unless_it_merges(
    tmp_path: Path, key: str, again: str
) -> None:
    file = tmp_path / "alertmanager.yml"
    once = "receivers: [{name: a}]\nroute:\n  receiver: a\n  <<: {}\n  <<: {}\n"
    file.write_text(once)
    amtool("check-config", str(file))  # accepts it
    file.write_text(once + again)
    with pytest.raises(NotSent):
        amtool("check-config", str(file))
    run = preflight("--config", file)

    assert run.returncode == 2
    assert f"`{key}` is set twice in one object" in run.stderr
    assert "line 6" in run.stderr


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "it holds no settings"),
        ("- a", "it holds no settings"),
        ("{}", "it names no receivers, so it is not a configuration of Alertmanager"),
        ("receivers:", "it names no receivers, so it is not a configuration of Alertmanager"),
        ("[" * 20_000, "it is nested too deeply, or contains itself"),
        (
            "receivers: [{name: a, slack_configs: [&a {b: *a}]}]",
            "it is nested too deeply, or contains itself",
        ),
    ],
    ids=["empty", "list", "object", "none", "deep", "endless"],
)
def test_what_is_no_configuration_is_an_error_that_says_so(
    tmp_path: Path, text: str, fault: str
) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(text)
    run = preflight("--config", file)

    assert (run.returncode, run.stderr) == (2, f"preflight: {file}: {fault}\n")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("receivers: 5", "`receivers` has the wrong type: Expected `array`, got `str`"),
        (
            "receivers: [3]",
            "`receivers` has the wrong type: Expected `object`, got `str` - at `$[0]`",
        ),
        (
            "receivers: [{name: [a]}]",
            "`name` has the wrong type: Expected `str`, got `array`",
        ),
        (
            "receivers: [{name: a, slack_configs: {}}]",
            "`slack_configs` has the wrong type: Expected `array`, got `object`",
        ),
        (
            "receivers: [{name: a, slack_configs: [{http_config: {x_file: [5]}}]}]",
            "`x_file` has the wrong type: Expected `str`, got `array`",
        ),
        (
            "{receivers: [{name: a}], templates: x}",
            "`templates` has the wrong type: Expected `array`, got `str`",
        ),
        (
            "{receivers: [{name: a}], global: [x]}",
            "`global` has the wrong type: Expected `object`, got `array`",
        ),
    ],
)
def test_a_setting_of_a_wrong_type_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, fault: str
) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(text)

    with pytest.raises(configs.NoSettings) as caught:
        report(file, tmp_path)

    assert str(caught.value) == (
        f"{file}: {fault}. `amtool check-config {file}` says in which line."
    )
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{receivers: [{name: a}], templates: [/]}", "`templates` takes files, and / is a folder"),
        (
            "{receivers: [{name: a}], templates: ['../*']}",
            "`templates` takes files, and ../* is a folder",
        ),
        (
            r'{receivers: [{name: a}], templates: ["a\0b/*.tmpl"]}',
            r"`templates` is a name that no file can have: 'a\x00b/*.tmpl'",
        ),
        (
            r'receivers: [{name: a, slack_configs: [{api_url_file: "/a\0b"}]}]',
            r"`api_url_file` is a name that no file can have: '/a\x00b'",
        ),
        (
            r'receivers: [{name: a, slack_configs: [{api_url_file: "/\ud800"}]}]',
            r"`api_url_file` is a name that no file can have: '/\ud800'",
        ),
    ],
)
def test_a_name_that_is_no_files_is_an_error_of_one_line(
    tmp_path: Path, text: str, fault: str
) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(text)
    run = preflight("--config", file)

    assert (run.returncode, run.stdout, run.stderr) == (2, "", f"preflight: {file}: {fault}\n")


@pytest.mark.parametrize("pattern", ["**a", "", "a" * 300, "[a"])
def test_a_pattern_that_nothing_matches_is_missing(tmp_path: Path, pattern: str) -> None:
    file = configs.write({"receivers": [{"name": "a"}], "templates": [pattern]}, tmp_path / "a.yml")

    assert preflight("--config", file).stdout.splitlines()[0] == (
        f"{tmp_path / pattern}: is missing"
    )
