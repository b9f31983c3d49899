"""An upload's way into its file: counted, never whole in memory, never under the client's name."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from types import MappingProxyType
from typing import Final, Protocol

from app.core.deadline import in_time
from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.core.threads import in_thread
from app.services.multipart import MEDIA_TYPE, FieldsCheck, FormDecoder
from app.services.workspace.faults import faults_reported
from app.services.workspace.files import write_all

_BATCH_BYTES: Final = 256 * 1024
"""Bytes kept in memory before they go to disk: a hop to a thread for each costs next to nothing."""


@dataclass(frozen=True)
class Body:
    """A request's body and the headers that describe it; `length` is None if it is not known."""

    chunks: AsyncIterator[bytes]
    content_type: str
    length: int | None


async def receive(
    body: Body,
    file: FileIO,
    *,
    limit: int,
    metrics: Metrics,
    kept: Collection[str] = (),
    check: FieldsCheck = lambda _: None,
) -> Mapping[str, str]:
    """Write the archive in `body` to `file` and return the fields of the form that `kept` names.

    A multipart/form-data body brings it as the field `file`, before which `check` is called with
    the fields that came first; any other body is the archive. Decoding and writing happen in a
    thread: otherwise a disk that is slow to take its pages would stop every other request.

    Raises ServiceError: `upload_too_large` over `limit` bytes, before anything is read if the
    announced length says so; `empty_upload`, `missing_file`, `invalid_request` or
    `insufficient_storage`; and what `check` raises.
    """
    archive = _CountedFile(file, limit)
    with _refusals_counted(metrics):
        decoder = _decoder(body.content_type, archive, kept, check)
        if body.length is not None and body.length > limit + decoder.overhead_limit:
            raise _too_large(limit)
        await _feed(decoder, body.chunks)
        if archive.size == 0:
            raise ServiceError(ErrorCode.EMPTY_UPLOAD, "The file is empty (0 bytes).")
    metrics.upload_size.observe(archive.size)
    return decoder.fields


async def unless_stalled(
    chunks: AsyncIterator[bytes], seconds: float
) -> AsyncGenerator[bytes, None]:
    """The same chunks, as long as each arrives within `seconds`.

    Raises ServiceError `upload_stalled`.
    """
    while True:
        try:
            async with in_time(seconds):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise ServiceError(
                ErrorCode.UPLOAD_STALLED, f"No data of the upload arrived for {seconds:g} s."
            ) from None
        yield chunk


@contextmanager
def _refusals_counted(metrics: Metrics) -> Iterator[None]:
    try:
        yield
    except ServiceError as error:
        if (verdict := error.code.verdict) is not None:
            metrics.zip_rejections.labels(error.code.value).inc()
            if verdict.extraction is not None:
                metrics.zip_extractions.labels(verdict.extraction).inc()
        raise


class _Decoder(Protocol):
    overhead_limit: int
    """Bytes that the body may have beyond those of the archive."""

    @property
    def fields(self) -> Mapping[str, str]: ...

    def feed(self, data: bytes) -> None: ...
    def finish(self) -> None: ...


class _CountedFile:
    def __init__(self, file: FileIO, limit: int) -> None:
        self._file = file
        self._limit = limit
        self.size = 0

    def write(self, data: bytes | memoryview) -> None:
        self.size += len(data)
        if self.size > self._limit:
            raise _too_large(self._limit)
        with faults_reported():
            write_all(self._file, data)


class _RawDecoder:
    overhead_limit = 0
    fields: Mapping[str, str] = MappingProxyType({})

    def __init__(self, archive: _CountedFile) -> None:
        self.feed = archive.write

    def finish(self) -> None:
        """There is nothing that could be missing."""


def _decoder(
    content_type: str, archive: _CountedFile, kept: Collection[str], check: FieldsCheck
) -> _Decoder:
    if content_type.partition(";")[0].strip().lower() == MEDIA_TYPE:
        return FormDecoder(content_type, archive.write, kept, check)
    return _RawDecoder(archive)


async def _feed(decoder: _Decoder, chunks: AsyncIterator[bytes]) -> None:
    batch = bytearray()
    async for chunk in chunks:
        batch += chunk
        if len(batch) >= _BATCH_BYTES:
            await in_thread(decoder.feed, bytes(batch))
            batch.clear()
    await in_thread(decoder.feed, bytes(batch))
    decoder.finish()


def _too_large(limit: int) -> ServiceError:
    return ServiceError(
        ErrorCode.UPLOAD_TOO_LARGE, f"The upload is larger than {limit} bytes.", limit=limit
    )
