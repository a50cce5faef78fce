"""Clocks: the real one, one the demo can move forward, and one that stands still until told otherwise."""

from datetime import UTC, datetime, timedelta
from threading import Lock

from saltbitter_domain.kernel import Clock


class SystemClock(Clock):
    """The time of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  this is where the Clock port gets its time from


class MovableClock(Clock):
    """The demo's time machine: another clock, plus an offset that only ever grows. Safe between threads."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._offset = timedelta()
        self._lock = Lock()

    def now(self) -> datetime:
        return self._clock.now() + self._offset

    def advance(self, by: timedelta) -> datetime:
        """Move forward by ``by`` and tell the new time; ``ValueError`` when it is negative."""
        if by < timedelta():
            raise ValueError("the clock moves forward only: what happened cannot be undone")
        with self._lock:
            self._offset += by
        return self.now()


class ManualClock(Clock):
    """A clock for tests, which stands still at ``instant`` until it is moved."""

    def __init__(self, instant: datetime) -> None:
        self.at(instant)

    def now(self) -> datetime:
        return self._now

    def at(self, instant: datetime) -> None:
        """Set the clock, forward or back; ``ValueError`` for an instant without a time zone."""
        if instant.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        self._now = instant.astimezone(UTC)

    def advance(self, by: timedelta) -> datetime:
        """Move by ``by`` and tell the new time."""
        self._now += by
        return self._now
