"""What every store of questions for a person promises."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from saltbitter_domain.kernel import ReviewId, StaleWrite
from saltbitter_domain.reviews.model import Outcome, Review, ReviewWaiting
from saltbitter_domain.reviews.ports import Reviews
from saltbitter_domain.users.model import User
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import NOW, new_id, unset_fields

PORT = Reviews
DAY = timedelta(days=1)


def a_review(user: User, **changes: Any) -> Review:
    """A question that was answered a day later."""
    answered = {"decided_at": NOW + DAY, "outcome": Outcome.STANDS, "answer": "Nobody near you was left out."}
    return attrs.evolve(Review(ReviewId(new_id()), user.id, NOW, "Why nobody near me?"), **{**answered, **changes})


def waits(user: User, **changes: Any) -> Review:
    return a_review(user, decided_at=None, outcome=None, answer=None, **changes)


async def add(store: Store, *reviews: Review) -> None:
    async with store.unit() as uow:
        for review in reviews:
            await uow.reviews.add(review)


async def test_a_question_comes_back_as_it_was_asked_and_answered(store: Store) -> None:
    user = await store.member()
    review = a_review(user)
    assert unset_fields(review) == []
    await add(store, review)

    async with store.unit() as uow:
        await uow.reviews.save(attrs.evolve(review, outcome=Outcome.CORRECTED))

    async with store.begin() as uow:
        assert await uow.reviews.get(review.id) == attrs.evolve(review, outcome=Outcome.CORRECTED, version=2)
        assert await uow.reviews.get(ReviewId(new_id())) is None
    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.reviews.save(review)


async def test_one_waits_at_a_time_also_of_those_asked_at_once(store: Store) -> None:
    user, other = await store.members(2)
    await add(store, a_review(user), waits(other))

    answers = await outcomes(*(add(store, waits(user)) for _ in range(4)))

    assert [type(answer) for answer in answers if answer] == [ReviewWaiting] * 3


async def test_staff_see_those_that_wait_longest_first_and_members_their_own_newest_first(store: Store) -> None:
    ada, bob, cleo = await store.members(3)
    past, first, second, third = a_review(ada), waits(ada), waits(bob), waits(cleo, requested_at=NOW + DAY)
    await add(store, past, first, second, third)

    async with store.begin() as uow:
        assert await uow.reviews.waiting(2) == [first, second]
        assert await uow.reviews.of(ada.id) == [first, past]
        assert [await uow.reviews.waiting_since(NOW + days * DAY) for days in (-1, 0, 1)] == [0, 2, 3]
