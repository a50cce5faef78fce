"""What members asked a person to look at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import bindparam, func, select

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import insertion, replace, replacement
from adapters.postgres.tables import review_requests
from saltbitter_domain.kernel import ReviewId, UserId
from saltbitter_domain.reviews.model import Outcome, Review, ReviewWaiting
from saltbitter_domain.reviews.ports import Reviews


class PostgresReviews(Reviews):
    _undecided = review_requests.c.decided_at.is_(None)
    _ADD = insertion(review_requests)
    _GET = Query(select(review_requests).where(review_requests.c.id == bindparam("id")))
    _OF = Query(
        select(review_requests)
        .where(review_requests.c.user_id == bindparam("user_id"))
        .order_by(review_requests.c.id.desc())
    )
    _WAITING = Query(select(review_requests).where(_undecided).order_by(review_requests.c.id).limit(bindparam("limit")))
    _WAITING_SINCE = Query(
        select(func.count().label("waiting")).where(_undecided, review_requests.c.requested_at <= bindparam("instant"))
    )
    _SAVE = replacement(review_requests)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, review: Review) -> None:
        await self._session.change(self._ADD, attrs.asdict(review), taken=_waiting)

    async def get(self, review_id: ReviewId) -> Review | None:
        row = await self._session.row(self._GET, id=review_id)
        return row and _review(row)

    async def of(self, user_id: UserId) -> Sequence[Review]:
        return [_review(row) for row in await self._session.rows(self._OF, user_id=user_id)]

    async def waiting(self, limit: int) -> Sequence[Review]:
        return [_review(row) for row in await self._session.rows(self._WAITING, limit=limit)]

    async def waiting_since(self, instant: datetime) -> int:
        row = await self._session.row(self._WAITING_SINCE, instant=instant)
        return int(row["waiting"]) if row else 0

    async def save(self, review: Review) -> None:
        await replace(self._session, self._SAVE, attrs.asdict(review))


def _review(row: Any) -> Review:
    return Review(**{**row, "outcome": row["outcome"] and Outcome(row["outcome"])})


def _waiting() -> ReviewWaiting:
    return ReviewWaiting("Somebody looks at your last question already. You are mailed their answer.")
