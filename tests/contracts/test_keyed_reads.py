"""What reading by key together promises to each of those who ask."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import attrs
import pytest
from sqlalchemy import select

from adapters.postgres.database import Database, Session
from adapters.postgres.keyed import AT_ONCE, KeyedReads
from adapters.postgres.query import KeyedQuery
from adapters.postgres.tables import users
from tests.contracts.stores import Store, on_postgres

ADDRESSES = KeyedQuery(select(users.c.id, users.c.email), users.c.id)
ZONES = KeyedQuery(select(users.c.id, users.c.time_zone), users.c.id)


@attrs.define
class Table:
    """Rows 1 to 999, which remembers what was asked; it is away as often as ``away`` says."""

    asked: list[tuple[KeyedQuery, list[int]]] = attrs.field(factory=list)
    away: int = 0

    async def read(self, query: KeyedQuery, keys: Sequence[UUID]) -> Sequence[Any]:
        self.asked.append((query, [key.int for key in keys]))
        await asyncio.sleep(0)
        if self.away:
            self.away -= 1
            raise ConnectionError("away")
        return [{"id": key, "of": query} for key in dict.fromkeys(keys) if 0 < key.int < 1000]


@pytest.fixture
def table() -> Table:
    return Table()


def key(number: int) -> UUID:
    return UUID(int=number)


async def row_of(reads: KeyedReads, number: int) -> Any:
    return await reads.row(ADDRESSES, key(number))


async def found_by(session: Session, user_id: UUID) -> Any:
    return await session.by_key(ADDRESSES, user_id)


async def test_what_is_asked_in_one_turn_is_read_at_once_and_each_gets_their_own(table: Table) -> None:
    reads = KeyedReads(table.read)

    rows = await asyncio.gather(*(reads.row(ADDRESSES, key(n)) for n in (3, 1, 3, 1000)))

    assert [row and row["id"].int for row in rows] == [3, 1, 3, None]
    assert table.asked == [(ADDRESSES, [3, 1, 3, 1000])]
    assert (await row_of(reads, 2))["id"] == key(2)
    assert len(table.asked) == 2


async def test_statements_are_kept_apart_and_many_keys_are_parted(table: Table) -> None:
    reads = KeyedReads(table.read)

    rows = await asyncio.gather(
        *(reads.row(ADDRESSES, key(n)) for n in range(1, AT_ONCE + 2)), *(reads.row(ZONES, key(n)) for n in (1, 2))
    )

    assert [row and row["of"] for row in rows] == [ADDRESSES] * (AT_ONCE + 1) + [ZONES] * 2
    assert [(query, len(keys)) for query, keys in table.asked] == [(ADDRESSES, AT_ONCE), (ADDRESSES, 1), (ZONES, 2)]


async def test_whoever_gives_up_takes_nothing_from_the_others(table: Table) -> None:
    reads = KeyedReads(table.read)
    impatient, patient = (asyncio.create_task(row_of(reads, n)) for n in (1, 2))
    await asyncio.sleep(0)

    impatient.cancel()

    assert (await patient)["id"] == key(2)
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_what_went_wrong_is_told_to_all_who_asked_and_to_nobody_after(table: Table) -> None:
    table.away = 1
    reads = KeyedReads(table.read)

    found = await asyncio.gather(*(reads.row(ADDRESSES, key(n)) for n in (1, 2)), return_exceptions=True)

    assert [type(each) for each in found] == [ConnectionError] * 2
    assert (await row_of(reads, 1))["id"] == key(1)


async def test_a_session_that_has_a_connection_asks_for_itself_and_sees_what_it_changed(
    database: Database, clock: Any
) -> None:
    store: Store = on_postgres(database, clock)
    user = await store.member()

    async with database.session() as session:
        assert (await found_by(session, user.id))["email"] == user.email
        assert session._connection is None
        await session.rows(ADDRESSES, keys=[user.id])
        assert session._connection is not None
        assert (await found_by(session, user.id))["email"] == user.email


async def test_as_many_readers_as_there_are_connections_never_wait_for_one_another(
    database: Database, clock: Any
) -> None:
    store: Store = on_postgres(database, clock)
    members = await store.members(3)

    async def read_twice(user_id: UUID) -> tuple[Any, Any]:
        async with database.session() as session:
            (first,) = await session.rows(ZONES, keys=[user_id])
            return first, await session.by_key(ADDRESSES, user_id)

    found = await asyncio.gather(*(read_twice(user.id) for user in members for _ in range(20)))

    assert [row["email"] for _, row in found] == [user.email for user in members for _ in range(20)]
