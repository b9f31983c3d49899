"""The image is built and the whole stack started: `make compose-test`, some six minutes.

Not part of `make test`, since it takes a Docker Engine and the ports 8000, 9090 and 9093. The tests
follow one stack from its start to its end, in this order.
"""

import os
import re
import signal
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import pytest

from monitoring.dashboards.panels import ROWS
from monitoring.preflight import EXAMPLE_HOST
from tests.app.archives import slow_doccarchive
from tests.compose.engine import EngineForbidden, NoEngine, engine
from tests.compose.stack import (
    ALERTMANAGER,
    BUILD_SECONDS,
    PROMETHEUS,
    ROOT,
    SERVICE,
    Stack,
    StandInsMissing,
    alerts_of_alertmanager,
    alerts_of_prometheus,
    limits,
    values,
    wait_for,
)
from tests.monitoring.playbooks.texts import commands

CORPUS = Path(os.environ.get("DOCC_CORPUS", ROOT.parent / "shared" / "corpus"))
ARCHIVE = CORPUS / "specification-core.doccarchive.zip"
SERVICES = ("docc2context", "prometheus", "alertmanager")
LOCKS = (
    *("group", "parent_death", "signals", "descriptors", "no_new_privs"),
    *("landlock", "resources", "processes", "seccomp"),
)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Two replicas, and then what watches them, so that it never knew only one."""
    try:
        with TemporaryDirectory(prefix="stand-ins-") as folder, engine() as variables:
            started = Stack(variables, Path(folder))
            started.compose("build", "docc2context", seconds=BUILD_SECONDS)
            try:
                started.compose("up", "-d", "--scale", "docc2context=2", "docc2context")
                wait_for(lambda: started.is_healthy("docc2context", 2), "two replicas are healthy")
                watch_two(started)
                yield started
            finally:
                started.compose("down", "-v", "--remove-orphans")
    except EngineForbidden as reason:  # no package fixes that: in CI too, it is said and passes
        sys.stdout.write(f"\nSKIPPED: {reason}\n")
        pytest.skip(str(reason))
    except (NoEngine, StandInsMissing) as reason:
        pytest.skip(f"SKIPPED: {reason}")


def watch_two(stack: Stack) -> None:
    """Start the rest, anew if Prometheus evaluates its rules between the replicas' first scrapes.

    That one replica was there alone would count for 5 minutes.
    """
    while True:
        stack.compose("up", "-d", "--scale", "docc2context=2")
        wait_for(lambda: stack.is_healthy("prometheus"), "Prometheus is healthy")
        known = wait_for(lambda: values("job:up:known5m"), "rules are evaluated")
        if list(known.values()) == [2]:
            return
        stack.forget("prometheus", "prometheus_data")


def replica(stack: Stack) -> str:
    return stack.containers("docc2context")[0]


def address_of(stack: Stack, container: str) -> str:
    """Where a replica answers on this machine."""
    (port,) = stack.inspect(container)["NetworkSettings"]["Ports"]["8000/tcp"]
    return f"http://{port['HostIp']}:{port['HostPort']}"


def program(stack: Stack, container: str, code: str) -> str:
    """What a Python program prints inside a container."""
    return stack.execute(container, "python3", "-c", code).strip()


def test_every_service_becomes_healthy(stack: Stack) -> None:
    for service, replicas in zip(SERVICES, (2, 1, 1), strict=True):
        wait_for(lambda: stack.is_healthy(service, replicas), f"{service} is healthy")  # noqa: B023  # called at once


def test_ports_are_bound_to_this_machine_alone(stack: Stack) -> None:
    bound = [
        port["HostIp"]
        for service in SERVICES
        for one in stack.containers(service)
        for ports in stack.inspect(one)["NetworkSettings"]["Ports"].values()
        for port in ports or []
    ]
    assert bound == ["127.0.0.1"] * 4


def test_prometheus_and_alertmanager_answer_and_are_ready(stack: Stack) -> None:
    pages = [PROMETHEUS + "/"]
    if stack.real_images:  # Debian's Alertmanager has no UI
        pages.append(ALERTMANAGER + "/")
    for url in (*pages, f"{PROMETHEUS}/-/ready", f"{ALERTMANAGER}/-/ready"):
        assert httpx2.get(url, follow_redirects=True).status_code == 200, url


@pytest.mark.usefixtures("stack")
def test_prometheus_serves_every_playbook_that_there_is() -> None:
    assets = ROOT / "monitoring/user-assets"
    for file in assets.rglob("*.html"):
        url = f"{PROMETHEUS}/user/{file.relative_to(assets)}"
        # An index is served at its folder's own address, and asked for by name leads there.
        answer = httpx2.get(url, follow_redirects=True)
        assert answer.content == file.read_bytes(), url


@pytest.mark.usefixtures("stack")
def test_both_replicas_and_what_watches_them_are_scraped() -> None:
    wait_for(lambda: len(values('up{job="docc2context"} == 1')) == 2, "two replicas are up")
    wait_for(lambda: len(values("up == 1")) == 4, "Prometheus and Alertmanager are up")
    assert values("up == 0") == {}


def test_what_is_not_yet_set_is_said_once_and_stops_nothing(stack: Stack) -> None:
    (preflight,) = stack.containers("preflight")
    state = wait_for(lambda: stack.inspect(preflight)["State"], "the preflight has ended")
    assert (state["Status"], state["ExitCode"]) == ("exited", 0)
    secrets = ROOT / "secrets"
    absent = {
        f"not yet set: /etc/alertmanager/secrets/{name}"
        for name in (
            *("heartbeat_token", "pagerduty_routing_key"),
            *("slack_alerts_url", "slack_critical_url"),
        )
        if not (secrets / name).exists()
    }
    file = "/etc/alertmanager/alertmanager.yml"
    if EXAMPLE_HOST in (ROOT / "alertmanager.yml").read_text():
        absent.add(f"not yet set: the heartbeat's address, in {file}")
    assert absent <= set(stack.logs(preflight).splitlines())


def test_an_archive_of_the_corpus_is_converted_by_each_replica(stack: Stack) -> None:
    if not ARCHIVE.exists():
        pytest.skip(f"SKIPPED: there is no {ARCHIVE.name}; DOCC_CORPUS names its folder")
    for one in stack.containers("docc2context"):
        url = address_of(stack, one) + "/api/v1/convert"
        answer = httpx2.put(url, content=ARCHIVE.read_bytes(), timeout=120)
        assert answer.status_code == 200
        with zipfile.ZipFile(BytesIO(answer.content)) as bundle:
            assert bundle.testzip() is None
            assert {"llms.txt", "linkgraph.json", "manifest.json"} <= set(bundle.namelist())


def test_every_query_of_the_dashboard_shows_something(stack: Stack) -> None:
    for one in stack.containers("docc2context"):  # a share of no page loads is not a number
        assert httpx2.get(address_of(stack, one) + "/").status_code == 200
    for query in (query for row in ROWS for panel in row.panels for query in panel.queries):
        expr = query.expr.replace("$__rate_interval", "1m")
        wait_for(lambda: any(not isnan(one) for one in values(expr).values()), expr, 90)  # noqa: B023  # called at once


def test_every_lock_holds_the_converter_inside_the_container(stack: Stack) -> None:
    for one in stack.containers("docc2context"):
        checks = httpx2.get(address_of(stack, one) + "/health/ready").json()["checks"]
        detail = checks["converter"]["detail"]
        assert detail == f"A converter process answers; its locks: {', '.join(LOCKS)}."


def test_every_container_runs_as_a_plain_user_without_rights(stack: Stack) -> None:
    for service, user in zip(SERVICES, (1000, 65534, 65534), strict=True):
        for one in stack.containers(service):
            config = stack.inspect(one)["HostConfig"]
            assert config["ReadonlyRootfs"]
            assert config["CapDrop"] == ["ALL"]
            assert config["SecurityOpt"] == ["no-new-privileges:true"]
            status = stack.execute(one, "cat", "/proc/1/status")
            facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
            assert facts["Uid"].split() == [str(user)] * 4
            assert (int(facts["CapBnd"], 16), facts["NoNewPrivs"]) == (0, "1")


def test_nothing_but_the_volume_and_tmp_can_be_written(stack: Stack) -> None:
    code = """
