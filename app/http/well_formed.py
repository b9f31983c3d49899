"""Refusing what RFC 9112 tells servers to refuse and httptools takes.

Two readers that disagree about a request, such as this service and a proxy in front of it, can be
made to take one client's bytes for another's request.
"""

import re
from typing import Final

from app.http.head_deadline import HeadInTime

_VERSIONS: Final = {"1.0", "1.1"}

_HOST: Final = re.compile(
    rb"(\[[0-9A-Za-z:.%_~-]+\]|[0-9A-Za-z._~!$&'()*+,;=%-]*)(:[0-9]*)?"  # RFC 3986, section 3.2.2
)

_ONLY_HTTP_1: Final = "Only the versions 1.0 and 1.1 of HTTP are understood.\n"
_ONE_HOST: Final = "A request needs one Host header: a name or an address, and perhaps a port.\n"
_ONLY_CHUNKED: Final = "The only transfer coding that is understood is chunked.\n"


class WellFormedHead(HeadInTime):
    """Answers 400, 501 or 505 for a head that is no sound head of HTTP/1.

    Trailers do not join the headers (RFC 9110, section 6.5.1): a proxy that checks headers, such as
    X-Forwarded-For, may let them pass.
    """

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_body:
            # Blanks around a value are not part of it (RFC 9112, section 5.1), but httptools keeps
            # those after it.
            super().on_header(name, value.strip(b" \t"))

    def on_headers_complete(self) -> None:
        version = self.parser.get_http_version()
        if version not in _VERSIONS:
            self.stop_parsing("malformed", 505, _ONLY_HTTP_1)
        self._check_host(version)
        self._check_coding()
        if version == "1.0":
            self.expect_100_continue = False  # it knows no interim answer: RFC 9110, section 10.1.1
        super().on_headers_complete()

    def _check_host(self, version: str) -> None:
        """RFC 9112, section 3.2."""
        hosts = self._values_of(b"host")
        if len(hosts) != 1 and (hosts or version != "1.0"):
            self.stop_parsing("malformed", 400, _ONE_HOST)
        if hosts and not _HOST.fullmatch(hosts[0]):
            self.stop_parsing("malformed", 400, _ONE_HOST)

    def _check_coding(self) -> None:
        """RFC 9112, section 6.1; httptools looks at the last coding alone."""
        codings = self._values_of(b"transfer-encoding")
        if codings and b",".join(codings).lower() != b"chunked":
            self.stop_parsing("malformed", 501, _ONLY_CHUNKED)

    def _values_of(self, field: bytes) -> list[bytes]:
        return [value for name, value in self.headers if name == field]
