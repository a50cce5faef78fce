"""The half of the double that sells: customers, cards, subscriptions, single payments, refunds.

Every charge that was ever made is remembered in ``charges``. What a card does is in its name, as in Stripe's test mode:
``chargeDeclined`` is refused at once, ``chargeCustomerFail`` whenever it is charged, ``chargeFailsAtRenewal`` when a
period is to be paid that is not the first, ``authenticationRequired`` wants to be confirmed, and of what is paid with
``createDispute`` the bank takes everything back.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any
from urllib.parse import urlencode

import attrs

from adapters.stripe.double import objects
from adapters.stripe.double.clock import TestClock
from adapters.stripe.double.money import Vault
from adapters.stripe.double.periods import Line, at, month_after, prorated
from adapters.stripe.double.refusals import refuse

SEARCH_LAG = 60
"""Seconds after which something new is found by a search."""
TO_CONFIRM = 23 * 3600
"""Seconds within which a payment that needs the customer has to be confirmed."""
ATTEMPTED_FOR = 14 * 24 * 3600
"""Seconds after which Stripe tries no more to be paid for a period, and cancels the subscription."""


@attrs.frozen
class Charge:
    """Money that was taken. ``order`` is the metadata that name our order, of a subscription's too."""

    intent: str
    customer: str
    amount: int
    order: str | None


Parameters = Mapping[str, Any]


