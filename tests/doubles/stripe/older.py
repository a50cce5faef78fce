"""The shapes in which Stripe answered before 2025-03-31."""

from typing import Any


def before_2025(answer: Any) -> Any:
    """The same as it was told then: a subscription has its period, an invoice its subscription and its payment, and a
    line its price."""
    if isinstance(answer, list):
        return [before_2025(each) for each in answer]
    if not isinstance(answer, dict):
        return answer
    told = {name: before_2025(value) for name, value in answer.items()}
    match told.get("object"):
        case "subscription":
            for item in told["items"]["data"]:
                told |= {name: item.pop(name) for name in ("current_period_start", "current_period_end")}
        case "invoice" if "parent" in told:
            details = told.pop("parent")["subscription_details"]
            told |= {"subscription": details["subscription"], "subscription_details": {"metadata": details["metadata"]}}
            for payment in told.pop("payments")["data"]:
                told["payment_intent"] = payment["payment"]["payment_intent"]
        case "line_item":
            told["price"] = told.pop("pricing")["price_details"]
    return told
