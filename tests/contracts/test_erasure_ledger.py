"""What every ledger of erasures promises."""

import asyncio
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.local.erasures import FileErasureLedger
from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.ports import ErasureLedger
from tests.contracts.stores import ERASURE_LEDGERS
from tests.doubles.builders import new_id

PORT = ErasureLedger
NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(params=list(ERASURE_LEDGERS.values()), ids=list(ERASURE_LEDGERS))
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> ErasureLedger:
    make: Callable[[Path], ErasureLedger] = request.param
    return make(tmp_path)


def ids(number: int) -> list[UserId]:
    return [UserId(new_id()) for _ in range(number)]


async def test_whoever_was_recorded_is_known_once_the_earliest_first(ledger: ErasureLedger) -> None:
    first, second, third = ids(3)
    assert list(await ledger.erased()) == []

    for user_id, days in ((first, 0), (second, 1), (first, 2), (third, 40)):
        await ledger.append(user_id, NOW + timedelta(days=days))

    assert list(await ledger.erased()) == [first, second, third]


async def test_those_recorded_at_the_same_time_are_all_known(ledger: ErasureLedger) -> None:
    users = ids(20)

    await asyncio.gather(*(ledger.append(user_id, NOW) for user_id in users))

    assert set(await ledger.erased()) == set(users)


async def test_what_is_forgotten_is_older_than_asked(ledger: ErasureLedger) -> None:
    old, new = ids(2)
    await ledger.append(old, NOW - timedelta(seconds=1))
    await ledger.append(new, NOW)

    assert await ledger.forget(NOW - timedelta(seconds=1)) == 0
    assert await ledger.forget(NOW) == 1
    assert await ledger.forget(NOW) == 0
    assert list(await ledger.erased()) == [new]


async def test_files_are_added_to_and_tell_an_id_and_an_instant(tmp_path: Path) -> None:
    first, second = ids(2)
    await FileErasureLedger(str(tmp_path)).append(first, NOW)
    path = tmp_path / "erasures-2026-11.jsonl"
    before = path.read_text("utf-8")
    await FileErasureLedger(str(tmp_path)).append(second, NOW)

    assert path.read_text("utf-8").startswith(before)
    assert json.loads(before) == {"erased": str(first), "at": "2026-11-01T00:00:00+00:00"}


async def test_what_a_crash_left_half_written_spoils_no_other(tmp_path: Path) -> None:
    first, second = ids(2)
    ledger = FileErasureLedger(str(tmp_path))
    await ledger.append(first, NOW)
    path = tmp_path / "erasures-2026-11.jsonl"
    with path.open("a", encoding="utf-8") as file:
        file.write('\n{"erased": "019')
    await ledger.append(second, NOW)

    assert await ledger.erased() == [first, second]


async def test_a_line_that_somebody_else_wrote_is_refused(tmp_path: Path) -> None:
    (tmp_path / "erasures-2026-11.jsonl").write_text('{"erased": "ada"}\n')

    with pytest.raises(ValueError, match="badly formed"):
        await FileErasureLedger(str(tmp_path)).erased()


async def test_nothing_is_recorded_on_a_disk_that_takes_only_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "write", lambda _file, line: len(line) - 1)

    with pytest.raises(OSError, match="disk full"):
        await FileErasureLedger(str(tmp_path)).append(UserId(new_id()), NOW)


async def test_an_entry_is_on_the_disk_before_it_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def watched(file: int) -> None:
        synced.append(Path(f"/proc/self/fd/{file}").readlink().name)
        fsync(file)

    monkeypatch.setattr(os, "fsync", watched)
    await FileErasureLedger(str(tmp_path)).append(UserId(new_id()), NOW)

    assert synced == ["erasures-2026-11.jsonl", tmp_path.name]
