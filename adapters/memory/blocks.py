"""Blocks that follow whoever is blocked: decisions, beside which is kept that they were carried, and from where."""

from collections.abc import Collection, Sequence
from datetime import datetime

import attrs

from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.compatibility.model import Block, BlockMark, Decision, DecisionKind, pair
from saltbitter_domain.compatibility.ports.blocks import Blocks
from saltbitter_domain.kernel import UserId


class MemoryBlocks(Blocks):
    """Whoever stores, lifts or carries a block holds the blocks about the same member until their transaction ends."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def about(self, user_id: UserId) -> Sequence[Block]:
        def query(tables: Tables) -> list[Block]:
            return [
                tables.carried_blocks.get((row.by, user_id)) or Block(row.by, user_id, row.at, user_id)
                for row in tables.decisions.where("about", user_id)
                if row.kind is DecisionKind.BLOCK
            ]

        await hold_blocks(self._transaction, user_id)
        return self._transaction.read(query)

    async def stands(self, by: UserId, about: UserId) -> bool:
        return self._transaction.read(lambda tables: blocks(tables, by, about) and not carried(tables, by, about))

    async def carry(self, block: Block) -> None:
        key, back = (block.by, block.about), (block.about, block.by)

        def change(tables: Tables) -> None:
            known = tables.decisions.get(key)
            if known is not None and known.kind is not DecisionKind.PASS:
                return
            tables.decisions.put(key, Decision(*key, DecisionKind.BLOCK, block.at))
            tables.carried_blocks.put(key, block)
            if not blocks(tables, *back):
                tables.decisions.drop(back)

        await self._transaction.hold(("pair", *pair(*key)))
        self._transaction.write(change)

    async def end_carried_from(self, origin: UserId, until: datetime) -> None:
        def change(tables: Tables) -> None:
            for block in tables.carried_blocks.where("origin", origin):
                tables.carried_blocks.put((block.by, block.about), attrs.evolve(block, origin=None, until=until))
            for mark in tables.block_marks.where("origin", origin):
                tables.block_marks.put((mark.by, mark.mark), attrs.evolve(mark, origin=None))

        self._transaction.write(change)

    async def lift_carried(self, about: UserId) -> int:
        return self._transaction.write(lambda tables: lift(tables, tables.carried_blocks.where("about", about)))

    async def lift_ended(self, now: datetime, limit: int) -> int:
        def change(tables: Tables) -> int:
            rows = tables.carried_blocks.items().values()
            return lift(tables, [block for block in rows if block.until and block.until <= now][:limit])

        return self._transaction.write(change)

    async def keep(self, marks: Sequence[BlockMark]) -> None:
        def change(tables: Tables) -> None:
            for mark in marks:
                stored = tables.block_marks.get((mark.by, mark.mark))
                if stored is None or stored.until < mark.until:
                    tables.block_marks.put((mark.by, mark.mark), mark)

        self._transaction.write(change)

    async def kept(self, mark: str, now: datetime) -> Sequence[BlockMark]:
        found = self._transaction.read(lambda tables: tables.block_marks.where("mark", mark))
        return sorted((row for row in found if row.until > now), key=lambda row: row.by)

    async def forget_marks(self, now: datetime, limit: int) -> int:
        def change(tables: Tables) -> int:
            old = [key for key, row in tables.block_marks.items().items() if row.until <= now][:limit]
            for key in old:
                tables.block_marks.drop(key)
            return len(old)

        return self._transaction.write(change)


async def hold_blocks(transaction: Transaction, about: UserId) -> None:
    """Have the blocks about a member wait until this transaction is over."""
    await transaction.hold(("blocks", about))


def blocks(tables: Tables, by: UserId, about: UserId) -> bool:
    """Whether a block stands, carried or not."""
    decision = tables.decisions.get((by, about))
    return decision is not None and decision.kind is DecisionKind.BLOCK


def carried(tables: Tables, by: UserId, about: UserId) -> bool:
    """Whether the block that stands was carried."""
    return tables.carried_blocks.get((by, about)) is not None


def lift(tables: Tables, over: Collection[Block]) -> int:
    """Lift blocks that were carried; how many."""
    for block in over:
        tables.carried_blocks.drop((block.by, block.about))
        tables.decisions.drop((block.by, block.about))
    return len(over)


def lift_carried_from(tables: Tables, by: UserId, origin: UserId) -> None:
    """Lift what was carried from a block that its author lifts, and forget what is kept of it."""
    lift(tables, [block for block in tables.carried_blocks.where("origin", origin) if block.by == by])
    for mark in tables.block_marks.where("origin", origin):
        if mark.by == by:
            tables.block_marks.drop((mark.by, mark.mark))
