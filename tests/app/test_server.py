"""The server that the service is started with."""

from collections.abc import Callable

import pytest

from tests.app.serving import NEEDS_PROC, Server

pytestmark = NEEDS_PROC


@pytest.mark.parametrize(
    ("options", "warnings"), [((), 0), (("--http", "httptools"), 1), (("--http", "h11"), 1)]
)
def test_a_server_without_our_limits_is_told_of_once(
    start_server: Callable[..., Server], options: tuple[str, ...], warnings: int
) -> None:
    server = start_server(*options)

    for _ in range(2):
        assert server.client.get("/health").status_code == 200

    lines = server.events("server_unbounded")
    assert [line["level"] for line in lines] == ["warning"] * warnings
    assert all("--http app.http.protocol:BoundedProtocol" in line["remedy"] for line in lines)
