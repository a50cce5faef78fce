"""What a customer holds at the payment gateway, and the events by which it says that something changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import Malformed, Money, NotFound, TooLarge, Unavailable, UserId
from saltbitter_domain.subscriptions.model import Tier

GRACE = timedelta(days=7)
"""How long a tier is kept while its payment fails."""

MAX_EVENT_BYTES = 1024 * 1024


@attrs.frozen
class Renewal:
    """What becomes of a subscription at the end of its period: it renews at this price, or ends there once its member
    cancelled it."""

    subscription: str
    began_at: datetime
    at: datetime
    price: Money
    cancelled: bool

    @property
    def told_from(self) -> datetime:
        """When the member is reminded: a week before, or 30 days before the end of a period that is longer than two
        months (Colorado, HB21-1239: 25 to 40 days)."""
        long = self.at - self.began_at > timedelta(days=62)
        return self.at - (timedelta(days=30) if long else timedelta(days=7))


@attrs.frozen
class Ended:
    """A subscription to the tier that ended at once, and not on a day for which it had been cancelled before."""

    subscription: str
    tier: Tier
    at: datetime


@attrs.frozen
class Held:
    """What a member holds by a subscription: the tier it entitles to, ``FREE`` once it has ended. ``expires_at`` is
    when that ends by itself; None is for as long as the gateway says nothing else. ``owed_since`` is when a payment for
    it became owed. ``renewal`` and ``ended`` are for telling the member of them, and no part of what they hold."""

    member: UserId
    tier: Tier
    expires_at: datetime | None = None
    owed_since: datetime | None = attrs.field(default=None, eq=False)
    renewal: Renewal | None = attrs.field(default=None, eq=False)
    ended: Ended | None = attrs.field(default=None, eq=False)

    @classmethod
    def past_due(cls, member: UserId, tier: Tier, since: datetime) -> Self:
        """A tier for which a payment is owed ``since`` then: it is kept for ``GRACE``."""
        return cls(member, tier, since + GRACE, owed_since=since)


_RANK = {tier: rank for rank, tier in enumerate(Tier)}


def tier_of(held: Sequence[Held], now: datetime) -> Tier:
    """The highest tier that anything a member holds entitles to: until it expires, and not at that instant."""
    good = (each.tier for each in held if each.expires_at is None or now < each.expires_at)
    return max(good, key=_RANK.__getitem__, default=Tier.FREE)


def next_expiry(held: Sequence[Held], now: datetime) -> datetime | None:
    """When the first of what a member holds expires after ``now``, so that the tier may change without any event."""
    return min(
        (each.expires_at for each in held if each.expires_at is not None and now < each.expires_at), default=None
    )


@attrs.frozen
class GatewayEvent:
    """Something changed about a customer. ``id`` is the gateway's and unique; what changed is asked for, never told.
    ``customer`` is a payment of theirs where the event names nobody, such as one about a dispute."""

    id: str
    customer: str
    occurred_at: datetime


@event("payments.customer_changed")
class CustomerChanged(Event):
    """What the gateway has of this customer, or of whoever made this payment, is to be read again."""

    customer: str


@event("payments.grace_began")
class GraceBegan(Event):
    """A payment is owed. The tier is kept until ``ends_at``."""

    member: UserId
    tier: Tier
    ends_at: datetime


@event("payments.renewal_cancelled")
class RenewalCancelled(Event):
    """The subscription will not renew. The tier is kept until ``ends_at``."""

    member: UserId
    tier: Tier
    ends_at: datetime


@event("payments.subscription_ended")
class SubscriptionEnded(Event):
    """The subscription to the tier ended at once, such as when it was cancelled while a payment was owed, or withdrawn
    from. Nothing more is charged for it."""

    member: UserId
    tier: Tier
    ended_at: datetime


@event("payments.renewal_due")
class RenewalDue(Event):
    """The subscription renews soon, and then costs so much, in minor units of the currency."""

    member: UserId
    tier: Tier
    renews_at: datetime
    amount_minor: int
    currency: str


class GatewayEventRefused(Malformed):
    code = "gateway_event_refused"


class GatewayEventTooLarge(TooLarge):
    code = "gateway_event_too_large"


class GatewayAway(Unavailable):
    code = "payment_gateway_away"


class GatewayOff(NotFound):
    code = "payment_gateway_off"


class HolderMissing(NotFound):
    code = "subscription_holder_missing"
