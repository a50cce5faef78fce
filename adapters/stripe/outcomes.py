"""What Stripe's subscriptions, payments and errors say about an order."""

from collections.abc import Mapping, Sequence
from typing import Any

from stripe import AuthenticationError, CardError, InvalidRequestError, RateLimitError
from stripe import PermissionError as NotPermitted

from adapters.stripe.client import KEPT, KEPT_UNTIL, ORDER
from adapters.stripe.money import PRODUCTS, instant, is_cancelled, period_of, reference
from saltbitter_domain.kernel import Money
from saltbitter_domain.orders.model import (
    Contract,
    Done,
    Order,
    OrderKind,
    Outcome,
    Reason,
    Refused,
    RequiresAction,
    Unknown,
)
from saltbitter_domain.subscriptions.model import Tier


def made_for(order: Order, found: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """What names the order in its metadata."""
    return next((each for each in found if (each.get("metadata") or {}).get(ORDER) == str(order.id)), None)


def contract_of(subscription: Mapping[str, Any]) -> Contract | None:
    """The contract of a subscription, None for one that is not ours."""
    (item,) = subscription["items"]["data"][:1] or [None]
    tier = item and PRODUCTS.get(reference(item["price"]["product"]))
    if item is None or tier is None:
        return None
    metadata, ends = subscription.get("metadata") or {}, period_of(subscription, item)["current_period_end"]
    kept = metadata.get(KEPT) and int(metadata[KEPT_UNTIL]) >= ends
    price = item["price"]
    return Contract(
        id=subscription["id"],
        item=item["id"],
        tier=tier,
        price=Money(price["unit_amount"], price["currency"].upper()),
        began_at=instant(subscription["created"]),
        period_ends_at=instant(subscription.get("cancel_at") or ends),
        renews=not is_cancelled(subscription),
        past_due=subscription["status"] in {"past_due", "unpaid"},
        kept=Tier(metadata[KEPT]) if kept else None,
    )


def as_wished(subscription: Mapping[str, Any], order: Order) -> bool:
    """Whether a subscription is what an order wanted it to be."""
    ended = subscription["status"] == "canceled"
    match order.kind:
        case OrderKind.CANCEL:
            return ended or is_cancelled(subscription)
        case OrderKind.RESUME:
            return not (ended or is_cancelled(subscription))
    product = reference(subscription["items"]["data"][0]["price"]["product"])
    return PRODUCTS.get(product) == order.item


def payment_outcome(intent: Mapping[str, Any]) -> Outcome:
    """What became of a payment."""
    match intent["status"]:
        case "succeeded":
            return Done(intent["id"])
        case "requires_action" | "requires_confirmation":
            return RequiresAction(intent["id"], intent["client_secret"])
        case "requires_payment_method":
            return Refused(Reason.DECLINED)
        case "canceled":
            return Refused(Reason.LAPSED)
    return Unknown()


def failure_outcome(error: Exception) -> Outcome:
    """Whether a request that failed surely had no effect. Everything else, such as an error of theirs, a conflict with
    another request, or a line that broke, may have had one."""
    match error:
        case CardError():
            return Refused(Reason.DECLINED)
        case (
            InvalidRequestError(param="payment_method" | "default_payment_method")
            | InvalidRequestError(code="resource_missing", http_status=404)
        ):
            return Refused(Reason.PAYMENT_METHOD_UNUSABLE)
        case InvalidRequestError() | RateLimitError() | AuthenticationError() | NotPermitted():
            return Refused(Reason.NOT_ACCEPTED)
    return Unknown()
