"""A person looks at introductions: what is refused, and when somebody has waited too long."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.kernel import ReviewId
from saltbitter_domain.reviews.model import (
    Outcome,
    OwnReview,
    ReviewDecided,
    ReviewMissing,
    ReviewRefused,
    ReviewWaiting,
)
from saltbitter_domain.reviews.service import ReviewService
from saltbitter_domain.users.model import User
from tests.doubles.builders import a_user, new_id

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


class Desk:
    def __init__(self) -> None:
        self.clock = ManualClock(NOON)
        ids = UuidV7Ids(self.clock)
        self.begin = MemoryUnitsOfWork(MemoryStore(), self.clock, ids)
        self.service = ReviewService(begin=self.begin, clock=self.clock, ids=ids)

    async def member(self) -> User:
        user = a_user()
        async with self.begin() as uow:
            await uow.users.add(user)
            await uow.commit()
        return user


async def test_a_question_waits_for_a_week_and_raises_an_alarm_after_80_percent_of_it_until_it_is_answered() -> None:
    desk = Desk()
    ana, mo = await desk.member(), await desk.member()
    asked = await desk.service.request(ana.id, "Why nobody near me?")
    assert asked.due_at - NOON == timedelta(days=7)
    with pytest.raises(ReviewWaiting):
        await desk.service.request(ana.id, "Why?")

    late = []
    for hours in (134, 135, 400):
        desk.clock.at(NOON + timedelta(hours=hours))
        late.append(await desk.service.late())
    answered = await desk.service.decide(mo.id, asked.id, Outcome.CORRECTED, "You were paused by mistake.")

    assert [*late, await desk.service.late()] == [0, 1, 1, 0]
    assert answered.decided_at == desk.clock.now()
    assert await desk.service.waiting(10) == []
    with pytest.raises(ReviewDecided):
        await desk.service.decide(mo.id, asked.id, Outcome.STANDS, "Again.")
    assert (await desk.service.request(ana.id, "And now?")).answer is None


async def test_what_says_nothing_is_refused_and_so_is_an_answer_to_nobody_or_to_oneself() -> None:
    desk = Desk()
    ana = await desk.member()
    for words in ("", "   ", "a" * 1_001, "a\x00b"):
        with pytest.raises(ReviewRefused):
            await desk.service.request(ana.id, words)
        with pytest.raises(ReviewRefused):
            await desk.service.decide(ana.id, ReviewId(new_id()), Outcome.STANDS, words)
    with pytest.raises(ReviewMissing):
        await desk.service.decide(ana.id, ReviewId(new_id()), Outcome.STANDS, "No.")
    asked = await desk.service.request(ana.id, "Why nobody near me?")
    with pytest.raises(OwnReview):
        await desk.service.decide(ana.id, asked.id, Outcome.STANDS, "Because.")
