"""Who takes part in matching, and what may be known of them there.

The rules by which every store answers for the port ``People``."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import attrs

from saltbitter_domain.assessments.model import Assessment
from saltbitter_domain.assessments.scoring import reliability
from saltbitter_domain.compatibility.model import Attachment, Missing, Traits
from saltbitter_domain.compatibility.ports import Card, Member
from saltbitter_domain.consent.model import ConsentRecord, Purpose
from saltbitter_domain.consent.policies import granted
from saltbitter_domain.kernel import local_date
from saltbitter_domain.profiles.model import AWAITING_STAFF, MIN_AGE, Photo, PhotoState, Profile, Visibility, age_on
from saltbitter_domain.profiles.policies import permitted
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.users.model import AccountStatus, User

MATCHED_BY = frozenset({Purpose.GENDERS_SOUGHT, Purpose.RELIGION, Purpose.LOCATION, Purpose.PSYCHOLOGICAL_PROFILE})
"""The purposes for which matching uses anything: every one that ``missing`` and ``traits_of`` ask about."""


def missing(
    user: User | None,
    profile: Profile | None,
    photos: Iterable[Photo],
    consents: Mapping[Purpose, ConsentRecord],
    now: datetime,
) -> tuple[Missing, ...]:
    """What keeps a member with this account, profile, photos and consents from taking part at ``now``; nothing when
    empty. Whom people seek tells of their orientation, so that nobody is matched without the consent to that.

    Without a profile only the account is asked about beside it: the steps after it are told once it is there."""
    if profile is None:
        return (*missing_in_account(user), Missing.CREATE_PROFILE)
    asked = [] if granted(consents, Purpose.GENDERS_SOUGHT) else [Missing.AGREE_GENDERS_SOUGHT]
    return (*missing_in_account(user), *_missing_in_profile(profile, now), *asked, *_missing_in_photos(photos))


def missing_in_account(user: User | None) -> tuple[Missing, ...]:
    """What keeps whoever has this account from being shown to anybody, their matches included."""
    unverified = user is None or user.email_verified_at is None
    suspended = user is not None and user.status is not AccountStatus.ACTIVE
    return (*([Missing.VERIFY_EMAIL] if unverified else []), *([Missing.ACCOUNT_SUSPENDED] if suspended else []))


def traits_of(
    profile: Profile, consents: Mapping[Purpose, ConsentRecord], assessment: Assessment | None, now: datetime
) -> Traits:
    """What a policy may know of a member at ``now``, given their current consents and latest assessment.

    Attachment needs the consent ``psychological_profile``, and ``agreed`` says what the rest needs."""
    attachment = None
    if assessment is not None and granted(consents, Purpose.PSYCHOLOGICAL_PROFILE):
        scores = assessment.scores
        attachment = Attachment(scores.anxiety, scores.avoidance, reliability(assessment.quality))
    return traits_in(agreed(profile, consents), attachment, now)


def agreed(profile: Profile, consents: Mapping[Purpose, ConsentRecord]) -> Profile:
    """The profile with nothing in it to whose use its member has not agreed: the place needs the consent ``location``,
    and what is sensitive in the content a consent of its own."""
    there = granted(consents, Purpose.LOCATION)
    return attrs.evolve(
        profile,
        content=permitted(profile.content, consents),
        cell=profile.cell if there else None,
        city=profile.city if there else None,
    )


def traits_in(profile: Profile, attachment: Attachment | None, now: datetime) -> Traits:
    """What a policy may know of whoever has this profile, all of whose use is agreed to. Age is counted on the calendar
    of the member's own time zone."""
    content, seeks = profile.content, profile.content.preferences
    return Traits(
        user_id=profile.user_id,
        age=_age(profile, now),
        genders=content.genders,
        seeks=seeks.genders,
        ages=seeks.ages,
        max_distance_km=seeks.max_distance_km,
        deal_breakers=seeks.deal_breakers,
        cell=profile.cell,
        attachment=attachment,
        interests=content.interests,
        values=content.values,
        intention=content.intention,
        has_children=content.has_children,
        wants_children=content.wants_children,
        smoking=content.smoking,
        drinking=content.drinking,
        education=content.education,
        religion=content.religion,
        religion_importance=content.religion_importance,
        languages=frozenset(content.languages),
        visibility=profile.visibility,
    )


def member_of(
    *,
    user: User | None,
    profile: Profile | None,
    photos: Sequence[Photo],
    consents: Mapping[Purpose, ConsentRecord],
    assessment: Assessment | None,
    tier: Tier,
    now: datetime,
) -> Member:
    """The member with this account, and what belongs to it, as matching knows them at ``now``."""
    lacking = missing(user, profile, photos, consents, now)
    account_zone = user.time_zone if user else None
    return Member(
        missing=lacking,
        time_zone=profile.time_zone if profile else account_zone,
        tier=tier,
        traits=None if lacking or profile is None else traits_of(profile, consents, assessment, now),
        card=None if profile is None or missing_in_account(user) else card_of(profile, photos, consents),
    )


def card_of(profile: Profile, photos: Iterable[Photo], consents: Mapping[Purpose, ConsentRecord]) -> Card:
    """A member's card: of the photos those approved, by position, and of the profile what is ``agreed``.

    The smallest cell is not on it: nothing that others see is made from that."""
    approved = [photo for photo in photos if photo.state is PhotoState.APPROVED]
    return Card(
        attrs.evolve(agreed(profile, consents), smallest_cell=None),
        tuple(sorted(approved, key=lambda photo: (photo.position, photo.id))),
    )


def _missing_in_profile(profile: Profile, now: datetime) -> Iterable[Missing]:
    content = profile.content
    if not (content.name and content.genders and content.preferences.genders):
        yield Missing.COMPLETE_PROFILE
    if _age(profile, now) < MIN_AGE:
        yield Missing.TOO_YOUNG
    if profile.visibility is Visibility.PAUSED:
        yield Missing.PAUSED


def _missing_in_photos(photos: Iterable[Photo]) -> Iterable[Missing]:
    """Uploads at the same moment may have chosen the first place together; one approved photo there is enough."""
    states = {photo.state for photo in photos if photo.position == 0}
    if PhotoState.APPROVED not in states:
        in_review = states & {PhotoState.PROCESSING, *AWAITING_STAFF}
        yield Missing.PHOTO_IN_REVIEW if in_review else Missing.PRIMARY_PHOTO


def _age(profile: Profile, now: datetime) -> int:
    return age_on(profile.date_of_birth, local_date(now, profile.time_zone))
