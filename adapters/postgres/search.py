"""Searching by the indexes of words and places; the rules of the domain have the last word on whom is found."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
from sqlalchemy import text

from adapters.postgres.database import Session, StoreAway
from adapters.postgres.decisions import PostgresDecisions
from adapters.postgres.people import PostgresPeople
from adapters.postgres.query import Query
from adapters.postgres.replica import Replicated
from saltbitter_domain.compatibility.eligibility import eligible
from saltbitter_domain.compatibility.model import Traits
from saltbitter_domain.kernel import Clock, UserId
from saltbitter_domain.search.model import IN_ANSWERS, IN_BIO, IN_INTERESTS, Hit, SearchTooBroad, Terms, words_of
from saltbitter_domain.search.ports import ProfileSearch

LOOKED_AT = 200
"""People looked at closely at a time, of those whom the statement leaves: nearly all of them are found."""
LOOKS = 10
"""How often at most; whoever is still not found then asked for what hardly anybody fits."""
MARGIN = 1.01
"""How much farther the statement looks than somebody wishes: the two spheres differ by less than 10⁻⁵."""


_RANK = f"""
    (SELECT coalesce(sum(CASE WHEN profiles.words @@ CAST(word || ':*A' AS tsquery) THEN {IN_INTERESTS}
                              WHEN profiles.words @@ CAST(word || ':*B' AS tsquery) THEN {IN_BIO}
                              ELSE {IN_ANSWERS} END), 0)
       FROM unnest(CAST(:words AS text[])) AS word) AS rank
"""

_AFTER = """
    WHERE CAST(:after_rank AS int) IS NULL OR rank < CAST(:after_rank AS int)
       OR (rank = CAST(:after_rank AS int) AND user_id > CAST(:after_id AS uuid))
