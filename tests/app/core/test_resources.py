"""Resource figures, from trees of files as kernels make them, and from this machine."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs

from app.core.config import usable_cpus
from app.core.resource_figures import FIGURES, ResourceReading
from app.core.resources import Resources, _of_processes

UNLIMITED_V1 = 9223372036854771712

V2 = {
    "proc/self/cgroup": "0::/\n",
    "proc/self/mountinfo": "31 23 0:28 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n",
}
V2_CONTAINER = V2 | {
    "sys/fs/cgroup/cgroup.type": "domain\n",
    "sys/fs/cgroup/memory.current": "1000\n",
    "sys/fs/cgroup/memory.stat": "anon 600\ninactive_file 300\nactive_file 100\n",
    "sys/fs/cgroup/memory.max": "2000\n",
    "sys/fs/cgroup/memory.events": "low 0\noom 4\noom_kill 3\n",
    "sys/fs/cgroup/cpu.stat": "usage_usec 2500000\nnr_periods 40\nnr_throttled 7\n",
    "sys/fs/cgroup/cpu.max": "50000 100000\n",
}

V1_MOUNTS = (
    "30 23 0:27 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n"
    "31 30 0:28 {root} /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
    "32 30 0:29 {root} /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n"
)
V1_FIGURES = {
    "memory/memory.usage_in_bytes": "1000\n",
    "memory/memory.stat": "inactive_file 1\nhierarchical_memory_limit 2000\n"
    "total_inactive_file 300\n",
    "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
    "cpu,cpuacct/cpuacct.usage": "2500000000\n",
    "cpu,cpuacct/cpu.stat": "nr_periods 40\nnr_throttled 7\nthrottled_time 9\n",
    "cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
    "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
}


def v1(path: str, mount_root: str, below: str = "") -> dict[str, str]:
    """A version 1 tree whose files lie `below` each mount point."""
    files = {
        f"sys/fs/cgroup/{name.replace('/', f'/{below}', 1)}": text
        for name, text in V1_FIGURES.items()
    }
    return files | {
        "proc/self/cgroup": f"4:memory:{path}\n2:cpu,cpuacct:{path}\n0::/\n",
        "proc/self/mountinfo": V1_MOUNTS.format(root=mount_root),
    }


HYBRID_MOUNT = "40 30 0:40 / /sys/fs/cgroup/unified ro - cgroup2 cgroup2 rw\n"

CONTAINERS = {
    "version 2": V2_CONTAINER,
    "version 1, as Docker mounts it": v1("/docker/1a", "/docker/1a"),
    "version 1, in a namespace": v1("/", "/"),
    "version 1, a service of the machine": v1("/app.slice", "/", "app.slice/"),
    "version 1, mounted from elsewhere": v1("/docker/1a", "/"),
    "version 1, mounted from elsewhere, with a group of the same name": {
        **v1("/app/1a/inner", "/docker/2b"),
        "sys/fs/cgroup/memory/inner/memory.usage_in_bytes": "5\n",
        "sys/fs/cgroup/cpu,cpuacct/inner/cpuacct.usage": "5\n",
    },
    "both versions, with the controllers in version 1": {
        **v1("/docker/1a", "/docker/1a"),
        "proc/self/mountinfo": HYBRID_MOUNT + V1_MOUNTS.format(root="/docker/1a"),
        "sys/fs/cgroup/unified/cgroup.type": "domain\n",
        "sys/fs/cgroup/unified/cpu.stat": "usage_usec 5000000\n",
    },
}

FIGURES_OF_CONTAINER = {
    "docc2context_memory_working_set_bytes": 700,
    "docc2context_memory_limit_bytes": 2000,
    "docc2context_memory_oom_kills_total": 3,
    "docc2context_cpu_usage_seconds_total": 2.5,
    "docc2context_cpu_limit_cores": 0.5,
    "docc2context_cpu_periods_total": 40,
    "docc2context_cpu_throttled_periods_total": 7,
}


class Machine:
    """A tree of files, a workspace and a clock."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        self.root = folder / "root"
        self.workspace = folder / "workspace"
        self.workspace.mkdir()
        self.now = 1_000_000.0
        self.orphans = 0
        self.write(files)
        self.resources = Resources(
            self.workspace,
            orphans=lambda: self.orphans,
            root=self.root,
            clock=lambda: self.now,
            elapsed=lambda: self.now,
        )

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def read(self) -> dict[str, float]:
        """The figures without labels."""
        return {name: of[()] for name, of in self.resources.read().items() if () in of}

    def usage(self) -> dict[str, float]:
        return {label[0]: value for label, value in self.resources.read()["resource_usage"].items()}


