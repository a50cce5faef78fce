"""What members asked a person to look at."""

from collections.abc import Sequence
from datetime import datetime

from adapters.memory.store import Tables
from adapters.memory.table import replace
from adapters.memory.transaction import Transaction
from saltbitter_domain.kernel import ReviewId, UserId
from saltbitter_domain.reviews.model import Review, ReviewWaiting
from saltbitter_domain.reviews.ports import Reviews


class MemoryReviews(Reviews):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, review: Review) -> None:
        def change(tables: Tables) -> None:
            if any(other.decided_at is None for other in tables.review_requests.where("user", review.user_id)):
                raise ReviewWaiting("Somebody looks at your last question already. You are mailed their answer.")
            tables.review_requests.put(review.id, review)

        self._transaction.write(change)

    async def get(self, review_id: ReviewId) -> Review | None:
        return self._transaction.read(lambda tables: tables.review_requests.get(review_id))

    async def of(self, user_id: UserId) -> Sequence[Review]:
        rows = self._transaction.read(lambda tables: tables.review_requests.where("user", user_id))
        return sorted(rows, key=lambda review: review.id, reverse=True)

    async def waiting(self, limit: int) -> Sequence[Review]:
        rows = self._transaction.read(lambda tables: tables.review_requests.where("waiting", True))
        return sorted(rows, key=lambda review: review.id)[:limit]

    async def waiting_since(self, instant: datetime) -> int:
        rows = self._transaction.read(lambda tables: tables.review_requests.where("waiting", True))
        return sum(review.requested_at <= instant for review in rows)

    async def save(self, review: Review) -> None:
        self._transaction.write(lambda tables: replace(tables.review_requests, review.id, review))
