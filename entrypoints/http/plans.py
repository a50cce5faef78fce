"""What is on offer, and what a member has."""

import attrs

from entrypoints.http.paging import Items
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.subscriptions.model import Entitlements, Plan, Tier
from saltbitter_domain.subscriptions.service import SubscriptionService


@attrs.frozen
class SubscriptionView:
    tier: Tier
    entitlements: Entitlements


@attrs.frozen
class Plans:
    subscriptions: SubscriptionService

    @route("GET", "/api/plans", audience=Audience.ANYONE, cache="public, max-age=300")
    async def plans(self, _call: Call) -> Items[Plan]:
        """Every plan by price, the same for everyone; none is chosen beforehand."""
        return Items(tuple(self.subscriptions.plans()))

    @route("GET", "/api/me/subscription", audience=Audience.MEMBER)
    async def subscription(self, call: Call) -> SubscriptionView:
        """The member's tier and what it entitles to."""
        return SubscriptionView(
            await self.subscriptions.tier(call.user_id), await self.subscriptions.entitlements(call.user_id)
        )
