"""What DOCS/MONITORING.md says to type is typed here, against live programs."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from monitoring import alert_reference, configs, relocation
from monitoring.programs import free_port
from tests.app.archives import doccarchive
from tests.app.serving import ROOT, Server, eventually
from tests.monitoring.docs.clients import alertmanager, instant, prometheus, tool

TEXT = (ROOT / "DOCS" / "MONITORING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
SECRETS = "/etc/alertmanager/secrets"
TOKEN_FILE = "/etc/prometheus/secrets/metrics_token"

# Scraping and evaluating each second, so that a range has data at once.
_QUICK = [
    (r"scrape_interval: \w+", "scrape_interval: 1s"),
    (r"scrape_timeout: \w+", "scrape_timeout: 1s"),
    (r"evaluation_interval: \w+", "evaluation_interval: 1s"),
    (r"\n    interval: \w+", "\n    interval: 1s"),
]


def blocks(language: str) -> list[str]:
    """What stands in the code blocks of a language."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", TEXT)


def quick(text: str) -> str:
    for pattern, replacement in _QUICK:
        text = re.sub(pattern, replacement, text)
    return text


def moved(text: str, addresses: dict[str, str]) -> str:
    """The text with other addresses and paths than those of the document."""
    for address, real in addresses.items():
        text = text.replace(address, real)
    return text


def lay_out(folder: Path, addresses: dict[str, str]) -> str:
    """Put the rules and targets into a folder, and give the project's prometheus.yml for it."""
    (folder / "alert_rules.yml").write_text(quick((ROOT / "alert_rules.yml").read_text()))
    targets = folder / "monitoring" / "targets"
    targets.mkdir(parents=True)
    for file in (ROOT / "monitoring" / "targets").iterdir():
        (targets / file.name).write_text(moved(file.read_text(), addresses))
    return moved(quick((ROOT / "prometheus.yml").read_text(encoding="utf-8")), addresses)


@dataclass(frozen=True)
class Stack:
    """The service, Prometheus and Alertmanager, watching each other."""

    server: Server
    prometheus: httpx2.Client
    alertmanager: httpx2.Client

    @property
    def addresses(self) -> dict[str, str]:
        """Where they are, for where the document says that they are."""
        return {
            "localhost:8000": f"localhost:{self.server.port}",
            "localhost:9090": str(self.prometheus.base_url.netloc, "ascii"),
            "localhost:9093": str(self.alertmanager.base_url.netloc, "ascii"),
        }


@pytest.fixture(scope="module")
def stack(
    start_server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """With a conversion and a refusal behind it, and with all of it scraped."""
    server = start_server()
    folder = tmp_path_factory.mktemp("stack")
    shipped = configs.load(configs.ALERTMANAGER)
    # The heartbeat goes nowhere, and no other receiver has a secret.
    moved_routes = relocation.alertmanager(
        shipped, secrets=folder, addresses={"url": f"http://127.0.0.1:{free_port()}"}
    )
    routes = configs.write(moved_routes, folder / "alertmanager.yml")
    with alertmanager(tmp_path_factory.mktemp("alertmanager"), routes) as alerts:
        addresses = {
            "localhost:8000": f"localhost:{server.port}",
            "localhost:9093": str(alerts.base_url.netloc, "ascii"),
        }
        with prometheus(folder, lay_out(folder, addresses), itself="localhost:9090") as client:
            assert server.put(doccarchive("Foo")).status_code == 200
            assert server.put(b"hello").status_code == 415
            eventually(lambda: len(targets(client)) == 3, "all three are found")
            eventually(lambda: len(instant(client, "up == 1")) == 3, "all three are scraped")
            yield Stack(server, client, alerts)


QUERIES = [query.strip() for block in blocks("promql") for query in block.split("\n\n")]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.splitlines()[-1][:70])
def test_a_query_is_answered(query: str, stack: Stack) -> None:
    # No test runs for days: a subquery looks at the seconds that there are.
    asked = re.sub(r"\[\dd:\w+\]", "[1m:1s]", query)

    if "Empty unless" in query:
        instant(stack.prometheus, asked)
    else:
        eventually(lambda: instant(stack.prometheus, asked), f"there is data for {asked}")


