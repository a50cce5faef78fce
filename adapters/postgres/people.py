"""Everybody who can take part in matching, read whole in one statement and judged by the rules of the domain."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from adapters.postgres import documents
from adapters.postgres.assessments import recorded_assessment
from adapters.postgres.consent import agrees
from adapters.postgres.database import Session
from adapters.postgres.decisions import standing_of
from adapters.postgres.profiles import profile_of
from adapters.postgres.query import Query
from adapters.postgres.statements import stored_columns
from adapters.postgres.tables import pairs, profiles, users
from adapters.postgres.users import user_of
from saltbitter_domain.compatibility.model import Standing, Traits
from saltbitter_domain.compatibility.participation import member_of
from saltbitter_domain.compatibility.ports import NEWEST, Known, Member, People
from saltbitter_domain.consent.model import ConsentRecord, Purpose
from saltbitter_domain.kernel import Clock, UserId
from saltbitter_domain.profiles.model import MIN_AGE, Gender, Photo, Profile
from saltbitter_domain.subscriptions.model import Tier

BATCH = 2000
"""Members read by one statement where everybody is: so many stay far within the time that a statement may take."""

_NOBODY = UserId(UUID(int=0))
_ACCOUNT = [column.name for column in users.columns]
_PROFILE = stored_columns(profiles)
_PAIR = [column.name for column in pairs.columns]
_WHOLE = f"""
    {", ".join(f"users.{name} AS account_{name}" for name in _ACCOUNT)},
    {", ".join(f"profiles.{name}" for name in _PROFILE)},
    (SELECT tier FROM subscriptions WHERE subscriptions.user_id = users.id) AS tier,
    (SELECT coalesce(jsonb_agg(to_jsonb(photos) ORDER BY position, id), '[]')
       FROM photos WHERE photos.user_id = users.id) AS photos,
    (SELECT coalesce(jsonb_agg(to_jsonb(decided)), '[]')
       FROM (SELECT DISTINCT ON (purpose) * FROM consent_logs
              WHERE consent_logs.user_id = users.id AND purpose IN
                    ('genders_sought', 'location', 'orientation', 'psychological_profile', 'religion')
              ORDER BY purpose, sequence DESC) AS decided) AS consents,
    (SELECT to_jsonb(results) FROM attachment_assessments AS results WHERE results.user_id = users.id
      ORDER BY taken_at DESC, results.id DESC LIMIT 1) AS assessment
