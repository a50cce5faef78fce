"""Subscribing, changing, leaving and buying, each charged once whatever becomes of a request."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import attrs

from saltbitter_domain.kernel import Clock, EventId, Ids, Money, OrderId, StaleWrite, UserId
from saltbitter_domain.orders.catalogue import PRODUCTS
from saltbitter_domain.orders.model import (
    ASK_AFTER,
    LAPSES_AFTER,
    QUOTED_FOR,
    REFUSED_BECAUSE,
    AlreadySubscribed,
    Contract,
    Means,
    Order,
    OrderImpossible,
    OrderKind,
    OrderMissing,
    OrderNotAccepted,
    OrderPending,
    OrderState,
    Outcome,
    PaymentRefused,
    ProductName,
    Quote,
    QuoteOutdated,
    Reason,
    Refused,
    RequiresAction,
    Spending,
    SpendingReached,
    SubscriptionMissing,
    TierNotForSale,
    Unknown,
    WithdrawalOver,
    month_of,
    notice_of,
    spending,
)
from saltbitter_domain.orders.ports import PaymentGateway
from saltbitter_domain.payments.model import CustomerChanged, GatewayAway, GatewayOff
from saltbitter_domain.subscriptions.catalogue import plan_of
from saltbitter_domain.subscriptions.model import Plan, Tier
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, as_read
from saltbitter_domain.users.model import ErasureRequested

NOTHING = Money(0, "USD")
ASKED_AT_ONCE = 50


@attrs.frozen
class Progress:
    """How far an order is; while it ``REQUIRES_ACTION``, with what the client needs for that."""

    order: Order
    client_secret: str | None = attrs.field(default=None, repr=False)
    notice: Money | None = None
    """A sum of ``NOTICES`` that this month's purchases have reached with this one."""


@attrs.frozen
class Purchases:
    """What was bought once, the latest first, and what of this month."""

    orders: tuple[Order, ...]
    spending: Spending


@attrs.frozen
class _Before:
    """What there was before an order: the same wish, if it stands already, the gateway's id of the member, if they
    ordered before, and what they bought once."""

    standing: Progress | None
    customer: str | None
    bought: Sequence[Order]


