"""What every store of decisions promises."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from saltbitter_domain.compatibility.model import (
    PASS_RESTS_FOR,
    AlreadyDecided,
    Decision,
    DecisionKind,
    Match,
)
from saltbitter_domain.compatibility.ports import Decisions
from saltbitter_domain.kernel import MatchId, StaleWrite, UserId
from saltbitter_domain.uow import UnitOfWork
from saltbitter_domain.users.model import User
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import NOW, TEXTS, a_like, a_pass, new_id, unset_fields

PORT = Decisions


async def decide(store: Store, *decisions: Decision) -> list[Match | None]:
    """Decide one after the other; the match that follows from each, if one does."""
    matches = []
    for decision in decisions:
        async with store.unit() as uow:
            matches.append(await uow.decisions.add(decision, MatchId(new_id())))
            await asyncio.sleep(0)
    return matches


async def decided(uow: UnitOfWork, by: UserId, about: UserId) -> Decision | None:
    _, known = await uow.people.known_to(by, [about])
    return known[about].standing.mine


@pytest.mark.parametrize("text", TEXTS)
async def test_a_decision_comes_back_as_it_was_made(store: Store, text: str) -> None:
    ada, bob = await store.members(2)
    decision = a_like(ada, bob, note=text)
    assert unset_fields(decision) == []

    await decide(store, decision)

    async with store.begin() as uow:
        assert await decided(uow, ada.id, bob.id) == decision
        assert await decided(uow, bob.id, ada.id) is None


async def test_a_like_that_answers_a_like_makes_one_match_for_the_pair(store: Store) -> None:
    pair = await store.members(2)
    for ada, bob in permutations(pair):
        ends = sorted((ada.id, bob.id))
        first, second = a_like(ada, bob), a_like(bob, ada, at=NOW + timedelta(hours=1))

        nothing, match = await decide(store, first, second)

        assert nothing is None
        assert match is not None
        assert ([match.low, match.high], match.at) == (ends, second.at)
        async with store.begin() as uow:
            assert await uow.decisions.match_between(ada.id, bob.id) == match
            assert await uow.decisions.match_between(bob.id, ada.id) == match
            assert await uow.decisions.matches_of(ada.id) == [match] == await uow.decisions.matches_of(bob.id)
        await undo(store, second, first)


async def undo(store: Store, *decisions: Decision) -> list[Match | None]:
    matches = []
    for decision in decisions:
        async with store.unit() as uow:
            matches.append(await uow.decisions.undo(decision))
    return matches


@pytest.mark.parametrize("kinds", [("like", "pass"), ("pass", "like"), ("pass", "pass")])
async def test_nothing_but_two_likes_makes_a_match(store: Store, kinds: tuple[str, str]) -> None:
    ada, bob = await store.members(2)

    first, second = (DecisionKind(kind) for kind in kinds)
    assert await decide(store, a_like(ada, bob, kind=first), a_like(bob, ada, kind=second)) == [None, None]

    async with store.begin() as uow:
        assert await uow.decisions.match_between(ada.id, bob.id) is None


async def test_likes_of_different_people_do_not_meet(store: Store) -> None:
    ada, bob, cleo = await store.members(3)

    assert await decide(store, a_like(ada, bob), a_like(bob, cleo), a_like(cleo, ada)) == [None] * 3


async def test_two_hundred_pairs_liking_each_other_at_once_make_two_hundred_matches(store: Store) -> None:
    people = await store.members(400)
    pairs = list(zip(people[::2], people[1::2], strict=True))
    likes = [a_like(by, about) for one, other in pairs for by, about in ((one, other), (other, one))]

    told = [match for (match,) in await outcomes(*(decide(store, like) for like in likes)) if match]

    assert {(match.low, match.high) for match in told} == {tuple(sorted((a.id, b.id))) for a, b in pairs}
    assert len(told) == 200
    async with store.begin() as uow:
        kept = [await uow.decisions.match_between(one.id, other.id) for one, other in pairs]
        assert sorted(match.id for match in kept if match) == sorted(match.id for match in told)
        assert [len(await uow.decisions.matches_of(person.id)) for person in people] == [1] * 400


@pytest.mark.parametrize("kept", [True, False])
async def test_the_second_like_waits_to_see_what_becomes_of_the_first(store: Store, kept: bool) -> None:
    ada, bob = await store.members(2)

    async with store.begin() as uow:
        await uow.decisions.add(a_like(ada, bob), MatchId(new_id()))
        answer = asyncio.create_task(decide(store, a_like(bob, ada)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not answer.done()
        if kept:
            await uow.commit()

    (match,) = await answer
    assert (match is not None) is kept


async def test_a_second_like_or_a_pass_after_a_like_is_refused(store: Store) -> None:
    ada, bob = await store.members(2)
    later = NOW + timedelta(days=365)
    await decide(store, a_like(ada, bob))

    for decision in (a_like(ada, bob, at=later), a_pass(ada, bob, at=later)):
        with pytest.raises(AlreadyDecided):
            await decide(store, decision)


async def test_the_same_like_twice_at_once_is_stored_once(store: Store) -> None:
    ada, bob = await store.members(2)

    results = await outcomes(*(decide(store, a_like(ada, bob)) for _ in range(3)))

    assert sorted(map(str, map(type, results))) == sorted(map(str, [list, AlreadyDecided, AlreadyDecided]))


async def test_after_a_match_there_is_nothing_left_to_decide(store: Store) -> None:
    ada, bob = await store.members(2)
    await decide(store, a_like(ada, bob), a_like(bob, ada))

    with pytest.raises(AlreadyDecided):
        await decide(store, a_pass(bob, ada))


async def test_a_pass_rests_for_ninety_days_and_can_then_be_thought_over(store: Store) -> None:
    ada, bob = await store.members(2)
    await decide(store, a_pass(ada, bob))
    too_early, in_time = NOW + PASS_RESTS_FOR - timedelta(microseconds=1), NOW + PASS_RESTS_FOR
    with pytest.raises(AlreadyDecided):
        await decide(store, a_like(ada, bob, at=too_early))

    await decide(store, a_like(ada, bob, at=in_time))

    async with store.begin() as uow:
        assert await decided(uow, ada.id, bob.id) == a_like(ada, bob, at=in_time)


async def test_the_newest_decision_is_the_last_that_stands(store: Store) -> None:
    ada, bob, cleo = await store.members(3)
    first, second = a_like(ada, cleo), a_pass(ada, bob, at=NOW + timedelta(minutes=1))
    async with store.begin() as uow:
        assert await uow.decisions.last_by(ada.id) is None
    await decide(store, first, second, a_like(bob, ada, at=NOW + timedelta(minutes=2)))

    async with store.begin() as uow:
        assert await uow.decisions.last_by(ada.id) == second
    await undo(store, second)
    async with store.begin() as uow:
        assert await uow.decisions.last_by(ada.id) == first


async def test_taking_back_a_like_ends_the_match_and_the_other_like_still_stands(store: Store) -> None:
    ada, bob = await store.members(2)
    one, other = a_like(ada, bob), a_like(bob, ada)
    _, match = await decide(store, one, other)

    assert await undo(store, one) == [match]
    with pytest.raises(StaleWrite):
        await undo(store, one)

    async with store.begin() as uow:
        assert await uow.decisions.match_between(ada.id, bob.id) is None
        assert await decided(uow, ada.id, bob.id) is None
        assert await decided(uow, bob.id, ada.id) == other
    assert [made is not None for made in await decide(store, one)] == [True]


async def test_undoing_what_no_longer_stands_changes_nothing(store: Store) -> None:
    ada, bob = await store.members(2)
    await decide(store, a_like(ada, bob))

    for gone in (a_pass(ada, bob), a_like(bob, ada)):
        with pytest.raises(StaleWrite):
            await undo(store, gone)

    async with store.begin() as uow:
        assert await decided(uow, ada.id, bob.id) == a_like(ada, bob)


async def test_likes_that_wait_for_an_answer_come_newest_first_in_pages(store: Store) -> None:
    ada, *others = await store.members(8)
    *likers, passer, passed_on, liked_back = others
    likes = [a_like(liker, ada, at=NOW + timedelta(minutes=minute)) for minute, liker in enumerate(likers)]
    await decide(store, *likes[::2], *likes[1::2], a_pass(passer, ada))
    await decide(
        store, a_like(passed_on, ada), a_pass(ada, passed_on), a_like(liked_back, ada), a_like(ada, liked_back)
    )

    newest_first = likes[::-1]
    async with store.begin() as uow:
        assert await uow.decisions.likes_received(ada.id, NOW) == newest_first
        assert await uow.decisions.likes_received(ada.id, NOW, limit=2) == newest_first[:2]
        assert await uow.decisions.likes_received(ada.id, NOW, place(newest_first[1]), limit=1) == newest_first[2:3]
        assert await uow.decisions.likes_received(ada.id, NOW, before=place(newest_first[-1])) == []
        assert await uow.decisions.likes_received(likers[0].id, NOW) == []


def place(like: Decision) -> tuple[datetime, UserId]:
    return like.at, like.by


async def test_no_like_of_one_instant_is_lost_between_pages(store: Store) -> None:
    ada, *likers = await store.members(6)
    await decide(store, *(a_like(liker, ada) for liker in likers))

    read: list[Decision] = []
    async with store.begin() as uow:
        while page := await uow.decisions.likes_received(ada.id, NOW, place(read[-1]) if read else None, limit=2):
            read += page
    assert [like.by for like in read] == sorted((liker.id for liker in likers), reverse=True)


def spot(match: Match) -> tuple[datetime, MatchId]:
    """Where it stands among the matches."""
    return match.at, match.id


async def test_matches_come_newest_first_in_pages_also_after_one_that_has_ended(store: Store) -> None:
    ada, *others = await store.members(6)
    middle, *rest = others
    matches = []
    for minute, other in enumerate([*rest, middle]):
        at = NOW + timedelta(minutes=minute)
        matches += await decide(store, a_like(other, ada, at=at), a_like(ada, other, at=at))
    newest_first = [match for match in matches if match][::-1]

    async with store.begin() as uow:
        assert await uow.decisions.matches_of(ada.id) == newest_first
        assert await uow.decisions.matches_of(ada.id, limit=2) == newest_first[:2]
        assert await uow.decisions.matches_of(ada.id, before=spot(newest_first[1]), limit=2) == newest_first[2:4]
        assert await uow.decisions.matches_of(ada.id, before=spot(newest_first[-1])) == []
        assert await uow.decisions.matches_of(middle.id) == [newest_first[0]]
    async with store.unit() as uow:
        await uow.decisions.block(newest_first[1].other(ada.id), ada.id, NOW)
    async with store.begin() as uow:
        gone = newest_first.pop(1)
        assert await uow.decisions.matches_of(ada.id, before=spot(gone), limit=2) == newest_first[1:3]


async def test_a_like_waits_again_once_the_pass_that_answered_it_is_ninety_days_old(store: Store) -> None:
    ada, bob = await store.members(2)
    like = a_like(bob, ada)
    await decide(store, like, a_pass(ada, bob))

    last, over = NOW + PASS_RESTS_FOR - timedelta(microseconds=1), NOW + PASS_RESTS_FOR
    async with store.begin() as uow:
        assert await uow.decisions.likes_received(ada.id, last) == []
        assert await uow.decisions.likes_received(ada.id, over) == [like]


def ids(*users: User) -> frozenset[object]:
    return frozenset(user.id for user in users)


async def excluded(store: Store, days: int, of: Sequence[User] | None = None) -> dict[object, frozenset[object]]:
    async with store.begin() as uow:
        asked = None if of is None else [user.id for user in of]
        found = await uow.decisions.excluded(NOW + timedelta(days=days), asked)
    return {user_id: people for user_id, people in found.items() if people}


async def test_whom_one_likes_passed_on_or_was_passed_on_by_is_not_suggested_again(store: Store) -> None:
    ada, bob, cleo, dora = await store.members(4)
    await decide(store, a_like(ada, bob), a_pass(ada, cleo), a_pass(dora, ada))

    everybody = {ada.id: ids(bob, cleo, dora), cleo.id: ids(ada), dora.id: ids(ada)}
    assert await excluded(store, days=89) == everybody
    assert await excluded(store, days=89, of=[ada]) == {ada.id: everybody[ada.id]}
    assert await excluded(store, days=89, of=[cleo, dora]) == {cleo.id: ids(ada), dora.id: ids(ada)}
    assert await excluded(store, days=89, of=[]) == {}


async def test_a_pass_is_forgotten_after_ninety_days_and_a_like_is_not(store: Store) -> None:
    ada, bob, cleo = await store.members(3)
    await decide(store, a_like(ada, bob), a_pass(ada, cleo))

    assert await excluded(store, days=90) == {ada.id: ids(bob)}


async def test_whoever_likes_a_member_may_be_suggested_until_they_match(store: Store) -> None:
    ada, bob = await store.members(2)
    await decide(store, a_like(ada, bob))
    assert await excluded(store, days=0, of=[bob]) == {}

    await decide(store, a_like(bob, ada))

    assert await excluded(store, days=0) == {ada.id: ids(bob), bob.id: ids(ada)}


async def test_likers_are_those_whose_like_stands(store: Store) -> None:
    ada, bob, cleo, dora = await store.members(4)
    taken_back = a_like(dora, ada)
    await decide(store, a_like(bob, ada), a_like(cleo, ada), a_like(ada, dora), a_pass(bob, cleo), taken_back)
    await undo(store, taken_back)

    async with store.begin() as uow:
        everybody = await uow.decisions.likers()
        some = await uow.decisions.likers([ada.id, cleo.id])
    assert {user_id: people for user_id, people in everybody.items() if people} == {
        ada.id: ids(bob, cleo),
        dora.id: ids(ada),
    }
    assert {user_id: people for user_id, people in some.items() if people} == {ada.id: ids(bob, cleo)}


async def test_a_decision_that_was_not_committed_never_happened(store: Store) -> None:
    ada, bob = await store.members(2)
    async with store.begin() as uow:
        await uow.decisions.add(a_like(ada, bob), MatchId(new_id()))

    assert await decide(store, a_like(bob, ada)) == [None]


async def block(store: Store, by: User, about: User, minute: int = 0) -> bool:
    async with store.unit() as uow:
        return await uow.decisions.block(by.id, about.id, NOW + timedelta(minutes=minute))


async def unblock(store: Store, by: User, about: User) -> bool:
    async with store.unit() as uow:
        return await uow.decisions.unblock(by.id, about.id)


async def test_a_block_parts_both_for_good_and_takes_with_it_all_that_stood(store: Store) -> None:
    for ada, bob in permutations(await store.members(2)):
        await decide(store, a_like(ada, bob, note="Hello."), a_like(bob, ada, note="Hello."))

        assert [await block(store, ada, bob, minute) for minute in (1, 2)] == [True, False]

        parted = Decision(ada.id, bob.id, DecisionKind.BLOCK, NOW + timedelta(minutes=1))
        async with store.begin() as uow:
            assert await uow.decisions.match_between(ada.id, bob.id) is None
            assert await uow.decisions.matches_of(bob.id) == []
            assert (await decided(uow, ada.id, bob.id), await decided(uow, bob.id, ada.id)) == (parted, None)
            assert await uow.decisions.last_by(ada.id) is None is await uow.decisions.last_by(bob.id)
            assert await uow.decisions.blocks_of(ada.id) == [parted]
            assert await uow.decisions.blocks_of(bob.id) == []
        assert await excluded(store, days=36_500) == {ada.id: ids(bob), bob.id: ids(ada)}
        for decision in (a_like(ada, bob), a_like(bob, ada), a_pass(bob, ada)):
            with pytest.raises(AlreadyDecided):
                await decide(store, decision)
        assert await unblock(store, ada, bob)


async def test_a_like_of_somebody_blocked_waits_no_more(store: Store) -> None:
    ada, bob, cleo = await store.members(3)
    await decide(store, a_like(bob, ada), a_like(ada, cleo))

    await block(store, ada, bob)
    await block(store, ada, cleo)

    async with store.begin() as uow:
        assert await uow.decisions.likes_received(ada.id, NOW) == [] == await uow.decisions.likes_received(cleo.id, NOW)
        likers = await uow.decisions.likers([ada.id, cleo.id])
    assert likers == {ada.id: frozenset(), cleo.id: frozenset()}


async def test_of_two_blocks_each_is_its_authors_to_lift(store: Store) -> None:
    for ada, bob in permutations(await store.members(2)):
        assert not await unblock(store, ada, bob)
        assert await block(store, ada, bob)
        assert await block(store, bob, ada)

        assert [await unblock(store, ada, bob) for _ in range(2)] == [True, False]
        assert await excluded(store, days=0) == {ada.id: ids(bob), bob.id: ids(ada)}

        assert await unblock(store, bob, ada)
        assert await excluded(store, days=0) == {}
        assert len([match for match in await decide(store, a_like(ada, bob), a_like(bob, ada)) if match]) == 1
        await undo(store, a_like(ada, bob), a_like(bob, ada))


async def test_blocks_come_newest_first_in_pages_and_only_to_their_author(store: Store) -> None:
    ada, *others = await store.members(6)
    for other in others[:3]:
        await block(store, ada, other)
    await block(store, ada, others[3], minute=1)
    await block(store, others[4], ada)
    await decide(store, a_like(others[4], others[0]))
    newest_first = [others[3].id, *sorted((other.id for other in others[:3]), reverse=True)]

    read: list[Decision] = []
    async with store.begin() as uow:
        while page := await uow.decisions.blocks_of(ada.id, (read[-1].at, read[-1].about) if read else None, limit=2):
            read += page
    assert [row.about for row in read] == newest_first


async def test_a_block_and_a_like_at_once_leave_the_block_alone(store: Store) -> None:
    people = await store.members(40)
    pairs = list(zip(people[::2], people[1::2], strict=True))
    await decide(store, *(a_like(ada, bob) for ada, bob in pairs))

    acts = [act for ada, bob in pairs for act in (block(store, ada, bob), decide(store, a_like(bob, ada)))]
    await outcomes(*acts)

    async with store.begin() as uow:
        for ada, bob in pairs:
            assert await uow.decisions.match_between(ada.id, bob.id) is None
            assert await decided(uow, bob.id, ada.id) is None
