"""A member with a marker in every field: all that belongs in it is in their copy, nothing of them stays when they are
erased, and nothing of anybody else is touched or told. Over each store, and every other place where something is kept.
"""

import io
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import attrs
import pytest

from adapters.postgres.tables import metadata
from config import test, test_postgres
from config.application import Application
from config.data_register import data_register
from config.start import running
from entrypoints.site import embedded_workers
from entrypoints.worker.embedded import EmbeddedWorkers
from saltbitter_domain.exports.model import DataExport, ExportRequested
from saltbitter_domain.kernel import ExportId
from saltbitter_domain.register import AtErasure, Kind
from saltbitter_domain.traffic import StoredAnswer
from saltbitter_domain.users.model import Suspended
from tests.doubles.canary import Canary, a_canary, plant, plant_picture

OUTSIDE_THE_STORE = ("photo_store", "archives", "idempotency", "rate_limits", "revocations", "mailer", "erasure_ledger")
KEPT = {item.place for item in data_register().items if item.at_erasure is AtErasure.KEEP}
"""Where the register says that something outlives an erasure."""
ALLOWED = KEPT | {"mailer", "erasure_ledger", "ledger_transactions"}
"""By the names that these places have here: ``parties.mail``, ``files."erasures/"`` and, in memory, the books."""
A_NUMBER_IN_ANOTHERS_ROW = {"daily_matches", "notices"}
"""Others were introduced to, or matched with, somebody of whom nothing is left but a random number."""

GONE_ANYWAY = {"ben-label", "ben-prefix", "ben-hash", "ben-note"}
"""Where Ben was signed in is forgotten by itself in the time that passes, and what he wrote to Ana goes with her."""


@attrs.frozen
class House:
    application: Application
    workers: EmbeddedWorkers
    database_url: str

    @property
    def adapters(self) -> Any:
        return self.application.adapters

    async def places(self) -> Mapping[str, str]:
        """All that is kept anywhere, as text, by place."""
        found: dict[str, str] = {name: _text(getattr(self.adapters, name)()) for name in OUTSIDE_THE_STORE}
        if self.database_url:
            return {**found, **await _tables(self.database_url)}
        return found | {name: _text(table) for name, table in vars(self.adapters.store().tables).items()}

    async def passes(self, days: int) -> None:
        self.adapters.clock().advance(timedelta(days=days))
        for _ in range(2):
            await self.workers.settle()


@asynccontextmanager
async def opened(mode: str, database_url: str) -> AsyncIterator[House]:
    settings = test_postgres.settings(database_url) if database_url else test.settings()
    async with (
        running(mode, settings) as application,
        embedded_workers(application, keep_running=False) as workers,
    ):
        yield House(application, workers, database_url)


def _holds(text: str, marker: str) -> bool:
    """Whether the marker is in it, as it is or in the way PostgreSQL writes bytes."""
    return marker in text or marker.encode().hex() in text


def _text(thing: object) -> str:
    return "\n".join(_words(thing, set()))


def _words(thing: object, seen: set[int]) -> Iterator[str]:
    """Every value that can be reached from a thing of ours, whether or not its ``repr`` shows it."""
    if id(thing) in seen:
        return
    if isinstance(thing, bytes):
        yield thing.decode("latin-1")
        return
    seen.add(id(thing))
    if isinstance(thing, Mapping):
        parts: list[object] = [*thing.keys(), *thing.values()]
    elif isinstance(thing, list | tuple | set | frozenset):
        parts = list(thing)
    elif fields := getattr(type(thing), "__attrs_attrs__", None):
        parts = [getattr(thing, field.name) for field in fields]
    elif type(thing).__module__.startswith("adapters.") and hasattr(thing, "__dict__"):
        parts = list(vars(thing).values())
    else:
        yield str(thing)
        return
    for part in parts:
        yield from _words(part, seen)


async def _tables(url: str) -> Mapping[str, str]:
    connection = await asyncpg.connect(url)
    try:
        return {
            name: "\n".join(row["row"] for row in await connection.fetch(f"SELECT t::text AS row FROM {name} AS t"))  # noqa: S608
            for name in metadata.tables
        }
    finally:
        await connection.close()


