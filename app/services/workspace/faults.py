"""The system's reasons for not storing something, as errors for the client."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from app.core.errors import ErrorCode, ServiceError
from app.core.full_disk import is_full_disk

_TOO_MANY: Final = {errno.EMFILE, errno.ENFILE}
_UNUSABLE: Final = {
    errno.EACCES,
    errno.EIO,
    errno.ENODEV,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.ENXIO,
    errno.EPERM,
    errno.EROFS,
    errno.ESTALE,
}
"""What the system says of a workspace that is gone, read-only, another user's or on a bad disk."""

_RETRY_AFTER_SECONDS: Final = 30
"""Conversions that run now free their room within about that time."""

log = structlog.get_logger()


@contextmanager
def faults_reported() -> Iterator[None]:
    """Turns an error of the system about storing something into a `ServiceError`.

    Only for what stores something: anywhere else, the same errors would be a bug of ours.
    """
    with shortage_reported():
        try:
            yield
        except OSError as error:
            if error.errno not in _UNUSABLE:
                raise
            log.error("workspace_unusable", reason=error.strerror)
            raise _insufficient_storage(
                "The service cannot store uploads at present; its log says why."
            ) from error


@contextmanager
def shortage_reported() -> Iterator[None]:
    """Turns a full disk or quota, or too many open files, into a `ServiceError`."""
    try:
        yield
    except OSError as error:
        if is_full_disk(error):
            raise no_space_left() from error
        if error.errno in _TOO_MANY:
            log.error("too_many_open_files", reason=error.strerror)
            raise _out_of_descriptors() from error
        raise


def no_space_left() -> ServiceError:
    """The error for a full workspace."""
    return _insufficient_storage("The service has no space left for the upload or its result.")


def _insufficient_storage(detail: str) -> ServiceError:
    return ServiceError(ErrorCode.INSUFFICIENT_STORAGE, detail, retry_after=_RETRY_AFTER_SECONDS)


def _out_of_descriptors() -> ServiceError:
    return ServiceError(
        ErrorCode.BUSY,
        "The service has reached its limit of open files and connections.",
        retry_after=_RETRY_AFTER_SECONDS,
    )
