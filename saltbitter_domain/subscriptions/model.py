"""Tiers and what they entitle to. A tier never changes whose list a member appears in, nor any score."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import attrs

from saltbitter_domain.kernel import Money, NotAllowed

DECIMALS: Mapping[str, int] = MappingProxyType({"EUR": 2, "JPY": 0, "KWD": 3, "USD": 2})
"""How many decimals an amount in each currency has (ISO 4217, minor units)."""


def amount_text(money: Money) -> str:
    """The exact amount in major units, then the currency: ``19.99 USD``, ``1999 JPY``, ``-1.999 KWD``.

    ``KeyError`` for a currency that is not in ``DECIMALS``."""
    decimals = DECIMALS[money.currency]
    whole, part = divmod(abs(money.amount_minor), 10**decimals)
    amount = f"{whole}.{part:0{decimals}d}" if decimals else str(whole)
    return f"{'-' if money.amount_minor < 0 else ''}{amount} {money.currency}"


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
    """A tier as it is offered, or was: the price is for one month, tax included. No ``version`` of a tier ever changes;
    what is offered on other terms is the next one."""

    tier: Tier
    version: int
    price: Money
    summary: str
    terms: str
    """What is paid in total, and when it is paid again."""
    entitlements: Entitlements


@attrs.frozen
class Subscription:
    """The tier a member holds and what it entitles them to."""

    tier: Tier
    entitlements: Entitlements


class NotEntitled(NotAllowed):
    code = "not_entitled"
