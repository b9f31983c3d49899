"""Where the drill's service can be done harm, and how much."""

from typing import Final

PREFIX: Final = "/drill"
CRASH: Final = "/crash"
BLOCK: Final = "/block"

BLOCK_SECONDS: Final = 0.55
"""EventLoopBlocked asks for over 0.5 s, which is not shortened: it is the service's, not a rule's."""
