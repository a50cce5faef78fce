"""One SaltBitter of its own for every scenario: served over HTTP, with workers and a clock that stands still."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any
from uuid import UUID

import aiohttp
import attrs
from aiohttp.test_utils import TestServer

from adapters.population.generator import SyntheticMember
from adapters.population.seeding import Seeding
from config.application import Application
from config.settings import Settings
from config.start import running
from entrypoints.site import embedded_workers, site
from entrypoints.worker.embedded import EmbeddedWorkers
from saltbitter_domain.assessments.catalogue import questionnaire
from saltbitter_domain.kernel import Ids, UserId
from saltbitter_domain.subscriptions.model import Tier
from tests.conftest import Run
from tests.steps.person import PASSWORD, Answer, Person, send

BLURHASH = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"
PORTRAIT_SIZE = (810, 1080)


@attrs.define(slots=False)
class World:
    """``people`` are those the scenario speaks of, by name."""

    run: Run
    application: Application
    workers: EmbeddedWorkers
    http: aiohttp.ClientSession
    people: dict[str, Person] = attrs.field(factory=dict)
    _addresses: Iterator[int] = attrs.field(factory=lambda: count(1))

    @property
    def now(self) -> datetime:
        now: datetime = self.application.adapters.clock().now()
        return now

    def moves_to(self, instant: datetime) -> None:
        """Let it be this instant, and let everything happen that is due by then."""
        self.application.adapters.clock().at(instant)
        self.settles()

    def passes(self, time: timedelta) -> None:
        """Let time pass, and let everything happen that is due by then."""
        self.moves_to(self.now + time)

    def settles(self) -> None:
        """Let everything happen that is due by now."""
        self.run(self.workers.settle())

    def new_address(self) -> str:
        """A network address that nobody in this world had before: limits count by it."""
        number = next(self._addresses)
        return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"

    def asks(self, method: str, path: str, **options: Any) -> Answer:
        """What somebody unknown is answered who asks from an address of their own."""
        headers = {"X-Forwarded-For": self.new_address()}
        answer: Answer = self.run(send(self.http, method, path, headers=headers, **options))
        return answer

    def person(self, name: str) -> Person:
        """Whoever has this name; without an account until they get one."""
        if name not in self.people:
            self.people[name] = Person(self, name, f"{name.lower()}.example@mail.saltbitter.example")
        return self.people[name]

    def inbox(self, person: Person) -> list[tuple[str, Mapping[str, str]]]:
        """The person's mails, newest first: what each is about, and what it carries."""
        delivered = self.application.adapters.mailer().inbox(person.email)
        return [(each.mail.template, each.mail.data) for each in delivered]

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The versions in force of the texts that members agree to, by purpose."""
        items = self.asks("GET", "/api/consents/texts").body["items"]
        return {text["purpose"]: text["version"] for text in items}

    def settle_in(self, members: Iterable[SyntheticMember], ids: Ids | None = None) -> list[Person]:
        """Let these live here, as if they had joined a month ago; all have the one password."""
        people: list[Person] = self.run(self._settle_in(list(members), ids))
        return people

    async def _settle_in(self, members: list[SyntheticMember], ids: Ids | None) -> list[Person]:
        adapters = self.application.adapters
        seeding = Seeding(
            begin=adapters.begin(),
            clock=adapters.clock(),
            ids=ids or adapters.ids(),
            questionnaire=questionnaire(),
            blurhash=lambda _: BLURHASH,
            portrait_size=PORTRAIT_SIZE,
            on_photo=lambda *_: None,
        )
        user_ids = await seeding.store(members)
        password_hash = await adapters.hasher().hash(PASSWORD)
        people = []
        async with adapters.begin()() as uow:
            for user_id, member in zip(user_ids, members, strict=True):
                user = await uow.users.get(user_id)
                await uow.users.save(attrs.evolve(user, password_hash=password_hash))
                people.append(Person(self, member.content.name, user.email, user_id=str(user_id)))
            await uow.commit()
        return people

    def give_tier(self, person: Person, tier: Tier) -> None:
        """Let the person hold a tier, as a payment will once there are payments."""

        async def give() -> None:
            async with self.application.adapters.begin()() as uow:
                await uow.subscriptions.set_tier(UserId(UUID(person.user_id)), tier)
                await uow.commit()

        self.run(give())


@asynccontextmanager
async def opened(run: Run, mode: str, settings: Settings) -> AsyncIterator[World]:
    """A new world in this mode. Every device calls through one proxy, which says where it is."""
    settings = attrs.evolve(settings, trusted_proxies=1)
    async with (
        running(mode, settings) as application,
        embedded_workers(application, keep_running=False) as workers,
        TestServer(site(application)) as server,
        aiohttp.ClientSession(server.make_url("/")) as http,
    ):
        yield World(run, application, workers, http)
