"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost."""

from datetime import datetime, timedelta

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import Conflict, Invalid, NotAllowed, NotAuthenticated, TooMany, UserId

RECOVERY_CODES = 10
CHALLENGE_LIFETIME = timedelta(minutes=5)
"""Between the password and the code: long enough to find the phone."""
FREE_FAILURES = 5
"""Wrong codes in a row before there is a pause after each. With three codes good at any moment, so many guesses
succeed once in 66,000 times."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(days=1)
"""The pause doubles with each wrong code. Recovery codes are looked at all the same: nobody guesses 120 bits, so that
whoever knows a member's password cannot keep them out."""


@attrs.frozen
class SecondFactor:
    """A member's second factor, on once a first code has confirmed it.

    ``sealed_secret`` is encrypted; ``recovery_hashes`` are SHA-256 of the codes not used yet; ``last_step`` is the time
    step of the last code that was accepted, of which and before which none is accepted again."""

    user_id: UserId
    sealed_secret: str = attrs.field(repr=False)
    created_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = 0
    recovery_hashes: tuple[str, ...] = attrs.field(default=(), repr=False)
    failures: int = 0
    failed_at: datetime | None = None
    version: int = 1

    @property
    def is_on(self) -> bool:
        """Whether signing in needs it."""
        return self.confirmed_at is not None

    def paused_until(self) -> datetime | None:
        """When the next code of the app is looked at; None when there were not enough wrong ones for a pause."""
        if self.failed_at is None or self.failures < FREE_FAILURES:
            return None
        doublings = min(self.failures - FREE_FAILURES, 12)
        return self.failed_at + min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)

    def failed(self, now: datetime) -> "SecondFactor":
        """After one more wrong code."""
        return attrs.evolve(self, failures=self.failures + 1, failed_at=now)

    def passed(self) -> "SecondFactor":
        """After a right code."""
        return attrs.evolve(self, failures=0, failed_at=None)


@attrs.frozen
class Enrolment:
    """What an authenticator app is set up with: the secret in base32 to type, or the same as an ``otpauth`` address to
    show as a QR code."""

    secret: str = attrs.field(repr=False)
    uri: str = attrs.field(repr=False)


@attrs.frozen
class Challenge:
    """The answer to a right password where a second factor is on: the token to come back with, beside a code or, where
    the member has ``passkeys``, the signature of one."""

    challenge_token: str = attrs.field(repr=False)
    challenge_expires_at: datetime
    passkeys: bool = False


@event("users.second_factor_added")
class SecondFactorAdded(Event):
    user_id: UserId


@event("users.second_factor_removed")
class SecondFactorRemoved(Event):
    user_id: UserId


@event("users.second_factor_removed_by_staff")
class SecondFactorRemovedByStaff(Event):
    """``reason`` is in staff's words, for the member to read."""

    user_id: UserId
    reason: str = attrs.field(repr=False)


@event("users.recovery_code_used")
class RecoveryCodeUsed(Event):
    """Somebody signed in, or changed the second factor, with a recovery code. The member may not have been it."""

    user_id: UserId


class CodeRefused(Invalid):
    code = "code_refused"


class CodesPaused(TooMany):
    code = "codes_paused"


class ChallengeOver(NotAuthenticated):
    code = "challenge_over"


class SecondFactorOn(Conflict):
    code = "second_factor_on"


class SecondFactorOff(Conflict):
    code = "second_factor_off"


class SecondFactorRemovalRefused(Invalid):
    code = "second_factor_removal_refused"


class SecondFactorNeeded(NotAllowed):
    """Staff see members' data, so a password alone does not let them."""

    code = "second_factor_needed"
