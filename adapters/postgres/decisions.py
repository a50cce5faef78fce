"""Likes, passes, blocks and matches: one row for a pair, so that whoever decides holds the row that the other needs."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from saltbitter_domain.compatibility.model import (
    PASS_RESTS_FOR,
    AlreadyDecided,
    Decision,
    DecisionKind,
    Match,
    Standing,
    pair,
)
from saltbitter_domain.compatibility.ports import Decisions
from saltbitter_domain.kernel import MatchId, StaleWrite, UserId

SIDES = ("low", "high")
_COLUMNS = "low, high, low_kind, low_at, low_note, high_kind, high_at, high_note, match_id, matched_at"


def of_either_side(template: str) -> dict[str, Query]:
    """The statement for whoever is the ``me`` of a pair, the other being ``them``."""
    return {me: Query(text(template.format(me=me, them=them))) for me, them in (SIDES, reversed(SIDES))}


def _from_both_sides(template: str, order: str) -> Query:
    """One statement over the rows where somebody is low and those where they are high, each by its own index."""
    halves = " UNION ALL ".join(
        f"({template.format(me=me, them=them)} ORDER BY {order} LIMIT :limit)" for me, them in (SIDES, reversed(SIDES))
    )
    return Query(text(f"{halves} ORDER BY {order} LIMIT :limit"))


def lifting(gone: str, old: str = "") -> str:
    """A statement that lifts the blocks whose rows of ``carried_blocks`` are deleted by ``gone``, and returns a row for
    each; ``old`` is what it chooses them by. Of a pair both sides may be among them, and no statement changes a row
    twice."""
    return f"""
        WITH {old} gone AS ({gone} RETURNING carried_blocks.by, carried_blocks.about),
             lifted AS (
                UPDATE pairs SET low_kind = CASE WHEN sides.low THEN NULL ELSE low_kind END,
                                 low_at = CASE WHEN sides.low THEN NULL ELSE low_at END,
                                 high_kind = CASE WHEN sides.high THEN NULL ELSE high_kind END,
                                 high_at = CASE WHEN sides.high THEN NULL ELSE high_at END
                FROM (SELECT least(by, about) AS one, greatest(by, about) AS other, bool_or(by < about) AS low,
                             bool_or(by > about) AS high
                        FROM gone GROUP BY 1, 2) AS sides
                WHERE pairs.low = sides.one AND pairs.high = sides.other)
        SELECT by FROM gone
        """


class PostgresDecisions(Decisions):
    _ADD = of_either_side(
        """
        INSERT INTO pairs AS stored (low, high, {me}_kind, {me}_at, {me}_note)
        VALUES (CAST(:low AS uuid), CAST(:high AS uuid), :kind, :at, :note)
        ON CONFLICT (low, high) DO UPDATE
            SET {me}_kind = excluded.{me}_kind, {me}_at = excluded.{me}_at, {me}_note = excluded.{me}_note,
                match_id = CASE WHEN excluded.{me}_kind = 'like' AND stored.{them}_kind = 'like'
                                THEN CAST(:match_id AS uuid) END,
                matched_at = CASE WHEN excluded.{me}_kind = 'like' AND stored.{them}_kind = 'like'
                                  THEN excluded.{me}_at END
            WHERE (stored.{me}_kind IS NULL
                   OR (stored.{me}_kind = 'pass' AND stored.{me}_at <= CAST(:rested AS timestamptz)))
              AND stored.{them}_kind IS DISTINCT FROM 'block'
        RETURNING low, high, match_id, matched_at
        """
    )
    _UNDO = of_either_side(
        """
        WITH standing AS (
            SELECT low, high, match_id, matched_at FROM pairs
            WHERE low = CAST(:low AS uuid) AND high = CAST(:high AS uuid) AND {me}_kind = :kind AND {me}_at = :at
              AND {me}_note IS NOT DISTINCT FROM CAST(:note AS text)
            FOR UPDATE)
        UPDATE pairs SET {me}_kind = NULL, {me}_at = NULL, {me}_note = NULL, match_id = NULL, matched_at = NULL
        FROM standing WHERE pairs.low = standing.low AND pairs.high = standing.high
        RETURNING standing.*
        """
    )
    _BLOCK = of_either_side(
        """
        INSERT INTO pairs AS stored (low, high, {me}_kind, {me}_at)
        SELECT CAST(:low AS uuid), CAST(:high AS uuid), 'block', CAST(:at AS timestamptz)
        FROM (SELECT id FROM users WHERE id = CAST(:{them} AS uuid) FOR KEY SHARE) AS held
        ON CONFLICT (low, high) DO UPDATE
            SET {me}_kind = excluded.{me}_kind, {me}_at = excluded.{me}_at, {me}_note = NULL,
                {them}_kind = CASE WHEN stored.{them}_kind = 'block' THEN stored.{them}_kind END,
                {them}_at = CASE WHEN stored.{them}_kind = 'block' THEN stored.{them}_at END,
                {them}_note = NULL, match_id = NULL, matched_at = NULL
            WHERE stored.{me}_kind IS DISTINCT FROM 'block'
        RETURNING low
        """
    )
    _MAKE_OWN = of_either_side(
        """
        WITH own AS (
            DELETE FROM carried_blocks
            WHERE by = CAST(:{me} AS uuid) AND about = CAST(:{them} AS uuid) RETURNING by, about)
        UPDATE pairs SET {me}_at = :at FROM own WHERE pairs.{me} = own.by AND pairs.{them} = own.about
        RETURNING low
        """
    )
    _UNBLOCK = of_either_side(
        """
        UPDATE pairs SET {me}_kind = NULL, {me}_at = NULL
        WHERE low = CAST(:low AS uuid) AND high = CAST(:high AS uuid) AND {me}_kind = 'block'
          AND NOT EXISTS (SELECT FROM carried_blocks WHERE by = pairs.{me} AND about = pairs.{them})
        RETURNING low
        """
    )
    _LIFT_CARRIED = Query(
        text(lifting("DELETE FROM carried_blocks WHERE by = CAST(:by AS uuid) AND origin = CAST(:origin AS uuid)")),
        "carried_blocks",
    )
    _FORGET_MARKS = Query(
        text("DELETE FROM block_marks WHERE by = CAST(:by AS uuid) AND origin = CAST(:origin AS uuid)"), "block_marks"
    )
    _BLOCKS_OF = _from_both_sides(
        """
        SELECT {me} AS by, {them} AS about, {me}_kind AS kind, {me}_at AS at, {me}_note AS note FROM pairs
        WHERE {me} = CAST(:by AS uuid) AND {me}_kind = 'block'
          AND NOT EXISTS (SELECT FROM carried_blocks WHERE by = pairs.{me} AND about = pairs.{them})
          AND (CAST(:before_at AS timestamptz) IS NULL
               OR ({me}_at, {them}) < (CAST(:before_at AS timestamptz), CAST(:before_about AS uuid)))
        """,
        order="at DESC, about DESC",
    )
    _LAST_BY = _from_both_sides(
        """
        SELECT {me} AS by, {them} AS about, {me}_kind AS kind, {me}_at AS at, {me}_note AS note FROM pairs
        WHERE {me} = CAST(:by AS uuid) AND {me}_kind IS NOT NULL AND {me}_kind <> 'block'
        """,
        order="at DESC, about DESC",
    )
    _LIKES_RECEIVED = _from_both_sides(
        """
        SELECT {them} AS by, {me} AS about, {them}_kind AS kind, {them}_at AS at, {them}_note AS note FROM pairs
        WHERE {me} = CAST(:about AS uuid) AND {them}_kind = 'like'
          AND ({me}_kind IS NULL OR ({me}_kind = 'pass' AND {me}_at <= CAST(:rested AS timestamptz)))
          AND (CAST(:before_at AS timestamptz) IS NULL
               OR ({them}_at, {them}) < (CAST(:before_at AS timestamptz), CAST(:before_by AS uuid)))
        """,
        order="at DESC, by DESC",
    )
    _MATCHES = _from_both_sides(
        """
        SELECT low, high, match_id, matched_at FROM pairs
        WHERE {me} = CAST(:user_id AS uuid) AND match_id IS NOT NULL
          AND (CAST(:before_at AS timestamptz) IS NULL
               OR (matched_at, match_id) < (CAST(:before_at AS timestamptz), CAST(:before_id AS uuid)))
        """,
        order="matched_at DESC, match_id DESC",
    )
    _MATCH = Query(
        text(
            """
            SELECT low, high, match_id, matched_at FROM pairs
            WHERE low = CAST(:low AS uuid) AND high = CAST(:high AS uuid) AND match_id IS NOT NULL
            """
        )
    )
    _ALL = Query(text(f"SELECT {_COLUMNS} FROM pairs"))
    _OF = Query(
        text(
            f"""
            SELECT {_COLUMNS} FROM pairs WHERE low = ANY(CAST(:of AS uuid[]))
            UNION
            SELECT {_COLUMNS} FROM pairs WHERE high = ANY(CAST(:of AS uuid[]))
            """
        )
    )

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, decision: Decision, match_id: MatchId) -> Match | None:
        rested = decision.at - PASS_RESTS_FOR
        stored = await self._session.write(
            self._ADD[_side(decision)], **_row(decision), match_id=match_id, rested=rested
        )
        if not stored:
            raise AlreadyDecided("You have already decided about this person.")
        return _match(stored[0])

    async def undo(self, decision: Decision) -> Match | None:
        undone = await self._session.write(self._UNDO[_side(decision)], **_row(decision))
        if not undone:
            raise StaleWrite("The decision has been taken back or changed since.")
        return _match(undone[0])

    async def block(self, by: UserId, about: UserId, at: datetime) -> bool:
        low, high = pair(by, about)
        side = "low" if by == low else "high"
        # It holds whom it is about, so that whoever carries blocks about them waits for it, or it for them.
        # Where one stands it may have been carried just now: the second statement sees what the first waited for.
        stored = await self._session.write(self._BLOCK[side], low=low, high=high, at=at)
        return bool(stored or await self._session.write(self._MAKE_OWN[side], low=low, high=high, at=at))

    async def unblock(self, by: UserId, about: UserId) -> bool:
        low, high = pair(by, about)
        lifted = await self._session.write(self._UNBLOCK["low" if by == low else "high"], low=low, high=high)
        if lifted:
            # A statement of its own, which sees what was carried while the one before had to wait for that.
            await self._session.write(self._LIFT_CARRIED, by=by, origin=about)
            await self._session.change(self._FORGET_MARKS, {"by": by, "origin": about})
        return bool(lifted)

    async def blocks_of(
        self, user_id: UserId, before: tuple[datetime, UserId] | None = None, limit: int = 20
    ) -> Sequence[Decision]:
        before_at, before_about = before or (None, None)
        rows = await self._session.rows(
            self._BLOCKS_OF, by=user_id, before_at=before_at, before_about=before_about, limit=limit
        )
        return [_decision(row) for row in rows]

    async def last_by(self, by: UserId) -> Decision | None:
        row = await self._session.row(self._LAST_BY, by=by, limit=1)
        return row and _decision(row)

    async def likes_received(
        self, user_id: UserId, now: datetime, before: tuple[datetime, UserId] | None = None, limit: int = 20
    ) -> Sequence[Decision]:
        before_at, before_by = before or (None, None)
        rows = await self._session.rows(
            self._LIKES_RECEIVED,
            about=user_id,
            rested=now - PASS_RESTS_FOR,
            before_at=before_at,
            before_by=before_by,
            limit=limit,
        )
        return [_decision(row) for row in rows]

    async def matches_of(
        self, user_id: UserId, before: tuple[datetime, MatchId] | None = None, limit: int = 20
    ) -> Sequence[Match]:
        before_at, before_id = before or (None, None)
        rows = await self._session.rows(
            self._MATCHES, user_id=user_id, before_at=before_at, before_id=before_id, limit=limit
        )
        return [match for row in rows if (match := _match(row))]

    async def match_between(self, a: UserId, b: UserId) -> Match | None:
        low, high = pair(a, b)
        row = await self._session.row(self._MATCH, low=low, high=high)
        return row and _match(row)

    async def excluded(self, now: datetime, of: Collection[UserId] | None = None) -> Mapping[UserId, frozenset[UserId]]:
        others: dict[UserId, set[UserId]] = defaultdict(set)
        for decision in await self._decisions(of):
            if decision.stands(now):
                others[decision.by].add(decision.about)
                if decision.parts:
                    others[decision.about].add(decision.by)
        return _only(of, others)

    async def likers(self, of: Collection[UserId] | None = None) -> Mapping[UserId, frozenset[UserId]]:
        likers: dict[UserId, set[UserId]] = defaultdict(set)
        for decision in await self._decisions(of):
            if decision.kind is DecisionKind.LIKE:
                likers[decision.about].add(decision.by)
        return _only(of, likers)

    async def _decisions(self, of: Collection[UserId] | None) -> Iterator[Decision]:
        rows = await (self._session.rows(self._ALL) if of is None else self._session.rows(self._OF, of=list(of)))
        return (decision for row in rows for side in SIDES if (decision := _decision_of(row, side)))


def _side(decision: Decision) -> str:
    return "low" if decision.by < decision.about else "high"


def _row(decision: Decision) -> dict[str, Any]:
    low, high = pair(decision.by, decision.about)
    return {"low": low, "high": high, "kind": decision.kind, "at": decision.at, "note": decision.note}


def _decision(row: Any) -> Decision:
    return Decision(row["by"], row["about"], DecisionKind(row["kind"]), row["at"], row["note"])


def _decision_of(row: Any, side: str) -> Decision | None:
    """What the member on this side of the pair decided."""
    kind = row[f"{side}_kind"]
    if kind is None:
        return None
    by, about = (row["low"], row["high"]) if side == "low" else (row["high"], row["low"])
    return Decision(by, about, DecisionKind(kind), row[f"{side}_at"], row[f"{side}_note"])


def standing_of(row: Any, user_id: UserId, now: datetime) -> Standing:
    """What stands between the two people of a row of ``pairs``, seen from one of them."""
    mine, theirs = (_decision_of(row, side) for side in (SIDES if row["low"] == user_id else reversed(SIDES)))
    return Standing(
        mine=mine if mine and mine.stands(now) else None,
        theirs=theirs if theirs and theirs.stands(now) else None,
        match=_match(row),
    )


def _match(row: Any) -> Match | None:
    return None if row["match_id"] is None else Match(row["match_id"], row["low"], row["high"], row["matched_at"])


def _only(of: Collection[UserId] | None, found: Mapping[UserId, set[UserId]]) -> dict[UserId, frozenset[UserId]]:
    return {user_id: frozenset(found.get(user_id, ())) for user_id in (found if of is None else of)}
