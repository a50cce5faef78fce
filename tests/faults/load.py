"""Members who go on as if nothing had happened: they edit, like, register and wait for their morning, over HTTP."""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Coroutine, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import aiohttp
import asyncpg
import attrs
import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker

from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.consent.model import Purpose
from tests.faults.cast import Cast, Member, email
from tests.faults.history import Announcement, Edit, History, Like, Morning, Outcome, Registration
from tests.faults.house import House

REQUEST_SECONDS = 12.0
"""More than the API's own limits add up to, so that it answers first."""
PATIENCE_SECONDS = 150.0
"""How long a client goes on asking: a key whose request died is free again after 60 s."""
ASK_AGAIN_SECONDS = 5.0
EDITORS = 2
"""So many edit one profile at once, each from the version it saw last."""
BURSTS = 4
EPOCH = date(1970, 1, 1)
_ANNOUNCE = """
INSERT INTO outbox (id, topic, payload, occurred_at, due_at, attempts, starts)
SELECT gen_random_uuid(), 'compatibility.daily_matches_made',
       jsonb_build_object('day', day, 'user_ids', jsonb_build_array(member)), now(), now(), 0, 0
FROM unnest($1::uuid[], $2::text[]) AS told (member, day)
"""
_SERVED = "SELECT count(DISTINCT user_id) AS members FROM daily_matches WHERE user_id = ANY($1)"
DEFINITE = range(200, 500)
PASSING = frozenset({"request_in_progress", "stale_write", "rate_limited"})


@attrs.frozen
class Answer:
    """A status, 0 when none came, and the JSON of the body."""

    status: int
    body: Mapping[str, Any]

    @property
    def code(self) -> str:
        """The stable code of a refusal."""
        return str(self.body.get("code", ""))

    @property
    def passing(self) -> bool:
        """Whether the same request may be answered otherwise a moment later."""
        return self.status not in DEFINITE or self.code in PASSING


@attrs.frozen
class Amount:
    """How much is asked of a row's cast, within ``seconds``."""

    seconds: float
    edits: int
    registrations: int
    announcements: int


