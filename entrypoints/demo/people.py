"""What demo members decide. They are labelled as demo members wherever they are shown."""

import asyncio
from collections.abc import Collection
from hashlib import sha256

from saltbitter_domain.compatibility.model import AlreadyDecided, DailyMatchesMade, DecisionKind, Liked, PersonMissing
from saltbitter_domain.compatibility.service import DecisionService
from saltbitter_domain.kernel import EventId, UserId
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.uow import UnitsOfWork

LIKES_BACK = 0.6
LIKES_FIRST = 0.3


class DemoPeople:
    """Listeners. A demo member's answer depends on the two ids alone, so asking again changes nothing."""

    def __init__(self, decisions: DecisionService, begin: UnitsOfWork, members: Collection[UserId]) -> None:
        self._decisions = decisions
        self._begin = begin
        self._members = frozenset(members)

    async def answer_like(self, _message: EventId, event: Liked) -> None:
        """A demo member who is liked by somebody real likes them back, more often than not.

        They may not have been introduced themselves, as on the day on which somebody joins: a demo member has Premium
        then, and so sees who likes them."""
        if event.about not in self._members or event.by in self._members:
            return
        if _likes(event.about, event.by, LIKES_BACK):
            async with self._begin() as uow:
                await uow.subscriptions.set_tier(event.about, Tier.PREMIUM)
                await uow.commit()
            await self._like(event.about, event.by)

    async def look_at_matches(self, _message: EventId, event: DailyMatchesMade) -> None:
        """A demo member to whom somebody real was suggested sometimes makes the first step."""
        for viewer in self._members.intersection(event.user_ids):
            async with self._begin() as uow:
                todays = await uow.daily_matches.get(viewer, event.day)
            for suggestion in todays.suggestions if todays else ():
                if suggestion.candidate not in self._members and _likes(viewer, suggestion.candidate, LIKES_FIRST):
                    await self._like(viewer, suggestion.candidate)
            await asyncio.sleep(0)  # A store in memory never waits, and members ask for pages meanwhile.

    async def _like(self, by: UserId, about: UserId) -> None:
        try:
            await self._decisions.decide(by, about, DecisionKind.LIKE, None)
        except (AlreadyDecided, PersonMissing):
            return


def _likes(by: UserId, about: UserId, chance: float) -> bool:
    """Whether one likes the other, with this chance; always the same for the same two people."""
    return int.from_bytes(sha256(by.bytes + about.bytes).digest()[:6]) / 2**48 < chance
