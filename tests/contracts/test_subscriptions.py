"""What every store of tiers promises."""

from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.subscriptions.ports import Subscriptions
from tests.contracts.stores import Store

PORT = Subscriptions


async def test_whoever_never_subscribed_is_free(store: Store) -> None:
    user = await store.member()

    async with store.begin() as uow:
        assert await uow.subscriptions.tier(user.id) is Tier.FREE


async def test_the_tier_is_the_one_set_last_and_nobody_elses(store: Store) -> None:
    user, other = await store.members(2)
    for tier in (Tier.PREMIUM, Tier.ELITE, Tier.FREE, Tier.PREMIUM):
        async with store.unit() as uow:
            await uow.subscriptions.set_tier(user.id, tier)

        async with store.begin() as uow:
            assert await uow.subscriptions.tier(user.id) is tier
            assert await uow.subscriptions.tier(other.id) is Tier.FREE