class OrderService:
    """An order is written down before it is sent, and is sent once. When no answer comes, the gateway is asked what
    became of it; the member orders again only when nothing did. ``gateway`` is None where nothing is sold."""

    def __init__(
        self, *, begin: UnitsOfWork, clock: Clock, ids: Ids, gateway: PaymentGateway | None, public_url: str
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids
        self._given = gateway
        self._public_url = public_url

    async def subscribe(self, user_id: UserId, tier: Tier, payment_method: str, key: str | None) -> Progress:
        """Begin a subscription, paid with this payment method. Sent again under the same ``key`` it is the same."""
        plan = _plan(tier)
        before = await self._before(user_id, OrderKind.SUBSCRIBE, tier, key)
        if before.standing:
            return before.standing
        customer = before.customer or await self._gateway.customer(user_id)
        order = await self._place_plan(plan, customer, user_id, OrderKind.SUBSCRIBE, key=key)
        # Asked only now that no other order of this member can be on its way.
        try:
            running = await self._gateway.contract(order.customer)
        except GatewayAway:
            await self._record(order, Refused(Reason.NOT_ACCEPTED))
            raise
        if running is not None:
            await self._record(order, Refused(Reason.NOT_ACCEPTED))
            raise AlreadySubscribed("There is a subscription already. Change it instead of beginning another.")
        return await self._send(order, Means(payment_method=payment_method))

    async def buy(self, user_id: UserId, name: ProductName, payment_method: str, key: str | None) -> Progress:
        """Buy something once. Sent again under the same ``key`` it is the same purchase."""
        before = await self._before(user_id, OrderKind.PURCHASE, name, key)
        if before.standing:
            return before.standing
        customer = before.customer or await self._gateway.customer(user_id)
        order = await self._place(customer, user_id, OrderKind.PURCHASE, name, PRODUCTS[name].price, key)
        return await self._send(order, Means(payment_method=payment_method), before.bought)

    async def contract(self, user_id: UserId) -> Contract:
        """The subscription that runs, as the gateway has it now."""
        return await self._running(await self._known_customer(user_id))

    async def quote(self, user_id: UserId, tier: Tier) -> Quote:
        """What it would cost to change to this tier now, and from when on."""
        plan, now = _plan(tier), self._clock.now().replace(microsecond=0)
        contract = await self._running(await self._known_customer(user_id))
        if contract.change_to(tier) is OrderKind.UPGRADE:
            due, acts_at = await self._gateway.due_now(contract, plan, now), now
        else:
            due, acts_at = NOTHING, contract.period_ends_at
        return Quote(tier, due, plan.price, acts_at, contract.period_ends_at, now)

    async def change(self, user_id: UserId, tier: Tier, quoted_at: datetime) -> Progress:
        """Change to another tier, at the price of the quote of that instant."""
        plan, now = _plan(tier), self._clock.now()
        if not now - QUOTED_FOR <= quoted_at <= now:
            raise QuoteOutdated("The quote is older than fifteen minutes, or of a time to come. Ask for another.")
        before = await self._before(user_id, OrderKind.UPGRADE, tier)
        if before.standing:
            return before.standing
        customer = _known(before.customer)
        contract = await self._running(customer)
        kind = contract.change_to(tier)
        order = await self._place_plan(plan, customer, user_id, kind, subscription=contract.id)
        return await self._send(order, Means(contract=contract, priced_at=quoted_at))

    async def cancel(self, user_id: UserId) -> Progress:
        """Let the subscription end with the period that is paid; at once where the payment for it is owed, which then
        is owed no more. It is carried out, however long that takes."""
        customer = _known((await self._before(user_id, OrderKind.CANCEL)).customer)
        contract = await self._running(customer)
        if not contract.charges:
            raise OrderImpossible("The subscription is cancelled already, and ends with the period that is paid.")
        return await self._send(await self._place_on(contract, customer, user_id, OrderKind.CANCEL), Means())

    async def cancel_for_leaving(self, _message: EventId, event: ErasureRequested) -> None:
        """Cancel for a member who asked to be erased, so that nothing is charged any more; what is paid is there for
        whoever comes back. ``OrderPending`` or ``GatewayAway``, and the message comes again, while that is not sure."""
        async with self._begin() as uow:
            user = await uow.users.get(event.user_id)
        if user is None or user.erase_at is None:
            return
        customer = (await self._before(user.id, OrderKind.CANCEL)).customer
        if customer is None:
            return
        contract = await self._gateway.contract(customer)
        if contract is not None and contract.charges:
            await self._send(await self._place_on(contract, customer, user.id, OrderKind.CANCEL), Means())

    async def resume(self, user_id: UserId) -> Progress:
        """Let a subscription that was cancelled go on."""
        customer = _known((await self._before(user_id, OrderKind.RESUME)).customer)
        contract = await self._running(customer)
        if contract.renews:
            raise OrderImpossible("The subscription is not cancelled.")
        return await self._send(await self._place_on(contract, customer, user_id, OrderKind.RESUME), Means())

    async def withdraw(self, user_id: UserId) -> Progress:
        """End the subscription at once and pay back everything that was paid for it. It is carried out, however long
        that takes."""
        customer = _known((await self._before(user_id, OrderKind.WITHDRAW)).customer)
        contract = await self._running(customer)
        if self._clock.now() > contract.withdrawable_until():
            raise WithdrawalOver("The fourteen days to withdraw in are over. Cancel instead: it ends with the period.")
        return await self._send(await self._place_on(contract, customer, user_id, OrderKind.WITHDRAW), Means())

    async def find(self, user_id: UserId, order_id: OrderId) -> Progress:
        """How far the member's order is. What waits for something is asked about."""
        async with self._begin() as uow:
            order = await uow.orders.get(order_id)
        if order is None or order.user_id != user_id:
            raise OrderMissing("There is no such order of yours.")
        if order.state is OrderState.REQUIRES_ACTION or self._unanswered(order):
            return await self._find_out(order)
        async with self._begin() as uow:
            return Progress(order, notice=notice_of(order, await _bought(uow, user_id, order.kind)))

    async def purchases(self, user_id: UserId) -> Purchases:
        """What the member bought once, and the sum of this month with the notices it has reached."""
        async with self._begin() as uow:
            orders = tuple(await uow.orders.purchases_of(user_id))
        month = month_of(self._clock.now())
        spent = sum(order.amount.amount_minor for order in orders if order.settled_at and order.settled_at >= month)
        return Purchases(orders, spending(month, Money(spent, "USD")))

    async def portal(self, user_id: UserId) -> str:
        """The address of the page where the member sees to cards and invoices."""
        return await self._gateway.portal(await self._known_customer(user_id), self._public_url)

    async def ask_unanswered(self) -> int:
        """Ask what became of orders without an answer, and take back those that their members let lapse; how many are
        settled by that."""
        if self._given is None:
            return 0
        now = self._clock.now()
        async with self._begin() as uow:
            waiting = await uow.orders.unanswered(now - ASK_AFTER, now - LAPSES_AFTER, ASKED_AT_ONCE)
        return sum(await asyncio.gather(*(self._settle(order) for order in waiting)))

    async def _settle(self, order: Order) -> bool:
        try:
            if order.state is OrderState.REQUIRES_ACTION:
                return (await self._record(order, await self._gateway.abandon(order))).order.state.settled
            return (await self._find_out(order)).order.state.settled
        except (GatewayAway, StaleWrite):
            return False  # It is asked again in a minute.

    async def _before(self, user_id: UserId, kind: OrderKind, item: str = "", key: str | None = None) -> _Before:
        """What there was before an order, read at one moment. Whatever else was not settled is, or ``OrderPending``."""
        async with self._begin() as uow:
            known, unsettled, customer, bought = await uow.together(
                _of_key(uow, user_id, key),
                uow.orders.unsettled_of(user_id),
                uow.orders.customer_of(user_id),
                _bought(uow, user_id, kind),
            )
        standing = await self._standing(known, known or unsettled, kind, item)
        return _Before(standing, customer, bought)

    async def _standing(self, known: Order | None, order: Order | None, kind: OrderKind, item: str) -> Progress | None:
        if order is None:
            return None
        same = known is not None or (order.kind, order.item) == (kind, item)
        if same and (order.state is OrderState.REQUIRES_ACTION or self._unanswered(order)):
            progress = await self._find_out(order)
            return None if progress.order.state is OrderState.REFUSED else progress
        if known is not None:
            return Progress(known)
        if order.state is OrderState.REQUIRES_ACTION:
            await self._record(order, await self._gateway.abandon(order))
        elif not self._unanswered(order) or not (await self._find_out(order)).order.state.settled:
            raise OrderPending(
                "What became of your last order is not known yet. Nothing is charged twice. Look again in two minutes.",
                retry_after=int(ASK_AFTER.total_seconds()),
            )
        return None

    def _unanswered(self, order: Order) -> bool:
        return order.state is OrderState.OPEN and self._clock.now() - order.made_at >= ASK_AFTER

    async def _find_out(self, order: Order) -> Progress:
        outcome = await self._gateway.ask(order)
        recorded = await self._record(order, outcome or Refused(Reason.NOT_ACCEPTED))
        if outcome is None and order.kind.honoured:
            again = attrs.evolve(order, id=OrderId(self._ids.new()), made_at=self._clock.now(), version=1)
            return (await self._sent(await self._add(again), Means()))[0]
        return recorded

    async def _place(
        self,
        customer: str,
        user_id: UserId,
        kind: OrderKind,
        item: str,
        amount: Money,
        key: str | None = None,
        subscription: str | None = None,
        plan_version: int | None = None,
    ) -> Order:
        now, id_ = self._clock.now(), OrderId(self._ids.new())
        order = Order(id_, user_id, customer, kind, item, amount, now, key, subscription, plan_version=plan_version)
        return await self._add(order)

    async def _place_plan(
        self,
        plan: Plan,
        customer: str,
        user_id: UserId,
        kind: OrderKind,
        *,
        key: str | None = None,
        subscription: str | None = None,
    ) -> Order:
        return await self._place(customer, user_id, kind, plan.tier, plan.price, key, subscription, plan.version)

    async def _place_on(self, contract: Contract, customer: str, user_id: UserId, kind: OrderKind) -> Order:
        return await self._place(customer, user_id, kind, "", NOTHING, subscription=contract.id)

    async def _add(self, order: Order) -> Order:
        try:
            async with self._begin() as uow:
                await uow.orders.add(order)
                await uow.commit()
        except StaleWrite:
            raise OrderPending("Another order of yours is on its way. Look at what became of it first.") from None
        return order

    async def _send(self, order: Order, means: Means, bought: Sequence[Order] | None = None) -> Progress:
        progress, outcome = await self._sent(order, means, bought)
        match outcome:
            case Refused(Reason.NOT_ACCEPTED):
                raise OrderNotAccepted("The order was not accepted. Nothing was charged. Try again.", retry_after=60)
            case Refused(reason):
                raise PaymentRefused(REFUSED_BECAUSE[reason])
        return progress

    async def _sent(
        self, order: Order, means: Means, bought: Sequence[Order] | None = None
    ) -> tuple[Progress, Outcome]:
        sendable = order.sendable(self._clock.now())
        outcome = await self._gateway.send(order, means) if sendable else Unknown()
        return await self._record(order, outcome, bought), outcome

    async def _record(self, order: Order, outcome: Outcome, bought: Sequence[Order] | None = None) -> Progress:
        """Keep what became of an order, which is as it was read or written last, with what was ``bought`` by then. It
        is read again only where nothing is to change, or where somebody else changed it, or bought more, meanwhile."""

        async def read() -> tuple[Order | None, Sequence[Order]]:
            async with self._begin() as uow:
                return await uow.together(uow.orders.get(order.id), _bought(uow, order.user_id, order.kind))

        async def keep(found: tuple[Order | None, Sequence[Order]]) -> Progress:
            stored, others = found
            if stored is None:  # the member was erased
                return Progress(order)
            changed = stored.with_outcome(outcome, self._clock.now())
            # A member's orders are settled one after the other, so that one of them alone reaches a sum.
            notice = notice_of(changed, others)
            if changed == stored:
                return Progress(stored, notice=notice)
            async with self._begin() as uow:
                if changed.kind is OrderKind.PURCHASE:
                    await uow.orders.keep_to(order.user_id, purchases=len(others))
                await uow.orders.save(changed)
                if changed.state is OrderState.DONE:
                    uow.emit(CustomerChanged(order.customer))
                if notice is not None:
                    uow.emit(SpendingReached(order.user_id, notice.amount_minor, notice.currency))
                await uow.commit()
            return Progress(attrs.evolve(changed, version=changed.version + 1), notice=notice)

        whole = order.kind is not OrderKind.PURCHASE or bought is not None
        in_hand = whole and order.with_outcome(outcome, self._clock.now()) != order
        recorded = await as_read((order, bought or ()) if in_hand else await read(), read, keep)
        secret = outcome.client_secret if isinstance(outcome, RequiresAction) else None
        return attrs.evolve(recorded, client_secret=secret)

    async def _running(self, customer: str) -> Contract:
        contract = await self._gateway.contract(customer)
        if contract is None:
            raise SubscriptionMissing("There is no subscription that runs. Begin one first.")
        return contract

    async def _known_customer(self, user_id: UserId) -> str:
        async with self._begin() as uow:
            return _known(await uow.orders.customer_of(user_id))

    @property
    def _gateway(self) -> PaymentGateway:
        if self._given is None:
            raise GatewayOff("Nothing is sold here: payments are not configured.")
        return self._given


async def _of_key(uow: UnitOfWork, user_id: UserId, key: str | None) -> Order | None:
    return await uow.orders.of_key(user_id, key) if key else None


async def _bought(uow: UnitOfWork, user_id: UserId, kind: OrderKind) -> Sequence[Order]:
    """What the member bought once, where the order is to be one more of these."""
    return await uow.orders.purchases_of(user_id) if kind is OrderKind.PURCHASE else ()


def _known(customer: str | None) -> str:
    if customer is None:
        raise SubscriptionMissing("Nothing was ordered yet. Begin a subscription first.")
    return customer


def _plan(tier: Tier) -> Plan:
    if tier is Tier.FREE:
        raise TierNotForSale("The free tier is not for sale: it is what is left after cancelling.")
    return plan_of(tier)
