"""A member's profile: who they are, whom they hope to meet, and their photos.

Vocabularies are closed: an answer is one of the words here or it is not given (``None``, unknown).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import (
    Conflict,
    GridCell,
    Invalid,
    NotAllowed,
    NotFound,
    PhotoId,
    TooLarge,
    TooMany,
    UnsupportedMedia,
    UserId,
)

MIN_AGE = 18
MAX_AGE = 120
MIN_DISTANCE_KM, MAX_DISTANCE_KM = 5, 500
MAX_NAME = 50
MAX_PRONOUNS = 30
MAX_BIO = 500
MAX_PROMPTS = 3
MAX_ANSWER = 300
MAX_LANGUAGES = 10
MIN_INTERESTS, MAX_INTERESTS = 5, 15
MAX_VALUE_RATING = 7
MAX_PHOTOS = 6
MAX_APPEAL = 500
MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_PHOTO_PIXELS = 40_000_000
PHOTO_ADDRESS_LIFETIME = timedelta(minutes=15)


class Gender(StrEnum):
    WOMAN = "woman"
    MAN = "man"
    NON_BINARY = "non_binary"


class Orientation(StrEnum):
    """Special-category data: kept only under the consent ``orientation``, and never used for matching."""

    STRAIGHT = "straight"
    GAY = "gay"
    BISEXUAL = "bisexual"
    PANSEXUAL = "pansexual"
    ASEXUAL = "asexual"
    QUEER = "queer"
    QUESTIONING = "questioning"


class Intention(StrEnum):
    LONG_TERM = "long_term"
    LIFE_PARTNER = "life_partner"
    FIGURING_IT_OUT = "figuring_it_out"
    NEW_FRIENDS = "new_friends"


class HasChildren(StrEnum):
    NO = "no"
    YES = "yes"


class WantsChildren(StrEnum):
    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


class Smoking(StrEnum):
    NEVER = "never"
    SOMETIMES = "sometimes"
    QUITTING = "quitting"
    REGULARLY = "regularly"


class Drinking(StrEnum):
    NEVER = "never"
    RARELY = "rarely"
    SOCIALLY = "socially"
    OFTEN = "often"


class Education(StrEnum):
    SCHOOL = "school"
    STUDYING = "studying"
    VOCATIONAL = "vocational"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTORATE = "doctorate"


class Religion(StrEnum):
    AGNOSTIC = "agnostic"
    ATHEIST = "atheist"
    BUDDHIST = "buddhist"
    CATHOLIC = "catholic"
    CHRISTIAN = "christian"
    HINDU = "hindu"
    JEWISH = "jewish"
    MUSLIM = "muslim"
    OTHER = "other"


class Importance(StrEnum):
    """How much religion matters to the member."""

    NOT = "not_important"
    SOMEWHAT = "somewhat_important"
    VERY = "very_important"


class DealBreaker(StrEnum):
    """What a member will not do without, judged on the other's answer; an unanswered question breaks nothing."""

    SMOKES = "smokes"
    DRINKS_OFTEN = "drinks_often"
    HAS_CHILDREN = "has_children"
    WANTS_NO_CHILDREN = "wants_no_children"
    WANTS_CHILDREN = "wants_children"
    OTHER_RELIGION = "other_religion"


class BasicValue(StrEnum):
    """The ten basic human values (Schwartz 1992), named in the field's terms; the wording shown is in ``catalogue``."""

    SELF_DIRECTION = "self_direction"
    STIMULATION = "stimulation"
    HEDONISM = "hedonism"
    ACHIEVEMENT = "achievement"
    POWER = "power"
    SECURITY = "security"
    CONFORMITY = "conformity"
    TRADITION = "tradition"
    BENEVOLENCE = "benevolence"
    UNIVERSALISM = "universalism"


class Visibility(StrEnum):
    """Incognito: seen only by those the member has liked, in every tier. Paused: in nobody's matches, getting none."""

    ACTIVE = "active"
    INCOGNITO = "incognito"
    PAUSED = "paused"


@attrs.frozen
class AgeRange:
    """Ages sought, in whole years, both ends included; 18 to 120, which ``policies.check`` sees to."""

    min: int
    max: int


@attrs.frozen
class Preferences:
    """Whom the member hopes to meet. ``max_distance_km`` is 5 to 500, or None for anywhere."""

    genders: frozenset[Gender]
    ages: AgeRange
    max_distance_km: int | None = None
    deal_breakers: frozenset[DealBreaker] = frozenset()


@attrs.frozen
class PromptAnswer:
    """An answer, 1 to 300 characters, to one of the catalogue's prompts."""

    prompt: str
    answer: str


@attrs.frozen
class ProfileContent:
    """All that a member says of themselves and may rewrite at will; ``None`` and empty mean not said.

    ``values`` maps every rated basic value to 0–7, ``languages`` are ISO 639 codes, ``interests`` and prompts are
    keys of the catalogue. Texts are kept exactly as they were written."""

    name: str
    genders: frozenset[Gender]
    preferences: Preferences
    pronouns: str | None = None
    orientation: Orientation | None = None
    intention: Intention | None = None
    has_children: HasChildren | None = None
    wants_children: WantsChildren | None = None
    smoking: Smoking | None = None
    drinking: Drinking | None = None
    education: Education | None = None
    religion: Religion | None = None
    religion_importance: Importance | None = None
    languages: tuple[str, ...] = ()
    bio: str = ""
    prompts: tuple[PromptAnswer, ...] = ()
    interests: frozenset[str] = frozenset()
    values: Mapping[BasicValue, int] = attrs.field(factory=dict)


