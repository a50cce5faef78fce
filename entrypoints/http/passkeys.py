"""Passkeys in place of codes of the second factor: adding and removing them, and signing in with one.

What browsers and authenticators say to each other passes through as they say it (WebAuthn Level 3): options are what
``PublicKeyCredential.parseCreationOptionsFromJSON`` and ``parseRequestOptionsFromJSON`` read, and a credential is what
its ``toJSON`` gives. Its shape is theirs and grows with browsers, so that unknown keys in it are not refused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import attrs
from msgspec import Meta

from entrypoints.http import sessions
from entrypoints.http.paging import Items
from entrypoints.http.routing import Audience, Call, route
from entrypoints.http.second_factor import WITH_BOTH, PasswordAndCode
from entrypoints.http.sessions import SessionTokens
from entrypoints.http.users import DeviceLabel, Token, device_of
from saltbitter_domain.breaches.model import Act
from saltbitter_domain.kernel import PasskeyId
from saltbitter_domain.users.model import AccountSuspended, CredentialsRefused
from saltbitter_domain.users.model.passkeys import (
    MAX_PASSKEY_NAME,
    Passkey,
    PasskeyMissing,
    PasskeyRefused,
    PasskeysFull,
    PasskeysImpossible,
    PasskeysMissing,
    PasskeyTaken,
)
from saltbitter_domain.users.model.second_factor import ChallengeOver, CodesPaused, SecondFactorOff
from saltbitter_domain.users.service import PasskeyService

Credential = Annotated[Mapping[str, Any], Meta(max_length=20)]
Options = Mapping[str, Any]


@attrs.frozen
class NewPasskey:
    """``name`` is how the member will know it; ``credential`` is a ``RegistrationResponseJSON``."""

    name: Annotated[str, Meta(max_length=MAX_PASSKEY_NAME, examples=["Laptop"])]
    credential: Credential = attrs.field(repr=False)


@attrs.frozen
class ChallengeToken:
    """What the answer to the password gave."""

    challenge_token: Token = attrs.field(repr=False)


@attrs.frozen
class PasskeyAnswer:
    """``credential`` is an ``AuthenticationResponseJSON``."""

    challenge_token: Token = attrs.field(repr=False)
    credential: Credential = attrs.field(repr=False)
    device_label: DeviceLabel | None = None
    device_token: Token | None = attrs.field(default=None, repr=False)


@attrs.frozen
class PasskeyView:
    """``last_used_at`` is null until somebody has signed in with it."""

    id: PasskeyId
    name: str
    created_at: datetime
    last_used_at: datetime | None


@attrs.frozen
class Passkeys:
    service: PasskeyService

    @route("GET", "/api/me/passkeys", audience=Audience.MEMBER)
    async def passkeys(self, call: Call) -> Items[PasskeyView]:
        """The member's passkeys, the oldest first."""
        return Items(tuple(map(_view, await self.service.of(call.member))))

    @route(
        "POST",
        "/api/me/passkeys/options",
        audience=Audience.MEMBER,
        guarded=True,
        errors=(*WITH_BOTH, PasskeysFull, PasskeysImpossible),
    )
    async def passkey_creation_options(self, call: Call, body: PasswordAndCode) -> Options:
        """Ask for a passkey to be made.

        The answer is a `PublicKeyCredentialCreationOptionsJSON`. What the browser makes of it is accepted once, for
        five minutes."""
        return await self.service.creation_options(call.member, body.password, body.code)

    @route(
        "POST",
        "/api/me/passkeys",
        audience=Audience.MEMBER,
        status=201,
        errors=(PasskeyRefused, PasskeyTaken, PasskeysFull, SecondFactorOff),
    )
    async def add_passkey(self, call: Call, body: NewPasskey) -> PasskeyView:
        """Add the passkey that was made. The member is told by mail."""
        return _view(await self.service.add(call.member, body.name, body.credential))

    @route(
        "POST",
        "/api/me/passkeys/{passkey_id}/remove",
        audience=Audience.MEMBER,
        guarded=True,
        errors=(*WITH_BOTH, PasskeyMissing),
    )
    async def remove_passkey(self, call: Call, passkey_id: UUID, body: PasswordAndCode) -> None:
        """Remove a passkey. The member is told by mail."""
        await self.service.remove(call.member, PasskeyId(passkey_id), body.password, body.code)

    @route(
        "POST",
        "/api/auth/second-factor/passkey/options",
        audience=Audience.SIGNING_IN,
        errors=(PasskeysMissing, PasskeysImpossible, ChallengeOver, CredentialsRefused, AccountSuspended),
    )
    async def passkey_request_options(self, call: Call, body: ChallengeToken) -> Options:  # noqa: ARG002  every route
        """Ask for the signature of a passkey to finish signing in.

        The answer is a `PublicKeyCredentialRequestOptionsJSON`, good for this sign-in only."""
        return await self.service.request_options(body.challenge_token)

    @route(
        "POST",
        "/api/auth/second-factor/passkey",
        audience=Audience.SIGNING_IN,
        session=True,
        errors=(PasskeyRefused, CodesPaused, PasskeysMissing, ChallengeOver, CredentialsRefused, AccountSuspended),
    )
    async def answer_with_passkey(self, call: Call, body: PasskeyAnswer) -> SessionTokens:
        """Finish signing in with a passkey."""
        tokens = await self.service.answer_challenge(
            challenge_token=body.challenge_token,
            credential=body.credential,
            label=device_of(call, body.device_label),
            ip=str(call.address),
            device_token=sessions.known_as(call, body.device_token),
        )
        call.acts.append((Act.SIGN_IN, frozenset({tokens.user_id})))
        return sessions.handed_out(call, tokens)


def _view(passkey: Passkey) -> PasskeyView:
    return PasskeyView(passkey.id, passkey.name, passkey.created_at, passkey.last_used_at)
