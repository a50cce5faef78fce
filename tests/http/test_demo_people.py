"""Demo members answer whoever likes them, whether or not they were introduced to them themselves."""

from datetime import timedelta
from uuid import UUID

import pytest

from entrypoints.demo.people import DemoPeople
from saltbitter_domain.compatibility.model import Liked
from saltbitter_domain.kernel import EventId, UserId
from tests.doubles.builders import new_id
from tests.doubles.matching import NOON, TODAY, Matching


@pytest.fixture
def matching() -> Matching:
    return Matching.at(NOON)


async def known_people(matching: Matching, number: int) -> list[UserId]:
    """Members of the same ids every time, since who likes whom back depends on these."""
    return [await matching.member(user_id=UserId(UUID(int=each))) for each in range(1, number + 1)]


async def liked_by(matching: Matching, by: UserId, members: list[UserId], people: DemoPeople) -> set[UserId]:
    """Whom this member matched with once they had liked everybody and were answered."""
    for member in members:
        await matching.like(by, member)
        for _ in range(2):  # as what is told may come twice
            await people.answer_like(EventId(new_id()), Liked(by, member))
    return {view.profile.user_id for view in await matching.service.matches(by)}


async def test_somebody_who_just_joined_can_match_on_the_same_day(matching: Matching) -> None:
    """Nobody was introduced to them yet: sets of the morning were made before they came."""
    *members, newcomer = await known_people(matching, 13)
    await matching.introduce(newcomer, *members)
    people = DemoPeople(matching.decisions, matching.begin, members)

    matched = await liked_by(matching, newcomer, members, people)

    assert 3 <= len(matched) < len(members), "more often than not, and not everybody"


async def test_a_like_is_answered_alike_by_whoever_was_introduced_the_day_before(matching: Matching) -> None:
    *members, first = await known_people(matching, 13)
    await matching.introduce(first, *members)
    for member in members:
        await matching.introduce(member, first, day=TODAY - timedelta(days=1))

    people = DemoPeople(matching.decisions, matching.begin, members)

    assert await liked_by(matching, first, members, people)


async def test_demo_members_do_not_answer_one_another(matching: Matching) -> None:
    one, other = await known_people(matching, 2)
    await matching.introduce(one, other)
    people = DemoPeople(matching.decisions, matching.begin, [one, other])

    assert await liked_by(matching, one, [other], people) == set()
