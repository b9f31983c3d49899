"""Whose request it is, if proxies stand between."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from app.core.config import Networks

Address = IPv4Address | IPv6Address


class ClientAddresses:
    """Believes what the `trusted` say of those before them, and nobody else."""

    def __init__(self, trusted: Networks) -> None:
        self._trusted = trusted

    def address_of(self, peer: str | None, forwarded: Iterable[str]) -> Address | None:
        """The address that a request came from; None if the connection has none, as Unix sockets.

        `peer` is the address of the connection's other end. `forwarded` are the X-Forwarded-For
        headers: each proxy has added, on the right, the address it was called from. They are read
        from the right, as long as whoever added an address is trusted and it can be parsed.
        """
        client = parse_address(peer or "")
        for written in reversed(",".join(forwarded).split(",")):
            if client is None or not self._is_trusted(client):
                break
            before = parse_address(written)
            if before is None:
                break
            client = before
        return client

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def parse_address(text: str) -> Address | None:
    """The address in a text, with or without a port; None if there is none.

    The same address is equal however it is written.

    >>> parse_address("[::ffff:192.0.2.1]:80")
    IPv4Address('192.0.2.1')
    """
    text = text.strip()
    if text.startswith("["):
        inside, closing, _ = text[1:].partition("]")
        text = inside if closing else ""
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    # By its number, so that an interface's name (fe80::1%eth0) does not make it another.
    return address.ipv4_mapped or IPv6Address(int(address))
