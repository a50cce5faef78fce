"""Randomness of the operating system, and tokens derived from a key."""

import base64
import hmac
from secrets import token_urlsafe

from saltbitter_domain.users.ports import Secrets

_SHORTEST_KEY = 32


class SystemSecrets(Secrets):
    """``key`` is at least 32 bytes, known to every server process and to nobody else."""

    def __init__(self, key: bytes) -> None:
        if len(key) < _SHORTEST_KEY:
            raise ValueError(f"derived tokens need a key of at least {_SHORTEST_KEY} bytes")
        self._key = key

    def token(self) -> str:
        return token_urlsafe(32)

    def derived(self, purpose: str, seed: str) -> str:
        # The length in front tells where the purpose ends, so that no two pairs are written alike.
        digest = hmac.digest(self._key, f"{len(purpose)}:{purpose}{seed}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
