"""Joining, signing in, staying signed in, and coming back."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import attrs
from aiohttp import hdrs
from msgspec import Meta

from entrypoints.http import sessions
from entrypoints.http.paging import Items
from entrypoints.http.routing import Audience, Call, route
from entrypoints.http.sessions import RefreshTokenMissing, SessionTokens
from saltbitter_domain.breaches.model import Act
from saltbitter_domain.consent.model import ConsentOutdated
from saltbitter_domain.kernel import Language, SessionId, UserId
from saltbitter_domain.users.model import (
    AccountSuspended,
    Busy,
    CredentialsRefused,
    PasswordRefused,
    RegistrationBarred,
    RegistrationInvalid,
    Role,
    SessionMissing,
    SessionOver,
    TokenRefused,
    UserMissing,
)
from saltbitter_domain.users.model.devices import SignInsCrowded, SignUpsOnDevice
from saltbitter_domain.users.model.second_factor import Challenge
from saltbitter_domain.users.service import AuthService, DeliveryService, RecoveryService

Email = Annotated[str, Meta(max_length=320, examples=["mira@saltbitter.example"])]
Password = Annotated[str, Meta(max_length=1024, examples=["six quiet boats at noon"])]
Token = Annotated[str, Meta(max_length=512)]
DeviceLabel = Annotated[str, Meta(max_length=200)]
Version = Annotated[str, Meta(max_length=64)]


@attrs.frozen
class Registration:
    """``time_zone`` is a name of the IANA database; the versions are those of the texts the person has read,
    in ``language``.
    ``device_token`` is what the device was given at its last sign-in, if any; it may be missing where the browser keeps
    it in its cookie."""

    email: Email = attrs.field(repr=False)
    password: Password = attrs.field(repr=False)
    date_of_birth: date = attrs.field(repr=False)
    time_zone: Annotated[str, Meta(max_length=64, examples=["Europe/Lisbon"])]
    terms_version: Version
    privacy_policy_version: Version
    language: Language | None = None
    device_token: Token | None = attrs.field(default=None, repr=False)


@attrs.frozen
class Login:
    """``device_label`` is how the member will recognise the device in the list of sessions. ``device_token`` is what it
    was given at its last sign-in and is known by; it may be missing where the browser keeps it in its cookie."""

    email: Email = attrs.field(repr=False)
    password: Password = attrs.field(repr=False)
    device_label: DeviceLabel | None = None
    device_token: Token | None = attrs.field(default=None, repr=False)


@attrs.frozen
class RefreshToken:
    """The token may be missing where the browser keeps it in its cookie."""

    refresh_token: Token | None = attrs.field(default=None, repr=False)


@attrs.frozen
class OneTimeToken:
    """The token of a mailed link."""

    token: Token = attrs.field(repr=False)


@attrs.frozen
class Address:
    email: Email = attrs.field(repr=False)


@attrs.frozen
class NewPassword:
    """A new password, with the token of the link that was mailed."""

    token: Token = attrs.field(repr=False)
    password: Password = attrs.field(repr=False)


@attrs.frozen
class PasswordChange:
    current_password: Password = attrs.field(repr=False)
    new_password: Password = attrs.field(repr=False)


@attrs.frozen
class PasswordToJudge:
    """``hints`` are words somebody else would try first, such as the member's name."""

    password: Password = attrs.field(repr=False)
    hints: Annotated[tuple[Annotated[str, Meta(max_length=100)], ...], Meta(max_length=10)] = attrs.field(
        default=(), repr=False
    )


@attrs.frozen
class PasswordStrength:
    """From 0, guessed at once, to 4, very hard to guess."""

    score: int


@attrs.frozen
class AccountView:
    """``email_reached`` is false where mails came back or were called spam, so that none is sent any more: another
    address is needed to hear from us."""

    id: UserId
    email: str = attrs.field(repr=False)
    email_verified: bool
    email_reached: bool
    time_zone: str
    role: Role
    created_at: datetime


@attrs.frozen
class SessionView:
    """A device that is signed in; ``current`` is the one that asks."""

    id: SessionId
    label: str
    ip_prefix: str = attrs.field(repr=False)
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool


def device_of(call: Call, label: str | None) -> str:
    """What the device is called: by its member, or else by its browser."""
    return label or call.request.headers.get(hdrs.USER_AGENT) or ""


