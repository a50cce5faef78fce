"""The attachment questionnaire, its answers and their result."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import AssessmentId, Conflict, Invalid, NotAllowed, NotFound, UserId

SCALE_MIN, SCALE_MAX = 1, 7
MIDPOINT = 4.0
BLEND_WIDTH = 0.75
RETAKE_AFTER = timedelta(days=90)
HASTY_SECONDS_PER_ITEM = 2.0


class Dimension(StrEnum):
    ANXIETY = "anxiety"
    AVOIDANCE = "avoidance"


class Style(StrEnum):
    SECURE = "secure"
    ANXIOUS = "anxious"
    AVOIDANT = "avoidant"
    FEARFUL = "fearful"


@attrs.frozen
class Statement:
    """One statement of a questionnaire, answered 1 (strongly disagree) to 7 (strongly agree)."""

    id: str
    text: str
    dimension: Dimension
    reversed: bool = False


@attrs.frozen
class Questionnaire:
    """A versioned set of statements. Results remember the version they were given under."""

    version: str
    title: str
    source: str
    statements: tuple[Statement, ...]


@attrs.frozen
class AttachmentScores:
    """Means of the keyed answers, each in [1, 7]."""

    anxiety: float
    avoidance: float


@attrs.frozen
class Classification:
    """The style by the midpoint, and those it lies between when a score is within ``BLEND_WIDTH`` of the cut.

    ``blend`` is empty for a clear result, else two or more styles, the named one first."""

    style: Style
    blend: tuple[Style, ...] = ()


class QualityFlag(StrEnum):
    STRAIGHT_LINED = "straight_lined"
    HASTY = "hasty"


@attrs.frozen
class Assessment:
    """One completed questionnaire. ``answers`` maps statement ids to 1–7; ``seconds`` is how long answering took."""

    id: AssessmentId
    user_id: UserId
    questionnaire: str
    answers: Mapping[str, int]
    seconds: float
    scores: AttachmentScores
    classification: Classification
    quality: frozenset[QualityFlag]
    taken_at: datetime


@event("assessments.submitted")
class AssessmentSubmitted(Event):
    user_id: UserId
    assessment_id: AssessmentId


@event("assessments.deleted")
class AssessmentsDeleted(Event):
    user_id: UserId


class AnswersInvalid(Invalid):
    code = "answers_invalid"


class ConsentNeeded(NotAllowed):
    code = "assessment_consent_needed"


class RetakeTooSoon(Conflict):
    code = "retake_too_soon"


class AssessmentMissing(NotFound):
    code = "assessment_missing"


class QuestionnaireMissing(NotFound):
    code = "questionnaire_missing"
