"""HEAD, where no server can be brought to show it: servers drop its body themselves."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from app.middleware.head_method import HeadMethodMiddleware

START: Message = {"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]}


async def app(scope: Scope, _receive: Receive, send: Send) -> None:
    await send(START)
    await send({"type": "http.response.body", "body": scope["method"].encode(), "more_body": False})


def answer(method: str) -> list[Message]:
    said: list[Message] = []

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        said.append(message)

    scope = {"type": "http", "method": method}
    asyncio.run(HeadMethodMiddleware(app)(scope, receive, send))
    assert scope == {"type": "http", "method": method}  # the server's own
    return said


def test_head_is_answered_with_what_get_is_but_its_body() -> None:
    assert answer("HEAD") == [
        START,
        {"type": "http.response.body", "body": b"", "more_body": False},
    ]


def test_other_methods_are_answered_whole() -> None:
    assert [message.get("body") for message in answer("PUT")] == [None, b"PUT"]
