"""Addresses of pictures: signed for one viewer, and good for a quarter of an hour at most."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode
from uuid import UUID

import attrs

from saltbitter_domain.kernel import Clock, UserId
from saltbitter_domain.profiles.model import PHOTO_ADDRESS_LIFETIME, UploadForm


@attrs.frozen
class SignedAddresses:
    """Signs by HMAC-SHA-256 under ``secret``, over the key, the viewer and the instant at which the address
    expires. The viewer is named in the address, so that whoever serves it can ask whether they may still see it."""

    clock: Clock
    secret: bytes = attrs.field(repr=False)
    base_path: str = "/media"

    def url(self, key: str, viewer: UserId, lifetime: timedelta) -> str:
        """An address of ``key``; ``ValueError`` unless it lives for more than nothing and 15 minutes at most."""
        if not timedelta() < lifetime <= PHOTO_ADDRESS_LIFETIME:
            raise ValueError(f"an address of a photo lives for at most {PHOTO_ADDRESS_LIFETIME}")
        expires = int((self.clock.now() + lifetime).timestamp())
        signature = self._sign(key, viewer, expires)
        return f"{self.base_path}/{quote(key)}?viewer={viewer}&expires={expires}&signature={signature}"

    def verify(self, key: str, viewer: UUID, expires: int, signature: str, now: datetime) -> bool:
        """Whether ``url`` made this address and it has not expired. ``expires`` is in Unix seconds."""
        genuine = hmac.compare_digest(self._sign(key, viewer, expires).encode(), signature.encode())
        return genuine and now.timestamp() < expires

    def form(self, key: str, content_type: str, max_bytes: int, lifetime: timedelta) -> UploadForm:
        """A form by which a file is put under ``key``. Its address is signed for that alone."""
        expires = int((self.clock.now() + lifetime).timestamp())
        signature = self._sign_form(key, content_type, max_bytes, expires)
        limits = urlencode({"content_type": content_type, "max_bytes": max_bytes, "expires": expires})
        return UploadForm(f"{self.base_path}/{quote(key)}?{limits}&signature={signature}", {})

    def verify_form(
        self, key: str, content_type: str, max_bytes: int, expires: int, signature: str, now: datetime
    ) -> bool:
        """Whether ``form`` made this address and it has not expired."""
        genuine = self._sign_form(key, content_type, max_bytes, expires)
        return hmac.compare_digest(genuine.encode(), signature.encode()) and now.timestamp() < expires

    def _sign_form(self, key: str, content_type: str, max_bytes: int, expires: int) -> str:
        # The type without its slash, so that it ends in one place only.
        return self._digest(f"put/{expires}/{max_bytes}/{quote(content_type, safe='')}/{key}")

    def _sign(self, key: str, viewer: UUID, expires: int) -> str:
        return self._digest(f"{viewer}/{expires}/{key}")

    def _digest(self, words: str) -> str:
        digest = hmac.digest(self.secret, words.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
