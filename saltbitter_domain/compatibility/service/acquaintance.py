"""Whom a member may know of, and how those people look to them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import attrs

from saltbitter_domain.compatibility.catalogue import to_do
from saltbitter_domain.compatibility.model import (
    KNOWN_FOR,
    Explanation,
    NotReadyToMatch,
    PersonMissing,
    Standing,
    Suggestion,
    Traits,
)
from saltbitter_domain.kernel import UserId, local_date
from saltbitter_domain.profiles.model import PublicProfile, Visibility
from saltbitter_domain.profiles.policies import public_photos, public_view
from saltbitter_domain.profiles.ports import PhotoStore
from saltbitter_domain.subscriptions.catalogue import ENTITLEMENTS
from saltbitter_domain.subscriptions.model import Entitlements
from saltbitter_domain.uow import UnitOfWork

NOBODY = "There is nobody by this id whom you could meet."


@attrs.frozen
class Acquaintance:
    """What a member may know of another: how the two stand, and why they were introduced if that is recent.

    ``likes_shown`` tells whether the member may see that, and with what note, the other likes them."""

    standing: Standing
    explanation: Explanation | None
    likes_shown: bool


async def acquaintance(uow: UnitOfWork, viewer: UserId, other: UserId, now: datetime) -> Acquaintance:
    """How ``viewer`` knows ``other``: they are a match; or the other still takes part, and was suggested to the viewer
    in the last 30 days or likes them, and the viewer's tier sees who does.

    ``PersonMissing`` otherwise, the same whether or not there is such a person."""
    standings = await uow.decisions.between(viewer, [other], now)
    standing = standings[other]
    visible = await taking_part(uow, standings)
    suggestion = await uow.daily_matches.suggestion(viewer, other, (now - KNOWN_FOR).date())
    matched = standing.match is not None
    likes_shown = matched or (standing.likes_me and (await entitlements(uow, viewer)).see_who_liked)
    if not matched and not (other in visible and (suggestion is not None or likes_shown)):
        raise PersonMissing(NOBODY)
    explanation = await still_true(uow, viewer, visible, [suggestion] if suggestion else [])
    return Acquaintance(standing, explanation.get(other), likes_shown)


async def taking_part(uow: UnitOfWork, standings: Mapping[UserId, Standing]) -> Mapping[UserId, Traits]:
    """Those of these people whom the member may see now: whoever paused, was suspended or left is not among them, and
    whoever went incognito only if they like the member."""
    return {
        traits.user_id: traits
        for traits in await uow.people.traits(standings)
        if traits.visibility is not Visibility.INCOGNITO or standings[traits.user_id].likes_me
    }


async def still_true(
    uow: UnitOfWork, viewer: UserId, visible: Mapping[UserId, Traits], suggestions: Sequence[Suggestion]
) -> Mapping[UserId, Explanation]:
    """By candidate, why they were suggested, as far as it may still be told: without attachment once either of the two
    has withdrawn it."""
    (own,) = await uow.people.traits([viewer]) or (None,)
    known = {traits.user_id for traits in visible.values() if traits.attachment and own and own.attachment}
    return {
        suggestion.candidate: suggestion.explanation if suggestion.candidate in known else suggestion.without_attachment
        for suggestion in suggestions
    }


async def profiles_for(
    uow: UnitOfWork, photos: PhotoStore, viewer: UserId, others: Collection[UserId], now: datetime
) -> Mapping[UserId, PublicProfile]:
    """The public profiles of these people as the viewer sees them, without those whose account is not active."""
    cards = await uow.people.cards({viewer, *others})
    seen_from = cards[viewer].profile.cell if viewer in cards else None
    return {
        other: public_view(
            cards[other].profile,
            public_photos(cards[other].photos, photos),
            seen_from=seen_from,
            today=local_date(now, cards[other].profile.time_zone),
        )
        for other in others
        if other in cards
    }


async def entitlements(uow: UnitOfWork, user_id: UserId) -> Entitlements:
    """What the member's tier may use."""
    return ENTITLEMENTS[await uow.subscriptions.tier(user_id)]


async def require_ready(uow: UnitOfWork, user_id: UserId) -> None:
    """``NotReadyToMatch``, with everything that is missing, unless the member can take part."""
    missing = await uow.people.missing_for(user_id)
    if missing:
        raise NotReadyToMatch("Something is still missing before you can meet people.", fields=to_do(missing))
