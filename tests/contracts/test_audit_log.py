"""What every record of staff's doings promises: nothing in it is changed, and whatever is missing is found."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import attrs
import pytest

from adapters.postgres.database import Database
from adapters.system.clock import ManualClock
from saltbitter_domain.audit.model import AUDIT_KEPT, AuditEntry, AuditFilter, AuditRecord
from saltbitter_domain.audit.policies import next_record, told_of
from saltbitter_domain.audit.ports import AuditLog
from saltbitter_domain.audit.service import AuditService
from saltbitter_domain.chain import NOTHING_YET, ChainHead, Fault, Flaw
from saltbitter_domain.kernel import PhotoId, ReviewId, UserId
from saltbitter_domain.reviews.model import Review
from saltbitter_domain.users.model import User
from saltbitter_domain.users.model.second_factor import SecondFactor
from tests.contracts.stores import Store, on_postgres, outcomes
from tests.contracts.test_consent_ledger import tamper
from tests.doubles.builders import NOW, TEXTS, a_photo, new_id

PORT = AuditLog
RECORDS = 4
AT_ONCE = 50
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


def an_entry(**changes: Any) -> AuditEntry:
    members = frozenset(UserId(new_id()) for _ in range(3))
    return attrs.evolve(AuditEntry(NOW, "console", "suspend", "ticket 7", "request-1", members), **changes)


def a_record() -> AuditRecord:
    return next_record(None, an_entry())


async def recorded(store: Store) -> None:
    for number in range(RECORDS):
        await service(store).record("console", "suspend", f"ticket {number}", {"user_id": new_id()}, "request-1")


@pytest.mark.parametrize("text", TEXTS)
async def test_a_record_comes_back_as_it_was_written_and_proves_itself(store: Store, text: str) -> None:
    entries = [an_entry(reason=text), an_entry(actor=text, members=frozenset())]
    for entry in entries:
        async with store.unit() as uow:
            await uow.audit_log.append(entry)

    first = next_record(None, entries[0])
    second = next_record(ChainHead(1, first.hash), entries[1])
    async with store.begin() as uow:
        assert list(await uow.audit_log.after(0, 10)) == [first, second]
        assert list(await uow.audit_log.after(0, 1)) == [first]
        assert list(await uow.audit_log.after(1, 10)) == [second]
        assert await uow.audit_log.head() == ChainHead(2, second.hash)
    assert await service(store).verify() == (2, ())


@pytest.mark.parametrize("at", [NOW, NOW + timedelta(microseconds=1), NOW.astimezone(ZoneInfo("Asia/Kolkata"))])
async def test_whose_photo_or_review_it_is_about_is_known_by_the_store_and_hashed_with_the_rest(
    store: Store, at: datetime
) -> None:
    owner, asking, other = await store.members(3)
    photo = a_photo(owner)
    review = Review(ReviewId(new_id()), asking.id, NOW, "Why nobody near me?")
    entry = an_entry(at=at, members=frozenset({other.id}), photo_id=photo.id, review_id=review.id)
    never = attrs.evolve(entry, members=frozenset(), photo_id=PhotoId(new_id()), review_id=ReviewId(new_id()))
    async with store.unit() as uow:
        await uow.photos.add(photo)
        await uow.reviews.add(review)
        await uow.audit_log.append(entry)
        await uow.audit_log.append(never)

    first = next_record(None, entry, [owner.id, asking.id])
    async with store.begin() as uow:
        assert list(await uow.audit_log.after(0, 10)) == [first, next_record(ChainHead(1, first.hash), never)]
    assert await service(store).verify() == (2, ())


async def test_what_is_not_committed_leaves_no_gap(store: Store) -> None:
    async with store.begin() as uow:
        assert await uow.audit_log.head() is None
        await uow.audit_log.append(an_entry())
    assert await service(store).verify() == (0, ())

    await recorded(store)
    async with store.begin() as uow:
        await uow.audit_log.append(an_entry())
    await recorded(store)

    assert await service(store).verify() == (2 * RECORDS, ())


async def test_those_written_at_once_are_one_chain(store: Store) -> None:
    written = await outcomes(*(service(store).record("console", "restore", "x", {}, f"r-{n}") for n in range(AT_ONCE)))

    assert written == [None] * AT_ONCE
    assert await service(store).verify() == (AT_ONCE, ())


async def test_what_staff_do_is_kept_only_of_whoever_has_a_second_factor(store: Store) -> None:
    proven, begun, without, member = await store.members(4)
    async with store.unit() as uow:
        await uow.second_factors.add(SecondFactor(proven.id, "sealed", NOW, NOW))
        await uow.second_factors.add(SecondFactor(begun.id, "sealed", NOW))

    async def kept(user: User) -> bool:
        things = {"user_id": member.id}
        return await service(store).record_if_proven(user.id, "POST /api/staff/things", "x", things, "r")

    assert await outcomes(*(kept(user) for user in (without, proven, begun, proven))) == [False, True, False, True]

    async with store.begin() as uow:
        records = await uow.audit_log.after(0, 10)
    assert [(record.actor, record.subjects) for record in records] == [(str(proven.id), (member.id,))] * 2
    assert await service(store).verify() == (2, ())


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
