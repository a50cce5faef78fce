"""Who is calling: their network address, and the access token they show."""

import hmac
import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address

from aiohttp import hdrs, web

from entrypoints.http.errors import TokenMissing
from saltbitter_domain.traffic import Address, network_of, read_address

EDGE = "X-Saltbitter-Edge"
"""The header by which our outermost proxy, and nobody else, says that a request came through it."""

UNKNOWN = IPv4Address(0)
"""Stands for a peer without an address, as behind a Unix socket."""

_read = lru_cache(maxsize=16_384)(read_address)
"""A client that keeps its connection, or a proxy, has one address for many requests."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def client_address(peer: str | None, forwarded: Sequence[str], trusted_proxies: int) -> Address:
    """The client's address as seen by the outermost proxy we run.

    Each of our proxies appends the address it was called from to ``X-Forwarded-For``. With *n* of them, the n-th entry
    from the right was written by our outermost one; everything left of it is the client's own claim and never read."""
    hops = [hop.strip() for line in forwarded for hop in line.split(",")] if trusted_proxies else []
    for hop in [*hops[-trusted_proxies:], peer] if trusted_proxies else [peer]:
        address = _read(hop or "")
        if address is not None:
            return address
    return UNKNOWN


def came_by_the_edge(request: web.Request, secrets: Sequence[str]) -> bool:
    """Whether the request bears one of the secrets that only our outermost proxy knows. How long it takes to say tells
    nothing of them."""
    shown = request.headers.get(EDGE, "").encode(errors="surrogateescape")
    return any(hmac.compare_digest(shown, secret.encode()) for secret in secrets)


def limited_as(address: Address) -> str:
    """What limits count by: the address of IPv4, the /64 of IPv6."""
    return network_of(address, 32)


def request_id_of(request: web.Request) -> str | None:
    """The id the caller gave the request, when it is one that is safe to log and return."""
    given = request.headers.get("X-Request-ID", "")
    return given if _REQUEST_ID.fullmatch(given) else None


def bearer_token(request: web.Request) -> str:
    """The token of ``Authorization: Bearer`` (RFC 6750); never read from the address. Raises ``TokenMissing``."""
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenMissing("Sign in, then send the access token as 'Authorization: Bearer <token>'.")
    return token
