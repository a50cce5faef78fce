"""What the API is given when it is put together; methods see the services they were built with and nothing else."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Protocol
from uuid import UUID

import attrs

from saltbitter_domain.breaches.model import Act
from saltbitter_domain.kernel import Clock, Ids, UserId
from saltbitter_domain.traffic import Idempotency, RateLimits
from saltbitter_domain.users.ports import Access


class Authenticator(Protocol):
    """Knows members by their access tokens."""

    def authenticate(self, access_token: str) -> Access:
        """What the token says; a ``NotAuthenticated`` refusal when it is not, or no longer, good."""
        ...

    async def has_second_factor(self, user_id: UserId) -> bool:
        """Whether the member's sessions were opened with a second factor."""
        ...


class Audit(Protocol):
    """Knows what staff look at and do."""

    async def record(
        self,
        actor: str,
        action: str,
        reason: str,
        things: Mapping[str, UUID],
        request_id: str,
        shown: Collection[UserId],
    ) -> None:
        """Store who is about to do or see what, why, of which things, ids by what they are of, and of which members."""
        ...

    async def record_if_proven(
        self, user_id: UserId, action: str, reason: str, things: Mapping[str, UUID], request_id: str
    ) -> bool:
        """Store what somebody of the staff is about to do, unless they have no second factor; whether they have."""
        ...


class Detection(Protocol):
    """Knows who sees whom, so that it can be told whom a breach is about."""

    def note(self, act: Act, actor: str, subjects: Collection[UserId] = ()) -> None:
        """The actor does this just now, about these people. Nobody waits for it."""
        ...


@attrs.frozen
class HttpSettings:
    """``trusted_proxies`` is how many proxies of ours stand before the process; limits are requests per minute."""

    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: int = 0
    member_limit: int = 100
    signing_in_limit: int = 10
    address_limit: int = 1200
    limited_by_day: bool = True
    """Whether the limits that routes have for a day hold."""
    body_seconds: float = 30.0
    """How long a body may take to arrive."""
    bodies_bytes: int = 256 * 1024 * 1024
    """What bodies may take in memory at a time, all together; far more than members ever send at once."""
    edge_secrets: tuple[str, ...] = attrs.field(default=(), repr=False)
    """One of them is in a header of whatever our outermost proxy forwards; none where it adds no such header."""
    honey: frozenset[str] = frozenset()
    """Ids and e-mail addresses, in lower case, for which nobody has a reason to ask."""


@attrs.frozen
class Ports:
    """What every request needs, whatever it asks for. ``ready`` tells of each dependency whether it answers."""

    rate_limits: RateLimits
    idempotency: Idempotency
    clock: Clock
    ids: Ids
    audit: Audit
    detection: Detection
    ready: Callable[[], Awaitable[Mapping[str, bool]]]
