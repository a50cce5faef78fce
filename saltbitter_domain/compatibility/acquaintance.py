"""Whom a member may know of, and how those people look to them."""

from datetime import datetime

from saltbitter_domain.compatibility.catalogue import to_do
from saltbitter_domain.compatibility.model import NotReadyToMatch, PersonMissing
from saltbitter_domain.compatibility.ports import Known, Member
from saltbitter_domain.kernel import UserId, local_date
from saltbitter_domain.profiles.model import PublicProfile, Visibility
from saltbitter_domain.profiles.policies import public_photos, public_view
from saltbitter_domain.profiles.ports import PhotoStore
from saltbitter_domain.subscriptions.catalogue import ENTITLEMENTS
from saltbitter_domain.subscriptions.model import Entitlements


def likes_shown(viewer: Member, other: Known) -> bool:
    """Whether the viewer may see that, and with what note, the other likes them: the two are a match, or the viewer's
    tier shows it."""
    standing = other.standing
    return standing.match is not None or (standing.likes_me and entitlements(viewer).see_who_liked)


def may_know(viewer: Member, other: Known) -> bool:
    """Whether the viewer may know of the other: they are a match whose account is active; or the other still takes
    part, was suggested to the viewer lately or likes them, and the viewer's tier sees who does. A block leaves no
    match, and parts them whatever else stands."""
    matched = other.standing.match is not None and other.member.card is not None
    introduced = other.suggested_on is not None or likes_shown(viewer, other)
    return matched or (introduced and may_be_seen(other))


def require_acquaintance(viewer: Member, other: Known) -> None:
    """``PersonMissing``, the same whether or not there is such a person, unless the viewer may know of the other."""
    if not may_know(viewer, other):
        raise person_missing()


def may_be_seen(other: Known) -> bool:
    """Whether the viewer may see them now: whoever paused, was suspended or left is not to be seen, nor whom a block
    parts from the viewer, whosever it is; and whoever went incognito only if they like the viewer."""
    traits = other.member.traits
    if traits is None or other.standing.blocked:
        return False
    return traits.visibility is not Visibility.INCOGNITO or other.standing.likes_me


def rerated_since(viewer: Member, at: datetime | None) -> bool:
    """Whether the viewer has changed or taken back ratings of their values at that instant or since.

    Then nothing that they are shown of people introduced to them at that instant rests on anybody's ratings: a member
    would only have to try one rating after the other to read those of others."""
    last = viewer.card.profile.rerated_at if viewer.card else None
    return last is not None and (at is None or last >= at)


def profile_for(
    viewer_id: UserId, viewer: Member, other: Known, photos: PhotoStore, now: datetime
) -> PublicProfile | None:
    """The other's public profile as the viewer sees it, or None when they have no active account."""
    card = other.member.card
    if card is None:
        return None
    return public_view(
        card.profile,
        public_photos(card.photos, photos, viewer_id),
        seen_from=viewer.card.profile.cell if viewer.card else None,
        today=local_date(now, card.profile.time_zone),
    )


def entitlements(member: Member) -> Entitlements:
    """What the member's tier may use."""
    return ENTITLEMENTS[member.tier]


def require_ready(member: Member) -> None:
    """``NotReadyToMatch``, with everything that is missing, unless the member can take part."""
    if member.missing:
        raise NotReadyToMatch("Something is still missing before you can meet people.", fields=to_do(member.missing))


def person_missing() -> PersonMissing:
    """The one refusal about whoever the member cannot know of."""
    return PersonMissing("There is nobody by this id whom you could meet.")
