"""The half of the double that sells: what its till does, and subscriptions with an invoice for each period.

A card named ``chargeFailsAtRenewal`` fails when a period is to be paid that is not the first.
"""

from typing import Any

import attrs

from adapters.stripe.double import objects
from adapters.stripe.double.periods import Line, at, month_after, prorated
from adapters.stripe.double.refusals import refuse
from adapters.stripe.double.till import Parameters, Till

TO_CONFIRM = 23 * 3600
"""Seconds within which a payment that needs the customer has to be confirmed."""
ATTEMPTED_FOR = 14 * 24 * 3600
"""Seconds after which Stripe tries no more to be paid for a period, and cancels the subscription."""


@attrs.define
class Shop(Till):
    """What was bought. ``subscriptions`` and ``invoices`` are the double's own."""

    subscriptions: dict[str, dict[str, Any]] = attrs.field(kw_only=True)
    invoices: dict[str, dict[str, Any]] = attrs.field(kw_only=True)

    def change_card(self, customer: str, method: str) -> None:
        """The customer names another card in the portal, with which what is owed is paid at once."""
        self._card(method)
        for subscription in self.subscriptions.values():
            if subscription["customer"] == customer and "default_payment_method" in subscription:
                subscription["default_payment_method"] = method
                if subscription["status"] == "past_due":
                    self._pay(self._payment_of(subscription), method)

    def renew(self) -> None:
        """Let everything happen that is due by now, each at its instant: periods begin, what nobody confirmed lapses,
        and what nobody paid for is cancelled."""
        for subscription in list(self.subscriptions.values()):
            if "default_payment_method" in subscription:
                self._lapse(subscription)
                while (
                    subscription["status"] in {"active", "past_due"} and (due := self._due(subscription)) <= self._now()
                ):
                    with self.clock.at(at(due)):
                        self._renew(subscription)

    def _due(self, subscription: dict[str, Any]) -> int:
        """When something happens to a subscription that runs."""
        if subscription["status"] == "past_due":
            owed: int = self.invoices[subscription["latest_invoice"]]["status_transitions"]["finalized_at"]
            return owed + ATTEMPTED_FOR
        ends: int = subscription["items"]["data"][0]["current_period_end"]
        return min(ends, subscription["cancel_at"] or ends)

    def delete_customer(self, id_: str, parameters: Parameters) -> dict[str, Any]:
        """Every subscription ends with the customer."""
        self._customer(id_)
        for subscription in self.subscriptions.values():
            if subscription["customer"] == id_ and subscription["status"] not in {"canceled", "incomplete_expired"}:
                self._end(subscription)
        return super().delete_customer(id_, parameters)

    def make_subscription(self, parameters: Parameters) -> dict[str, Any]:
        self._customer(parameters["customer"])
        start = self.clock.now()
        id_ = self._id("sub")
        subscription = objects.subscription(id_, parameters["customer"], "", "", "incomplete", start)
        subscription |= {
            "cancel_at": None,
            "cancel_at_period_end": False,
            "currency": "usd",
            "default_payment_method": parameters["default_payment_method"],
            "metadata": dict(parameters["metadata"]),
            "pending_update": None,
        }
        item = subscription["items"]["data"][0]
        item |= {"current_period_start": self._now(), "current_period_end": month_after(self._now(), start.day)}
        item["price"] = self._price(parameters["items"][0]["price_data"])
        self.subscriptions[id_] = subscription
        lines = [
            (item["price"]["unit_amount"], item["current_period_start"], item["current_period_end"], item["price"])
        ]
        self._bill(subscription, lines, "subscription_create")
        self.happen("customer.subscription.created", subscription)
        return self._shown(subscription, parameters)

    def read_subscription(self, id_: str, parameters: Parameters) -> dict[str, Any]:
        return self._shown(self._subscription(id_), parameters)

    def update_subscription(self, id_: str, parameters: Parameters) -> dict[str, Any]:
        subscription = self._subscription(id_)
        if subscription["status"] == "canceled":
            refuse("A canceled subscription can only update its cancellation_details.")
        if {"cancel_at", "cancel_at_period_end"} <= parameters.keys():
            refuse("You may only specify one of these parameters: cancel_at, cancel_at_period_end.")
        if "cancel_at_period_end" in parameters:
            cancelled = parameters["cancel_at_period_end"] == "true"
            ends = subscription["items"]["data"][0]["current_period_end"]
            subscription |= {"cancel_at_period_end": cancelled, "cancel_at": ends if cancelled else None}
        if "cancel_at" in parameters:
            subscription["cancel_at"] = int(parameters["cancel_at"]) if parameters["cancel_at"] else None
        for name, value in parameters.get("metadata", {}).items():
            subscription["metadata"][name] = value
        subscription["metadata"] = {name: value for name, value in subscription["metadata"].items() if value}
        if "items" in parameters:
            self._change(subscription, parameters)
        self.happen("customer.subscription.updated", subscription)
        return self._shown(subscription, parameters)

    def _change(self, subscription: dict[str, Any], parameters: Parameters) -> None:
        item, change = subscription["items"]["data"][0], parameters["items"][0]
        if change["id"] != item["id"]:
            refuse("No such subscription item", "resource_missing")
        price = self._price(change["price_data"])
        if parameters["proration_behavior"] == "none":
            item["price"] = price
            return
        if "metadata" in parameters:
            refuse("You may only specify some parameters with pending_if_incomplete.")
        if price["unit_amount"] == item["price"]["unit_amount"]:
            return
        subscription["pending_update"] = {
            "expires_at": self._now() + TO_CONFIRM,
            "subscription_items": [{**item, "price": price}],
        }
        self._bill(subscription, prorated(item, price, int(parameters["proration_date"])), "subscription_update")

    def preview(self, parameters: Parameters) -> dict[str, Any]:
        subscription = self._subscription(parameters["subscription"])
        details = parameters["subscription_details"]
        price = self._price(details["items"][0]["price_data"])
        lines = prorated(subscription["items"]["data"][0], price, int(details["proration_date"]))
        return {"object": "invoice", "amount_due": sum(line[0] for line in lines), "currency": "usd"}

    def end_subscription(self, id_: str, _parameters: Parameters) -> dict[str, Any]:
        subscription = self._subscription(id_)
        if subscription["status"] == "canceled":
            refuse("No such subscription", "resource_missing", status=404)
        self._end(subscription)
        return subscription

    def _end(self, subscription: dict[str, Any]) -> None:
        subscription |= {"status": "canceled", "ended_at": self._now()}
        self.happen("customer.subscription.deleted", subscription)

    def void(self, id_: str, _parameters: Parameters) -> dict[str, Any]:
        invoice = self.invoices[id_]
        if invoice["status"] != "open":
            refuse("This invoice can no longer be voided.")
        invoice["status"] = "void"
        for payment in invoice["payments"]["data"]:
            self.intents[payment["payment"]["payment_intent"]]["status"] = "canceled"
        subscription = self._paid_for(invoice)
        subscription["pending_update"] = None
        if subscription["status"] == "incomplete":
            subscription["status"] = "incomplete_expired"
        return invoice

    def _subscription(self, id_: str) -> dict[str, Any]:
        if id_ not in self.subscriptions:
            refuse("No such subscription", "resource_missing", status=404)
        self._lapse(self.subscriptions[id_])
        return self.subscriptions[id_]

    def _price(self, data: Parameters) -> dict[str, Any]:
        return {
            "id": self._id("price"),
            "object": "price",
            "currency": data["currency"],
            "product": data["product"],
            "unit_amount": int(data["unit_amount"]),
        }

    def _bill(self, subscription: dict[str, Any], lines: list[Line], reason: str) -> None:
        id_, amount = self._id("in"), sum(line[0] for line in lines)
        shown = [objects.line(price["product"], cents, at(start), at(end)) for cents, start, end, price in lines]
        customer = subscription["customer"]
        invoice = objects.invoice(id_, customer, subscription["id"], "open", self.clock.now(), shown)
        intent = self._intent(amount, customer, {})
        payment = {
            "object": "invoice_payment",
            "status": "open",
            "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
        }
        invoice |= {
            "amount_due": amount,
            "amount_paid": 0,
            "billing_reason": reason,
            "currency": "usd",
            "payments": {"object": "list", "data": [payment], "has_more": False},
        }
        invoice["parent"]["subscription_details"]["metadata"] = dict(subscription["metadata"])
        intent["_invoice"] = id_
        self.invoices[id_] = invoice
        subscription["latest_invoice"] = id_
        self._pay(intent, subscription["default_payment_method"])

    def _fails(self, intent: dict[str, Any], method: str) -> bool:
        invoice = self.invoices.get(intent.get("_invoice", ""), {})
        renewal = invoice.get("billing_reason") == "subscription_cycle"
        return super()._fails(intent, method) or ("chargeFailsAtRenewal" in method and renewal)

    def _succeed(self, intent: dict[str, Any]) -> None:
        super()._succeed(intent)
        if invoice := self.invoices.get(intent.get("_invoice", "")):
            invoice |= {"status": "paid", "amount_paid": intent["amount"]}
            invoice["payments"]["data"][0]["status"] = "paid"
            subscription = self._paid_for(invoice)
            subscription["status"] = "active"
            if subscription["pending_update"]:
                subscription["items"]["data"] = subscription["pending_update"]["subscription_items"]
                subscription["pending_update"] = None
            self.happen("customer.subscription.updated", subscription)

    def _order(self, intent: dict[str, Any]) -> str | None:
        invoice = self.invoices.get(intent.get("_invoice", ""))
        begins = invoice is not None and invoice["billing_reason"] == "subscription_create"
        return super()._order(self._paid_for(invoice) if invoice and begins else intent)

    def _paid_for(self, invoice: dict[str, Any]) -> dict[str, Any]:
        """The subscription that the invoice is for."""
        return self.subscriptions[invoice["parent"]["subscription_details"]["subscription"]]

    def _lapse(self, subscription: dict[str, Any]) -> None:
        invoice = self.invoices.get(subscription.get("latest_invoice") or "")
        waits = subscription["status"] == "incomplete" or subscription.get("pending_update")
        if invoice and waits and invoice["created"] + 3600 + TO_CONFIRM <= self._now():
            self.void(invoice["id"], {})

    def _renew(self, subscription: dict[str, Any]) -> None:
        if subscription["status"] == "past_due" or (subscription["cancel_at"] or self._now() + 1) <= self._now():
            self._end(subscription)
            return
        item = subscription["items"]["data"][0]
        ends = item["current_period_end"]
        item |= {
            "current_period_start": ends,
            "current_period_end": month_after(ends, at(subscription["created"]).day),
        }
        lines = [(item["price"]["unit_amount"], ends, item["current_period_end"], item["price"])]
        self._bill(subscription, lines, "subscription_cycle")
        if self.invoices[subscription["latest_invoice"]]["status"] == "open":
            subscription["status"] = "past_due"
            self.happen("customer.subscription.updated", subscription)

    def _payment_of(self, subscription: dict[str, Any]) -> dict[str, Any]:
        """The payment of the latest invoice."""
        (payment,) = self.invoices[subscription["latest_invoice"]]["payments"]["data"]
        return self.intents[payment["payment"]["payment_intent"]]

    def _shown(self, subscription: dict[str, Any], parameters: Parameters) -> dict[str, Any]:
        if "latest_invoice.payments" not in parameters.get("expand", []):
            return subscription
        return {**subscription, "latest_invoice": self.invoices[subscription["latest_invoice"]]}
