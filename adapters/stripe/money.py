"""Stripe's charges, refunds and disputes as facts about money, in old and in current shapes.

Every fact has the id of the object at Stripe that it comes from, so that the same object always gives the same fact.
What names no member is not ours and gives none."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import attrs

from saltbitter_domain.kernel import Money, UserId
from saltbitter_domain.ledger.model import FactKind, MoneyFact
from saltbitter_domain.subscriptions.model import Tier

MEMBER = "saltbitter_member"
"""The metadata that name the member of a subscription or a payment; ours are recognised by it."""
PRODUCTS = {"saltbitter_premium": Tier.PREMIUM, "saltbitter_elite": Tier.ELITE}
"""The ids of the products at Stripe, which are ours to choose."""

EXPANDED = ("data.balance_transaction", "data.refunds")
"""What is to come whole with a list of charges."""

_RETURNED = ("failed", "canceled")
_DONE = {"won": FactKind.DISPUTE_WON, "lost": FactKind.DISPUTE_LOST}


def facts_of(
    charge: Mapping[str, Any],
    invoice: Mapping[str, Any] | None,
    refunds: Sequence[Mapping[str, Any]],
    disputes: Sequence[Mapping[str, Any]],
    now: datetime,
) -> Sequence[MoneyFact]:
    """Everything that has happened to the money of a charge, which came with what is ``EXPANDED``.

    ``invoice`` is the one it paid, if any; ``now`` stands for when a dispute was lost, which Stripe does not tell."""
    holder = _holder(charge, invoice)
    if holder is None or charge["status"] not in ("succeeded", "failed"):
        return []
    if charge["status"] == "succeeded" and not charge["captured"]:
        return []
    about = _About(charge["id"], UserId(UUID(holder)), *_bought(charge, invoice))
    if charge["status"] == "failed":
        return [about.fact(charge["id"], FactKind.FAILED, charge["amount"], charge["currency"], charge["created"])]
    return [
        about.fact(charge["id"], FactKind.SUCCEEDED, charge["amount_captured"], charge["currency"], charge["created"]),
        *_fee(about, charge.get("balance_transaction")),
        *(fact for refund in refunds for fact in _refund(about, refund)),
        *(fact for dispute in disputes for fact in _dispute(about, dispute, now)),
    ]


@attrs.frozen
class _About:
    """What every fact of one payment has alike."""

    payment: str
    member: UserId
    product: str
    covers_from: datetime | None
    covers_until: datetime | None

    def fact(self, fact_id: str, kind: FactKind, amount: int, currency: str, at: int) -> MoneyFact:
        return MoneyFact(
            id=fact_id,
            kind=kind,
            payment=self.payment,
            member=self.member,
            amount=Money(amount, currency.upper()),
            at=instant(at),
            product=self.product,
            covers_from=self.covers_from,
            covers_until=self.covers_until,
        )


def _holder(charge: Mapping[str, Any], invoice: Mapping[str, Any] | None) -> str | None:
    """The member, by the metadata of the payment, or of the subscription as they were when it was invoiced."""
    named = (charge.get("metadata") or {}).get(MEMBER)
    if named or invoice is None:
        return named
    subscription = (invoice.get("parent") or invoice).get("subscription_details") or {}
    holder: str | None = (subscription.get("metadata") or {}).get(MEMBER)
    return holder


def _bought(
    charge: Mapping[str, Any], invoice: Mapping[str, Any] | None
) -> tuple[str, datetime | None, datetime | None]:
    """What was paid for and for which time: the line of the invoice for time with one of our products, the one that
    lasts longest where it has several. What is bought once has no invoice, and its name as the description."""
    if invoice is None:
        return charge.get("description") or "", None, None
    lines = [(line, tier) for line in invoice["lines"]["data"] if (tier := tier_of_line(line))]
    paid_for = [(line["period"], tier) for line, tier in lines if line["amount"] > 0]
    if not paid_for:
        return "", None, None
    period, tier = max(paid_for, key=lambda each: int(each[0]["end"]))
    return tier, instant(period["start"]), instant(period["end"])


def _fee(about: _About, balance: Any) -> Iterator[MoneyFact]:
    """What Stripe took, in the currency of our account, which need not be that of the payment."""
    if isinstance(balance, Mapping) and balance["fee"]:
        kind = FactKind.FEE if balance["fee"] > 0 else FactKind.FEE_RETURNED
        yield about.fact(balance["id"], kind, abs(balance["fee"]), balance["currency"], balance["created"])


def _refund(about: _About, refund: Mapping[str, Any]) -> Iterator[MoneyFact]:
    """What was given back. What never left, such as while the member has yet to name a bank account, is no fact."""
    if not refund.get("balance_transaction"):
        return
    name, given = refund["id"], (refund["amount"], refund["currency"], refund["created"])
    yield about.fact(name, FactKind.REFUNDED, *given)
    if refund["status"] in _RETURNED:
        yield about.fact(f"{name}:failed", FactKind.REFUND_FAILED, *given)


def _dispute(about: _About, dispute: Mapping[str, Any], now: datetime) -> Iterator[MoneyFact]:
    """What was taken back by a bank. An inquiry, by which nothing was taken, is no fact about money."""
    taken = dispute.get("balance_transactions") or ()
    if not taken:
        return
    first, amount, currency = dispute["id"], dispute["amount"], dispute["currency"]
    yield about.fact(first, FactKind.DISPUTED, amount, currency, dispute["created"])
    for balance in taken:
        yield from _fee(about, balance)
    if (kind := _DONE.get(dispute["status"])) is not None:
        given_back = [each["created"] for each in taken if each["amount"] > 0]
        at = given_back[-1] if kind is FactKind.DISPUTE_WON and given_back else int(now.timestamp())
        yield about.fact(f"{first}:{dispute['status']}", kind, amount, currency, at)


def period_of(subscription: Mapping[str, Any], item: Mapping[str, Any]) -> Mapping[str, Any]:
    """What has the ``current_period_start`` and ``current_period_end``: the item since 2025-03-31, the subscription
    before."""
    return item if "current_period_end" in item else subscription


def is_cancelled(subscription: Mapping[str, Any]) -> bool:
    """Whether it ends, at a day that was named or with its period, instead of renewing."""
    return bool(subscription.get("cancel_at") or subscription.get("cancel_at_period_end"))


def paid_by(invoice: Mapping[str, Any]) -> Iterator[str]:
    """The ids of the charges and payment intents that an invoice came with its ``payments`` names."""
    for payment in (invoice.get("payments") or {}).get("data", ()):  # since 2025-03-31
        paid = payment["payment"]
        if found := paid.get(paid["type"]):
            yield reference(found)
    for name in ("charge", "payment_intent"):  # before
        if found := invoice.get(name):
            yield reference(found)


def intents_of(invoice: Mapping[str, Any]) -> list[str]:
    """The ids of the payment intents among ``paid_by``."""
    return [each for each in paid_by(invoice) if each.startswith("pi_")]


def tier_of_line(line: Mapping[str, Any]) -> Tier | None:
    """The tier that a line of an invoice is for. Since 2025-03-31 the product is named under ``pricing``; before, it
    was the price's."""
    priced = (line.get("pricing") or {}).get("price_details") or line.get("price") or {}
    return PRODUCTS.get(reference(priced.get("product")))


def reference(value: Any) -> str:
    """The id of an object that may have been given whole."""
    return str(value["id"] if isinstance(value, Mapping) else value)


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
