"""Accounts, sessions and one-time tokens. The second factor is in a file of its own."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import (
    Conflict,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    SessionId,
    Unavailable,
    UserId,
)

ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)
"""Short, because a token once issued can be read without asking any store, and revocations are kept this long."""
REFRESH_TOKEN_LIFETIME = timedelta(days=7)
"""Counted anew at each rotation: a session lives as long as it is used at least once a week, and ``SESSION_LASTS``."""
SESSION_LASTS = timedelta(days=90)
"""However often a session is used: then the member signs in anew, so that no device stays signed in for good (OWASP
ASVS 5.0, 7.3.2). Product rule."""
UNDER_AGE_REMEMBERED_FOR = timedelta(hours=24)
"""By the device on which somebody gave a date of birth of a minor, so that trying one year after the other is of no
use. Product rule."""
LOST_ANSWER_GRACE = timedelta(seconds=10)
"""Long enough for a device to ask again after a lost answer, short for whoever stole a token. Product rule."""
ONE_TIME_TOKEN_LIFETIME = timedelta(minutes=60)
"""Long enough for slow mail, short for a link that lies in a mailbox. Product rule."""
SESSION_KEPT_FOR = timedelta(days=30)
"""After a session is over, so that a member who asks can be told where their account was used."""
KEPT_ADDRESS_LIFETIME = timedelta(days=7)
"""Long enough for whoever reads their mail once a week to take back a change of address that was not theirs."""
MAX_REASON = 1_000
"""Code points in which staff tell a member why they did something to the account."""
MIN_PASSWORD, MIN_WITH_SECOND_FACTOR, MAX_PASSWORD = 12, 8, 128
"""In code points of the NFKC form. NIST SP 800-63B-4 asks to count so, for at least 64 to be accepted, and for at least
8 where a second factor is needed too."""
ERASURE_GRACE = timedelta(days=30)
"""Between asking to be erased and being erased, so that whoever asked in haste, or was not the member, does no harm:
signing in undoes it. Product rule, within the month that Art. 12(3) GDPR gives."""
KEPT_UNTIL = "kept_until:"
"""How the names of facts in a mail begin that tell until when something outlives an erasure."""


class Role(StrEnum):
    MEMBER = "member"
    MODERATOR = "moderator"
    ADMIN = "admin"


class AccountStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEAVING = "leaving"


@attrs.frozen
class User:
    """An account. ``email`` is normalised; ``password_hash`` carries its scheme; ``erase_at`` is when a member who is
    leaving is erased, and None for everybody else."""

    id: UserId
    email: str = attrs.field(repr=False)
    password_hash: str = attrs.field(repr=False)
    date_of_birth: date = attrs.field(repr=False)
    time_zone: str
    created_at: datetime
    email_verified_at: datetime | None = None
    role: Role = Role.MEMBER
    status: AccountStatus = AccountStatus.ACTIVE
    erase_at: datetime | None = None
    version: int = 1

    def leaving(self, now: datetime) -> "User":
        """The account of a member who asked to be erased. Asking again does not put it off."""
        return attrs.evolve(self, status=AccountStatus.LEAVING, erase_at=self.erase_at or now + ERASURE_GRACE)

    def is_due(self, now: datetime) -> bool:
        """Whether the time to come back is over, so that only being erased is left."""
        return self.erase_at is not None and self.erase_at <= now

    def back(self) -> "User":
        """The account of a member who has signed in, and so is not leaving any more."""
        if self.status is not AccountStatus.LEAVING:
            return self
        return attrs.evolve(self, status=AccountStatus.ACTIVE, erase_at=None)


class EndReason(StrEnum):
    """Why a session ended before its time."""

    LOGOUT = "logout"
    LOGOUT_EVERYWHERE = "logout_everywhere"
    ENDED_BY_MEMBER = "ended_by_member"
    TOKEN_REPLAYED = "token_replayed"  # noqa: S105  a reason
    PASSWORD_RESET = "password_reset"  # noqa: S105  a reason
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  a reason
    LEAVING = "leaving"
    SUSPENDED = "suspended"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED_BY_STAFF = "second_factor_removed_by_staff"
    ROLE_CHANGED = "role_changed"
    EMAIL_CHANGE_STOPPED = "email_change_stopped"
    MADE_ROOM = "made_room"


@attrs.frozen
class Session:
    """A family of refresh tokens on one device. Hashes are SHA-256 of opaque 256-bit tokens.

    Each token has one successor, which takes its place at ``rotated_at``. The token before the current one
    (``previous_hash``) is answered with that same successor for ``LOST_ANSWER_GRACE``, so that a lost answer or a
    second tab does no harm; any other use of an older token ends the family.
    """

    id: SessionId
    user_id: UserId
    label: str
    ip_prefix: str = attrs.field(repr=False)
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    token_hash: str = attrs.field(repr=False)
    previous_hash: str | None = attrs.field(default=None, repr=False)
    rotated_at: datetime | None = None
    ended_at: datetime | None = None
    ended_because: EndReason | None = None
    version: int = 1

    def renewed_until(self, now: datetime) -> datetime:
        """When its token expires that is given out now."""
        return min(now + REFRESH_TOKEN_LIFETIME, self.created_at + SESSION_LASTS)

    def is_open(self, now: datetime) -> bool:
        """Whether it has neither ended nor expired."""
        return self.ended_at is None and now < self.expires_at

    def ended(self, because: EndReason, now: datetime) -> "Session":
        """The session, over."""
        return attrs.evolve(self, ended_at=now, ended_because=because)


@attrs.frozen
class Tokens:
    """What a device holds after login: a short-lived access token and the refresh token that renews both."""

    access_token: str = attrs.field(repr=False)
    access_expires_at: datetime
    refresh_token: str = attrs.field(repr=False)
    refresh_expires_at: datetime
    session_id: SessionId
    user_id: UserId
    device_token: str | None = attrs.field(default=None, repr=False)
    """What the device shows at its next sign-in, to be known; None where nobody signed in just now."""


class TokenPurpose(StrEnum):
    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  the name of a purpose
    SECOND_FACTOR = "second_factor"
    """Not mailed but answered to a right password; see ``Challenge``."""
    CHANGE_EMAIL = "change_email"
    """Mailed to the address that is to be the account's."""
    KEEP_EMAIL = "keep_email"
    """Mailed to the address that is, or was until then: it stops the change, also when it has been made."""
    ADD_PASSKEY = "add_passkey"
    """Not mailed but given to the browser, for an authenticator to sign."""