"""


class PostgresProfileSearch(ProfileSearch):
    # The index of words is used whatever the planner thinks: reading every profile is never quicker than a second look.
    _BY_INDEX = Query(text("SET LOCAL enable_seqscan = off"))
    _FIND = Query(
        text(
            f"""
            WITH fits AS (
                SELECT profiles.user_id, {_RANK}
                FROM profiles
                WHERE profiles.words @@ CAST(:everything AS tsquery)
                  AND content -> 'interests' @> CAST(:interests AS jsonb)
                  AND (visibility = 'active'
                       OR (visibility = 'incognito' AND user_id = ANY(CAST(:likers AS uuid[]))))
                  AND user_id <> ALL(CAST(:excluded AS uuid[]))
                  AND date_of_birth BETWEEN :born_from AND :born_to
                  AND content -> 'genders' ?| CAST(:seeks AS text[])
                  AND content #> '{{preferences,genders}}' ?| CAST(:genders AS text[])
                  AND CAST(:age AS int) BETWEEN CAST(content #>> '{{preferences,ages,min}}' AS int)
                                            AND CAST(content #>> '{{preferences,ages,max}}' AS int)
                  AND (CAST(:metres AS float8) IS NULL
                       OR ST_DWithin(cell, CAST(CAST(:here AS text) AS geography), CAST(:metres AS float8), false)))
            SELECT user_id, rank FROM fits {_AFTER}
            ORDER BY rank DESC, user_id LIMIT :limit
            """
        )
    )

    _FIND_MET = Query(
        text(
            f"""
            WITH met AS (
                SELECT unnest(candidates) AS user_id FROM daily_matches
                WHERE user_id = CAST(:viewer AS uuid) AND day >= CAST(:since AS date)
                UNION
                SELECT low FROM pairs WHERE high = CAST(:viewer AS uuid)
                  AND (match_id IS NOT NULL OR (CAST(:likers AS boolean) AND low_kind = 'like'))
                UNION
                SELECT high FROM pairs WHERE low = CAST(:viewer AS uuid)
                  AND (match_id IS NOT NULL OR (CAST(:likers AS boolean) AND high_kind = 'like'))),
            fits AS (
                SELECT profiles.user_id, {_RANK}
                FROM met JOIN profiles USING (user_id)
                WHERE profiles.words @@ CAST(:everything AS tsquery)
                  AND content -> 'interests' @> CAST(:interests AS jsonb))
            SELECT user_id, rank FROM fits {_AFTER}
            ORDER BY rank DESC, user_id LIMIT :limit
            """
        )
    )

    def __init__(self, reports: Replicated, clock: Clock) -> None:
        self._reports = reports
        self._clock = clock

    async def find(self, viewer: Traits, asked: Terms, limit: int, after: Hit | None = None) -> Sequence[Hit]:
        return await self._reports.read(lambda session: self._find(session, viewer, asked, limit, after))

    async def find_met(
        self, viewer: UserId, asked: Terms, since: date, limit: int, after: Hit | None = None, *, likers: bool
    ) -> Sequence[Hit]:
        values = {**_asked(asked), **_place(after), "viewer": viewer, "since": since, "limit": limit, "likers": likers}
        rows = await self._reports.read(lambda session: session.rows(self._FIND_MET, **values))
        return [_hit(row) for row in rows]

    async def _find(
        self, session: Session, viewer: Traits, asked: Terms, limit: int, after: Hit | None
    ) -> Sequence[Hit]:
        decisions, people, me = PostgresDecisions(session), PostgresPeople(session, self._clock), viewer.user_id
        now = self._clock.now()
        likers = (await decisions.likers([me]))[me]
        narrowed = _narrowed(viewer, asked, now) | {
            "likers": list(likers),
            "excluded": [me, *(await decisions.excluded(now, [me]))[me]],
        }
        await session.write(self._BY_INDEX)
        found: list[Hit] = []
        for _ in range(LOOKS):
            hits = await self._look(session, narrowed, after)
            there = {other.user_id: other for other in await people.traits([hit.user_id for hit in hits])}
            found += [
                hit
                for hit in hits
                if (other := there.get(hit.user_id)) and eligible(viewer, other, hit.user_id in likers)
            ]
            if len(found) >= limit or len(hits) < LOOKED_AT:
                return found[:limit]
            after = hits[-1]
        raise _too_broad()

    async def _look(self, session: Session, narrowed: dict[str, Any], after: Hit | None) -> Sequence[Hit]:
        """The next people of whom the statement cannot say that they do not fit."""
        try:
            rows = await session.rows(self._FIND, **narrowed, **_place(after), limit=LOOKED_AT)
        except StoreAway as away:
            if isinstance(away.__cause__, asyncpg.QueryCanceledError):
                raise _too_broad() from away
            raise
        return [_hit(row) for row in rows]


def _narrowed(viewer: Traits, asked: Terms, now: datetime) -> dict[str, Any]:
    """What the statement is told of the viewer and of what they ask."""
    here = viewer.cell and f"SRID=4326;POINT({viewer.cell.longitude} {viewer.cell.latitude})"
    metres = None if viewer.max_distance_km is None else viewer.max_distance_km * 1000 * MARGIN
    return {
        **_asked(asked),
        # Years of every length and every time zone are within these days.
        "born_from": now.date() - timedelta(days=366 * (viewer.ages.max + 1) + 1),
        "born_to": now.date() - timedelta(days=365 * viewer.ages.min - 1),
        "seeks": sorted(viewer.seeks),
        "genders": sorted(viewer.genders),
        "age": viewer.age,
        "here": here,
        "metres": metres,
    }


def _asked(asked: Terms) -> dict[str, Any]:
    """What a statement is told of the terms. Words are quoted; ``terms`` left nothing in them but letters, digits and
    their marks."""
    words = [f"'{word}'" for word in asked.words]
    chosen = [f"'{word}':A" for interest in sorted(asked.interests) for word in words_of(interest)]
    return {
        "words": words,
        "everything": " & ".join([*(f"{word}:*" for word in words), *chosen]),
        "interests": sorted(asked.interests),
    }


def _place(after: Hit | None) -> dict[str, Any]:
    """Where the hits that are looked for begin."""
    return {"after_rank": after and after.rank, "after_id": after and after.user_id}


def _hit(row: Any) -> Hit:
    return Hit(row["rank"], UserId(row["user_id"]))


def _too_broad() -> SearchTooBroad:
    return SearchTooBroad("Too many people say this. Add a word or an interest.")
