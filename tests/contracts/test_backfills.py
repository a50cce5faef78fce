"""What migrations make of rows that were there before them."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from adapters.postgres.migrations import run as migrations
from tests.doubles.builders import NOW, a_user, new_id

Entries = Sequence[tuple[int, str]]
"""The entries about a breach: the number of each and its step."""


async def _breaches(url: str, written: Mapping[UUID, Entries]) -> None:
    """Store these entries as a release before did, and two members whom each of the breaches is about."""
    connection = await asyncpg.connect(url)
    try:
        for breach, entries in written.items():
            await connection.executemany(
                "INSERT INTO breach_entries (breach_id, sequence, at, by, words, step, content)"
                " VALUES ($1, $2, $3, 'somebody', 'Words.', $4, '{}')",
                [(breach, sequence, NOW, step) for sequence, step in entries],
            )
            for user in (a_user(), a_user()):
                await connection.execute(
                    "INSERT INTO users (id, email, password_hash, date_of_birth, time_zone, created_at, role, status,"
                    " version) VALUES ($1, $2, $3, $4, $5, $6, 'member', 'active', 1)",
                    *(user.id, user.email, user.password_hash, user.date_of_birth, user.time_zone, user.created_at),
                )
                await connection.execute(
                    "INSERT INTO breach_members (breach_id, user_id) VALUES ($1, $2)", breach, user.id
                )
    finally:
        await connection.close()


async def _found_by(url: str) -> dict[UUID, list[int]]:
    """By which entry the members of each breach were found."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT breach_id, array_agg(found_by) AS found FROM breach_members GROUP BY 1")
        return {row["breach_id"]: row["found"] for row in rows}
    finally:
        await connection.close()


def test_0045_takes_whom_a_breach_is_about_for_found_by_the_last_entry_by_which_anybody_was(
    bare_database_url: str,
) -> None:
    counted, assessed, noticed = new_id(), new_id(), new_id()
    before = {
        counted: [(1, "opened"), (2, "assessed"), (3, "affected_found"), (4, "assessed"), (5, "affected_found"),
                  (6, "members_notified"), (7, "closed")],
        assessed: [(1, "opened"), (2, "assessed"), (3, "members_notified"), (4, "assessed"), (5, "noted")],
        noticed: [(1, "opened")],
    }  # fmt: skip
    migrations.upgrade(bare_database_url, "0044")
    asyncio.run(_breaches(bare_database_url, before))

    migrations.upgrade(bare_database_url, "0045")

    assert asyncio.run(_found_by(bare_database_url)) == {counted: [5, 5], assessed: [4, 4], noticed: [0, 0]}
