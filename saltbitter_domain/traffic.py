"""What entry points need to keep traffic fair and retries harmless."""

from datetime import timedelta
from typing import Protocol

import attrs

from saltbitter_domain.kernel import Conflict, TooMany


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
