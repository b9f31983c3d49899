"""Whose request it is."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.client_address import ClientAddresses, parse_address

PROXIES = ("10.0.0.0/8", "fd00::/8", "127.0.0.1/32")
BEHIND_PROXIES = ClientAddresses(tuple(ip_network(one) for one in PROXIES))
ALONE = ClientAddresses(())


def client(peer: str | None, *forwarded: str) -> str:
    return str(BEHIND_PROXIES.address_of(peer, forwarded))


def test_nobody_is_believed_by_default() -> None:
    assert str(ALONE.address_of("127.0.0.1", ["192.0.2.1"])) == "127.0.0.1"


def test_a_peer_that_is_no_trusted_proxy_is_not_believed() -> None:
    assert client("192.0.2.9", "192.0.2.1") == "192.0.2.9"


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ((), "10.0.0.1"),
        (("",), "10.0.0.1"),
        (("192.0.2.1",), "192.0.2.1"),
        (("192.0.2.66, 192.0.2.1",), "192.0.2.1"),
        (("192.0.2.66, 192.0.2.1, 10.0.0.2,fd00::1",), "192.0.2.1"),
        (("192.0.2.66", "192.0.2.1", "10.0.0.2"), "192.0.2.1"),
        (("10.0.0.3, 10.0.0.2",), "10.0.0.3"),
    ],
)
def test_the_client_is_the_first_from_the_right_that_is_no_proxy(
    forwarded: tuple[str, ...], expected: str
) -> None:
    assert client("10.0.0.1", *forwarded) == expected


@pytest.mark.parametrize(
    "nonsense", ["unknown", "_hidden", "", "999.1.1.1", "[::1", "1.2.3.4.5", "ä"]
)
def test_what_makes_no_sense_ends_the_reading(nonsense: str) -> None:
    assert client("10.0.0.1", f"192.0.2.1, {nonsense}, 10.0.0.2") == "10.0.0.2"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1:567 ", "192.0.2.1"),
        ("[2001:db8::1]:80", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:80", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_an_address_has_one_form(text: str, address: str) -> None:
    assert str(parse_address(text)) == address


def test_a_mapped_peer_is_a_proxy_too() -> None:
    assert client("::ffff:10.0.0.1", "192.0.2.1") == "192.0.2.1"


@pytest.mark.parametrize("peer", [None, "", "testclient"])
def test_what_a_peer_without_an_address_forwards_is_ignored(peer: str | None) -> None:
    assert client(peer, "192.0.2.1") == "None"


ENTRIES = st.one_of(
    st.text(),
    st.ip_addresses().map(str),
    st.ip_addresses(network="10.0.0.0/8").map(lambda address: f"{address}:80"),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]:1"),
)


@given(st.ip_addresses(), st.lists(st.lists(ENTRIES).map(",".join)))
def test_whatever_is_forwarded_gives_an_address(peer: object, forwarded: list[str]) -> None:
    found = BEHIND_PROXIES.address_of(str(peer), forwarded)

    written = [parse_address(one) for one in ",".join(forwarded).split(",")]
    assert found in [parse_address(str(peer)), *(one for one in written if one)]
    assert ip_address(str(found)) == found
