"""Seeing the plans and what one's own tier entitles to."""

from collections.abc import Sequence

from saltbitter_domain.kernel import UserId
from saltbitter_domain.subscriptions.catalogue import ENTITLEMENTS, PLANS
from saltbitter_domain.subscriptions.model import Entitlements, Plan, Tier
from saltbitter_domain.uow import UnitsOfWork


class SubscriptionService:
    def __init__(self, *, begin: UnitsOfWork) -> None:
        self._begin = begin

    def plans(self) -> Sequence[Plan]:
        """Every plan by price, lowest first, the same for everyone."""
        return PLANS

    async def tier(self, user_id: UserId) -> Tier:
        """The tier the member holds: free for whoever never subscribed."""
        async with self._begin() as uow:
            return await uow.subscriptions.tier(user_id)

    async def entitlements(self, user_id: UserId) -> Entitlements:
        """What the member may use now."""
        return ENTITLEMENTS[await self.tier(user_id)]
