"""The double of ``adapters.stripe.double`` with known keys, which holds every request against Stripe's description."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import attrs
from aiohttp import web

from adapters.stripe.double import server
from tests.doubles.stripe.older import before_2025
from tests.doubles.stripe.reference import reference

KEY = "sk_test_51NbWq8Xr2Vt6Lk9Ha3Jd7Yp"
SECRET = "whsec_q7Kx2Vb9Tn4Ws8Lc3Hd6Zr1Fm5Pj0Yg"
PREVIOUS_SECRET = "whsec_b3Rv8Jy1Xk6Qd9Mw4Tz7Gn2Hs5Lc0Pf"
NEWER = frozenset({"/v1/invoices/create_preview"})
"""What there was not yet in the year of the description."""


def fault_of(method: str, path: str, parameters: Mapping[str, Any]) -> str | None:
    """What is wrong with a request, as far as there is a description to tell."""
    known = None if path in NEWER else reference()
    return known.fault(method, path, parameters) if known is not None else None


@attrs.define
class StripeDouble(server.StripeDouble):
    """Answers in the shapes of before 2025-03-31 if ``old``."""

    key: str = attrs.field(default=KEY, repr=False)
    webhook_secrets: tuple[str, ...] = attrs.field(default=(SECRET, PREVIOUS_SECRET), repr=False)
    check: Callable[[str, str, Mapping[str, Any]], str | None] = fault_of
    old: bool = False

    def _carry_out(self, request: web.Request, query: dict[str, Any]) -> web.Response:
        answer = super()._carry_out(request, query)
        if not self.old:
            return answer
        return web.json_response(before_2025(json.loads(answer.text or "")), status=answer.status)