@pytest.mark.parametrize("files", CONTAINERS.values(), ids=CONTAINERS)
def test_a_container_is_read_from_its_control_groups(
    tmp_path: Path, files: Mapping[str, str]
) -> None:
    figures = Machine(tmp_path, files).read()

    assert FIGURES_OF_CONTAINER.items() <= figures.items()


@pytest.mark.parametrize(
    "files",
    [
        V2_CONTAINER
        | {"sys/fs/cgroup/memory.max": "max\n", "sys/fs/cgroup/cpu.max": "max 100000\n"},
        v1("/docker/1a", "/docker/1a")
        | {
            "sys/fs/cgroup/memory/memory.stat": f"hierarchical_memory_limit {UNLIMITED_V1}\n"
            "total_inactive_file 300\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
        },
    ],
    ids=["version 2", "version 1"],
)
def test_without_limits_memory_has_none_and_all_cpus_count(
    tmp_path: Path, files: Mapping[str, str]
) -> None:
    figures = Machine(tmp_path, files).read()

    assert figures["docc2context_memory_working_set_bytes"] == 700
    assert "docc2context_memory_limit_bytes" not in figures
    assert figures["docc2context_cpu_limit_cores"] == usable_cpus()


def test_a_quota_above_the_number_of_cpus_counts_as_all_of_them(tmp_path: Path) -> None:
    quota = {"sys/fs/cgroup/cpu.max": "100000000 100000\n"}

    figures = Machine(tmp_path, V2_CONTAINER | quota).read()

    assert figures["docc2context_cpu_limit_cores"] == usable_cpus() < 1000


def test_the_lowest_limit_of_the_enclosing_groups_applies(tmp_path: Path) -> None:
    inner = {name.replace("cgroup/", "cgroup/a/b/"): text for name, text in V2_CONTAINER.items()}
    machine = Machine(
        tmp_path,
        {
            **V2,
            **{name: text for name, text in inner.items() if name.startswith("sys")},
            "proc/self/cgroup": "0::/a/b\n",
            "sys/fs/cgroup/a/cgroup.type": "domain\n",
            "sys/fs/cgroup/a/memory.max": "1500\n",
            "sys/fs/cgroup/a/cpu.max": "25000 100000\n",
        },
    )

    figures = machine.read()

    assert figures["docc2context_memory_working_set_bytes"] == 700
    assert figures["docc2context_memory_limit_bytes"] == 1500
    assert figures["docc2context_cpu_limit_cores"] == 0.25


@pytest.mark.parametrize(
    ("files", "working_set"),
    [
        (V2_CONTAINER | {"sys/fs/cgroup/memory.current": "200\n"}, 0),
        (
            v1("/", "/") | {"sys/fs/cgroup/memory/memory.usage_in_bytes": "200\n"},
            0,
        ),
        ({name: text for name, text in V2_CONTAINER.items() if "memory.stat" not in name}, 1000),
        ({name: text for name, text in v1("/", "/").items() if "memory.stat" not in name}, 1000),
    ],
    ids=["less than it, 2", "less than it, 1", "nothing, 2", "nothing, 1"],
)
def test_memory_is_told_whatever_the_kernel_says_of_its_cache(
    tmp_path: Path, files: Mapping[str, str], working_set: int
) -> None:
    figures = Machine(tmp_path, files).read()

    assert figures["docc2context_memory_working_set_bytes"] == working_set


