"""Subscribing, changing, leaving, and buying once."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import attrs
from msgspec import Meta

from entrypoints.http.paging import Items
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.kernel import Money, OrderId
from saltbitter_domain.orders.catalogue import PRODUCTS
from saltbitter_domain.orders.model import (
    AlreadySubscribed,
    Contract,
    OrderImpossible,
    OrderKind,
    OrderMissing,
    OrderNotAccepted,
    OrderPending,
    OrderState,
    PaymentRefused,
    Product,
    ProductName,
    Quote,
    QuoteOutdated,
    Reason,
    Spending,
    SubscriptionMissing,
    TierNotForSale,
    WithdrawalOver,
)
from saltbitter_domain.orders.service import OrderService, Progress
from saltbitter_domain.payments.model import GatewayAway, GatewayOff
from saltbitter_domain.subscriptions.model import Tier

PaymentMethod = Annotated[str, Meta(max_length=255, pattern=r"^[a-z]{2,10}_[A-Za-z0-9_]{1,244}$")]
"""The gateway's name for a card, which the member's client got from the gateway itself. A card number never fits."""

CHANGING = (SubscriptionMissing, OrderImpossible, OrderPending, OrderNotAccepted, GatewayAway, GatewayOff)
ASKING = (SubscriptionMissing, GatewayAway, GatewayOff)


@attrs.frozen
class SubscriptionOrder:
    """Which tier, and what pays for it."""

    tier: Tier
    payment_method: PaymentMethod = attrs.field(repr=False)


@attrs.frozen
class TierQuery:
    """Which tier to ask about."""

    tier: Tier


@attrs.frozen
class ChangeOrder:
    """Which tier, at the price of which quote."""

    tier: Tier
    quoted_at: datetime


@attrs.frozen
class Purchase:
    """What to buy, and what pays for it."""

    product: ProductName
    payment_method: PaymentMethod = attrs.field(repr=False)


@attrs.frozen
class OrderView:
    """What became of an order. ``open``: nobody knows yet; ask for the order again in two minutes, and order nothing
    anew. ``requires_action``: confirm the payment with ``client_secret``, then ask for the order. ``refused``: nothing
    was charged. ``notice`` is a sum that this month's purchases have reached with this one."""

    id: OrderId
    kind: OrderKind
    item: str
    amount: Money
    state: OrderState
    made_at: datetime
    reason: Reason | None = None
    client_secret: str | None = attrs.field(default=None, repr=False)
    notice: Money | None = None

    @classmethod
    def of(cls, progress: Progress) -> Self:
        order = progress.order
        return cls(
            order.id,
            order.kind,
            order.item,
            order.amount,
            order.state,
            order.made_at,
            order.reason,
            progress.client_secret,
            progress.notice,
        )


@attrs.frozen
class ContractView:
    """The subscription that runs. ``tier`` and ``price`` are those it renews as, ``paid_tier`` is that of this
    period."""

    tier: Tier
    price: Money
    paid_tier: Tier
    began_at: datetime
    period_ends_at: datetime
    renews: bool
    past_due: bool
    withdrawable_until: datetime

    @classmethod
    def of(cls, contract: Contract) -> Self:
        return cls(
            contract.tier,
            contract.price,
            contract.paid,
            contract.began_at,
            contract.period_ends_at,
            contract.renews,
            contract.past_due,
            contract.withdrawable_until(),
        )


@attrs.frozen
class PortalView:
    """Where the member sees to cards and invoices, for some minutes."""

    url: str = attrs.field(repr=False)


@attrs.frozen
class PurchasesView:
    """What was bought once, the latest first, and the sum of this month."""

    items: tuple[OrderView, ...]
    spending: Spending


