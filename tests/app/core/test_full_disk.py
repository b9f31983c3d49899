"""What means that there is no room left."""

import errno

import pytest

from app.core.full_disk import is_full_disk


@pytest.mark.parametrize(
    ("error", "is_full"),
    [
        (OSError(errno.ENOSPC, "no space left on device"), True),
        (OSError(errno.EDQUOT, "disk quota exceeded"), True),
        (OSError(errno.EIO, "input/output error"), False),
        (OSError(), False),
        (ValueError(errno.ENOSPC), False),
    ],
)
def test_a_full_disk_and_a_full_quota_are_told_from_other_errors(
    error: Exception, *, is_full: bool
) -> None:
    assert is_full_disk(error) is is_full
