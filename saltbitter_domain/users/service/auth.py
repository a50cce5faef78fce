"""Joining, coming in, staying in and going out."""

import functools
from collections.abc import Sequence
from datetime import date

import attrs

from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.kernel import Clock, EventId, FieldProblem, Ids, Language, SessionId, StaleWrite, UserId
from saltbitter_domain.uow import UnitsOfWork, as_read, retrying, sweep
from saltbitter_domain.users.model import (
    SESSION_KEPT_FOR,
    EmailTaken,
    EndReason,
    OneTimeToken,
    RegistrationInvalid,
    RegistrationRepeated,
    Session,
    SessionMissing,
    SessionsEnded,
    TokenPurpose,
    Tokens,
    User,
    UserMissing,
)
from saltbitter_domain.users.model.devices import FREE_TRIES, MOST_TRIES, PAUSES, AlertKind, SignInNoticed
from saltbitter_domain.users.model.second_factor import CHALLENGE_LIFETIME, Challenge
from saltbitter_domain.users.policies import (
    Outcome,
    birth_problems,
    canonical_password,
    credentials_refused,
    device_label,
    hash_token,
    ip_prefix,
    password_problems,
    refuse_shut_out,
    refuse_suspended,
    rotate,
    session_over,
)
from saltbitter_domain.users.ports import (
    Access,
    AccessTokens,
    AuthenticatorCodes,
    Credentials,
    EmailAddresses,
    NetworkPlaces,
    Pace,
    PasswordAdvisor,
    PasswordHasher,
    Revocations,
    Secrets,
)
from saltbitter_domain.users.service import registration
from saltbitter_domain.users.service.devices import (
    Origin,
    SignInCeiling,
    known_device,
    looking,
    tries_key,
)
from saltbitter_domain.users.service.entrance import Entrance
from saltbitter_domain.users.service.proof import prove_code
from saltbitter_domain.users.service.sessions import (
    end_sessions,
    issue_tokens,
    revoke,
    revoke_here,
)

REFRESH = "refresh"
"""The purpose under which the successor of a refresh token is derived from it."""


