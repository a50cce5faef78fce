"""What reviews need from outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from saltbitter_domain.kernel import ReviewId, UserId
from saltbitter_domain.reviews.model import Review


class Reviews(Protocol):
    """The store of what members asked a person to look at."""

    async def add(self, review: Review) -> None:
        """Store a request; ``ReviewWaiting`` while another of the member's is not decided."""
        ...

    async def get(self, review_id: ReviewId) -> Review | None: ...

    async def of(self, user_id: UserId) -> Sequence[Review]:
        """The member's, newest first."""
        ...

    async def waiting(self, limit: int) -> Sequence[Review]:
        """Up to ``limit`` that nobody has decided, those that wait longest first."""
        ...

    async def waiting_since(self, instant: datetime) -> int:
        """How many were requested at ``instant`` or before and are not decided."""
        ...

    async def save(self, review: Review) -> None:
        """Store a change made to version ``review.version``, which becomes one higher; ``StaleWrite`` when outdated."""
        ...
