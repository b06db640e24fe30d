"""Network addresses: which ones a name has, and which of them anyone on the internet can reach."""

from __future__ import annotations

import socket
import threading
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

TRANSLATED = ip_network("64:ff9b::/96")
"""NAT64 (RFC 6052): the last 32 bits are an IPv4 address."""

COMPATIBLE = ip_network("::/96")
"""IPv4-compatible addresses (RFC 4291, section 2.5.5.1), long deprecated, still understood."""

NOT_PUBLIC = tuple(
    ip_network(block)
    for block in (
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.88.99.0/24",  # relays of 6to4, given up (RFC 7526)
        "64:ff9b:1::/48",  # NAT64 within a network (RFC 8215)
        "fec0::/10",  # site-local, given up (RFC 3879)
    )
)

LOCAL = tuple(
    ip_network(block)
    for block in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",  # within a provider, and private overlays (RFC 6598)
        "::1/128",
        "fc00::/7",
    )
)
"""Loopback and private networks. Link-local addresses are none: clouds keep secrets there."""

Endpoint = tuple[int, str, tuple[str, int] | tuple[str, int, int, int]]
"""Address family, address as a text, and what `socket.connect` takes."""


class NoSuchHostError(Exception):
    """A name has no network address; `passing` where asking again may help."""

    def __init__(self, host: str, *, passing: bool) -> None:
        """Keep the host's name."""
        super().__init__(host)
        self.host = host
        self.passing = passing


def is_public(text: str) -> bool:
    """Say whether an IP address is one of the internet's: not private, loopback or the like.

    An IPv6 address that carries an IPv4 address (mapped, NAT64, 6to4, Teredo) is judged by it.

    >>> [is_public(a) for a in ("192.0.2.1", "1.1.1.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1")]
    [False, True, False, False]
    """
    address = _address(text)
    if address is None or any(address in block for block in NOT_PUBLIC):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def is_local(text: str) -> bool:
    """Say whether an IP address is one of this machine or of a private network.

    >>> [is_local(a) for a in ("::1", "192.168.1.9", "169.254.169.254", "0.0.0.0")]
    [True, True, False, False]
    """
    address = _address(text)
    return address is not None and any(address in block for block in LOCAL)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and not address.is_loopback:
        return _carried(address) or address
    return address


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in TRANSLATED or address in COMPATIBLE:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def endpoints(host: str, port: int, seconds: float) -> list[Endpoint]:
    """Return where `host` can be reached, in the system's order, each address once.

    A look-up has no limit of its own and cannot be broken off, so it is left to itself after
    `seconds`. Raises `NoSuchHostError`, and `TimeoutError` where no answer came.
    """
    found: list[Endpoint] = []
    problem: list[Exception] = []

    def look_up() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend((family, str(to[0]), to) for family, _, _, _, to in answers)  # type: ignore[misc]
        except (OSError, UnicodeError) as error:
            problem.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(seconds)
    if found:
        return [one for place, one in enumerate(found) if one not in found[:place]]
    if thread.is_alive():
        raise TimeoutError(f"the address of {host} was not found in time")
    again = any(
        isinstance(one, socket.gaierror) and one.errno == socket.EAI_AGAIN for one in problem
    )
    raise NoSuchHostError(host, passing=again)


def is_local_host(host: str, seconds: float) -> bool:
    """Say whether every address of `host` is `is_local`; raises `TimeoutError`."""
    try:
        return all(is_local(text) for _, text, _ in endpoints(host, 0, seconds))
    except NoSuchHostError:
        return False
