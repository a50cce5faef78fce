"""The attachment questionnaire, its answers and their result."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import AssessmentId, Conflict, Invalid, Language, NotAllowed, NotFound, UserId

SCALE_MIN, SCALE_MAX = 1, 7
"""Strongly disagree to strongly agree, as in the published questionnaires (Fraley, Waller & Brennan 2000)."""
MIDPOINT = 4.0
"""The middle of the scale, from which on a score counts as high."""
BLEND_WIDTH = 0.75
"""Points of the scale. Two halves of such a questionnaire agree on only some 71 % of style labels, so that nearer to
the cut than this a label is told as lying between two."""
RETAKE_AFTER = timedelta(days=90)
"""Attachment changes over months, and answers given soon after one another are remembered. Product rule."""
HASTY_SECONDS_PER_ITEM = 2.0
"""Seconds. In less a statement can hardly be read (the rule of Huang et al. 2012, J Bus Psychol 27, 99)."""


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
    """A versioned set of statements. Results remember the version they were given under, which measures the same in
    every language."""

    version: str
    title: str
    source: str
    statements: tuple[Statement, ...]
    instructions: str = ""
    language: Language = Language.EN


@attrs.frozen
class Norm:
    """How a score is distributed among the people of a reference sample."""

    mean: float
    sd: float


@attrs.frozen
class Norms:
    """The reference sample of both scores, and where it comes from."""

    source: str
    anxiety: Norm
    avoidance: Norm


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
    """One completed questionnaire. ``answers`` maps statement ids to 1–7; ``seconds`` is how long answering took.
    ``language`` is the one in which the statements were read when the answers were handed in, None where nobody says,
    as for everybody until 27 November 2026.

    What it says about the member stays out of its ``repr``, and so out of logs and tracebacks."""

    id: AssessmentId
    user_id: UserId
    questionnaire: str
    answers: Mapping[str, int] = attrs.field(repr=False)
    seconds: float = attrs.field(repr=False)
    scores: AttachmentScores = attrs.field(repr=False)
    classification: Classification = attrs.field(repr=False)
    quality: frozenset[QualityFlag] = attrs.field(repr=False)
    taken_at: datetime
    language: Language | None = None

    @property
    def retake_at(self) -> datetime:
        """The first instant at which the member may answer again."""
        return retake_at(self.taken_at)


def retake_at(last_taken: datetime) -> datetime:
    """The first instant at which a member who answered at ``last_taken`` may answer again."""
    return last_taken + RETAKE_AFTER


@attrs.frozen
class Change:
    """From one result to a later one: differences of the scores in [-6, 6], positive where the later is higher.

    ``clear`` names the dimensions whose difference is larger than answering twice would usually give."""

    since: datetime
    anxiety: float
    avoidance: float
    previous_style: Style
    clear: frozenset[Dimension]


@attrs.frozen
class HistoryEntry:
    """One of a member's assessments beside the one before: what changed since, None for the first of all."""

    assessment: Assessment
    change: Change | None = attrs.field(repr=False)


@attrs.frozen
class Growth:
    """What a style, or the styles a result lies between, may mean for a member: said to them, in the second person."""

    title: str
    summary: str
    strengths: tuple[str, ...]
    suggestions: tuple[str, ...]
    communication: tuple[str, ...]
    this_week: tuple[str, ...]
    resources: tuple[str, ...] = ()


@attrs.frozen
class GrowthWords:
    """Everything that a result may say, in one language. ``between`` names the ``others`` and the ``last`` of the
    styles that a result lies between. ``norms_source`` says where the product's own norms come from."""

    note: str = attrs.field(repr=False)
    norms_source: str
    quality_notes: Mapping[QualityFlag, str]
    styles: Mapping[Style, Growth]
    blends: Mapping[frozenset[Style], str]
    between: str


@attrs.frozen
class Insights:
    """An assessment read back to the member it is about, and to nobody else.

    Percentiles are whole numbers from 1 to 99: how many of a hundred people of the reference sample score lower."""

    assessment: Assessment = attrs.field(repr=False)
    anxiety_percentile: int = attrs.field(repr=False)
    avoidance_percentile: int = attrs.field(repr=False)
    norms_source: str
    growth: Growth = attrs.field(repr=False)
    quality_notes: tuple[str, ...] = attrs.field(repr=False)
    change: Change | None = attrs.field(repr=False)
    note: str


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


class QuestionnaireInvalid(Invalid):
    """A set of statements, for example one loaded from a file, cannot be used."""

    code = "questionnaire_invalid"


class QuestionnaireMissing(NotFound):
    code = "questionnaire_missing"
