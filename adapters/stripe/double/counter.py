"""Takes requests to the shop, each to what answers it, and one that is sent again under its key only once."""

import copy
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import attrs

from adapters.stripe.double import objects
from adapters.stripe.double.refusals import Refusal
from adapters.stripe.double.shop import Shop
from adapters.stripe.double.till import Parameters

KEYS_KEPT = 24 * 3600
"""Seconds for which a request under an idempotency key is answered as before."""

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


@attrs.define
class Counter:
    """Where the shop is asked."""

    shop: Shop
    _answered: dict[str, tuple[int, str, Parameters, dict[str, Any]]] = attrs.field(factory=dict, init=False)

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
        act = partial(handler, self.shop, *match.groups(), parameters)
        return self._once(key, path, parameters, act) if method == "POST" and key else copy.deepcopy(act())

    def _once(self, key: str, path: str, parameters: Parameters, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        now = int(self.shop.clock.now().timestamp())
        at, known_path, known, answer = self._answered.get(key, (0, "", {}, {}))
        if now - at < KEYS_KEPT:
            if (known_path, known) != (path, parameters):
                raise Refusal(400, objects.error("idempotency_error", "Keys can only be used with the same parameters"))
            return copy.deepcopy(answer)
        answer = copy.deepcopy(act())
        self._answered[key] = (now, path, parameters, answer)
        return copy.deepcopy(answer)
