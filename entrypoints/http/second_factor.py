"""Signing in with a second factor, setting one up, doing without it again, and its removal by staff."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import attrs
from msgspec import Meta

from entrypoints.http import sessions
from entrypoints.http.routing import Audience, Call, route
from entrypoints.http.sessions import SessionTokens
from entrypoints.http.suspensions import Reason
from entrypoints.http.users import DeviceLabel, Password, Token, device_of
from saltbitter_domain.breaches.model import Act
from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.model import AccountSuspended, Busy, CredentialsRefused, PasswordRefused, UserMissing
from saltbitter_domain.users.model.second_factor import (
    ChallengeOver,
    CodeRefused,
    CodesPaused,
    Enrolment,
    SecondFactorOff,
    SecondFactorOn,
    SecondFactorRemovalRefused,
)
from saltbitter_domain.users.service import AuthService, FactorRemovalService, SecondFactorService

Code = Annotated[str, Meta(max_length=64, examples=["123 456", "k3vq-7xwa-mz2d-hn5t-ycfe-r6pu"])]


@attrs.frozen
class ChallengeAnswer:
    """``code`` is what the authenticator app shows now, or one of the recovery codes."""

    challenge_token: Token = attrs.field(repr=False)
    code: Code = attrs.field(repr=False)
    device_label: DeviceLabel | None = None
    device_token: Token | None = attrs.field(default=None, repr=False)


@attrs.frozen
class PasswordAgain:
    """The password once more, so that nothing is changed by whoever holds the phone."""

    password: Password = attrs.field(repr=False)


@attrs.frozen
class FirstCode:
    """What the authenticator app shows now."""

    code: Code = attrs.field(repr=False)


@attrs.frozen
class PasswordAndCode:
    """``code`` is what the authenticator app shows now, or one of the recovery codes."""

    password: Password = attrs.field(repr=False)
    code: Code = attrs.field(repr=False)


@attrs.frozen
class SecondFactorRemoval:
    """The member reads the ``reason``."""

    reason: Reason = attrs.field(repr=False)


@attrs.frozen
class SecondFactorView:
    """``since`` is when it was turned on, null while it is off."""

    on: bool
    since: datetime | None
    recovery_codes_left: int


@attrs.frozen
class RecoveryCodes:
    """Each is good once, in place of a code of the app. They are shown this once."""

    recovery_codes: tuple[str, ...] = attrs.field(repr=False)


WITH_BOTH = (PasswordRefused, CodeRefused, CodesPaused, SecondFactorOff, Busy)


@attrs.frozen
class SecondFactors:
    auth: AuthService
    second_factors: SecondFactorService
    removal: FactorRemovalService

    @route(
        "POST",
        "/api/auth/second-factor",
        audience=Audience.SIGNING_IN,
        session=True,
        errors=(CodeRefused, CodesPaused, ChallengeOver, CredentialsRefused, AccountSuspended),
    )
    async def answer_challenge(self, call: Call, body: ChallengeAnswer) -> SessionTokens:
        """Finish signing in with a code."""
        tokens = await self.auth.answer_challenge(
            challenge_token=body.challenge_token,
            code=body.code,
            label=device_of(call, body.device_label),
            ip=str(call.address),
            device_token=sessions.known_as(call, body.device_token),
        )
        call.acts.append((Act.SIGN_IN, frozenset({tokens.user_id})))
        return sessions.handed_out(call, tokens)

    @route("GET", "/api/me/second-factor", audience=Audience.MEMBER)
    async def second_factor(self, call: Call) -> SecondFactorView:
        """Whether signing in needs a second factor."""
        factor = await self.second_factors.of(call.user_id)
        if factor is None:
            return SecondFactorView(on=False, since=None, recovery_codes_left=0)
        return SecondFactorView(on=True, since=factor.confirmed_at, recovery_codes_left=len(factor.recovery_hashes))

    @route(
        "POST",
        "/api/me/second-factor",
        audience=Audience.MEMBER,
        guarded=True,
        status=201,
        errors=(PasswordRefused, SecondFactorOn, Busy),
    )
    async def enrol(self, call: Call, body: PasswordAgain) -> Enrolment:
        """Get a secret for an authenticator app.

        Nothing changes before a first code confirms that the app has it."""
        return await self.second_factors.enrol(call.member, body.password)

    @route(
        "POST",
        "/api/me/second-factor/confirm",
        audience=Audience.MEMBER,
        guarded=True,
        errors=(CodeRefused, CodesPaused, SecondFactorOn, SecondFactorOff),
    )
    async def confirm(self, call: Call, body: FirstCode) -> RecoveryCodes:
        """Turn the second factor on.

        The answer has ten recovery codes. Every other device is signed out."""
        return RecoveryCodes(await self.second_factors.confirm(call.member, body.code))

    @route(
        "POST",
        "/api/me/second-factor/recovery-codes",
        audience=Audience.MEMBER,
        guarded=True,
        errors=WITH_BOTH,
    )
    async def renew_recovery_codes(self, call: Call, body: PasswordAndCode) -> RecoveryCodes:
        """Get new recovery codes in place of all older ones."""
        codes = await self.second_factors.renew_recovery_codes(call.member, body.password, body.code)
        return RecoveryCodes(codes)

    @route("POST", "/api/me/second-factor/remove", audience=Audience.MEMBER, guarded=True, errors=WITH_BOTH)
    async def remove(self, call: Call, body: PasswordAndCode) -> None:
        """Do without the second factor."""
        await self.second_factors.remove(call.member, body.password, body.code)

    @route(
        "POST",
        "/api/staff/members/{user_id}/second-factor/removal",
        audience=Audience.ADMIN,
        errors=(UserMissing, SecondFactorRemovalRefused, Busy),
    )
    async def remove_for(self, call: Call, body: SecondFactorRemoval, user_id: UUID) -> None:
        """Remove the second factor of a member who lost it, or whom a thief keeps out by one.

        Make sure first that it is the member who asks, by more than the address that asks, and say in `X-Audit-Reason`
        how you know. Recovery codes and passkeys go too, every session ends, and the password is good no more: the
        member is mailed the reason, and chooses another by a mailed link. One's own is refused."""
        await self.removal.remove(UserId(user_id), body.reason, by=call.user_id)
