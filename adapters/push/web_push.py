"""Web push: RFC 8030 for the delivery, RFC 8291 for secrecy, RFC 8292 (VAPID) for who we are."""

from datetime import timedelta
from typing import Self
from urllib.parse import urlsplit

import aiohttp
import attrs
import jwt
import orjson
from aiohttp import hdrs
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.outward import outward_session
from adapters.push.encryption import decoded, encoded, encrypted, point
from adapters.push.words import WORDS
from saltbitter_domain.compatibility.model import NoticeKind
from saltbitter_domain.kernel import Clock
from saltbitter_domain.notifications.model import PushAway, PushSubscription
from saltbitter_domain.notifications.ports import PushService

SECONDS = 10.0
TOKEN_LASTS = timedelta(hours=12)
"""RFC 8292 allows 24 hours at most."""

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many private keys there are (NIST SP 800-186, 3.2.1.3)."""


@attrs.frozen
class VapidKey:
    """Our key, and the address (``mailto:`` or ``https:``) where push services reach us about what we send."""

    private: ec.EllipticCurvePrivateKey = attrs.field(repr=False)
    contact: str

    @classmethod
    def generated(cls, contact: str) -> Self:
        return cls(ec.generate_private_key(ec.SECP256R1()), contact)

    @classmethod
    def read(cls, text: str, contact: str) -> Self:
        """From the private number in base64url, 32 bytes, as tools for VAPID write it. Raises ``ValueError``."""
        number = decoded(text)
        if len(number) != 32 or not 0 < int.from_bytes(number) < _P256_ORDER:
            raise ValueError("no private key of P-256")
        return cls(ec.derive_private_key(int.from_bytes(number), ec.SECP256R1()), contact)

    @property
    def public(self) -> str:
        return encoded(point(self.private.public_key()))


class WebPush(PushService):
    """Hands messages to push services, at least once. Whether an endpoint is one was found out before it was kept, and
    where its name leads is looked at whenever it is called."""

    def __init__(self, clock: Clock, key: VapidKey, *, connector: aiohttp.TCPConnector | None = None) -> None:
        self._clock = clock
        self._key = key
        self._connector = connector
        self._http: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Called on the running loop, before anything is sent."""
        self._http = outward_session(SECONDS, self._connector)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    @property
    def public_key(self) -> str:
        return self._key.public

    async def send(self, subscription: PushSubscription, kind: NoticeKind, lasts: timedelta) -> bool:
        if self._http is None:
            raise RuntimeError("open it first")
        words = WORDS[kind][subscription.language]
        content = orjson.dumps({"kind": kind, "title": words.title, "path": words.path})
        try:
            body = encrypted(content, decoded(subscription.p256dh), decoded(subscription.auth))
        except ValueError:
            return False  # no browser made such keys, and none will read what is sent with them
        headers = {
            hdrs.AUTHORIZATION: f"vapid t={self._token(subscription.endpoint)}, k={self.public_key}",
            hdrs.CONTENT_TYPE: "application/octet-stream",
            hdrs.CONTENT_ENCODING: "aes128gcm",
            "TTL": str(int(lasts.total_seconds())),
            "Topic": kind.value,  # one that was not delivered yet makes room
            "Urgency": "normal",
        }
        try:
            async with self._http.post(
                subscription.endpoint, data=body, headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise PushAway("The push service could not be reached.", retry_after=60) from None
        if status in (404, 410):
            return False
        if not 200 <= status < 300:
            raise PushAway(f"The push service did not take the message ({status}).", retry_after=60)
        return True

    def _token(self, endpoint: str) -> str:
        service = urlsplit(endpoint)
        claims = {
            "aud": f"{service.scheme}://{service.netloc}",
            "exp": self._clock.now() + TOKEN_LASTS,
            "sub": self._key.contact,
        }
        return jwt.encode(claims, self._key.private, "ES256")
