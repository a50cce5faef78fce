"""Two houses in which something of a member may lie: one in memory, and one as in production but for its clock, over
PostgreSQL, Redis, S3, folders and Stripe. Either is searched as a whole."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import attrs
import pytest
import redis
from dependency_injector import containers, providers

import config.production
from adapters.aws.photo_store import S3PhotoStore
from adapters.memory.doorbell import Doorbell
from adapters.memory.photo_checks import CountingFaces
from adapters.postgres.tables import metadata
from adapters.signing import SignedAddresses
from adapters.system.clock import ManualClock
from adapters.system.passwords import BcryptPasswords
from config import test
from config.application import Application
from config.common import password_peppers
from config.settings import ProductionSettings, Settings
from config.start import running
from entrypoints.site import embedded_workers
from entrypoints.worker.embedded import EmbeddedWorkers
from tests.doubles.aws import REGION
from tests.doubles.s3 import BUCKET, plain_client, running_s3
from tests.doubles.stripe.server import StripeDouble

IN_MEMORY = ("photo_store", "archives", "idempotency", "rate_limits", "revocations", "mailer", "erasure_ledger")


@attrs.frozen
class House:
    application: Application
    workers: EmbeddedWorkers
    stripe: StripeDouble | None = None
    bucket: Any = None

    @property
    def adapters(self) -> Any:
        return self.application.adapters

    async def places(self) -> Mapping[str, str]:
        """All that is kept anywhere, as text, by the name of the place in the data register or of the adapter."""
        if self.stripe is None:
            found = {name: _text(getattr(self.adapters, name)()) for name in IN_MEMORY}
            return found | {name: _text(table) for name, table in vars(self.adapters.store().tables).items()}
        settings = self.adapters.settings()
        folders = {
            "mail": settings.mail_directory,
            "erasures/": settings.erasure_directory,
            "exports/": settings.export_directory,
        }
        return {
            **await _tables(settings.database_url),
            **_keys(settings.cache_url),
            **{name: _files(Path(folder)) for name, folder in folders.items()},
            "photos/": _objects(self.bucket),
            "stripe": _text([attrs.asdict(self.stripe.shop.money, recurse=False), self.stripe.subscriptions]),
            "stripe customers": _text([each for each in self.stripe.shop.customers.values() if "deleted" not in each]),
        }

    async def passes(self, days: int) -> None:
        self.adapters.clock().advance(timedelta(days=days))
        for _ in range(2):
            await self.workers.settle()


@asynccontextmanager
async def in_memory() -> AsyncIterator[House]:
    async with (
        running("test", test.settings()) as application,
        embedded_workers(application, keep_running=False) as workers,
    ):
        yield House(application, workers)


@asynccontextmanager
async def as_in_production(settings: ProductionSettings) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        clock = ManualClock(test.START)
        address = stack.enter_context(running_s3(clock))
        stripe = await stack.enter_async_context(StripeDouble(clock).serving())
        patches = stack.enter_context(pytest.MonkeyPatch.context())
        made = config.production.adapters

        def adapters(given: Settings) -> containers.DynamicContainer:
            container = made(given)  # type: ignore[arg-type]
            signed = SignedAddresses(clock, given.media_key.encode())
            container.override_providers(
                clock=providers.Object(clock),
                hasher=providers.Singleton(BcryptPasswords, password_peppers(given), rounds=test.FAST_ROUNDS),
                doorbell=providers.Singleton(Doorbell),
                photo_store=providers.Singleton(S3PhotoStore, BUCKET, signed, region=REGION, endpoint=address),
                faces=providers.Singleton(CountingFaces, 1),
            )
            return container

        patches.setattr(config.production, "adapters", adapters)
        sells = attrs.evolve(settings, stripe=stripe.account)
        application = await stack.enter_async_context(running("production", sells))
        workers = await stack.enter_async_context(embedded_workers(application, keep_running=False))
        yield House(application, workers, stripe, plain_client(address))


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


def _keys(url: str) -> Mapping[str, str]:
    """Every key of Redis with what it holds, by what the name begins with."""
    found: dict[str, str] = {}
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter():
            name = key.decode()
            place, colon, _ = name.partition(":")
            assert client.pttl(key) > 0 or name == "revoked", "a cache forgets by itself; that one when it is written"
            held = client.zrange(key, 0, -1) if client.type(key) == b"zset" else client.get(key)
            found[place + colon] = f"{found.get(place + colon, '')}\n{name}\n{held}"
    return found


def _files(folder: Path) -> str:
    return "\n".join(
        f"{path.name}\n{path.read_bytes().decode('latin-1')}" for path in folder.rglob("*") if path.is_file()
    )


def _objects(client: Any) -> str:
    """Every version of every object in the bucket, and every mark that one was deleted."""
    listed = client.list_object_versions(Bucket=BUCKET)
    kept = [
        client.get_object(Bucket=BUCKET, Key=each["Key"], VersionId=each["VersionId"])["Body"].read().decode("latin-1")
        for each in listed.get("Versions", ())
    ]
    return "\n".join(
        [*(each["Key"] for each in (*listed.get("Versions", ()), *listed.get("DeleteMarkers", ()))), *kept]
    )
