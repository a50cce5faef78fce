"""What accounts need from outside. What passkeys need is in a file of its own."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol

import attrs

from saltbitter_domain.kernel import DeviceId, EventId, Language, SessionId, UserId
from saltbitter_domain.users.model import MailTemplate, OneTimeToken, Role, Session, TokenPurpose, User
from saltbitter_domain.users.model.delivery import DeliveryReport, Suppression
from saltbitter_domain.users.model.devices import Device, RoughPlace, SignInAlert
from saltbitter_domain.users.model.passkeys import Passkey
from saltbitter_domain.users.model.second_factor import Enrolment, SecondFactor


@attrs.frozen
class Credentials:
    """An account with what signing in is judged by: the devices on which somebody did before, the latest first, a
    second factor, be it on or not yet, its passkeys, the oldest first, and its open sessions, the latest used first."""

    user: User
    devices: tuple[Device, ...]
    factor: SecondFactor | None
    passkeys: tuple[Passkey, ...]
    sessions: tuple[Session, ...]

    @property
    def second_factor(self) -> bool:
        """Whether a second factor guards the account beside the password."""
        return self.factor is not None and self.factor.is_on


@attrs.frozen
class Account(Credentials):
    """An account with all that stands around it: besides, the name in its profile, empty without one."""

    name: str = attrs.field(repr=False)


class Users(Protocol):
    """The store of accounts."""

    async def add(self, user: User) -> None:
        """Store a new account; ``EmailTaken`` when another has the address."""
        ...

    async def get(self, user_id: UserId) -> User | None: ...

    async def by_email(self, email: str) -> User | None:
        """The account with this normalised address, or None."""
        ...

    async def holder(self, email: str, now: datetime) -> UserId | None:
        """Whose this normalised address is, or was until they changed it so lately that they can have it back."""
        ...

    async def account(self, user_id: UserId, now: datetime) -> Account | None:
        """The account with what stands around it; its sessions are those neither ended nor expired."""
        ...

    async def credentials(self, email: str, now: datetime) -> Credentials | None:
        """The account with this normalised address, for somebody who signs in; its sessions are as above."""
        ...

    async def save(self, user: User) -> None:
        """Store a change made to version ``user.version``, which becomes one higher; ``StaleWrite`` when outdated."""
        ...

    async def among(self, user_ids: Collection[UserId]) -> Sequence[User]:
        """Those of these who have an account, in no order."""
        ...

    async def due_for_erasure(self, now: datetime, limit: int) -> Sequence[UserId]:
        """Up to ``limit`` members who are leaving and whose time has come, the longest waiting first."""
        ...

    async def erase(self, user: User) -> None:
        """Delete the account and, in every store of this unit of work, everything that is this member's or about
        them, with the messages set aside that nobody is left to hear, which are all but of files still to be removed;
        ``StaleWrite`` when version ``user.version`` is outdated, as when they have signed in meanwhile."""
        ...


class ErasureLedger(Protocol):
    """Who was erased, kept apart from the database, so that restoring an older one brings nobody back for good."""

    async def append(self, user_id: UserId, at: datetime) -> None:
        """Record an erasure. It lasts once this returns; recording it twice does no harm."""
        ...

    async def erased(self) -> Sequence[UserId]:
        """Everybody who was recorded and not forgotten, each once, the earliest first."""
        ...

    async def forget(self, before: datetime) -> int:
        """Forget erasures before this instant, or those of whole months before it; how many."""
        ...


class Sessions(Protocol):
    """The store of sessions."""

    async def add(self, session: Session) -> None: ...

    async def get(self, session_id: SessionId) -> Session | None: ...

    async def by_token(self, token_hash: str) -> Session | None:
        """The session in which this refresh token was ever issued, current or older, or None."""
        ...

    async def open_of(self, user_id: UserId, now: datetime) -> Sequence[Session]:
        """Sessions neither ended nor expired, the latest used first."""
        ...

    async def save(self, *changed: Session) -> None:
        """Store changes made to the version each has; ``StaleWrite`` when one of them is outdated.
        Every ``token_hash`` a session ever had stays findable by ``by_token``."""
        ...

    async def forget(self, over_before: datetime, limit: int) -> int:
        """Forget up to ``limit`` sessions that ended, or expired without having ended, before ``over_before``, with
        every ``token_hash`` they had; how many."""
        ...


class OneTimeTokens(Protocol):
    """The store of the tokens of mailed links, and of challenges."""

    async def add(self, token: OneTimeToken) -> None: ...

    async def get(self, token_hash: str) -> OneTimeToken | None: ...

    async def save(self, token: OneTimeToken) -> None:
        """``StaleWrite`` when outdated, so that of two simultaneous uses one fails."""
        ...

    async def unused(self, user_id: UserId, purpose: TokenPurpose, now: datetime) -> Sequence[OneTimeToken]:
        """The member's tokens of this purpose that can still be used."""
        ...

    async def discard(self, user_id: UserId, *purposes: TokenPurpose, but: OneTimeToken | None = None) -> None:
        """Forget the member's unused tokens of these purposes, ``but`` this one: the only one of them with which the
        unit of work does something else."""
        ...

    async def forget(self, now: datetime, limit: int) -> int:
        """Forget up to ``limit`` tokens that have expired, used or not; how many."""
        ...


