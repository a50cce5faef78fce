"""A whole site in this process, and people living in it who have been introduced to one another this morning."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
import attrs
import structlog
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.local.portraits import portrait_size
from adapters.population.generator import SyntheticMember, generate
from adapters.population.seeding import Seeding
from adapters.system.clock import ManualClock
from config import test, test_postgres
from config.application import Application
from config.start import running
from entrypoints.site import embedded_workers, http_settings, site
from entrypoints.worker.embedded import EmbeddedWorkers
from saltbitter_domain.assessments.catalogue import questionnaire
from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import Size
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.users.model import Tokens
from tests.doubles.contract import Contract

PASSWORD = "nine slow herons at dusk"
UNLIMITED = 1_000_000_000
"""Requests per minute: a refusal by a limit would hide what the request would have met behind it."""


@attrs.define
class Town:
    """``members`` are all who live here. Their clock stands still, so that access tokens last. ``errors`` are lines
    of the log that tell of our own mistakes, in requests and in listeners. ``database_url`` is where all is kept, if
    not in memory."""

    application: Application
    workers: EmbeddedWorkers
    client: TestClient[web.Request, web.Application]
    contract: Contract
    members: Sequence[UserId]
    errors: Sequence[Mapping[str, Any]]
    database_url: str | None = attrs.field(default=None, repr=False)

    @property
    def clock(self) -> ManualClock:
        clock: ManualClock = self.application.adapters.clock()
        return clock

    @property
    def url(self) -> str:
        return str(self.client.make_url("")).rstrip("/")

    def email(self, user_id: UserId) -> str:
        return f"member-{user_id.hex}@members.saltbitter.example"

    async def sign_in(self, user_id: UserId, label: str = "test", device_token: str | None = None) -> Tokens:
        """A new session, by the password alone."""
        await self.let_in(user_id)
        tokens = await self.application.auth().login(
            email=self.email(user_id), password=PASSWORD, label=label, ip="127.0.0.1", device_token=device_token
        )
        assert isinstance(tokens, Tokens)
        return tokens

    async def let_in(self, user_id: UserId) -> None:
        """Give the member the password ``PASSWORD``, whatever it was, and no second factor."""
        password_hash = await self.application.adapters.hasher().hash(PASSWORD)
        async with self.application.adapters.begin()() as uow:
            user = await uow.users.get(user_id)
            await uow.users.save(attrs.evolve(user, password_hash=password_hash))
            if factor := await uow.second_factors.get(user_id):
                await uow.second_factors.remove(factor)
            await uow.commit()

    async def drop_profile(self, user_id: UserId) -> None:
        """Let the member have no profile again, which happens to nobody else."""
        if self.database_url is None:
            self.application.adapters.store().tables.profiles.drop(user_id)
            return
        connection = await asyncpg.connect(self.database_url)
        try:
            await connection.execute("DELETE FROM profiles WHERE user_id = $1", user_id)
        finally:
            await connection.close()

    async def upgrade(self, user_id: UserId, tier: Tier = Tier.ELITE) -> None:
        async with self.application.adapters.begin()() as uow:
            await uow.subscriptions.set_tier(user_id, tier)
            await uow.commit()


@contextmanager
def _errors_logged() -> Iterator[list[Mapping[str, Any]]]:
    """Collect the log's errors and print nothing."""
    before = structlog.get_config()
    errors: list[Mapping[str, Any]] = []

    def keep(_logger: object, _method: str, fields: MutableMapping[str, Any]) -> Mapping[str, Any]:
        errors.append(fields)
        raise structlog.DropEvent

    structlog.configure(processors=[keep], wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        yield errors
    finally:
        structlog.configure(**before)


def _unchanged(member: SyntheticMember) -> SyntheticMember:
    return member


@asynccontextmanager
async def town(
    size: int = 150,
    *,
    keep_running: bool = False,
    change: Callable[[SyntheticMember], SyntheticMember] = _unchanged,
    database_url: str | None = None,
) -> AsyncIterator[Town]:
    """A town of ``size`` people in one city, each after ``change``. ``keep_running`` is for the workers. With
    ``database_url`` it is kept in PostgreSQL."""
    mode, settings = (
        ("test_postgres", test_postgres.settings(database_url)) if database_url else ("test", test.settings())
    )
    settings = attrs.evolve(settings, sign_in_ceiling=UNLIMITED)
    with _errors_logged() as errors:
        async with running(mode, settings) as application:
            members = await _settle_people(application, size, change)
            await application.daily_runs().generate_matches()
            limits = attrs.evolve(
                http_settings(application.adapters.settings()),
                member_limit=UNLIMITED,
                signing_in_limit=UNLIMITED,
                address_limit=UNLIMITED,
                limited_by_day=False,
            )
            async with (
                embedded_workers(application, keep_running=keep_running) as workers,
                TestClient(TestServer(site(application, http=limits))) as client,
            ):
                if not keep_running:
                    await workers.settle()
                document = await (await client.get("/api/openapi.json")).json()
                yield Town(application, workers, client, Contract(document), members, errors, database_url)


async def _settle_people(
    application: Application, size: int, change: Callable[[SyntheticMember], SyntheticMember]
) -> Sequence[UserId]:
    adapters = application.adapters
    portraits = adapters.portraits()
    blurhash = portraits.blurhash(0)
    seeding = Seeding(
        begin=adapters.begin(),
        clock=adapters.clock(),
        ids=adapters.ids(),
        questionnaire=questionnaire(),
        blurhash=lambda _: blurhash,
        portrait_size=portrait_size(Size.LARGE),
        on_photo=portraits.remember,
    )
    people = await asyncio.to_thread(
        lambda: [change(person) for person in generate(size, 3, adapters.clock().now().date(), questionnaire())]
    )
    return await seeding.store(people)