def test_time_is_told_where_no_group_has_a_quota(tmp_path: Path) -> None:
    mounts = "32 30 0:29 / /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpuacct\n"

    figures = Machine(tmp_path, v1("/", "/") | {"proc/self/mountinfo": mounts}).read()

    assert figures["docc2context_cpu_usage_seconds_total"] == 2.5
    assert figures["docc2context_cpu_limit_cores"] == usable_cpus()


MACHINE_ROOTS = {
    "no control groups": {},
    "version 2, the machine's own group": {
        **V2,
        # The machine's root group has a cpu.stat of all that runs on it.
        "sys/fs/cgroup/cpu.stat": "usage_usec 99999000000\n",
        "sys/fs/cgroup/memory.stat": "inactive_file 300\n",
    },
    "version 1, the machine's own group": {
        **v1("/", "/"),
        "sys/fs/cgroup/memory/release_agent": "\n",
        "sys/fs/cgroup/cpu,cpuacct/release_agent": "\n",
    },
}


@pytest.mark.parametrize("files", MACHINE_ROOTS.values(), ids=MACHINE_ROOTS)
def test_without_a_container_the_services_processes_are_measured(
    tmp_path: Path, files: Mapping[str, str]
) -> None:
    figures = Machine(tmp_path, files).read()

    us = psutil.Process()
    rss = sum(one.memory_info().rss for one in [us, *us.children(recursive=True)])
    assert figures["docc2context_memory_working_set_bytes"] == pytest.approx(rss, rel=0.1)
    assert 0 < figures["docc2context_cpu_usage_seconds_total"] < 10_000
    assert figures["docc2context_cpu_limit_cores"] == usable_cpus()
    for name in ("memory_limit_bytes", "memory_oom_kills_total", "cpu_periods_total"):
        assert f"docc2context_{name}" not in figures


BALLAST = 256 * 1024 * 1024


def _hold(pipe: Connection) -> None:
    """Take memory, in a process that has nothing to do with whoever measures."""
    ballast = bytearray(os.urandom(1024)) * (BALLAST // 1024)
    pipe.send(len(ballast))
    pipe.recv()


@pytest.fixture
def ballast() -> Iterator[None]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_hold, args=(theirs,))
    process.start()
    assert ours.recv() == BALLAST
    yield
    ours.send(None)
    process.join()


def test_the_services_processes_are_all_that_it_has_started_and_that_still_run() -> None:
    script = "sleep 60 & echo $!; wait"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        grandchild = int(child.stdout.readline())

        def number(process: psutil.Process) -> int:
            if process.pid == child.pid:
                raise psutil.NoSuchProcess(process.pid)  # as if it had ended meanwhile
            return process.pid

        try:
            found = list(_of_processes(number))
        finally:
            child.kill()
            os.kill(grandchild, signal.SIGKILL)

    assert {os.getpid(), grandchild} <= set(found)
    assert child.pid not in found


def test_the_time_of_processes_that_have_ended_counts(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", "sum(range(2_000_000))"], check=True)
    used = sum(os.times()[:4])

    assert Machine(tmp_path, {}).read()["docc2context_cpu_usage_seconds_total"] >= used


def _measure(pipe: Connection, workspace: Path) -> None:
    reading = Resources(workspace, orphans=lambda: 0, root=workspace).read()
    pipe.send(reading["docc2context_memory_working_set_bytes"][()])


@pytest.mark.usefixtures("ballast")
def test_memory_that_another_process_takes_does_not_move_ours(tmp_path: Path) -> None:
    # In a process beside the one with the ballast: of each other they are as any two services.
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_measure, args=(theirs, tmp_path))
    process.start()
    working_set = ours.recv()
    process.join()

    assert 0 < working_set < BALLAST / 2


