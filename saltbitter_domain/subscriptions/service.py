"""Seeing the plans and what one's own tier entitles to."""

from collections.abc import Sequence

from saltbitter_domain.kernel import UserId
from saltbitter_domain.subscriptions.catalogue import ENTITLEMENTS, PLANS
from saltbitter_domain.subscriptions.model import Plan, Subscription
from saltbitter_domain.uow import UnitsOfWork


class SubscriptionService:
    def __init__(self, *, begin: UnitsOfWork) -> None:
        self._begin = begin

    def plans(self) -> Sequence[Plan]:
        """Every plan by price, lowest first, the same for everyone."""
        return PLANS

    async def mine(self, user_id: UserId) -> Subscription:
        """What the member holds now: the free tier for whoever never subscribed."""
        async with self._begin() as uow:
            tier = await uow.subscriptions.tier(user_id)
        return Subscription(tier, ENTITLEMENTS[tier])
