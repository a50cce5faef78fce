"""Passkeys (WebAuthn Level 3): keys of a member's authenticators, which answer in place of a code of the app."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import Conflict, Invalid, NotFound, PasskeyId, UserId

MAX_PASSKEYS = 10
"""Of a member: a few devices and keys for each, and few enough for a browser to offer them all."""
MAX_PASSKEY_NAME = 80
"""Code points."""
CEREMONY_LIFETIME = timedelta(minutes=5)
"""Between asking a browser for a new passkey and its answer: as long as a sign-in waits for a code."""

CredentialJson = Mapping[str, object]
"""What a browser made of an authenticator's answer, as ``PublicKeyCredential.toJSON`` gives it. Not judged yet."""
OptionsJson = Mapping[str, object]
"""What a browser asks an authenticator, as ``parseCreationOptionsFromJSON`` and ``parseRequestOptionsFromJSON`` take
it."""


@attrs.frozen
class PublicKey:
    """What an authenticator gives when it makes a passkey: ``credential_id`` and ``public_key`` (COSE) in base64url;
    ``sign_count`` is how often it says to have signed, always 0 for many; ``transports`` are how it is reached."""

    credential_id: str = attrs.field(repr=False)
    public_key: str = attrs.field(repr=False)
    sign_count: int
    transports: tuple[str, ...]


@attrs.frozen
class Passkey:
    """A public key that a member added, under a name of their choice; the rest is as for ``PublicKey``."""

    id: PasskeyId
    user_id: UserId
    name: str = attrs.field(repr=False)
    credential_id: str = attrs.field(repr=False)
    public_key: str = attrs.field(repr=False)
    sign_count: int
    transports: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None = None
    version: int = 1

    def copied(self, sign_count: int) -> bool:
        """Whether an authenticator that has signed so often cannot be the only one with this key, since it signed as
        often before (WebAuthn, 6.1.1). One that never counts says 0 each time."""
        return max(sign_count, self.sign_count) > 0 and sign_count <= self.sign_count

    def used(self, sign_count: int, now: datetime) -> "Passkey":
        """The passkey after it signed once more."""
        return attrs.evolve(self, sign_count=sign_count, last_used_at=now)


@event("users.passkey_added")
class PasskeyAdded(Event):
    user_id: UserId


@event("users.passkey_removed")
class PasskeyRemoved(Event):
    user_id: UserId


class PasskeyRefused(Invalid):
    code = "passkey_refused"


class PasskeyTaken(Conflict):
    """The authenticator's key is a passkey already, of whomever."""

    code = "passkey_taken"


class PasskeysFull(Conflict):
    code = "passkeys_full"


class PasskeysMissing(Conflict):
    """The member has none, so that only a code answers the challenge."""

    code = "passkeys_missing"


class PasskeysImpossible(Conflict):
    """Browsers have passkeys for names alone, over HTTPS or on the same machine, and this site has no such address."""

    code = "passkeys_impossible"


class PasskeyMissing(NotFound):
    code = "passkey_missing"
