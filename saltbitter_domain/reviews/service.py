"""Asking a person to look at one's introductions, and answering."""

from collections.abc import Sequence

from saltbitter_domain.kernel import Clock, Ids, ReviewId, UserId
from saltbitter_domain.profiles.policies import LINE_BREAKS, text_problems
from saltbitter_domain.reviews.model import (
    ALARM_AFTER,
    MAX_ANSWER,
    MAX_DOUBT,
    Outcome,
    Review,
    ReviewAnswered,
    ReviewMissing,
    ReviewRefused,
)
from saltbitter_domain.uow import UnitsOfWork


class ReviewService:
    """Answers are given by people. The member reads them where they asked, and in a mail."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, ids: Ids) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids

    async def request(self, user_id: UserId, words: str) -> Review:
        """Ask for a person to look, and say in 1 to 1,000 characters why. ``ReviewWaiting``, ``ReviewRefused``."""
        _refuse("words", words, MAX_DOUBT)
        review = Review(ReviewId(self._ids.new()), user_id, self._clock.now(), words)
        async with self._begin() as uow:
            await uow.reviews.add(review)
            await uow.commit()
        return review

    async def reviews(self, user_id: UserId) -> Sequence[Review]:
        """What the member asked and was answered, newest first."""
        async with self._begin() as uow:
            return await uow.reviews.of(user_id)

    async def waiting(self, limit: int) -> Sequence[Review]:
        """Up to ``limit`` that wait for an answer, longest first."""
        async with self._begin() as uow:
            return await uow.reviews.waiting(limit)

    async def decide(self, staff_id: UserId, review_id: ReviewId, outcome: Outcome, answer: str) -> Review:
        """Answer, in 1 to 1,000 characters that the member reads.

        ``ReviewMissing``, ``ReviewDecided``, ``OwnReview``, ``ReviewRefused``, ``StaleWrite``."""
        _refuse("answer", answer, MAX_ANSWER)
        async with self._begin() as uow:
            review = await uow.reviews.get(review_id)
            if review is None:
                raise ReviewMissing("Nobody asked this.")
            decided = review.decided(staff_id, outcome, answer, self._clock.now())
            await uow.reviews.save(decided)
            uow.emit(ReviewAnswered(review.user_id, review.id, answer))
            await uow.commit()
        return decided

    async def late(self) -> int:
        """How many have waited for 80 % of the time in which they have to be answered, or longer."""
        async with self._begin() as uow:
            return await uow.reviews.waiting_since(self._clock.now() - ALARM_AFTER)


def _refuse(field: str, text: str, longest: int) -> None:
    if problems := tuple(text_problems(field, text, longest, breaks=LINE_BREAKS)):
        raise ReviewRefused("This is read by a person, so it has to be in words.", fields=problems)
