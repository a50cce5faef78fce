"""What passkeys need from outside."""

from collections.abc import Sequence
from typing import Protocol

from saltbitter_domain.kernel import PasskeyId, UserId
from saltbitter_domain.users.model import User
from saltbitter_domain.users.model.passkeys import CredentialJson, OptionsJson, Passkey, PublicKey


class Passkeys(Protocol):
    """The store of passkeys."""

    async def add(self, passkey: Passkey) -> None:
        """``PasskeyTaken`` when somebody's has this ``credential_id``."""
        ...

    async def of(self, user_id: UserId) -> Sequence[Passkey]:
        """The member's passkeys, the oldest first."""
        ...

    async def save(self, passkey: Passkey) -> None:
        """``StaleWrite`` when outdated, so that of two simultaneous uses of one count one fails."""
        ...

    async def remove(self, passkey_id: PasskeyId) -> None: ...

    async def remove_all(self, user_id: UserId) -> None:
        """Forget every passkey of the member."""
        ...


class PasskeyCeremonies(Protocol):
    """What authenticators and we have in common (WebAuthn Level 3), for the address at which members reach us.

    Challenges are of the form that ``Secrets`` gives: 256 bits in base64url, which is how browsers give them back."""

    @property
    def possible(self) -> bool:
        """Whether browsers have passkeys for this address: it has a name, and is reached over HTTPS or on the same
        machine."""
        ...

    def creation_options(self, user: User, challenge: str, known: Sequence[Passkey]) -> OptionsJson:
        """What a browser asks an authenticator for: to make a passkey, unless it has one of the ``known``."""
        ...

    def request_options(self, challenge: str, known: Sequence[Passkey]) -> OptionsJson:
        """What a browser asks an authenticator for: to sign the challenge with one of the ``known``."""
        ...

    def challenge_of(self, credential: CredentialJson) -> str | None:
        """The challenge that this answers, as it says itself; None when it is garbled."""
        ...

    def registered(self, credential: CredentialJson, challenge: str) -> PublicKey | None:
        """The key that was made in answer to ``challenge``, for us and with somebody present; None when that does not
        prove true."""
        ...

    def signed(self, credential: CredentialJson, challenge: str, passkey: Passkey) -> int | None:
        """How often the authenticator says to have signed, if this signs ``challenge`` with the passkey, for us and
        with somebody present; None when that does not prove true."""
        ...
