"""Two houses in which something of a member may lie: one in memory, and one as in production but for its clock, over
PostgreSQL as the application's role, Redis, S3, folders, Stripe, Rekognition, SES and a push service. Each is searched
whole."""

import base64
import json
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from email import policy
from email.parser import Parser
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import attrs
import pytest
import redis
from dependency_injector import containers, providers

import config.production
from adapters.aws.photo_store import S3PhotoStore
from adapters.aws.rekognition import RekognitionFaces, RekognitionModerator
from adapters.mail.letter import Envelopes, Letters
from adapters.mail.ses import SesMailer
from adapters.memory.doorbell import Doorbell
from adapters.postgres.tables import metadata
from adapters.push.web_push import VapidKey, WebPush
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
from tests.contracts.roles import APPLICATION, apply_roles, as_role
from tests.doubles import ses
from tests.doubles.aws import REGION
from tests.doubles.push import PushDouble, running_push_service
from tests.doubles.rekognition import Rekognition, running_rekognition
from tests.doubles.s3 import BUCKET, plain_client, running_s3
from tests.doubles.smtp import certificate
from tests.doubles.stripe.server import StripeDouble

IN_MEMORY = ("photo_store", "archives", "idempotency", "rate_limits", "revocations", "mailer", "erasure_ledger", "push")
BUCKETS = ("uploads/", "photos/")


@attrs.frozen
class Outside:
    """The parties that production hands something of members to, and the database as its owner sees it."""

    database_url: str
    stripe: StripeDouble
    rekognition: Rekognition
    push: PushDouble
    bucket: Any

    def holds(self) -> Mapping[str, str]:
        """What each was given or still has, by its name in the data register."""
        objects = _objects(self.bucket)
        asked = [(each["operation"], base64.b64decode(each["Image"]["Bytes"])) for each in self.rekognition.asked]
        customers = [each for each in self.stripe.shop.customers.values() if "deleted" not in each]
        return {
            **{place: _of(objects, place) for place in BUCKETS},
            "photo_store": _of(objects),
            "stripe": _text(
                [attrs.asdict(self.stripe.shop.money, recurse=False), self.stripe.subscriptions, customers]
            ),
            "rekognition": _text(asked),
            "push": _text([self.push.paths, [*map(dict, self.push.headers)], self.push.taken]),
            "mail": "\n".join(map(_letter, ses.taken())),
        }


@attrs.frozen
class Places:
    """All that is kept anywhere, as text, by the name in the data register of the column or of the place, or by that of
    the adapter or table in memory. ``rows`` are those of each table, by column."""

    texts: Mapping[str, str]
    rows: Mapping[str, Sequence[Mapping[str, str]]] = attrs.field(factory=dict)

    def holding(self, *needles: str) -> set[str]:
        """Where one of these is, as it is or in the way PostgreSQL writes bytes."""
        return {name for name, text in self.texts.items() if any(holds(text, needle) for needle in needles)}

    def about(self, *needles: str) -> set[str]:
        """Where one of these is, and every column that is not empty in a row in which one is."""
        of_rows = {
            f"{table}.{column}"
            for table, rows in self.rows.items()
            for row in rows
            if any(holds(text, needle) for text in row.values() for needle in needles)
            for column, text in row.items()
            if text not in EMPTY
        }
        return self.holding(*needles) | of_rows


EMPTY = ("null", '""', "[]", "{}")


def holds(text: str, marker: str) -> bool:
    """Whether the marker is in it, as it is or in the way PostgreSQL writes bytes."""
    return marker in text or marker.encode().hex() in text


@attrs.frozen
class House:
    application: Application
    workers: EmbeddedWorkers
    outside: Outside | None = None

    @property
    def adapters(self) -> Any:
        return self.application.adapters

    async def places(self) -> Places:
        """Everything, as it is now."""
        if self.outside is None:
            found = {name: _text(getattr(self.adapters, name)()) for name in IN_MEMORY}
            return Places(found | {name: _text(table) for name, table in vars(self.adapters.store().tables).items()})
        settings = self.adapters.settings()
        folders = {"erasures/": settings.erasure_directory, "exports/": settings.export_directory}
        rows = await _rows(self.outside.database_url)
        columns = {
            f"{column.table.name}.{column.name}": "\n".join(row[column.name] for row in rows[column.table.name])
            for table in metadata.tables.values()
            for column in table.columns
        }
        return Places(
            {
                **columns,
                **_keys(settings.cache_url),
                **{name: _files(Path(folder)) for name, folder in folders.items()},
                **self.outside.holds(),
            },
            rows,
        )

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
        ses.know(settings.mail_sender, address)
        stripe = await stack.enter_async_context(StripeDouble(clock).serving())
        rekognition = await stack.enter_async_context(running_rekognition())
        server, browser = certificate(Path(settings.mail_directory))
        push = await stack.enter_async_context(running_push_service(server))
        tls = aiohttp.TCPConnector(ssl=browser)
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
                faces=providers.Singleton(RekognitionFaces, region=REGION, endpoint=rekognition.address),
                moderator=providers.Singleton(RekognitionModerator, region=REGION, endpoint=rekognition.address),
                mailer=providers.Singleton(
                    SesMailer, Envelopes(Letters(), clock, settings.mail_sender), REGION, address
                ),
                push=providers.Singleton(WebPush, clock, given.vapid_key, connector=tls),
            )
            return container

        patches.setattr(config.production, "adapters", adapters)
        await apply_roles(settings.database_url)
        whole = attrs.evolve(
            settings,
            database_url=as_role(settings.database_url, APPLICATION),
            stripe=stripe.account,
            vapid_key=VapidKey.generated("mailto:help@saltbitter.example"),
        )
        application = await stack.enter_async_context(running("production", whole))
        workers = await stack.enter_async_context(embedded_workers(application, keep_running=False))
        yield House(
            application, workers, Outside(settings.database_url, stripe, rekognition, push, plain_client(address))
        )


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


async def _rows(url: str) -> Mapping[str, Sequence[Mapping[str, str]]]:
    """The rows of every table, each value as JSON."""
    connection = await asyncpg.connect(url)
    try:
        return {
            name: [
                {column: json.dumps(value, ensure_ascii=False) for column, value in json.loads(row["row"]).items()}
                for row in await connection.fetch(f"SELECT to_jsonb(t) AS row FROM {name} AS t")  # noqa: S608
            ]
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


def _objects(client: Any) -> Collection[tuple[str, str]]:
    """Every version of every object in the bucket, and every mark that one was deleted, with its key."""
    listed = client.list_object_versions(Bucket=BUCKET)
    kept = [
        (each["Key"], client.get_object(Bucket=BUCKET, Key=each["Key"], VersionId=each["VersionId"])["Body"].read())
        for each in listed.get("Versions", ())
    ]
    marks = [(each["Key"], "") for each in listed.get("DeleteMarkers", ())]
    return [*((key, body.decode("latin-1")) for key, body in kept), *marks]


def _letter(raw: str) -> str:
    """Whom a mail is to and every word of it, decoded."""
    message = Parser(policy=policy.default).parsestr(raw)
    parts = (part.get_content() for part in message.walk() if not part.is_multipart())
    return "\n".join([*map(str, message.values()), *map(str, parts)])


def _of(objects: Collection[tuple[str, str]], prefix: str = "") -> str:
    return "\n".join(f"{key}\n{body}" for key, body in objects if key.startswith(prefix))
