"""What every store of assessments promises."""

import asyncio
from datetime import timedelta

import pytest

from saltbitter_domain.assessments.ports import Assessments
from saltbitter_domain.kernel import AssessmentId, StaleWrite
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import NOW, a_full_assessment, an_assessment, new_id, unset_fields

PORT = Assessments


async def test_an_assessment_comes_back_as_it_was_stored(store: Store) -> None:
    user = await store.member()
    assessment = a_full_assessment(user)
    assert unset_fields(assessment) + unset_fields(assessment.classification) == []

    async with store.unit() as uow:
        await uow.assessments.add(assessment)

    async with store.begin() as uow:
        assert await uow.assessments.latest(user.id) == assessment
        assert await uow.assessments.of(user.id) == [assessment]


async def test_whoever_answered_nothing_has_no_assessment(store: Store) -> None:
    user, other = await store.members(2)
    async with store.unit() as uow:
        await uow.assessments.add(an_assessment(other))

    async with store.begin() as uow:
        assert await uow.assessments.latest(user.id) is None
        assert await uow.assessments.of(user.id) == []


async def test_the_history_is_told_newest_first_in_pages(store: Store) -> None:
    user = await store.member()
    oldest_first = [an_assessment(user, taken_at=NOW + timedelta(days=90) * number) for number in range(5)]
    async with store.unit() as uow:
        for previous, assessment in zip([None, *oldest_first], oldest_first, strict=False):
            await uow.assessments.add(assessment, after=previous.taken_at if previous else None)

    newest_first = oldest_first[::-1]
    async with store.begin() as uow:
        assert await uow.assessments.latest(user.id) == newest_first[0]
        assert await uow.assessments.of(user.id) == newest_first
        assert await uow.assessments.of(user.id, limit=2) == newest_first[:2]
        assert await uow.assessments.of(user.id, before=newest_first[1].id, limit=2) == newest_first[2:4]
        assert await uow.assessments.of(user.id, before=newest_first[4].id) == []
        assert await uow.assessments.of(user.id, before=AssessmentId(new_id())) == []


async def test_an_assessment_follows_the_latest_or_is_refused(store: Store) -> None:
    user = await store.member()
    first = an_assessment(user)
    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.assessments.add(an_assessment(user), after=first.taken_at)
    async with store.unit() as uow:
        await uow.assessments.add(first)
    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.assessments.add(an_assessment(user))


async def test_of_two_answered_at_once_one_is_kept(store: Store) -> None:
    user = await store.member()

    both_have_read = asyncio.Barrier(2)

    async def submit() -> None:
        async with store.unit() as uow:
            last_taken, _ = await uow.assessments.taken(user.id)
            await both_have_read.wait()
            await uow.assessments.add(an_assessment(user), after=last_taken)
            await asyncio.sleep(0)

    results = await outcomes(submit(), submit())

    assert [type(result) for result in results if result is not None] == [StaleWrite]
    async with store.begin() as uow:
        assert len(await uow.assessments.of(user.id)) == 1


async def test_deleting_takes_everything_of_the_member_and_nothing_of_others(store: Store) -> None:
    user, other = await store.members(2)
    first, second, kept = an_assessment(user), an_assessment(user), an_assessment(other)
    async with store.unit() as uow:
        await uow.assessments.add(first)
        await uow.assessments.add(second, after=first.taken_at)
        await uow.assessments.add(kept)

    async with store.unit() as uow:
        assert await uow.assessments.remove_all(user.id) == 2
    async with store.unit() as uow:
        assert await uow.assessments.remove_all(user.id) == 0

    async with store.begin() as uow:
        assert await uow.assessments.of(user.id) == []
        assert await uow.assessments.latest(other.id) == kept


async def test_when_the_last_was_taken_is_known_and_outlives_it(store: Store) -> None:
    user, other = await store.members(2)
    first, second = an_assessment(user), an_assessment(user, taken_at=NOW + timedelta(days=90))
    async with store.unit() as uow:
        assert await uow.assessments.taken(user.id) == (None, None)
        await uow.assessments.add(first)
        await uow.assessments.add(second, after=first.taken_at)
        assert await uow.assessments.taken(user.id) == (second.taken_at, second)

    async with store.unit() as uow:
        await uow.assessments.remove_all(user.id)

    async with store.begin() as uow:
        assert await uow.assessments.taken(user.id) == (second.taken_at, None)
        assert await uow.assessments.taken(other.id) == (None, None)
    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.assessments.add(an_assessment(user))
