"""Orders: what a member wants of the payment gateway, what became of it, and what runs there already."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import (
    Conflict,
    Invalid,
    Money,
    NotFound,
    OrderId,
    PaymentNeeded,
    Stale,
    Unavailable,
    UserId,
)
from saltbitter_domain.subscriptions.catalogue import plan_of
from saltbitter_domain.subscriptions.model import Plan, Tier

SEND_WITHIN = timedelta(seconds=60)
"""An order older than this is never sent any more: whoever wakes up late with one leaves it to be asked about."""

ASK_AFTER = timedelta(minutes=2)
"""How long after it was made an order without an answer is asked about. Whatever was sent within ``SEND_WITHIN`` has
then either arrived and been done, or never will be."""

LAPSES_AFTER = timedelta(hours=22)
"""How long the member has to confirm a payment with their bank. The gateway itself gives 23 hours."""

WITHDRAWAL = timedelta(days=14)
"""Within which whoever subscribed may withdraw and is paid back in full (Directive 2011/83/EU, article 9)."""

QUOTED_FOR = timedelta(minutes=15)
"""How long a price that was shown for a change is kept to."""

NOTICES = (Money(5000, "USD"), Money(10000, "USD"))
"""The sums of a month's purchases of which a member is told."""


class OrderKind(StrEnum):
    SUBSCRIBE = "subscribe"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    CANCEL = "cancel"
    RESUME = "resume"
    WITHDRAW = "withdraw"
    PURCHASE = "purchase"

    @property
    def honoured(self) -> bool:
        """Whether it is carried out whatever comes, in a new order if nothing came of the first: it ends paying, and
        charges nothing."""
        return self in (OrderKind.CANCEL, OrderKind.WITHDRAW)


class OrderState(StrEnum):
    OPEN = "open"
    """Sent or about to be; what became of it is not known."""
    REQUIRES_ACTION = "requires_action"
    """The member has to confirm the payment with their bank."""
    DONE = "done"
    REFUSED = "refused"

    @property
    def settled(self) -> bool:
        return self in (OrderState.DONE, OrderState.REFUSED)


class Reason(StrEnum):
    """Why nothing came of an order. Nothing was charged for it."""

    DECLINED = "declined"
    """By the bank that issued the card."""
    PAYMENT_METHOD_UNUSABLE = "payment_method_unusable"
    LAPSED = "lapsed"
    """The member did not confirm the payment in time, or ordered something else instead."""
    NOT_ACCEPTED = "not_accepted"
    """The gateway did not take it, which says nothing about the card."""


@attrs.frozen
class Done:
    """It took effect. ``reference`` is the gateway's id of what was made or changed."""

    reference: str


@attrs.frozen
class RequiresAction:
    """It takes effect once the member has confirmed the payment, for which their client needs ``client_secret``."""

    reference: str
    client_secret: str = attrs.field(repr=False)


REFUSED_BECAUSE: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.DECLINED: "The bank declined the payment. Nothing was charged. Use another card, or ask the bank.",
        Reason.PAYMENT_METHOD_UNUSABLE: "This payment method cannot be used. Nothing was charged. Enter the card anew.",
        Reason.LAPSED: "The payment was not confirmed in time. Nothing was charged. Order again.",
    }
)


@attrs.frozen
class Refused:
    """It took no effect and never will."""

    reason: Reason


@attrs.frozen
class Unknown:
    """It may have taken effect, or still do: nobody answered. It is asked about, and never sent again."""


Outcome = Done | RequiresAction | Refused | Unknown


@attrs.frozen
class Order:
    """One wish, written down before anybody is asked for it. ``item`` is the tier or the product, ``subscription`` the
    gateway's id of what is to change, ``key`` the client's name for the wish: sent again under it, it is the same.
    ``plan_version`` is of the plan that is ordered, if it is one."""

    id: OrderId
    user_id: UserId
    customer: str
    kind: OrderKind
    item: str
    amount: Money
    made_at: datetime
    key: str | None = None
    subscription: str | None = None
    state: OrderState = OrderState.OPEN
    reference: str | None = None
    reason: Reason | None = None
    settled_at: datetime | None = None
    version: int = 1
    plan_version: int | None = None

    @property
    def plan(self) -> Plan | None:
        """The plan that was ordered, on the terms of then; None for what is no plan."""
        return None if self.plan_version is None else plan_of(Tier(self.item), self.plan_version)

    def with_outcome(self, outcome: Outcome, now: datetime) -> "Order":
        """What it is once this became known of it. What is done stays so."""
        if self.state is OrderState.DONE:
            return self
        match outcome:
            case Done(reference):
                return attrs.evolve(self, state=OrderState.DONE, reference=reference, reason=None, settled_at=now)
            case RequiresAction(reference) if not self.state.settled:
                return attrs.evolve(self, state=OrderState.REQUIRES_ACTION, reference=reference)
            case Refused(reason) if not self.state.settled:
                return attrs.evolve(self, state=OrderState.REFUSED, reason=reason, settled_at=now)
        return self

    def sendable(self, now: datetime) -> bool:
        """Whether it may be sent, for the first and only time."""
        return self.state is OrderState.OPEN and now - self.made_at <= SEND_WITHIN


