"""The double of ``adapters.stripe.double`` with known keys, which holds every request against Stripe's description."""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from adapters.stripe.double import server
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
    key: str = attrs.field(default=KEY, repr=False)
    webhook_secrets: tuple[str, ...] = attrs.field(default=(SECRET, PREVIOUS_SECRET), repr=False)
    check: Callable[[str, str, Mapping[str, Any]], str | None] = fault_of
