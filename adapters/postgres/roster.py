"""Everybody's records for runs over all of them, read and stored by COPY: a million in seconds."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime

import numpy as np
from sqlalchemy import text

from adapters.postgres.bulk import Bulk, Rows
from adapters.postgres.database import Session
from adapters.postgres.people import PostgresPeople
from adapters.postgres.query import Query
from adapters.postgres.statements import sweeping
from adapters.postgres.tables import roster_changes
from saltbitter_domain.compatibility.model import DecisionKind
from saltbitter_domain.compatibility.ports import Roster, RunResult
from saltbitter_domain.compatibility.records import EXPOSURE, ID, LAYOUT, PAIR, PERSON, person_record
from saltbitter_domain.kernel import Clock, UserId

_REASONS = ("NULL", "'nobody_eligible'", "'fewer_eligible_than_quota'", "'ceilings'")


def _numbered(kind: str) -> str:
    """A column with a decision's kind, by number."""
    kinds = ", ".join(f"'{each}'" for each in DecisionKind)
    return f"coalesce(array_position(ARRAY[{kinds}], {kind}), 0)"


class PostgresRoster(Roster):
    """Triggers mark whoever something changed about; ``refresh`` reads them whole and asks the domain what a record
    holds. A change that is not committed yet holds its mark, which is then left for the next refresh."""

    _TAKE = sweeping(roster_changes, "true ORDER BY user_id")
    _OUTDATED = Query(
        text(
            """
            INSERT INTO roster_changes (user_id)
            (SELECT user_id FROM roster WHERE layout < :layout OR layout > :layout LIMIT :limit)
            ON CONFLICT DO NOTHING RETURNING user_id
            """
        )
    )
    _FORGET = Query(text("DELETE FROM roster WHERE user_id = ANY(CAST(:ids AS uuid[]))"), "roster")
    _PUT = Query(
        text(
            """
            INSERT INTO roster (user_id, time_zone, layout, record)
            SELECT * FROM unnest(
                CAST(:ids AS uuid[]), CAST(:zones AS text[]), CAST(:layouts AS int[]), CAST(:records AS bytea[]))
            ON CONFLICT (user_id) DO UPDATE
                SET time_zone = excluded.time_zone, layout = excluded.layout, record = excluded.record
            """
        ),
        "roster",
    )
    # A loose scan of the index: there are a few hundred zones however many people live in them.
    _ZONES = Query(
        text(
            """
            WITH RECURSIVE zones (time_zone) AS (
                (SELECT time_zone FROM roster ORDER BY time_zone LIMIT 1)
                UNION ALL
                SELECT (SELECT roster.time_zone FROM roster WHERE roster.time_zone > zones.time_zone
                         ORDER BY roster.time_zone LIMIT 1)
                FROM zones WHERE zones.time_zone IS NOT NULL)
            SELECT time_zone FROM zones WHERE time_zone IS NOT NULL
            """
        )
    )
    _CLAIM = Query(
        text(
            """
            INSERT INTO roster_shards AS held (day, shard, shards, until)
            VALUES (:day, CAST(:shard AS int), CAST(:shards AS int), :until)
            ON CONFLICT (day, shard, shards) DO UPDATE SET until = excluded.until
                WHERE held.until <= CAST(:now AS timestamptz)
            RETURNING shard
            """
        )
    )
    _RELEASE = Query(
        text(
            """
            DELETE FROM roster_shards
            WHERE day = CAST(:day AS date) AND shard = CAST(:shard AS int) AND shards = CAST(:shards AS int)
            """
        ),
        "roster_shards",
    )
    _DUE = """
        SELECT uuid_send(user_id) FROM roster WHERE time_zone = ANY($1::text[])
        AND NOT EXISTS (SELECT FROM daily_matches AS made WHERE made.user_id = roster.user_id AND made.day >= $2::date
                           AND (made.day > $2::date OR cardinality(candidates) > 0))
    """
    _PEOPLE = "SELECT record FROM roster WHERE layout = $1"
    _PAIRS = f"""
        SELECT uuid_send(low) || uuid_send(high)
            || set_byte(set_byte('\\x0000'::bytea, 0, {_numbered("low_kind")}), 1, {_numbered("high_kind")})
            || int8send(coalesce(extract(epoch FROM low_at) * 1000000, 0)::bigint)
            || int8send(coalesce(extract(epoch FROM high_at) * 1000000, 0)::bigint)
        FROM pairs
    """
    _PAIRS_OF = Query(
        text(
            f"""
            SELECT string_agg(record, ''::bytea) AS records
            FROM ({_PAIRS} WHERE low = CAST(:of AS uuid) UNION ALL {_PAIRS} WHERE high = CAST(:of AS uuid))
                AS sides (record)
            """
        )
    )
    _EXPOSURES = """
        SELECT uuid_send(user_id) || int4send(day - date '0001-01-01' + 1) || int4send(shown) || float8send(fair)
        FROM exposures WHERE day >= $1::date
    """
    _STAGING = """
        CREATE TEMPORARY TABLE made (user_id uuid, candidates uuid[], scores float8[], reason int2) ON COMMIT DROP;
        CREATE TEMPORARY TABLE exposed (user_id uuid, shown int4, fair float8) ON COMMIT DROP
    """
    _LEAVE_OUT = "DELETE FROM made WHERE user_id = ANY($1::uuid[]) OR candidates && $1::uuid[]"
    # The ids come as one value: a row for each of a million takes seconds to receive.
    _KEEP = f"""
        WITH kept AS (
        INSERT INTO daily_matches AS stored (user_id, day, made_at, candidates, scores, short_because, version)
        SELECT user_id, $1::date, $2::timestamptz, candidates, scores,
               (ARRAY[{", ".join(_REASONS)}])[reason + 1], 1
        FROM made WHERE EXISTS (SELECT FROM users WHERE users.id = made.user_id)
        ON CONFLICT (user_id, day) DO UPDATE
            SET made_at = excluded.made_at, candidates = excluded.candidates, scores = excluded.scores,
                short_because = excluded.short_because, version = stored.version + 1
            WHERE cardinality(stored.candidates) = 0 AND cardinality(excluded.candidates) > 0
        RETURNING user_id)
        SELECT string_agg(uuid_send(user_id), ''::bytea) FROM kept
    """
    _EXPOSE = """
        INSERT INTO exposures AS stored (day, user_id, shown, fair)
        SELECT $1::date, user_id, shown, fair FROM exposed
        WHERE EXISTS (SELECT FROM users WHERE users.id = exposed.user_id) ORDER BY user_id
        ON CONFLICT (day, user_id) DO UPDATE
            SET shown = stored.shown + excluded.shown, fair = stored.fair + excluded.fair
    """

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._bulk = Bulk(session)
        self._people = PostgresPeople(session, clock)

    async def refresh(self, limit: int) -> int:
        rows = await self._session.write(self._TAKE, limit=limit)
        if not rows and await self._session.write(self._OUTDATED, layout=LAYOUT, limit=limit):
            rows = await self._session.write(self._TAKE, limit=limit)
        found = await self._people.whole([row["user_id"] for row in rows])
        records = {
            traits.user_id: (profile.time_zone, person_record(traits, profile.date_of_birth, profile.time_zone))
            for traits, profile in found
        }
        gone = [row["user_id"] for row in rows if row["user_id"] not in records]
        if gone:
            await self._session.write(self._FORGET, ids=gone)
        if records:
            await self._session.write(
                self._PUT,
                ids=list(records),
                zones=[zone for zone, _ in records.values()],
                layouts=[LAYOUT] * len(records),
                records=[record for _, record in records.values()],
            )
        return len(rows)

    async def zones(self) -> Sequence[str]:
        return [row["time_zone"] for row in await self._session.rows(self._ZONES)]

    async def due(self, zones: Collection[str], day: date) -> bytes:
        return await self._bulk.copy_out(self._DUE, list(zones), day, size=ID.size)

    async def claim(self, day: date, shard: int, shards: int, now: datetime, until: datetime) -> bool:
        claimed = await self._session.write(self._CLAIM, day=day, shard=shard, shards=shards, now=now, until=until)
        return bool(claimed)

    async def release(self, day: date, shard: int, shards: int) -> None:
        await self._session.change(self._RELEASE, {"day": day, "shard": shard, "shards": shards})

    async def people(self) -> bytes:
        return await self._bulk.copy_out(self._PEOPLE, LAYOUT, size=PERSON.size)

    async def pairs(self, of: UserId | None = None) -> bytes:
        if of is None:
            swapped = await self._bulk.copy_out(self._PAIRS, size=PAIR.size)
        else:
            (row,) = await self._session.rows(self._PAIRS_OF, of=of)
            swapped = row["records"] or b""
        pairs = np.frombuffer(swapped, np.dtype([("ids", "V34"), ("at", ">i8", 2)]))
        native = np.empty(len(pairs), np.dtype([("ids", "V34"), ("at", "<i8", 2)]))
        native["ids"], native["at"] = pairs["ids"], pairs["at"]
        return native.tobytes()

    async def exposures(self, since: date) -> bytes:
        swapped = await self._bulk.copy_out(self._EXPOSURES, since, size=EXPOSURE.size)
        return np.frombuffer(swapped, _EXPOSURE.newbyteorder(">")).astype(_EXPOSURE).tobytes()

    async def keep(self, made: RunResult, day: date, at: datetime, without: Collection[UserId] = ()) -> bytes:
        counts = np.frombuffer(made.counts, np.uint8).astype(np.int64)
        await self._bulk.execute(self._STAGING)
        await self._bulk.copy_in("made", _sets(made, counts))
        if without:
            await self._bulk.run(self._LEAVE_OUT, list(without))
        ((kept,),) = await self._bulk.run(self._KEEP, day, at)
        stored: bytes = kept or b""
        exposures = np.frombuffer(made.exposures, _EXPOSURE)
        if len(stored) < len(made.viewers):
            exposures = _of_stored(made, counts, exposures, stored)
        await self._bulk.copy_in("exposed", [_exposed(exposures)])
        await self._bulk.run(self._EXPOSE, day)
        return stored


