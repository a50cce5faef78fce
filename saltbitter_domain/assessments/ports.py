"""What assessments need from outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from saltbitter_domain.assessments.model import Assessment
from saltbitter_domain.kernel import AssessmentId, UserId


class Assessments(Protocol):
    """The store of completed assessments; they are never changed."""

    async def add(self, assessment: Assessment, after: datetime | None = None) -> None:
        """Store the assessment that follows the one taken at ``after``, or the member's first.

        ``StaleWrite`` when ``after`` is not when the last was ``taken`` by now: someone answered twice at once."""
        ...

    async def taken(self, user_id: UserId) -> tuple[datetime | None, Assessment | None]:
        """When the member last completed an assessment, and the latest that is kept. The first outlives the second, so
        that deleting assessments is no way round the wait between two."""
        ...

    async def latest(self, user_id: UserId) -> Assessment | None: ...

    async def of(self, user_id: UserId, before: AssessmentId | None = None, limit: int = 20) -> Sequence[Assessment]:
        """The member's assessments, newest first, those older than ``before`` when it is given."""
        ...

    async def remove_all(self, user_id: UserId) -> int:
        """Delete every assessment of the member, all but when the last was ``taken``; how many there were."""
        ...
