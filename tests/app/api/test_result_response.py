"""A result on its way."""

import asyncio
import os
import threading
from io import FileIO
from pathlib import Path

import pytest
from starlette.types import Message

from app.api.result_response import BUNDLE, ResultResponse

CHUNK = 256 * 1024


def test_a_result_is_sent_in_pieces_of_which_the_last_says_so_while_others_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytes(range(256)) * 2500
    sent: list[Message] = []
    pread, read_by = os.pread, []

    def watched(descriptor: int, size: int, position: int) -> bytes:
        read_by.append(threading.current_thread())
        return pread(descriptor, size, position)

    async def send(message: Message) -> None:
        sent.append(message)

    monkeypatch.setattr(os, "pread", watched)
    with FileIO(tmp_path / "result", "w+") as file:
        file.write(content)  # which leaves its offset at the end
        asyncio.run(ResultResponse(file, BUNDLE).stream_response(send))

    start, *pieces = sent
    assert (start["type"], start["status"]) == ("http.response.start", 200)
    assert dict(start["headers"]) == {
        b"content-type": b"application/zip",
        b"content-length": str(len(content)).encode(),
        b"content-disposition": b'attachment; filename="documentation-markdown.zip"',
        b"vary": b"Accept",
    }
    assert [(len(one["body"]), one["more_body"]) for one in pieces] == [
        *[(CHUNK, True)] * 2,
        (len(content) - 2 * CHUNK, False),
    ]
    assert b"".join(one["body"] for one in pieces) == content
    assert threading.main_thread() not in read_by