_EXPOSURE = np.dtype([("id", "V16"), ("day", "<i4"), ("shown", "<i4"), ("fair", "<f8")])


def _sets(made: RunResult, counts: Rows) -> Iterator[Rows]:
    """The sets as rows of a binary COPY. Sets of one length have rows of one size, so each length is written at once.

    (PostgreSQL manual, COPY, Binary Format; an array is its dimensions, a flag for NULLs, the type of its elements, the
    length and lower bound of each dimension, and the elements, each after its size.)"""
    viewers = np.frombuffer(made.viewers, "V16")
    candidates, scores = np.frombuffer(made.candidates, "V16"), np.frombuffer(made.scores, "<f8")
    short = np.frombuffer(made.short, np.uint8)
    first = np.cumsum(counts) - counts
    for length in np.unique(counts):
        n, mine = int(length), np.flatnonzero(counts == length)
        row = np.dtype(
            [
                *(("fields", ">i2"), ("id_size", ">i4"), ("id", "V16")),
                *_array_fields("candidates", "V16", n),
                *_array_fields("scores", ">f8", n),
                *(("reason_size", ">i4"), ("reason", ">i2")),
            ]
        )
        rows = np.zeros(len(mine), row)
        rows["fields"], rows["id_size"], rows["id"] = 4, 16, viewers[mine]
        rows["reason_size"], rows["reason"] = 2, short[mine]
        places = first[mine][:, None] + np.arange(n)
        for name, kind, size, values in (("candidates", _UUID, 16, candidates), ("scores", _FLOAT8, 8, scores)):
            rows[f"{name}_size"] = 12 + (8 + n * (4 + size) if n else 0)
            rows[f"{name}_ndim"], rows[f"{name}_kind"] = (1 if n else 0), kind
            if n:
                rows[f"{name}_length"], rows[f"{name}_from"] = n, 1
                rows[name]["size"], rows[name]["value"] = size, values[places]
        yield rows