@attrs.define
class Shop:
    """What was bought. ``subscriptions``, ``invoices`` and ``money`` are the double's own; ``happen`` makes an event of
    it."""

    clock: TestClock
    subscriptions: dict[str, dict[str, Any]]
    invoices: dict[str, dict[str, Any]]
    money: Vault
    happen: Callable[[str, dict[str, Any]], object]
    portal_page: str
    customers: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    intents: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    charges: list[Charge] = attrs.field(factory=list)
    _numbers: Iterator[int] = attrs.field(factory=lambda: count(1))

    def confirm(self, client_secret: str) -> None:
        """The customer agrees, at their bank. Raises ``Refusal`` where no payment waits for that."""
        intent = self.intents.get(client_secret.partition("_secret_")[0])
        if intent is None or intent["status"] != "requires_action":
            refuse("No payment waits to be confirmed.", "payment_intent_unexpected_state")
        self._succeed(intent)

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

    def _now(self) -> int:
        return int(self.clock.now().timestamp())

    def _id(self, kind: str) -> str:
        return f"{kind}_{next(self._numbers):06}"

    def make_customer(self, parameters: Parameters) -> dict[str, Any]:
        customer = {
            "id": self._id("cus"),
            "object": "customer",
            "created": self._now(),
            "metadata": parameters.get("metadata", {}),
        }
        self.customers[customer["id"]] = customer
        return customer

    def search_customers(self, parameters: Parameters) -> dict[str, Any]:
        name, value = re.fullmatch(r"metadata\['(\w+)'\]:'([\w-]+)'", parameters["query"]).groups()  # type: ignore[union-attr]
        found = [
            customer
            for customer in self.customers.values()
            if customer["metadata"].get(name) == value
            and customer["created"] + SEARCH_LAG <= self._now()
            and "deleted" not in customer
        ]
        return {"object": "search_result", "data": found, "has_more": False, "url": "/v1/customers/search"}

    def delete_customer(self, id_: str, _parameters: Parameters) -> dict[str, Any]:
        """Every subscription ends with the customer."""
        customer = self._customer(id_)
        for subscription in self.subscriptions.values():
            if subscription["customer"] == id_ and subscription["status"] not in {"canceled", "incomplete_expired"}:
                self._end(subscription)
        customer["deleted"] = True
        self.happen("customer.deleted", customer)
        return {"id": id_, "object": "customer", "deleted": True}

    def attach(self, method: str, parameters: Parameters) -> dict[str, Any]:
        self._card(method)
        self._customer(parameters["customer"])
        if "chargeDeclined" in method:
            refuse("Your card was declined.", "card_declined", status=402)
        return {"id": method, "object": "payment_method", "customer": parameters["customer"], "type": "card"}

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
        subscription = self.subscriptions[invoice["parent"]["subscription_details"]["subscription"]]
        subscription["pending_update"] = None
        if subscription["status"] == "incomplete":
            subscription["status"] = "incomplete_expired"
        return invoice

    def make_intent(self, parameters: Parameters) -> dict[str, Any]:
        self._customer(parameters["customer"])
        self._card(parameters["payment_method"])
        intent = self._intent(int(parameters["amount"]), parameters["customer"], parameters["metadata"])
        intent["description"] = parameters["description"]
        self._pay(intent, parameters["payment_method"])
        if intent["status"] == "requires_payment_method":
            refuse("Your card was declined.", "card_declined", status=402)
        return intent

    def read_intent(self, id_: str, _parameters: Parameters) -> dict[str, Any]:
        return self.intents[id_]

    def list_intents(self, parameters: Parameters) -> dict[str, Any]:
        found = [each for each in reversed(self.intents.values()) if each["customer"] == parameters["customer"]]
        return objects.listed(found, parameters, "/v1/payment_intents")

    def cancel_intent(self, id_: str, _parameters: Parameters) -> dict[str, Any]:
        intent = self.intents[id_]
        if intent["status"] == "succeeded":
            refuse("You cannot cancel this PaymentIntent.", "payment_intent_unexpected_state")
        intent["status"] = "canceled"
        return intent

    def make_refund(self, parameters: Parameters) -> dict[str, Any]:
        intent = self.intents[parameters["payment_intent"]]
        charge, amount = self.money.charges[intent["latest_charge"]], int(parameters["amount"])
        given = [each["amount"] for each in self.money.refunds.values() if each["charge"] == charge["id"]]
        if charge["disputed"]:
            refuse("This charge has been charged back.", "charge_disputed")
        if sum(given) + amount > charge["amount"]:
            refuse("Refund amount is greater than unrefunded amount on charge.")
        return self.money.refund(charge, amount)

    def portal(self, parameters: Parameters) -> dict[str, Any]:
        self._customer(parameters["customer"])
        query = urlencode({name: parameters[name] for name in ("customer", "return_url")})
        return {"object": "billing_portal.session", "url": f"{self.portal_page}?{query}"}

    def _customer(self, id_: str) -> dict[str, Any]:
        if id_ not in self.customers or "deleted" in self.customers[id_]:
            refuse("No such customer", "resource_missing", param="customer")
        return self.customers[id_]

    def _card(self, method: str) -> None:
        if not method.startswith("pm_card_"):
            refuse("No such PaymentMethod", "resource_missing", param="payment_method")

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

    def _intent(self, amount: int, customer: str, metadata: Parameters) -> dict[str, Any]:
        id_ = self._id("pi")
        self.intents[id_] = {
            "id": id_,
            "object": "payment_intent",
            "amount": amount,
            "client_secret": f"{id_}_secret_{next(self._numbers)}",
            "created": self._now(),
            "currency": "usd",
            "customer": customer,
            "metadata": dict(metadata),
            "status": "requires_confirmation",
        }
        return self.intents[id_]

    def _pay(self, intent: dict[str, Any], method: str) -> None:
        if "authenticationRequired" in method:
            intent["status"] = "requires_action"
        elif "chargeDeclined" in method or "chargeCustomerFail" in method or self._fails_renewal(intent, method):
            intent["status"] = "requires_payment_method"
            self._charge(intent, "failed")
        else:
            self._succeed(intent)
            if "createDispute" in method:
                self.dispute(self.money.charges[intent["latest_charge"]])

    def _fails_renewal(self, intent: dict[str, Any], method: str) -> bool:
        invoice = self.invoices.get(intent.get("_invoice", ""), {})
        return "chargeFailsAtRenewal" in method and invoice.get("billing_reason") == "subscription_cycle"

    def dispute(self, charge: dict[str, Any]) -> dict[str, Any]:
        """The customer's bank takes back what was charged."""
        disputed = self.money.dispute(charge)
        self.happen("charge.dispute.created", disputed)
        return disputed

    def _succeed(self, intent: dict[str, Any]) -> None:
        intent["status"] = "succeeded"
        intent["latest_charge"] = self._charge(intent, "succeeded")
        order = intent["metadata"].get("saltbitter_order")
        invoice = self.invoices.get(intent.get("_invoice", ""))
        if invoice is not None:
            invoice |= {"status": "paid", "amount_paid": intent["amount"]}
            invoice["payments"]["data"][0]["status"] = "paid"
            subscription = self.subscriptions[invoice["parent"]["subscription_details"]["subscription"]]
            if invoice["billing_reason"] == "subscription_create":
                order = subscription["metadata"].get("saltbitter_order")
            subscription["status"] = "active"
            if subscription["pending_update"]:
                subscription["items"]["data"] = subscription["pending_update"]["subscription_items"]
                subscription["pending_update"] = None
            self.happen("customer.subscription.updated", subscription)
        self.charges.append(Charge(intent["id"], intent["customer"], intent["amount"], order))

    def _charge(self, intent: dict[str, Any], status: str) -> str:
        member, product = intent["metadata"].get("saltbitter_member"), intent.get("description", "")
        charge = self.money.charge(intent["customer"], intent["amount"], member=member, product=product, status=status)
        charge["payment_intent"] = intent["id"]
        id_: str = charge["id"]
        return id_

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
