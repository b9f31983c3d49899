"""What passes between child and parent."""

import pytest

from app.worker.locks.lock_up import Locks
from app.worker.protocol import (
    Converted,
    Crashed,
    Extracted,
    FullDisk,
    OutOfMemory,
    Ready,
    Refused,
    Reply,
    decode,
    encode,
)

REPLIES: list[Reply] = [
    Ready(Locks(["group"], {"landlock": "Function not implemented"})),
    Converted(
        pages_converted=1,
        pages_skipped=2,
        unknown_nodes={"paragraph": 3},
        missing_references=4,
        assets_copied=5,
        output_bytes=6,
        extracted=Extracted(files=7, bytes=8, seconds=0.5),
    ),
    Refused(code="not_a_zip", detail="…", remedy="!", entry="'a'", limit=3, stage="opening"),
    FullDisk(),
    OutOfMemory(),
    Crashed("Traceback", "reading"),
]


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: type(reply).__name__)
def test_a_reply_arrives_as_it_was_sent(reply: Reply) -> None:
    assert decode(encode(reply)) == reply


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{", b"\xff", bytes(70_000)),
        b'{"type": "converted"}',
        b'{"type": "other"}',
        b'{"type": "refused", "code": "not_a_zip", "detail": "!", "remedy": ["!"]}',
    ],
)
def test_anything_else_is_no_reply(data: bytes) -> None:
    assert decode(data) is None
