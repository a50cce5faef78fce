"""Completed assessments."""

from collections.abc import Sequence
from datetime import datetime

from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.assessments.model import Assessment
from saltbitter_domain.assessments.ports import Assessments
from saltbitter_domain.kernel import AssessmentId, StaleWrite, UserId


class MemoryAssessments(Assessments):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, assessment: Assessment, after: datetime | None = None) -> None:
        def change(tables: Tables) -> None:
            if tables.assessments_taken.get(assessment.user_id) != after:
                raise StaleWrite("Another assessment was stored in the meantime. Read the latest again and repeat.")
            tables.assessments.put(assessment.id, assessment)
            tables.assessments_taken.put(assessment.user_id, assessment.taken_at)

        self._transaction.write(change)

    async def taken(self, user_id: UserId) -> tuple[datetime | None, Assessment | None]:
        return self._transaction.read(
            lambda tables: (tables.assessments_taken.get(user_id), latest_of(tables, user_id))
        )

    async def latest(self, user_id: UserId) -> Assessment | None:
        return self._transaction.read(lambda tables: latest_of(tables, user_id))

    async def of(self, user_id: UserId, before: AssessmentId | None = None, limit: int = 20) -> Sequence[Assessment]:
        def query(tables: Tables) -> list[Assessment]:
            newest_first = sorted(tables.assessments.where("user", user_id), key=_age, reverse=True)
            if before is None:
                return newest_first[:limit]
            mark = tables.assessments.get(before)
            return [] if mark is None else [row for row in newest_first if _age(row) < _age(mark)][:limit]

        return self._transaction.read(query)

    async def remove_all(self, user_id: UserId) -> int:
        def change(tables: Tables) -> int:
            rows = tables.assessments.where("user", user_id)
            for row in rows:
                tables.assessments.drop(row.id)
            return len(rows)

        return self._transaction.write(change)


def latest_of(tables: Tables, user_id: UserId) -> Assessment | None:
    """The member's latest assessment, if they have one."""
    return max(tables.assessments.where("user", user_id), key=_age, default=None)


def _age(assessment: Assessment) -> tuple[datetime, AssessmentId]:
    return assessment.taken_at, assessment.id