_UUID, _FLOAT8 = 2950, 701
"""The numbers of the element types in every PostgreSQL."""


def _array_fields(name: str, kind: str, length: int) -> list[tuple[object, ...]]:
    head: list[tuple[object, ...]] = [
        (f"{name}_size", ">i4"),
        (f"{name}_ndim", ">i4"),
        (f"{name}_nulls", ">i4"),
        (f"{name}_kind", ">i4"),
    ]
    if not length:
        return head
    element = np.dtype([("size", ">i4"), ("value", kind)])
    return [*head, (f"{name}_length", ">i4"), (f"{name}_from", ">i4"), (name, element, (length,))]


def _exposed(exposures: Rows) -> Rows:
    row = [("fields", ">i2"), ("id_size", ">i4"), ("id", "V16"), ("shown_size", ">i4"), ("shown", ">i4")]
    rows = np.zeros(len(exposures), np.dtype([*row, ("fair_size", ">i4"), ("fair", ">f8")]))
    rows["fields"], rows["id_size"], rows["shown_size"], rows["fair_size"] = 3, 16, 4, 8
    for name in ("id", "shown", "fair"):
        rows[name] = exposures[name]
    return rows


def _of_stored(made: RunResult, counts: Rows, exposures: Rows, stored: bytes) -> Rows:
    """The exposures of the stored sets alone, and of the fair shares the part that is theirs."""
    kept = set(np.frombuffer(stored, "V16").tolist())
    viewers = np.frombuffer(made.viewers, "V16").tolist()
    of_stored = np.repeat(np.fromiter((viewer in kept for viewer in viewers), bool, len(counts)), counts)
    # Of a morning few are not stored, so that it is their times that are counted.
    ids, shown = np.unique(np.frombuffer(made.candidates, "S16")[~of_stored], return_counts=True)
    left = exposures.copy()
    place = {raw: n for n, raw in enumerate(exposures["id"].astype("V16").tolist())}
    for raw, times in zip(ids.view("V16").tolist(), shown, strict=True):
        left["shown"][place[raw]] -= times
    left["fair"] *= of_stored.mean() if len(of_stored) else 0.0
    return left[(left["shown"] > 0) | (left["fair"] > 0)]
