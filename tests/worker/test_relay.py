"""The relay delivers every event to every listener, again when one failed, and never again once all are done."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import attrs
import pytest
import structlog

from adapters.memory.outbox import MemoryOutbox
from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from config.application import Listener
from entrypoints.worker.relay import Relay
from saltbitter_domain.events import MAX_ATTEMPTS, Event
from saltbitter_domain.kernel import EventId, UserId
from saltbitter_domain.users.model import Registered
from tests.doubles.builders import NOW as START


@attrs.define
class Heard:
    """A listener that remembers what it heard, and fails as often as it is told."""

    failures: int = 0
    events: list[Event] = attrs.field(factory=list)

    async def __call__(self, _message: EventId, event: Event) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not this time")
        self.events.append(event)


class House:
    """A store, a clock and a relay with the given listeners on ``users.registered``."""

    def __init__(self, listeners: Sequence[tuple[str, Listener]]) -> None:
        self.clock = ManualClock(START)
        self.ids = UuidV7Ids(self.clock)
        self.store = MemoryStore()
        self.outbox = MemoryOutbox(self.store)
        self.relay = Relay(self.outbox, {"users.registered": listeners}, self.clock)

    async def emit(self) -> Registered:
        event = Registered(UserId(self.ids.new()))
        async with MemoryUnitsOfWork(self.store, self.clock, self.ids)() as uow:
            uow.emit(event)
            await uow.commit()
        return event

    async def turn(self) -> int:
        """One round: publish what is due and deliver it."""
        sent: list[str] = []
        await self.relay.publish(sent.append)
        for message in sent:
            await self.relay.deliver(message)
        return len(sent)


async def test_every_listener_hears_the_event_once() -> None:
    first, second = Heard(), Heard()
    house = House([("first", first), ("second", second)])
    event = await house.emit()

    assert [await house.turn(), await house.turn()] == [1, 0]
    assert first.events == second.events == [event]
    assert await house.outbox.undelivered() == 0


async def test_a_failed_listener_is_called_again_a_minute_later_and_keeps_no_other_from_its_work() -> None:
    failing, other = Heard(failures=1), Heard()
    house = House([("failing", failing), ("other", other)])
    event = await house.emit()
    await house.turn()

    assert failing.events == []
    assert other.events == [event]

    house.clock.advance(timedelta(seconds=59))
    assert await house.turn() == 0
    house.clock.advance(timedelta(seconds=1))
    assert await house.turn() == 1
    assert failing.events == other.events == [event]
    assert await house.outbox.undelivered() == 0


async def test_whoever_has_heard_it_does_not_hear_it_again_however_often_others_fail() -> None:
    early, failing, late = Heard(failures=1), Heard(failures=3), Heard(failures=2)
    house = House([("early", early), ("failing", failing), ("late", late)])
    event = await house.emit()

    for _ in range(4):
        await house.turn()
        house.clock.advance(timedelta(hours=1))

    assert early.events == failing.events == late.events == [event]
    assert await house.outbox.undelivered() == 0


async def test_a_message_lost_on_its_way_is_sent_again() -> None:
    heard = Heard()
    house = House([("heard", heard)])
    event = await house.emit()
    await house.relay.publish(lambda _message: None)
    house.clock.advance(timedelta(seconds=60))
    await house.turn()

    assert heard.events == [event]


async def test_a_message_that_is_done_is_not_delivered_again_however_often_it_comes() -> None:
    heard = Heard()
    house = House([("heard", heard)])
    await house.emit()
    sent: list[str] = []
    await house.relay.publish(sent.append)
    for _ in range(5):
        await house.relay.deliver(sent[0])

    assert len(heard.events) == 1


async def test_a_message_that_always_fails_is_set_aside_for_a_person_with_the_reason() -> None:
    house = House([("failing", Heard(failures=10**6))])
    await house.emit()
    turns = 0
    while await house.outbox.undelivered():
        turns += await house.turn()
        house.clock.advance(timedelta(days=3))

    assert turns == MAX_ATTEMPTS
    assert await house.turn() == 0


async def test_an_event_without_listeners_is_done_without_a_message() -> None:
    house = House([])
    await house.emit()

    assert await house.turn() == 0
    assert await house.outbox.undelivered() == 0


async def test_a_message_is_forgotten_a_week_after_it_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrypoints.worker.relay.BATCH", 2)
    house = House([("heard", Heard())])
    for _ in range(5):
        await house.emit()
    await house.turn()
    house.clock.advance(timedelta(days=7))
    assert await house.relay.forget_done() == 0
    house.clock.advance(timedelta(microseconds=1))
    assert [await house.relay.forget_done(), await house.relay.forget_done()] == [5, 0]


async def test_a_listener_that_takes_too_long_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never_ends(_message: EventId, _event: Event) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("entrypoints.worker.relay.LISTENER_SECONDS", 0.01)
    house = House([("stuck", never_ends)])
    await house.emit()
    (message,) = await house.outbox.due(START, 1)
    await house.turn()

    kept = await house.outbox.get(message.id)
    assert kept is not None
    assert (kept.last_error, kept.starts, kept.done_at) == ("stuck: TimeoutError", 0, None)


async def test_every_delivery_is_one_line_with_its_outcome() -> None:
    house = House([("failing", Heard(failures=1)), ("heard", Heard())])
    await house.emit()
    (message,) = await house.outbox.due(START, 1)
    with structlog.testing.capture_logs() as lines:
        await house.turn()

    told = [{**line, "ms": line["ms"] >= 0} for line in lines if line["event"] == "delivery"]
    common = {"event": "delivery", "log_level": "info", "message_id": str(message.id), "topic": "users.registered"}
    assert told == [
        {**common, "listener": "failing", "outcome": "failed", "attempts": 1, "ms": True},
        {**common, "listener": "heard", "outcome": "done", "attempts": 1, "ms": True},
    ]


async def test_what_cannot_be_sent_ends_the_round_and_comes_again() -> None:
    heard = Heard()
    house = House([("heard", heard)])
    event = await house.emit()

    def away(_message: str) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await house.relay.publish(away)
    house.clock.advance(timedelta(seconds=60))
    await house.turn()
    assert heard.events == [event]


async def test_an_unknown_message_is_ignored() -> None:
    house = House([])

    await house.relay.deliver(str(house.ids.new()))


async def test_a_message_that_ends_every_worker_is_set_aside_too() -> None:
    house = House([("heard", Heard())])
    await house.emit()
    sent: list[str] = []
    while await house.outbox.undelivered():
        await house.relay.publish(sent.append)
        house.clock.advance(timedelta(days=3))

    assert len(sent) == MAX_ATTEMPTS
