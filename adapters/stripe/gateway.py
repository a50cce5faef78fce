"""Orders at Stripe: subscriptions, single payments, refunds.

The one request that charges or changes something is sent under the order's id, as Stripe's idempotency key and as
metadata; nothing that may have had an effect is ever sent again. What became of it is looked up by that metadata, or by
the state of the subscription.
"""

import contextlib
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from stripe import InvalidRequestError, StripeError

from adapters.stripe.client import (
    KEPT,
    KEPT_UNTIL,
    ORDER,
    SECONDS,
    StripeAccount,
    answered,
    connected,
    every,
    missing,
)
from adapters.stripe.money import MEMBER, PRODUCTS, intents_of, reference
from adapters.stripe.outcomes import as_wished, contract_of, failure_outcome, made_for, payment_outcome
from saltbitter_domain.kernel import Money, UserId
from saltbitter_domain.orders.model import (
    Contract,
    Done,
    Means,
    Order,
    OrderKind,
    Outcome,
    Reason,
    Refused,
    RequiresAction,
    Unknown,
)
from saltbitter_domain.orders.ports import PaymentGateway
from saltbitter_domain.payments.model import GatewayAway
from saltbitter_domain.subscriptions.model import Plan, Tier

RUNNING = ("active", "trialing", "past_due", "unpaid")
_PRODUCT_OF = {tier: product for product, tier in PRODUCTS.items()}
_PAYMENTS = ["latest_invoice.payments"]


class _Payment(NamedTuple):
    """The payment of an invoice, and of which."""

    invoice: str
    intent: Mapping[str, Any]


