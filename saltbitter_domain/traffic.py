"""What entry points need to keep traffic fair and retries harmless."""

from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Protocol

import attrs

from saltbitter_domain.kernel import Conflict, TooMany

Address = IPv4Address | IPv6Address


def read_address(text: str) -> Address | None:
    """The IP address, or None when it is none.

    IPv4 written as IPv6 (RFC 4291, 2.5.5.2) counts as IPv4, and a zone index (``fe80::1%eth0``) is left behind."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or IPv6Address(int(address))) if isinstance(address, IPv6Address) else address


def network_of(address: Address, ipv4_bits: int) -> str:
    """The network an address is in: the /64 of IPv6, all of which a single household has, or so much of IPv4."""
    return str(ip_network((address, ipv4_bits if address.version == 4 else 64), strict=False))


class RateLimited(TooMany):
    code = "rate_limited"


class IdempotencyKeyReused(Conflict):
    """The key was used before for a request with other content."""

    code = "idempotency_key_reused"


class RequestInProgress(Conflict):
    """The first request with this key has not been answered yet."""

    code = "request_in_progress"


class RateLimits(Protocol):
    """Counts requests, whichever process answers them."""

    async def hit(self, scope: str, key: str, limit: int, window: timedelta) -> int | None:
        """Count one request of ``key`` in ``scope`` over a sliding window.

        None when it is within ``limit``, else the whole seconds (at least 1) until the next would be. A request
        that was refused does not count."""
        ...


@attrs.frozen
class StoredAnswer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = attrs.field(repr=False)


class Idempotency(Protocol):
    """Answers remembered by the key the client chose, for 24 hours."""

    async def begin(self, owner: str, key: str, fingerprint: str) -> StoredAnswer | None:
        """None when this is the first request with the key, which is now reserved for 60 seconds; else the stored
        answer.

        ``IdempotencyKeyReused`` when ``fingerprint`` differs, ``RequestInProgress`` while the first is unanswered."""
        ...

    async def finish(self, owner: str, key: str, answer: StoredAnswer | None) -> None:
        """Store the answer, or release the key with None so that the request can be repeated."""
        ...
