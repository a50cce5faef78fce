"""Everybody who can take part in matching, read whole in one statement and judged by the rules of the domain."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
from sqlalchemy import text

from adapters.postgres import documents
from adapters.postgres.assessments import assessment_of
from adapters.postgres.database import Query, Session
from adapters.postgres.profiles import profile_of
from adapters.postgres.statements import stored_columns
from adapters.postgres.tables import profiles, users
from adapters.postgres.users import user_of
from saltbitter_domain.assessments.model import Assessment
from saltbitter_domain.compatibility.model import Missing, Traits
from saltbitter_domain.compatibility.participation import card_of, missing, missing_in_account, traits_of
from saltbitter_domain.compatibility.ports import Card, People
from saltbitter_domain.consent.model import ConsentRecord, Purpose
from saltbitter_domain.kernel import Clock, UserId
from saltbitter_domain.profiles.model import MIN_AGE, Photo, Profile
from saltbitter_domain.users.model import User

BATCH = 2000
"""Members read by one statement where everybody is: so many stay far within the time that a statement may take."""

_NOBODY = UserId(UUID(int=0))
_ACCOUNT = [column.name for column in users.columns]
_PROFILE = stored_columns(profiles)
_WHOLE = f"""
    SELECT {", ".join(f"users.{name} AS account_{name}" for name in _ACCOUNT)},
           {", ".join(f"profiles.{name}" for name in _PROFILE)},
           (SELECT coalesce(jsonb_agg(to_jsonb(photos) ORDER BY position, id), '[]')
              FROM photos WHERE photos.user_id = users.id) AS photos,
           (SELECT coalesce(jsonb_agg(to_jsonb(decided)), '[]')
              FROM (SELECT DISTINCT ON (purpose) * FROM consent_logs
                     WHERE consent_logs.user_id = users.id AND purpose IN ('location', 'psychological_profile')
                     ORDER BY purpose, sequence DESC) AS decided) AS consents,
           (SELECT to_jsonb(results) FROM attachment_assessments AS results WHERE results.user_id = users.id
             ORDER BY taken_at DESC, results.id DESC LIMIT 1) AS assessment
      FROM users LEFT JOIN profiles ON profiles.user_id = users.id
"""  # noqa: S608  nothing in it comes from outside

_TAKING_PART = """
    FROM users JOIN profiles ON profiles.user_id = users.id
    WHERE users.email_verified_at IS NOT NULL AND users.status = 'active' AND profiles.visibility <> 'paused'
      AND profiles.content ->> 'name' <> ''
      AND jsonb_array_length(profiles.content -> 'genders') > 0
      AND jsonb_array_length(profiles.content #> '{preferences,genders}') > 0
      AND extract(year FROM age(CAST(:now AS timestamptz) AT TIME ZONE profiles.time_zone, profiles.date_of_birth))
          >= CAST(:adult AS int)
      AND EXISTS (SELECT FROM photos WHERE photos.user_id = users.id AND position = 0 AND photos.state = 'approved')
"""
"""What ``participation.missing`` asks, for the two questions that go through everybody every few minutes."""


class PostgresPeople(People):
    _ZONES = Query(text(f"SELECT DISTINCT profiles.time_zone {_TAKING_PART} ORDER BY profiles.time_zone"))
    _IN_ZONE = Query(
        text(f"SELECT users.id {_TAKING_PART} AND profiles.time_zone = CAST(:zone AS text) ORDER BY users.id")
    )
    _THESE = Query(text(f"{_WHOLE} WHERE users.id = ANY(CAST(:ids AS uuid[])) ORDER BY users.id"))
    _ACTIVE = Query(
        text(
            f"{_WHOLE} WHERE users.id > CAST(:after AS uuid) AND profiles.visibility <> 'paused'"
            " AND users.email_verified_at IS NOT NULL AND users.status = 'active' ORDER BY users.id LIMIT :limit"
        )
    )

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._read: dict[UserId, _Member | None] = {}
        self._read_before_write = 0

    async def zones(self) -> Sequence[str]:
        rows = await self._session.rows(self._ZONES, now=self._clock.now(), adult=MIN_AGE)
        return [row["time_zone"] for row in rows]

    async def in_zone(self, time_zone: str) -> Sequence[UserId]:
        rows = await self._session.rows(self._IN_ZONE, now=self._clock.now(), adult=MIN_AGE, zone=time_zone)
        return [row["id"] for row in rows]

    async def traits(self, user_ids: Collection[UserId] | None = None) -> Sequence[Traits]:
        now = self._clock.now()
        if user_ids is not None:
            return _traits(await self._these(user_ids), now)
        found: list[Traits] = []
        last = _NOBODY
        while members := await self._session.rows(self._ACTIVE, after=last, limit=BATCH):
            found += _traits([_member(row) for row in members], now)
            last = members[-1]["account_id"]
        return found

    async def cards(self, user_ids: Collection[UserId]) -> Mapping[UserId, Card]:
        return {
            member.user.id: card_of(member.profile, member.photos, member.consents)
            for member in await self._these(user_ids)
            if member.profile is not None and not missing_in_account(member.user)
        }

    async def missing_for(self, user_id: UserId) -> tuple[Missing, ...]:
        now = self._clock.now()
        member = next(iter(await self._these([user_id])), None)
        return member.missing(now) if member else missing(None, None, (), now)

    async def _these(self, user_ids: Collection[UserId]) -> Sequence["_Member"]:
        """These members, in the order of their ids. What a screen asks about the same people again is read once."""
        if self._session.writes != self._read_before_write:
            self._read.clear()
            self._read_before_write = self._session.writes
        if unread := [user_id for user_id in set(user_ids) if user_id not in self._read]:
            found = [_member(row) for row in await self._session.rows(self._THESE, ids=unread)]
            self._read |= dict.fromkeys(unread) | {member.user.id: member for member in found}
        return [member for user_id in sorted(set(user_ids)) if (member := self._read[user_id])]


@attrs.frozen
class _Member:
    user: User
    profile: Profile | None
    photos: Sequence[Photo]
    consents: Mapping[Purpose, ConsentRecord]
    assessment: Assessment | None

    def missing(self, now: datetime) -> tuple[Missing, ...]:
        return missing(self.user, self.profile, self.photos, now)


def _member(row: Any) -> _Member:
    consents = documents.read(row["consents"], list[ConsentRecord])
    result = row["assessment"]
    return _Member(
        user=user_of({name: row[f"account_{name}"] for name in _ACCOUNT}),
        profile=None if row["user_id"] is None else profile_of({name: row[name] for name in _PROFILE}),
        photos=documents.read(row["photos"], list[Photo]),
        consents={record.purpose: record for record in consents},
        assessment=result and assessment_of(documents.record(result, id=UUID, user_id=UUID, taken_at=datetime)),
    )


def _traits(members: Sequence[_Member], now: datetime) -> list[Traits]:
    return [
        traits_of(member.profile, member.consents, member.assessment, now)
        for member in members
        if member.profile is not None and not member.missing(now)
    ]
