"""Bodies into files."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.services.uploads import Body, receive
from tests.app.scrapes import Scrape, moved, parsed

FORM_TYPE = "multipart/form-data; boundary=b"
FORM_HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
FORM_TAIL = b"\r\n--b--\r\n"


async def stream(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def never() -> AsyncIterator[bytes]:
    pytest.fail("nothing is to be read")
    yield b""  # type: ignore[unreachable]  # makes it a generator


def received(tmp_path: Path, body: Body, limit: int = 1000) -> bytes:
    target = tmp_path / "upload"
    with FileIO(target, "w") as file:
        asyncio.run(receive(body, file, limit=limit, metrics=Metrics()))
    return target.read_bytes()


def refusal(tmp_path: Path, body: Body, limit: int = 1000) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        received(tmp_path, body, limit)
    return caught.value


@pytest.mark.parametrize(
    "content_type", ["", "application/zip", "application/x-www-form-urlencoded"]
)
def test_a_raw_body_is_the_archive(tmp_path: Path, content_type: str) -> None:
    assert received(tmp_path, Body(stream(b"PK", b"", b"34"), content_type, None)) == b"PK34"


def test_a_form_brings_the_archive_as_its_file(tmp_path: Path) -> None:
    body = Body(stream(FORM_HEAD, b"PK34", FORM_TAIL), FORM_TYPE, None)

    assert received(tmp_path, body) == b"PK34"


def test_fields_beside_the_file_are_returned_if_they_are_asked_for(tmp_path: Path) -> None:
    field = b'--b\r\nContent-Disposition: form-data; name="assets"\r\n\r\ntrue\r\n'
    form = Body(stream(field + FORM_HEAD + b"PK34" + FORM_TAIL), FORM_TYPE, None)
    raw = Body(stream(b"PK34"), "", None)

    with FileIO(tmp_path / "upload", "w") as file:
        assert asyncio.run(receive(form, file, limit=9, metrics=Metrics(), kept=["assets"])) == {
            "assets": "true"
        }
        assert asyncio.run(receive(raw, file, limit=9, metrics=Metrics(), kept=["assets"])) == {}


@pytest.mark.parametrize(
    "content_type",
    [
        "Multipart/Form-Data; boundary=b",
        " multipart/form-data ; boundary=b",
        "multipart/form-data; charset=utf-8; boundary=b",
    ],
)
def test_the_media_type_is_read_in_any_case_whatever_follows_it(
    tmp_path: Path, content_type: str
) -> None:
    body = Body(stream(FORM_HEAD + b"PK34" + FORM_TAIL), content_type, None)

    assert received(tmp_path, body) == b"PK34"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (FORM_HEAD + b"PK34", ErrorCode.INVALID_REQUEST),
        (FORM_HEAD.replace(b'"file"', b'"other"') + FORM_TAIL, ErrorCode.MISSING_FILE),
    ],
    ids=["cut off", "without a file"],
)
def test_a_form_is_looked_at_up_to_its_end(tmp_path: Path, form: bytes, code: ErrorCode) -> None:
    assert refusal(tmp_path, Body(stream(form), FORM_TYPE, None)).code is code


def test_pieces_are_written_as_soon_as_they_make_a_batch(tmp_path: Path) -> None:
    written = []

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(5):
            written.append((tmp_path / "upload").stat().st_size)
            yield bytes(200_000)

    assert len(received(tmp_path, Body(pieces(), "", None), 1_000_000)) == 1_000_000
    assert written == [0, 0, 400_000, 400_000, 800_000]


def test_pieces_larger_than_a_batch_arrive_whole(tmp_path: Path) -> None:
    pieces = [bytes([number]) * 200_000 for number in range(10)]

    assert received(tmp_path, Body(stream(*pieces), "", None), 2_000_000) == b"".join(pieces)


def test_a_disk_that_is_slow_holds_up_nobody_else(tmp_path: Path) -> None:
    written_by = []

    class Watched(FileIO):
        def write(self, data: Any, /) -> int:
            written_by.append(threading.current_thread())
            return super().write(data)

    with Watched(tmp_path / "upload", "w") as file:
        body = Body(stream(bytes(300_000), b"the rest"), "", None)
        asyncio.run(receive(body, file, limit=1_000_000, metrics=Metrics()))

    assert len(written_by) == 2
    assert threading.main_thread() not in written_by


@pytest.mark.parametrize("size", [999, 1000])
def test_up_to_the_limit_is_taken(tmp_path: Path, size: int) -> None:
    assert len(received(tmp_path, Body(stream(bytes(size)), "", size))) == size


def test_a_form_may_be_longer_than_its_file_may(tmp_path: Path) -> None:
    form = FORM_HEAD + bytes(1000) + FORM_TAIL

    assert len(received(tmp_path, Body(stream(form), FORM_TYPE, len(form)))) == 1000


@pytest.mark.parametrize("content_type", ["", FORM_TYPE])
def test_an_announced_length_over_the_limit_is_refused_unread(
    tmp_path: Path, content_type: str
) -> None:
    error = refusal(tmp_path, Body(never(), content_type, 3_000_000))

    assert (error.code, error.limit) == (ErrorCode.UPLOAD_TOO_LARGE, 1000)
    assert error.detail == "The upload is larger than 1000 bytes."


def test_a_length_one_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    assert refusal(tmp_path, Body(never(), "", 1001)).code is ErrorCode.UPLOAD_TOO_LARGE


@pytest.mark.parametrize(
    "body",
    [
        Body(stream(bytes(1001)), "", None),
        Body(stream(bytes(600), bytes(600)), "", 10),
        Body(stream(FORM_HEAD, bytes(1001), FORM_TAIL), FORM_TYPE, None),
    ],
    ids=["raw", "longer than announced", "form"],
)
def test_bytes_over_the_limit_are_counted_while_they_arrive(tmp_path: Path, body: Body) -> None:
    assert refusal(tmp_path, body).code is ErrorCode.UPLOAD_TOO_LARGE


@pytest.mark.parametrize(
    "body", [Body(stream(), "", 0), Body(stream(FORM_HEAD, FORM_TAIL), FORM_TYPE, None)]
)
def test_no_bytes_are_no_archive(tmp_path: Path, body: Body) -> None:
    assert refusal(tmp_path, body).code is ErrorCode.EMPTY_UPLOAD


@pytest.mark.parametrize(
    ("body", "counted"),
    [
        (
            Body(stream(b"PK34"), "", None),
            {"upload_size_bytes_count": 1, "upload_size_bytes_sum": 4},
        ),
        (
            Body(stream(), "", None),
            {
                'zip_rejections_total{reason="empty_upload"}': 1,
                'zip_extractions_total{status="failed_validation"}': 1,
            },
        ),
        (Body(stream(), "", 1001), {'zip_rejections_total{reason="upload_too_large"}': 1}),
        (Body(stream(b"PK34"), FORM_TYPE, None), {}),
    ],
    ids=["taken", "empty", "too large", "no form"],
)
def test_what_becomes_of_an_upload_is_counted_once(
    tmp_path: Path, body: Body, counted: Scrape
) -> None:
    metrics = Metrics()
    before = parsed(metrics.render("")[0].decode())

    with FileIO(tmp_path / "upload", "w") as file, suppress(ServiceError):
        asyncio.run(receive(body, file, limit=1000, metrics=metrics))

    assert moved(before, parsed(metrics.render("")[0].decode())) == counted


def test_a_full_disk_is_not_the_clients_fault() -> None:
    with FileIO("/dev/full", "w") as full, pytest.raises(ServiceError) as caught:
        asyncio.run(receive(Body(stream(b"PK34"), "", None), full, limit=1000, metrics=Metrics()))

    assert caught.value.code is ErrorCode.INSUFFICIENT_STORAGE
    assert caught.value.retry_after == 30
