"""Blocks that follow whoever is blocked: they part two people as rows of ``pairs``, beside which is kept that they were
carried, and from where."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import text

from adapters.postgres.database import Session
from adapters.postgres.decisions import SIDES, lifting, of_either_side
from adapters.postgres.query import Query
from adapters.postgres.statements import columns, given, sweeping
from adapters.postgres.tables import block_marks
from saltbitter_domain.compatibility.model import Block, BlockMark, pair
from saltbitter_domain.compatibility.ports.blocks import Blocks
from saltbitter_domain.kernel import UserId


class PostgresBlocks(Blocks):
    # Whoever stores a block about the member holds their account too, though not against one another.
    _HOLD = Query(text("SELECT id FROM users WHERE id = CAST(:about AS uuid) FOR UPDATE"))
    _ABOUT = of_either_side(
        """
        SELECT pairs.{me} AS by, pairs.{me}_at AS at, carried.by IS NOT NULL AS carried, carried.origin, carried.until
        FROM pairs LEFT JOIN carried_blocks AS carried ON carried.by = pairs.{me} AND carried.about = pairs.{them}
        WHERE pairs.{them} = CAST(:about AS uuid) AND pairs.{me}_kind = 'block'
        FOR UPDATE OF pairs
        """
    )
    _STANDS = of_either_side(
        """
        SELECT low FROM pairs
        WHERE low = CAST(:low AS uuid) AND high = CAST(:high AS uuid) AND {me}_kind = 'block'
          AND NOT EXISTS (SELECT FROM carried_blocks WHERE by = pairs.{me} AND about = pairs.{them})
        """
    )
    _CARRY = of_either_side(
        """
        WITH parted AS (
            INSERT INTO pairs AS stored (low, high, {me}_kind, {me}_at)
            VALUES (CAST(:low AS uuid), CAST(:high AS uuid), 'block', :at)
            ON CONFLICT (low, high) DO UPDATE
                SET {me}_kind = excluded.{me}_kind, {me}_at = excluded.{me}_at, {me}_note = NULL,
                    {them}_kind = CASE WHEN stored.{them}_kind = 'block' THEN stored.{them}_kind END,
                    {them}_at = CASE WHEN stored.{them}_kind = 'block' THEN stored.{them}_at END,
                    {them}_note = NULL
                WHERE stored.{me}_kind IS NULL OR stored.{me}_kind = 'pass'
            RETURNING {me}, {them})
        INSERT INTO carried_blocks (by, about, origin, until)
        SELECT {me}, {them}, CAST(:origin AS uuid), CAST(:until AS timestamptz) FROM parted
        RETURNING by
        """
    )
    _END = Query(
        text(
            "UPDATE carried_blocks SET origin = NULL, until = CAST(:until AS timestamptz)"
            " WHERE origin = CAST(:origin AS uuid)"
        ),
        "carried_blocks",
    )
    _LIFT_ABOUT = Query(text(lifting("DELETE FROM carried_blocks WHERE about = CAST(:about AS uuid)")))
    _LIFT_ENDED = Query(
        text(
            lifting(
                "DELETE FROM carried_blocks USING old"
                " WHERE carried_blocks.by = old.by AND carried_blocks.about = old.about",
                """
                old AS MATERIALIZED (
                    SELECT by, about FROM carried_blocks WHERE until <= CAST(:now AS timestamptz)
                    LIMIT :limit FOR UPDATE SKIP LOCKED),
                """,
            )
        )
    )
    _KEEP = Query(
        text(
            f"""
            INSERT INTO block_marks AS stored (by, mark, at, origin, until)
            SELECT * FROM {given(block_marks)}
            ON CONFLICT (by, mark) DO UPDATE
                SET at = excluded.at, origin = excluded.origin, until = excluded.until
                WHERE stored.until < excluded.until
            """
        ),
        "block_marks",
    )
    _KEPT = Query(
        text(
            "SELECT * FROM block_marks WHERE mark = CAST(:mark AS text) AND until > CAST(:now AS timestamptz)"
            " ORDER BY by"
        )
    )
    _FORGET = sweeping(block_marks, "until <= :now")

    def __init__(self, session: Session) -> None:
        self._session = session

    async def about(self, user_id: UserId) -> Sequence[Block]:
        await self._session.write(self._HOLD, about=user_id)
        found = [row for side in SIDES for row in await self._session.write(self._ABOUT[side], about=user_id)]
        return [_block(row, user_id) for row in found]

    async def stands(self, by: UserId, about: UserId) -> bool:
        low, high = pair(by, about)
        return await self._session.row(self._STANDS[_side(by, about)], low=low, high=high) is not None

    async def carry(self, block: Block) -> None:
        low, high = pair(block.by, block.about)
        values = {"low": low, "high": high, "at": block.at, "origin": block.origin, "until": block.until}
        await self._session.write(self._CARRY[_side(block.by, block.about)], **values)

    async def end_carried_from(self, origin: UserId, until: datetime) -> None:
        await self._session.change(self._END, {"origin": origin, "until": until})

    async def lift_carried(self, about: UserId) -> int:
        return len(await self._session.write(self._LIFT_ABOUT, about=about))

    async def lift_ended(self, now: datetime, limit: int) -> int:
        return len(await self._session.write(self._LIFT_ENDED, now=now, limit=limit))

    async def keep(self, marks: Sequence[BlockMark]) -> None:
        if marks:
            await self._session.change(self._KEEP, columns(map(attrs.asdict, marks)))

    async def kept(self, mark: str, now: datetime) -> Sequence[BlockMark]:
        return [BlockMark(**row) for row in await self._session.rows(self._KEPT, mark=mark, now=now)]

    async def forget_marks(self, now: datetime, limit: int) -> int:
        return len(await self._session.write(self._FORGET, now=now, limit=limit))


def _side(by: UserId, about: UserId) -> str:
    return "low" if by < about else "high"


def _block(row: Any, about: UserId) -> Block:
    origin = row["origin"] if row["carried"] else about
    return Block(row["by"], about, row["at"], origin, row["until"])
