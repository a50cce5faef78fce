"""The half of the double that sells: customers, cards, subscriptions, single payments, refunds.

Every charge that was ever made is remembered in ``charges``. What a card does is in its name, as in Stripe's test mode.
"""

import copy
import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any, NoReturn

import attrs

from saltbitter_domain.kernel import Clock
from tests.doubles.stripe import objects
from tests.doubles.stripe.money import Vault

SEARCH_LAG = 60
"""Seconds after which something new is found by a search."""
KEYS_KEPT = 24 * 3600
"""Seconds for which a request under an idempotency key is answered as before."""
TO_CONFIRM = 23 * 3600
"""Seconds within which a payment that needs the customer has to be confirmed."""


@attrs.define
class Refusal(Exception):
    """An answer that is none."""

    status: int
    body: dict[str, Any]


def refuse(message: str, code: str | None = None, *, status: int = 400, **more: str) -> NoReturn:
    """Answer with an error of Stripe's."""
    kind = "card_error" if status == 402 else "invalid_request_error"
    body = objects.error(kind, message, code)
    body["error"].update(more)
    raise Refusal(status, body)


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

    clock: Clock
    subscriptions: dict[str, dict[str, Any]]
    invoices: dict[str, dict[str, Any]]
    money: Vault
    happen: Callable[[str, dict[str, Any]], object]
    customers: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    intents: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    charges: list[Charge] = attrs.field(factory=list)
    _numbers: Iterator[int] = attrs.field(factory=lambda: count(1))
    _answered: dict[str, tuple[int, str, Parameters, dict[str, Any]]] = attrs.field(factory=dict)

    def answer(self, method: str, path: str, parameters: Parameters, key: str | None) -> dict[str, Any] | None:
        """What Stripe answers; None when it is nothing that is sold. Raises ``Refusal``."""
        found = (
            (handler, match)
            for (known, pattern), handler in ROUTES.items()
            if known == method and (match := re.fullmatch(pattern, path))
        )
        handler, match = next(found, (None, None))
        if handler is None or match is None:
            return None
        act = partial(handler, self, *match.groups(), parameters)
        return self._once(key, path, parameters, act) if method == "POST" and key else copy.deepcopy(act())

    def confirm(self, client_secret: str) -> None:
        """The customer agrees, at their bank."""
        intent = self.intents[client_secret.partition("_secret_")[0]]
        assert intent["status"] == "requires_action", intent["status"]
        self._succeed(intent)

    def renew(self) -> None:
        """Begin every period that is due by now, and let lapse what nobody confirmed."""
        for subscription in list(self.subscriptions.values()):
            if "default_payment_method" in subscription:
                self._lapse(subscription)
                while subscription["status"] in {"active", "past_due"} and self._renew(subscription):
                    continue

    def _once(self, key: str, path: str, parameters: Parameters, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        at, known_path, known, answer = self._answered.get(key, (0, "", {}, {}))
        if self._now() - at < KEYS_KEPT:
            if (known_path, known) != (path, parameters):
                raise Refusal(400, objects.error("idempotency_error", "Keys can only be used with the same parameters"))
            return copy.deepcopy(answer)
        answer = copy.deepcopy(act())
        self._answered[key] = (self._now(), path, parameters, answer)
        return copy.deepcopy(answer)

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
                subscription["status"] = "canceled"
                self.happen("customer.subscription.deleted", subscription)
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
            "cancel_at_period_end": False,
            "currency": "usd",
            "default_payment_method": parameters["default_payment_method"],
            "metadata": dict(parameters["metadata"]),
            "pending_update": None,
        }
        item = subscription["items"]["data"][0]
        item |= {"current_period_start": self._now(), "current_period_end": _month_after(self._now(), start.day)}
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
        if "cancel_at_period_end" in parameters:
            subscription["cancel_at_period_end"] = parameters["cancel_at_period_end"] == "true"
        for name, value in parameters.get("metadata", {}).items():
            subscription["metadata"][name] = value
        subscription["metadata"] = {name: value for name, value in subscription["metadata"].items() if value}
        if "items" in parameters:
            self._change(subscription, parameters)
        self.happen("customer.subscription.updated", subscription)
        return self._shown(subscription, parameters)

    def _change(self, subscription: dict[str, Any], parameters: Parameters) -> None:
        item, change = subscription["items"]["data"][0], parameters["items"][0]
        assert change["id"] == item["id"]
        price = self._price(change["price_data"])
        if parameters["proration_behavior"] == "none":
            item["price"] = price
            return
        assert parameters["payment_behavior"] == "pending_if_incomplete"
        if "metadata" in parameters:
            refuse("You may only specify some parameters with pending_if_incomplete.")
        if price["unit_amount"] == item["price"]["unit_amount"]:
            return
        subscription["pending_update"] = {
            "expires_at": self._now() + TO_CONFIRM,
            "subscription_items": [{**item, "price": price}],
        }
        self._bill(subscription, self._prorated(item, price, int(parameters["proration_date"])), "subscription_update")

    def preview(self, parameters: Parameters) -> dict[str, Any]:
        subscription = self._subscription(parameters["subscription"])
        details = parameters["subscription_details"]
        assert details["proration_behavior"] == "always_invoice"
        price = self._price(details["items"][0]["price_data"])
        lines = self._prorated(subscription["items"]["data"][0], price, int(details["proration_date"]))
        return {"object": "invoice", "amount_due": sum(line[0] for line in lines), "currency": "usd"}

    def end_subscription(self, id_: str, _parameters: Parameters) -> dict[str, Any]:
        subscription = self._subscription(id_)
        if subscription["status"] == "canceled":
            refuse("No such subscription", "resource_missing", status=404)
        subscription["status"] = "canceled"
        self.happen("customer.subscription.deleted", subscription)
        return subscription

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
        assert parameters["confirm"] == "true"
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
        return {"object": "billing_portal.session", "url": f"https://billing.stripe.example/{self._id('p')}"}

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

    def _prorated(
        self, item: dict[str, Any], price: dict[str, Any], at: int
    ) -> list[tuple[int, int, int, dict[str, Any]]]:
        starts, ends = item["current_period_start"], item["current_period_end"]
        old, new = (
            (2 * each["unit_amount"] * (ends - at) + ends - starts) // (2 * (ends - starts))
            for each in (item["price"], price)
        )
        return [(-old, at, ends, item["price"]), (new, at, ends, price)]

    def _bill(
        self, subscription: dict[str, Any], lines: list[tuple[int, int, int, dict[str, Any]]], reason: str
    ) -> None:
        id_, amount = self._id("in"), sum(line[0] for line in lines)
        shown = [objects.line(price["product"], cents, _at(start), _at(end)) for cents, start, end, price in lines]
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
        elif "chargeDeclined" in method or "chargeCustomerFail" in method:
            intent["status"] = "requires_payment_method"
            self._charge(intent, "failed")
        else:
            self._succeed(intent)

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

    def _renew(self, subscription: dict[str, Any]) -> bool:
        item = subscription["items"]["data"][0]
        ends = item["current_period_end"]
        if ends > self._now():
            return False
        if subscription["cancel_at_period_end"]:
            subscription["status"] = "canceled"
            self.happen("customer.subscription.deleted", subscription)
            return False
        item |= {
            "current_period_start": ends,
            "current_period_end": _month_after(ends, _at(subscription["created"]).day),
        }
        self._bill(
            subscription,
            [(item["price"]["unit_amount"], ends, item["current_period_end"], item["price"])],
            "subscription_cycle",
        )
        if self.invoices[subscription["latest_invoice"]]["status"] == "open":
            subscription["status"] = "past_due"
            self.happen("customer.subscription.updated", subscription)
        return True

    def _shown(self, subscription: dict[str, Any], parameters: Parameters) -> dict[str, Any]:
        if "latest_invoice.payments" not in parameters.get("expand", []):
            return subscription
        return {**subscription, "latest_invoice": self.invoices[subscription["latest_invoice"]]}


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _month_after(seconds: int, day: int) -> int:
    at = _at(seconds)
    year, month = at.year + at.month // 12, at.month % 12 + 1
    return int(at.replace(year=year, month=month, day=min(day, monthrange(year, month)[1])).timestamp())


