"""What orders need from outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from saltbitter_domain.kernel import Money, OrderId, UserId
from saltbitter_domain.orders.model import Contract, Means, Order, Outcome
from saltbitter_domain.subscriptions.model import Plan


class PaymentGateway(Protocol):
    """Takes orders and payments. Card numbers are between it and the member's client: what we hand over is its own name
    for a payment method. All but ``send`` raise ``GatewayAway`` when it does not answer: ask again later."""

    async def customer(self, user_id: UserId) -> str:
        """The gateway's id of the member, who becomes a customer there when they are none yet."""
        ...

    async def contract(self, customer: str) -> Contract | None:
        """The subscription that runs, or None. One whose first payment was never made does not run."""
        ...

    async def due_now(self, contract: Contract, plan: Plan, at: datetime) -> Money:
        """What an upgrade to this plan costs at once, priced as of ``at``: its price for what is left of the period,
        less what was paid for that already."""
        ...

    async def send(self, order: Order, means: Means) -> Outcome:
        """Have an order done. Nothing is raised: whatever goes wrong is ``Refused`` where it surely took no effect, and
        otherwise ``Unknown``. It is sent under the order's id, so that even a copy of the message has no effect."""
        ...

    async def ask(self, order: Order) -> Outcome | None:
        """What became of an order that was sent; None when nothing did. Asking changes nothing."""
        ...

    async def abandon(self, order: Order) -> Outcome:
        """Take back an order that waits for the member, so that it can no longer be paid: ``Refused``. ``Done`` when it
        was paid before."""
        ...

    async def portal(self, customer: str, return_to: str) -> str:
        """The address of a page of the gateway's where the customer sees to cards and invoices, good for minutes. It
        leads back to ``return_to``."""
        ...

    async def forget(self, user_id: UserId, customer: str | None) -> None:
        """Delete whatever customer the member is there, ``customer`` among them, with the cards; every subscription
        ends at once. What was paid stays in the gateway's records. Once this returns they are gone, also when they were
        before."""
        ...


class Orders(Protocol):
    """The store of orders. A member has at most one that is not settled, and at most one for each ``key`` that was not
    refused."""

    async def add(self, order: Order) -> None:
        """``StaleWrite``, by commit, when there is another that it may not be beside."""
        ...

    async def save(self, order: Order) -> None:
        """Store a change made to the version it has; ``StaleWrite`` when that is outdated."""
        ...

    async def keep_to(self, user_id: UserId, *, purchases: int) -> None:
        """``StaleWrite``, by commit, unless the member has paid for exactly so many purchases. To be said before
        this unit of work changes an order."""
        ...

    async def get(self, order_id: OrderId) -> Order | None: ...

    async def customer_of(self, user_id: UserId) -> str | None:
        """The gateway's id of the member, None for whoever never ordered."""
        ...

    async def unsettled_of(self, user_id: UserId) -> Order | None:
        """The member's one order that is not settled, or None."""
        ...

    async def of_key(self, user_id: UserId, key: str) -> Order | None:
        """The member's order for this key that was not refused, or None."""
        ...

    async def purchases_of(self, user_id: UserId) -> Sequence[Order]:
        """What the member bought once and has paid, the latest first."""
        ...

    async def unanswered(self, made_before: datetime, lapsed_before: datetime, limit: int) -> Sequence[Order]:
        """Up to ``limit`` orders that are open and were made before the one instant, or wait for their members and were
        made before the other; oldest first."""
        ...
