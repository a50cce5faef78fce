"""What a member's wishes would cost them."""

import attrs

from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.compatibility.filters import FilterCosts
from saltbitter_domain.compatibility.model import NotReadyToMatch
from saltbitter_domain.compatibility.service import FilterService
from saltbitter_domain.profiles.model import Preferences, ProfileInvalid


@attrs.frozen
class Wishes:
    """Wishes to count for, saved or not."""

    preferences: Preferences


@attrs.frozen
class Filters:
    filters: FilterService

    @route(
        "POST",
        "/api/me/filter-costs",
        audience=Audience.MEMBER,
        a_day=500,
        errors=(ProfileInvalid, NotReadyToMatch),
    )
    async def costs(self, call: Call, body: Wishes) -> FilterCosts:
        """How many people each of these wishes would hide from the member, and how many would be left. Saves nothing.

        Counts are told by fives and none below ten, so that nobody is found out by moving a limit past them."""
        return await self.filters.costs(call.user_id, body.preferences)
