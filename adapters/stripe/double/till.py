"""The till of the double: customers, their cards, what is paid at once, and what is given back.

Every charge that was ever made is remembered in ``charges``. What a card does is in its name, as in Stripe's test mode:
``chargeDeclined`` is refused at once, ``chargeCustomerFail`` whenever it is charged, ``authenticationRequired`` wants
to be confirmed, and of what is paid with ``createDispute`` the bank takes everything back.
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
from adapters.stripe.double.refusals import refuse

SEARCH_LAG = 60
"""Seconds after which something new is found by a search."""


@attrs.frozen
class Charge:
    """Money that was taken. ``order`` is the metadata that name our order, of a subscription's too."""

    intent: str
    customer: str
    amount: int
    order: str | None


Parameters = Mapping[str, Any]


@attrs.define
class Till:
    """What was paid. ``money`` is the double's own; ``happen`` makes an event of it."""

    clock: TestClock
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
        customer = self._customer(id_)
        customer["deleted"] = True
        self.happen("customer.deleted", customer)
        return {"id": id_, "object": "customer", "deleted": True}

    def attach(self, method: str, parameters: Parameters) -> dict[str, Any]:
        self._card(method)
        self._customer(parameters["customer"])
        if "chargeDeclined" in method:
            refuse("Your card was declined.", "card_declined", status=402)
        return {"id": method, "object": "payment_method", "customer": parameters["customer"], "type": "card"}

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

    def dispute(self, charge: dict[str, Any]) -> dict[str, Any]:
        """The customer's bank takes back what was charged."""
        disputed = self.money.dispute(charge)
        self.happen("charge.dispute.created", disputed)
        return disputed

    def _now(self) -> int:
        return int(self.clock.now().timestamp())

    def _id(self, kind: str) -> str:
        return f"{kind}_{next(self._numbers):06}"

    def _customer(self, id_: str) -> dict[str, Any]:
        if id_ not in self.customers or "deleted" in self.customers[id_]:
            refuse("No such customer", "resource_missing", param="customer")
        return self.customers[id_]

    def _card(self, method: str) -> None:
        if not method.startswith("pm_card_"):
            refuse("No such PaymentMethod", "resource_missing", param="payment_method")

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
        elif self._fails(intent, method):
            intent["status"] = "requires_payment_method"
            self._charge(intent, "failed")
        else:
            self._succeed(intent)
            if "createDispute" in method:
                self.dispute(self.money.charges[intent["latest_charge"]])

    def _fails(self, _intent: dict[str, Any], method: str) -> bool:
        """Whether the card refuses to pay."""
        return "chargeDeclined" in method or "chargeCustomerFail" in method

    def _succeed(self, intent: dict[str, Any]) -> None:
        intent["status"] = "succeeded"
        intent["latest_charge"] = self._charge(intent, "succeeded")
        self.charges.append(Charge(intent["id"], intent["customer"], intent["amount"], self._order(intent)))

    def _order(self, intent: dict[str, Any]) -> str | None:
        """Our order that is paid with it."""
        order: str | None = intent["metadata"].get("saltbitter_order")
        return order

    def _charge(self, intent: dict[str, Any], status: str) -> str:
        member, product = intent["metadata"].get("saltbitter_member"), intent.get("description", "")
        charge = self.money.charge(intent["customer"], intent["amount"], member=member, product=product, status=status)
        charge["payment_intent"] = intent["id"]
        id_: str = charge["id"]
        return id_
