"""Accounts, sessions and one-time tokens."""

from datetime import date, datetime, timedelta
from enum import StrEnum

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import (
    Conflict,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    SessionId,
    TooMany,
    Unavailable,
    UserId,
)

ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)
REFRESH_TOKEN_LIFETIME = timedelta(days=7)
LOST_ANSWER_GRACE = timedelta(seconds=10)
ONE_TIME_TOKEN_LIFETIME = timedelta(minutes=60)
MIN_PASSWORD, MAX_PASSWORD = 12, 128


class Role(StrEnum):
    MEMBER = "member"
    MODERATOR = "moderator"
    ADMIN = "admin"


class AccountStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"


@attrs.frozen
class User:
    """An account. ``email`` is normalised; ``password_hash`` carries its scheme."""

    id: UserId
    email: str
    password_hash: str
    date_of_birth: date
    time_zone: str
    created_at: datetime
    email_verified_at: datetime | None = None
    role: Role = Role.MEMBER
    status: AccountStatus = AccountStatus.ACTIVE
    password_changed_at: datetime | None = None
    last_login_at: datetime | None = None
    version: int = 1


@attrs.frozen
class Session:
    """A family of refresh tokens on one device. Hashes are SHA-256 of opaque 256-bit tokens.

    ``previous_hash`` may be used once more within ``LOST_ANSWER_GRACE`` of ``rotated_at`` (an answer that was lost);
    any other use of an older token ends the family.
    """

    id: SessionId
    user_id: UserId
    label: str
    ip_prefix: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    token_hash: str
    previous_hash: str | None = None
    rotated_at: datetime | None = None
    grace_used: bool = False
    ended_at: datetime | None = None
    ended_because: str | None = None
    version: int = 1


class TokenPurpose(StrEnum):
    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  the name of a purpose


@attrs.frozen
class OneTimeToken:
    """A single-use token, known by the SHA-256 of its 256 bits."""

    token_hash: str
    user_id: UserId
    purpose: TokenPurpose
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    version: int = 1


@event("users.registered")
class Registered(Event):
    user_id: UserId


@event("users.registration_repeated")
class RegistrationRepeated(Event):
    """Somebody registered with an address that has an account; its owner is told by mail."""

    user_id: UserId


@event("users.verification_requested")
class VerificationRequested(Event):
    user_id: UserId


@event("users.email_verified")
class EmailVerified(Event):
    user_id: UserId


@event("users.reset_requested")
class ResetRequested(Event):
    user_id: UserId


@event("users.password_changed")
class PasswordChanged(Event):
    user_id: UserId


@event("users.session_started")
class SessionStarted(Event):
    user_id: UserId
    session_id: SessionId


@event("users.sessions_ended")
class SessionsEnded(Event):
    user_id: UserId
    session_ids: tuple[SessionId, ...]
    because: str


class CredentialsRefused(NotAuthenticated):
    code = "credentials_refused"


class SessionOver(NotAuthenticated):
    code = "session_over"


class AccessTokenRefused(NotAuthenticated):
    code = "access_token_refused"


class EmailNotVerified(NotAllowed):
    code = "email_not_verified"


class AccountSuspended(NotAllowed):
    code = "account_suspended"


class RegistrationInvalid(Invalid):
    code = "registration_invalid"


class PasswordRefused(Invalid):
    code = "password_refused"


class TokenRefused(Invalid):
    code = "token_refused"


class EmailTaken(Conflict):
    """Raised by the store only; a member is never told."""

    code = "email_taken"


class UserMissing(NotFound):
    code = "user_missing"


class SessionMissing(NotFound):
    code = "session_missing"


class TooManyAttempts(TooMany):
    code = "too_many_attempts"


class Busy(Unavailable):
    """More passwords wait to be checked than can be in reasonable time."""

    code = "busy"