@attrs.frozen
class Subscriptions:
    orders: OrderService

    @route(
        "POST",
        "/api/subscriptions",
        audience=Audience.MEMBER,
        idempotent=True,
        a_day=100,
        errors=(
            TierNotForSale,
            AlreadySubscribed,
            PaymentRefused,
            OrderPending,
            OrderNotAccepted,
            GatewayAway,
            GatewayOff,
        ),
    )
    async def subscribe(self, call: Call, body: SubscriptionOrder) -> OrderView:
        """Begin a subscription, paid with this payment method now and every month until it is cancelled.

        The tier follows within moments of the payment. Under the same ``Idempotency-Key`` it is the same order, however
        often it is sent."""
        key = call.request.headers.get("Idempotency-Key")
        return OrderView.of(await self.orders.subscribe(call.user_id, body.tier, body.payment_method, key))

    @route("GET", "/api/me/subscription/contract", audience=Audience.MEMBER, a_day=1_000, errors=ASKING)
    async def contract(self, call: Call) -> ContractView:
        """The subscription that runs: its price, when it renews or ends, and until when one may withdraw from it."""
        return ContractView.of(await self.orders.contract(call.user_id))

    @route(
        "GET",
        "/api/me/subscription/changes",
        audience=Audience.MEMBER,
        a_day=200,
        errors=(*ASKING, TierNotForSale, AlreadySubscribed, OrderImpossible),
    )
    async def preview(self, call: Call, query: TierQuery) -> Quote:
        """What changing to this tier costs now and later, and from when it acts. It is kept to for fifteen minutes."""
        return await self.orders.quote(call.user_id, query.tier)

    @route(
        "POST",
        "/api/me/subscription/changes",
        audience=Audience.MEMBER,
        idempotent=True,
        a_day=100,
        errors=(*CHANGING, TierNotForSale, AlreadySubscribed, QuoteOutdated, PaymentRefused),
    )
    async def change(self, call: Call, body: ChangeOrder) -> OrderView:
        """Change to another tier as it was quoted: to a higher one at once, to a lower one when the period ends."""
        return OrderView.of(await self.orders.change(call.user_id, body.tier, body.quoted_at))

    @route("POST", "/api/me/subscription/cancel", audience=Audience.MEMBER, errors=CHANGING)
    async def cancel(self, call: Call) -> OrderView:
        """Let the subscription end with the period that is paid. Nothing is asked, and it is carried out even if the
        payment gateway is away just now."""
        return OrderView.of(await self.orders.cancel(call.user_id))

    @route("POST", "/api/me/subscription/resume", audience=Audience.MEMBER, a_day=100, errors=CHANGING)
    async def resume(self, call: Call) -> OrderView:
        """Let a cancelled subscription go on."""
        return OrderView.of(await self.orders.resume(call.user_id))

    @route("POST", "/api/me/subscription/withdraw", audience=Audience.MEMBER, errors=(*CHANGING, WithdrawalOver))
    async def withdraw(self, call: Call) -> OrderView:
        """Withdraw from the subscription within fourteen days: it ends at once, and everything is paid back."""
        return OrderView.of(await self.orders.withdraw(call.user_id))

    @route("POST", "/api/me/subscription/portal", audience=Audience.MEMBER, a_day=100, errors=ASKING)
    async def portal(self, call: Call) -> PortalView:
        """An address where the member sees to cards and invoices, for some minutes."""
        return PortalView(await self.orders.portal(call.user_id))


@attrs.frozen
class Orders:
    orders: OrderService

    @route("GET", "/api/products", audience=Audience.ANYONE, cache="public, max-age=300")
    async def products(self, _call: Call) -> Items[Product]:
        """What is bought once, by price, the same for everyone."""
        return Items(tuple(PRODUCTS.values()))

    @route(
        "POST",
        "/api/purchases",
        audience=Audience.MEMBER,
        idempotent=True,
        a_day=100,
        errors=(PaymentRefused, OrderPending, OrderNotAccepted, GatewayAway, GatewayOff),
    )
    async def buy(self, call: Call, body: Purchase) -> OrderView:
        """Buy something once. Under the same ``Idempotency-Key`` it is the same purchase, however often it is sent."""
        key = call.request.headers.get("Idempotency-Key")
        return OrderView.of(await self.orders.buy(call.user_id, body.product, body.payment_method, key))

    @route("GET", "/api/me/purchases", audience=Audience.MEMBER)
    async def purchases(self, call: Call) -> PurchasesView:
        """What the member bought once, and what of this month."""
        found = await self.orders.purchases(call.user_id)
        return PurchasesView(tuple(OrderView.of(Progress(order)) for order in found.orders), found.spending)

    @route(
        "GET",
        "/api/me/orders/{order_id}",
        audience=Audience.MEMBER,
        a_day=10_000,  # Our client asks every ten seconds, all day if need be.
        errors=(OrderMissing, GatewayAway, GatewayOff),
    )
    async def order(self, call: Call, order_id: UUID) -> OrderView:
        """What became of an order. One that waits for the member is asked about just now."""
        return OrderView.of(await self.orders.find(call.user_id, OrderId(order_id)))
