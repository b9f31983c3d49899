"""A process that takes memory in a control group: `python -m monitoring.drill.hog GROUP BYTES`.

It holds the memory until its standard input ends. If the group runs out of memory, the kernel kills
this process first.
"""

import sys
from pathlib import Path

from monitoring.drill.control_groups import enter


def main() -> None:
    """Take the memory and hold it."""
    group, size = Path(sys.argv[1]), int(sys.argv[2])
    Path("/proc/self/oom_score_adj").write_text("1000")
    enter(group)
    taken = b"\1" * size
    sys.stdin.read()
    del taken


if __name__ == "__main__":
    main()
