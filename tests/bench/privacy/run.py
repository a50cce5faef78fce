"""``make bench-privacy``: the copy of a long member's data, and a thousand erasures by workers that are killed.

Over a whole house of real processes (``tests.faults.house``). The exit status is 1 when a figure does not hold."""

import argparse
import asyncio
import io
import json
import random
import secrets
import sys
import time
import zipfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import dramatiq

from adapters.local.archives import EncryptedArchives
from adapters.local.erasures import FileErasureLedger
from adapters.postgres.tables import metadata
from entrypoints.worker.broker import BULK, production_broker
from saltbitter_domain.exports.model import DataExport, ExportRequested
from saltbitter_domain.kernel import ExportId, UserId
from saltbitter_domain.profiles.model import Photo
from saltbitter_domain.users.model import MailTemplate, User
from tests.bench.photos.run import as_from_a_camera
from tests.bench.privacy.seed import DECISIONS, INTRODUCTIONS, PHOTOS, long_a_member, many_who_leave
from tests.doubles.builders import new_id
from tests.faults.house import House, house
from tests.faults.matrix import Figure
from tests.servers.server import end_in_order_when_asked

SECONDS = 30.0
MEGABYTES = 256.0
"""By how much a worker may grow: the archive is made in memory, of photos and some megabytes of text."""
KILLS, IN_THE_MIDDLE = 15, 10
"""How often a worker is killed, and how often at least while somebody of its wave was still to be erased."""
PATIENCE = 600.0
DERIVATION_KEY = secrets.token_urlsafe(48)
"""Under which the workers of the house seal archives, so that these can be opened here."""
DUE = "SELECT count(*) AS members FROM users WHERE erase_at <= now()"
COME_DUE = "UPDATE users SET erase_at = now() WHERE id = ANY($1)"
MENTIONING = {"outbox", "roster_changes"}
"""Facts on their way and for a week after, and that the next run of matching is to go without somebody: ids only."""


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def copied(home: House) -> Sequence[Figure]:
    """How long a copy takes, from being asked for, and how much a worker grows meanwhile."""
    member = await long_a_member(home, as_from_a_camera())
    export = DataExport(ExportId(new_id()), member, home.clock.now())
    workers = [home.processes[name] for name in ("worker-1", "worker-2")]
    before = [worker.resident_mib() for worker in workers]
    grown, started = 0.0, time.monotonic()
    async with home.begin() as begin, begin() as uow:
        await uow.exports.add(export)
        uow.emit(ExportRequested(member, export.id))
        await uow.commit()
    size = None
    while size is None and time.monotonic() - started < 2 * SECONDS:
        await asyncio.sleep(0.05)
        grown = max(grown, *(worker.resident_mib() - then for worker, then in zip(workers, before, strict=True)))
        (row,) = await home.rows("SELECT size FROM data_export_requests WHERE id = $1", export.id)
        size = row["size"]
    taken = time.monotonic() - started
    of = "copy of five years (10,000 introductions, 2,000 decisions, 6 photos of 4 MB)"
    return [
        Figure(f"{of}, asked for to ready", size and taken, "s", SECONDS),
        Figure(f"{of}, growth of the worker", grown, "MiB", MEGABYTES),
        Figure(f"{of}, size", (size or 0) / 2**20, "MiB", 1.0, at_least=True),
        *[
            Figure(f"{of}, {kind} that are missing or too many", abs(found - wanted), "rows", 0)
            for kind, (found, wanted) in (await _rows_in(home, export.id)).items()
        ],
    ]


async def _rows_in(home: House, export_id: ExportId) -> Mapping[str, tuple[int, int]]:
    """How many there are in the archive of what the member has, and how many of it they have."""
    archives = EncryptedArchives(home.clock, str(home.mails.parent / "exports"), DERIVATION_KEY.encode())
    content = await archives.get(export_id)
    records: Any = {"daily_matches": [], "pairs": []}
    photos: list[str] = []
    if content is not None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            records = json.loads(archive.read("data.json"))["records"]
            photos = [name for name in archive.namelist() if name.startswith("photos/")]
    return {
        "introductions": (sum(len(day["candidates"]) for day in records["daily_matches"]), INTRODUCTIONS),
        "decisions": (len(records["pairs"]), DECISIONS),
        "photos": (len(photos), PHOTOS),
    }


