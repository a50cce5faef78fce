"""A post office that delivers to a mailbox in this process, where the demo shows it and tests read it."""

import threading
from collections.abc import Sequence
from datetime import datetime

import attrs

from saltbitter_domain.kernel import Clock, EventId, Unavailable
from saltbitter_domain.users.ports import Mail, Mailer

MAX_MAILS = 10_000


class MailRefused(Unavailable):
    """The mail could not be handed over just now."""

    code = "mail_refused"


@attrs.frozen
class Delivered:
    """A mail in somebody's mailbox."""

    mail: Mail
    at: datetime


class MemoryMailer(Mailer):
    """Keeps the latest ``MAX_MAILS``. Safe between threads: the worker sends, the HTTP side shows."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._delivered: dict[EventId, Delivered] = {}
        self._failures = 0

    def fail(self, times: int) -> None:
        """Refuse the next ``times`` mails."""
        self._failures = times

    async def send(self, mail: Mail) -> None:
        with self._lock:
            if self._failures:
                self._failures -= 1
                raise MailRefused("The mail could not be sent just now. Try again in a minute.", retry_after=60)
            self._delivered.setdefault(mail.key, Delivered(mail, self._clock.now()))
            if len(self._delivered) > MAX_MAILS:
                del self._delivered[next(iter(self._delivered))]

    def inbox(self, address: str | None = None) -> Sequence[Delivered]:
        """What was delivered to this address, or to anybody, newest first."""
        with self._lock:
            newest_first = list(reversed(self._delivered.values()))
        return [delivered for delivered in newest_first if address is None or delivered.mail.to == address]
