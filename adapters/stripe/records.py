"""Stripe's records: its events, and the subscriptions of its customers in old and in current shapes."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from adapters.stripe.client import KEPT, KEPT_UNTIL, SECONDS, StripeAccount, answered, connected, every, missing
from adapters.stripe.money import (
    EXPANDED,
    MEMBER,
    PRODUCTS,
    facts_of,
    instant,
    is_cancelled,
    paid_by,
    period_of,
    reference,
    tier_of_line,
)
from adapters.stripe.signatures import signed
from saltbitter_domain.kernel import Clock, Money, UserId
from saltbitter_domain.ledger.model import MoneyFact
from saltbitter_domain.payments.model import Ended, GatewayAway, GatewayEvent, GatewayEventRefused, Held, Renewal
from saltbitter_domain.payments.ports import PaymentRecords
from saltbitter_domain.subscriptions.model import Tier

PAID_WITHIN = timedelta(days=60)
"""An invoice that is older than its payment by more is not looked for."""

_CHARGES = ("ch_", "py_")
"""How the ids of charges begin, by card and by other means."""

_ENTITLING = ("active", "trialing", "past_due")


class StripeRecords(PaymentRecords):
    def __init__(self, account: StripeAccount, clock: Clock, seconds: float = SECONDS) -> None:
        self._account = account
        self._clock = clock
        self._client, self._http = connected(account, seconds)

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]  # not annotated by stripe

    def read_event(self, body: bytes, signature: str) -> GatewayEvent | None:
        if not signed(body, signature, self._account.webhook_secrets, self._clock.now()):
            raise GatewayEventRefused("This was not signed for us, or not within the last five minutes.")
        try:
            document = json.loads(body)
            if document["livemode"] is not self._account.live:
                raise GatewayEventRefused("This comes from the other mode (live or test) than the one we run in.")
            return _event(document)
        except (ValueError, KeyError, TypeError):
            raise GatewayEventRefused("This is signed, but no event.") from None

    async def events_since(self, since: datetime) -> Sequence[GatewayEvent]:
        created = {"gte": int(since.timestamp())}
        found = await every(self._client.v1.events.list_async, {"created": created})
        return [event for each in reversed(found) if (event := _event(each)) is not None]

    async def customer_of(self, named: str) -> str | None:
        if not named.startswith(_CHARGES):
            return named
        try:
            customer = (await answered(self._client.v1.charges.retrieve_async(named)))["customer"]
        except GatewayAway as away:
            if missing(away):
                return None
            raise
        return reference(customer) if customer else None

    async def held_by(self, customer: str) -> Sequence[Held]:
        found = await every(self._client.v1.subscriptions.list_async, {"customer": customer, "status": "all"})
        owed = await self._owed(found, {"customer": customer})
        return [held for each in found for held in _held(each, owed.get(each["id"]))]

    async def everything_held(self) -> Mapping[str, Sequence[Held]]:
        by_customer: dict[str, list[Held]] = {}
        found = await every(self._client.v1.subscriptions.list_async, {"status": "all"})
        owed = await self._owed(found, {})
        for each in found:
            if held := _held(each, owed.get(each["id"])):
                by_customer.setdefault(reference(each["customer"]), []).extend(held)
        return by_customer

    async def money_of(self, customer: str) -> Sequence[MoneyFact]:
        return await self._money({"customer": customer}, {"customer": customer})

    async def money_since(self, since: datetime) -> Sequence[MoneyFact]:
        first, first_invoiced = int(since.timestamp()), int((since - PAID_WITHIN).timestamp())
        return await self._money({"created": {"gte": first}}, {"created": {"gte": first_invoiced}})

    async def _money(self, which: Mapping[str, Any], invoiced: Mapping[str, Any]) -> Sequence[MoneyFact]:
        api = self._client.v1
        charges = await every(api.charges.list_async, {**which, "expand": list(EXPANDED)})
        if not charges:
            return []
        invoices = await every(api.invoices.list_async, {**invoiced, "expand": ["data.payments"]})
        paid = {payment: invoice for invoice in invoices for payment in paid_by(invoice)}
        found: list[MoneyFact] = []
        for charge in charges:
            invoice = paid.get(charge["id"]) or paid.get(reference(charge.get("payment_intent")))
            its = {"charge": charge["id"]}
            disputes = await every(api.disputes.list_async, its) if charge["disputed"] else ()
            refunds = charge["refunds"]["data"]
            if charge["refunds"]["has_more"]:
                refunds = await every(api.refunds.list_async, its)
            found += facts_of(charge, invoice, refunds, disputes, self._clock.now())
        return found

    async def _owed(
        self, subscriptions: Sequence[Mapping[str, Any]], whose: Mapping[str, Any]
    ) -> Mapping[str, Mapping[str, Any]]:
        """By subscription, the oldest invoice that is open or, if none is, the newest that was written off: that leaves
        a subscription past due. Asked for only where one is."""
        if all(each["status"] != "past_due" for each in subscriptions):
            return {}
        listing = self._client.v1.invoices.list_async
        written_off = await every(listing, {**whose, "status": "uncollectible"})
        unpaid = await every(listing, {**whose, "status": "open"})
        # The last one of each subscription stays; both are listed newest first.
        return {_subscription_of(each): each for each in (*reversed(written_off), *unpaid)}


def _event(document: Mapping[str, Any]) -> GatewayEvent | None:
    subject = document["data"]["object"]
    customer = subject["id"] if subject.get("object") == "customer" else subject.get("customer")
    customer = customer or subject.get("charge")  # disputes and refunds name nobody
    if not customer:
        return None
    return GatewayEvent(str(document["id"]), reference(customer), instant(document["created"]))


def _held(subscription: Mapping[str, Any], owed: Mapping[str, Any] | None) -> Sequence[Held]:
    """What is held by the subscription, of which the invoice ``owed`` is unpaid; nothing for one that is not ours."""
    items = subscription["items"]["data"]
    holder = (subscription.get("metadata") or {}).get(MEMBER)
    tier = PRODUCTS.get(reference(items[0]["price"]["product"])) if items else None
    if not holder or tier is None:
        return []
    member = UserId(UUID(holder))
    if subscription["status"] not in _ENTITLING:
        return [Held(member, Tier.FREE, ended=_ended(subscription, items[0], tier))]
    kept = _kept(member, subscription["metadata"])
    if subscription["status"] != "past_due" or owed is None:  # None: it was paid between our two questions
        return [Held(member, tier, renewal=_renewal(subscription, items[0])), *kept]
    return [Held.past_due(member, tier, _owed_since(owed)), *_paid_before(member, owed), *kept]


def _kept(member: UserId, metadata: Mapping[str, Any]) -> Sequence[Held]:
    """The higher tier that was paid to the end of the period, where the subscription was changed to a lower one."""
    if not metadata.get(KEPT):
        return []
    return [Held(member, Tier(metadata[KEPT]), instant(int(metadata[KEPT_UNTIL])))]


def _ended(subscription: Mapping[str, Any], item: Mapping[str, Any], tier: Tier) -> Ended | None:
    """When it ended, unless that was the day for which it had been cancelled, of which was told then."""
    at = subscription.get("ended_at")
    if subscription["status"] != "canceled" or not at:
        return None
    ends = subscription.get("cancel_at") or period_of(subscription, item)["current_period_end"]
    if is_cancelled(subscription) and at >= ends:
        return None
    return Ended(subscription["id"], tier, instant(at))


def _renewal(subscription: Mapping[str, Any], item: Mapping[str, Any]) -> Renewal | None:
    """What becomes of it at the end of the period; None for a price of fractions of a cent, of which we have none."""
    price, period = item["price"], period_of(subscription, item)
    if price.get("unit_amount") is None:
        return None
    ends = subscription.get("cancel_at")
    return Renewal(
        subscription=subscription["id"],
        began_at=instant(period["current_period_start"]),
        at=instant(ends or period["current_period_end"]),
        price=Money(price["unit_amount"], price["currency"].upper()),
        cancelled=is_cancelled(subscription),
    )


def _owed_since(invoice: Mapping[str, Any]) -> datetime:
    """When the subscription became past due by it: at the due date where it has one, and otherwise when it was
    finalised, which is when Stripe first tries to be paid."""
    finalised = (invoice.get("status_transitions") or {}).get("finalized_at")
    return instant(invoice.get("due_date") or finalised or invoice["created"])


def _paid_before(member: UserId, invoice: Mapping[str, Any]) -> Sequence[Held]:
    """What was paid for before the oldest unpaid invoice: time that it takes back, as lines with negative amounts, when
    a subscription changes in the middle of a period. While it is unpaid, that time is still the member's."""
    held = []
    for line in invoice["lines"]["data"]:
        tier = tier_of_line(line)
        if line["amount"] < 0 and tier is not None:
            held.append(Held(member, tier, instant(line["period"]["end"])))
    return held


def _subscription_of(invoice: Mapping[str, Any]) -> str:
    """The id of the subscription that made the invoice, which is its parent since 2025-03-31."""
    parent = (invoice.get("parent") or {}).get("subscription_details") or invoice
    return reference(parent.get("subscription"))
