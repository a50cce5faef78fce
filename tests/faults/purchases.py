"""``make faults-purchases``: purchases over real processes, each of which is killed with kill -9 in the middle of them.

Two APIs, two workers and a schedule over PostgreSQL and Redis sell through the double of Stripe, at which requests meet
the faults of ``tests.faults.payments``, one in ten each. Members click twice, on both APIs; most events are told by
webhooks, once or several times, and some never. Time is moved on by a minute at a time. What was charged, booked and
answered is then counted at the double and in the database. The figures go to ``build/reports/faults-purchases.json``.
"""

import argparse
import asyncio
import contextlib
import json
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import attrs

from adapters.postgres.database import Database
from adapters.postgres.invariants import MoneyInvariants
from adapters.stripe.records import StripeRecords
from saltbitter_domain.kernel import SessionId, UserId
from saltbitter_domain.payments.service import ReconciliationService
from saltbitter_domain.users.model import Role
from saltbitter_domain.users.ports import Access
from tests.doubles.builders import a_user
from tests.doubles.stripe.server import KEY, SECRET, StripeDouble
from tests.faults.house import House, house
from tests.faults.payments import A_MINUTE, AT_ONCE, MOST_MINUTES, Row, fate, told
from tests.faults.timed import SharedClock
from tests.servers.server import end_in_order_when_asked, free_port, temporary_folder

REPORT = Path("build/reports/faults-purchases.json")
LOGS = Path("build/reports/faults-purchases")
ARRIVALS = 40
"""Members who begin to order, every minute."""
TWICE = 0.3
"""The share of orders that are sent to both APIs at once."""
TOLD = 0.7
"""The share of Stripe's events of which a webhook tells."""
KILLED = 0.6
"""In which share of the minutes a process is killed."""
PATIENCE = 300
"""Minutes after which whatever is not done by then never will be."""
REAL_SECONDS = 1.2
"""How long a minute takes at least: the schedule looks once a second what is due."""
REQUEST_SECONDS = 15.0
DRAINED_MINUTES = 120
COPIES = 100
"""How often one event is delivered at the same time, and within how many milliseconds 99 of 100 are answered."""
ANSWERED_MS = 500.0
SOLD = (
    ("/api/subscriptions", {"tier": "premium", "payment_method": "pm_card_visa"}),
    ("/api/purchases", {"product": "practice_pack", "payment_method": "pm_card_visa"}),
)

_SLOWEST = (
    "SELECT extract(epoch FROM max(settled_at - made_at))::float8 / 60 AS minutes, count(*) AS orders FROM orders"
)
_OPEN = "SELECT count(*) AS orders FROM orders WHERE settled_at IS NULL"
_CUSTOMERS = "SELECT DISTINCT customer, user_id FROM orders"
_BOOKED = "SELECT member, count(*) AS times FROM money_facts WHERE kind = 'payment_succeeded' GROUP BY member"
_WAITING = """
SELECT topic, attempts, last_error, count(*) AS messages FROM outbox WHERE done_at IS NULL AND dead_at IS NULL
GROUP BY topic, attempts, last_error
"""
_EFFECT = """
SELECT DISTINCT held.tier, read.begun AS readings, (SELECT count(*) FROM gateway_events) AS events
FROM gateway_readings AS read JOIN orders ON orders.customer = read.customer
JOIN subscriptions AS held ON held.user_id = orders.user_id WHERE read.customer = $1
"""


