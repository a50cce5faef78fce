"""Whether a message was signed by Stripe for us, just now."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from stripe import SignatureVerificationError, WebhookSignature

TOLERANCE = timedelta(seconds=300)
"""How old a message may be, and how far ahead of our clock: Stripe's own default, which its library applies to the past
only."""

_HEADER = re.compile(r"t=([0-9]{1,11})(?:,v[0-9]=[0-9a-f]{64})+", re.ASCII)


def signed(body: bytes, header: str, secrets: Sequence[str], now: datetime) -> bool:
    """Whether the very bytes of ``body`` were signed with one of the secrets within ``TOLERANCE`` of ``now``.

    The header must have Stripe's form exactly: one with two times could have one signed and the other believed."""
    match = _HEADER.fullmatch(header)
    if match is None or abs(int(now.timestamp()) - int(match[1])) > TOLERANCE.total_seconds():
        return False
    return any(_signed_with(body, header, secret) for secret in secrets)


def _signed_with(body: bytes, header: str, secret: str) -> bool:
    try:
        WebhookSignature.verify_header(body, header, secret)
    except (SignatureVerificationError, UnicodeDecodeError):
        return False
    return True
