"""The plans on offer and what each entitles to.

Messaging, safety, privacy settings and incognito belong to every tier and are therefore not entitlements. Nothing here
changes whose list a member appears in. No plan is marked as recommended or chosen beforehand.
"""

from collections.abc import Mapping
from types import MappingProxyType

from saltbitter_domain.kernel import Money
from saltbitter_domain.subscriptions.model import Entitlements, Plan, Tier, amount_text

ENTITLEMENTS: Mapping[Tier, Entitlements] = MappingProxyType(
    {
        Tier.FREE: Entitlements(
            daily_matches=10,
            see_who_liked=False,
            advanced_filters=False,
            ai_messages_a_day=50,
            coaching_insights=False,
            weekly_report=False,
        ),
        Tier.PREMIUM: Entitlements(
            daily_matches=None,
            see_who_liked=True,
            advanced_filters=True,
            ai_messages_a_day=None,
            coaching_insights=False,
            weekly_report=False,
        ),
        Tier.ELITE: Entitlements(
            daily_matches=None,
            see_who_liked=True,
            advanced_filters=True,
            ai_messages_a_day=None,
            coaching_insights=True,
            weekly_report=True,
        ),
    }
)


def _plan(tier: Tier, version: int, price: Money, summary: str) -> Plan:
    monthly = f"{amount_text(price)} in total, tax included, now and again every month until it is cancelled."
    terms = monthly if price.amount_minor else "It costs nothing, and nothing is ever charged for it."
    return Plan(tier, version, price, summary, terms, ENTITLEMENTS[tier])


PLANS = (
    _plan(
        Tier.FREE,
        1,
        Money(0, "USD"),
        "Ten introductions a day, messages with everyone you match with, and all safety and privacy settings.",
    ),
    _plan(
        Tier.PREMIUM,
        1,
        Money(1999, "USD"),
        "Introductions without a daily limit, who liked you, more filters, and AI practice without a limit.",
    ),
    _plan(
        Tier.ELITE,
        1,
        Money(4999, "USD"),
        "Everything in Premium, with coaching insights and a weekly report to reflect on.",
    ),
)
"""By price, lowest first."""

FORMER: tuple[Plan, ...] = ()
"""What is no longer offered: whoever changes a plan leaves here what it was, for the orders that were made of it."""


def plan_of(tier: Tier, version: int | None = None) -> Plan:
    """The plan of a tier in this version, or as it is offered now. ``KeyError`` for a version that never was."""
    if version is None:
        return next(plan for plan in PLANS if plan.tier is tier)
    return {(plan.tier, plan.version): plan for plan in (*FORMER, *PLANS)}[tier, version]
