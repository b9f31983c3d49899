"""How the system reports that there is no room left."""

import errno
from typing import Final

_FULL: Final = {errno.ENOSPC, errno.EDQUOT}


def is_full_disk(error: BaseException) -> bool:
    """Whether the error means that a disk or a quota is full."""
    return isinstance(error, OSError) and error.errno in _FULL
