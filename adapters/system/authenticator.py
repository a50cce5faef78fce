"""Codes of authenticator apps by pyotp, their secrets sealed with AES-256-GCM by cryptography."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.model.second_factor import Enrolment
from saltbitter_domain.users.ports import AuthenticatorCodes

ISSUER = "SaltBitter"
_STEP_SECONDS = 30
_SHORTEST_KEY = 32
_NONCE_BYTES = 12


class TotpCodes(AuthenticatorCodes):
    """``keys`` maps a key's id to its bytes, at least 32. The first one seals, the others still open (rotation).

    A sealed secret is ``<key id>.<nonce and ciphertext in base64url>``, bound to its member: it opens for nobody else.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys or any(len(key) < _SHORTEST_KEY for key in keys.values()):
            raise ValueError(f"secrets of second factors need keys of at least {_SHORTEST_KEY} bytes")
        # Keys are texts of any length; AES wants 32 bytes, which are not used for anything else.
        self._ciphers = {key_id: AESGCM(hmac.digest(key, b"second factor", "sha256")) for key_id, key in keys.items()}
        self._key_id = next(iter(keys))

    def new_secret(self, user_id: UserId) -> str:
        return self._seal(pyotp.random_base32(), user_id)

    def enrolment(self, sealed_secret: str, user_id: UserId, account: str) -> Enrolment:
        secret = self._open(sealed_secret, user_id)
        if secret is None:
            raise ValueError("the secret was sealed with a key that is not known")
        return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER))

    def step(self, sealed_secret: str, user_id: UserId, code: str, now: datetime) -> int | None:
        secret = self._open(sealed_secret, user_id)
        if secret is None:
            return None
        app, present = pyotp.HOTP(secret), int(now.timestamp()) // _STEP_SECONDS
        # A phone's clock may be half a minute off, and a code takes time to type (RFC 6238, 5.2).
        fitting = [step for step in (present - 1, present, present + 1) if app.verify(code, step)]
        return max(fitting, default=None)

    def renewed(self, sealed_secret: str, user_id: UserId) -> str:
        secret = self._open(sealed_secret, user_id)
        if secret is None or sealed_secret.startswith(f"{self._key_id}."):
            return sealed_secret
        return self._seal(secret, user_id)

    def _seal(self, secret: str, user_id: UserId) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._ciphers[self._key_id].encrypt(nonce, secret.encode(), user_id.bytes)
        return f"{self._key_id}.{base64.urlsafe_b64encode(sealed).decode()}"

    def _open(self, sealed_secret: str, user_id: UserId) -> str | None:
        key_id, _, text = sealed_secret.partition(".")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            return None
        sealed = base64.urlsafe_b64decode(text)
        try:
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], user_id.bytes).decode()
        except InvalidTag:
            return None
