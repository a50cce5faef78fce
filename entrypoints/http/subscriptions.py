"""What is on offer, and what a member has."""

import attrs

from entrypoints.http.paging import Items
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.subscriptions.model import Plan, Subscription
from saltbitter_domain.subscriptions.service import SubscriptionService


@attrs.frozen
class Plans:
    subscriptions: SubscriptionService

    @route("GET", "/api/plans", audience=Audience.ANYONE, cache="public, max-age=300")
    async def plans(self, _call: Call) -> Items[Plan]:
        """Every plan by price, the same for everyone; none is chosen beforehand."""
        return Items(tuple(self.subscriptions.plans()))

    @route("GET", "/api/me/subscription", audience=Audience.MEMBER)
    async def subscription(self, call: Call) -> Subscription:
        """The member's tier and what it entitles to."""
        return await self.subscriptions.mine(call.user_id)