@attrs.frozen
class Contract:
    """A subscription that runs at the gateway. ``tier`` is what it renews as; ``kept`` is the higher tier that was paid
    to the end of the period, where it was changed to a lower one."""

    id: str
    item: str
    """The gateway's id of the line that holds the tier."""
    tier: Tier
    price: Money
    began_at: datetime
    period_ends_at: datetime
    renews: bool = True
    past_due: bool = False
    kept: Tier | None = None

    @property
    def paid(self) -> Tier:
        """The tier of this period."""
        return self.kept or self.tier

    @property
    def charges(self) -> bool:
        """Whether anything will still be charged for it."""
        return self.renews or self.past_due

    def withdrawable_until(self) -> datetime:
        """Up to when the member may withdraw from it."""
        return self.began_at + WITHDRAWAL

    def change_to(self, tier: Tier) -> OrderKind:
        """How it becomes this tier: at once, with what is left of the period taken into account, or from the next
        period on. Raises the refusals of ``OrderImpossible``."""
        if tier is Tier.FREE:
            raise OrderImpossible("The free tier is what is left after cancelling. Cancel instead.")
        if tier is self.tier:
            raise AlreadySubscribed("The subscription is for this tier already.")
        if self.past_due:
            raise OrderImpossible("A payment is owed. Settle it in the portal, then change the subscription.")
        if not self.renews:
            raise OrderImpossible("The subscription is cancelled. Resume it, then change it.")
        return OrderKind.UPGRADE if _RANK[tier] > _RANK[self.paid] else OrderKind.DOWNGRADE


_RANK: Mapping[Tier, int] = MappingProxyType({tier: rank for rank, tier in enumerate(Tier)})


@attrs.frozen
class Means:
    """With what an order is sent, beside what is kept of it."""

    contract: Contract | None = None
    """What a change changes."""
    payment_method: str | None = attrs.field(default=None, repr=False)
    priced_at: datetime | None = None
    """As of when a change is priced."""


@attrs.frozen
class Quote:
    """What a change costs and when it acts: ``due_now`` at once, then ``renewal`` with every period."""

    tier: Tier
    due_now: Money
    renewal: Money
    acts_at: datetime
    renews_at: datetime
    quoted_at: datetime


class ProductName(StrEnum):
    COACHING_REPORT = "coaching_report"
    PRACTICE_PACK = "practice_pack"


@attrs.frozen
class Product:
    """Something that is bought once: the price has the tax in it."""

    name: ProductName
    price: Money
    summary: str


@attrs.frozen
class Spending:
    """What a member bought by single purchases since the first of this month, in UTC, and the sums of ``NOTICES`` that
    it has reached."""

    since: datetime
    spent: Money
    notices: tuple[Money, ...]


def spending(since: datetime, spent: Money) -> Spending:
    """The spending of a month with the notices it has reached."""
    return Spending(since, spent, tuple(sum_ for sum_ in NOTICES if sum_.amount_minor <= spent.amount_minor))


def notice_of(order: Order, bought: Iterable[Order]) -> Money | None:
    """The sum of ``NOTICES`` that the purchases of a month reached with this one after those that were settled before
    it in that month; None when it reached none, or is no purchase that is done."""
    if order.settled_at is None or order.kind is not OrderKind.PURCHASE or order.state is not OrderState.DONE:
        return None
    month, last = month_of(order.settled_at), (order.settled_at, order.id)
    earlier = [
        each for each in bought if each.settled_at and month <= each.settled_at and (each.settled_at, each.id) < last
    ]
    before = sum(each.amount.amount_minor for each in earlier)
    after = before + order.amount.amount_minor
    return next((sum_ for sum_ in reversed(NOTICES) if before < sum_.amount_minor <= after), None)


def month_of(now: datetime) -> datetime:
    """The first instant of the month, in UTC."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


@event("orders.spending_reached")
class SpendingReached(Event):
    """The purchases of a month have reached a sum of ``NOTICES``, in minor units of the currency."""

    member: UserId
    amount_minor: int
    currency: str


class PaymentRefused(PaymentNeeded):
    code = "payment_refused"


class OrderPending(Stale):
    """Passes by itself, so that the same request, under the same key too, is answered anew."""

    code = "order_pending"


class AlreadySubscribed(Conflict):
    code = "already_subscribed"


class OrderImpossible(Conflict):
    code = "order_impossible"


class WithdrawalOver(Conflict):
    code = "withdrawal_over"


class QuoteOutdated(Conflict):
    code = "quote_outdated"


class TierNotForSale(Invalid):
    code = "tier_not_for_sale"


class SubscriptionMissing(NotFound):
    code = "subscription_missing"


class OrderMissing(NotFound):
    code = "order_missing"


class OrderNotAccepted(Unavailable):
    code = "order_not_accepted"
