"""Liking, passing, taking it back, and the match that two likes make exactly once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from saltbitter_domain.compatibility.model import (
    AlreadyDecided,
    Blocked,
    DecisionInvalid,
    DecisionKind,
    DecisionUndone,
    Liked,
    Matched,
    NothingToUndo,
    NotReadyToMatch,
    Passed,
    PersonMissing,
    Unblocked,
    pair,
)
from saltbitter_domain.kernel import EventId, StaleWrite, UserId
from saltbitter_domain.profiles.model import Visibility
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.uow import UnitOfWork
from tests.doubles.builders import new_id
from tests.doubles.matching import NOON, TODAY, Matching

NOBODY = UserId(UUID(int=0xDEAD))


@pytest.fixture
def matching() -> Matching:
    return Matching.at(NOON)


async def refused(matching: Matching, by: UserId, about: UserId) -> str:
    with pytest.raises(PersonMissing) as refusal:
        await matching.like(by, about)
    return refusal.value.detail


async def test_a_like_is_kept_and_told_of(matching: Matching) -> None:
    one, other = await matching.pair()
    outcome = await matching.like(one, other, "Your chess set!")
    assert outcome.match is None
    assert (outcome.decision.kind, outcome.decision.at, outcome.decision.note) == ("like", NOON, "Your chess set!")
    async with matching.begin() as uow:
        assert (await uow.people.known_to(one, [other]))[1][other].standing.mine == outcome.decision
    assert await matching.events(Liked) == [Liked(one, other)]


async def test_a_pass_is_kept_and_told_of(matching: Matching) -> None:
    one, other = await matching.pair()
    outcome = await matching.reject(one, other)
    assert outcome.match is None
    assert await matching.events(Passed) == [Passed(one, other)]
    assert await matching.events(Liked) == []


async def test_a_like_that_answers_a_like_is_a_match(matching: Matching) -> None:
    one, other = await matching.pair()
    await matching.like(one, other)
    match = (await matching.like(other, one)).match
    assert match is not None
    assert {match.low, match.high} == {one, other}
    assert match.low < match.high
    assert await matching.events(Matched) == [Matched(match.id, match.low, match.high)]


async def test_a_like_after_a_pass_is_no_match(matching: Matching) -> None:
    one, other = await matching.pair()
    await matching.reject(one, other)
    assert (await matching.like(other, one)).match is None
    assert await matching.events(Matched) == []


async def test_of_two_simultaneous_likes_exactly_one_makes_the_match(matching: Matching) -> None:
    pairs = [await matching.pair() for _ in range(200)]
    both_ways = [likes for a, b in pairs for likes in (matching.like(a, b), matching.like(b, a))]
    outcomes = await asyncio.gather(*both_ways)
    made = [outcome.match for outcome in outcomes if outcome.match]
    assert {(match.low, match.high) for match in made} == set(pairs)
    assert len(made) == len({match.id for match in made}) == 200
    assert len(await matching.events(Matched)) == 200


async def test_a_person_is_decided_about_once(matching: Matching) -> None:
    one, other = await matching.pair()
    await matching.like(one, other)
    for again in (matching.like(one, other), matching.reject(one, other)):
        with pytest.raises(AlreadyDecided):
            await again
    assert len(await matching.events(Liked)) == 1


async def test_a_match_is_decided(matching: Matching) -> None:
    one, other = await matching.pair()
    await matching.like(one, other)
    await matching.like(other, one)
    with pytest.raises(AlreadyDecided):
        await matching.reject(one, other)


async def test_strangers_and_ids_of_nobody_are_refused_alike(matching: Matching) -> None:
    one, other = await matching.members(2)
    told = {await refused(matching, one, about) for about in (other, NOBODY, one)}
    assert len(told) == 1
    assert await matching.events(Liked) == []


async def test_who_left_since_the_morning_cannot_be_decided_about(matching: Matching) -> None:
    me = await matching.member()
    paused, incognito, suspended = await matching.members(3)
    await matching.introduce(me, paused, incognito, suspended)
    await matching.become(paused, Visibility.PAUSED)
    await matching.become(incognito, Visibility.INCOGNITO)
    await matching.suspend(suspended)
    told = {await refused(matching, me, about) for about in (paused, incognito, suspended, NOBODY)}
    assert len(told) == 1


async def test_a_suggestion_can_be_answered_for_30_days(matching: Matching) -> None:
    me = await matching.member()
    then, too_long_ago = await matching.members(2)
    await matching.introduce(me, then, day=TODAY - timedelta(days=30))
    await matching.introduce(me, too_long_ago, day=TODAY - timedelta(days=31))
    await matching.like(me, then)
    await refused(matching, me, too_long_ago)


@pytest.mark.parametrize("tier", [Tier.PREMIUM, Tier.ELITE])
async def test_whoever_sees_their_likes_may_answer_them(matching: Matching, tier: Tier) -> None:
    me, admirer = await matching.member(tier=tier), await matching.member()
    await matching.introduce(admirer, me)
    await refused(matching, me, admirer)
    await matching.like(admirer, me)
    assert (await matching.like(me, admirer)).match is not None


async def test_in_the_free_tier_a_like_is_answered_once_the_person_is_suggested(matching: Matching) -> None:
    me, admirer = await matching.members(2)
    await matching.introduce(admirer, me)
    await matching.like(admirer, me)
    await refused(matching, me, admirer)
    await matching.runs.generate_matches()
    assert await matching.seen_by(me) == [admirer]
    assert (await matching.like(me, admirer)).match is not None


async def test_incognito_members_are_known_to_those_they_like(matching: Matching) -> None:
    me, shy = await matching.members(2)
    await matching.introduce(shy, me)
    await matching.become(shy, Visibility.INCOGNITO)
    await matching.like(shy, me)
    await matching.runs.generate_matches()
    assert (await matching.like(me, shy)).match is not None


@pytest.mark.parametrize(
    ("kind", "note", "problems"),
    [
        (DecisionKind.LIKE, "x" * 301, ["too_long"]),
        (DecisionKind.LIKE, "", ["blank"]),
        (DecisionKind.LIKE, " \n\t", ["blank", "control_character"]),
        (DecisionKind.LIKE, "a\x00" + "b" * 300, ["too_long", "control_character"]),
        (DecisionKind.PASS, "No.", ["only_with_a_like"]),
    ],
)
async def test_a_note_is_short_legible_and_comes_with_a_like(
    matching: Matching, kind: DecisionKind, note: str, problems: list[str]
) -> None:
    one, other = await matching.pair()
    with pytest.raises(DecisionInvalid) as refusal:
        await matching.decisions.decide(one, other, kind, note)
    assert [problem.code for problem in refusal.value.fields] == problems
    assert {problem.path for problem in refusal.value.fields} == {"note"}


@pytest.mark.parametrize("note", ["x" * 300, "Line one\nline two 👋🏽", "  as I wrote it  "])
async def test_a_note_is_kept_to_the_letter(matching: Matching, note: str) -> None:
    one, other = await matching.pair()
    assert (await matching.like(one, other, note)).decision.note == note


async def test_who_cannot_take_part_is_told_what_is_missing(matching: Matching) -> None:
    one, other = await matching.pair()
    await matching.become(one, Visibility.PAUSED)
    await matching.change_account(one, email_verified_at=None)
    with pytest.raises(NotReadyToMatch) as refusal:
        await matching.like(one, other)
    assert {problem.code for problem in refusal.value.fields} == {"verify_email", "paused"}
    assert all(problem.message for problem in refusal.value.fields)


async def test_a_decision_can_be_taken_back_for_exactly_ten_minutes(matching: Matching) -> None:
    one, other = await matching.pair()
    decision = (await matching.like(one, other)).decision
    matching.clock.at(NOON + timedelta(minutes=10))
    assert await matching.decisions.undo(one, other) == decision
    assert await matching.events(DecisionUndone) == [DecisionUndone(one, other)]
    async with matching.begin() as uow:
        assert (await uow.people.known_to(one, [other]))[1][other].standing.mine is None


async def test_after_ten_minutes_a_decision_stands(matching: Matching) -> None:
    one, other = await matching.pair()
    await matching.reject(one, other)
    matching.clock.at(NOON + timedelta(minutes=10, microseconds=1))
    with pytest.raises(NothingToUndo):
        await matching.decisions.undo(one, other)
    assert await matching.events(DecisionUndone) == []


async def test_without_a_decision_there_is_nothing_to_undo(matching: Matching) -> None:
    one, other = await matching.pair()
    await matching.like(other, one)
    with pytest.raises(NothingToUndo):
        await matching.decisions.undo(one, other)


async def test_the_newest_decision_is_taken_back_first(matching: Matching) -> None:
    me = await matching.member()
    first, second = await matching.members(2)
    await matching.introduce(me, first, second)
    await matching.like(me, first)
    matching.clock.advance(timedelta(minutes=1))
    await matching.reject(me, second)
    with pytest.raises(NothingToUndo):
        await matching.decisions.undo(me, first)
    assert (await matching.decisions.undo(me, second)).about == second
    assert (await matching.decisions.undo(me, first)).about == first


async def test_taking_back_twice_takes_back_one(matching: Matching) -> None:
    me = await matching.member()
    first, second = await matching.members(2)
    await matching.introduce(me, first, second)
    await matching.like(me, first)
    matching.clock.advance(timedelta(minutes=1))
    await matching.like(me, second)
    asked = [matching.decisions.undo(me, second) for _ in range(3)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Decision", "NothingToUndo", "NothingToUndo"]
    assert await matching.events(DecisionUndone) == [DecisionUndone(me, second)]
    async with matching.begin() as uow:
        assert (await uow.people.known_to(me, [first]))[1][first].standing.mine is not None


async def test_whoever_was_passed_by_mistake_can_be_liked_after_all(matching: Matching) -> None:
    one, other = await matching.pair()
    await matching.reject(one, other)
    await matching.decisions.undo(one, other)
    await matching.like(one, other)


@pytest.mark.parametrize("first_to_like", [True, False])
async def test_a_match_ends_with_either_of_its_likes_and_can_be_made_again(
    matching: Matching, first_to_like: bool
) -> None:
    one, other = await matching.pair()
    await matching.like(one, other)
    match = (await matching.like(other, one)).match
    assert match
    regretful, loyal = (one, other) if first_to_like else (other, one)
    await matching.decisions.undo(regretful, loyal)
    assert await matching.events(DecisionUndone) == [DecisionUndone(regretful, loyal, match.id)]
    assert await matching.service.matches(loyal) == []
    async with matching.begin() as uow:
        assert (await uow.people.known_to(loyal, [regretful]))[1][regretful].standing.mine is not None
    again = (await matching.like(regretful, loyal)).match
    assert again
    assert again.id != match.id


async def test_passed_people_rest_for_90_days_on_both_sides(matching: Matching) -> None:
    one, other = await matching.pair()
    await matching.reject(one, other)
    matching.clock.advance(timedelta(days=89, hours=23))
    await matching.runs.generate_matches()
    assert (await matching.seen_by(one), await matching.seen_by(other)) == ([], [])
    matching.clock.advance(timedelta(days=1))
    await matching.runs.generate_matches()
    assert (await matching.seen_by(one), await matching.seen_by(other)) == ([other], [one])
    (suggestion,) = (await matching.service.daily_matches(one)).suggestions
    assert suggestion.decision is None
    await matching.like(one, other)


class _Contended:
    """Units of work of which the first few come too late."""

    def __init__(self, begin: Any, losses: int) -> None:
        self._begin = begin
        self.losses = losses

    def __call__(self) -> Any:
        return self

    async def __aenter__(self) -> UnitOfWork:
        self._unit = self._begin()
        uow: UnitOfWork = await self._unit.__aenter__()
        commit = uow.commit

        async def contended() -> None:
            if self.losses:
                self.losses -= 1
                raise StaleWrite("Somebody was quicker.")
            await commit()

        uow.commit = contended  # type: ignore[method-assign]
        return uow

    async def __aexit__(self, *error: Any) -> None:
        await self._unit.__aexit__(*error)


@pytest.mark.parametrize(("losses", "succeeds"), [(2, True), (3, False)])
async def test_a_decision_that_came_too_late_is_repeated_but_not_for_ever(losses: int, succeeds: bool) -> None:
    matching = Matching.at(NOON)
    one, other = await matching.pair()
    contended = matching.but(begin=_Contended(matching.begin, losses))
    if succeeds:
        await contended.like(one, other)
        assert await matching.events(Liked) == [Liked(one, other)]
    else:
        with pytest.raises(StaleWrite):
            await contended.like(one, other)
        assert await matching.events(Liked) == []


async def test_a_block_is_kept_and_told_of_once_and_so_is_its_end(matching: Matching) -> None:
    one, other = await matching.pair()
    for _ in range(2):
        await matching.decisions.block(one, other)
    assert await matching.events(Blocked) == [Blocked(one, other)]
    for _ in range(2):
        await matching.decisions.unblock(one, other)
    assert await matching.events(Unblocked) == [Unblocked(one, other)]


async def test_a_block_ends_a_match_for_good_and_the_word_of_it_is_read_no_more(matching: Matching) -> None:
    one, other = await matching.pair()
    await matching.like(one, other, "Hello.")
    outcome = await matching.like(other, one)
    assert outcome.match
    await matching.service.notify_match(EventId(new_id()), Matched(outcome.match.id, *pair(one, other)))
    assert [notice.subject for notice in await matching.service.notices(other)] == [str(one)]

    await matching.decisions.block(one, other)

    for viewer in (one, other):
        assert await matching.service.notices(viewer) == []
        assert await matching.service.matches(viewer) == []
        assert (await matching.service.daily_matches(viewer)).suggestions == ()
    assert await refused(matching, other, one) == await refused(matching, other, NOBODY)
    await matching.decisions.unblock(one, other)
    assert await matching.service.matches(one) == []
    assert (await matching.service.person(one, other)).decision is None


async def test_only_whom_a_member_knows_can_they_block(matching: Matching) -> None:
    one, other = await matching.pair()
    (stranger,) = await matching.members(1)
    await matching.decisions.block(one, other)
    for by, about in ((one, stranger), (one, NOBODY), (other, one), (one, one)):
        with pytest.raises(PersonMissing):
            await matching.decisions.block(by, about)
    assert [view.user_id for view in await matching.decisions.blocks(one)] == [other]


async def test_a_block_is_no_answer(matching: Matching) -> None:
    one, other = await matching.pair()
    with pytest.raises(DecisionInvalid) as refusal:
        await matching.decisions.decide(one, other, DecisionKind.BLOCK)
    assert [problem.code for problem in refusal.value.fields] == ["block_apart"]
