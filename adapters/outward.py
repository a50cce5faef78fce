"""Calls to addresses that others have named: they go out to the internet, and to nothing that is inside.

A name leads wherever its holder has it lead, elsewhere with every look. So what counts is the address that is connected
to, at the moment of connecting, be it one that a name led to or one that was named.
"""

import errno
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import aiohttp
from aiohttp.abc import AbstractResolver

_UNICAST = IPv6Network("2000::/3")
"""What IANA gives out of IPv6 to be reached by everybody (RFC 4291, 2.4)."""
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 behind a translator, which the last four bytes name (RFC 6052, 2.1)."""


def is_outside(address: IPv4Address | IPv6Address) -> bool:
    """Whether this is somebody on the internet: not this machine, its network, who tells it its credentials
    (169.254.169.254, fd00:ec2::254), a group, or one of them written as IPv6."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    inner = address.ipv4_mapped or address.sixtofour
    if address in _TRANSLATED:
        inner = IPv4Address(int(address) & 0xFFFF_FFFF)
    if inner is not None:
        return is_outside(inner)
    return address.is_global and address in _UNICAST


def outward_socket(info: aiohttp.AddrInfoType) -> socket.socket:
    """A socket to connect to this address with. Raises ``PermissionError`` where it is none outside."""
    family, kind, protocol, _, place = info
    if not is_outside(ip_address(place[0])):
        raise PermissionError(errno.EACCES, "that leads inside")
    return socket.socket(family, kind, protocol)


def outward_connector(resolver: AbstractResolver | None = None) -> aiohttp.TCPConnector:
    """Connects to what is outside only; made on a running loop. A refusal is an ``aiohttp.ClientConnectorError``."""
    return aiohttp.TCPConnector(socket_factory=outward_socket, resolver=resolver)


def outward_session(seconds: float, connector: aiohttp.TCPConnector | None = None) -> aiohttp.ClientSession:
    """Asks what is outside, within so many seconds for everything, and keeps no cookies; made on a running loop.

    Only whoever talks to a server of this machine, which tests do, gives it a connector of theirs."""
    return aiohttp.ClientSession(
        connector=connector or outward_connector(),
        timeout=aiohttp.ClientTimeout(total=seconds),
        cookie_jar=aiohttp.DummyCookieJar(),
    )
