"""A server that takes notifications like Slack, PagerDuty and a heartbeat service, and keeps them.

    python -m monitoring.receiver --port 9099

Strict on purpose: it refuses what the real ones would, as they would, so that a template that makes
an invalid message is found in a test rather than at night.
"""

import argparse
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self

from monitoring.notifications import Kind, NotAccepted, Notification, read

PATHS: Final[dict[Kind, str]] = {
    "slack": "/slack/",
    "pagerduty": "/v2/enqueue",
    "heartbeat": "/heartbeat",
}


class Receiver:
    """Listens on loopback while entered; what has arrived is in `notifications`.

    A heartbeat must come with `heartbeat_token`, unless that is empty.
    """

    def __init__(self, port: int = 0, heartbeat_token: str = "") -> None:
        self.notifications: list[Notification] = []
        self.heartbeat_token = heartbeat_token
        self._arrived = threading.Condition()
        self._refusals: dict[Kind, int] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler_for(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    def url(self, kind: Kind, channel: str = "") -> str:
        """Where to send; Slack has one address per channel."""
        return f"http://127.0.0.1:{self.port}{PATHS[kind]}{channel.lstrip('#')}"

    def refuse(self, kind: Kind, status: int) -> None:
        """Answer everything of this kind with this HTTP status, until `accept`."""
        self._refusals[kind] = status

    def accept(self, kind: Kind) -> None:
        """Take this kind again."""
        self._refusals.pop(kind, None)

    def refusal(self, kind: Kind) -> int | None:
        """The status that this kind is refused with."""
        return self._refusals.get(kind)

    def keep(self, notification: Notification) -> None:
        """Add one, and wake those who wait."""
        with self._arrived:
            self.notifications.append(notification)
            self._arrived.notify_all()

    def wait_for(
        self, predicate: Callable[[Notification], bool], seconds: float, *, since: int = 0
    ) -> Notification:
        """The first notification, from number `since` on, for which the predicate is true.

        Raises TimeoutError, which names what came instead.
        """
        with self._arrived:
            found = self._arrived.wait_for(
                lambda: next(filter(predicate, self.notifications[since:]), None), seconds
            )
            if found is None:
                others = [
                    f"{one.kind} {one.channel} {one.status} {one.alertname}"
                    for one in self.notifications[since:]
                ]
                raise TimeoutError(f"not notified within {seconds:g} s; came instead: {others}")
            return found


def _handler_for(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kind = _kind(self.path)
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if kind is None:
                return self._answer(404, b"no_such_receiver")
            if (status := receiver.refusal(kind)) is not None:
                return self._answer(status, b"refused")
            try:
                self._check_token(kind)
                receiver.keep(read(kind, _channel(self.path), json.loads(content)))
            except (NotAccepted, ValueError) as error:  # ValueError: not JSON
                return self._answer(400, f"invalid_payload: {error!r}".encode())
            return self._answer(202 if kind == "pagerduty" else 200, _ANSWERS[kind])

        def _check_token(self, kind: Kind) -> None:
            expected = f"Bearer {receiver.heartbeat_token}"
            given = self.headers.get("Authorization")
            if kind == "heartbeat" and receiver.heartbeat_token and given != expected:
                raise NotAccepted("wrong token")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing: what came is kept."""

    return Handler


_ANSWERS: Final[dict[Kind, bytes]] = {
    "slack": b"ok",
    "pagerduty": b'{"status":"success","message":"Event processed"}',
    "heartbeat": b"",
}


def _kind(path: str) -> Kind | None:
    return next((kind for kind, prefix in PATHS.items() if path.startswith(prefix)), None)


def _channel(path: str) -> str:
    """The channel of Slack that an address is for; empty for others."""
    _, slack, channel = path.partition(PATHS["slack"])
    return f"#{channel}" if slack else ""


class PrintingReceiver(Receiver):
    """Prints each notification as it comes."""

    def keep(self, notification: Notification) -> None:
        super().keep(notification)
        where = f"{notification.kind} {notification.channel}".strip()
        print(f"--- {where}: {notification.status}\n{notification.text}", flush=True)


def main() -> None:
    """Listen until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m monitoring.receiver")
    parser.add_argument("--port", type=int, default=9099)
    port = parser.parse_args().port
    with PrintingReceiver(port) as receiver:
        for kind in PATHS:
            print(f"{kind}: {receiver.url(kind)}", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