@attrs.define
class Market:
    """What sells, and where members order."""

    home: House
    stripe: StripeDouble
    clock: SharedClock
    addresses: Mapping[str, str]
    """By the name of a process that may be killed; empty for workers."""
    chance: random.Random
    desks: asyncio.Semaphore = attrs.field(factory=lambda: asyncio.Semaphore(AT_ONCE))
    kills: Counter[str] = attrs.field(factory=Counter)
    statuses: Counter[str] = attrs.field(factory=Counter)
    took: list[float] = attrs.field(factory=list)
    """The seconds of each request."""

    @property
    def urls(self) -> Sequence[str]:
        return [url for url in self.addresses.values() if url]

    async def ask(self, url: str, method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        """A status, 0 when no answer came, and the JSON of the answer."""
        async with self.desks:
            began = time.monotonic()
            try:
                timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
                async with self.home.http.request(
                    method, url + path, headers=headers, data=body, timeout=timeout
                ) as response:
                    content = await response.read()
                    answer = response.status, json.loads(content) if content else {}
            except (aiohttp.ClientError, TimeoutError, OSError):
                answer = 0, {}
            self.took.append(time.monotonic() - began)
        self.statuses[f"{path.split('/')[2]} {answer[0]} {answer[1].get('code', '')}".strip()] += 1
        return answer

    async def kill_one(self) -> None:
        """Kill one process, mostly in the middle of what is going on, and start it again; the other API goes on."""
        if self.chance.random() < KILLED:
            name = self.chance.choice(tuple(self.addresses))
            url = self.addresses[name]
            await asyncio.sleep(self.chance.uniform(0.0, 0.3))
            await self.home.processes[name].again()
            self.kills["APIs" if url else "workers"] += 1
            if url:
                await _ready(self.home, url)

    async def tell(self, events: Sequence[dict[str, Any]]) -> None:
        """Let webhooks tell of most of these, of some several times."""
        copies = [each for each in events for _ in range(self.chance.choice((1, 1, 1, 3)))]
        heard = [each for each in copies if self.chance.random() < TOLD]
        await asyncio.gather(*(self.deliver(each, self.chance.choice(self.urls)) for each in heard))

    async def deliver(self, event: dict[str, Any], url: str) -> None:
        """One webhook."""
        body, headers = self.stripe.message(event)
        await self.ask(url, "POST", "/api/webhooks/stripe", headers, body)

    def posted(self) -> int:
        """How many requests to change something Stripe got so far."""
        return sum(not request.startswith("GET") for request in self.stripe.asked)


@attrs.define
class Buyer:
    """One member who wants one thing, once. The order of theirs of which nobody knows yet is in ``waiting``."""

    market: Market
    member: UserId
    path: str
    body: dict[str, str]
    tries: int = 0
    waiting: str | None = None
    done: bool = False

    async def turn(self) -> None:
        """Do what the client of a member does, who looks every minute."""
        if self.waiting:
            await self._look()
            return
        urls = self.market.chance.sample(self.market.urls, 2 if self.market.chance.random() < TWICE else 1)
        answers = await asyncio.gather(*(self._order(url) for url in urls))
        good = [answer for status, answer in answers if status in (200, 201)]
        if good:
            self._take(good[0])
        elif any(status in range(400, 409) for status, _ in answers):
            self.tries += 1  # A wish that was refused is another wish when it comes again.

    async def again(self) -> bool:
        """Send the last request once more; whether it is known to be done."""
        status, answer = await self._order(self.market.chance.choice(self.market.urls))
        return status in (200, 201) and answer["state"] == "done"

    async def _order(self, url: str) -> tuple[int, Any]:
        headers = {"Idempotency-Key": f"{self.member}-{self.tries}", "Content-Type": "application/json"}
        return await self.market.ask(url, "POST", self.path, self._signed() | headers, json.dumps(self.body))

    async def _look(self) -> None:
        url = self.market.chance.choice(self.market.urls)
        status, answer = await self.market.ask(url, "GET", f"/api/me/orders/{self.waiting}", self._signed(), None)
        if status == 200:
            self._take(answer)

    def _take(self, order: Any) -> None:
        self.done = order["state"] == "done"
        self.waiting = order["id"] if order["state"] == "open" else None
        self.tries += order["state"] == "refused"

    def _signed(self) -> dict[str, str]:
        lasts = self.market.clock.now() + timedelta(minutes=15)
        token = self.market.home.tokens.issue(Access(self.member, SessionId(self.member), Role.MEMBER, lasts))
        return {"Authorization": f"Bearer {token}"}


async def prove(number: int, seed: int) -> list[Row]:
    """So many purchases; what is to be said of them."""
    chance = random.Random(seed)
    with temporary_folder() as folder:
        clock, port = SharedClock(folder / "clock"), free_port()
        async with StripeDouble(clock).serving() as stripe:
            roles = (
                ("api", "serve", "api"),
                ("api-2", f"serve {port}", "api"),
                ("worker-1", "work", "worker"),
                ("worker-2", "work", "worker"),
                ("schedule", "schedule", "worker"),
            )
            program = ("tests.faults.timed", str(folder / "clock"))
            async with house(_say, roles=roles, program=program, more=_settings(stripe), clock=clock) as home:
                apis = {"api": home.url, "api-2": f"http://127.0.0.1:{port}"}
                market = Market(home, stripe, clock, apis | {"worker-1": "", "worker-2": ""}, chance)
                try:
                    return await _judged(market, number)
                finally:
                    _say(f"  answers: {dict(market.statuses.most_common())}")
                    _keep_logs(home)


async def _judged(market: Market, number: int) -> list[Row]:
    home, stripe = market.home, market.stripe
    buyers = [Buyer(market, member, *SOLD[place % 2]) for place, member in enumerate(await _members(home, number))]
    stripe.fate = lambda request: fate(request, market.chance)
    await _sell(market, buyers)
    stripe.fate = lambda _request: None
    minutes = await _drained(market)
    (slowest,), (unsettled,) = await home.rows(_SLOWEST), await home.rows(_OPEN)
    broken, missed = await _broken(home), await _missed(market)
    charges = await _charged(market)
    booked = {UserId(row["member"]): row["times"] for row in await home.rows(_BOOKED)}
    p99, kept, effects, raised = await _one_event_many_times(market)
    posted = market.posted()
    market.clock.advance(timedelta(hours=25))
    again = Counter(await asyncio.gather(*(buyer.again() for buyer in buyers)))
    done, once = sum(buyer.done for buyer in buyers), Counter(charges.values())
    whole = once == {1: number} and set(charges) == {buyer.member for buyer in buyers}
    return [
        Row("purchases", done, "intents", f"{number} done", done == number),
        Row("API processes killed", market.kills["APIs"], "times", "some", market.kills["APIs"] > 0),
        Row("workers killed", market.kills["workers"], "times", "some", market.kills["workers"] > 0),
        Row("orders written down", slowest["orders"], "orders", "more than purchases", slowest["orders"] > number),
        Row("charged exactly once", once[1], "members", f"{number}", whole),
        Row("charged exactly once in the books", sum(booked.values()), "payments", f"{number}", booked == charges),
        Row("orders of which nobody knows", unsettled["orders"], "orders", "0", unsettled["orders"] == 0),
        Row("slowest answer about an order", slowest["minutes"], "min", "10", slowest["minutes"] <= MOST_MINUTES),
        Row("last message delivered after", minutes, "min", f"{DRAINED_MINUTES}", minutes <= DRAINED_MINUTES),
        Row("rules about money that do not hold", len(broken), "rules", "0", not broken),
        Row("payments and tiers only the nightly comparison found", missed, "of them", "0", missed == 0),
        Row(f"one event {COPIES} times: kept", kept, "times", "1", kept == 1),
        Row(
            f"one event {COPIES} times: read, and the tier is the new one",
            effects,
            "times",
            "1",
            effects == 1 and raised,
        ),
        Row(f"one event {COPIES} times: 99 of 100 answered within", p99, "ms", f"{ANSWERED_MS:g}", p99 < ANSWERED_MS),
        Row("done, when all ask again after 25 hours", again[True], "intents", f"{number}", again == {True: number}),
        Row("requests sent by that", market.posted() - posted, "requests", "0", market.posted() == posted),
    ]


async def _sell(market: Market, buyers: Sequence[Buyer]) -> None:
    """Let everybody order until it is done, and minutes go by; then wait for whatever nobody knows of yet."""
    coming, waiting, heard = list(buyers), list[Buyer](), 0
    for minute in range(PATIENCE):
        began = time.monotonic()
        waiting, coming = waiting + coming[:ARRIVALS], coming[ARRIVALS:]
        events, heard = market.stripe.events[heard:], len(market.stripe.events)
        await asyncio.gather(market.kill_one(), market.tell(events), *(buyer.turn() for buyer in waiting))
        waiting = [buyer for buyer in waiting if not buyer.done]
        if minute % 10 == 0:
            _say(f"  minute {minute}: {len(waiting)} wait, {len(coming)} are to come")
        await asyncio.sleep(REAL_SECONDS - (time.monotonic() - began))
        market.clock.advance(A_MINUTE)
        if not waiting and not coming and not (await market.home.rows(_OPEN))[0]["orders"]:
            return


async def _drained(market: Market) -> int:
    """The minutes until no message waits any more: one whose worker died, or for which Stripe did not answer, comes
    again after a minute, then after two, and so on."""
    for minute in range(DRAINED_MINUTES):
        if not await market.home.waiting():
            return minute
        await asyncio.sleep(REAL_SECONDS / 2)
        market.clock.advance(A_MINUTE)
    for row in await market.home.rows(_WAITING):
        _say(f"  still waiting: {dict(row)}")
    return DRAINED_MINUTES + 1


async def _members(home: House, number: int) -> list[UserId]:
    users = [a_user() for _ in range(number)]
    async with home.begin() as begin, begin() as uow:
        for user in users:
            await uow.users.add(user)
        await uow.commit()
    return [user.id for user in users]


async def _charged(market: Market) -> dict[UserId, int]:
    """How often each member was charged, as Stripe's double remembers it."""
    owners = {row["customer"]: UserId(UUID(str(row["user_id"]))) for row in await market.home.rows(_CUSTOMERS)}
    return dict(Counter(owners[charge.customer] for charge in market.stripe.shop.charges))


async def _broken(home: House) -> Sequence[str]:
    database = Database(home.database_url)
    await database.open()
    try:
        return list(await MoneyInvariants(database, home.clock).broken())
    finally:
        await database.close()


async def _missed(market: Market) -> int:
    records = StripeRecords(market.stripe.account, market.clock)
    try:
        async with market.home.begin() as begin:
            return await ReconciliationService(begin=begin, clock=market.clock, records=records).compare()
    finally:
        await records.close()


async def _one_event_many_times(market: Market) -> tuple[float, int, int, bool]:
    """One member's subscription is raised, and the event that tells of it is delivered 100 times at once to both APIs.

    The milliseconds in which 99 of 100 are answered; how often the event is kept, how often the member's tier is set by
    it, and whether that is the new one."""
    for url in market.urls:
        await _ready(market.home, url)
    # Connections are opened by that, ours and the APIs', and are no part of it.
    await _delivered(market, market.stripe.happen("customer.updated", {"id": "cus_before", "object": "customer"}))
    await _drained(market)
    subscription = next(each for each in market.stripe.subscriptions.values() if each["status"] == "active")
    (before,) = await market.home.rows(_EFFECT, subscription["customer"])
    subscription["items"]["data"][0]["price"]["product"] = "saltbitter_elite"
    took = await _delivered(market, market.stripe.happen("customer.subscription.updated", subscription))
    await _drained(market)
    (after,) = await market.home.rows(_EFFECT, subscription["customer"])
    kept, effects = (after[name] - before[name] for name in ("events", "readings"))
    return (
        sorted(took)[COPIES * 99 // 100 - 1] * 1000,
        kept,
        effects,
        (before["tier"], after["tier"]) == ("premium", "elite"),
    )


async def _delivered(market: Market, event: dict[str, Any]) -> list[float]:
    """The seconds of each of many deliveries of one event, all sent at once, from when it is sent. It is signed and
    written once: what we wait for is the answer, and not ourselves. An answer that is no success counts as one that
    never came."""
    body, headers = market.stripe.message(event)

    async def deliver(url: str) -> float:
        began = time.monotonic()
        async with market.home.http.post(f"{url}/api/webhooks/stripe", data=body, headers=headers) as answer:
            return time.monotonic() - began if answer.status == 204 else REQUEST_SECONDS

    return await asyncio.gather(*(deliver(market.urls[place % 2]) for place in range(COPIES)))


async def _ready(home: House, url: str) -> None:
    while True:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with home.http.get(f"{url}/readyz", timeout=aiohttp.ClientTimeout(total=2)) as answer:
                if answer.status == 200:
                    return
        await asyncio.sleep(0.2)


def _keep_logs(home: House) -> None:
    LOGS.mkdir(parents=True, exist_ok=True)
    for process in home.processes.values():
        shutil.copy(process.log, LOGS / f"{process.name}.log")


def _settings(stripe: StripeDouble) -> dict[str, str]:
    settings = {
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": SECRET,
        "STRIPE_LIVEMODE": "false",
        "STRIPE_BASE_URL": stripe.url,
        "SELLER_NAME": "SaltBitter Ltd.",
        "SELLER_ADDRESS": "1 Example Street; London N1 1AA",
        "SELLER_TAX_NUMBER": "GB123456789",
    }
    return {f"SALTBITTER_{name}": value for name, value in settings.items()}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--intents", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20261126)
    options = parser.parse_args()
    end_in_order_when_asked()
    return told(asyncio.run(prove(options.intents, options.seed)), REPORT)


if __name__ == "__main__":
    sys.exit(main())