"""
_WITH_PROFILE = "FROM users JOIN profiles ON profiles.user_id = users.id"
_MEMBERS = "FROM users LEFT JOIN profiles ON profiles.user_id = users.id"

_TAKE_PART = f"""
    users.email_verified_at IS NOT NULL AND users.status = 'active' AND profiles.visibility <> 'paused'
      AND profiles.content ->> 'name' <> ''
      AND jsonb_array_length(profiles.content -> 'genders') > 0
      AND jsonb_array_length(profiles.content #> '{{preferences,genders}}') > 0
      AND extract(year FROM age(CAST(:now AS timestamptz) AT TIME ZONE profiles.time_zone, profiles.date_of_birth))
          >= CAST(:adult AS int)
      AND {agrees("users.id", Purpose.GENDERS_SOUGHT)}
      AND EXISTS (SELECT FROM photos WHERE photos.user_id = users.id AND position = 0 AND photos.state = 'approved')
"""
"""What ``participation.missing`` asks, for the two questions that may go through everybody."""
_FROM_THE_NEWEST = """
    FROM (SELECT id FROM users ORDER BY id DESC LIMIT :newest) AS newest
    CROSS JOIN LATERAL (SELECT * FROM users WHERE users.id = newest.id OFFSET 0) AS users
    CROSS JOIN LATERAL (SELECT * FROM profiles WHERE profiles.user_id = newest.id OFFSET 0) AS profiles
"""
"""One account after the other, for whoever wants some of them: the planner, which cannot tell how many take part, would
read everybody's profile and sort them. ``OFFSET 0`` keeps it from that."""


class PostgresPeople(People):
    _ZONES = Query(
        text(f"SELECT DISTINCT profiles.time_zone {_WITH_PROFILE} WHERE {_TAKE_PART} ORDER BY profiles.time_zone")
    )
    _IN_ZONE = Query(
        text(
            f"SELECT users.id {_WITH_PROFILE} WHERE {_TAKE_PART}"
            " AND profiles.time_zone = CAST(:zone AS text) ORDER BY users.id"
        )
    )
    _THESE = Query(text(f"SELECT {_WHOLE} {_MEMBERS} WHERE users.id = ANY(CAST(:ids AS uuid[])) ORDER BY users.id"))
    # The viewer's sets, one in each day's partition, are read once and not once for each of the others.
    _KNOWN = Query(
        text(
            f"""
            WITH sets AS MATERIALIZED (
                SELECT day, made_at, candidates FROM daily_matches
                 WHERE daily_matches.user_id = CAST(:viewer AS uuid) AND day >= CAST(:since AS date))
            SELECT {_WHOLE}, {", ".join(f"pairs.{name} AS pair_{name}" for name in _PAIR)},
                   suggested_on, introduced_at
            {_MEMBERS}
            CROSS JOIN LATERAL (
                SELECT max(day) AS suggested_on, min(made_at) AS introduced_at FROM sets
                 WHERE candidates @> ARRAY[users.id]) AS suggested
            LEFT JOIN pairs ON pairs.low = least(users.id, CAST(:viewer AS uuid))
                           AND pairs.high = greatest(users.id, CAST(:viewer AS uuid))
            WHERE users.id = ANY(CAST(:ids AS uuid[]))
            """
        )
    )
    _ACTIVE = Query(
        text(
            f"SELECT {_WHOLE} {_MEMBERS} WHERE users.id > CAST(:after AS uuid) AND profiles.visibility <> 'paused'"
            " AND users.email_verified_at IS NOT NULL AND users.status = 'active' ORDER BY users.id LIMIT :limit"
        )
    )

    _WITHIN_REACH = Query(
        text(
            f"""
            SELECT {_WHOLE} {_FROM_THE_NEWEST}
            WHERE {_TAKE_PART}
              AND profiles.content -> 'genders' ?| CAST(:seeks AS text[])
              AND profiles.content #> '{{preferences,genders}}' ?| CAST(:genders AS text[])
            ORDER BY newest.id DESC LIMIT :limit
            """
        )
    )

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def zones(self) -> Sequence[str]:
        rows = await self._session.rows(self._ZONES, now=self._clock.now(), adult=MIN_AGE)
        return [row["time_zone"] for row in rows]

    async def in_zone(self, time_zone: str) -> Sequence[UserId]:
        rows = await self._session.rows(self._IN_ZONE, now=self._clock.now(), adult=MIN_AGE, zone=time_zone)
        return [row["id"] for row in rows]

    async def traits(self, user_ids: Collection[UserId] | None = None) -> Sequence[Traits]:
        now = self._clock.now()
        if user_ids is not None:
            rows = await self._session.rows(self._THESE, ids=list(user_ids))
            return [traits for row in rows if (traits := _member(row, now).traits)]
        found: list[Traits] = []
        last = _NOBODY
        while rows := await self._session.rows(self._ACTIVE, after=last, limit=BATCH):
            found += [traits for row in rows if (traits := _member(row, now).traits)]
            last = rows[-1]["account_id"]
        return found

    async def within_reach(
        self, genders: Collection[Gender], seeks: Collection[Gender], limit: int
    ) -> Sequence[Traits]:
        now = self._clock.now()
        wanted = {"genders": sorted(genders), "seeks": sorted(seeks), "newest": NEWEST, "limit": limit}
        rows = await self._session.rows(self._WITHIN_REACH, now=now, adult=MIN_AGE, **wanted)
        return [traits for row in rows if (traits := _member(row, now).traits)]

    async def whole(self, user_ids: Collection[UserId]) -> Sequence[tuple[Traits, Profile]]:
        """Of these whoever can take part, with their profiles."""
        now = self._clock.now()
        members = [_member(row, now) for row in await self._session.rows(self._THESE, ids=list(user_ids))]
        return [(member.traits, member.card.profile) for member in members if member.traits and member.card]

    async def member(self, user_id: UserId) -> Member:
        row = await self._session.row(self._THESE, ids=[user_id])
        return _member(row, self._clock.now()) if row else _nobody(self._clock.now())

    async def known_to(
        self, viewer: UserId, others: Collection[UserId], suggested_since: date | None = None
    ) -> tuple[Member, Mapping[UserId, Known]]:
        now = self._clock.now()
        rows = await self._session.rows(self._KNOWN, viewer=viewer, ids=[viewer, *others], since=suggested_since)
        found = {row["account_id"]: row for row in rows}
        known = {other: _known(found[other], viewer, now) if other in found else _unknown(now) for other in others}
        return (_member(found[viewer], now) if viewer in found else _nobody(now)), known


def _member(row: Any, now: datetime) -> Member:
    return member_of(
        user=user_of({name: row[f"account_{name}"] for name in _ACCOUNT}),
        profile=None if row["user_id"] is None else profile_of({name: row[name] for name in _PROFILE}),
        photos=documents.read(row["photos"], list[Photo]),
        consents={record.purpose: record for record in documents.read(row["consents"], list[ConsentRecord])},
        assessment=recorded_assessment(row["assessment"]),
        tier=Tier(row["tier"]) if row["tier"] else Tier.FREE,
        now=now,
    )


def _nobody(now: datetime) -> Member:
    return member_of(user=None, profile=None, photos=(), consents={}, assessment=None, tier=Tier.FREE, now=now)


def _known(row: Any, viewer: UserId, now: datetime) -> Known:
    pair = {name: row[f"pair_{name}"] for name in _PAIR}
    standing = Standing() if pair["low"] is None else standing_of(pair, viewer, now)
    return Known(_member(row, now), standing, row["suggested_on"], row["introduced_at"])


def _unknown(now: datetime) -> Known:
    return Known(_nobody(now), Standing())