@attrs.frozen
class Accounts:
    auth: AuthService
    recovery: RecoveryService
    delivery: DeliveryService

    @route(
        "POST",
        "/api/auth/register",
        audience=Audience.SIGNING_IN,
        status=202,
        a_day=200,
        session=True,
        errors=(RegistrationInvalid, RegistrationBarred, ConsentOutdated, SignUpsOnDevice, Busy),
    )
    async def register(self, call: Call, body: Registration) -> None:
        """Open an account.

        The answer is the same whether or not the address has one; its owner learns the rest by mail. A browser where
        somebody gave a date of birth of a minor is barred for a day, and devices of suspended members are. On one
        device five accounts are opened in a day; a browser is known by a cookie, others by the `device_token`."""
        joins_as = sessions.joins_as(call, body.device_token, self.auth.new_mark)
        try:
            await self.auth.register(
                email=body.email,
                password=body.password,
                date_of_birth=body.date_of_birth,
                time_zone=body.time_zone,
                terms_version=body.terms_version,
                privacy_policy_version=body.privacy_policy_version,
                device_token=sessions.known_as(call, body.device_token),
                under_age_mark=sessions.marked_under_age(call),
                joins_as=joins_as,
                language=body.language,
            )
        except RegistrationInvalid as refusal:
            if any(problem.code == "under_age" for problem in refusal.fields):
                sessions.mark_under_age(call, self.auth.under_age_mark())
            raise
        sessions.mark_joined(call, joins_as)

    @route("POST", "/api/auth/verify", audience=Audience.SIGNING_IN, errors=(TokenRefused,))
    async def verify_email(self, _call: Call, body: OneTimeToken) -> None:
        """Verify the e-mail address with the mailed token."""
        await self.recovery.verify_email(body.token)

    @route("POST", "/api/auth/verify/resend", audience=Audience.SIGNING_IN, status=202)
    async def resend_verification(self, _call: Call, body: Address) -> None:
        """Mail the verification link again, if the address waits for it."""
        await self.recovery.resend_verification(body.email)

    @route(
        "POST",
        "/api/auth/login",
        audience=Audience.SIGNING_IN,
        session=True,
        errors=(CredentialsRefused, SignInsCrowded, AccountSuspended, Busy),
    )
    async def login(self, call: Call, body: Login) -> SessionTokens | Challenge:
        """Sign in with e-mail and password.

        Whoever has a second factor gets a challenge in place of tokens, to answer at `/api/auth/second-factor`."""
        label = device_of(call, body.device_label)
        opened = await self.auth.login(
            email=body.email,
            password=body.password,
            label=label,
            ip=str(call.address),
            device_token=sessions.known_as(call, body.device_token),
        )
        if isinstance(opened, Challenge):
            return opened
        call.acts.append((Act.SIGN_IN, frozenset({opened.user_id})))
        return sessions.handed_out(call, opened)

    @route(
        "POST",
        "/api/auth/refresh",
        audience=Audience.ANYONE,
        session=True,
        errors=(RefreshTokenMissing, SessionOver, AccountSuspended),
    )
    async def refresh(self, call: Call, body: RefreshToken) -> SessionTokens:
        """Exchange a refresh token for its successor and a new access token.

        Each token is good once; using an older one again ends the session. Nobody guesses one, so that a household may
        renew as often as it likes."""
        token = sessions.presented(call, body.refresh_token)
        try:
            return sessions.handed_out(call, await self.auth.refresh(token, str(call.address)))
        except SessionOver:
            sessions.forget(call)
            raise

    @route("POST", "/api/auth/logout", audience=Audience.MEMBER, session=True)
    async def logout(self, call: Call) -> None:
        """Sign out on this device."""
        sessions.forget(call)
        await self.auth.logout(call.member)

    @route("POST", "/api/auth/logout-everywhere", audience=Audience.MEMBER, session=True)
    async def logout_everywhere(self, call: Call) -> None:
        """Sign out on every device, this one too."""
        sessions.forget(call)
        await self.auth.logout_everywhere(call.member)

    @route("POST", "/api/auth/password/forgot", audience=Audience.SIGNING_IN, status=202)
    async def forgot_password(self, _call: Call, body: Address) -> None:
        """Mail a link to choose a new password, if the address has an account."""
        await self.recovery.forgot_password(body.email)

    @route(
        "POST", "/api/auth/password/reset", audience=Audience.SIGNING_IN, errors=(TokenRefused, PasswordRefused, Busy)
    )
    async def reset_password(self, _call: Call, body: NewPassword) -> None:
        """Choose a new password with the mailed token. Every session ends."""
        await self.recovery.reset_password(body.token, body.password)

    @route(
        "POST",
        "/api/auth/password/change",
        audience=Audience.MEMBER,
        guarded=True,
        session=True,
        errors=(PasswordRefused, SessionOver, Busy),
    )
    async def change_password(self, call: Call, body: PasswordChange) -> SessionTokens:
        """Choose a new password knowing the old.

        Every session ends; the tokens in the answer open a new one on this device."""
        tokens = await self.recovery.change_password(call.member, body.current_password, body.new_password)
        return sessions.handed_out(call, tokens)

    @route("POST", "/api/auth/password/strength", audience=Audience.SIGNING_IN, errors=(Busy,))
    async def password_strength(self, _call: Call, body: PasswordToJudge) -> PasswordStrength:
        """Say how hard a password is to guess. It is judged here and kept nowhere."""
        return PasswordStrength(await self.recovery.password_strength(body.password, body.hints))

    @route("GET", "/api/me", audience=Audience.MEMBER, errors=(UserMissing,))
    async def account(self, call: Call) -> AccountView:
        """The account that is signed in."""
        user = await self.auth.account(call.user_id)
        return AccountView(
            user.id,
            user.email,
            user.email_verified_at is not None,
            await self.delivery.reaches(user.email),
            user.time_zone,
            user.role,
            user.created_at,
        )

    @route("GET", "/api/me/sessions", audience=Audience.MEMBER)
    async def sessions(self, call: Call) -> Items[SessionView]:
        """The devices that are signed in, the latest used first."""
        return Items(
            tuple(
                SessionView(
                    session.id,
                    session.label,
                    session.ip_prefix,
                    session.created_at,
                    session.last_used_at,
                    session.expires_at,
                    current=session.id == call.member.session_id,
                )
                for session in await self.auth.sessions(call.member)
            )
        )

    @route("DELETE", "/api/me/sessions/{session_id}", audience=Audience.MEMBER, errors=(SessionMissing,))
    async def end_session(self, call: Call, session_id: UUID) -> None:
        """Sign a device out."""
        await self.auth.end_session(call.member, SessionId(session_id))
