"""What DOCS/MONITORING.md says of secret files is so with a real Alertmanager."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import pytest

from tests.app.serving import eventually
from tests.monitoring.docs.programs import alertmanager

CONFIGURATION = """\
route: {{receiver: all, group_by: [alertname], group_wait: 0s}}
receivers:
  - name: all
    slack_configs: [{{api_url_file: {folder}/slack}}]
    pagerduty_configs: [{{routing_key_file: {folder}/pagerduty, url: '{address}/pagerduty'}}]
    webhook_configs:
      - url: {address}/heartbeat
        http_config: {{authorization: {{credentials_file: {folder}/heartbeat}}}}
"""


class Listener(ThreadingHTTPServer):
    """Takes every POST, and remembers the secret that came with it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.secrets: set[str] = set()


class Request(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        told = {
            "/pagerduty": f"pagerduty {body.get('routing_key')}",
            "/heartbeat": f"heartbeat {self.headers['Authorization']}",
        }
        self.server.secrets.add(told.get(self.path, f"slack {self.path}"))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def listening() -> Iterator[Listener]:
    with Listener() as listener:
        thread = Thread(target=listener.serve_forever)
        thread.start()
        yield listener
        listener.shutdown()
        thread.join()


def write(folder: Path, address: str, word: str, end: str = "") -> None:
    (folder / "slack").write_text(f"{address}/{word}{end}")
    (folder / "pagerduty").write_text(f"{word}{end}")
    (folder / "heartbeat").write_text(f"{word}{end}")


def told(word: str) -> set[str]:
    return {f"slack /{word}", f"pagerduty {word}", f"heartbeat Bearer {word}"}


def alert(client: httpx2.Client, name: str) -> None:
    answer = client.post("/api/v2/alerts", json=[{"labels": {"alertname": name}}])
    assert answer.status_code == 200, answer.text


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as one:
        yield one


def test_a_secret_is_read_whenever_it_is_needed_and_may_end_with_a_newline(
    listener: Listener, tmp_path: Path
) -> None:
    configuration = tmp_path / "alertmanager.yml"
    configuration.write_text(
        CONFIGURATION.format(folder=tmp_path, address=listener.address), encoding="utf-8"
    )

    with alertmanager(tmp_path, configuration) as client:
        # It has started without any of them.
        write(tmp_path, listener.address, "first", end="\n")
        alert(client, "First")
        eventually(lambda: listener.secrets == told("first"), "the first secrets are used")
        write(tmp_path, listener.address, "second")
        alert(client, "Second")
        eventually(
            lambda: listener.secrets == told("first") | told("second"), "the second ones are used"
        )
