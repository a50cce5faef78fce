"""What a member says of themselves and whom they hope to meet."""

from collections.abc import Mapping
from datetime import date, datetime

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import Conflict, GridCell, Invalid, NotAllowed, NotFound, TooMany, UserId
from saltbitter_domain.profiles.model.vocabulary import (
    BasicValue,
    DealBreaker,
    Drinking,
    Education,
    Gender,
    HasChildren,
    Importance,
    Intention,
    Orientation,
    Religion,
    Smoking,
    Visibility,
    WantsChildren,
)

MIN_AGE = 18
"""In completed years: adults only, everywhere."""
MAX_AGE = 120
"""In years: all but one person on record died younger, so more is a slip of the keyboard."""
MIN_DISTANCE_KM, MAX_DISTANCE_KM = 5, 500
"""How far away people may live. Nearer than two or three cells (``CELL_KM``) one could not tell them apart."""

MAX_NAME = 50
MAX_PRONOUNS = 30
MAX_BIO = 500
MAX_ANSWER = 300
"""Texts are counted in code points. These limits and those below are the product's choice."""
MAX_PROMPTS = 3
MAX_LANGUAGES = 10
MIN_INTERESTS, MAX_INTERESTS = 5, 15
MAX_VALUE_RATING = 7
"""Ratings are whole numbers from 0 to this."""


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
    orientation: Orientation | None = attrs.field(default=None, repr=False)
    intention: Intention | None = None
    has_children: HasChildren | None = None
    wants_children: WantsChildren | None = None
    smoking: Smoking | None = None
    drinking: Drinking | None = None
    education: Education | None = None
    religion: Religion | None = None
    religion_importance: Importance | None = None
    languages: tuple[str, ...] = ()
    bio: str = attrs.field(default="", repr=False)
    prompts: tuple[PromptAnswer, ...] = ()
    interests: frozenset[str] = frozenset()
    values: Mapping[BasicValue, int] = attrs.field(factory=dict)


@attrs.frozen
class Profile:
    """A member as others may come to know them. One per member, known by the member's id.

    ``cell`` is the centre of the member's location cell, which grows until it has members enough, and ``city`` the name
    shown for it. ``smallest_cell`` is the one of ``CELL_KM`` within it: with that only members are counted and moves
    measured, and nothing that others see is made from it. ``date_of_birth`` is copied from the account and never shown,
    only the age is. ``located_at`` is when the cell last changed; it outlives the cell, so that forgetting one's
    location and giving it again is no way round the limits on moving: from an unknown cell the farthest move is
    assumed.

    ``rerated_at`` is when ratings that were there were last changed or taken back, None while the first ones stand."""

    user_id: UserId
    date_of_birth: date = attrs.field(repr=False)
    content: ProfileContent
    time_zone: str
    created_at: datetime
    updated_at: datetime
    cell: GridCell | None = attrs.field(default=None, repr=False)
    smallest_cell: GridCell | None = attrs.field(default=None, repr=False)
    city: str | None = attrs.field(default=None, repr=False)
    located_at: datetime | None = None
    rerated_at: datetime | None = None
    visibility: Visibility = Visibility.ACTIVE
    version: int = 1


def age_on(date_of_birth: date, day: date) -> int:
    """Age in completed years on ``day``. Someone born on 29 February turns a year older on 1 March of common years."""
    return day.year - date_of_birth.year - ((day.month, day.day) < (date_of_birth.month, date_of_birth.day))


@event("profiles.created")
class ProfileCreated(Event):
    user_id: UserId


@event("profiles.changed")
class ProfileChanged(Event):
    user_id: UserId


class ProfileMissing(NotFound):
    code = "profile_missing"


class ProfileExists(Conflict):
    code = "profile_exists"


class ProfileInvalid(Invalid):
    code = "profile_invalid"


class OrientationConsentNeeded(NotAllowed):
    code = "orientation_consent_needed"


class GendersSoughtConsentNeeded(NotAllowed):
    code = "genders_sought_consent_needed"


class ReligionConsentNeeded(NotAllowed):
    code = "religion_consent_needed"


class LocationConsentNeeded(NotAllowed):
    code = "location_consent_needed"


class LocationChangedTooSoon(TooMany):
    code = "location_changed_too_soon"
