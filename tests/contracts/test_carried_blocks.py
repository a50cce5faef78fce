"""What every store of blocks that follow somebody promises."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import attrs
import pytest

from saltbitter_domain.compatibility.model import AlreadyDecided, Block, BlockMark, DecisionKind
from saltbitter_domain.compatibility.ports.blocks import Blocks
from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.model import User
from tests.contracts.stores import Store, outcomes
from tests.contracts.test_decisions import block, decide, unblock
from tests.doubles.builders import NOW, a_like, a_pass, unset_fields

PORT = Blocks
A_DAY = timedelta(days=1)


async def about(store: Store, user: User) -> Sequence[Block]:
    async with store.unit() as uow:
        return await uow.blocks.about(user.id)


async def carry(store: Store, *blocks: Block) -> None:
    async with store.unit() as uow:
        for each in blocks:
            await uow.blocks.carry(each)


async def parted(store: Store, one: User, other: User) -> tuple[bool, bool]:
    """Whether each of the two is kept from the other."""
    async with store.begin() as uow:
        apart = await uow.decisions.excluded(NOW, [one.id, other.id])
        sides = [(await uow.people.known_to(a.id, [b.id]))[1][b.id] for a, b in ((one, other), (other, one))]
    assert all(
        side.standing.blocked is (side.standing.mine or side.standing.theirs is not None) or True for side in sides
    )
    assert {side.standing.blocked for side in sides} == {other.id in apart[one.id]}
    return other.id in apart[one.id], one.id in apart[other.id]


async def listed(store: Store, user: User) -> list[UserId]:
    """Whom the member blocks as far as they are told, in their list and in their copy."""
    async with store.begin() as uow:
        blocks = [row.about for row in await uow.decisions.blocks_of(user.id)]
        copied = await uow.member_records.of(user.id, {"pairs": ["low", "high", "low_kind", "high_kind"]})
    rows = [row["other"] for row in copied["pairs"] if row["kind"] == "block"]
    assert {*rows} == {*blocks}
    return blocks


async def test_blocks_are_found_by_whom_they_are_about(store: Store) -> None:
    for ada, bob, cleo in permutations(await store.members(3)):
        await block(store, ada, bob, minute=1)
        await block(store, cleo, bob, minute=2)
        await block(store, bob, ada)

        found = sorted(await about(store, bob), key=lambda each: each.at)

        assert found == [
            Block(ada.id, bob.id, NOW + timedelta(minutes=1), bob.id),
            Block(cleo.id, bob.id, NOW + timedelta(minutes=2), bob.id),
        ]
        assert await about(store, cleo) == []
        for by, of in ((ada, bob), (cleo, bob), (bob, ada)):
            await unblock(store, by, of)


async def test_what_was_carried_parts_both_and_is_no_decision_of_its_author(store: Store) -> None:
    for ada, bob, again in permutations(await store.members(3)):
        await block(store, ada, bob)
        (stood,) = await about(store, bob)
        carried = attrs.evolve(stood, about=again.id)
        await decide(store, a_like(again, ada, note="Hello."), a_pass(ada, again))

        await carry(store, carried, carried)

        assert await parted(store, ada, again) == (True, True)
        assert await about(store, again) == [carried]
        assert await listed(store, ada) == [bob.id]
        async with store.begin() as uow:
            assert [await uow.blocks.stands(ada.id, each.id) for each in (bob, again)] == [True, False]
            assert await uow.decisions.last_by(ada.id) is None is await uow.decisions.last_by(again.id)
            assert await uow.decisions.likes_received(ada.id, NOW) == []
        with pytest.raises(AlreadyDecided):
            await decide(store, a_like(again, ada))
        assert not await unblock(store, ada, again), "it is none of theirs to lift"
        assert await parted(store, ada, again) == (True, True)

        assert await unblock(store, ada, bob)
        assert await parted(store, ada, again) == (False, False)
        assert await about(store, again) == []
        await decide(store, a_like(again, ada))
        async with store.unit() as uow:
            await uow.decisions.undo(a_like(again, ada))


async def test_of_what_was_carried_from_two_each_ends_with_its_own(store: Store) -> None:
    ada, bob, cleo, again, other = await store.members(5)
    await block(store, ada, bob)
    await block(store, ada, cleo)
    await block(store, cleo, bob)
    await carry(
        store,
        Block(ada.id, again.id, NOW, bob.id),
        Block(ada.id, other.id, NOW, cleo.id),
        Block(cleo.id, again.id, NOW, bob.id),
    )

    await unblock(store, ada, bob)

    assert await parted(store, ada, again) == (False, False)
    assert await parted(store, ada, other) == (True, True)
    assert await parted(store, cleo, again) == (True, True)


async def test_whoever_is_liked_or_blocked_already_is_left_as_they_are(store: Store) -> None:
    for ada, bob, cleo in permutations(await store.members(3)):
        await decide(store, a_like(ada, bob), a_like(bob, ada))
        await block(store, ada, cleo)

        await carry(store, Block(ada.id, bob.id, NOW, cleo.id), Block(ada.id, cleo.id, NOW, bob.id))

        assert await listed(store, ada) == [cleo.id]
        async with store.begin() as uow:
            assert await uow.decisions.match_between(ada.id, bob.id)
            assert not [each for each in await uow.blocks.about(bob.id) if each.by == ada.id]
        await unblock(store, ada, cleo)
        for by, of in ((ada, bob), (bob, ada)):
            async with store.unit() as uow:
                await uow.decisions.undo(a_like(by, of))


async def test_a_block_of_whoever_was_carried_stays_and_one_by_whoever_did_not_know_becomes_their_own(
    store: Store,
) -> None:
    for ada, bob, again in permutations(await store.members(3)):
        await block(store, again, ada)
        await carry(store, Block(ada.id, again.id, NOW, bob.id))
        assert await listed(store, again) == [ada.id]

        assert await block(store, ada, again, minute=1)

        assert await listed(store, ada) == [again.id]
        assert [each.at for each in await about(store, again)] == [NOW + timedelta(minutes=1)]
        async with store.unit() as uow:
            assert await uow.blocks.lift_carried(again.id) == 0
        assert [await unblock(store, ada, again), await unblock(store, again, ada)] == [True, True]


async def test_what_was_carried_can_be_lifted_by_whom_it_is_about(store: Store) -> None:
    ada, bob, again, other = await store.members(4)
    await carry(
        store,
        Block(ada.id, again.id, NOW, bob.id),
        Block(again.id, ada.id, NOW, bob.id),
        Block(other.id, again.id, NOW, bob.id),
    )
    await block(store, bob, again)

    async with store.unit() as uow:
        assert await uow.blocks.lift_carried(again.id) == 2

    assert await parted(store, other, again) == (False, False)
    assert [each.by for each in await about(store, again)] == [bob.id]
    assert [each.by for each in await about(store, ada)] == [again.id]


async def test_what_was_carried_from_somebody_who_is_erased_ends_in_time(store: Store) -> None:
    ada, bob, again, other = await store.members(4)
    await carry(
        store,
        Block(ada.id, again.id, NOW, bob.id),
        Block(again.id, ada.id, NOW, bob.id),
        Block(ada.id, other.id, NOW, again.id),
    )

    async with store.unit() as uow:
        await uow.blocks.end_carried_from(bob.id, NOW + A_DAY)
        await uow.users.erase(bob)

    assert await about(store, again) == [Block(ada.id, again.id, NOW, None, NOW + A_DAY)]
    assert await about(store, other) == [Block(ada.id, other.id, NOW, again.id)]
    for now, limit, lifted in ((NOW, 9, 0), (NOW + A_DAY, 1, 1), (NOW + A_DAY, 9, 1), (NOW + A_DAY, 9, 0)):
        async with store.unit() as uow:
            assert await uow.blocks.lift_ended(now, limit) == lifted
    assert await parted(store, ada, again) == (False, False)
    assert await parted(store, ada, other) == (True, True)


async def test_marks_come_back_until_they_end_and_go_with_their_author(store: Store) -> None:
    ada, bob, cleo = await store.members(3)
    mark = BlockMark(ada.id, "a hash", NOW, bob.id, NOW + A_DAY)
    assert unset_fields(mark) == []
    later = attrs.evolve(mark, until=NOW + 2 * A_DAY)
    others = [attrs.evolve(mark, by=cleo.id), attrs.evolve(mark, mark="another")]
    async with store.unit() as uow:
        await uow.blocks.keep([])
        await uow.blocks.keep([later, *others])
        await uow.blocks.keep([mark])

    async with store.begin() as uow:
        assert await uow.blocks.kept("a hash", NOW) == sorted([later, others[0]], key=lambda each: each.by)
        assert await uow.blocks.kept("a hash", NOW + A_DAY) == [later]
        assert await uow.blocks.kept("never kept", NOW) == []
    assert [await forget(store, NOW + A_DAY, limit) for limit in (1, 9, 9)] == [1, 1, 0]
    async with store.unit() as uow:
        await uow.users.erase(ada)
    async with store.begin() as uow:
        assert await uow.blocks.kept("a hash", NOW) == []


async def forget(store: Store, now: datetime, limit: int) -> int:
    async with store.unit() as uow:
        return await uow.blocks.forget_marks(now, limit)


async def test_marks_of_an_account_that_was_blocked_go_when_the_block_is_lifted_and_forget_it_when_it_is_erased(
    store: Store,
) -> None:
    ada, bob, cleo = await store.members(3)
    marks = [
        BlockMark(by.id, f"{by.id} {of.id}", NOW, of.id, NOW + A_DAY)
        for by, of in ((ada, bob), (ada, cleo), (cleo, bob))
    ]
    await block(store, ada, bob)
    async with store.unit() as uow:
        await uow.blocks.keep(marks)

    await unblock(store, ada, bob)
    async with store.unit() as uow:
        await uow.blocks.end_carried_from(bob.id, NOW)
        await uow.users.erase(bob)

    async with store.begin() as uow:
        found = [await uow.blocks.kept(mark.mark, NOW) for mark in marks]
    assert found == [[], [marks[1]], [attrs.evolve(marks[2], origin=None)]]


async def follow(store: Store, of: User, to: User) -> None:
    async with store.unit() as uow:
        for each in await uow.blocks.about(of.id):
            await uow.blocks.carry(attrs.evolve(each, about=to.id))


async def waits(task: asyncio.Task[Any]) -> bool:
    """Whether it is not over in a time in which it would be by far, were there nothing to wait for."""
    done, _ = await asyncio.wait({task}, timeout=0.3)
    return not done


async def test_whoever_carries_waits_for_a_block_that_is_being_stored_so_that_it_follows(store: Store) -> None:
    for ada, bob, again in permutations(await store.members(3)):
        async with store.begin() as uow:
            await uow.decisions.block(ada.id, bob.id, NOW)
            following = asyncio.create_task(follow(store, bob, again))
            assert await waits(following)
            await uow.commit()
        await following

        assert await parted(store, ada, again) == (True, True)
        assert await unblock(store, ada, bob)


async def test_nothing_is_left_of_a_block_that_is_lifted_while_it_is_carried_whoever_is_first(store: Store) -> None:
    for ada, bob, again in permutations(await store.members(3)):
        await block(store, ada, bob)
        async with store.begin() as uow:
            await uow.decisions.unblock(ada.id, bob.id)
            following = asyncio.create_task(follow(store, bob, again))
            assert await waits(following)
            await uow.commit()
        await following
        assert await parted(store, ada, again) == (False, False)

        await block(store, ada, bob)
        async with store.begin() as uow:
            (stood,) = await uow.blocks.about(bob.id)
            await uow.blocks.carry(attrs.evolve(stood, about=again.id))
            lifting = asyncio.create_task(unblock(store, ada, bob))
            assert await waits(lifting)
            await uow.commit()
        assert await lifting
        assert await parted(store, ada, again) == (False, False)


async def test_of_a_block_and_one_that_is_carried_at_once_the_authors_own_is_left(store: Store) -> None:
    people = await store.members(60)
    threes = list(zip(people[::3], people[1::3], people[2::3], strict=True))
    acts = [
        act
        for ada, bob, again in threes
        for act in (block(store, ada, again), carry(store, Block(ada.id, again.id, NOW, bob.id)))
    ]

    await outcomes(*acts)

    for ada, _, again in threes:
        assert await listed(store, ada) == [again.id]
        async with store.begin() as uow:
            _, known = await uow.people.known_to(ada.id, [again.id])
        decision = known[again.id].standing.mine
        assert decision is not None
        assert decision.kind is DecisionKind.BLOCK
