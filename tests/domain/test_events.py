"""Names of events, and the life of a message in the outbox."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.events import (
    MAX_ATTEMPTS,
    RETRY_BASE,
    Event,
    OutboxMessage,
    all_events,
    event,
    event_class,
    event_name,
)
from saltbitter_domain.kernel import EventId, UserId
from saltbitter_domain.profiles.model import ProfileCreated

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
CREATED = ProfileCreated(UserId(UUID(int=1)))
MESSAGE = OutboxMessage(EventId(UUID(int=7)), CREATED, occurred_at=NOON, due_at=NOON)


def test_an_event_is_known_by_its_name_and_its_class() -> None:
    assert event_name(CREATED) == event_name(ProfileCreated) == "profiles.created"
    assert event_class("profiles.created") is ProfileCreated
    assert all_events()["profiles.created"] is ProfileCreated


def test_what_happened_does_not_change() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        CREATED.user_id = UserId(UUID(int=2))  # type: ignore[misc]


def test_two_events_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match=r"two events are named profiles\.created"):

        @event("profiles.created")
        class Again(Event):
            user_id: UserId

    assert event_class("profiles.created") is ProfileCreated


def test_nobody_knows_an_event_that_was_never_declared() -> None:
    with pytest.raises(KeyError):
        event_class("profiles.imagined")


def test_the_list_of_events_is_a_copy() -> None:
    all_events().clear()
    assert "profiles.created" in all_events()


def test_a_published_message_is_due_again_after_a_minute_then_two_then_four() -> None:
    message, now, waits = MESSAGE, NOON, []
    for _ in range(4):
        message = message.published(now)
        waits.append((message.due_at - now) // timedelta(seconds=1))
        now = message.due_at
    assert waits == [60, 120, 240, 480]
    assert message.attempts == 4


def test_a_done_message_keeps_what_it_tells() -> None:
    done = MESSAGE.published(NOON).done(NOON + timedelta(seconds=1))
    assert done.done_at == NOON + timedelta(seconds=1)
    assert (done.id, done.event, done.occurred_at, done.dead_at) == (MESSAGE.id, CREATED, NOON, None)


def test_a_message_is_given_up_after_the_twelfth_failure_about_34_hours_later() -> None:
    message, now = MESSAGE, NOON
    for attempt in range(1, MAX_ATTEMPTS + 1):
        message = message.published(now).failed("mailer away", now)
        assert message.last_error == "mailer away"
        assert (message.dead_at is not None) == (attempt == MAX_ATTEMPTS == 12)
        if message.dead_at is None:
            now = message.due_at
    assert timedelta(hours=34) <= now - NOON < timedelta(hours=35)
    assert message.done_at is None


@given(st.integers(0, MAX_ATTEMPTS - 2), st.integers(0, 10**6))
def test_each_wait_is_twice_the_one_before(attempts: int, seconds: int) -> None:
    now = NOON + timedelta(seconds=seconds)
    message = attrs.evolve(MESSAGE, attempts=attempts)
    once = message.published(now)
    assert once.due_at - now == RETRY_BASE * 2**attempts
    assert once.published(now).due_at - now == 2 * (once.due_at - now)


def test_a_message_that_failed_can_still_succeed() -> None:
    failed = MESSAGE.published(NOON).failed("mailer away", NOON)
    done = failed.published(failed.due_at).done(failed.due_at)
    assert (done.attempts, done.dead_at, done.done_at) == (2, None, failed.due_at)
