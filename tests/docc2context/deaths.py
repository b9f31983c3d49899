"""What a worker process may meet; it imports this module by name."""

import os
import signal


def killed(*_: object) -> None:
    """As by the kernel where memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)