ROUTES: Mapping[tuple[str, str], Callable[..., dict[str, Any]]] = {
    ("POST", "/v1/customers"): Shop.make_customer,
    ("GET", "/v1/customers/search"): Shop.search_customers,
    ("DELETE", "/v1/customers/([^/]+)"): Shop.delete_customer,
    ("POST", "/v1/payment_methods/([^/]+)/attach"): Shop.attach,
    ("POST", "/v1/subscriptions"): Shop.make_subscription,
    ("GET", "/v1/subscriptions/([^/]+)"): Shop.read_subscription,
    ("POST", "/v1/subscriptions/([^/]+)"): Shop.update_subscription,
    ("DELETE", "/v1/subscriptions/([^/]+)"): Shop.end_subscription,
    ("POST", "/v1/invoices/create_preview"): Shop.preview,
    ("POST", "/v1/invoices/([^/]+)/void"): Shop.void,
    ("POST", "/v1/payment_intents"): Shop.make_intent,
    ("GET", "/v1/payment_intents"): Shop.list_intents,
    ("GET", "/v1/payment_intents/([^/]+)"): Shop.read_intent,
    ("POST", "/v1/payment_intents/([^/]+)/cancel"): Shop.cancel_intent,
    ("POST", "/v1/refunds"): Shop.make_refund,
    ("POST", "/v1/billing_portal/sessions"): Shop.portal,
}
