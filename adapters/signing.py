"""Addresses of pictures that this product serves itself: signed, and good for a quarter of an hour at most."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from urllib.parse import quote

import attrs

from saltbitter_domain.kernel import Clock
from saltbitter_domain.profiles.model import PHOTO_ADDRESS_LIFETIME


@attrs.frozen
class SignedAddresses:
    """Signs by HMAC-SHA-256 under ``secret``, over the key and the instant at which the address expires."""

    clock: Clock
    secret: bytes = attrs.field(repr=False)
    base_path: str = "/media"

    def url(self, key: str, lifetime: timedelta) -> str:
        """An address of ``key``; ``ValueError`` unless it lives for more than nothing and 15 minutes at most."""
        if not timedelta() < lifetime <= PHOTO_ADDRESS_LIFETIME:
            raise ValueError(f"an address of a photo lives for at most {PHOTO_ADDRESS_LIFETIME}")
        expires = int((self.clock.now() + lifetime).timestamp())
        return f"{self.base_path}/{quote(key)}?expires={expires}&signature={self._sign(key, expires)}"

    def verify(self, key: str, expires: int, signature: str, now: datetime) -> bool:
        """Whether ``url`` made this address and it has not expired. ``expires`` is in Unix seconds."""
        genuine = hmac.compare_digest(self._sign(key, expires).encode(), signature.encode())
        return genuine and now.timestamp() < expires

    def _sign(self, key: str, expires: int) -> str:
        digest = hmac.digest(self.secret, f"{expires}/{key}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