class SecondFactors(Protocol):
    """The store of second factors, one of a member at most."""

    async def add(self, factor: SecondFactor) -> None:
        """``StaleWrite`` when the member has one."""
        ...

    async def get(self, user_id: UserId) -> SecondFactor | None: ...

    async def save(self, factor: SecondFactor) -> None:
        """``StaleWrite`` when outdated, so that of two simultaneous uses of one code one fails."""
        ...

    async def remove(self, factor: SecondFactor) -> None:
        """``StaleWrite`` when outdated."""
        ...


class Devices(Protocol):
    """The store of devices that members have signed in on."""

    async def add(self, device: Device) -> None: ...

    async def by_token(self, token_hash: str) -> Device | None: ...

    async def of(self, user_id: UserId) -> Sequence[Device]:
        """The member's devices, the one of the latest sign-in first."""
        ...

    async def save(self, device: Device) -> None:
        """``StaleWrite`` when outdated."""
        ...

    async def remove(self, *device_ids: DeviceId) -> None: ...

    async def remove_all(self, user_id: UserId) -> None:
        """Forget every device of the member."""
        ...

    async def forget(self, seen_before: datetime, limit: int) -> int:
        """Forget up to ``limit`` devices without a sign-in since ``seen_before``; how many."""
        ...


class SignInTries(Protocol):
    """Counts tries of a password under keys that tell nothing of whose they are."""

    async def count(self, key: str, now: datetime, pauses: Sequence[timedelta]) -> int | None:
        """Count a try: how many there were in a row, this one among them, each counted once however many come at once.

        After the n-th nothing counts for the n-th of ``pauses``, the last for all beyond; then the answer is None."""
        ...

    async def give_back(self, key: str) -> None:
        """Take back the last try, which was not looked at after all, and the pause that it began."""
        ...

    async def clear(self, *keys: str) -> None:
        """Begin anew."""
        ...

    async def forget(self, paused_before: datetime, limit: int) -> int:
        """Forget up to ``limit`` counts whose last pause ended before ``paused_before``; how many."""
        ...


class SignInAlerts(Protocol):
    """The store of what members were warned of."""

    async def add(self, alert: SignInAlert) -> None: ...

    async def of(self, user_id: UserId, limit: int) -> Sequence[SignInAlert]:
        """Up to ``limit`` of the member's alerts, the latest first."""
        ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Forget up to ``limit`` alerts of before this instant; how many."""
        ...


class NetworkPlaces(Protocol):
    """Knows roughly where networks are."""

    def of(self, network: str) -> RoughPlace | None:
        """The place of a network as ``policies.ip_prefix`` writes them; None when it is not known, or there is none."""
        ...


class AuthenticatorCodes(Protocol):
    """What authenticator apps and we have in common (TOTP, RFC 6238: SHA-1, six digits, 30 seconds, which every app
    knows). Secrets leave here encrypted, each readable for its member only."""

    def new_secret(self, user_id: UserId) -> str:
        """A fresh secret of 160 random bits, sealed."""
        ...

    def enrolment(self, sealed_secret: str, user_id: UserId, account: str) -> Enrolment:
        """What the app is set up with; ``account`` is how it names the account."""
        ...

    def step(self, sealed_secret: str, user_id: UserId, code: str, now: datetime) -> int | None:
        """The time step, the present one or one next to it, at which the app shows this code.

        None when there is none, or the secret cannot be read any more."""
        ...

    def renewed(self, sealed_secret: str, user_id: UserId) -> str:
        """The same secret sealed with the present key; as it is when it cannot be read."""
        ...


class PasswordHasher(Protocol):
    """Slow hashing of passwords, in their NFKC form, off the event loop; ``Busy`` when too many wait already."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, hashed: str | None) -> bool:
        """Whether they fit. With None it works just as long and answers False, so that timing tells nothing."""
        ...

    def outdated(self, hashed: str) -> bool:
        """Whether the hash should be renewed at this login."""
        ...


