"""Accounts in memory: the use cases of the ``users`` feature over a store of their own, at a time that stands still."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from adapters.local.networks import NetworkTable
from adapters.memory.erasures import MemoryErasureLedger
from adapters.memory.mailer import MemoryMailer
from adapters.memory.outbox import MemoryOutbox
from adapters.memory.revocations import MemoryRevocations
from adapters.memory.store import MemoryStore
from adapters.memory.traffic import MemoryRateLimits
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.authenticator import TotpCodes
from adapters.system.clock import ManualClock
from adapters.system.emails import EmailValidatorAddresses
from adapters.system.ids import UuidV7Ids
from adapters.system.pace import SystemPace
from adapters.system.passkeys import WebAuthnCeremonies
from adapters.system.passwords import BcryptPasswords
from adapters.system.secrets import SystemSecrets
from adapters.system.tokens import Hs256AccessTokens
from config.data_register import data_register
from config.test import PLACES
from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.events import Event, OutboxMessage
from saltbitter_domain.kernel import DomainError, EventId, SessionId, UserId
from saltbitter_domain.profiles.model import OwnerSeemsUnderAge
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork
from saltbitter_domain.users.model import (
    EmailChangeAnnounced,
    EmailChangeRequested,
    EmailVerified,
    PasswordChanged,
    Registered,
    RegistrationRepeated,
    ResetRequested,
    Restored,
    SessionOver,
    SessionsEnded,
    Suspended,
    Tokens,
    User,
    VerificationRequested,
)
from saltbitter_domain.users.model.devices import SIGN_INS_OF_ALL, SignInNoticed
from saltbitter_domain.users.model.passkeys import PasskeyAdded, PasskeyRemoved
from saltbitter_domain.users.model.second_factor import (
    RecoveryCodeUsed,
    SecondFactorAdded,
    SecondFactorRemoved,
    SecondFactorRemovedByStaff,
)
from saltbitter_domain.users.ports import Access, Mail, Mailer, Pace, PasswordAdvisor, PasswordHasher
from saltbitter_domain.users.service import (
    AccountMail,
    AuthService,
    BarService,
    DeviceService,
    EmailChangeService,
    ErasureService,
    FactorRemovalService,
    LeavingService,
    PasskeyService,
    RecoveryService,
    ReplayService,
    SecondFactorService,
    SignInCeiling,
    SignUpLimit,
    SuspensionService,
)

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
EMAIL = "ada@example.test"
PASSWORD = "seven quiet otters"
TERMS, PRIVACY_POLICY = TEXTS[Purpose.TERMS].version, TEXTS[Purpose.PRIVACY_POLICY].version
COMMON = "correct horse battery"
_BCRYPT = BcryptPasswords({"test": b"p" * 32}, rounds=4, waiting=100)


class CountedPasswords(PasswordHasher):
    """Real hashing at the fewest rounds, which counts what it was asked to do.

    ``meanwhile`` is what happens, once, while the next password is being verified."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self.work: Counter[str] = Counter()
        self.all_outdated = False

    async def hash(self, password: str) -> str:
        self.work["hash"] += 1
        return await _BCRYPT.hash(password)

    async def verify(self, password: str, hashed: str | None) -> bool:
        self.work["verify"] += 1
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            await meanwhile()
        return await _BCRYPT.verify(password, hashed)

    def outdated(self, hashed: str) -> bool:
        return self.all_outdated or _BCRYPT.outdated(hashed)


