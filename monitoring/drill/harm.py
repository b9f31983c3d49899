"""The routes by which the drill's service is harmed, and how much."""

from typing import Final

CRASH: Final = "/drill/crash"
BLOCK: Final = "/drill/block"
LABEL: Final = "/drill/label"

FACTOR: Final = "DRILL_FACTOR"
"""The environment variable that tells the service by how much times are shortened."""

BLOCK_SECONDS: Final = 0.55
"""EventLoopBlocked fires above a lag of 0.5 s, which no factor shortens."""
