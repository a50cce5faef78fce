"""What Stripe answers, in the shapes of 2026 or, if ``old``, of before 2025-03-31; only what is read of it, and an
example of what is not."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID


def subscription(
    id_: str, customer: str, member: UUID | str, product: str, status: str, start: datetime, *, old: bool = False
) -> dict[str, Any]:
    """A monthly subscription whose period began at ``start``."""
    began, ends = int(start.timestamp()), int(start.timestamp()) + 30 * 86_400
    period = {"current_period_start": began, "current_period_end": ends}
    item = {
        "id": f"si_{id_}",
        "object": "subscription_item",
        "price": {
            "id": f"price_{product}",
            "object": "price",
            "product": product,
            "unit_amount": 1999,
            "currency": "usd",
        },
        "quantity": 1,
        **({} if old else period),
    }
    return {
        "id": id_,
        "object": "subscription",
        "created": began,
        "customer": customer,
        "ended_at": began if status == "canceled" else None,
        "items": {"object": "list", "data": [item], "has_more": False, "url": "/v1/subscription_items"},
        "livemode": False,
        "metadata": {"saltbitter_member": str(member)},
        "status": status,
        **(period if old else {}),
    }


def line(product: str, cents: int, start: datetime, end: datetime, *, old: bool = False) -> dict[str, Any]:
    """A line of an invoice for time with the product; what was paid and will not be used has a negative amount."""
    details = {"price": f"price_{product}", "product": product}
    price = {"id": f"price_{product}", "object": "price", "product": product}
    return {
        "object": "line_item",
        "amount": cents,
        "period": {"start": int(start.timestamp()), "end": int(end.timestamp())},
        **({"price": price} if old else {"pricing": {"price_details": details, "type": "price_details"}}),
    }


def invoice(
    id_: str,
    customer: str,
    subscription_id: str,
    status: str,
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    lines: Sequence[dict[str, Any]] = (),
    *,
    member: UUID | str = "",
    old: bool = False,
) -> dict[str, Any]:
    """An invoice of a subscription, which names it as its parent since 2025-03-31, finalised at ``at``."""
    metadata = {"metadata": {"saltbitter_member": str(member)} if member else {}}
    details = {
        "subscription_details": {"subscription": subscription_id, **metadata},
        "type": "subscription_details",
    }
    return {
        "id": id_,
        "object": "invoice",
        "created": int(at.timestamp()) - 3600,
        "customer": customer,
        "due_date": None,
        "lines": {"object": "list", "data": list(lines), "has_more": False, "url": f"/v1/invoices/{id_}/lines"},
        "status": status,
        "status_transitions": {"finalized_at": int(at.timestamp())},
        **({"subscription": subscription_id, "subscription_details": metadata} if old else {"parent": details}),
    }


def event(id_: str, kind: str, about: Mapping[str, Any], at: datetime, *, live: bool = False) -> dict[str, Any]:
    """An event, with the object as it was then."""
    return {
        "id": id_,
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": int(at.timestamp()),
        "data": {"object": dict(about)},
        "livemode": live,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }


def found(of: Mapping[str, dict[str, Any]], query: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those that a query asks for, newest first."""
    since = int(query.get("created", {}).get("gte", 0))
    asked = {name: query[name] for name in ("charge", "customer", "payment_intent", "status") if name in query}
    newest_first = sorted(enumerate(of.values()), key=lambda each: (each[1]["created"], each[0]), reverse=True)
    good = (each for _, each in newest_first if each["created"] >= since and asked.items() <= each.items())
    return [each for each in good if query.get("subscription") in (None, _subscription_of(each))]


def _subscription_of(invoice: Mapping[str, Any]) -> str | None:
    details = (invoice.get("parent") or {}).get("subscription_details") or invoice
    subscription: str | None = details.get("subscription")
    return subscription


def listed(data: list[dict[str, Any]], query: Mapping[str, Any], url: str) -> dict[str, Any]:
    """A page of ``data``, which is newest first."""
    ids = [each["id"] for each in data]
    first = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
    limit = int(query.get("limit", 10))
    page = data[first : first + limit]
    return {"object": "list", "data": page, "has_more": first + limit < len(data), "url": url}


def error(kind: str, message: str, code: str | None = None) -> dict[str, Any]:
    """The body of a refusal."""
    return {"error": {"type": kind, "message": message, **({"code": code} if code else {})}}


def balance(of: str, amount: int, fee: int, currency: str, at: datetime) -> dict[str, Any]:
    """What the account gains or, below 0, loses by something, and what Stripe takes for that."""
    return {
        "id": f"txn_{of}",
        "object": "balance_transaction",
        "amount": amount,
        "created": int(at.timestamp()),
        "currency": currency,
        "fee": fee,
        "net": amount - fee,
    }


def charge(id_: str, customer: str, amount: int, currency: str, status: str, at: datetime, fee: int) -> dict[str, Any]:
    """A charge with what is expanded where it is listed."""
    good = status == "succeeded"
    return {
        "id": id_,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount if good else 0,
        "amount_refunded": 0,
        "balance_transaction": balance(id_, amount, fee, currency, at) if good else None,
        "captured": good,
        "created": int(at.timestamp()),
        "currency": currency,
        "customer": customer,
        "disputed": False,
        "livemode": False,
        "metadata": {},
        "paid": good,
        "payment_intent": f"pi_{id_}",
        "refunds": {"object": "list", "data": [], "has_more": False, "url": f"/v1/charges/{id_}/refunds"},
        "status": status,
    }


def refund(id_: str, of: Mapping[str, Any], amount: int, status: str, at: datetime) -> dict[str, Any]:
    """A refund of a charge; what failed was on its way, and came back."""
    return {
        "id": id_,
        "object": "refund",
        "amount": amount,
        "balance_transaction": None if status == "requires_action" else f"txn_{id_}",
        "charge": of["id"],
        "created": int(at.timestamp()),
        "currency": of["currency"],
        "payment_intent": of["payment_intent"],
        "status": status,
    }


def dispute(id_: str, of: Mapping[str, Any], at: datetime, fee: int) -> dict[str, Any]:
    """A dispute about a whole charge, which was taken back at once."""
    return {
        "id": id_,
        "object": "dispute",
        "amount": of["amount"],
        "balance_transactions": [balance(id_, -of["amount"], fee, of["currency"], at)],
        "charge": of["id"],
        "created": int(at.timestamp()),
        "currency": of["currency"],
        "livemode": False,
        "status": "needs_response",
    }


def paying(invoice: dict[str, Any], charge: Mapping[str, Any], *, old: bool = False) -> dict[str, Any]:
    """The invoice, paid by the charge."""
    intent = charge["payment_intent"]
    payment = {"object": "invoice_payment", "payment": {"type": "payment_intent", "payment_intent": intent}}
    named = {"payment_intent": intent, "charge": charge["id"]} if old else {"payments": {"data": [payment]}}
    return {**invoice, "status": "paid", **named}
