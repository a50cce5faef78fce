"""What every outbox promises."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

import attrs
import pytest

from adapters.system.clock import ManualClock
from saltbitter_domain.compatibility.model import DailyMatchesMade
from saltbitter_domain.events import MAX_ATTEMPTS, MAX_STARTS, Event, Outbox, OutboxMessage
from saltbitter_domain.kernel import EventId, SessionId, UserId
from saltbitter_domain.users.model import EndReason, Registered, SessionsEnded
from tests.contracts.stores import Store
from tests.doubles.builders import NOW, new_id

PORT = Outbox
A_MINUTE = timedelta(minutes=1)


def an_event() -> Event:
    return Registered(UserId(new_id()))


async def emit(store: Store, *events: Event) -> Sequence[OutboxMessage]:
    """Emit these in one unit of work; their messages."""
    rung = len(store.rung)
    async with store.unit() as uow:
        for event in events:
            uow.emit(event)
    messages = [await store.outbox.get(message_id) for message_id in store.rung[rung:]]
    return [message for message in messages if message is not None]


@pytest.mark.parametrize(
    "event",
    [
        Registered(UserId(new_id())),
        DailyMatchesMade(date(2026, 3, 29), (UserId(new_id()), UserId(new_id()))),
        SessionsEnded(UserId(new_id()), (SessionId(new_id()), SessionId(new_id())), EndReason.TOKEN_REPLAYED),
    ],
    ids=lambda event: type(event).__name__,
)
async def test_an_emitted_event_waits_to_be_handed_over_at_once(store: Store, event: Event) -> None:
    (message,) = await emit(store, event)

    assert message == OutboxMessage(message.id, event, occurred_at=NOW, due_at=NOW)
    assert await store.outbox.due(NOW, limit=10) == [message]
    assert await store.outbox.undelivered() == 1


async def test_an_unknown_id_has_no_message_and_saving_it_makes_none(store: Store) -> None:
    unknown = EventId(new_id())
    assert await store.outbox.get(unknown) is None

    await store.outbox.save(OutboxMessage(unknown, an_event(), occurred_at=NOW, due_at=NOW))

    assert await store.outbox.get(unknown) is None
    assert await store.outbox.undelivered() == 0


async def test_every_field_of_a_message_is_kept(store: Store) -> None:
    (message,) = await emit(store, an_event())
    changed = attrs.evolve(
        message,
        due_at=NOW + A_MINUTE,
        attempts=3,
        starts=2,
        done_at=NOW,
        dead_at=NOW + 2 * A_MINUTE,
        last_error="listener: Ünïcode",
        heard=frozenset({"users.mail", "heard:twice"}),
    )

    await store.outbox.save(changed)

    assert await store.outbox.get(message.id) == changed


async def test_who_has_heard_a_message_is_told_to_whoever_begins_with_it_until_it_is_forgotten(store: Store) -> None:
    first, other = await emit(store, an_event(), an_event())
    await store.outbox.save(attrs.evolve(first, attempts=2).failed("b: Oops", NOW, ["a"]))
    await store.outbox.save(attrs.evolve(first, attempts=1).failed("a: Oops", NOW, ["b", "a"]))  # wakes too late

    begun = await store.outbox.begin(first.id, NOW)
    assert begun is not None
    assert (begun.heard, begun.attempts, begun.last_error) == (frozenset({"a", "b"}), 2, "b: Oops")
    beside = await store.outbox.begin(other.id, NOW)
    assert beside is not None
    assert beside.heard == frozenset()

    await store.outbox.save(begun.done(NOW))
    assert await store.outbox.forget_done(NOW + A_MINUTE, limit=10) == 1
    await store.outbox.save(begun)
    assert await store.outbox.get(first.id) is None


async def test_due_messages_come_oldest_first_up_to_the_limit(store: Store, clock: ManualClock) -> None:
    messages: list[OutboxMessage] = []
    for _ in range(3):
        messages += await emit(store, an_event(), an_event())
        clock.advance(A_MINUTE)
    await store.outbox.save(attrs.evolve(messages[0], due_at=NOW + A_MINUTE))

    assert await store.outbox.due(clock.now(), limit=10) == [
        attrs.evolve(messages[0], due_at=NOW + A_MINUTE),
        *messages[1:],
    ]
    assert [message.id for message in await store.outbox.due(clock.now(), limit=2)] == [
        message.id for message in messages[:2]
    ]
    assert await store.outbox.due(clock.now(), limit=0) == []


async def test_what_came_for_everybody_at_once_is_overtaken(store: Store, clock: ManualClock) -> None:
    bulk = await emit(
        store, *[DailyMatchesMade(date(2026, 3, 29), (UserId(new_id()), UserId(new_id()))) for _ in range(3)]
    )
    clock.advance(A_MINUTE)
    (awaited,) = await emit(store, an_event())

    assert [message.id for message in await store.outbox.claim(clock.now(), limit=2)] == [awaited.id, bulk[0].id]
    assert [message.bulk for message in (awaited, *bulk)] == [False, True, True, True]


async def test_a_message_handed_over_is_due_again_only_later(store: Store) -> None:
    (message,) = await emit(store, an_event())
    published = message.published(NOW)

    await store.outbox.save(published)

    assert await store.outbox.due(published.due_at - timedelta(microseconds=1), limit=10) == []
    assert await store.outbox.due(published.due_at, limit=10) == [published]
    assert await store.outbox.undelivered() == 1


async def test_a_claimed_message_is_handed_to_nobody_else_until_it_is_due_again(store: Store) -> None:
    messages = await emit(store, *[an_event() for _ in range(40)])

    claims = await asyncio.gather(*(store.outbox.claim(NOW, limit=15) for _ in range(4)))

    claimed = [message for claim in claims for message in claim]
    assert sorted(claimed, key=lambda message: message.id) == [message.published(NOW) for message in messages]
    assert await store.outbox.claim(NOW, limit=10) == []
    assert len(await store.outbox.claim(claimed[0].due_at, limit=100)) == 40


async def test_whoever_wakes_after_a_later_attempt_began_has_no_say(store: Store) -> None:
    await emit(store, an_event())
    (zombie,) = await store.outbox.claim(NOW, limit=1)
    (later,) = await store.outbox.claim(zombie.due_at, limit=1)

    await store.outbox.save(zombie.failed("listener: OSError", NOW))
    assert await store.outbox.get(later.id) == later

    await store.outbox.save(later.done(NOW))
    await store.outbox.save(later.failed("listener: OSError", NOW))
    assert await store.outbox.get(later.id) == later.done(NOW)


async def test_what_ends_every_worker_that_begins_with_it_is_set_aside(store: Store) -> None:
    (message,) = await emit(store, an_event())

    starts = [await store.outbox.begin(message.id, NOW) for _ in range(MAX_STARTS + 2)]

    assert [begun and begun.starts for begun in starts] == [1, 2, 3, None, None]
    (letter,) = await store.outbox.dead(limit=10)
    assert (letter.id, letter.dead_at) == (message.id, NOW)
    assert letter.last_error


async def test_a_worker_that_reports_how_it_ended_is_no_sign_of_poison(store: Store) -> None:
    (message,) = await emit(store, an_event())
    for _ in range(MAX_STARTS + 2):
        begun = await store.outbox.begin(message.id, NOW)
        assert begun is not None
        await store.outbox.save(begun.failed("listener: OSError", NOW))

    begun = await store.outbox.begin(message.id, NOW)
    assert begun is not None
    await store.outbox.save(begun.done(NOW))

    assert await store.outbox.begin(message.id, NOW) is None
    assert await store.outbox.begin(EventId(new_id()), NOW) is None


async def test_dead_letters_wait_for_a_person_who_sends_them_anew(store: Store) -> None:
    first, second, alive = await emit(store, an_event(), an_event(), an_event())
    for message in (first, second):
        await store.outbox.save(attrs.evolve(message, attempts=MAX_ATTEMPTS).failed("listener: OSError", NOW))
    later = NOW + A_MINUTE

    letters = await store.outbox.dead(limit=10)
    assert [letter.id for letter in letters] == [first.id, second.id]
    assert await store.outbox.dead(limit=1) == letters[:1]
    assert await store.outbox.redrive(later, [first.id, alive.id]) == 1
    assert await store.outbox.get(first.id) == letters[0].redriven(later)
    assert await store.outbox.redrive(later) == 1
    assert await store.outbox.dead(limit=10) == []
    assert len(await store.outbox.due(later, limit=10)) == 3


async def test_messages_done_or_dead_are_not_handed_over_again(store: Store) -> None:
    done, dead, failed = await emit(store, an_event(), an_event(), an_event())

    await store.outbox.save(done.done(NOW))
    await store.outbox.save(attrs.evolve(dead, attempts=MAX_ATTEMPTS).failed("listener: OSError", NOW))
    await store.outbox.save(failed.failed("listener: OSError", NOW))

    assert await store.outbox.due(NOW + timedelta(days=365), limit=10) == [failed.failed("listener: OSError", NOW)]
    assert await store.outbox.undelivered() == 1


async def test_messages_long_done_are_forgotten_with_their_marks_so_many_at_a_time(store: Store) -> None:
    messages = await emit(store, *[an_event() for _ in range(6)])
    *done, just_done, dead, waiting = messages
    async with store.unit() as uow:
        for message in messages:
            for listener in ("one", "another"):
                assert await uow.first_time(listener, message.id)
    for message in done:
        await store.outbox.save(message.done(NOW - timedelta(microseconds=1)))
    await store.outbox.save(just_done.done(NOW))
    await store.outbox.save(attrs.evolve(dead, attempts=MAX_ATTEMPTS).failed("listener: OSError", NOW - A_MINUTE))

    assert [await store.outbox.forget_done(NOW, limit=2) for _ in range(3)] == [2, 1, 0]

    assert [await store.outbox.get(message.id) for message in done] == [None] * 3
    async with store.begin() as uow:
        assert all([await uow.first_time("another", message.id) for message in done])
    for kept in (just_done, dead, waiting):
        assert await store.outbox.get(kept.id) is not None
        async with store.begin() as uow:
            assert not await uow.first_time("one", kept.id)