@attrs.define
class Load:
    """One row's load. What came of it stands in ``history``."""

    house: House
    cast: Cast
    amount: Amount
    rng: random.Random
    history: History = attrs.field(factory=History)
    announced: int = 0

    async def run(self) -> None:
        """Everything at once, each operation at a random moment of the time there is."""
        work: list[Coroutine[Any, Any, None]] = []
        for low, high in self.cast.pairs:
            moment = self._moment()
            work += [self._like(low, high, moment), self._like(high, low, moment)]
        work += [self._edit(member, name) for member, name in self._editors()]
        work += [self._register() for _ in range(self.amount.registrations)]
        work += [self._announce_at(self._moment()) for _ in range(BURSTS)]
        if self.cast.due:
            work.append(self._morning())
        await asyncio.gather(*work)

    async def announce(self, count: int) -> None:
        """Put so many messages into the outbox at once, so that workers have something to do; each has an effect of its
        own."""
        first = self.announced
        self.announced += count
        members = [self.rng.choice(self.cast.pairs)[0].id for _ in range(count)]
        days = [(EPOCH + timedelta(days=first + place)).isoformat() for place in range(count)]
        outcome = Outcome.ACKNOWLEDGED
        try:
            await self.house.rows(_ANNOUNCE, members, days)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            outcome = Outcome.UNKNOWN
        self.history.operations += [
            Announcement(outcome, member, day) for member, day in zip(members, days, strict=True)
        ]

    async def _announce_at(self, moment: float) -> None:
        await asyncio.sleep(moment)
        await self.announce(self.amount.announcements // BURSTS)

    def _moment(self) -> float:
        return self.rng.uniform(0, self.amount.seconds)

    async def ask(self, method: str, path: str, member: Member | None = None, **options: Any) -> Answer:
        """One request over a connection of its own, never repeated; whatever comes of it is an answer."""
        headers = dict(options.pop("headers", {}))
        if member is not None:
            headers["Authorization"] = f"Bearer {member.token}"
        started = time.monotonic()
        try:
            async with self.house.http.request(
                method,
                self.house.url + path,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS),
                **options,
            ) as response:
                content = await response.read()
                answer = Answer(response.status, json.loads(content) if content else {})
        except (aiohttp.ClientError, TimeoutError, OSError):
            answer = Answer(0, {})
        self.history.slowest = max(self.history.slowest, time.monotonic() - started)
        self.history.statuses[answer.status] += 1
        if answer.status == 500:
            self.history.oddities.append(f"{method} {path} answered 500")
        return answer

    async def until_definite(self, method: str, path: str, member: Member, **options: Any) -> Answer:
        """Ask the same until the answer tells how it stands."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = await self.ask(method, path, member, **options)
            if not answer.passing or time.monotonic() > deadline:
                return answer
            await asyncio.sleep(0.5 + self.rng.random())

    async def edit_everywhere(self) -> None:
        """All editors at the same moment, once."""
        turn = f"at {self.rng.getrandbits(32):08x}"
        await asyncio.gather(*(self._edit_once(member, f"{name} {turn}") for member, name in self._editors()))

    def _editors(self) -> Sequence[tuple[Member, str]]:
        edited = [low for low, _ in self.cast.pairs[: len(self.cast.pairs) // 3]]
        return [(member, f"{member.id}/{editor}") for member in edited for editor in range(EDITORS)]

    async def _edit(self, member: Member, name: str) -> None:
        """Write a few versions of the profile."""
        pause = self.amount.seconds / max(1, self.amount.edits)
        for turn in range(self.amount.edits):
            await asyncio.sleep(self.rng.uniform(0, 2 * pause))
            await self._edit_once(member, f"{name}/{turn}")

    async def _edit_once(self, member: Member, words: str) -> None:
        """Write a version of the profile from the one that is there, and again if another editor was faster."""
        while True:
            seen = await self.until_definite("GET", "/api/me/profile", member)
            if seen.status != 200:
                self._odd("an own profile", seen)
                return
            answer = await self.ask(
                "PUT",
                "/api/me/profile",
                member,
                json={**seen.body["content"], "bio": words},
                headers={"If-Match": f'"{seen.body["version"]}"'},
            )
            if answer.status not in {412, 429}:
                break
            await asyncio.sleep(self.rng.random())
        if answer.status == 200:
            self.history.operations.append(Edit(Outcome.ACKNOWLEDGED, member.id, words, answer.body["version"]))
        elif answer.status not in DEFINITE:
            self.history.operations.append(Edit(Outcome.UNKNOWN, member.id, words))
        else:
            self._odd("an edit", answer)

    async def _like(self, by: Member, about: Member, moment: float) -> None:
        """Like, and ask again with the same key until an answer comes."""
        await asyncio.sleep(moment)
        answer = await self.until_definite(
            "POST",
            "/api/me/decisions",
            by,
            json={"user_id": str(about.id), "kind": "like"},
            headers={"Idempotency-Key": f"{self.rng.getrandbits(128):032x}"},
        )
        # When the API died between the effect and keeping its answer, the retry learns that it was decided already.
        if answer.status == 201 or answer.code == "already_decided":
            outcome = Outcome.ACKNOWLEDGED
        else:
            outcome = Outcome.UNKNOWN if answer.passing else Outcome.REFUSED
            self._odd("a like", answer)
        self.history.operations.append(Like(outcome, by.id, about.id))

    async def _register(self) -> None:
        """Open an account; without an answer it is not asked again, since that would be another registration."""
        await asyncio.sleep(self._moment())
        address = email(self.rng)
        answer = await self.ask(
            "POST",
            "/api/auth/register",
            json={
                "email": address,
                "password": f"{self.rng.getrandbits(96):024x}",
                "date_of_birth": "1990-04-01",
                "time_zone": "Europe/London",
                "terms_version": TEXTS[Purpose.TERMS].version,
                "privacy_policy_version": TEXTS[Purpose.PRIVACY_POLICY].version,
            },
            headers={"X-Forwarded-For": ".".join(str(self.rng.randrange(1, 255)) for _ in range(4))},
        )
        outcome = Outcome.ACKNOWLEDGED if answer.status == 202 else Outcome.UNKNOWN
        if outcome is Outcome.UNKNOWN and answer.status in DEFINITE:
            self._odd("a registration", answer)
            outcome = Outcome.REFUSED
        self.history.operations.append(Registration(outcome, address))

    async def _morning(self) -> None:
        """Ask for the daily run, twice at once as two schedules would that both believe to be the one, and again until
        everybody is served, since a schedule asks every few minutes."""
        await asyncio.sleep(self.amount.seconds / 3)
        deadline = time.monotonic() + PATIENCE_SECONDS
        due = [member.id for member in self.cast.due]
        while time.monotonic() < deadline:
            with contextlib.suppress(redis.RedisError):
                await asyncio.to_thread(run_twice, self.house.broker.url)
            await asyncio.sleep(ASK_AGAIN_SECONDS)
            with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                (row,) = await self.house.rows(_SERVED, due)
                if row["members"] == len(due):
                    break
        for member in self.cast.due:
            self.history.operations.append(Morning(Outcome.ACKNOWLEDGED, member.id, member.day))

    def _odd(self, what: str, answer: Answer) -> None:
        self.history.oddities.append(f"{what} was answered {answer.status} {answer.code}")


def run_twice(broker_url: str) -> None:
    """Send the daily run twice."""
    broker = RedisBroker(url=broker_url)  # type: ignore[no-untyped-call]
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name="bulk", actor_name="run_job", args=("daily_matches",), kwargs={}, options={}
    )
    try:
        broker.declare_queue("bulk")
        for copy in (message, message.copy(message_id=f"{message.message_id}-again")):
            broker.enqueue(copy)
    finally:
        broker.close()
