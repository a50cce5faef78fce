"""The plans, what they entitle to, and what they must never touch."""

from uuid import UUID

import attrs
import pytest

from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import SystemClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.compatibility.model import DAILY_QUOTA, Traits
from saltbitter_domain.kernel import Money, UserId
from saltbitter_domain.subscriptions.catalogue import ENTITLEMENTS, FORMER, PLANS, plan_of
from saltbitter_domain.subscriptions.model import Entitlements, Plan, Subscription, Tier
from saltbitter_domain.subscriptions.service import SubscriptionService

MEMBER = UserId(UUID(int=1))
FREE = Entitlements(
    daily_matches=10,
    see_who_liked=False,
    advanced_filters=False,
    ai_messages_a_day=50,
    coaching_insights=False,
    weekly_report=False,
)
PREMIUM = Entitlements(
    daily_matches=None,
    see_who_liked=True,
    advanced_filters=True,
    ai_messages_a_day=None,
    coaching_insights=False,
    weekly_report=False,
)
ELITE = attrs.evolve(PREMIUM, coaching_insights=True, weekly_report=True)


@pytest.fixture
def begin() -> MemoryUnitsOfWork:
    clock = SystemClock()
    return MemoryUnitsOfWork(MemoryStore(), clock, UuidV7Ids(clock))


def test_three_plans_are_offered_at_the_published_monthly_prices() -> None:
    assert [(plan.tier, plan.price) for plan in PLANS] == [
        (Tier.FREE, Money(0, "USD")),
        (Tier.PREMIUM, Money(1999, "USD")),
        (Tier.ELITE, Money(4999, "USD")),
    ]


def test_a_version_of_a_plan_is_one_plan_for_good() -> None:
    every = (*FORMER, *PLANS)

    assert len({(plan.tier, plan.version) for plan in every}) == len(every)
    assert all(plan_of(plan.tier, plan.version) == plan for plan in every)
    with pytest.raises(KeyError):
        plan_of(Tier.PREMIUM, 0)


def test_each_tier_entitles_to_what_was_promised() -> None:
    assert ENTITLEMENTS == {Tier.FREE: FREE, Tier.PREMIUM: PREMIUM, Tier.ELITE: ELITE}
    assert all(plan.entitlements == ENTITLEMENTS[plan.tier] for plan in PLANS)


def test_a_free_day_is_one_full_set_of_introductions() -> None:
    assert FREE.daily_matches == DAILY_QUOTA


def test_no_plan_is_chosen_beforehand_and_none_sells_reach_or_privacy() -> None:
    assert {field.name for field in attrs.fields(Plan)} == {
        "tier",
        "version",
        "price",
        "summary",
        "terms",
        "entitlements",
    }
    for_sale = " ".join(field.name for field in attrs.fields(Entitlements))
    assert not [word for word in ("boost", "priority", "visib", "incognito", "privacy", "safety") if word in for_sale]
    assert not {"tier", "entitlements"} & {field.name for field in attrs.fields(Traits)}


def test_a_higher_tier_never_takes_anything_away() -> None:
    for lower, higher in ((FREE, PREMIUM), (PREMIUM, ELITE)):
        for field in attrs.fields(Entitlements):
            less, more = getattr(lower, field.name), getattr(higher, field.name)
            assert more is None or more >= less


def test_summaries_say_what_a_plan_holds_without_urgency() -> None:
    for plan in PLANS:
        assert plan.summary.endswith(".")
        assert not {"best", "most popular", "now", "only", "limited", "save"} & set(plan.summary.lower().split())


async def test_members_start_free_and_keep_the_tier_they_were_given(begin: MemoryUnitsOfWork) -> None:
    service = SubscriptionService(begin=begin)
    assert service.plans() == PLANS
    assert await service.mine(MEMBER) == Subscription(Tier.FREE, FREE)
    async with begin() as uow:
        await uow.subscriptions.set_tier(MEMBER, Tier.ELITE)
        await uow.commit()
    assert await service.mine(MEMBER) == Subscription(Tier.ELITE, ELITE)
