"""What assessments need from outside."""

from collections.abc import Sequence
from typing import Protocol

from saltbitter_domain.assessments.model import Assessment
from saltbitter_domain.kernel import AssessmentId, UserId


class Assessments(Protocol):
    """The store of completed assessments; they are never changed."""

    async def add(self, assessment: Assessment, after: AssessmentId | None = None) -> None:
        """Store the assessment that follows ``after``, or the member's first.

        ``StaleWrite`` when ``after`` is not the member's latest by now: someone answered twice at once."""
        ...

    async def latest(self, user_id: UserId) -> Assessment | None: ...

    async def of(self, user_id: UserId, before: AssessmentId | None = None, limit: int = 20) -> Sequence[Assessment]:
        """The member's assessments, newest first, those older than ``before`` when it is given."""
        ...

    async def remove_all(self, user_id: UserId) -> int:
        """Delete every assessment of the member; how many there were."""
        ...
