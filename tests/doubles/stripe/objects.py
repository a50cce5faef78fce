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
        "price": {"id": f"price_{product}", "object": "price", "product": product, "unit_amount": 1999},
        "quantity": 1,
        **({} if old else period),
    }
    return {
        "id": id_,
        "object": "subscription",
        "created": began,
        "customer": customer,
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
    old: bool = False,
) -> dict[str, Any]:
    """An invoice of a subscription, which names it as its parent since 2025-03-31, finalised at ``at``."""
    details = {"subscription_details": {"subscription": subscription_id}, "type": "subscription_details"}
    return {
        "id": id_,
        "object": "invoice",
        "created": int(at.timestamp()) - 3600,
        "customer": customer,
        "due_date": None,
        "lines": {"object": "list", "data": list(lines), "has_more": False, "url": f"/v1/invoices/{id_}/lines"},
        "status": status,
        "status_transitions": {"finalized_at": int(at.timestamp())},
        **({"subscription": subscription_id} if old else {"parent": details}),
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