@attrs.frozen
class Profile:
    """A member as others may come to know them. One per member, known by the member's id.

    ``cell`` is the centre of the member's location cell and ``city`` the name shown for it; ``date_of_birth`` is
    copied from the account and never shown, only the age is. ``located_at`` is when the cell last changed; it outlives
    the cell, so that forgetting one's location and giving it again is no way round the limits on moving: from an
    unknown cell the farthest move is assumed."""

    user_id: UserId
    date_of_birth: date
    content: ProfileContent
    time_zone: str
    created_at: datetime
    updated_at: datetime
    cell: GridCell | None = None
    city: str | None = None
    located_at: datetime | None = None
    visibility: Visibility = Visibility.ACTIVE
    version: int = 1


def age_on(date_of_birth: date, day: date) -> int:
    """Age in completed years on ``day``. Someone born on 29 February turns a year older on 1 March of common years."""
    return day.year - date_of_birth.year - ((day.month, day.day) < (date_of_birth.month, date_of_birth.day))


class PhotoState(StrEnum):
    PROCESSING = "processing"
    APPROVED = "approved"
    REFUSED = "refused"
    APPEALED = "appealed"


class RefusalReason(StrEnum):
    """Why a photo was refused; each has a sentence in ``catalogue`` that says what to do."""

    UNREADABLE = "unreadable"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    NOT_ALLOWED = "not_allowed"
    REMOVED_BEFORE = "removed_before"


@attrs.frozen
class Photo:
    """One of up to six photos; position 0 is the primary, and vacant when no photo is fit to be it.

    ``width`` and ``height`` are pixels of the upright picture and ``faces`` how many clear faces it shows; they, the
    hashes and the renditions exist once the photo was processed and could be read."""

    id: PhotoId
    user_id: UserId
    position: int
    state: PhotoState
    uploaded_at: datetime
    blurhash: str | None = None
    perceptual_hash: str | None = None
    width: int | None = None
    height: int | None = None
    faces: int | None = None
    refusal: RefusalReason | None = None
    appeal: str | None = None
    version: int = 1


class Size(StrEnum):
    """Renditions by the length of their longer side in pixels."""

    LARGE = "1080"
    MEDIUM = "480"
    SMALL = "160"


class Format(StrEnum):
    WEBP = "webp"
    JPEG = "jpeg"


@attrs.frozen
class PhotoAddress:
    """A signed address of one rendition, good for at most 15 minutes."""

    size: Size
    format: Format
    url: str = attrs.field(repr=False)


@attrs.frozen
class PublicPhoto:
    """An approved photo as others see it."""

    id: PhotoId
    width: int
    height: int
    blurhash: str
    addresses: tuple[PhotoAddress, ...]


class DistanceBand(StrEnum):
    """All that is ever told of how far away somebody is; each band leaves out its upper end."""

    UNDER_5 = "under_5_km"
    FROM_5_TO_10 = "5_to_10_km"
    FROM_10_TO_25 = "10_to_25_km"
    FROM_25_TO_50 = "25_to_50_km"
    FROM_50_TO_100 = "50_to_100_km"
    OVER_100 = "over_100_km"


@attrs.frozen
class PublicProfile:
    """What one member may see of another; ``distance`` is None when either's location is unknown."""

    user_id: UserId
    name: str
    pronouns: str | None
    age: int
    genders: tuple[Gender, ...]
    intention: Intention | None
    has_children: HasChildren | None
    wants_children: WantsChildren | None
    smoking: Smoking | None
    drinking: Drinking | None
    education: Education | None
    religion: Religion | None
    languages: tuple[str, ...]
    bio: str
    prompts: tuple[PromptAnswer, ...]
    interests: tuple[str, ...]
    city: str | None
    distance: DistanceBand | None
    photos: tuple[PublicPhoto, ...]


@event("profiles.created")
class ProfileCreated(Event):
    user_id: UserId


@event("profiles.changed")
class ProfileChanged(Event):
    user_id: UserId


@event("profiles.photo_uploaded")
class PhotoUploaded(Event):
    user_id: UserId
    photo_id: PhotoId


@event("profiles.photo_decided")
class PhotoDecided(Event):
    user_id: UserId
    photo_id: PhotoId
    state: PhotoState


@event("profiles.photo_deleted")
class PhotoDeleted(Event):
    user_id: UserId
    photo_id: PhotoId


class ProfileMissing(NotFound):
    code = "profile_missing"


class ProfileExists(Conflict):
    code = "profile_exists"


class ProfileInvalid(Invalid):
    code = "profile_invalid"


class OrientationConsentNeeded(NotAllowed):
    code = "orientation_consent_needed"


class LocationConsentNeeded(NotAllowed):
    code = "location_consent_needed"


class LocationChangedTooSoon(TooMany):
    code = "location_changed_too_soon"


class PhotoMissing(NotFound):
    code = "photo_missing"


class TooManyPhotos(Conflict):
    code = "too_many_photos"


class PhotoTooLarge(TooLarge):
    code = "photo_too_large"


class PhotoTypeNotAccepted(UnsupportedMedia):
    code = "photo_type_not_accepted"


class PhotoOrderInvalid(Invalid):
    code = "photo_order_invalid"


class PrimaryPhotoUnfit(Conflict):
    """The first photo must be approved and show exactly one face."""

    code = "primary_photo_unfit"


class AppealInvalid(Invalid):
    code = "appeal_invalid"


class AppealNotPossible(Conflict):
    code = "appeal_not_possible"
