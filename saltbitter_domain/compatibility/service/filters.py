"""What a member's wishes would cost them, before they are saved."""

import attrs

from saltbitter_domain.compatibility.catalogue import to_do
from saltbitter_domain.compatibility.filters import LOOKED_AT, FilterCosts, costs
from saltbitter_domain.compatibility.model import Missing, NotReadyToMatch
from saltbitter_domain.compatibility.participation import traits_in
from saltbitter_domain.kernel import Clock, UserId
from saltbitter_domain.profiles.model import Preferences, ProfileInvalid, Visibility
from saltbitter_domain.profiles.policies import check
from saltbitter_domain.uow import UnitsOfWork


class FilterService:
    def __init__(self, *, begin: UnitsOfWork, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    async def costs(self, user_id: UserId, preferences: Preferences) -> FilterCosts:
        """How many people each of these filters would hide from the member now, and how many would be left.

        The member need not take part yet, and is counted for as if they did. ``ProfileInvalid`` for what cannot be
        wished for, ``NotReadyToMatch`` without a profile, or the consent to use whom they hope to meet."""
        now = self._clock.now()
        async with self._begin() as uow:
            member, excluded, liked_by = await uow.together(
                uow.people.member(user_id), uow.decisions.excluded(now, [user_id]), uow.decisions.likers([user_id])
            )
            if member.card is None:
                raise NotReadyToMatch("Confirm your address and create a profile first.", fields=to_do(member.missing))
            if Missing.AGREE_GENDERS_SOUGHT in member.missing:
                raise NotReadyToMatch("Agree first that we use whom you hope to meet.", fields=to_do(member.missing))
            wishing = attrs.evolve(
                member.card.profile,
                content=attrs.evolve(member.card.profile.content, preferences=preferences),
                visibility=Visibility.ACTIVE,
            )
            problems = check(wishing.content)
            if problems:
                raise ProfileInvalid("This cannot be wished for.", fields=problems)
            viewer = traits_in(wishing, None, now)
            found = await uow.people.within_reach(viewer.genders, viewer.seeks, LOOKED_AT + 1)
        apart, likers = excluded.get(user_id, frozenset()), liked_by.get(user_id, frozenset())
        others = [other for other in found[:LOOKED_AT] if other.user_id not in apart]
        return costs(viewer, others, likers, and_more=len(found) > LOOKED_AT)