class MailTemplate(StrEnum):
    """What a mail to a member is about. Its words are found by this name where mails are written."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  the name of a mail
    ALREADY_REGISTERED = "already_registered"
    CHANGE_EMAIL = "change_email"
    EMAIL_CHANGE_ASKED = "email_change_asked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  the name of a mail
    SESSION_REPLAYED = "session_replayed"
    LEAVING = "leaving"
    ERASED = "erased"
    SUSPENDED = "suspended"
    SUSPENDED_UNDER_AGE = "suspended_under_age"
    RESTORED = "restored"
    EXPORT_READY = "export_ready"
    PHOTO_VISIBLE = "photo_visible"
    PHOTO_APPROVED = "photo_approved"
    PHOTO_REFUSED = "photo_refused"
    REVIEW_ANSWERED = "review_answered"
    PAYMENT_CONFIRMED = "payment_confirmed"
    PURCHASE_CONFIRMED = "purchase_confirmed"
    PAYMENT_FAILED = "payment_failed"
    REFUNDED = "refunded"
    SUBSCRIPTION_CANCELLED = "subscription_cancelled"
    SUBSCRIPTION_ENDED = "subscription_ended"
    RENEWAL_REMINDER = "renewal_reminder"
    SPENDING_NOTICE = "spending_notice"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SECOND_FACTOR_REMOVED_BY_STAFF = "second_factor_removed_by_staff"
    RECOVERY_CODE_USED = "recovery_code_used"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_COPIED = "passkey_copied"
    NEW_DEVICE = "new_device"
    MANY_FAILURES = "many_failures"
    IMPOSSIBLE_TRAVEL = "impossible_travel"
    BREACH_NOTICE = "breach_notice"


@attrs.frozen
class OneTimeToken:
    """A single-use token, known by the SHA-256 of its 256 bits.

    ``email`` is the address that a change is about: the one to be, or the one to keep."""

    token_hash: str = attrs.field(repr=False)
    user_id: UserId
    purpose: TokenPurpose
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    email: str | None = attrs.field(default=None, repr=False)
    version: int = 1

    def serves(self, purpose: TokenPurpose, now: datetime) -> bool:
        """Whether it is for this purpose, unused and not expired."""
        return self.purpose is purpose and self.used_at is None and now < self.expires_at


@event("users.registered")
class Registered(Event):
    user_id: UserId


@event("users.registration_repeated")
class RegistrationRepeated(Event):
    """Somebody registered with an address that has an account, or wanted to change to it; its owner is told by mail."""

    user_id: UserId


@event("users.verification_requested")
class VerificationRequested(Event):
    """A new link is needed: somebody asked for one, or a login or a new password ended the one before.

    ``user_id`` is nobody's when the address is unknown (see ``RecoveryService``)."""

    user_id: UserId