class AuthService:
    """Accounts, and the sessions their members hold: one per device, each a family of refresh tokens."""

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        ids: Ids,
        addresses: EmailAddresses,
        hasher: PasswordHasher,
        advisor: PasswordAdvisor,
        secrets: Secrets,
        access_tokens: AccessTokens,
        revocations: Revocations,
        codes: AuthenticatorCodes,
        places: NetworkPlaces,
        ceiling: SignInCeiling,
        sign_ups: registration.SignUpLimit,
        pace: Pace,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids
        self._addresses = addresses
        self._hasher = hasher
        self._advisor = advisor
        self._secrets = secrets
        self._access_tokens = access_tokens
        self._revocations = revocations
        self._codes = codes
        self._ceiling = ceiling
        self._sign_ups = sign_ups
        self._pace = pace
        self._entrance = Entrance(clock, ids, secrets, access_tokens, places)

    async def register(
        self,
        *,
        email: str,
        password: str,
        date_of_birth: date,
        time_zone: str,
        terms_version: str,
        privacy_policy_version: str,
        device_token: str | None = None,
        under_age_mark: str | None = None,
        joins_as: str | None = None,
        language: Language | None = None,
    ) -> None:
        """Open an account and record consent to the terms and the privacy policy in the texts now in force, which were
        read in ``language``.

        The answer is the same when the address has an account; its owner is then told by mail. The new member may
        log in at once and gets a mail to verify the address, without which they are in nobody's matches.
        ``device_token`` is what the device was given when somebody signed in on it, ``under_age_mark`` what
        ``under_age_mark`` made for it, and ``joins_as`` that by which accounts are counted that are opened on it, None
        where it has nothing of the kind.

        Raises ``RegistrationInvalid`` with everything that is wrong, ``ConsentOutdated``, ``RegistrationBarred``,
        ``SignUpsOnDevice``.
        """
        address = self._addresses.normalise(email)
        now = self._clock.now()
        registration.refuse_marked(self._secrets, under_age_mark, now)
        async with self._begin() as uow:
            await registration.refuse_device_of_suspended(uow, self._secrets, device_token, now)
        password = canonical_password(password)
        common = await self._advisor.is_common(password)
        problems = (
            *([] if address else [FieldProblem("email", "not_an_address", "Give an e-mail address you can read.")]),
            *password_problems(password, name="", email=address or "", common=common),
            *birth_problems(date_of_birth, time_zone, now),
        )
        if problems or address is None:
            raise RegistrationInvalid("Some answers need another look.", fields=problems)
        registration.refuse_outdated_texts(terms_version, privacy_policy_version)
        # Hashed whether or not the address is taken, so that the time it takes tells nothing.
        password_hash = await self._hasher.hash(password)
        if joins_as:  # after what a person mistypes, and what a busy server turns away: neither is an account
            await self._sign_ups.hold(joins_as)
        user = User(
            id=UserId(self._ids.new()),
            email=address,
            password_hash=password_hash,
            date_of_birth=date_of_birth,
            time_zone=time_zone,
            created_at=now,
        )
        texts = {Purpose.TERMS: terms_version, Purpose.PRIVACY_POLICY: privacy_policy_version}
        async with self._pace.evened():
            try:
                async with self._begin() as uow:
                    await registration.add_account(uow, self._ids, user, texts, language, device_token)
                    await uow.commit()
            except EmailTaken:
                async with self._begin() as uow:
                    owner = await uow.users.holder(address, now)
                    if owner is not None:
                        uow.emit(RegistrationRepeated(owner))
                        await uow.commit()

    def new_mark(self) -> str:
        """What a device may keep to be known by when further accounts are opened on it; it says nothing."""
        return self._secrets.token()

    def under_age_mark(self) -> str:
        """What a device is to keep, for a day, after a registration was refused there for being under age."""
        return registration.under_age_mark(self._secrets, self._clock.now())

    async def login(
        self, *, email: str, password: str, label: str, ip: str, device_token: str | None = None
    ) -> Tokens | Challenge:
        """Open a session on a device. ``label`` is the device as the member will see it, ``ip`` where it asks from, and
        ``device_token`` what it was given when somebody signed in on it before.

        Where a second factor is on, the answer is a challenge for ``answer_challenge``, and nothing else happens.
        Whoever was leaving stays. Unused links die, those to reset the password and those to verify the address. Who
        has not verified theirs may log in all the same, and is mailed a fresh link so as not to be stranded.
        Raises ``CredentialsRefused``, alike for unknown addresses, wrong passwords, and any password while there is a
        pause after wrong ones (``PAUSES``); ``SignInsCrowded`` on unknown devices only; ``AccountSuspended``.
        """
        address = self._addresses.normalise(email)
        origin = Origin(device_label(label), ip_prefix(ip), device_token)
        return await retrying(functools.partial(self._login, address, canonical_password(password), origin))

    async def _login(self, address: str | None, password: str, origin: Origin) -> Tokens | Challenge:
        async with self._pace.evened():
            account = await self._credentials(address)
            device = known_device(account.devices, origin) if account else None
            if device is None:
                await self._ceiling.hold()
            # Counted before it is looked at, so that of a thousand tries at once no more are than one after the other.
            tries = tries_key(self._secrets, address or "", device)
            async with self._begin() as uow:
                tried = await uow.sign_in_tries.count(tries, self._clock.now(), PAUSES)
                await uow.commit()
        looked_at = account.user.password_hash if account and tried is not None else None
        async with looking(self._begin, tries, tried):
            fits = await self._hasher.verify(password, looked_at)
        if account is None or not fits:
            await self._notice_failures(account.user if account else None, tried)
            raise credentials_refused()
        renewed = await self._hasher.hash(password) if self._hasher.outdated(account.user.password_hash) else None

        async def enter(found: Credentials) -> Tokens | Challenge:
            if found.user.password_hash != looked_at:
                raise StaleWrite("The password was changed while it was being checked.")
            user = attrs.evolve(found.user, password_hash=renewed or looked_at)
            return await self._enter(attrs.evolve(found, user=user), origin, tries)

        async def read() -> Credentials:
            found = await self._credentials(address)
            if found is None:
                raise credentials_refused()
            return found

        return await as_read(account, read, enter)

    async def _credentials(self, address: str | None) -> Credentials | None:
        async with self._begin() as uow:
            return await uow.users.credentials(address, self._clock.now()) if address else None

    async def _enter(self, account: Credentials, origin: Origin, tries: str) -> Tokens | Challenge:
        """Let in whoever gave the password of this account, or ask them for a code."""
        now, token = self._clock.now(), self._secrets.token()
        refuse_shut_out(account.user, now)
        async with self._begin() as uow:
            await uow.sign_in_tries.clear(tries)
            if not account.second_factor:
                return await self._entrance.let_in(uow, account, token, origin)
            await uow.users.save(account.user)  # for the same reason as where a session begins
            expires_at = now + CHALLENGE_LIFETIME
            await uow.one_time_tokens.add(
                OneTimeToken(hash_token(token), account.user.id, TokenPurpose.SECOND_FACTOR, now, expires_at)
            )
            await uow.commit()
        return Challenge(token, expires_at, passkeys=bool(account.passkeys))

    async def _notice_failures(self, user: User | None, tried: int | None) -> None:
        """Have the member told when somebody has tried so often in vain that there is a pause now."""
        if tried not in {FREE_TRIES, MOST_TRIES}:
            return
        async with self._begin() as uow:
            user_id = user.id if user else UserId(self._ids.new())
            uow.emit(SignInNoticed(user_id, AlertKind.MANY_FAILURES, self._clock.now()))
            await uow.commit()

    async def answer_challenge(
        self, *, challenge_token: str, code: str, label: str, ip: str, device_token: str | None = None
    ) -> Tokens:
        """Open a session with a code of the second factor, or a recovery code, after ``login`` asked for it.

        What ``login`` does besides happens now. Raises ``CodeRefused``, after which the challenge can be answered
        again; ``CodesPaused``; ``ChallengeOver``; ``AccountSuspended``."""
        token_hash, origin = hash_token(challenge_token), Origin(device_label(label), ip_prefix(ip), device_token)
        return await retrying(lambda: self._answer_challenge(token_hash, code, origin))

    async def _answer_challenge(self, token_hash: str, code: str, origin: Origin) -> Tokens:
        now = self._clock.now()
        async with self._begin() as uow:
            waiting = await self._entrance.challenged(uow, token_hash, now)
            await uow.second_factors.save(await prove_code(uow, self._codes, waiting.factor, code, now))
            await uow.one_time_tokens.save(attrs.evolve(waiting.challenge, used_at=now))
            token = self._secrets.token()
            return await self._entrance.let_in(uow, waiting.account, token, origin, waiting.challenge)

    async def refresh(self, refresh_token: str, ip: str) -> Tokens:
        """Exchange a refresh token for its successor and a new access token.

        For 10 seconds the same token is answered with the same successor, so that a lost answer can be asked for
        again; the use of any older one ends the session, and the member is told by mail.
        Raises ``SessionOver``, ``AccountSuspended``.
        """
        return await retrying(functools.partial(self._refresh, refresh_token, ip_prefix(ip)))

    async def _refresh(self, refresh_token: str, prefix: str) -> Tokens:
        presented_hash = hash_token(refresh_token)
        now = self._clock.now()
        async with self._begin() as uow:
            found = await uow.sessions.by_token(presented_hash)
            user = await uow.users.get(found.user_id) if found else None
            if found is None or user is None:
                raise session_over()
            refuse_suspended(user)
            successor = self._secrets.derived(REFRESH, refresh_token)
            rotation = rotate(found, presented_hash, hash_token(successor), now)
            session = attrs.evolve(rotation.session, ip_prefix=prefix)
            if rotation.outcome is Outcome.ROTATED:
                await uow.sessions.save(session)
                await uow.commit()
            elif rotation.outcome is Outcome.REPLAYED:
                # Kept although the request fails: whoever else holds a token of this family must lose it.
                await end_sessions(uow, [found], EndReason.TOKEN_REPLAYED, now)
                await uow.commit()
        if rotation.outcome is Outcome.REPLAYED:
            await revoke_here(self._revocations, [found.id], now)
        if rotation.outcome in {Outcome.REPLAYED, Outcome.OVER}:
            raise session_over()
        return issue_tokens(self._access_tokens, user, session, successor, now)

    def authenticate(self, access_token: str) -> Access:
        """Who is asking. Raises ``AccessTokenRefused``, or ``SessionOver`` when the session has ended since."""
        access = self._access_tokens.read(access_token)
        if self._revocations.is_revoked(access.session_id):
            raise session_over()
        return access

    async def has_second_factor(self, user_id: UserId) -> bool:
        """Whether the member has a second factor, so that every session they hold was opened with it."""
        async with self._begin() as uow:
            factor = await uow.second_factors.get(user_id)
        return factor is not None and factor.is_on

    async def account(self, user_id: UserId) -> User:
        """The account. Raises ``UserMissing``."""
        async with self._begin() as uow:
            user = await uow.users.get(user_id)
        if user is None:
            raise UserMissing("There is no such account.")
        return user

    async def sessions(self, access: Access) -> Sequence[Session]:
        """The member's open sessions, the latest used first."""
        async with self._begin() as uow:
            return await uow.sessions.open_of(access.user_id, self._clock.now())

    async def end_session(self, access: Access, session_id: SessionId) -> None:
        """End one of the member's own sessions. Raises ``SessionMissing``, also when it is someone else's."""
        await self._end_one(access, session_id, EndReason.ENDED_BY_MEMBER)

    async def logout(self, access: Access) -> None:
        """End the session that is asking; its access token is refused everywhere within 5 seconds."""
        await self._end_one(access, access.session_id, EndReason.LOGOUT)

    async def logout_everywhere(self, access: Access) -> None:
        """End every session of the member, this one too."""

        async def end_all() -> None:
            now = self._clock.now()
            async with self._begin() as uow:
                sessions = await uow.sessions.open_of(access.user_id, now)
                ended = await end_sessions(uow, sessions, EndReason.LOGOUT_EVERYWHERE, now)
                await uow.commit()
            await revoke_here(self._revocations, ended, now)

        await retrying(end_all)

    async def _end_one(self, access: Access, session_id: SessionId, because: EndReason) -> None:
        async def end() -> None:
            now = self._clock.now()
            async with self._begin() as uow:
                session = await uow.sessions.get(session_id)
                if session is None or session.user_id != access.user_id:
                    raise SessionMissing("You have no such session.")
                ended = await end_sessions(uow, [session], because, now)
                await uow.commit()
            await revoke_here(self._revocations, ended, now)

        await retrying(end)

    async def forget_sessions(self) -> int:
        """Sweep: forget sessions, with the hashes of their tokens, 30 days after they ended or expired; how many."""
        before = self._clock.now() - SESSION_KEPT_FOR
        return await sweep(self._begin, lambda uow, limit: uow.sessions.forget(before, limit))

    async def revoke_ended(self, message: EventId, event: SessionsEnded) -> None:  # noqa: ARG002  a listener
        """Refuse the access tokens of ended sessions, should the process that ended them have died before doing so."""
        await revoke(self._revocations, event.session_ids, self._clock.now())
