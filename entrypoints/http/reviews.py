"""Introductions that a person looks at: members ask, staff answer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import attrs
from msgspec import Meta

from entrypoints.http.paging import Items, WaitingQuery
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.kernel import ReviewId, UserId
from saltbitter_domain.reviews.model import (
    MAX_ANSWER,
    MAX_DOUBT,
    Outcome,
    OwnReview,
    Review,
    ReviewDecided,
    ReviewMissing,
    ReviewRefused,
    ReviewWaiting,
)
from saltbitter_domain.reviews.service import ReviewService


@attrs.frozen
class ReviewRequest:
    """What seems wrong about how, or to whom, the member is introduced."""

    words: Annotated[str, Meta(min_length=1, max_length=MAX_DOUBT)] = attrs.field(repr=False)


@attrs.frozen
class ReviewView:
    """What was asked, answered by ``due_at`` at the latest. The last three are null until a person has decided."""

    id: ReviewId
    requested_at: datetime
    due_at: datetime
    words: str = attrs.field(repr=False)
    decided_at: datetime | None
    outcome: Outcome | None
    answer: str | None = attrs.field(repr=False)


@attrs.frozen
class WaitingReview:
    """A question as staff see it: whose it is, and by when it has to be answered."""

    id: ReviewId
    user_id: UserId
    requested_at: datetime
    due_at: datetime
    words: str = attrs.field(repr=False)


@attrs.frozen
class ReviewDecision:
    """The member reads the ``answer``."""

    outcome: Outcome
    answer: Annotated[str, Meta(min_length=1, max_length=MAX_ANSWER)] = attrs.field(repr=False)


@attrs.frozen
class Reviews:
    reviews: ReviewService

    @route("POST", "/api/me/reviews", audience=Audience.MEMBER, status=201, errors=(ReviewWaiting, ReviewRefused))
    async def request_review(self, call: Call, body: ReviewRequest) -> ReviewView:
        """Have a person look at one's introductions. One question is answered at a time, within a week."""
        return _view(await self.reviews.request(call.user_id, body.words))

    @route("GET", "/api/me/reviews", audience=Audience.MEMBER)
    async def my_reviews(self, call: Call) -> Items[ReviewView]:
        """What the member asked and was answered, newest first."""
        return Items(tuple(map(_view, await self.reviews.reviews(call.user_id))))

    @route("GET", "/api/staff/reviews", audience=Audience.STAFF)
    async def waiting_reviews(self, call: Call, query: WaitingQuery) -> Items[WaitingReview]:
        """Questions that wait for an answer, longest first."""
        waiting = await self.reviews.waiting(query.limit)
        call.shown.update(review.user_id for review in waiting)
        return Items(
            tuple(WaitingReview(each.id, each.user_id, each.requested_at, each.due_at, each.words) for each in waiting)
        )

    @route(
        "POST",
        "/api/staff/reviews/{review_id}/decision",
        audience=Audience.STAFF,
        errors=(ReviewMissing, ReviewDecided, OwnReview, ReviewRefused),
    )
    async def decide_review(self, call: Call, body: ReviewDecision, review_id: UUID) -> ReviewView:
        """Answer a question. The member is mailed the answer and finds it where they asked."""
        return _view(await self.reviews.decide(call.user_id, ReviewId(review_id), body.outcome, body.answer))


def _view(review: Review) -> ReviewView:
    return ReviewView(
        id=review.id,
        requested_at=review.requested_at,
        due_at=review.due_at,
        words=review.words,
        decided_at=review.decided_at,
        outcome=review.outcome,
        answer=review.answer,
    )
