"""Where the drill's service can be done harm, and how much."""

from typing import Final

PREFIX: Final = "/drill"
CRASH: Final = "/crash"
BLOCK: Final = "/block"
LABEL: Final = "/label"

FACTOR: Final = "DRILL_FACTOR"
"""The environment variable by which its launcher learns how much shorter times are."""

BLOCK_SECONDS: Final = 0.55
"""EventLoopBlocked asks for over 0.5 s, which no factor shortens: so long it is felt."""
