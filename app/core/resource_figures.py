"""The metrics of the resources that the service has and uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from app.core import labels
from app.core.declaration import Label

ResourceReading = Mapping[str, Mapping[tuple[str, ...], float]]
"""Values by a figure's name and its label values; what could not be read is absent.

>>> reading: ResourceReading = {"docc2context_filesystem_avail_bytes": {("/var/tmp",): 1e9}}
"""


@dataclass(frozen=True)
class Figure:
    """A resource metric; all of them are read together every few seconds."""

    name: str
    type: Literal["counter", "gauge"]
    unit: str
    help: str
    labels: tuple[Label, ...] = ()


RESOURCE_USAGE: Final = "resource_usage"
MEMORY_WORKING_SET: Final = "docc2context_memory_working_set_bytes"
MEMORY_LIMIT: Final = "docc2context_memory_limit_bytes"
MEMORY_OOM_KILLS: Final = "docc2context_memory_oom_kills_total"
CPU_USAGE: Final = "docc2context_cpu_usage_seconds_total"
CPU_LIMIT: Final = "docc2context_cpu_limit_cores"
CPU_PERIODS: Final = "docc2context_cpu_periods_total"
CPU_THROTTLED: Final = "docc2context_cpu_throttled_periods_total"
DISK_AVAILABLE: Final = "docc2context_filesystem_avail_bytes"
DISK_SIZE: Final = "docc2context_filesystem_size_bytes"
ORPHANS: Final = "docc2context_orphaned_workspaces"
LAST_SUCCESS: Final = "docc2context_resources_last_success_timestamp_seconds"

FIGURES: Final = (
    Figure(
        RESOURCE_USAGE,
        "gauge",
        "as its label says",
        "CPU and memory that the service uses, and free space on its disk.",
        (labels.RESOURCE,),
    ),
    Figure(
        MEMORY_WORKING_SET,
        "gauge",
        "bytes",
        "Memory of the container that cannot be reclaimed at once; without a container, of the "
        "service's processes.",
    ),
    Figure(
        MEMORY_LIMIT,
        "gauge",
        "bytes",
        "Memory above which the kernel kills processes; without a limit there is no series.",
    ),
    Figure(
        MEMORY_OOM_KILLS,
        "counter",
        "processes",
        "Processes of the container that the kernel has killed for lack of memory. If a kill "
        "restarts the container, as a kill of the service does, the count starts again at 0.",
    ),
    Figure(
        CPU_USAGE,
        "counter",
        "seconds",
        "CPU time that the container, or the service without one, has used.",
    ),
    Figure(
        CPU_LIMIT,
        "gauge",
        "cores",
        "CPUs that may be used: the container's quota or the number of CPUs that the process may "
        "run on, whichever is smaller.",
    ),
    Figure(
        CPU_PERIODS,
        "counter",
        "periods",
        "Periods of the container's CPU quota in which it ran.",
    ),
    Figure(
        CPU_THROTTLED,
        "counter",
        "periods",
        "Periods in which the container was throttled because its CPU quota was used up.",
    ),
    Figure(
        DISK_AVAILABLE,
        "gauge",
        "bytes",
        "Space left for this process on the workspace's filesystem.",
        (labels.PATH,),
    ),
    Figure(DISK_SIZE, "gauge", "bytes", "Size of the workspace's filesystem.", (labels.PATH,)),
    Figure(
        ORPHANS,
        "gauge",
        "directories",
        "Directories `swift-conv-*` in the workspace that no living service holds.",
    ),
    Figure(
        LAST_SUCCESS,
        "gauge",
        "seconds",
        "Unix time at which all resource figures were last read without an error.",
    ),
)
