"""Access tokens as JWT signed with HMAC-SHA-256 (RFC 7519, RFC 8725), by PyJWT."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt

from saltbitter_domain.kernel import Clock, SessionId, UserId
from saltbitter_domain.users.model import AccessTokenRefused, Role
from saltbitter_domain.users.ports import Access, AccessTokens

_ALGORITHM = "HS256"
_SHORTEST_KEY = 32
"""Bytes: a key of the size of the hash output or larger must be used (RFC 7518, section 3.2)."""

_LONGEST_TOKEN = 4096
KNOWN_TOKENS = 20_000
"""Tokens remembered as verified, of some 300 bytes each: checking the signature costs a tenth of a request."""
_SHAPE = re.compile(r"([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")
_CLAIMS = frozenset({"iss", "aud", "sub", "sid", "role", "iat", "exp", "typ"})
_TYPE = "access"


class Hs256AccessTokens(AccessTokens):
    """``keys`` maps a key's id to its bytes, at least 32. The first one signs, the others are still read (rotation).

    A token is accepted only in the very form in which they are issued here: with one of our own headers, with these
    claims and no others. Times are whole seconds, by the clock, without leeway.
    """

    def __init__(self, keys: Mapping[str, bytes], *, issuer: str, audience: str, clock: Clock) -> None:
        if not keys or any(len(key) < _SHORTEST_KEY for key in keys.values()):
            raise ValueError(f"access tokens need keys of at least {_SHORTEST_KEY} bytes")
        self._key_id, self._key = next(iter(keys.items()))
        # The header is compared whole and never interpreted, so that no "alg", "kid" or "jku" of a stranger matters.
        self._key_by_header = {_encode({}, key, key_id).partition(".")[0]: key for key_id, key in keys.items()}
        self._issuer, self._audience, self._clock = issuer, audience, clock
        # A token once verified is known, but for the time; refusals are not kept.
        self._verified = lru_cache(maxsize=KNOWN_TOKENS)(self._verify)

    def issue(self, access: Access) -> str:
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(access.user_id),
            "sid": str(access.session_id),
            "role": access.role.value,
            "iat": int(self._clock.now().timestamp()),
            "exp": int(access.expires_at.timestamp()),
            "typ": _TYPE,
        }
        return _encode(claims, self._key, self._key_id)

    def read(self, token: str) -> Access:
        access, issued, expires = self._verified(token)
        if not issued <= self._clock.now().timestamp() < expires:
            raise _refused()
        return access

    def _verify(self, token: str) -> tuple[Access, int, int]:
        """What the token says, and the seconds between which it may be used. Nothing of it ever changes."""
        claims = self._claims(token)
        fits = (
            claims.keys() == _CLAIMS
            and (claims["iss"], claims["aud"], claims["typ"]) == (self._issuer, self._audience, _TYPE)
            and type(claims["iat"]) is type(claims["exp"]) is int
        )
        if not fits:
            raise _refused()
        try:
            access = Access(
                UserId(UUID(claims["sub"])),
                SessionId(UUID(claims["sid"])),
                Role(claims["role"]),
                datetime.fromtimestamp(claims["exp"], UTC),
            )
        except (ValueError, AttributeError, TypeError, OverflowError, OSError):
            raise _refused() from None
        return access, claims["iat"], claims["exp"]

    def _claims(self, token: str) -> dict[str, Any]:
        shape = _SHAPE.fullmatch(token) if len(token) <= _LONGEST_TOKEN else None
        key = self._key_by_header.get(shape[1]) if shape else None
        if key is None:
            raise _refused()
        try:
            # What the claims must be is checked by us, by our clock and without coercion.
            claims = json.loads(jwt.api_jws.decode(token, key, [_ALGORITHM]), object_pairs_hook=_each_once)
        except (jwt.InvalidTokenError, ValueError, RecursionError):
            raise _refused() from None
        if not isinstance(claims, dict):
            raise _refused()
        return claims


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The object. Of a claim made twice, two readers could believe a different one each (RFC 7519, section 4)."""
    claims = dict(pairs)
    if len(claims) < len(pairs):
        raise ValueError
    return claims


def _encode(claims: dict[str, Any], key: bytes, key_id: str) -> str:
    return jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": key_id})


def _refused() -> AccessTokenRefused:
    return AccessTokenRefused("This access token is not valid (any more). Refresh it, or sign in again.")