class StripeGateway(PaymentGateway):
    def __init__(self, account: StripeAccount, seconds: float = SECONDS) -> None:
        self._client, self._http = connected(account, seconds)
        self._v1 = self._client.v1

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]  # not annotated by stripe

    async def customer(self, user_id: UserId) -> str:
        # The search lags behind by up to a minute; within that, the key gives the customer made before.
        if found := await self._customers(user_id):
            return found[0]
        made = self._v1.customers.create_async(
            {"metadata": {MEMBER: str(user_id)}}, {"idempotency_key": f"customer-{user_id}"}
        )
        return str((await answered(made))["id"])

    async def contract(self, customer: str) -> Contract | None:
        found = (contract_of(each) for each in await self._subscriptions(customer) if each["status"] in RUNNING)
        return next((contract for contract in found if contract is not None), None)

    async def due_now(self, contract: Contract, plan: Plan, at: datetime) -> Money:
        change: Any = {
            "items": [_item(contract, plan.tier, plan.price)],
            "proration_behavior": "always_invoice",
            "proration_date": int(at.timestamp()),
        }
        asked = self._v1.invoices.create_preview_async({"subscription": contract.id, "subscription_details": change})
        preview = await answered(asked)
        return Money(preview["amount_due"], preview["currency"].upper())

    async def send(self, order: Order, means: Means) -> Outcome:
        try:
            match order.kind:
                case OrderKind.SUBSCRIBE:
                    return await self._subscribe(order, means)
                case OrderKind.UPGRADE:
                    return await self._upgrade(order, means)
                case OrderKind.DOWNGRADE:
                    return await self._downgrade(order, means)
                case OrderKind.PURCHASE:
                    return await self._buy(order, means)
                case OrderKind.WITHDRAW:
                    return await self._withdraw(order)
                case OrderKind.CANCEL:
                    return await self._cancel(order)
            return await self._resume(order)
        except Exception as error:  # noqa: BLE001  whatever it is, it surely had no effect, or that is not known
            return Unknown() if order.kind.honoured else failure_outcome(error)

    async def ask(self, order: Order) -> Outcome | None:
        match order.kind:
            case OrderKind.SUBSCRIBE:
                begun = made_for(order, await self._subscriptions(order.customer))
                return await self._begun(await self._retrieved(begun["id"])) if begun else None
            case OrderKind.PURCHASE:
                payments = await every(self._v1.payment_intents.list_async, {"customer": order.customer})
                payment = made_for(order, payments)
                return payment_outcome(payment) if payment else None
        subscription = await self._subscription(order)
        if order.kind is OrderKind.WITHDRAW:
            ended = subscription["status"] == "canceled" and not await self._unrefunded(subscription["id"])
            return Done(subscription["id"]) if ended else None
        if order.kind is OrderKind.UPGRADE:
            return await self._upgraded(subscription, order)
        wished = as_wished(subscription, order)
        if wished and order.kind is OrderKind.CANCEL and subscription["status"] == "canceled":
            wished = not await self._unpaid(subscription["id"])
        return Done(subscription["id"]) if wished else None

    async def abandon(self, order: Order) -> Outcome:
        # Stripe refuses to take back what was paid, so that only asking afterwards tells.
        with contextlib.suppress(StripeError):
            if order.kind is OrderKind.PURCHASE:
                await self._v1.payment_intents.cancel_async(order.reference or "")
            elif payment := await self._payment(await self._subscription(order)):
                await self._v1.invoices.void_invoice_async(payment.invoice)
        outcome = await self.ask(order)
        return outcome if isinstance(outcome, Done) else Refused(Reason.LAPSED)

    async def portal(self, customer: str, return_to: str) -> str:
        made = self._v1.billing_portal.sessions.create_async({"customer": customer, "return_url": return_to})
        return str((await answered(made))["url"])

    async def forget(self, user_id: UserId, customer: str | None) -> None:
        found = await self._customers(user_id)
        for each in {*found, customer} - {None}:
            try:
                await answered(self._v1.customers.delete_async(str(each)))
            except GatewayAway as away:
                if not missing(away):  # it is gone, such as when the answer to the last request was lost
                    raise

    async def _customers(self, user_id: UserId) -> Sequence[str]:
        found = await answered(self._v1.customers.search_async({"query": f"metadata['{MEMBER}']:'{user_id}'"}))
        return [str(each["id"]) for each in found["data"]]

    async def _subscribe(self, order: Order, means: Means) -> Outcome:
        method = means.payment_method or ""
        # Nothing is charged by attaching: if it fails, the order itself was not sent.
        try:
            await self._v1.payment_methods.attach_async(method, {"customer": order.customer})
        except Exception as error:  # noqa: BLE001  as above
            failure = failure_outcome(error)
            return failure if isinstance(failure, Refused) else Refused(Reason.NOT_ACCEPTED)
        wish: Any = {
            "customer": order.customer,
            "items": [_priced(Tier(order.item), order.amount)],
            "default_payment_method": method,
            "payment_behavior": "allow_incomplete",
            "metadata": _metadata(order),
            "expand": _PAYMENTS,
        }
        made = await _sent(self._v1.subscriptions.create_async(wish, _once(order)))
        return await self._begun(made)

    async def _begun(self, subscription: Mapping[str, Any]) -> Outcome:
        if subscription["status"] == "incomplete_expired":
            return Refused(Reason.LAPSED)
        if subscription["status"] != "incomplete":
            return Done(subscription["id"])
        return await self._to_be_paid(subscription)

    async def _upgrade(self, order: Order, means: Means) -> Outcome:
        contract, priced_at = means.contract, means.priced_at
        if contract is None or priced_at is None:
            raise ValueError("an upgrade needs what it changes, and as of when it is priced")
        wish: Any = {
            "items": [_item(contract, Tier(order.item), order.amount)],
            "proration_behavior": "always_invoice",
            "proration_date": int(priced_at.timestamp()),
            "payment_behavior": "pending_if_incomplete",
            "expand": _PAYMENTS,
        }
        made = await _sent(self._v1.subscriptions.update_async(contract.id, wish, _once(order)))
        return await self._upgraded(made, order) or Refused(Reason.DECLINED)

    async def _upgraded(self, subscription: Mapping[str, Any], order: Order) -> Outcome | None:
        if as_wished(subscription, order):
            return Done(subscription["id"])
        waiting = subscription.get("pending_update")
        wished = _PRODUCT_OF[Tier(order.item)]
        if not waiting or reference(waiting["subscription_items"][0]["price"]["product"]) != wished:
            return None
        return await self._to_be_paid(subscription)

    async def _to_be_paid(self, subscription: Mapping[str, Any]) -> Outcome:
        """What becomes of a subscription whose invoice waits to be paid."""
        payment = await self._payment(subscription)
        if payment is None:
            return Unknown()
        outcome = payment_outcome(payment.intent)
        if isinstance(outcome, Refused):
            # It can only be paid with a secret that nobody is given, and lapses by itself if this fails.
            with contextlib.suppress(Exception):
                await self._v1.invoices.void_invoice_async(payment.invoice)
            return outcome
        match outcome:
            case RequiresAction(_, secret):
                return RequiresAction(subscription["id"], secret)
            case Done():  # it was paid between the two questions
                return Done(subscription["id"])
        return outcome

    async def _payment(self, subscription: Mapping[str, Any]) -> _Payment | None:
        """The payment of the latest invoice, which is expanded."""
        invoice = subscription["latest_invoice"]
        intents = intents_of(invoice) if invoice else []
        if not intents:
            return None
        return _Payment(invoice["id"], await answered(self._v1.payment_intents.retrieve_async(intents[0])))

    async def _downgrade(self, order: Order, means: Means) -> Outcome:
        contract, tier = means.contract, Tier(order.item)
        if contract is None:
            raise ValueError("a change needs what it changes")
        wish: Any = {
            "items": [_item(contract, tier, order.amount)],
            "proration_behavior": "none",
            "metadata": {KEPT: "", KEPT_UNTIL: ""} if tier is contract.paid else _kept(contract),
        }
        return Done((await _sent(self._v1.subscriptions.update_async(contract.id, wish, _once(order))))["id"])

    async def _resume(self, order: Order) -> Outcome:
        """Let it renew, whether it was cancelled for the end of its period or, as nobody but Stripe's own pages does,
        for some day: Stripe takes only one of the two."""
        by_period = (await self._retrieved(order.subscription or ""))["cancel_at_period_end"]
        return await self._update(order, {"cancel_at_period_end": False} if by_period else {"cancel_at": ""})

    async def _update(self, order: Order, wish: Any) -> Outcome:
        sending = self._v1.subscriptions.update_async(order.subscription or "", wish, _once(order))
        return Done((await _sent(sending))["id"])

    async def _cancel(self, order: Order) -> Outcome:
        """Have it end with its period. One whose payment is owed ends now, and Stripe stops asking to be paid."""
        subscription = order.subscription or ""
        status = (await self._retrieved(subscription))["status"]
        if status in {"active", "trialing"}:
            return await self._update(order, {"cancel_at_period_end": True})
        if status in {"past_due", "unpaid"}:
            await self._v1.subscriptions.cancel_async(subscription)
        for invoice in await self._unpaid(subscription):
            await self._v1.invoices.void_invoice_async(invoice)
        return Done(subscription)

    async def _unpaid(self, subscription: str) -> Sequence[str]:
        """The invoices of a subscription that Stripe would still have paid."""
        listing = self._v1.invoices.list_async
        return [str(each["id"]) for each in await every(listing, {"subscription": subscription, "status": "open"})]

    async def _withdraw(self, order: Order) -> Outcome:
        """End it first, so that nothing more is charged, then pay back what is left of each payment: nothing of one
        that is paid back already, and none can be paid back twice."""
        subscription = order.subscription or ""
        with contextlib.suppress(InvalidRequestError):  # it ended by itself meanwhile
            await self._v1.subscriptions.cancel_async(subscription)
        for intent, left in (await self._unrefunded(subscription)).items():
            key = f"{order.id}-{intent}"
            wish: Any = {"payment_intent": intent, "amount": left, "metadata": _metadata(order)}
            await self._v1.refunds.create_async(wish, {"idempotency_key": key})
        return Done(subscription)

    async def _unrefunded(self, subscription: str) -> Mapping[str, int]:
        """By payment of a subscription, how much of it is not paid back. One that its bank took back is not ours to
        give, and Stripe refuses to."""
        invoices = await every(
            self._v1.invoices.list_async,
            {"subscription": subscription, "status": "paid", "expand": ["data.payments"]},
        )
        paid = [intent for invoice in invoices if invoice["amount_paid"] > 0 for intent in intents_of(invoice)]
        left = {intent: await self._left_of(intent) for intent in paid}
        return {intent: amount for intent, amount in left.items() if amount > 0}

    async def _left_of(self, intent: str) -> int:
        charges = await every(self._v1.charges.list_async, {"payment_intent": intent})
        refunds = await every(self._v1.refunds.list_async, {"payment_intent": intent})
        kept = sum(charge["amount_captured"] for charge in charges if not charge["disputed"])
        return int(kept - sum(each["amount"] for each in refunds if each["status"] not in {"failed", "canceled"}))

    async def _buy(self, order: Order, means: Means) -> Outcome:
        wish: Any = {
            "amount": order.amount.amount_minor,
            "currency": order.amount.currency.lower(),
            "customer": order.customer,
            "payment_method": means.payment_method,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "confirm": True,
            "description": order.item,
            "metadata": _metadata(order),
        }
        return payment_outcome(await _sent(self._v1.payment_intents.create_async(wish, _once(order))))

    async def _subscriptions(self, customer: str) -> Sequence[Mapping[str, Any]]:
        return await every(self._v1.subscriptions.list_async, {"customer": customer, "status": "all"})

    async def _subscription(self, order: Order) -> Mapping[str, Any]:
        """The subscription an order is about, or has begun."""
        return await self._retrieved(order.subscription or order.reference or "")

    async def _retrieved(self, subscription: str) -> Mapping[str, Any]:
        return await answered(self._v1.subscriptions.retrieve_async(subscription, {"expand": _PAYMENTS}))


async def _sent(sending: Awaitable[Any]) -> Mapping[str, Any]:
    made: Mapping[str, Any] = (await sending).to_dict()
    return made


def _once(order: Order) -> Any:
    """What lets Stripe know a copy of the request."""
    return {"idempotency_key": str(order.id)}


def _metadata(order: Order) -> dict[str, str]:
    return {MEMBER: str(order.user_id), ORDER: str(order.id)}


def _kept(contract: Contract) -> dict[str, str]:
    return {KEPT: contract.paid, KEPT_UNTIL: str(int(contract.period_ends_at.timestamp()))}


def _priced(tier: Tier, price: Money) -> Any:
    """A month of a tier at the price of our catalogue, so that nobody keeps prices in two places."""
    return {
        "price_data": {
            "currency": price.currency.lower(),
            "product": _PRODUCT_OF[tier],
            "recurring": {"interval": "month"},
            "tax_behavior": "inclusive",
            "unit_amount": price.amount_minor,
        }
    }


def _item(contract: Contract, tier: Tier, price: Money) -> Any:
    return {"id": contract.item, **_priced(tier, price)}