class Pace(Protocol):
    """Hides by how much one thing takes longer than another, where that would tell whose address has an account."""

    def evened(self) -> AbstractAsyncContextManager[None]:
        """What is done inside seems to take as long as anything else that is, refused or not, unless it takes longer
        than a pace."""
        ...


class PasswordAdvisor(Protocol):
    """Knows common passwords and estimates strength, off the event loop; ``Busy`` when too many wait already."""

    async def is_common(self, password: str) -> bool:
        """Whether it is among the common ones, in whatever letter case."""
        ...

    async def strength(self, password: str, hints: Sequence[str]) -> int:
        """0 (guessed at once) to 4 (very hard to guess)."""
        ...


@attrs.frozen
class Access:
    """What a valid access token says."""

    user_id: UserId
    session_id: SessionId
    role: Role
    expires_at: datetime


class AccessTokens(Protocol):
    """Signed tokens for the API."""

    def issue(self, access: Access) -> str: ...

    def read(self, token: str) -> Access:
        """What the token says; ``AccessTokenRefused`` when it is forged, expired or of another kind."""
        ...


class Revocations(Protocol):
    """Sessions whose access tokens must no longer be honoured, known to every process within 5 seconds."""

    async def revoke(self, session_id: SessionId, until: datetime) -> None:
        """Remember until the last access token of the session has expired."""
        ...

    def is_revoked(self, session_id: SessionId) -> bool: ...


class Secrets(Protocol):
    """Where tokens come from: chance, or a key only the server has."""

    def token(self) -> str:
        """A fresh URL-safe token of 256 random bits."""
        ...

    def derived(self, purpose: str, seed: str) -> str:
        """A URL-safe token of 256 bits, always the same for the same purpose and seed.

        HMAC-SHA-256 under a key that only the server has, over purpose and seed kept apart: without the key it can
        be told neither from the seed nor from other tokens. So a token can be handed out again without being kept."""
        ...


class EmailAddresses(Protocol):
    """Knows the one form of an address."""

    def normalise(self, raw: str) -> str | None:
        """The address in its one canonical form (NFKC, case, IDNA), or None when it is not an address."""
        ...


class Suppressions(Protocol):
    """The store of addresses that get no mail."""

    async def put(self, suppression: Suppression) -> None:
        """Store it in place of an older one for the same address."""
        ...

    async def get(self, address_hash: str) -> Suppression | None: ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Forget up to ``limit`` of before this instant; how many."""
        ...


class DeliveryReports(Protocol):
    """What the post office tells of mails that it could not deliver or that were not wanted."""

    async def read(self, body: bytes) -> DeliveryReport | None:
        """The report in a message, or None where it reports nothing of that kind.

        ``DeliveryReportRefused`` unless the post office sent it to us just now; ``DeliveryReportUnchecked`` when that
        could not be found out."""
        ...


@attrs.frozen
class Mail:
    """A message to a member: a template and what it needs. ``key`` makes sending it twice harmless. ``language`` is the
    one to write it in, None for that of the installation's mails."""

    key: EventId
    to: str = attrs.field(repr=False)
    template: MailTemplate
    data: dict[str, str] = attrs.field(repr=False, factory=dict)
    language: Language | None = None


class Mailer(Protocol):
    """The post office."""

    async def send(self, mail: Mail) -> None:
        """Hand the mail over at least once: a lost warning is worse than a doubled one.

        Mailers that keep mails keep one of a ``key``; those that pass it on give both copies what tells them to be
        one, where the protocol has it. ``Unavailable``, naming nobody, when it should be tried again."""
        ...
