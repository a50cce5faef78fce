"""Proving that an address is one's own, and coming back without a password."""

import functools
from collections.abc import Sequence

import attrs

from saltbitter_domain.kernel import Clock, FieldProblem, Ids, SessionId, UserId
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying, sweep
from saltbitter_domain.users.model import (
    EmailVerified,
    EndReason,
    OneTimeToken,
    PasswordChanged,
    PasswordRefused,
    ResetRequested,
    TokenPurpose,
    TokenRefused,
    Tokens,
    User,
    VerificationRequested,
)
from saltbitter_domain.users.policies import PRODUCT_NAME, canonical_password, hash_token, password_problems
from saltbitter_domain.users.ports import (
    Access,
    AccessTokens,
    EmailAddresses,
    PasswordAdvisor,
    PasswordHasher,
    Revocations,
    Secrets,
)
from saltbitter_domain.users.service.sessions import (
    discard_links,
    end_sessions,
    issue_tokens,
    revoke_here,
    session_over,
    start_session,
)


class RecoveryService:
    """Requests made with an address alone do the same for every address: for an unknown one the event carries an id
    that is nobody's, so that as much is read, written and answered, and the listener finds no one to write to."""

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

    async def resend_verification(self, email: str) -> None:
        """Have a new link to verify the address mailed, if it has an account that needs one."""
        await self._request(email, VerificationRequested)

    async def forgot_password(self, email: str) -> None:
        """Have a link to choose a new password mailed, if the address has an account."""
        await self._request(email, ResetRequested)

    async def _request(self, email: str, request: type[VerificationRequested] | type[ResetRequested]) -> None:
        address = self._addresses.normalise(email)
        async with self._begin() as uow:
            user = await uow.users.by_email(address) if address else None
            uow.emit(request(user.id if user else UserId(self._ids.new())))
            await uow.commit()

    async def verify_email(self, token: str) -> None:
        """Verify the address the token was mailed to. Raises ``TokenRefused``."""
        await retrying(functools.partial(self._verify_email, hash_token(token)))

    async def _verify_email(self, token_hash: str) -> None:
        async with self._begin() as uow:
            user = await self._redeem(uow, token_hash, TokenPurpose.VERIFY_EMAIL)
            await uow.users.save(self._verified(uow, user))
            await uow.commit()

    async def reset_password(self, token: str, password: str) -> None:
        """Choose a new password with a mailed token. Every session ends, and every other unused link dies.

        The token also proves the address, which counts as verified from then on.
        Raises ``TokenRefused``; ``PasswordRefused``, after which the token can still be used.
        """
        token_hash = hash_token(token)
        async with self._begin() as uow:
            _, user = await self._usable(uow, token_hash, TokenPurpose.RESET_PASSWORD)
            name = await _name(uow, user)
        problems = await self._problems(password, name, user.email, "password")
        if problems:
            raise PasswordRefused("Choose another password.", fields=problems)
        password_hash = await self._hasher.hash(canonical_password(password))
        await retrying(functools.partial(self._reset_password, token_hash, password_hash))

    async def _reset_password(self, token_hash: str, password_hash: str) -> None:
        async with self._begin() as uow:
            user = await self._redeem(uow, token_hash, TokenPurpose.RESET_PASSWORD)
            user = self._verified(uow, user)
            ended = await self._set_password(uow, user, password_hash, EndReason.PASSWORD_RESET)
            await uow.commit()
        await revoke_here(self._revocations, ended, self._clock.now())

    async def change_password(self, access: Access, current: str, new: str) -> Tokens:
        """Choose a new password knowing the old. Every session ends; the tokens returned open a new one on this device.

        Unused links die, as they do at a login.
        Raises ``PasswordRefused`` with everything that is wrong, under ``current_password`` and ``new_password``;
        ``SessionOver``.
        """
        async with self._begin() as uow:
            user = await uow.users.get(access.user_id)
            if user is None:
                raise session_over()
            name = await _name(uow, user)
        problems = await self._problems(new, name, user.email, "new_password")
        if not await self._hasher.verify(canonical_password(current), user.password_hash):
            wrong = FieldProblem("current_password", "wrong", "This is not your present password.")
            problems = (wrong, *problems)
        if problems:
            raise PasswordRefused("The password was not changed.", fields=problems)
        password_hash = await self._hasher.hash(canonical_password(new))
        return await retrying(functools.partial(self._change_password, access, password_hash))

    async def _change_password(self, access: Access, password_hash: str) -> Tokens:
        # Had the old password been changed meanwhile, this session would be over.
        now = self._clock.now()
        refresh_token = self._secrets.token()
        async with self._begin() as uow:
            user = await uow.users.get(access.user_id)
            session = await uow.sessions.get(access.session_id)
            if user is None or session is None or not session.is_open(now):
                raise session_over()
            ended = await self._set_password(uow, user, password_hash, EndReason.PASSWORD_CHANGED)
            renewed = await start_session(
                uow,
                user,
                SessionId(self._ids.new()),
                label=session.label,
                ip_prefix=session.ip_prefix,
                refresh_token=refresh_token,
                now=now,
            )
            await uow.commit()
        await revoke_here(self._revocations, ended, now)
        return issue_tokens(self._access_tokens, user, renewed, refresh_token, now)

    async def password_strength(self, password: str, hints: Sequence[str]) -> int:
        """How hard the password is to guess, 0 (at once) to 4; ``hints`` are words an attacker would try first."""
        return await self._advisor.strength(canonical_password(password), (*hints, PRODUCT_NAME))

    async def forget_tokens(self) -> int:
        """Sweep: forget one-time tokens once they have expired; how many."""
        now = self._clock.now()
        return await sweep(self._begin, lambda uow, limit: uow.one_time_tokens.forget(now, limit))

    async def _problems(self, password: str, name: str, email: str, path: str) -> tuple[FieldProblem, ...]:
        common = await self._advisor.is_common(canonical_password(password))
        return password_problems(password, name=name, email=email, common=common, path=path)

    async def _usable(self, uow: UnitOfWork, token_hash: str, purpose: TokenPurpose) -> tuple[OneTimeToken, User]:
        token = await uow.one_time_tokens.get(token_hash)
        user = await uow.users.get(token.user_id) if token else None
        if token is None or user is None or not token.serves(purpose, self._clock.now()):
            raise TokenRefused(
                "This link was used before, has expired or was followed by a newer one. Ask for a new link.",
                fields=(FieldProblem("token", "not_usable", "Ask for a new link."),),
            )
        return token, user

    async def _redeem(self, uow: UnitOfWork, token_hash: str, purpose: TokenPurpose) -> User:
        """Use the token up; of two simultaneous uses the second meets ``StaleWrite``, and then a used token."""
        token, user = await self._usable(uow, token_hash, purpose)
        await uow.one_time_tokens.save(attrs.evolve(token, used_at=self._clock.now()))
        return user

    def _verified(self, uow: UnitOfWork, user: User) -> User:
        if user.email_verified_at is not None:
            return user
        uow.emit(EmailVerified(user.id))
        return attrs.evolve(user, email_verified_at=self._clock.now())

    async def _set_password(
        self, uow: UnitOfWork, user: User, password_hash: str, because: EndReason
    ) -> tuple[SessionId, ...]:
        """Store the new password and end everything the old one opened; the ids of the sessions that ended."""
        now = self._clock.now()
        await uow.users.save(attrs.evolve(user, password_hash=password_hash))
        await discard_links(uow, user)
        uow.emit(PasswordChanged(user.id))
        return await end_sessions(uow, await uow.sessions.open_of(user.id, now), because, now)


async def _name(uow: UnitOfWork, user: User) -> str:
    profile = await uow.profiles.get(user.id)
    return profile.content.name if profile else ""
