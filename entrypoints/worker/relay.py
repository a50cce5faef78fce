"""From the outbox to the listeners: at least once, each effect once."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import attrs
import structlog

from config.application import Listener, Listeners
from saltbitter_domain.events import Outbox, OutboxMessage, event_name
from saltbitter_domain.kernel import Clock, EventId

BATCH = 200

DONE_KEPT_FOR = timedelta(days=7)
"""So that what happened can be looked up. Should a broker hand a forgotten id over once more, nothing happens."""

LISTENER_SECONDS = 60.0
"""A listener that takes longer has failed: what it waits for is not coming."""

log = structlog.get_logger()


@attrs.frozen
class Relay:
    """Hands due messages to the workers (``publish``) and, in a worker, calls the listeners of one (``deliver``)."""

    outbox: Outbox
    listeners: Listeners
    clock: Clock

    async def publish(
        self,
        send: Callable[[str], object],
        send_bulk: Callable[[str], object] | None = None,
        send_slow: Callable[[str], object] | None = None,
        room: Callable[[], bool] = lambda: True,
    ) -> int:
        """Send the id of every due message, for as long as there is ``room`` for more; how many. One that is lost on
        the way is due again a minute later. ``send_bulk`` takes those of bulk events, ``send_slow`` those of slow ones.

        Any number of relays may do so at once: a message is claimed by one. All four may block and are called in a
        thread; what they raise ends the round, and what was not taken is due again later."""
        sent = 0
        while await asyncio.to_thread(room) and (messages := await self.outbox.claim(self.clock.now(), BATCH)):
            alive: list[OutboxMessage] = []
            for message in messages:
                if message.dead_at is not None:
                    continue
                if self.listeners.get(event_name(message.event)):
                    alive.append(message)
                else:
                    await self.outbox.save(message.done(self.clock.now()))
            await asyncio.to_thread(_send_all, alive, send, send_bulk or send, send_slow or send)
            sent += len(alive)
        return sent

    async def deliver(self, message_id: str) -> None:
        """Call every listener of the message that has not taken effect yet; a failure is recorded and the message comes
        again later. What a listener does may happen twice only when its worker dies before it could note it."""
        message = await self.outbox.begin(EventId(UUID(message_id)), self.clock.now())
        if message is None:
            return
        outcomes = {
            name: await self._call(name, listener, message)
            for name, listener in self.listeners.get(event_name(message.event), ())
            if name not in message.heard
        }
        failures = [failure for failure in outcomes.values() if failure is not None]
        heard = [name for name, failure in outcomes.items() if failure is None]
        now = self.clock.now()
        await self.outbox.save(message.failed(", ".join(failures), now, heard) if failures else message.done(now))

    async def forget_done(self) -> int:
        """Sweep: forget messages done a week ago, with the marks of who handled them; how many messages.

        Those set aside for a person stay until one has looked at them."""
        before, total = self.clock.now() - DONE_KEPT_FOR, 0
        while forgotten := await self.outbox.forget_done(before, BATCH):
            total += forgotten
        return total

    async def _call(self, name: str, listener: Listener, message: OutboxMessage) -> str | None:
        """Call one listener; what failed, or None. One failing listener keeps no other from its work."""
        failure = None
        bound = log.bind(message_id=str(message.id), topic=event_name(message.event), listener=name)
        started = time.perf_counter()
        try:
            async with asyncio.timeout(LISTENER_SECONDS):
                await listener(message.id, message.event)
        except Exception as error:  # noqa: BLE001  whatever it was, it is recorded and the message comes again
            bound.exception("listener_failed")
            failure = f"{name}: {type(error).__name__}"
        ms = round((time.perf_counter() - started) * 1000)
        bound.info("delivery", outcome="failed" if failure else "done", attempts=message.attempts, ms=ms)
        return failure


def _send_all(
    messages: Sequence[OutboxMessage],
    send: Callable[[str], object],
    send_bulk: Callable[[str], object],
    send_slow: Callable[[str], object],
) -> None:
    for message in messages:
        (send_bulk if message.bulk else send_slow if message.slow else send)(str(message.id))
