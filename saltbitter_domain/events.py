"""Facts that happened, and the outbox that carries them to whoever must react.

An event is a frozen class of ids and facts, declared in its feature's ``model`` with ``@event("feature.past_tense")``
and emitted in plain sight by the use case. It is stored in the same transaction as the state it tells of; the
relay then hands its id to the workers, at least once.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar, dataclass_transform

import attrs

from saltbitter_domain.kernel import EventId


class Event:
    """The base of every event; ``event_name`` gives its dotted name."""

    __slots__ = ()


_E = TypeVar("_E", bound=Event)
_BY_NAME: dict[str, type[Event]] = {}
_NAMES: dict[type[Event], str] = {}
_BULK: set[type[Event]] = set()
_SLOW: set[type[Event]] = set()


@dataclass_transform(frozen_default=True)
def event(name: str, *, bulk: bool = False, slow: bool = False) -> Callable[[type[_E]], type[_E]]:
    """Declare an event class under its dotted, past-tense name, for example ``users.registered``.

    ``bulk`` are those that come for everybody at once and that nobody waits for; all others overtake them. What takes
    as long as whoever caused it pleases is ``slow``: only others that are slow wait for it."""

    def declare(cls: type[_E]) -> type[_E]:
        frozen = attrs.frozen(cls)
        if name in _BY_NAME:
            raise ValueError(f"two events are named {name}")
        _BY_NAME[name] = frozen
        _NAMES[frozen] = name
        if bulk:
            _BULK.add(frozen)
        if slow:
            _SLOW.add(frozen)
        return frozen

    return declare


def event_name(of: Event | type[Event]) -> str:
    """The dotted name an event was declared under."""
    return _NAMES[of if isinstance(of, type) else type(of)]


def event_class(name: str) -> type[Event]:
    """The class declared under ``name``; ``KeyError`` when there is none."""
    return _BY_NAME[name]


def all_events() -> dict[str, type[Event]]:
    """Every declared event by name."""
    return dict(_BY_NAME)


@event("outbox.unreadable")
class Unreadable(Event):
    """Stands for an event under the name ``topic`` whose content this release cannot read. Nobody emits it."""

    topic: str


RETRY_BASE = timedelta(seconds=60)
MAX_ATTEMPTS = 12
"""After this many failed deliveries (60 s doubling, about 34 hours in all) a message is set aside for a person."""

MAX_STARTS = 3
"""So often may whoever works on a message end without a word before it is set aside as what ends them."""


@attrs.frozen
class OutboxMessage:
    """One stored event on its way. ``due_at`` is when it should next be handed to the workers, ``starts`` how often a
    worker began with it since one last reported how that ended. ``heard`` names the listeners that have taken effect
    while another failed; whoever begins with the message is told of them."""

    id: EventId
    event: Event
    occurred_at: datetime
    due_at: datetime
    attempts: int = 0
    starts: int = 0
    done_at: datetime | None = None
    dead_at: datetime | None = None
    last_error: str | None = None
    heard: frozenset[str] = frozenset()

    def published(self, now: datetime) -> "OutboxMessage":
        """Handed to the workers: due again only if nobody reports back in time (60 s, doubling).

        One on which nobody ever reported back, because it ends whoever works on it, is dead after as many attempts,
        and one that nobody can read at once."""
        if isinstance(self.event, Unreadable):
            return attrs.evolve(self, dead_at=now, last_error=f"{self.event.topic} cannot be read by this release")
        if self.attempts >= MAX_ATTEMPTS:
            return attrs.evolve(self, dead_at=now, last_error=self.last_error or "no worker reported back")
        return attrs.evolve(self, attempts=self.attempts + 1, due_at=now + RETRY_BASE * 2**self.attempts)

    @property
    def bulk(self) -> bool:
        """Whether all that is not bulk goes before it."""
        return type(self.event) in _BULK

    @property
    def slow(self) -> bool:
        """Whether nothing that is not slow may wait for it."""
        return type(self.event) in _SLOW

    @property
    def ends_workers(self) -> bool:
        """Whether too many workers began with it of whom nothing was heard again."""
        return self.starts > MAX_STARTS

    def ended_workers(self, now: datetime) -> "OutboxMessage":
        """Set aside for a person before it ends another worker."""
        return attrs.evolve(self, dead_at=now, last_error=f"{MAX_STARTS} workers ended while they worked on it")

    def done(self, now: datetime) -> "OutboxMessage":
        """Every listener has taken effect."""
        return attrs.evolve(self, done_at=now)

    def failed(self, error: str, now: datetime, heard: Collection[str] = ()) -> "OutboxMessage":
        """A listener failed, and those in ``heard`` did not, which need not hear it again; after ``MAX_ATTEMPTS`` the
        message is dead and waits for a person."""
        dead_at = now if self.attempts >= MAX_ATTEMPTS else None
        return attrs.evolve(self, starts=0, last_error=error, dead_at=dead_at, heard=self.heard.union(heard))

    def redriven(self, now: datetime) -> "OutboxMessage":
        """A dead letter on its way again, with all its attempts before it; what it died of stays written."""
        return attrs.evolve(self, attempts=0, starts=0, due_at=now, dead_at=None)


class Outbox(Protocol):
    """The store of messages, outside any business transaction. Writing to it is ``UnitOfWork.emit``."""

    async def due(self, now: datetime, limit: int) -> Sequence[OutboxMessage]:
        """A look at up to ``limit`` messages neither done nor dead with ``due_at <= now``, oldest first, those of bulk
        events after all others."""
        ...

    async def claim(self, now: datetime, limit: int) -> Sequence[OutboxMessage]:
        """Those of ``due``, each as ``published(now)`` and stored so: nobody else claims it before it is due again. A
        message that died of it is among them too."""
        ...

    async def begin(self, message_id: EventId, now: datetime) -> OutboxMessage | None:
        """A worker begins: the message with one more start, stored so. None, and nothing to do, when it is not there,
        done or dead, or died just now because it ``ends_workers``."""
        ...

    async def get(self, message_id: EventId) -> OutboxMessage | None:
        """The message, or None."""
        ...

    async def save(self, message: OutboxMessage) -> None:
        """Store the new state of a message that exists. Nothing happens when it is done already, or was claimed anew
        since: whoever worked on an earlier attempt and wakes too late has no say any more, but for who has ``heard``
        it, which stays true."""
        ...

    async def forget_done(self, before: datetime, limit: int) -> int:
        """Forget up to ``limit`` messages done before the instant ``before``, each with every mark that a listener
        handled it; how many messages. A mark never goes before its message, which could come again till then."""
        ...

    async def undelivered(self) -> int:
        """How many messages are neither done nor dead."""
        ...

    async def dead(self, limit: int) -> Sequence[OutboxMessage]:
        """Up to ``limit`` dead letters: messages set aside for a person, oldest first."""
        ...

    async def redrive(self, now: datetime, message_ids: Collection[EventId] | None = None) -> int:
        """Let these dead letters, or all of them, start anew as ``redriven(now)``; how many were dead."""
        ...
