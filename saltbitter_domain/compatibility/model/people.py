"""What a policy knows of two people, and what it makes of them."""

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Self

import attrs

from saltbitter_domain.assessments.model import SCALE_MAX, SCALE_MIN
from saltbitter_domain.kernel import GridCell, UserId
from saltbitter_domain.profiles.model import (
    AgeRange,
    BasicValue,
    DealBreaker,
    Drinking,
    Education,
    Gender,
    HasChildren,
    Importance,
    Intention,
    Religion,
    Smoking,
    Visibility,
    WantsChildren,
)


@attrs.frozen
class Attachment:
    """A person's two scores in [1, 7] and how much they can be relied on, in [0, 1] (1 = answered with care)."""

    anxiety: float
    avoidance: float
    reliability: float = 1.0


@attrs.frozen
class Traits:
    """All a policy may know of a person: only what they consented to, nothing they pay for, nothing about their looks.

    ``None`` and empty mean unknown. ``attachment`` is None without the consent ``psychological_profile``, ``cell``
    without ``location``, ``religion`` and its importance without ``religion``, and ``seeks`` is empty without
    ``genders_sought``."""

    user_id: UserId
    age: int
    genders: frozenset[Gender]
    seeks: frozenset[Gender]
    ages: AgeRange
    max_distance_km: int | None = None
    deal_breakers: frozenset[DealBreaker] = frozenset()
    cell: GridCell | None = attrs.field(default=None, repr=False)
    attachment: Attachment | None = None
    interests: frozenset[str] = frozenset()
    values: Mapping[BasicValue, int] = attrs.field(factory=dict)
    intention: Intention | None = None
    has_children: HasChildren | None = None
    wants_children: WantsChildren | None = None
    smoking: Smoking | None = None
    drinking: Drinking | None = None
    education: Education | None = None
    religion: Religion | None = None
    religion_importance: Importance | None = None
    languages: frozenset[str] = frozenset()
    visibility: Visibility = Visibility.ACTIVE

    def distance_km(self, other: "Traits") -> float | None:
        """Kilometres between the two cells' centres, None when one is unknown."""
        return self.cell.distance_km(other.cell) if self.cell and other.cell else None


class Missing(StrEnum):
    """What keeps a member from taking part; each has a sentence in ``catalogue`` that says what to do about it."""

    VERIFY_EMAIL = "verify_email"
    ACCOUNT_SUSPENDED = "account_suspended"
    CREATE_PROFILE = "create_profile"
    COMPLETE_PROFILE = "complete_profile"
    AGREE_GENDERS_SOUGHT = "agree_genders_sought"
    TOO_YOUNG = "too_young"
    PAUSED = "paused"
    PRIMARY_PHOTO = "primary_photo"
    PHOTO_IN_REVIEW = "photo_in_review"


class Factor(StrEnum):
    ATTACHMENT = "attachment"
    INTERESTS = "interests"
    VALUES = "values"
    DEMOGRAPHICS = "demographics"


@attrs.frozen
class Leaning:
    """A person's place in the form of ``policies.attachment``: (1, x, v), anxiety and avoidance in [0, 1], each
    multiplied by the ``weight`` in [0, 1] their answers deserve.

    Weight 0 is a person nothing is known of."""

    weight: float
    anxiety: float
    avoidance: float

    @classmethod
    def of(cls, attachment: Attachment | None) -> Self:
        if attachment is None:
            return cls(0.0, 0.0, 0.0)
        weight, span = attachment.reliability, SCALE_MAX - SCALE_MIN
        return cls(
            weight,
            weight * (attachment.anxiety - SCALE_MIN) / span,
            weight * (attachment.avoidance - SCALE_MIN) / span,
        )


@attrs.frozen
class Population:
    """Figures of one population under a ``version``. They hold for a day: see ``MatchRequest``.

    ``size`` is how many people were counted, ``interest_idf`` the weight of each interest that one of them holds.
    ``mean_factors`` has the mean of the attachment, interests and values factors, each in [0, 1], over all pairs of
    different people who told us enough; demographics are never unknown and need none. ``mean_leaning`` is the mean
    of everybody's leaning, the unknown counted with weight 0: the form being bilinear, whoever is scored against it
    gets their mean over everybody."""

    version: str
    size: int
    interest_idf: Mapping[str, float]
    mean_factors: Mapping[Factor, float]
    mean_leaning: Leaning

    def rarity(self, interest: str) -> float:
        """How much it counts that two share an interest: at least 1, the rarer the more."""
        return self.interest_idf.get(interest) or inverse_document_frequency(self.size, 0)


def inverse_document_frequency(size: int, held: int) -> float:
    """ln((1 + n) / (1 + held by)) + 1: the smoothed form of Spärck Jones 1972 (J Doc 28, 11), so that what everybody
    shares still counts a little."""
    return math.log((1 + size) / (1 + held)) + 1.0


class Band(StrEnum):
    STRONG = "strong"
    GOOD = "good"
    SOME = "some"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@attrs.frozen
class PairScore:
    """A policy's judgement of a pair: ``total`` in [0, 100], each factor in [0, 1] or None where it is unknown,
    ``confidence`` in [0, 1], the weighted share of what was known."""

    total: float
    factors: Mapping[Factor, float | None]
    confidence: float


@attrs.frozen
class FactorExplanation:
    factor: Factor
    band: Band
    confidence: Confidence
    sentences: tuple[str, ...]


@attrs.frozen
class Explanation:
    """Why two people were introduced, told to one of them. ``total`` is rounded to 5."""

    policy: str
    total: int
    confidence: Confidence
    factors: tuple[FactorExplanation, ...]
