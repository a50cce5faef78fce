"""Likes, passes, blocks and departures that meet, in any order and at the same time, on both stores."""

import asyncio
import random
from collections.abc import Coroutine, Sequence
from itertools import combinations
from typing import Any

import attrs
import pytest

from saltbitter_domain.compatibility.model import AlreadyDecided, DecisionKind
from saltbitter_domain.kernel import MatchId, StaleWrite
from saltbitter_domain.users.model import User
from tests.contracts.stores import Store, outcomes
from tests.contracts.test_decisions import block, decide, decided, unblock
from tests.doubles.builders import NOW, a_like, a_pass


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_at_once_a_match_is_there_exactly_while_both_likes_stand(
    store: Store, seed: int
) -> None:
    """Likes, passes, undone likes, blocks and lifted ones, up to four at a time, and now and then somebody leaves."""
    chance = random.Random(seed)
    people, made = list(await store.members(5)), set[MatchId]()
    for turn in range(80):
        acts = [_any_act(store, chance, *chance.sample(people, 2)) for _ in range(chance.randint(1, 4))]
        if turn in (40, 60):
            acts.append(_leave(store, people.pop(chance.randrange(len(people)))))
        results = await outcomes(*acts)

        assert [each for each in results if isinstance(each, Exception) and not isinstance(each, REFUSALS)] == []
        new = [match.id for each in results if isinstance(each, list) for match in each if match]
        assert len(new) == len(set(new) - made), "told of one match twice"
        made.update(new)
        await _matches_are_of_two_likes(store, people)
    assert len(made) >= 5


REFUSALS = (AlreadyDecided, StaleWrite)


def _any_act(store: Store, chance: random.Random, by: User, about: User) -> Coroutine[Any, Any, object]:
    match chance.choices(("like", "pass", "undo", "block", "unblock"), (10, 1, 4, 1, 4)):
        case ["like"]:
            return decide(store, a_like(by, about))
        case ["pass"]:
            return decide(store, a_pass(by, about))
        case ["undo"]:
            return _think_better(store, by, about)
        case ["block"]:
            return block(store, by, about)
    return unblock(store, by, about)


async def _think_better(store: Store, by: User, about: User) -> None:
    async with store.unit() as uow:
        standing = await decided(uow, by.id, about.id)
        if standing is not None and standing.kind is not DecisionKind.BLOCK:
            await asyncio.sleep(0)
            await uow.decisions.undo(standing)


async def _leave(store: Store, user: User) -> None:
    leaving = user.leaving(NOW)
    async with store.unit() as uow:
        await uow.users.save(leaving)
    async with store.unit() as uow:
        await uow.users.erase(attrs.evolve(leaving, version=2))


async def _matches_are_of_two_likes(store: Store, people: Sequence[User]) -> None:
    async with store.begin() as uow:
        found = {user.id: await uow.decisions.matches_of(user.id) for user in people}
        for one, other in combinations(people, 2):
            kinds = [
                said and said.kind
                for said in (await decided(uow, one.id, other.id), await decided(uow, other.id, one.id))
            ]
            match = await uow.decisions.match_between(one.id, other.id)
            assert (match is not None) == (kinds == [DecisionKind.LIKE] * 2)
            assert DecisionKind.BLOCK not in kinds or set(kinds) <= {DecisionKind.BLOCK, None}
            for user in (one, other):
                between = [each for each in found[user.id] if {each.low, each.high} == {one.id, other.id}]
                assert between == ([match] if match else [])
    assert {side for each in found.values() for match in each for side in (match.low, match.high)} <= found.keys()