def test_cpu_usage_is_a_share_of_the_limit_since_the_last_reading(tmp_path: Path) -> None:
    machine = Machine(tmp_path, V2_CONTAINER)
    assert "cpu_percent" not in machine.usage()

    machine.now += 10
    machine.write({"sys/fs/cgroup/cpu.stat": "usage_usec 5500000\n"})
    reading: ResourceReading = machine.resources.read()
    usage = {label[0]: value for label, value in reading["resource_usage"].items()}

    # 3 s in 10 s, of half a CPU.
    assert usage.pop("cpu_percent") == pytest.approx(60)
    assert usage.pop("memory_mb") == 700 / 2**20
    (available,) = reading["docc2context_filesystem_avail_bytes"].values()
    assert usage.pop("disk_free_gb") == available / 2**30
    assert usage == {}


def test_the_cpu_time_of_processes_that_died_unheard_is_not_taken_back(tmp_path: Path) -> None:
    machine = Machine(tmp_path, V2_CONTAINER)

    told = [machine.read()["docc2context_cpu_usage_seconds_total"]]
    for microseconds in (1_000_000, 1_500_000):
        machine.write({"sys/fs/cgroup/cpu.stat": f"usage_usec {microseconds}\n"})
        told.append(machine.read()["docc2context_cpu_usage_seconds_total"])

    assert told == [2.5, 2.5, 3.0]


def test_the_filesystem_is_that_of_the_workspace(tmp_path: Path) -> None:
    machine = Machine(tmp_path, {})
    reading: ResourceReading = machine.resources.read()

    label = (str(machine.workspace),)
    status = os.statvfs(machine.workspace)
    size = status.f_blocks * status.f_frsize
    assert reading["docc2context_filesystem_size_bytes"] == {label: size}
    assert 0 < reading["docc2context_filesystem_avail_bytes"][label] <= size


def test_orphans_are_counted_anew_for_each_reading(tmp_path: Path) -> None:
    machine = Machine(tmp_path, {})
    assert machine.read()["docc2context_orphaned_workspaces"] == 0
    machine.orphans = 3
    assert machine.read()["docc2context_orphaned_workspaces"] == 3


def test_a_source_that_fails_is_logged_once_costs_no_other_and_ages_the_timestamp(
    tmp_path: Path,
) -> None:
    machine = Machine(tmp_path, V2_CONTAINER)
    last_success = "docc2context_resources_last_success_timestamp_seconds"
    assert machine.read()[last_success] == machine.now

    machine.write({"sys/fs/cgroup/memory.current": "1000\n", "sys/fs/cgroup/memory.stat": "x y\n"})
    with capture_logs() as lines:
        machine.now += 10
        machine.read()
        machine.now += 5
        figures = machine.read()

    assert [(line["event"], line["resource"], line["error"]) for line in lines] == [
        ("resource_unreadable", "memory", "invalid literal for int() with base 10: 'y'")
    ]
    assert figures[last_success] == machine.now - 15
    assert "docc2context_memory_working_set_bytes" not in figures
    assert figures["docc2context_cpu_usage_seconds_total"] == 2.5

    machine.write(V2_CONTAINER)
    assert machine.read()[last_success] == machine.now


def test_without_any_success_no_time_of_it_is_told(tmp_path: Path) -> None:
    machine = Machine(tmp_path, V2_CONTAINER | {"sys/fs/cgroup/memory.stat": "x y\n"})

    assert "docc2context_resources_last_success_timestamp_seconds" not in machine.resources.read()


def test_every_figure_that_is_declared_can_be_read_and_no_other(tmp_path: Path) -> None:
    machine = Machine(tmp_path, V2_CONTAINER)

    assert set(machine.resources.read()) == {figure.name for figure in FIGURES}
