"""A payment gateway in memory, for the demo: whatever is ordered is paid at once, without money.

As at Stripe's in test mode, the name of a payment method says what becomes of it: with ``chargeDeclined`` or
``chargeCustomerFail`` in it the bank declines, with ``authenticationRequired`` it wants the member to confirm.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import attrs

from saltbitter_domain.kernel import Clock, Money, OrderId, UserId
from saltbitter_domain.ledger.model import FactKind, MoneyFact
from saltbitter_domain.orders.model import (
    Contract,
    Done,
    Means,
    Order,
    OrderKind,
    OrderMissing,
    Outcome,
    Reason,
    Refused,
    RequiresAction,
)
from saltbitter_domain.orders.ports import PaymentGateway
from saltbitter_domain.payments.model import GatewayEvent, GatewayOff, Held, Renewal
from saltbitter_domain.payments.ports import PaymentRecords
from saltbitter_domain.subscriptions.model import Plan, Tier


@attrs.define
class _Account:
    """A customer's, with the contract that runs, and what was paid for it and otherwise."""

    user_id: UserId
    contract: Contract | None = None
    paid_for_contract: list[MoneyFact] = attrs.field(factory=list)
    facts: list[MoneyFact] = attrs.field(factory=list)


class MemoryGateway(PaymentGateway, PaymentRecords):
    """Both what takes orders and what knows of them afterwards. Contracts renew themselves by the Clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._accounts: dict[str, _Account] = {}
        self._outcomes: dict[OrderId, Outcome] = {}
        self._confirmations: dict[OrderId, Callable[[], None]] = {}

    async def customer(self, user_id: UserId) -> str:
        customer = f"customer-{user_id}"
        self._accounts.setdefault(customer, _Account(user_id))
        return customer

    async def contract(self, customer: str) -> Contract | None:
        account = self._account(customer)
        return account.contract if account else None

    async def due_now(self, contract: Contract, plan: Plan, at: datetime) -> Money:
        return _due(contract, plan.price, at)

    async def send(self, order: Order, means: Means) -> Outcome:
        method = means.payment_method or ""
        if "chargeDeclined" in method or "chargeCustomerFail" in method:
            outcome: Outcome = Refused(Reason.DECLINED)
        elif "authenticationRequired" in method:
            outcome = RequiresAction(f"payment-{order.id}", f"{order.id}-to-confirm")
            self._confirmations[order.id] = lambda: self._carry_out(order, means)
        else:
            self._carry_out(order, means)
            return self._outcomes[order.id]
        self._outcomes[order.id] = outcome
        return outcome

    async def ask(self, order: Order) -> Outcome | None:
        return self._outcomes.get(order.id)

    async def abandon(self, order: Order) -> Outcome:
        if self._confirmations.pop(order.id, None):
            self._outcomes[order.id] = Refused(Reason.LAPSED)
        return self._outcomes[order.id]

    async def portal(self, customer: str, return_to: str) -> str:  # noqa: ARG002
        return return_to

    async def forget(self, user_id: UserId, customer: str | None) -> None:  # noqa: ARG002
        self._accounts.pop(f"customer-{user_id}", None)

    def confirm(self, client_secret: str) -> None:
        """What the member's client does with a secret: have the bank asked, which agrees. ``OrderMissing`` when no
        order waits for that."""
        order_id = next((each for each in self._confirmations if client_secret == f"{each}-to-confirm"), None)
        if order_id is None:
            raise OrderMissing("No payment waits for this confirmation. Look at what became of the order.")
        self._confirmations.pop(order_id)()

    def read_event(self, body: bytes, signature: str) -> GatewayEvent | None:  # noqa: ARG002
        raise GatewayOff("Nobody sends events here: the gateway of the demo is in the same process.")

    async def events_since(self, since: datetime) -> Sequence[GatewayEvent]:  # noqa: ARG002
        return []

    async def customer_of(self, named: str) -> str | None:
        return named

    async def held_by(self, customer: str) -> Sequence[Held]:
        account = self._account(customer)
        if account is None:
            return []
        contract = account.contract
        if contract is None:
            return [Held(account.user_id, Tier.FREE)]
        ends = contract.period_ends_at
        renewal = Renewal(contract.id, _month_before(contract), ends, contract.price, not contract.renews)
        held = Held(account.user_id, contract.tier, None if contract.renews else ends, renewal=renewal)
        return [held, *([Held(account.user_id, contract.kept, ends)] if contract.kept else [])]

    async def money_of(self, customer: str) -> Sequence[MoneyFact]:
        account = self._account(customer)
        return list(account.facts) if account else []

    async def money_since(self, since: datetime) -> Sequence[MoneyFact]:
        return [fact for customer in self._accounts for fact in await self.money_of(customer) if fact.at >= since]

    async def everything_held(self) -> Mapping[str, Sequence[Held]]:
        return {customer: await self.held_by(customer) for customer in self._accounts}

    def _carry_out(self, order: Order, means: Means) -> None:
        account, contract = self._accounts[order.customer], means.contract
        running, now = account.contract, self._clock.now().replace(microsecond=0)
        match order.kind:
            case OrderKind.SUBSCRIBE:
                id_, ends = f"subscription-{order.id}", _next_month(now, now)
                account.contract = Contract(id_, f"{id_}-item", Tier(order.item), order.amount, now, ends)
                account.paid_for_contract = []
                self._charge(account, str(order.id), order.amount, now)
            case OrderKind.UPGRADE if running and means.priced_at:
                due = _due(running, order.amount, means.priced_at)
                account.contract = attrs.evolve(running, tier=Tier(order.item), price=order.amount)
                self._charge(account, str(order.id), due, now)
            case OrderKind.DOWNGRADE if running and contract:
                tier = Tier(order.item)
                kept = None if tier is contract.paid else contract.paid
                account.contract = attrs.evolve(running, tier=tier, price=order.amount, kept=kept)
            case OrderKind.CANCEL | OrderKind.RESUME if running:
                account.contract = attrs.evolve(running, renews=order.kind is OrderKind.RESUME)
            case OrderKind.WITHDRAW:
                account.contract = None
                for paid in account.paid_for_contract:
                    id_ = f"{paid.id}-refund"
                    account.facts.append(attrs.evolve(paid, id=id_, kind=FactKind.REFUNDED, at=now))
            case OrderKind.PURCHASE:
                id_ = f"charge-{order.id}"
                bought = MoneyFact(id_, FactKind.SUCCEEDED, id_, account.user_id, order.amount, now, order.item)
                account.facts.append(bought)
        self._outcomes[order.id] = Done(account.contract.id if account.contract else f"payment-{order.id}")

    def _charge(self, account: _Account, name: str, amount: Money, at: datetime) -> None:
        """Take what is to be paid for the contract, up to the end of its period."""
        contract, id_ = account.contract, f"charge-{name}"
        if contract is None or amount.amount_minor <= 0:
            return
        paid = MoneyFact(
            id_, FactKind.SUCCEEDED, id_, account.user_id, amount, at, contract.tier, at, contract.period_ends_at
        )
        account.paid_for_contract.append(paid)
        account.facts.append(paid)

    def _account(self, customer: str) -> _Account | None:
        """The account, brought up to now."""
        account, now = self._accounts.get(customer), self._clock.now()
        while account and account.contract and account.contract.period_ends_at <= now:
            ended = account.contract
            ends = ended.period_ends_at
            renewed = attrs.evolve(ended, period_ends_at=_next_month(ends, ended.began_at), kept=None)
            account.contract = renewed if ended.renews else None
            self._charge(account, f"{ended.id}-{ends:%Y-%m-%d}", ended.price, ends)
        return account


def _due(contract: Contract, price: Money, at: datetime) -> Money:
    """What a higher price costs for what is left of the period, less what was paid for that."""
    began, ends = _month_before(contract), contract.period_ends_at
    left, whole = int((ends - at).total_seconds()), int((ends - began).total_seconds())
    new, old = (_share(each.amount_minor, left, whole) for each in (price, contract.price))
    return Money(new - old, price.currency)


def _share(amount: int, left: int, whole: int) -> int:
    """The part of a period's price that falls on what is left of it, to the nearest minor unit."""
    return (2 * amount * left + whole) // (2 * whole)


def _next_month(at: datetime, anchor: datetime) -> datetime:
    """A month on, on the day of the anchor or the last one of a shorter month."""
    return _in_month(at, at.year + at.month // 12, at.month % 12 + 1, anchor)


def _month_before(contract: Contract) -> datetime:
    ends = contract.period_ends_at
    return _in_month(ends, ends.year - (ends.month == 1), (ends.month - 2) % 12 + 1, contract.began_at)


def _in_month(at: datetime, year: int, month: int, anchor: datetime) -> datetime:
    return at.replace(year=year, month=month, day=min(anchor.day, monthrange(year, month)[1]))
