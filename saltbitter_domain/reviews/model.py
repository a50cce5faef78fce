"""A member who doubts how or to whom they are introduced has a person look at it (Art. 22(3) GDPR).

Photos and suspensions have appeals of their own: those are about one thing that was decided, this is about a list that
is made anew every morning."""

from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import Conflict, Invalid, NotFound, ReviewId, UserId

REVIEW_DUE = timedelta(days=7)
"""Within which a person answers. Product rule, within the month that Art. 12(3) GDPR gives."""
ALARM_AFTER = REVIEW_DUE * 0.8
"""When whoever runs the product is told that somebody still waits."""
MAX_DOUBT = 1_000
MAX_ANSWER = 1_000


class Outcome(StrEnum):
    STANDS = "stands"
    """Nothing was wrong."""
    CORRECTED = "corrected"
    """Something was, and was put right."""


@attrs.frozen
class Review:
    """What a member asked to be looked at, in their ``words``, and what came of it: the last three are None until a
    person has decided."""

    id: ReviewId
    user_id: UserId
    requested_at: datetime
    words: str = attrs.field(repr=False)
    decided_at: datetime | None = None
    outcome: Outcome | None = None
    answer: str | None = attrs.field(default=None, repr=False)
    version: int = 1

    @property
    def due_at(self) -> datetime:
        """When it has to be answered."""
        return self.requested_at + REVIEW_DUE

    def decided(self, staff_id: UserId, outcome: Outcome, answer: str, now: datetime) -> "Review":
        """This review, answered by a person; ``ReviewDecided`` when it was before, ``OwnReview`` for one's own."""
        if self.decided_at is not None:
            raise ReviewDecided("Somebody has answered this already. Look at the list again.")
        if staff_id == self.user_id:
            raise OwnReview("It is your own question. Leave it to a colleague.")
        return attrs.evolve(self, decided_at=now, outcome=outcome, answer=answer)


@event("reviews.answered")
class ReviewAnswered(Event):
    """``answer`` is in staff's words, for the member to read."""

    user_id: UserId
    review_id: ReviewId
    answer: str = attrs.field(repr=False)


class ReviewWaiting(Conflict):
    """One thing is looked at at a time."""

    code = "review_waiting"


class ReviewDecided(Conflict):
    code = "review_decided"


class OwnReview(Conflict):
    code = "review_own"


class ReviewMissing(NotFound):
    code = "review_missing"


class ReviewRefused(Invalid):
    code = "review_refused"
