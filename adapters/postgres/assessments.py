"""Completed assessments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres import documents
from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import insertion
from adapters.postgres.tables import assessments_taken
from adapters.postgres.tables import attachment_assessments as results
from saltbitter_domain.assessments.model import Assessment, AttachmentScores, Classification, QualityFlag, Style
from saltbitter_domain.assessments.ports import Assessments
from saltbitter_domain.kernel import AssessmentId, Language, StaleWrite, UserId

_MINE = results.c.user_id == bindparam("user_id")
_NEWEST_FIRST = (results.c.taken_at.desc(), results.c.id.desc())
_MARK = select(results.c.taken_at, results.c.id).where(results.c.id == bindparam("before")).scalar_subquery()


class PostgresAssessments(Assessments):
    _FIRST_TAKEN = Query(
        insert(assessments_taken)
        .values(user_id=bindparam("user_id"), last_taken_at=bindparam("taken_at"))
        .on_conflict_do_nothing()
        .returning(assessments_taken.c.user_id)
    )
    _TAKEN_AGAIN = Query(
        update(assessments_taken)
        .where(assessments_taken.c.user_id == bindparam("of"), assessments_taken.c.last_taken_at == bindparam("after"))
        .values(last_taken_at=bindparam("taken_at"))
        .returning(assessments_taken.c.user_id)
    )
    _ADD = insertion(results)
    _TAKEN = Query(
        text(
            """
            SELECT last_taken_at, (SELECT to_jsonb(results) FROM attachment_assessments AS results
                                    WHERE results.user_id = assessments_taken.user_id
                                    ORDER BY taken_at DESC, results.id DESC LIMIT 1) AS latest
            FROM assessments_taken WHERE user_id = CAST(:user_id AS uuid)
            """
        )
    )
    _NEWEST = Query(select(results).where(_MINE).order_by(*_NEWEST_FIRST).limit(bindparam("limit")))
    _OLDER = Query(
        select(results)
        .where(_MINE, tuple_(results.c.taken_at, results.c.id) < _MARK)
        .order_by(*_NEWEST_FIRST)
        .limit(bindparam("limit"))
    )
    _REMOVE = Query(delete(results).where(_MINE).returning(results.c.id))

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, assessment: Assessment, after: datetime | None = None) -> None:
        user_id, taken_at = assessment.user_id, assessment.taken_at
        if after is None:
            taken, values = self._FIRST_TAKEN, {"user_id": user_id, "taken_at": taken_at}
        else:
            taken, values = self._TAKEN_AGAIN, {"of": user_id, "after": after, "taken_at": taken_at}
        await self._session.change(taken, values, rows=1, refusal=_stored_meanwhile)
        await self._session.change(self._ADD, _row(assessment))

    async def taken(self, user_id: UserId) -> tuple[datetime | None, Assessment | None]:
        row = await self._session.row(self._TAKEN, user_id=user_id)
        return (row["last_taken_at"], recorded_assessment(row["latest"])) if row else (None, None)

    async def latest(self, user_id: UserId) -> Assessment | None:
        row = await self._session.row(self._NEWEST, user_id=user_id, limit=1)
        return row and assessment_of(row)

    async def of(self, user_id: UserId, before: AssessmentId | None = None, limit: int = 20) -> Sequence[Assessment]:
        if before is None:
            rows = await self._session.rows(self._NEWEST, user_id=user_id, limit=limit)
        else:
            rows = await self._session.rows(self._OLDER, user_id=user_id, before=before, limit=limit)
        return [assessment_of(row) for row in rows]

    async def remove_all(self, user_id: UserId) -> int:
        return len(await self._session.write(self._REMOVE, user_id=user_id))


def _stored_meanwhile() -> StaleWrite:
    return StaleWrite("Another assessment was stored in the meantime. Read the latest again and repeat.")


def _row(assessment: Assessment) -> dict[str, Any]:
    return {
        "id": assessment.id,
        "user_id": assessment.user_id,
        "questionnaire": assessment.questionnaire,
        "answers": dict(assessment.answers),
        "seconds": assessment.seconds,
        "anxiety": assessment.scores.anxiety,
        "avoidance": assessment.scores.avoidance,
        "style": assessment.classification.style,
        "blend": assessment.classification.blend,
        "quality": sorted(assessment.quality),
        "taken_at": assessment.taken_at,
        "language": assessment.language,
    }


def assessment_of(row: Any) -> Assessment:
    """The assessment a row of ``attachment_assessments`` holds."""
    return Assessment(
        id=row["id"],
        user_id=row["user_id"],
        questionnaire=row["questionnaire"],
        answers=row["answers"],
        seconds=row["seconds"],
        scores=AttachmentScores(row["anxiety"], row["avoidance"]),
        classification=Classification(Style(row["style"]), tuple(Style(style) for style in row["blend"])),
        quality=frozenset(QualityFlag(flag) for flag in row["quality"]),
        taken_at=row["taken_at"],
        language=None if row["language"] is None else Language(row["language"]),
    )


def recorded_assessment(document: dict[str, Any] | None) -> Assessment | None:
    """The assessment that a row of ``attachment_assessments`` holds, read as a document; None where there is none."""
    if document is None:
        return None
    return assessment_of(documents.record(document, id=UUID, user_id=UUID, taken_at=datetime))
