"""How a row is played: a load, a fault in the middle of it, and the figures by which it is judged."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import attrs

from tests.faults import oracle
from tests.faults.cast import Cast, Member, cast
from tests.faults.history import History
from tests.faults.house import House
from tests.faults.load import Amount, Load


@attrs.frozen
class Figure:
    """One judged number. ``value`` is None when it was never reached."""

    name: str
    value: float | None
    unit: str
    bar: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the value is within the bar."""
        if self.value is None:
            return False
        return self.value >= self.bar if self.at_least else self.value <= self.bar


@attrs.frozen
class Scale:
    """The long or the short form. ``seconds`` is a row's load, ``pairs`` and the others its amounts."""

    long: bool
    seconds: float
    pairs: int
    due: int
    edits: int
    registrations: int
    announcements: int
    fault_seconds: float
    kills: int
    backlog: int


LONG = Scale(
    long=True,
    seconds=16,
    pairs=18,
    due=12,
    edits=6,
    registrations=4,
    announcements=400,
    fault_seconds=10,
    kills=20,
    backlog=100_000,
)
SHORT = Scale(
    long=False,
    seconds=7,
    pairs=12,
    due=6,
    edits=4,
    registrations=2,
    announcements=200,
    fault_seconds=4,
    kills=3,
    backlog=5_000,
)


@attrs.frozen
class Stage:
    """Where a row's fault happens: the house, how much of it, chance, and somebody who looks at the API."""

    house: House
    scale: Scale
    rng: random.Random
    load: Load
    witness: Member

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[list[tuple[int, float]]]:
        """While the block runs somebody asks for their profile again and again: the statuses and seconds so far."""
        seen: list[tuple[int, float]] = []

        async def watch() -> None:
            while True:
                started = time.monotonic()
                answer = await self.load.ask("GET", "/api/me/profile", self.witness)
                seen.append((answer.status, time.monotonic() - started))
                # Not more than a member may ask in a minute.
                await asyncio.sleep(0.7)

        task = asyncio.create_task(watch())
        try:
            yield seen
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def recovered(self) -> float | None:
        """The seconds until a member is served again; None when they are not within a minute."""
        started = time.monotonic()
        while time.monotonic() - started < 60:
            if (await self.load.ask("GET", "/api/me/profile", self.witness)).status == 200:
                return time.monotonic() - started
            await asyncio.sleep(0.7)
        return None


Fault = Callable[[Stage], Awaitable[Sequence[Figure | asyncio.Task[Figure]]]]
"""Gives the row's own figures; one that takes long to be known may come later."""


@attrs.frozen
class Row:
    """One row of the matrix. ``drain_seconds`` is how long the outbox may take to drain after it, ``short`` whether the
    short form has it."""

    name: str
    fault: Fault
    drain_seconds: float = 120.0
    short: bool = True
    stretch: float = 1.0
    """How much longer the long form's load takes, where its fault comes many times."""


@attrs.define
class Played:
    """A row that was played, with what it promised and its figures so far."""

    row: Row
    history: History
    figures: list[Figure]
    later: list[asyncio.Task[Figure]]
    began: datetime
    ended: datetime
    rest: asyncio.Task[None]
    """The part of the load that still waits for answers."""


async def play(house: House, row: Row, scale: Scale, seed: int) -> Played:
    """Play the row. Its load goes on in ``rest`` as long as clients wait for definite answers."""
    members: Cast = await cast(house, scale.pairs + 1, scale.due, seed)
    rng = random.Random(seed)
    ((witness, _), *pairs) = members.pairs
    seconds = scale.seconds * (row.stretch if scale.long else 1)
    amount = Amount(seconds, scale.edits, scale.registrations, scale.announcements)
    load = Load(house, attrs.evolve(members, pairs=pairs), amount, rng)
    began = house.clock.now()
    rest = asyncio.create_task(load.run())
    try:
        figures = await row.fault(Stage(house, scale, rng, load, witness))
    except BaseException:
        rest.cancel()
        raise
    known = [figure for figure in figures if isinstance(figure, Figure)]
    later = [figure for figure in figures if not isinstance(figure, Figure)]
    return Played(row, load.history, known, later, began, house.clock.now(), rest)


async def drain(house: House, played: Played) -> None:
    """Wait until every client has its answers, then until no message waits; how long that took is a figure."""
    await played.rest
    played.figures += await asyncio.gather(*played.later)
    seconds = await house.drained(played.row.drain_seconds)
    played.figures.append(Figure("outbox drained", _rounded(seconds), "s", played.row.drain_seconds))


def judged(played: Played, end: oracle.EndState) -> list[Figure]:
    """The figures of the oracle, before those of the row."""
    verdict = oracle.judge(played.history, end)
    return [
        Figure("acknowledged", played.history.acknowledged, "operations", 1, at_least=True),
        Figure("lost", len(verdict.lost), "operations", 0),
        Figure("half there", len(verdict.torn), "operations", 0),
        Figure("doubled", len(verdict.doubled), "operations", 0),
        Figure("our own mistakes (500)", played.history.statuses[500], "answers", 0),
        *played.figures,
    ]


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
