"""What a customer holds at the payment gateway, and the events by which it says that something changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import Malformed, NotFound, TooLarge, Unavailable, UserId
from saltbitter_domain.subscriptions.model import Tier

GRACE = timedelta(days=7)
"""How long a tier is kept while the payment for its new period fails."""

MAX_EVENT_BYTES = 1024 * 1024


class Standing(StrEnum):
    PAID = "paid"
    PAST_DUE = "past_due"
    ENDED = "ended"


@attrs.frozen
class Held:
    """One subscription as the gateway has it now: whose, which tier, how it stands, since when its period runs."""

    member: UserId
    tier: Tier
    standing: Standing
    period_start: datetime

    def tier_at(self, now: datetime) -> Tier:
        """What it entitles to: its tier while it is paid and for ``GRACE`` after a payment failed, else free."""
        in_grace = self.standing is Standing.PAST_DUE and now < self.period_start + GRACE
        return self.tier if self.standing is Standing.PAID or in_grace else Tier.FREE


_RANK = {tier: rank for rank, tier in enumerate(Tier)}


def tier_of(held: Sequence[Held], now: datetime) -> Tier:
    """The highest tier that any of a member's subscriptions entitles to."""
    return max((each.tier_at(now) for each in held), key=_RANK.__getitem__, default=Tier.FREE)


@attrs.frozen
class GatewayEvent:
    """Something changed about a customer. ``id`` is the gateway's and unique; what changed is asked for, never told."""

    id: str
    customer: str
    occurred_at: datetime


@event("payments.customer_changed")
class CustomerChanged(Event):
    """What the gateway has of this customer is to be read again."""

    customer: str


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