import os, tempfile
for folder in ("/", "/srv", "/opt/venv", "/etc", "/home", "/tmp", "/workspace"):
    try:
        tempfile.TemporaryFile(dir=folder).close()
        print(folder)
    except OSError:
        pass
"""
    assert program(stack, replica(stack), code).splitlines() == ["/tmp", "/workspace"]


def test_no_build_tool_and_no_cache_is_left_in_the_image(stack: Stack) -> None:
    code = """
import importlib.util, os, shutil
print([one for one in ("gcc", "cc", "make", "git", "pip", "pip3", "uv") if shutil.which(one)])
print([one for one in ("pip", "setuptools", "hatchling") if importlib.util.find_spec(one)])
caches = (os.path.expanduser("~root/.cache"), "/build", "/srv/tests", "/srv/.git")
print([one for one in caches if os.path.exists(one)])
"""
    # As root: the service's own user would not see what lies in root's home.
    printed = stack.docker("exec", "--user", "0", replica(stack), "python3", "-c", code)
    assert printed.splitlines() == ["[]", "[]", "[]"]


def test_the_image_says_what_it_was_built_from(stack: Stack) -> None:
    labels = stack.inspect(replica(stack))["Config"]["Labels"]
    assert labels["org.opencontainers.image.revision"] == "compose-test"
    wait_for(lambda: len(values('docc2context_build_info{commit="compose-test"}')) == 2, "it shows")


def test_memory_and_cpu_figures_are_those_of_the_container(stack: Stack) -> None:
    memory = int(limits()["mem_limit"].removesuffix("m")) * 1024**2
    for one in stack.containers("docc2context"):
        config = stack.inspect(one)["HostConfig"]
        assert (config["Memory"], config["NanoCpus"]) == (memory, limits()["cpus"] * 1e9)
    wait_for(lambda: len(values("docc2context_memory_limit_bytes")) == 2, "figures are scraped")
    assert set(values("docc2context_memory_limit_bytes").values()) == {memory}
    assert set(values("docc2context_cpu_limit_cores").values()) == {limits()["cpus"]}
    used = values("docc2context_memory_working_set_bytes").values()
    assert all(20 * 1024**2 < one < memory for one in used)


def test_the_playbook_finds_one_replica_by_its_address_and_restarts_it_alone(stack: Stack) -> None:
    lines = [one.text for one in commands() if one.playbook == "conversion_error_budget_burn"]
    find, restart = (line for line in lines if re.match("docker (inspect|restart)", line))
    names = dict(line.split() for line in stack.shell(find).splitlines())
    spared, restarted = sorted(names)
    assert set(values("up{job='docc2context'}")) == {f"{spared}:8000", f"{restarted}:8000"}
    before = {name: stack.inspect(name)["State"]["StartedAt"] for name in names.values()}

    stack.shell(restart.replace("NAME", names[restarted]))

    wait_for(lambda: stack.is_healthy("docc2context", 2), "both replicas are healthy")
    after = {name: stack.inspect(name)["State"]["StartedAt"] for name in names.values()}
    assert {name for name in after if after[name] != before[name]} == {names[restarted]}


def test_a_replica_that_is_stopped_finishes_its_conversion_and_is_missed(stack: Stack) -> None:
    stopped = stack.containers("docc2context")[1]
    url = address_of(stack, stopped)
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(
            httpx2.put, url + "/api/v1/convert", content=slow_doccarchive(), timeout=120
        )
        wait_for(lambda: is_converting(url), "the conversion runs")
        begin = time.monotonic()
        stack.docker("stop", "--time", "40", stopped)
        took = time.monotonic() - begin
        assert sent.result().status_code == 200
    # uvicorn ends by the signal that it was sent, once it has finished; 137 would be a kill.
    assert stack.inspect(stopped)["State"]["ExitCode"] == 128 + signal.SIGTERM
    assert took < 40
    assert "Finished server process" in stack.logs(stopped)

    wait_for(lambda: "ReplicaMissing" in alerts_of_prometheus(), "ReplicaMissing is pending", 90)


def is_converting(url: str) -> bool:
    return "\nactive_conversions 1.0" in httpx2.get(url + "/metrics").text


def test_the_service_stopped_is_told_to_alertmanager(stack: Stack) -> None:
    stack.compose("stop", "docc2context")
    wait_for(lambda: "ServiceAbsent" in alerts_of_alertmanager(), "ServiceAbsent fires", 300)


def test_the_checks_of_the_playbooks_read_the_files_of_this_machine(stack: Stack) -> None:
    lines = {one.text for one in commands() if one.text.startswith("docker compose run ")}
    assert len(lines) == 3
    for line in lines:
        assert "SUCCESS" in stack.compose(*line.split()[2:])


def test_rules_are_read_anew_and_data_is_kept_by_a_restart(stack: Stack) -> None:
    before = values("prometheus_tsdb_head_min_time_seconds")
    stack.compose("restart", "prometheus")
    wait_for(lambda: stack.is_healthy("prometheus"), "Prometheus is healthy again")
    assert values("prometheus_tsdb_head_min_time_seconds offset 1m") == before


def test_one_replica_alone_has_port_8000_and_keeps_it_when_it_restarts(stack: Stack) -> None:
    stack.one_replica()
    wait_for(lambda: httpx2.get(f"{SERVICE}/health/ready").status_code == 200, "it is ready")

    stack.compose("restart", "docc2context")

    wait_for(lambda: httpx2.get(f"{SERVICE}/health/ready").status_code == 200, "it is ready again")
    wait_for(lambda: list(values('up{job="docc2context"} == 1').values()) == [1], "it is scraped")


def test_a_service_that_was_killed_and_is_up_again_is_found_by_the_playbook(stack: Stack) -> None:
    (only,) = stack.containers("docc2context")
    served = "open('/proc/1/task/1/children').read().split()"
    program(stack, only, f"import os; [os.kill(int(one), 9) for one in {served}]")
    wait_for(lambda: stack.inspect(only)["RestartCount"] == 1, "it is started again")
    wait_for(lambda: stack.is_healthy("docc2context"), "it is healthy")

    inspected, ended = [
        stack.shell(one.text)
        for one in commands()
        if one.playbook == "service_restarting" and re.match("docker (inspect|events)", one.text)
    ]

    assert inspected.endswith(" restarts=1 oom=false exit=0\n")
    assert ended.splitlines()[-1].endswith(" 137")


def test_an_upgrade_and_the_way_back_bring_the_commit_that_was_asked_for(stack: Stack) -> None:
    def deployed(commit: str) -> bool:
        return f'commit="{commit}"' in httpx2.get(f"{SERVICE}/metrics").text

    image = stack.environment["DOCC2CONTEXT_IMAGE"]
    assert deployed("compose-test")

    stack.environment |= {"DOCC2CONTEXT_IMAGE": f"{image}-next", "BUILD_COMMIT": "next"}
    stack.compose("build", "docc2context", seconds=BUILD_SECONDS)
    stack.compose("up", "-d", "--no-deps", "docc2context")
    wait_for(lambda: stack.is_healthy("docc2context"), "the next version is healthy")
    assert deployed("next")

    stack.environment["DOCC2CONTEXT_IMAGE"] = image
    stack.compose("up", "-d", "--no-deps", "docc2context")
    wait_for(lambda: stack.is_healthy("docc2context"), "the earlier version is healthy")
    assert deployed("compose-test")
    stack.docker("image", "rm", f"{image}-next")


def test_nothing_is_left_after_down(stack: Stack) -> None:
    left: dict[str, Any] = stack.left()
    assert all(left.values())

    stack.compose("down", "-v")

    assert stack.left() == {"containers": [], "volumes": [], "networks": []}
