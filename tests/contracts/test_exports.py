"""What every store of requests for copies promises, and every read of everything there is of a member."""

from datetime import timedelta
from typing import Any

import attrs
import pytest
from openapi_schema_validator import OAS31Validator

from adapters.postgres.exports import json_types
from config.data_register import data_register
from config.export_schema import export_schema
from saltbitter_domain.compatibility.model import Decision, DecisionKind
from saltbitter_domain.exports.model import DataExport, ExportRunning
from saltbitter_domain.exports.policies import as_json, document, exported_columns
from saltbitter_domain.exports.ports import Exports, MemberRecords
from saltbitter_domain.kernel import ExportId, MatchId, StaleWrite, UserId
from saltbitter_domain.users.model import User
from tests.contracts import stores
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import NOW, new_id, unset_fields
from tests.doubles.canary import Canary, a_canary, plant, plant_export

PORTS = (Exports, MemberRecords)
HOUR = timedelta(hours=1)
COLUMNS = exported_columns(data_register())


def an_export(user: User, **changes: Any) -> DataExport:
    return attrs.evolve(DataExport(ExportId(new_id()), user.id, NOW), **changes)


async def test_a_request_comes_back_as_it_was_given_and_as_it_was_saved(store: Store) -> None:
    user = await store.member()
    export = an_export(user, ready_at=NOW + HOUR, size=2**40)
    assert unset_fields(export) == []

    async with store.unit() as uow:
        await uow.exports.add(export)
    async with store.unit() as uow:
        await uow.exports.save(attrs.evolve(export, size=7))

    async with store.begin() as uow:
        assert await uow.exports.get(export.id) == attrs.evolve(export, size=7, version=2)
        assert await uow.exports.get(ExportId(new_id())) is None
    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.exports.save(export)


async def test_one_at_a_time_is_made_also_of_those_asked_for_at_once(store: Store) -> None:
    user, other = await store.members(2)

    async def ask() -> None:
        async with store.unit() as uow:
            await uow.exports.add(an_export(user))

    answers = await outcomes(*(ask() for _ in range(5)))

    assert [type(answer) for answer in answers if answer] == [ExportRunning] * 4
    async with store.unit() as uow:
        await uow.exports.add(an_export(other))
        (running,) = await uow.exports.of(user.id)
        await uow.exports.save(attrs.evolve(running, ready_at=NOW))
    await ask()


async def test_those_of_a_member_come_newest_first_and_go_when_removed(store: Store) -> None:
    user, other = await store.members(2)
    older, newer, others = (an_export(whose, ready_at=NOW) for whose in (user, user, other))
    async with store.unit() as uow:
        for export in (older, newer, others):
            await uow.exports.add(export)

    async with store.begin() as uow:
        assert list(await uow.exports.of(user.id)) == [newer, older]
    async with store.unit() as uow:
        await uow.exports.remove(older.id)
        await uow.exports.remove(older.id)
    async with store.begin() as uow:
        assert list(await uow.exports.of(user.id)) == [newer]


async def test_those_that_wait_are_counted(store: Store) -> None:
    users = await store.members(3)
    async with store.unit() as uow:
        await uow.exports.add(an_export(users[0], requested_at=NOW - HOUR))
        await uow.exports.add(an_export(users[1], requested_at=NOW))
        await uow.exports.add(an_export(users[2], requested_at=NOW - HOUR, ready_at=NOW))

    async with store.begin() as uow:
        assert [await uow.exports.waiting_since(NOW - HOUR), await uow.exports.waiting_since(NOW)] == [1, 2]


async def test_those_that_are_old_are_forgotten_so_many_at_a_time_and_those_that_wait_never(store: Store) -> None:
    waiting, *others = await store.members(4)
    async with store.unit() as uow:
        await uow.exports.add(an_export(waiting))
        for user in others:
            await uow.exports.add(an_export(user, ready_at=NOW))

    for before, forgotten in ((NOW, 0), (NOW + HOUR, 2), (NOW + HOUR, 1), (NOW + HOUR, 0)):
        async with store.unit() as uow:
            assert await uow.exports.forget(before, 2) == forgotten
    async with store.begin() as uow:
        assert [len(await uow.exports.of(user.id)) for user in (waiting, *others)] == [1, 0, 0, 0]


async def planted(store: Store) -> tuple[Canary, Canary]:
    """Two members with something in every field, who like one another."""
    ana, ben = (a_canary(name, store.ids, NOW, erase_at=NOW) for name in ("ana", "ben"))
    async with store.unit() as uow:
        await uow.users.add(ana)
        await uow.users.add(ben)
    async with store.unit() as uow:
        canaries = [
            await plant(uow, who, other, name, store.ids, NOW)
            for who, other, name in ((ana, ben, "ana"), (ben, ana, "ben"))
        ]
        await plant_export(uow, ana, store.ids, NOW)
    return canaries[0], canaries[1]


async def test_every_column_that_the_register_exports_is_in_the_records_with_something_in_it(store: Store) -> None:
    ana, _ = await planted(store)

    async with store.begin() as uow:
        records = as_json(await uow.member_records.of(ana.user.id, COLUMNS))

    empty = {
        f"{table}.{column}"
        for table, types in json_types(COLUMNS).items()
        for column in types
        if not any(row[column] is not None for row in records[table])
    }
    assert empty == set(), "plant something there in tests/doubles/canary.py"
    OAS31Validator(export_schema()).validate(document(ana.user.id, NOW, records, {"1": "photos/1.jpg"}))


async def test_nothing_that_is_anothers_is_in_the_records(store: Store) -> None:
    ana, ben = await planted(store)
    async with store.unit() as uow:
        stranger = a_canary("cleo", store.ids, NOW)
        await uow.users.add(stranger)
        await uow.decisions.add(
            Decision(stranger.id, ana.user.id, DecisionKind.LIKE, NOW, "cleo-note"), MatchId(new_id())
        )

    async with store.begin() as uow:
        told = str(as_json(await uow.member_records.of(ana.user.id, COLUMNS)))
        nobody = await uow.member_records.of(UserId(new_id()), COLUMNS)

    assert [marker for marker in ana.kept if marker not in told] == []
    assert [marker for marker in (*ben.markers, *ana.withheld, "cleo", str(stranger.id)) if marker in told] == []
    assert {table: list(rows) for table, rows in nobody.items()} == {table: [] for table in COLUMNS}


async def test_a_table_that_is_not_there_is_refused(store: Store) -> None:
    user = await store.member()
    async with store.begin() as uow:
        with pytest.raises(LookupError):
            await uow.member_records.of(user.id, {"shelves": ["id"]})


async def test_both_stores_tell_the_same(store: Store) -> None:
    """Whatever a store's rows look like, a copy does not tell in which they were."""
    memory = stores.in_memory(store.clock)
    told = []
    for each in (memory, store):
        ana, _ = await planted(each)
        async with each.begin() as uow:
            records = as_json(await uow.member_records.of(ana.user.id, COLUMNS))
        (profile,) = records["profiles"]
        told.append(_without_ids(records) | {"keys": sorted(profile["content"])})

    assert told[0] == told[1]


def _without_ids(value: Any, name: str = "") -> Any:
    """The records without what is drawn anew each time: ids, and the hashes over them."""
    if isinstance(value, dict):
        return {key: _without_ids(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return sorted((_without_ids(each) for each in value), key=str)
    drawn = name in {"id", "user_id", "other", "match_id", "hash", "previous_hash", "subject"}
    return "" if drawn or str(value).count("-") == 4 else value
