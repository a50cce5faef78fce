"""``make faults-payments``: purchases through a gateway that fails, by workers that die, each charged exactly once.

Time is the Clock's. Every minute some members order, those whose order is not done yet order the same again, workers
are cut off wherever they are, and the job that asks about orders runs, which may be cut off too. Of all requests that
change something, one in ten each meets a timeout before it was carried out, one after it was, a 500, a 409, a 429 and a
broken line; one in ten of all questions fails. The figures go to ``build/reports/faults-payments.json``.
"""

import argparse
import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs

from adapters.stripe.records import StripeRecords
from saltbitter_domain.kernel import DomainError, UserId
from saltbitter_domain.ledger.model import FactKind
from saltbitter_domain.orders.model import OrderState, ProductName
from saltbitter_domain.payments.service import ReconciliationService
from saltbitter_domain.subscriptions.model import Tier
from tests.doubles.selling import GOOD, Desk, opened

REPORT = Path("build/reports/faults-payments.json")
FAULTS = ("timeout", "done timeout", 500, 409, 429, "disconnect")
EACH = 0.1
A_MINUTE = timedelta(minutes=1)
ARRIVALS = 20
"""Members who begin to order, every minute."""
KILLED = 0.1
"""The share of requests in which the worker dies."""
AT_ONCE = 20
"""So many orders at the same time: with more, this one process would itself be what makes them time out."""
SECONDS = 0.5
"""How long the gateway is waited for."""
MOST_MINUTES = 10
PATIENCE = 500
"""Minutes after which whatever is not done by then never will be."""


@attrs.frozen
class Intent:
    """One thing that one member wants, once."""

    member: UserId
    key: str
    subscribes: bool

    async def order(self, desk: Desk) -> OrderState:
        if self.subscribes:
            progress = await desk.service.subscribe(self.member, Tier.PREMIUM, GOOD, self.key)
        else:
            progress = await desk.service.buy(self.member, ProductName.PRACTICE_PACK, GOOD, self.key)
        return progress.order.state


@attrs.frozen
class Row:
    name: str
    value: float
    unit: str
    bar: str
    holds: bool


async def prove(number: int, seed: int) -> list[Row]:
    """So many purchases; what is to be said of them."""
    chance = random.Random(seed)
    async with opened(SECONDS) as desk:
        intents = [Intent(await desk.member(), f"intent-{place:05}", place % 2 == 0) for place in range(number)]
        desk.stripe.fate = lambda request: fate(request, chance)
        killed = await _ordered_by_all(desk, intents, chance)
        desk.stripe.fate = lambda _request: None
        posted = desk.posted()
        desk.clock.advance(timedelta(hours=25))
        states = Counter([await intent.order(desk) for intent in intents])
        again = desk.posted() - posted
        charges, booked = await _charged(desk), await _booked(desk)
        orders = [order for order in desk.orders() if order.state.settled]
        slowest = max((order.settled_at or order.made_at) - order.made_at for order in orders)
    once, members = Counter(charges.values()), {intent.member for intent in intents}
    return [
        Row("purchases", number, "intents", f"{number} done", states == {OrderState.DONE: number}),
        Row("workers that died", killed, "times", "some", killed > 0),
        Row("orders written down", len(orders), "orders", "more than purchases", len(orders) > number),
        Row("charged exactly once", once[1], "members", f"{number}", once == {1: number} and set(charges) == members),
        Row("charged exactly once in the books", sum(booked.values()), "payments", f"{number}", booked == charges),
        Row("slowest answer about an order", slowest / A_MINUTE, "min", "10", slowest <= MOST_MINUTES * A_MINUTE),
        Row("requests sent when all ask again after 25 hours", again, "requests", "0", again == 0),
    ]


async def _ordered_by_all(desk: Desk, intents: list[Intent], chance: random.Random) -> int:
    """Let everybody order until it is done; how often a worker died."""
    waiting, coming, killed, desks = list[Intent](), list(intents), 0, asyncio.Semaphore(AT_ONCE)
    for _ in range(PATIENCE):
        waiting, coming = waiting + coming[:ARRIVALS], coming[ARRIVALS:]
        outcomes = await asyncio.gather(*(_survived(intent.order(desk), chance, desks) for intent in waiting))
        asked = await _survived(desk.service.ask_unanswered(), chance, desks)
        killed += outcomes.count("died") + (asked == "died")
        waiting = [each for each, outcome in zip(waiting, outcomes, strict=True) if outcome is not OrderState.DONE]
        if not waiting and not coming:
            break
        desk.clock.advance(A_MINUTE)
    for _ in range(MOST_MINUTES):  # what waits without anybody who orders again
        desk.clock.advance(A_MINUTE)
        await desk.service.ask_unanswered()
    return killed


async def _survived(work: Coroutine[Any, Any, Any], chance: random.Random, desks: asyncio.Semaphore) -> Any:
    """What came of it; ``died`` where whoever did it was cut off in the middle."""
    async with desks:
        task = asyncio.ensure_future(work)
        if chance.random() < KILLED:
            await asyncio.wait([task], timeout=chance.uniform(0.0, 0.05))
            if task.cancel():
                with suppress(asyncio.CancelledError, DomainError):
                    await task
                return "died"
        with suppress(DomainError):
            return await task
    return None


def fate(request: str, chance: random.Random) -> int | str | None:
    if request.startswith("GET"):
        return chance.choice(FAULTS) if chance.random() < EACH else None
    fault = int(chance.random() / EACH)
    return FAULTS[fault] if fault < len(FAULTS) else None


async def _charged(desk: Desk) -> dict[UserId, int]:
    """How often each member was charged, as Stripe's double remembers it."""
    owners = {order.customer: order.user_id for order in desk.orders()}
    return dict(Counter(owners[charge.customer] for charge in desk.stripe.shop.charges))


async def _booked(desk: Desk) -> dict[UserId, int]:
    """How often each member was charged by our own books."""
    records = StripeRecords(desk.stripe.account, desk.clock)
    await ReconciliationService(begin=desk.begin, clock=desk.clock, records=records).compare()
    await records.close()
    facts = desk.store.tables.money_facts.items().values()
    return dict(Counter(fact.member for fact in facts if fact.kind is FactKind.SUCCEEDED))


def told(rows: list[Row], report: Path) -> int:
    """Write and print the figures; the exit status, 1 when one does not hold."""
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps([attrs.asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    for row in rows:
        print(f"{'holds' if row.holds else 'FAILS':6} {row.name}: {row.value:g} {row.unit} (bar {row.bar})")
    return 0 if all(row.holds for row in rows) else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--intents", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20261126)
    options = parser.parse_args()
    return told(asyncio.run(prove(options.intents, options.seed)), REPORT)


if __name__ == "__main__":
    sys.exit(main())
