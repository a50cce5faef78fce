"""A hundred thousand members in the tables, by COPY."""

import asyncio
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain, product
from typing import Any

import asyncpg
import orjson

from adapters.population.generator import SyntheticMember, generate
from adapters.postgres import documents
from adapters.system.clock import SystemClock
from saltbitter_domain.assessments.catalogue import questionnaire
from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.consent.model import Purpose

DISTINCT = 4_000
"""Different people among them; each is there many times over under other ids, which no measured route can tell."""
SHOWN = 40
"""People in the newest set of each of the first members, who come after them by number."""
JOINED = datetime(2026, 1, 1, tzinfo=UTC)
TODAY = date(2026, 11, 1)


def seed(url: str, size: int, shown_to: int = 0) -> list[uuid.UUID]:
    """Store ``size`` members, and for the first ``shown_to`` of them whom they were introduced to today; their ids."""
    people = [(person, documents.written(person.content)) for person in generate(DISTINCT, 1, TODAY, questionnaire())]
    ids = [uuid.UUID(int=(1 << 100) + number) for number in range(size)]
    asyncio.run(_copy(url, ids, people, shown_to))
    return ids


async def _copy(url: str, ids: list[uuid.UUID], people: list[tuple[SyntheticMember, Any]], shown_to: int) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("SET statement_timeout = 0")
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: b"\x01" + orjson.dumps(value),
        decoder=lambda value: orjson.loads(value[1:]),
        format="binary",
    )
    for table, rows in (
        ("users", _users(ids, people)),
        ("profiles", _profiles(ids, people)),
        ("photos", _photos(ids)),
        ("consent_logs", _consents(ids)),
        ("daily_matches", _sets(ids, shown_to)),
    ):
        for first in rows:
            records = (tuple(row.values()) for row in chain([first], rows))
            await connection.copy_records_to_table(table, records=records, columns=list(first))
    await connection.execute("ANALYZE")
    await connection.close()


def _users(ids: list[uuid.UUID], people: list[tuple[SyntheticMember, Any]]) -> Iterator[dict[str, Any]]:
    for number, user_id in enumerate(ids):
        person, _ = people[number % len(people)]
        yield {
            "id": user_id,
            "email": f"member-{user_id.hex}@members.saltbitter.example",
            "password_hash": "none",
            "date_of_birth": person.date_of_birth,
            "time_zone": person.time_zone,
            "created_at": JOINED,
            "email_verified_at": JOINED,
            "role": "member",
            "status": "active",
            "version": 1,
        }


def _profiles(ids: list[uuid.UUID], people: list[tuple[SyntheticMember, Any]]) -> Iterator[dict[str, Any]]:
    for number, user_id in enumerate(ids):
        person, content = people[number % len(people)]
        yield {
            "user_id": user_id,
            "date_of_birth": person.date_of_birth,
            "content": content,
            "time_zone": person.time_zone,
            "created_at": JOINED,
            "updated_at": JOINED + timedelta(seconds=number),
            "latitude": person.cell.latitude,
            "longitude": person.cell.longitude,
            "smallest_latitude": person.cell.latitude,
            "smallest_longitude": person.cell.longitude,
            "city": person.city,
            "located_at": JOINED,
            "visibility": "active",
            "version": 1,
        }


def _photos(ids: list[uuid.UUID]) -> Iterator[dict[str, Any]]:
    for user_id in ids:
        yield {
            "id": user_id,
            "user_id": user_id,
            "position": 0,
            "state": "approved",
            "uploaded_at": JOINED,
            "width": 810,
            "height": 1080,
            "faces": 1,
            "version": 1,
        }


def introduced(ids: Sequence[uuid.UUID], number: int) -> Sequence[uuid.UUID]:
    """Whom the member of this number was introduced to."""
    return [ids[(number + k) % len(ids)] for k in range(1, SHOWN + 1)]


def _sets(ids: list[uuid.UUID], shown_to: int) -> Iterator[dict[str, Any]]:
    now = SystemClock().now()
    for number, user_id in enumerate(ids[:shown_to]):
        yield {
            "user_id": user_id,
            "day": now.date(),
            "made_at": now,
            "candidates": introduced(ids, number),
            "scores": [0.9 - k / 100 for k in range(SHOWN)],
            "version": 1,
        }


def _consents(ids: list[uuid.UUID]) -> Iterator[dict[str, Any]]:
    for user_id, (sequence, purpose) in product(ids, enumerate(("location", "genders_sought", "religion"), 1)):
        yield {
            "user_id": user_id,
            "sequence": sequence,
            "id": uuid.uuid5(user_id, purpose),
            "purpose": purpose,
            "granted": True,
            "text_version": TEXTS[Purpose(purpose)].version,
            "channel": "bench",
            "at": JOINED,
            "previous_hash": "0" * 64,
            "hash": "0" * 64,
        }
