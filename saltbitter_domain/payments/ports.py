"""What the reading of payments needs from outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from saltbitter_domain.ledger.model import MoneyFact
from saltbitter_domain.payments.model import GatewayEvent, Held


class PaymentRecords(Protocol):
    """What the payment gateway has written down. Reading changes nothing there. ``GatewayAway`` when it does not answer
    in time or as agreed: ask again later."""

    def read_event(self, body: bytes, signature: str) -> GatewayEvent | None:
        """The event in a message from the gateway, None for one about no customer.

        ``GatewayEventRefused`` unless these very bytes were signed by the gateway for us within five minutes of now, in
        the mode (live or test) in which we run."""
        ...

    async def events_since(self, since: datetime) -> Sequence[GatewayEvent]:
        """Every event about a customer at or after ``since``, oldest first. The gateway keeps them for 30 days."""
        ...

    async def customer_of(self, named: str) -> str | None:
        """The customer whom an event names, by themselves or by a payment of theirs; None when nobody is there."""
        ...

    async def held_by(self, customer: str) -> Sequence[Held]:
        """What the customer holds by every subscription, ended ones too; nothing for a customer who is not there.

        While one is past due, what was paid for before the oldest payment that is owed is held beside it."""
        ...

    async def money_of(self, customer: str) -> Sequence[MoneyFact]:
        """Everything that ever happened to the customer's money; nothing for a customer who is not there."""
        ...

    async def money_since(self, since: datetime) -> Sequence[MoneyFact]:
        """What happened to anybody's payments that were made at or after ``since``."""
        ...

    async def everything_held(self) -> Mapping[str, Sequence[Held]]:
        """By customer, what is held by every subscription there is."""
        ...


class GatewayInbox(Protocol):
    """The store of events received, and of what was read and how far. All of it belongs to the unit of work."""

    async def add(self, event: GatewayEvent, now: datetime) -> bool:
        """Keep the event; False, and nothing kept, when it was received before."""
        ...

    async def begin_reading(self, customer: str) -> int:
        """The number of the reading of this customer that begins now: one more than that of the last that began."""
        ...

    async def end_reading(self, customer: str, number: int) -> bool:
        """Whether no reading that began later has ended yet; then this one is the latest. Others wait till commit."""
        ...

    async def set_expiry(self, customer: str, at: datetime | None) -> None:
        """Keep when something the customer holds expires, in place of what was kept of them before."""
        ...

    async def take_expired(self, now: datetime, limit: int) -> Sequence[str]:
        """Up to ``limit`` customers of whom something expired at or before ``now``. Nobody else gets them, and it is
        forgotten."""
        ...

    async def swept_until(self) -> datetime | None:
        """Up to when every event was looked for; None when none ever was."""
        ...

    async def set_swept_until(self, at: datetime) -> None: ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Sweep: forget up to ``limit`` events received before the instant ``before``; how many."""
        ...

    async def forget_readings(self, limit: int) -> int:
        """Sweep: forget the readings of up to ``limit`` customers about whom no event is kept and of whom no reading is
        going on; of how many."""
        ...
