"""Where the drill's service can be harmed, and how much."""

from typing import Final

PREFIX: Final = "/drill"
CRASH: Final = "/crash"
BLOCK: Final = "/block"
LABEL: Final = "/label"

FACTOR: Final = "DRILL_FACTOR"
"""The environment variable that tells the service by how much times are shortened."""

BLOCK_SECONDS: Final = 0.55
"""EventLoopBlocked fires above a lag of 0.5 s, which no factor shortens."""