async def erased(home: House, size: int, rng: random.Random) -> Sequence[Figure]:
    """Erase so many, wave by wave, and kill a worker as soon as somebody of a wave is gone: so the kills fall among the
    erasures, however fast these are. Then look for what should not be and what should."""
    leaving, album = await many_who_leave(home, size)
    in_the_middle, started = 0, time.monotonic()
    for wave in range(KILLS):
        await home.rows(COME_DUE, [user.id for user in leaving[wave::KILLS]])
        due = await _due(home)
        while await _due(home) >= due and time.monotonic() - started < PATIENCE:
            await asyncio.to_thread(_sweep, home.broker.url)
            await _less_than(home, due, rng.uniform(4.0, 6.0))
        await home.processes[f"worker-{rng.choice((1, 2))}"].again()
        in_the_middle += await _due(home) > 0
    while await _due(home) and time.monotonic() - started < PATIENCE:
        await asyncio.to_thread(_sweep, home.broker.url)
        await _less_than(home, 1, 5.0)
    taken = time.monotonic() - started
    drained = await home.drained(PATIENCE)
    return [
        Figure(
            f"erasures, of {KILLS} kills of workers in the middle", in_the_middle, "kills", IN_THE_MIDDLE, at_least=True
        ),
        Figure(f"erasures of {size:,} members, from first to last", taken, "s", PATIENCE),
        Figure("erasures, outbox drained after", drained, "s", PATIENCE),
        *await _judged(home, leaving, album),
    ]


async def _less_than(home: House, due: int, seconds: float) -> None:
    """Wait until fewer are due than these, so long at most."""
    until = time.monotonic() + seconds
    while True:
        if await _due(home) < due or time.monotonic() > until:
            return
        await asyncio.sleep(0.05)


async def _judged(home: House, leaving: Sequence[User], album: Sequence[Photo]) -> Sequence[Figure]:
    gone = {user.id for user in leaving}
    ledger = await FileErasureLedger(str(home.mails.parent / "erasures")).erased()
    told = await home.rows("SELECT count(*) AS notices FROM notices WHERE kind = 'match_left'")
    mails = [path.read_text(errors="replace") for path in (home.mails / "new").iterdir()]
    receipts = sum(f"\n{_TEMPLATE}{MailTemplate.ERASED}" in mail for mail in mails)
    folder = home.mails.parent / "photos"
    files = [path for photo in album for path in folder.rglob(f"*{photo.id}*")]
    staying = await home.rows("SELECT count(*) AS members FROM users WHERE email LIKE 'stays%'")
    return [
        Figure("erasures, members left", await _due(home), "members", 0),
        Figure("erasures, rows of somebody erased", await _rows_of(home, gone), "rows", 0),
        Figure("erasures, missing in the ledger", len(gone - set(ledger)), "members", 0),
        Figure("erasures, in the ledger and not erased", len(set(ledger) - gone), "members", 0),
        Figure(
            "erasures, not told to whom they were matched with, or twice",
            abs(told[0]["notices"] - len(gone)),
            "notices",
            0,
        ),
        Figure("erasures, receipts missing or double", abs(receipts - len(gone)), "mails", 0),
        Figure("erasures, files of photos left", len(files), "files", 0),
        Figure("erasures, of those who stay", staying[0]["members"], "members", 50, at_least=True),
    ]


_TEMPLATE = "X-SaltBitter-Template: "


async def _rows_of(home: House, gone: Collection[UserId]) -> int:
    """Rows of any table in which the number of somebody erased stands."""
    found = 0
    for table in metadata.tables.keys() - MENTIONING:
        for row in await home.rows(f"SELECT t::text AS row FROM {table} AS t"):  # noqa: S608  our own tables
            found += any(str(user_id) in row["row"] for user_id in gone)
    return found


async def _due(home: House) -> int:
    (row,) = await home.rows(DUE)
    return int(row["members"])


def _sweep(broker_url: str) -> None:
    """Ask for the sweep, as every hour's schedule does."""
    broker = production_broker(broker_url)
    try:
        broker.enqueue(dramatiq.Message(queue_name=BULK, actor_name="run_job", args=("sweep",), kwargs={}, options={}))
    finally:
        broker.close()


async def measured(size: int, seed: int) -> Sequence[Figure]:
    async with house(say, more={"SALTBITTER_DERIVATION_KEY": DERIVATION_KEY}) as home:
        return [*await copied(home), *await erased(home, size, random.Random(seed))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path, default=Path("build/reports/bench-privacy.json"))
    options = parser.parse_args()
    end_in_order_when_asked()
    figures = asyncio.run(measured(options.members, options.seed))
    rows = [attrs.asdict(each) | {"holds": each.holds} for each in figures]
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(rows, indent=1))
    for each in figures:
        say(f"{'ok ' if each.holds else 'NOT'}  {each.name}: {each.value} {each.unit} (bar {each.bar})")
    return 0 if all(each.holds for each in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
