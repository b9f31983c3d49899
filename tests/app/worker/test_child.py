"""What a child says of a conversion."""

import errno
import json
import os
from pathlib import Path
from typing import BinaryIO, NoReturn

import pytest

import docc2context
from app.worker import child
from app.worker.locks.bounds import Bounds
from app.worker.options import Options
from app.worker.protocol import (
    Converted,
    Crashed,
    FullDisk,
    OutOfMemory,
    Refused,
    Reply,
    decode,
)
from docc2context import (
    DEFAULT_LIMITS,
    Code,
    DestinationError,
    LimitExceeded,
    Limits,
    Report,
)
from tests.app.archives import (
    article,
    damaged_doccarchive,
    doccarchive,
    illustrated_doccarchive,
    names_in,
)

ARTICLE = json.dumps(article("Foo"))
BUNDLE = Options()
BOUNDS = Bounds(memory_bytes=2**30, cpu_seconds=60, file_bytes=1000)


@pytest.fixture
def reply_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Conversion":
    # The process that runs the tests is to stay as it is.
    monkeypatch.setattr(child, "lock_up", lambda *_: None)
    return Conversion(tmp_path)


class Conversion:
    def __init__(self, folder: Path) -> None:
        self.upload, self.result, self.said = folder / "u", folder / "r", folder / "s"

    def __call__(
        self, archive: bytes, options: Options = BUNDLE, limits: Limits = DEFAULT_LIMITS
    ) -> Reply | None:
        self.upload.write_bytes(archive)
        upload = os.open(self.upload, os.O_RDWR)
        # As the parent leaves it: at the end of what was written.
        os.lseek(upload, 0, os.SEEK_END)
        result = os.open(self.result, os.O_RDWR | os.O_CREAT)
        said = os.open(self.said, os.O_RDWR | os.O_CREAT)
        try:
            child.convert(said, upload, result, options, limits, BOUNDS)
        finally:
            os.close(said)
        return decode(self.said.read_bytes())


def test_a_conversion_is_counted(reply_of: Conversion) -> None:
    reply = reply_of(doccarchive("Foo", "Bar", broken=b"{"))

    assert isinstance(reply, Converted)
    assert (reply.pages_converted, reply.pages_skipped) == (2, 1)
    assert (reply.extracted.files, reply.extracted.bytes) == (3, 2 * len(ARTICLE) + 1)
    assert 0 < reply.extracted.seconds < 10
    assert "manifest.json" in names_in(reply_of.result.read_bytes())


def test_unknown_content_is_counted_by_the_types_of_the_format(reply_of: Conversion) -> None:
    abstract = [{"type": "paragraph"}, {"type": "p0ll"}, {"type": "quiz"}, {"type": "text"}]
    page = json.dumps(article("Foo") | {"abstract": abstract}).encode()

    reply = reply_of(doccarchive(foo=page))

    assert isinstance(reply, Converted)
    assert reply.unknown_nodes == {"paragraph": 1, "other": 2}


@pytest.mark.parametrize(
    ("archive", "stage"),
    [
        (b"hello", "opening"),
        (damaged_doccarchive(), "reading"),
        (doccarchive(foo=b"{"), "converting"),
    ],
)
def test_a_refusal_tells_how_far_the_reader_came(
    reply_of: Conversion, archive: bytes, stage: str
) -> None:
    reply = reply_of(archive)

    assert isinstance(reply, Refused)
    assert reply.stage == stage


def test_one_document_is_made_if_it_is_wanted(reply_of: Conversion) -> None:
    reply = reply_of(doccarchive("Foo", "Bar"), Options(single=True))

    assert isinstance(reply, Converted)
    assert reply.pages_converted == 2
    assert b"\n# Foo\n" in reply_of.result.read_bytes()


def test_assets_come_along_if_they_are_wanted(reply_of: Conversion) -> None:
    reply = reply_of(illustrated_doccarchive(), Options(assets=True))

    assert isinstance(reply, Converted)
    assert reply.assets_copied == 1
    assert "images/lake.png" in names_in(reply_of.result.read_bytes())


def test_the_converter_is_given_the_upload_from_its_beginning(
    reply_of: Conversion, monkeypatch: pytest.MonkeyPatch
) -> None:
    positions = []

    def convert(source: BinaryIO, *_: object, **__: object) -> Report:
        positions.append(source.tell())
        return Report()

    monkeypatch.setattr(docc2context, "convert", convert)
    reply_of(b"PK34")

    assert positions == [0]