@pytest.mark.parametrize(
    "query",
    [
        'http_requests_total{status="500"}',
        "rate(http_requests_total[5m])",
        "zip_extraction_duration_seconds_bucket",
    ],
)
def test_the_queries_of_the_requirement_are_there_and_work(query: str, stack: Stack) -> None:
    assert query in TEXT
    eventually(lambda: instant(stack.prometheus, query), f"there is data for {query}")


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]
MADE = [line.split()[1] for line in COMMANDS if line.startswith("make ")]
STARTING = [line for line in COMMANDS if line.startswith("prometheus ")]
TYPED = [line for line in COMMANDS if not line.startswith(("make ", "prometheus "))]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("etc") / "secrets"


@pytest.fixture(scope="module")
def shell(stack: Stack, secrets: Path) -> Callable[[str], str]:
    """Runs a line as the document has it, at other addresses; fails as it fails."""
    for name in ("promtool", "amtool", "curl"):
        tool(name)

    def run(line: str) -> str:
        done = subprocess.run(
            ["/bin/sh", "-ec", moved(line, {**stack.addresses, SECRETS: str(secrets)})],
            cwd=ROOT,
            env=os.environ | {"WORKSPACE_DIR": str(stack.server.workspace)},
            input="a secret\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_all_commands_work_in_their_order(
    shell: Callable[[str], str], stack: Stack, secrets: Path
) -> None:
    told = {line: shell(line) for line in TYPED}

    def of(start: str) -> str:
        (output,) = [output for line, output in told.items() if line.startswith(start)]
        return output

    assert "http_requests_total{" in of("curl -fsS http://localhost:8000/metrics")
    assert '"health":"up"' in of("curl -fsS http://localhost:9090/api/v1/targets")
    assert 'up{instance="' in of("promtool query instant http://localhost:9090 'up")
    assert "SUCCESS" in of("promtool check rules")
    assert "SUCCESS" in of("amtool check-config")
    assert "receiver: critical" in of("amtool config routes --config.file")
    assert of("amtool config routes test") == "critical\n"
    assert "see issue 42" in of("amtool silence query")
    left = shell("amtool silence query --alertmanager.url=http://localhost:9093")
    assert "see issue 42" not in left
    assert "A test, please ignore" in of("amtool alert query alertname=TestAlert")
    assert not (stack.server.workspace / "DRAIN").exists()
    eventually(
        lambda: instant(stack.prometheus, 'ALERTS{alertname="HighErrorRate"}'),
        "draining is noticed",
    )
    table = TEXT.split(f"| file in `{SECRETS}`", 1)[1].split("\n\n", 1)[0]
    assert sorted(file.name for file in secrets.iterdir()) == sorted(
        re.findall(r"(?m)^\| `(\w+)`", table)
    )
    assert {file.stat().st_mode & 0o777 for file in secrets.iterdir()} == {0o600}


def test_the_output_that_is_shown_is_what_comes(shell: Callable[[str], str]) -> None:
    for transcript in blocks("console"):
        command, *printed = transcript.splitlines()
        assert shell(command.removeprefix("$ ")).splitlines() == printed


@pytest.mark.parametrize("target", sorted({*MADE, *re.findall(r"`make ([a-z-]+)`", TEXT)}))
def test_a_target_that_is_named_exists(target: str) -> None:
    assert re.search(rf"(?m)^{target}:.*## ", MAKEFILE), f"there is no `make {target}`"


def test_prometheus_starts_as_it_says(tmp_path: Path) -> None:
    (line,) = STARTING
    flags = dict(re.findall(r"--([\w.-]+)=(\S+)", line))
    ours = {"config.file", "storage.tsdb.path", "web.listen-address"}
    more = [f"--{name}={value}" for name, value in flags.items() if name not in ours]

    with prometheus(tmp_path, lay_out(tmp_path, {}), *more) as client:
        told = client.get("/api/v1/status/flags").json()["data"]

    assert told["storage.tsdb.retention.time"] == "30d"
    assert told["storage.tsdb.retention.size"] == "4GiB"
    assert told["web.external-url"] == "http://localhost:9090/"
    assert told["web.enable-lifecycle"] == "false"
    assert flags["web.listen-address"] == "localhost:9090"


def snippet(word: str) -> str:
    """The one YAML block in which the word stands."""
    (found,) = [block for block in blocks("yaml") if word in block]
    return found