async def _settled_in(house: House) -> tuple[Canary, Canary, Mapping[str, bytes]]:
    """Ana and Ben, who like one another, each with markers everywhere."""
    ids, clock, begin = house.adapters.ids(), house.adapters.clock(), house.adapters.begin()
    now = clock.now()
    ana, ben = (a_canary(name, ids, now) for name in ("ana", "ben"))
    async with begin() as uow:
        await uow.users.add(ana)
        await uow.users.add(ben)
        await uow.commit()
    async with begin() as uow:
        first = await plant(uow, ana, ben, "ana", ids, now)
        second = await plant(uow, ben, ana, "ben", ids, now)
        uow.emit(Suspended(ana.id, "ana-reason"))
        await uow.commit()
    pixels = {
        canary.user.email: await plant_picture(house.adapters.photo_store(), canary.photo, name)
        for canary, name in ((first, "ana"), (second, "ben"))
    }
    answers = house.adapters.idempotency()
    await answers.begin(f"user:{ana.id}", "a-key-of-ana", "fingerprint")
    await answers.finish(f"user:{ana.id}", "a-key-of-ana", StoredAnswer(200, (), b"ana-answer"))
    await house.workers.settle()
    return first, second, pixels


async def _copied(house: House, canary: Canary) -> zipfile.ZipFile:
    export = DataExport(ExportId(house.adapters.ids().new()), canary.user.id, house.adapters.clock().now())
    async with house.adapters.begin()() as uow:
        await uow.exports.add(export)
        uow.emit(ExportRequested(export.user_id, export.id))
        await uow.commit()
    for _ in range(2):
        await house.workers.settle()
    return zipfile.ZipFile(io.BytesIO(await house.adapters.archives().get(export.id)))


@pytest.fixture(params=["test", "test_postgres"])
def mode(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A mode, and the database it is over, if any."""
    return request.param, request.getfixturevalue("database_url") if request.param == "test_postgres" else ""


async def test_what_belongs_is_in_the_copy_and_nothing_of_a_member_outlives_their_erasure(
    mode: tuple[str, str],
) -> None:
    async with opened(*mode) as house:
        ana, ben, pixels = await _settled_in(house)
        copy = await _copied(house, ana)
        content = b"\n".join(map(copy.read, copy.namelist())).decode("latin-1")
        own, others = pixels[ana.user.email].decode(), pixels[ben.user.email].decode()
        markers = [*ana.markers, own, "ana-reason", "ana-answer"]

        assert [marker for marker in [*ana.kept, own] if marker not in content] == []
        assert [marker for marker in [*ben.markers, *ana.withheld, others] if marker in content] == []

        before = "\n".join((await house.places()).values())
        assert [marker for marker in markers if not _holds(before, marker)] == [], "the search finds what is there"

        async with house.adapters.begin()() as uow:
            user = await uow.users.get(ana.user.id)
            assert user
            await uow.users.save(user.leaving(house.adapters.clock().now()))
            await uow.commit()
        await house.passes(31)
        await house.passes(31)
        await house.adapters.idempotency().begin(f"user:{ben.user.id}", "a-key-of-ben", "fingerprint")  # forgets first

        after = await house.places()
        left = {name for name, text in after.items() if any(_holds(text, marker) for marker in [*markers, "ana-"])}
        assert left <= ALLOWED, "these are left although the data register says otherwise"
        named = {name for name, text in after.items() if str(ana.user.id) in text}
        assert named <= ALLOWED | A_NUMBER_IN_ANOTHERS_ROW
        everything = "\n".join(after.values())
        still = {*ben.markers, others} - GONE_ANYWAY
        assert [marker for marker in still if marker not in everything] == [], "Ben lost nothing"


def test_every_place_of_the_register_is_searched() -> None:
    """A new table is in the metadata by itself; a new cache, bucket or file needs a place here."""
    kinds = {kind: {item.place for item in data_register().of(kind)} for kind in (Kind.CACHE, Kind.BUCKET, Kind.FILE)}

    assert kinds == {
        Kind.CACHE: {"revoked", "limit:", "leader:"},
        Kind.BUCKET: {"uploads/", "photos/"},
        Kind.FILE: {"exports/", "erasures/"},
    }, "search the new place in OUTSIDE_THE_STORE"
