"""A new member is introduced to people as soon as they are complete; nobody else's day is changed by it."""

import pytest

from saltbitter_domain.assessments.model import AssessmentSubmitted
from saltbitter_domain.compatibility.model import DailyMatches
from saltbitter_domain.kernel import AssessmentId, EventId, PhotoId, UserId
from saltbitter_domain.profiles.model import PhotoDecided, PhotoState, Visibility
from saltbitter_domain.users.model import EmailVerified
from tests.doubles.builders import new_id
from tests.doubles.matching import TODAY, Matching


async def welcomed(house: Matching, user_id: UserId) -> DailyMatches | None:
    """The set of today after the member's assessment was heard of."""
    event = AssessmentSubmitted(user_id, AssessmentId(new_id()))
    await house.runs.welcome(EventId(new_id()), event)
    async with house.begin() as uow:
        return await uow.daily_matches.get(user_id, TODAY)


async def test_whoever_is_complete_is_served_at_once_and_alone() -> None:
    house = Matching.at()
    newcomer, *others = await house.members(4)
    made = await welcomed(house, newcomer)

    assert made is not None
    assert {suggestion.candidate for suggestion in made.suggestions} == set(others)
    async with house.begin() as uow:
        assert await uow.daily_matches.have(others, TODAY) == frozenset()


async def test_hearing_of_it_again_changes_nothing() -> None:
    house = Matching.at()
    newcomer, *_ = await house.members(3)
    first = await welcomed(house, newcomer)
    await house.member("late")

    assert await welcomed(house, newcomer) == first


@pytest.mark.parametrize("last", ["email", "photo", "assessment"])
async def test_whichever_step_is_the_last_nobody_waits(last: str) -> None:
    house = Matching.at()
    newcomer, *_ = await house.members(3)
    events: dict[str, EmailVerified | PhotoDecided | AssessmentSubmitted] = {
        "email": EmailVerified(newcomer),
        "photo": PhotoDecided(newcomer, PhotoId(new_id()), PhotoState.APPROVED),
        "assessment": AssessmentSubmitted(newcomer, AssessmentId(new_id())),
    }
    await house.runs.welcome(EventId(new_id()), events[last])
    async with house.begin() as uow:
        assert await uow.daily_matches.get(newcomer, TODAY)


@pytest.mark.parametrize("lack", ["assessment", "visibility"])
async def test_whoever_is_not_complete_waits(lack: str) -> None:
    house = Matching.at()
    newcomer, *_ = await house.members(3)
    if lack == "visibility":
        await house.become(newcomer, Visibility.PAUSED)
    else:
        async with house.unit() as uow:
            await uow.assessments.remove_all(newcomer)

    assert await welcomed(house, newcomer) is None
