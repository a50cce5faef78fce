"""Consents in PostgreSQL: nobody changes or deletes one, and where somebody with every right did, it is found."""

import asyncpg
import pytest

from adapters.postgres.consent import consent_chains
from adapters.postgres.database import Database
from adapters.system.clock import ManualClock
from saltbitter_domain.chain import Fault
from saltbitter_domain.consent.model import ChainFault, ConsentRecord, Purpose
from saltbitter_domain.consent.policies import find_faults
from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.model import User
from tests.contracts.stores import Store, on_postgres
from tests.doubles.builders import a_consent

RECORDS = 4
REFUSED = (
    "UPDATE consent_logs SET granted = NOT granted",
    "DELETE FROM consent_logs",
    "DELETE FROM consent_logs WHERE sequence = 4",
    "TRUNCATE consent_logs",
    "DELETE FROM consent_heads",
    "TRUNCATE consent_heads",
)
FOUND = [
    ("UPDATE consent_logs SET granted = false WHERE sequence = 2", [(2, 2, Fault.ALTERED)]),
    ("UPDATE consent_logs SET purpose = 'anything' WHERE sequence = 4", [(4, 4, Fault.ALTERED)]),
    ("UPDATE consent_logs SET language = 'de' WHERE sequence = 3", [(3, 3, Fault.ALTERED)]),
    ("UPDATE consent_logs SET hash = repeat('0', 64) WHERE sequence = 1", [(1, 1, Fault.ALTERED)]),
    ("DELETE FROM consent_logs WHERE sequence = 1", [(1, 1, Fault.MISSING)]),
    ("DELETE FROM consent_logs WHERE sequence IN (2, 3)", [(2, 3, Fault.MISSING)]),
    ("DELETE FROM consent_logs WHERE sequence = 4", [(4, 4, Fault.MISSING)]),
    ("DELETE FROM consent_logs", [(1, 4, Fault.MISSING)]),
    ("DELETE FROM consent_logs; DELETE FROM consent_heads", [(1, 1, Fault.MISSING)]),
    ("DELETE FROM consent_heads", [(4, 4, Fault.NOT_THE_HEAD)]),
]


@pytest.fixture
def store(database: Database, clock: ManualClock) -> Store:
    return on_postgres(database, clock)


async def recorded(store: Store, user: User) -> list[ConsentRecord]:
    """A chain of some records, written in two goes."""
    chain: list[ConsentRecord] = []
    for number in range(RECORDS):
        chain.append(a_consent(user, chain[-1] if chain else None, list(Purpose)[number]))
    for part in (chain[:3], chain[3:]):
        async with store.unit() as uow:
            await uow.consents.append(*part)
    return chain


async def tamper(url: str, script: str) -> None:
    """Run this as somebody for whom no trigger fires."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {script}; COMMIT")
    finally:
        await connection.close()


async def faults(database: Database) -> list[ChainFault]:
    return [fault async for chain in consent_chains(database, 2) for fault in find_faults(chain)]


def told(user: User, *found: tuple[int, int, Fault]) -> list[ChainFault]:
    return [ChainFault(UserId(user.id), *each) for each in found]


async def test_no_connection_of_the_application_changes_or_deletes_a_consent(store: Store, database: Database) -> None:
    user = await store.member()
    chain = await recorded(store, user)

    for statement in REFUSED:
        connection = await database.acquire()
        try:
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await connection.execute(statement)
        finally:
            await database.release(connection, None)

    async with store.begin() as uow:
        assert await uow.consents.chain(user.id) == chain
    assert await faults(database) == []


async def test_consents_go_with_the_account(store: Store, database_url: str, database: Database) -> None:
    gone, stays = await store.members(2)
    chain = await recorded(store, stays)
    await recorded(store, gone)

    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM users WHERE id = $1", gone.id)
    heads = await connection.fetch("SELECT user_id, sequence, hash FROM consent_heads")
    await connection.close()

    assert [tuple(head) for head in heads] == [(stays.id, RECORDS, chain[-1].hash)]
    async with store.begin() as uow:
        assert await uow.consents.chain(gone.id) == []
    assert await faults(database) == []


async def test_a_role_that_may_only_add_consents_adds_them_and_erases_accounts(
    store: Store, database_url: str, database: Database
) -> None:
    user, gone = await store.members(2)
    await recorded(store, gone)
    record = a_consent(user)
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute(
                "CREATE ROLE only_adds; GRANT SELECT, INSERT ON consent_logs TO only_adds; "
                "GRANT INSERT, UPDATE ON roster_changes TO only_adds; GRANT SELECT ON roster_changes TO only_adds; "
                "GRANT SELECT, DELETE ON users TO only_adds; SET LOCAL ROLE only_adds"
            )
            await connection.execute(
                "INSERT INTO consent_logs (user_id, sequence, id, purpose, granted, text_version, channel, at, "
                "previous_hash, hash) VALUES ($1, 1, $2, 'terms', true, $3, 'web', $4, $5, $6)",
                user.id,
                record.id,
                record.text_version,
                record.at,
                record.previous_hash,
                record.hash,
            )
            await connection.execute("DELETE FROM users WHERE id = $1", gone.id)
            for table in ("consent_logs", "consent_heads"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    async with connection.transaction():
                        await connection.execute(f"DELETE FROM {table}")  # noqa: S608
            await connection.execute("RESET ROLE; DROP OWNED BY only_adds; DROP ROLE only_adds")
    finally:
        await connection.close()

    assert await faults(database) == []


@pytest.mark.parametrize(("script", "found"), FOUND)
async def test_one_altered_or_missing_record_is_named(
    store: Store, database: Database, database_url: str, script: str, found: list[tuple[int, int, Fault]]
) -> None:
    before, user, after = await store.members(3)
    for member in (before, user, after):
        await recorded(store, member)
    assert await faults(database) == []

    only = f"user_id = '{user.id}'"
    parts = (part + (f" AND {only}" if "WHERE" in part else f" WHERE {only}") for part in script.split("; "))
    await tamper(database_url, "; ".join(parts))

    assert await faults(database) == told(user, *found)


async def test_a_record_written_anew_with_a_hash_that_fits_it_is_found_by_its_neighbours(
    store: Store, database: Database, database_url: str
) -> None:
    inside, at_the_end = await store.members(2)
    for user, sequence in ((inside, 2), (at_the_end, RECORDS)):
        chain = await recorded(store, user)
        forged = a_consent(user, chain[sequence - 2], Purpose.MARKETING_EMAILS)
        await tamper(
            database_url,
            f"UPDATE consent_logs SET id = '{forged.id}', purpose = 'marketing_emails', hash = '{forged.hash}', "  # noqa: S608
            f"text_version = '{forged.text_version}' WHERE user_id = '{user.id}' AND sequence = {sequence}",
        )

    assert await faults(database) == [
        *told(inside, (3, 3, Fault.DETACHED)),
        *told(at_the_end, (RECORDS, RECORDS, Fault.NOT_THE_HEAD)),
    ]