def test_a_token_is_sent_as_it_says(start_server: Callable[..., Server], tmp_path: Path) -> None:
    server = start_server(METRICS_TOKEN="of-the-page")
    (tmp_path / "token").write_text("of-the-page\n")
    addresses = {"localhost:8000": f"localhost:{server.port}"}
    configuration = yaml.safe_load(lay_out(tmp_path, addresses))
    (job,) = [one for one in configuration["scrape_configs"] if one["job_name"] == "docc2context"]
    told = yaml.safe_load(snippet(TOKEN_FILE).replace(TOKEN_FILE, str(tmp_path / "token")))
    configuration["scrape_configs"] = [job | told, job | {"job_name": "without"}]

    with prometheus(tmp_path, yaml.safe_dump(configuration)) as client:
        eventually(lambda: len(targets(client)) == 2, "both have a target")
        eventually(lambda: instant(client, 'up{job="docc2context"} == 1'), "it is scraped")
        eventually(lambda: instant(client, 'up{job="without"} == 0'), "it is not")
        errors = {one["scrapePool"]: one["lastError"] for one in targets(client)}

    assert errors["docc2context"] == ""
    assert errors["without"].endswith("401 Unauthorized")


def targets(client: httpx2.Client) -> list[dict[str, Any]]:
    """What a Prometheus scrapes."""
    found: list[dict[str, Any]] = client.get("/api/v1/targets").json()["data"]["activeTargets"]
    return found


def test_the_parts_for_another_prometheus_are_whole_and_as_our_own(tmp_path: Path) -> None:
    text = snippet("rule_files")
    (tmp_path / "alert_rules.yml").write_text((ROOT / "alert_rules.yml").read_text())
    (tmp_path / "prometheus.yml").write_text(text)

    checked = subprocess.run(
        [tool("promtool"), "check", "config", "prometheus.yml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    (job,) = yaml.safe_load(text)["scrape_configs"]
    (ours,) = [
        one
        for one in yaml.safe_load((ROOT / "prometheus.yml").read_text())["scrape_configs"]
        if one["job_name"] == "docc2context"
    ]
    del job["static_configs"]
    assert job.items() <= ours.items()


def test_the_table_of_alerts_is_that_of_the_rules() -> None:
    rules = configs.load(configs.RULES)

    assert alert_reference.replaced(TEXT, rules) == TEXT, "run `make reference`"


@pytest.mark.parametrize("mark", ["", alert_reference.BEGIN, alert_reference.END])
def test_a_document_without_both_ends_of_a_place_for_the_table_is_refused(mark: str) -> None:
    with pytest.raises(ValueError, match="is missing"):
        alert_reference.replaced(f"# Monitoring\n\n{mark}\n\nWhat follows.\n", {"groups": []})


def test_a_row_has_what_an_operator_asks_for() -> None:
    rule = {
        "alert": "TooMuch",
        "expr": 'sum by (job) (\n  rate(x_total{job="docc2context", a=~"b|c"}[5m])\n) > 3\n',
        "for": "1m",
        "keep_firing_for": "5m",
        "labels": {"severity": "critical"},
        "annotations": {
            "description": "{{ $value | humanizePercentage }} of {{ $labels.job }}, {{ $value }}.",
            "runbook_url": "{{ $externalURL }}/user/playbooks/too_much.html",
        },
    }

    assert alert_reference.table({"groups": [{"rules": [rule, {"record": "a:b"}]}]}).endswith(
        "| --- | --- | --- | --- |\n"
        "| [TooMuch](PLAYBOOKS/too_much.md) | *N* % of *job*, *N*.<br>"
        '`sum by (job) (rate(x_total{a=~"b\\|c"}[5m])) > 3` | 1m, then kept 5m | critical |\n'
    )


def test_every_file_that_is_named_exists() -> None:
    named = set(re.findall(r"`(monitoring/[\w./-]+|\w+\.yml)`", TEXT))

    assert [one for one in sorted(named) if not (ROOT / one).exists()] == []


def test_the_heartbeat_is_as_it_says() -> None:
    (address,) = re.findall(r"in place of `(\S+)`", TEXT)
    (route,) = [
        one
        for one in configs.load(configs.ALERTMANAGER)["route"]["routes"]
        if one["receiver"] == "heartbeat"
    ]

    assert address in configs.ALERTMANAGER.read_text()
    assert "`Watchdog` is sent every minute" in TEXT
    assert route["group_interval"] == "1m"