@event("users.email_verified")
class EmailVerified(Event):
    user_id: UserId


@event("users.reset_requested")
class ResetRequested(Event):
    """Somebody forgot a password. ``user_id`` is nobody's when the address is unknown (see ``RecoveryService``)."""

    user_id: UserId


@event("users.password_changed")
class PasswordChanged(Event):
    user_id: UserId


@event("users.email_change_requested")
class EmailChangeRequested(Event):
    """A member asked for another address, which is to be confirmed. Both tokens are derived from ``change_id``."""

    user_id: UserId
    change_id: UUID


@event("users.email_change_announced")
class EmailChangeAnnounced(Event):
    """The same fact for the address that the account has; also when the other has an account and gets no link."""

    user_id: UserId
    change_id: UUID


@event("users.erasure_requested")
class ErasureRequested(Event):
    """A member asked to be erased. They are hidden from now on, and erased after ``ERASURE_GRACE``."""

    user_id: UserId


@event("users.session_started")
class SessionStarted(Event):
    user_id: UserId
    session_id: SessionId


@event("users.sessions_ended")
class SessionsEnded(Event):
    user_id: UserId
    session_ids: tuple[SessionId, ...]
    because: EndReason


@event("users.suspended")
class Suspended(Event):
    """``reason`` is in staff's words, for the member to read. ``under_age`` where they seem to be a minor, which a
    proof of age refutes."""

    user_id: UserId
    reason: str = attrs.field(repr=False)
    under_age: bool = False


@event("users.restored")
class Restored(Event):
    """A suspension is over; ``reason`` as for ``Suspended``."""

    user_id: UserId
    reason: str = attrs.field(repr=False)


class CredentialsRefused(NotAuthenticated):
    code = "credentials_refused"


class SessionOver(NotAuthenticated):
    code = "session_over"


class AccessTokenRefused(NotAuthenticated):
    code = "access_token_refused"


class AccountSuspended(NotAllowed):
    code = "account_suspended"


class SuspensionRefused(Invalid):
    code = "suspension_refused"


class RoleUnchanged(Conflict):
    code = "role_unchanged"


class RegistrationInvalid(Invalid):
    code = "registration_invalid"


class RegistrationBarred(NotAllowed):
    """Nobody joins on this device for now: see ``UNDER_AGE_REMEMBERED_FOR``, and suspended members."""

    code = "registration_barred"


class PasswordRefused(Invalid):
    code = "password_refused"


class TokenRefused(Invalid):
    code = "token_refused"


class EmailTaken(Conflict):
    """Raised by the store only; a member is never told."""

    code = "email_taken"


class EmailRefused(Invalid):
    code = "email_refused"


class EmailChangedRecently(Conflict):
    """The change before can still be taken back, and one on top of it must not get in the way of that."""

    code = "email_changed_recently"


class UserMissing(NotFound):
    code = "user_missing"


class SessionMissing(NotFound):
    code = "session_missing"


class Busy(Unavailable):
    """More passwords wait to be checked than can be in reasonable time."""

    code = "busy"
