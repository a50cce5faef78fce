"""Tiers and what they entitle to. A tier never changes whose list a member appears in, nor any score."""

from enum import StrEnum

import attrs

from saltbitter_domain.kernel import Money, NotAllowed


class Tier(StrEnum):
    FREE = "free"
    PREMIUM = "premium"
    ELITE = "elite"


@attrs.frozen
class Entitlements:
    """What a tier may use. ``daily_matches`` and ``ai_messages_a_day`` are None where there is no limit."""

    daily_matches: int | None
    see_who_liked: bool
    advanced_filters: bool
    ai_messages_a_day: int | None
    coaching_insights: bool
    weekly_report: bool


@attrs.frozen
class Plan:
    """A tier as it is offered: the price is for one month, tax included."""

    tier: Tier
    price: Money
    summary: str
    entitlements: Entitlements


@attrs.frozen
class Subscription:
    """The tier a member holds and what it entitles them to."""

    tier: Tier
    entitlements: Entitlements


class NotEntitled(NotAllowed):
    code = "not_entitled"