def test_a_refusal_is_passed_on(reply_of: Conversion) -> None:
    reply = reply_of(b"hello")

    assert isinstance(reply, Refused)
    assert (reply.code, reply.entry, reply.limit) == ("not_a_zip", None, None)
    assert reply.detail == "The file does not begin like a zip archive."
    assert reply.remedy == "Zip the .doccarchive folder and convert the .zip file."


def raising(error: Exception, cause: Exception | None = None) -> "type[_Raising]":
    _Raising.error, _Raising.cause = error, cause
    return _Raising


class _Raising:
    error: Exception
    cause: Exception | None

    @classmethod
    def convert(cls, *_: object, **__: object) -> NoReturn:
        raise cls.error from cls.cause


def test_the_limits_that_are_given_hold(reply_of: Conversion) -> None:
    reply = reply_of(doccarchive("Foo", "Bar"), limits=Limits(max_page_bytes=len(ARTICLE) - 1))

    assert isinstance(reply, Refused)
    assert (reply.code, reply.limit) == ("archive_too_large", len(ARTICLE) - 1)


def test_facts_of_a_refusal_are_passed_on_as_sentences(
    reply_of: Conversion, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = LimitExceeded(
        Code.ARCHIVE_TOO_LARGE, "over 9 bytes", remedy="leave it out", entry="a/b", limit=9
    )
    monkeypatch.setattr(docc2context, "convert", raising(error).convert)

    assert reply_of(b"") == Refused(
        code="archive_too_large",
        detail="Over 9 bytes.",
        remedy="Leave it out.",
        entry="'a/b'",
        limit=9,
        stage="opening",
    )


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("a mistake"),
        RecursionError("too deep"),
        OSError(errno.EIO, "a disk that breaks"),
        DestinationError(Code.DESTINATION_UNUSABLE, "is ours"),
    ],
)
def test_what_is_no_refusal_is_a_crash_with_its_traceback(
    reply_of: Conversion, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(docc2context, "convert", raising(error).convert)

    reply = reply_of(b"")

    assert isinstance(reply, Crashed)
    assert type(error).__name__ in reply.traceback


def test_a_long_traceback_keeps_its_end(
    reply_of: Conversion, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = ValueError("\0" * 1_000_000 + "the end")
    monkeypatch.setattr(docc2context, "convert", raising(error).convert)

    reply = reply_of(b"")

    assert isinstance(reply, Crashed)
    assert reply.traceback.rstrip().endswith("the end")
    assert reply_of.said.stat().st_size < 64 * 1024


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("wrapped", [True, False])
def test_a_full_disk_is_told_apart_however_it_is_wrapped(
    reply_of: Conversion, monkeypatch: pytest.MonkeyPatch, number: int, *, wrapped: bool
) -> None:
    full: Exception = OSError(number, "full")
    outer = DestinationError(Code.DESTINATION_UNUSABLE, "cannot be written")
    failure = raising(outer, cause=full) if wrapped else raising(full)
    monkeypatch.setattr(docc2context, "convert", failure.convert)

    assert reply_of(b"") == FullDisk()


def during(handled: Exception, error: Exception) -> Exception:
    error.__context__ = handled
    return error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (MemoryError(), None),
        (ValueError("wraps it"), MemoryError()),
        (during(MemoryError(), ValueError("comes while it is handled")), None),
    ],
)
def test_a_lack_of_memory_is_told_apart_however_it_is_wrapped(
    reply_of: Conversion,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    cause: Exception | None,
) -> None:
    monkeypatch.setattr(docc2context, "convert", raising(error, cause).convert)

    assert reply_of(b"") == OutOfMemory()


def test_a_file_that_grows_too_large_is_too_much_output(
    reply_of: Conversion, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer = DestinationError(Code.DESTINATION_UNUSABLE, "cannot be written")
    failure = raising(outer, cause=OSError(errno.EFBIG, "File too large"))
    monkeypatch.setattr(docc2context, "convert", failure.convert)

    assert reply_of(b"") == Refused(
        code="output_too_large",
        detail="The result is over the limit of 1000 bytes.",
        limit=1000,
    )
