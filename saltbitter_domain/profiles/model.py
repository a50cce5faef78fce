"""A member's profile: who they are, whom they hope to meet, and their photos.

Vocabularies are closed: an answer is one of the words here or it is not given (``None``, unknown).
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import (
    Conflict,
    GridCell,
    Invalid,
    NotFound,
    PhotoId,
    TooLarge,
    UnsupportedMedia,
    UserId,
)

MIN_AGE = 18
MAX_AGE = 120
MAX_PHOTOS = 6
MIN_INTERESTS, MAX_INTERESTS = 5, 15
MAX_BIO = 500
MAX_PROMPTS = 3
MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_PHOTO_PIXELS = 40_000_000


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
    """Incognito: seen only by those the member has liked, in every tier. Paused: in nobody's matches, and getting none."""

    ACTIVE = "active"
    INCOGNITO = "incognito"
    PAUSED = "paused"


@attrs.frozen
class AgeRange:
    """Ages sought, in whole years, both ends included; 18 to 120."""

    min: int
    max: int

    def __attrs_post_init__(self) -> None:
        if not MIN_AGE <= self.min <= self.max <= MAX_AGE:
            raise ValueError(f"an age range runs from at least {MIN_AGE} to at most {MAX_AGE}, lower end first")


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
    keys of the catalogue."""

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
    copied from the account and never shown, only the age is."""

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
    """One of up to six photos; position 0 is the primary. Renditions exist only once the photo was processed."""

    id: PhotoId
    user_id: UserId
    position: int
    state: PhotoState
    uploaded_at: datetime
    blurhash: str | None = None
    perceptual_hash: str | None = None
    width: int | None = None
    height: int | None = None
    refusal: RefusalReason | None = None
    appeal: str | None = None
    version: int = 1


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


class PhotoMissing(NotFound):
    code = "photo_missing"


class TooManyPhotos(Conflict):
    code = "too_many_photos"


class PhotoTooLarge(TooLarge):
    code = "photo_too_large"


class PhotoTypeNotAccepted(UnsupportedMedia):
    code = "photo_type_not_accepted"
