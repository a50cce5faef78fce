"""The attachment questionnaire and what a member learns from it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar

import attrs
from msgspec import Meta

from entrypoints.http.openapi import Limits
from entrypoints.http.paging import Page, PageQuery, page
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.assessments.growth import WORDS, worded
from saltbitter_domain.assessments.model import (
    SCALE_MAX,
    SCALE_MIN,
    AnswersInvalid,
    AssessmentMissing,
    AttachmentScores,
    Change,
    Classification,
    ConsentNeeded,
    Growth,
    HistoryEntry,
    Insights,
    QualityFlag,
    QuestionnaireMissing,
    RetakeTooSoon,
)
from saltbitter_domain.assessments.service import AttachmentService
from saltbitter_domain.kernel import AssessmentId, Language

MAX_STATEMENTS = 200
"""More than any questionnaire has."""

StatementId = Annotated[str, Meta(max_length=64)]


@attrs.frozen
class StatementView:
    """A statement to answer. What it measures is not told beforehand, since knowing it changes answers."""

    id: str
    text: str


@attrs.frozen
class QuestionnaireView:
    """Each statement is answered from ``scale_min``, strongly disagree, to ``scale_max``, strongly agree.

    ``instructions`` say what to have in mind meanwhile; they may be empty. ``language`` is the one it is all in: an
    operator's own set is in one only, and passes for English."""

    version: str
    language: Language
    title: str
    source: str
    instructions: str
    scale_min: int
    scale_max: int
    statements: tuple[StatementView, ...]


@attrs.frozen
class Answers:
    """``answers`` maps statement ids to 1–7; ``seconds`` is how long answering took; ``language`` is the one in which
    the statements were read."""

    questionnaire: Annotated[str, Meta(max_length=64)]
    answers: Annotated[Mapping[StatementId, int], Meta(max_length=MAX_STATEMENTS)] = attrs.field(repr=False)
    seconds: Annotated[float, Meta(ge=0)]
    language: Language | None = None


@attrs.frozen
class AssessmentView:
    """``change`` compares it with the one before; the first has none."""

    id: AssessmentId
    questionnaire: str
    taken_at: datetime
    scores: AttachmentScores = attrs.field(repr=False)
    classification: Classification
    quality: frozenset[QualityFlag]
    change: Change | None


@attrs.frozen
class Percentiles:
    """How many of a hundred people of the reference sample score lower."""

    anxiety: int
    avoidance: int
    source: str


@attrs.frozen
class ResultView:
    """A result read back to the member it is about, and to nobody else.

    ``change`` compares it with the one before; ``note`` says what it is not."""

    id: AssessmentId
    questionnaire: str
    taken_at: datetime
    retake_at: datetime
    scores: AttachmentScores = attrs.field(repr=False)
    classification: Classification
    percentiles: Percentiles
    quality: frozenset[QualityFlag]
    quality_notes: tuple[str, ...]
    growth: Growth
    change: Change | None
    note: str


@attrs.frozen
class Deleted:
    """How many there were."""

    deleted: int


@attrs.frozen
class Assessments:
    attachment: AttachmentService
    limits: ClassVar[Limits] = {
        Answers: {"answers": {"additionalProperties": {"type": "integer", "minimum": SCALE_MIN, "maximum": SCALE_MAX}}}
    }

    @route(
        "GET", "/api/questionnaires/attachment", audience=Audience.MEMBER, worded=True, errors=(QuestionnaireMissing,)
    )
    async def questionnaire(self, call: Call) -> QuestionnaireView:
        """The questionnaire now offered."""
        offered = self.attachment.questionnaire(language=call.language)
        statements = tuple(StatementView(statement.id, statement.text) for statement in offered.statements)
        return QuestionnaireView(
            version=offered.version,
            language=offered.language,
            title=offered.title,
            source=offered.source,
            instructions=offered.instructions,
            scale_min=SCALE_MIN,
            scale_max=SCALE_MAX,
            statements=statements,
        )

    @route(
        "POST",
        "/api/me/assessments",
        audience=Audience.MEMBER,
        status=201,
        idempotent=True,
        worded=True,
        errors=(AnswersInvalid, ConsentNeeded, RetakeTooSoon, QuestionnaireMissing),
    )
    async def submit_assessment(self, call: Call, body: Answers) -> ResultView:
        """Hand in the answers and read the result."""
        submitted = self.attachment.submit_assessment(
            call.user_id, body.questionnaire, body.answers, body.seconds, body.language
        )
        return _result(call, await submitted)

    @route("GET", "/api/me/assessments", audience=Audience.MEMBER, errors=(ConsentNeeded,))
    async def assessments(self, call: Call, query: PageQuery) -> Page[AssessmentView]:
        """Every result so far, newest first, with what changed from one to the next."""
        before = query.after_id()
        found = await self.attachment.history(call.user_id, AssessmentId(before) if before else None, query.limit + 1)
        return page(found, _view, query.limit, lambda entry: entry.assessment.id)

    @route(
        "GET",
        "/api/me/assessments/latest",
        audience=Audience.MEMBER,
        worded=True,
        errors=(AssessmentMissing, ConsentNeeded),
    )
    async def latest_assessment(self, call: Call) -> ResultView:
        """The latest result."""
        return _result(call, await self.attachment.latest_insights(call.user_id))

    @route("DELETE", "/api/me/assessments", audience=Audience.MEMBER)
    async def delete_assessments(self, call: Call) -> Deleted:
        """Delete every answer and result for good. Only when the last was completed is kept: it can be taken again 90
        days after that, as without deleting."""
        return Deleted(await self.attachment.delete_all(call.user_id))


def _view(entry: HistoryEntry) -> AssessmentView:
    assessment = entry.assessment
    return AssessmentView(
        assessment.id,
        assessment.questionnaire,
        assessment.taken_at,
        assessment.scores,
        assessment.classification,
        assessment.quality,
        entry.change,
    )


def _result(call: Call, read: Insights) -> ResultView:
    insights, assessment = worded(read, WORDS[call.language]), read.assessment
    return ResultView(
        id=assessment.id,
        questionnaire=assessment.questionnaire,
        taken_at=assessment.taken_at,
        retake_at=assessment.retake_at,
        scores=assessment.scores,
        classification=assessment.classification,
        percentiles=Percentiles(insights.anxiety_percentile, insights.avoidance_percentile, insights.norms_source),
        quality=assessment.quality,
        quality_notes=insights.quality_notes,
        growth=insights.growth,
        change=insights.change,
        note=insights.note,
    )
