"""What every record of staff's doings promises: nothing in it is changed, and whatever is missing is found."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import attrs
import pytest

from adapters.postgres.database import Database
from adapters.system.clock import ManualClock
from saltbitter_domain.audit.model import AUDIT_KEPT, AuditFilter, AuditRecord
from saltbitter_domain.audit.policies import next_record, told_of
from saltbitter_domain.audit.ports import AuditLog
from saltbitter_domain.audit.service import AuditService
from saltbitter_domain.chain import NOTHING_YET, ChainHead, Fault, Flaw
from saltbitter_domain.kernel import StaleWrite, UserId
from tests.contracts.stores import Store, on_postgres, outcomes
from tests.contracts.test_consent_ledger import tamper
from tests.doubles.builders import NOW, TEXTS, a_photo, new_id

PORT = AuditLog
RECORDS = 4
REFUSED = (
    "UPDATE audit_log SET reason = 'another'",
    "DELETE FROM audit_log WHERE sequence = 4",
    "TRUNCATE audit_log",
    "DELETE FROM audit_head",
    "TRUNCATE audit_head",
)
FOUND = [
    ("UPDATE audit_log SET reason = 'another' WHERE sequence = 2", [Flaw(2, 2, Fault.ALTERED)]),
    ("UPDATE audit_log SET subjects = '{}' WHERE sequence = 1", [Flaw(1, 1, Fault.ALTERED)]),
    ("DELETE FROM audit_log WHERE sequence = 1", [Flaw(1, 1, Fault.MISSING)]),
    ("DELETE FROM audit_log WHERE sequence IN (2, 3)", [Flaw(2, 3, Fault.MISSING)]),
    ("DELETE FROM audit_log WHERE sequence = 4", [Flaw(4, 4, Fault.MISSING)]),
    ("DELETE FROM audit_log", [Flaw(1, 4, Fault.MISSING)]),
    ("DELETE FROM audit_head", [Flaw(4, 4, Fault.NOT_THE_HEAD)]),
]


def service(store: Store) -> AuditService:
    return AuditService(begin=store.begin, clock=store.clock)


def a_record(head: ChainHead | None = None, reason: str = "ticket 7") -> AuditRecord:
    subjects = (UserId(new_id()), UserId(new_id()))
    return next_record(
        head, at=NOW, actor="console", action="suspend", reason=reason, subjects=subjects, request_id="request-1"
    )


async def recorded(store: Store) -> None:
    for number in range(RECORDS):
        await service(store).record("console", "suspend", f"ticket {number}", {"user_id": new_id()}, "request-1")


@pytest.mark.parametrize("text", TEXTS)
async def test_a_record_comes_back_as_it_was_written_and_proves_itself(store: Store, text: str) -> None:
    first = a_record(reason=text)
    second = a_record(ChainHead(1, first.hash))
    for record in (first, second):
        async with store.unit() as uow:
            await uow.audit_log.append(record)

    async with store.begin() as uow:
        assert list(await uow.audit_log.after(0, 10)) == [first, second]
        assert list(await uow.audit_log.after(0, 1)) == [first]
        assert list(await uow.audit_log.after(1, 10)) == [second]
        assert await uow.audit_log.head() == ChainHead(2, second.hash)
    assert await service(store).verify() == (2, ())


async def test_only_what_follows_the_last_is_stored(store: Store) -> None:
    async with store.begin() as uow:
        assert await uow.audit_log.head() is None
    assert await service(store).verify() == (0, ())
    first = a_record()
    async with store.unit() as uow:
        await uow.audit_log.append(first)

    for record in (a_record(), a_record(ChainHead(2, first.hash))):
        with pytest.raises(StaleWrite):
            async with store.unit() as uow:
                await uow.audit_log.append(record)


async def test_those_written_at_once_are_one_chain(store: Store) -> None:
    written = await outcomes(*(service(store).record("console", "restore", "x", {}, f"r-{n}") for n in range(8)))

    assert written == [None] * 8
    assert await service(store).verify() == (8, ())


async def test_a_record_is_about_those_whose_things_were_asked_for(store: Store) -> None:
    user, other = await store.members(2)
    photo = a_photo(other)
    async with store.unit() as uow:
        await uow.photos.add(photo)
    things: tuple[dict[str, UUID], ...] = ({"user_id": user.id}, {"photo_id": photo.id}, {"photo_id": new_id()}, {})

    store.clock.advance(timedelta(hours=1))
    for thing in things:
        await service(store).record("somebody", "GET /api/staff/things", "ticket 9", thing, "request-1")

    async with store.begin() as uow:
        records = await uow.audit_log.after(0, 10)
        shown = await uow.member_records.of(other.id, {"audit_log": ["at", "action", "reason"]})
    assert [record.subjects for record in records] == [(user.id,), (other.id,), (), ()]
    assert shown == {
        "audit_log": [{"at": NOW + timedelta(hours=1), "action": "GET /api/staff/things", "reason": "ticket 9"}]
    }


async def test_a_record_is_about_those_whom_a_list_shows(store: Store) -> None:
    first, second = await store.members(2)

    await service(store).record(
        "somebody", "GET /api/staff/list", "x", {"user_id": first.id}, "r-1", {second.id, first.id}
    )

    async with store.begin() as uow:
        (record,) = await uow.audit_log.after(0, 10)
    assert record.subjects == tuple(sorted([first.id, second.id]))
    assert await service(store).verify() == (1, ())


async def test_records_are_found_by_who_what_whom_and_when_the_newest_first(store: Store) -> None:
    first, second = await store.members(2)
    for actor, action, about in (("a", "x", first), ("b", "x", second), ("a", "y", second), ("a", "x", second)):
        await service(store).record(actor, action, "why", {"user_id": about.id}, "request-1")
        store.clock.advance(timedelta(hours=1))

    async def found(before: int | None = None, limit: int = 10, **wanted: Any) -> list[int]:
        records = await service(store).newest(AuditFilter(**wanted), before, limit)
        return [record.sequence for record in records]

    assert await found() == [4, 3, 2, 1]
    assert await found(limit=2) == [4, 3]
    assert await found(before=3) == [2, 1]
    assert await found(actor="a") == [4, 3, 1]
    assert await found(actor="a", action="x") == [4, 1]
    assert await found(subject=second.id) == [4, 3, 2]
    assert await found(since=NOW + timedelta(hours=1), until=NOW + timedelta(hours=3)) == [3, 2]


async def test_what_is_older_than_three_years_is_forgotten_and_the_rest_still_proves_itself(store: Store) -> None:
    store.clock.advance(-AUDIT_KEPT - timedelta(days=400))  # PostgreSQL judges by its own clock too.
    await recorded(store)
    store.clock.advance(timedelta(days=1))
    await service(store).record("console", "suspend", "the last", {}, "request-1")
    store.clock.advance(AUDIT_KEPT - timedelta(days=1))
    assert await service(store).forget_old() == 0

    store.clock.advance(timedelta(seconds=1))
    assert await service(store).forget_old() == RECORDS

    assert await service(store).verify() == (1, ())
    async with store.begin() as uow:
        assert (await uow.audit_log.forgotten()).sequence == RECORDS
    store.clock.advance(timedelta(days=1))
    assert await service(store).forget_old() == 1
    await service(store).record("console", "restore", "anew", {}, "request-2")
    assert await service(store).verify() == (1, ())
    async with store.begin() as uow:
        assert [record.sequence for record in await uow.audit_log.after(0, 10)] == [RECORDS + 2]


async def test_nothing_younger_is_forgotten_whatever_is_asked_for(store: Store) -> None:
    await recorded(store)

    async with store.unit() as uow:
        assert await uow.audit_log.forgotten() == NOTHING_YET
        assert await uow.audit_log.forget(store.clock.now() - AUDIT_KEPT, 10) == 0
    assert await service(store).verify() == (RECORDS, ())


async def test_no_connection_of_the_application_changes_or_deletes_a_record(
    database: Database, clock: ManualClock
) -> None:
    store = on_postgres(database, clock)
    await recorded(store)

    for statement in REFUSED:
        connection = await database.acquire()
        try:
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await connection.execute(statement)
        finally:
            await database.release(connection, None)

    assert await service(store).verify() == (RECORDS, ())


@pytest.mark.parametrize(("script", "found"), FOUND)
async def test_one_altered_or_missing_record_is_named(
    database: Database, database_url: str, clock: ManualClock, script: str, found: list[Flaw]
) -> None:
    store = on_postgres(database, clock)
    await recorded(store)

    await tamper(database_url, script)

    assert list((await service(store).verify())[1]) == found


def test_a_flaw_is_told_in_a_line() -> None:
    assert [str(Flaw(2, 2, Fault.ALTERED)), str(Flaw(2, 3, Fault.MISSING))] == ["2  altered", "2 to 3  missing"]


def test_a_look_tells_of_whom_the_records_are_about_and_repeats_no_earlier_look() -> None:
    first, second, look = a_record(), a_record(), attrs.evolve(a_record(), action="look")

    assert told_of([first, second, look], "look") == {*first.subjects, *second.subjects}
    assert told_of([look], "look") == set()