class FewPasswords(PasswordAdvisor):
    """Knows one common password, and takes length and hints for strength."""

    async def is_common(self, password: str) -> bool:
        return password.casefold() == COMMON

    async def strength(self, password: str, hints: Sequence[str]) -> int:
        return 0 if password in hints else min(4, len(password) // 5)


class RacingUnits(UnitsOfWork):
    """Units of work that can be made to collide."""

    def __init__(self, begin: UnitsOfWork) -> None:
        self._begin = begin
        self._barrier = asyncio.Barrier(1)
        self._racing = 0
        self._refusals: list[DomainError] = []

    def race(self, parties: int) -> None:
        """None of the next ``parties`` commits before all of them have read and written."""
        self._barrier, self._racing = asyncio.Barrier(parties), parties

    def refuse(self, *refusals: DomainError) -> None:
        """The next commits are refused with these, as when others always get in first."""
        self._refusals = list(refusals)

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[UnitOfWork]:
        async with self._begin() as uow:
            commit, count, racing = uow.commit, uow.sign_in_tries.count, True

            async def count_alone(key: str, now: datetime, pauses: Sequence[timedelta]) -> int | None:
                nonlocal racing
                racing = False  # Tries are counted one after the other, and waiting for others would wait for itself.
                return await count(key, now, pauses)

            async def commit_together() -> None:
                if self._refusals and racing:
                    raise self._refusals.pop(0)
                if self._racing and racing:
                    self._racing -= 1
                    await self._barrier.wait()
                await commit()

            uow.sign_in_tries.count = count_alone  # type: ignore[method-assign]
            uow.commit = commit_together  # type: ignore[method-assign]
            yield uow


class InterruptedRevocations(MemoryRevocations):
    """Revocations of a process that may die first."""

    alive = True

    async def revoke(self, session_id: SessionId, until: datetime) -> None:
        if not self.alive:
            raise ConnectionError
        await super().revoke(session_id, until)


class Accounts:
    """Over a store of its own in memory, or over whatever ``begin`` begins, at a ``pace`` that hides nothing."""

    def __init__(self, begin: UnitsOfWork | None = None, pace: Pace | None = None) -> None:
        self.clock = ManualClock(NOW)
        self.ids = UuidV7Ids(self.clock)
        self.store = store = MemoryStore()
        self.begin = RacingUnits(begin or MemoryUnitsOfWork(store, self.clock, self.ids))
        self.outbox = MemoryOutbox(store)
        self.passwords = CountedPasswords()
        self.secrets = SystemSecrets(b"s" * 32)
        self.access_tokens = Hs256AccessTokens(
            {"test": b"k" * 32}, issuer="saltbitter", audience="api", clock=self.clock
        )
        self.revocations = InterruptedRevocations(self.clock)
        self.mailer = MemoryMailer(self.clock)
        passwords: dict[str, Any] = {
            "begin": self.begin,
            "clock": self.clock,
            "hasher": self.passwords,
            "secrets": self.secrets,
            "revocations": self.revocations,
        }
        ports: dict[str, Any] = {
            **passwords,
            "ids": self.ids,
            "addresses": EmailValidatorAddresses(test_domains=True),
            "advisor": FewPasswords(),
            "access_tokens": self.access_tokens,
        }
        self.codes = TotpCodes({"test": b"t" * 32})
        self.places = NetworkTable(PLACES)
        self.auth = AuthService(
            **ports,
            codes=self.codes,
            places=self.places,
            ceiling=SignInCeiling(MemoryRateLimits(self.clock), SIGN_INS_OF_ALL),
            sign_ups=SignUpLimit(MemoryRateLimits(self.clock)),
            pace=pace or SystemPace(timedelta(0)),
        )
        self.devices = DeviceService(begin=self.begin, clock=self.clock, places=self.places)
        self.recovery = RecoveryService(**ports)
        self.second_factors = SecondFactorService(**passwords, codes=self.codes)
        self.factor_removal = FactorRemovalService(**passwords)
        self.passkeys = self.with_passkeys("https://saltbitter.example")
        self.email_changes = EmailChangeService(
            **passwords, ids=self.ids, addresses=ports["addresses"], codes=self.codes
        )
        self.leaving = LeavingService(**passwords, register=data_register())
        self.suspensions = SuspensionService(begin=self.begin, clock=self.clock, revocations=self.revocations)
        self.bars = BarService(begin=self.begin, clock=self.clock, secrets=self.secrets, suspensions=self.suspensions)
        self.ledger = MemoryErasureLedger()
        self.erasure = self.erasing(self.mailer)
        self.replay = ReplayService(
            begin=self.begin, clock=self.clock, ids=self.ids, secrets=self.secrets, ledger=self.ledger
        )
        self.mail = AccountMail(
            begin=self.begin,
            clock=self.clock,
            secrets=self.secrets,
            mailer=self.mailer,
            limits=MemoryRateLimits(self.clock),
            register=data_register(),
            places=self.places,
            public_url="https://saltbitter.example/",
        )

    def with_passkeys(self, public_url: str) -> PasskeyService:
        """Passkeys of a site at this address."""
        return PasskeyService(
            begin=self.begin,
            clock=self.clock,
            ids=self.ids,
            hasher=self.passwords,
            secrets=self.secrets,
            codes=self.codes,
            ceremonies=WebAuthnCeremonies(public_url),
            access_tokens=self.access_tokens,
            places=self.places,
        )

    def erasing(self, mailer: Mailer) -> ErasureService:
        """Erasure that mails its receipts by this mailer."""
        return ErasureService(
            begin=self.begin,
            clock=self.clock,
            ids=self.ids,
            ledger=self.ledger,
            mailer=mailer,
            register=data_register(),
            secrets=self.secrets,
            public_url="https://saltbitter.example/",
        )

    async def register(
        self,
        email: str = EMAIL,
        password: str = PASSWORD,
        *,
        born: date = date(1990, 5, 17),
        time_zone: str = "Europe/Lisbon",
        terms: str = TERMS,
        privacy_policy: str = PRIVACY_POLICY,
        device: str | None = None,
        mark: str | None = None,
        joins_as: str | None = None,
    ) -> None:
        await self.auth.register(
            email=email,
            password=password,
            date_of_birth=born,
            time_zone=time_zone,
            terms_version=terms,
            privacy_policy_version=privacy_policy,
            device_token=device,
            under_age_mark=mark,
            joins_as=joins_as,
        )

    async def login(
        self,
        email: str = EMAIL,
        password: str = PASSWORD,
        *,
        label: str = "Phone",
        ip: str = "192.0.2.77",
        device: str | None = None,
    ) -> Tokens:
        tokens = await self.auth.login(email=email, password=password, label=label, ip=ip, device_token=device)
        assert isinstance(tokens, Tokens)
        return tokens

    async def enter(self, email: str = EMAIL) -> Tokens:
        """Register and log in."""
        await self.register(email)
        return await self.login(email)

    async def refresh(self, tokens: Tokens, ip: str = "192.0.2.77") -> Tokens:
        return await self.auth.refresh(tokens.refresh_token, ip)

    def access(self, tokens: Tokens) -> Access:
        return self.auth.authenticate(tokens.access_token)

    def lets_in(self, tokens: Tokens) -> bool:
        """Whether the access token is honoured."""
        try:
            return self.access(tokens).session_id == tokens.session_id
        except SessionOver:
            return False

    async def lets_stay(self, tokens: Tokens) -> bool:
        """Whether the refresh token is honoured. It is used up by asking."""
        try:
            return self.lets_in(await self.refresh(tokens))
        except SessionOver:
            return False

    async def user(self, email: str = EMAIL) -> User | None:
        async with self.begin() as uow:
            return await uow.users.by_email(email)

    async def id_of(self, email: str = EMAIL) -> UserId:
        user = await self.user(email)
        assert user is not None
        return user.id

    async def messages(self) -> Sequence[OutboxMessage]:
        """What waits to be delivered, oldest first."""
        return await self.outbox.due(self.clock.now(), 1_000)

    async def events(self) -> list[Event]:
        return [message.event for message in await self.messages()]

    async def deliver(self) -> None:
        """Have every waiting message heard by its listeners."""
        for message in await self.messages():
            await self.hear(message)
            await self.outbox.save(message.done(self.clock.now()))

    async def hear(self, message: OutboxMessage) -> None:
        listeners: dict[type[Event], Sequence[Callable[[EventId, Any], Awaitable[None]]]] = {
            Registered: [self.mail.send_verification],
            EmailVerified: [self.bars.suspend_again],
            VerificationRequested: [self.mail.send_verification],
            RegistrationRepeated: [self.mail.send_already_registered],
            ResetRequested: [self.mail.send_reset],
            EmailChangeRequested: [self.mail.send_email_change],
            EmailChangeAnnounced: [self.mail.send_email_change_asked],
            SignInNoticed: [self.devices.record_alert, self.mail.send_sign_in_noticed],
            PasswordChanged: [self.mail.send_password_changed],
            Suspended: [self.mail.send_suspended],
            OwnerSeemsUnderAge: [self.suspensions.suspend_under_age],
            Restored: [self.mail.send_restored],
            SecondFactorAdded: [self.mail.send_second_factor_added],
            SecondFactorRemoved: [self.mail.send_second_factor_removed],
            SecondFactorRemovedByStaff: [self.mail.send_second_factor_removed_by_staff],
            PasskeyAdded: [self.mail.send_passkey_added],
            PasskeyRemoved: [self.mail.send_passkey_removed],
            RecoveryCodeUsed: [self.mail.send_recovery_code_used],
            SessionsEnded: [self.auth.revoke_ended, self.mail.send_session_replayed],
        }
        for listener in listeners.get(type(message.event), ()):
            await listener(message.id, message.event)

    def mails(self, to: str = EMAIL) -> list[Mail]:
        """What reached this address, newest first."""
        return [delivered.mail for delivered in self.mailer.inbox(to)]

    async def mailed_token(self, template: str, to: str = EMAIL) -> str:
        """The token of the newest mail of this kind, once everything waiting was delivered."""
        await self.deliver()
        return next(mail.data["token"] for mail in self.mails(to) if mail.template == template)
