"""Proving that an address is one's own, and coming back without a password."""

import functools
from collections.abc import Sequence

import attrs

from saltbitter_domain.kernel import Clock, FieldProblem, Ids, SessionId, StaleWrite, UserId
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, as_read, retrying, sweep
from saltbitter_domain.users.model import (
    EmailVerified,
    EndReason,
    PasswordChanged,
    PasswordRefused,
    ResetRequested,
    Session,
    TokenPurpose,
    Tokens,
    User,
    VerificationRequested,
)
from saltbitter_domain.users.model.second_factor import SecondFactorRemoved
from saltbitter_domain.users.policies import (
    PRODUCT_NAME,
    canonical_password,
    hash_token,
    password_problems,
)
from saltbitter_domain.users.ports import (
    Access,
    AccessTokens,
    Account,
    EmailAddresses,
    PasswordAdvisor,
    PasswordHasher,
    Revocations,
    Secrets,
)
from saltbitter_domain.users.service.devices import tries_key
from saltbitter_domain.users.service.links import discard_links, token_refused, usable
from saltbitter_domain.users.service.proof import PasswordProof
from saltbitter_domain.users.service.sessions import (
    end_sessions,
    issue_tokens,
    revoke_here,
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
        self._passwords = PasswordProof(begin, clock, hasher, secrets)
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
            token = await usable(uow, token_hash, TokenPurpose.VERIFY_EMAIL, self._clock.now())
            user = await uow.users.get(token.user_id)
            if user is None:
                raise token_refused()
            # Of two simultaneous uses the second meets ``StaleWrite``, and then a used token.
            await uow.one_time_tokens.save(attrs.evolve(token, used_at=self._clock.now()))
            await uow.users.save(self._verified(uow, user))
            await uow.commit()

    async def reset_password(self, token: str, password: str) -> None:
        """Choose a new password with a mailed token. Every session ends, and every unused link dies, this one too; no
        device is known any more, and tries of the password are counted anew.

        The token also proves the address, which counts as verified from then on. Where it was not before, a second
        factor and passkeys go: whoever set them up may be a stranger who gave this address.
        Raises ``TokenRefused``; ``PasswordRefused``, after which the token can still be used.
        """
        token_hash = hash_token(token)
        account = await self._holder(token_hash)
        guarded = account.second_factor and account.user.email_verified_at is not None
        problems = await self._problems(password, account, "password", guarded)
        if problems:
            raise PasswordRefused("Choose another password.", fields=problems)
        password_hash = await self._hasher.hash(canonical_password(password))

        async def reset(found: Account) -> tuple[SessionId, ...]:
            _refuse_changed_rule(account, found)
            async with self._begin() as uow:
                verified = attrs.evolve(found, user=self._verified(uow, found.user))
                ended = await self._set_password(uow, verified, password_hash, EndReason.PASSWORD_RESET)
                await uow.devices.remove_all(found.user.id)
                factor = found.factor
                if factor is not None and factor.is_on and found.user.email_verified_at is None:
                    await uow.second_factors.remove(factor)
                    await uow.passkeys.remove_all(found.user.id)
                    uow.emit(SecondFactorRemoved(found.user.id))
                counted_as = (found.user.email, str(found.user.id))
                await uow.sign_in_tries.clear(*(tries_key(self._secrets, each) for each in counted_as))
                await uow.commit()
            return ended

        ended = await as_read(account, lambda: self._holder(token_hash), reset)
        await revoke_here(self._revocations, ended, self._clock.now())

    async def change_password(self, access: Access, current: str, new: str) -> Tokens:
        """Choose a new password knowing the old. Every session ends; the tokens returned open a new one on this device.

        Unused links die, as they do at a login.
        Raises ``PasswordRefused`` with everything that is wrong, under ``current_password`` and ``new_password``;
        ``SessionOver``.
        """
        account, wrong = await self._passwords.look(access, current, "current_password")
        if wrong:
            raise _not_changed(wrong, *await self._problems(new, account, "new_password", account.second_factor))
        async with self._passwords.right(access):
            return await self._change_password(access, account, new)

    async def _change_password(self, access: Access, account: Account, new: str) -> Tokens:
        problems = await self._problems(new, account, "new_password", account.second_factor)
        if problems:
            raise _not_changed(*problems)
        password_hash = await self._hasher.hash(canonical_password(new))
        now, refresh_token = self._clock.now(), self._secrets.token()

        async def change(found: Account) -> tuple[Session, tuple[SessionId, ...]]:
            _refuse_changed_rule(account, found)
            # Had the old password been changed meanwhile, this session would be over.
            session = next(session for session in found.sessions if session.id == access.session_id)
            async with self._begin() as uow:
                ended = await self._set_password(uow, found, password_hash, EndReason.PASSWORD_CHANGED)
                renewed = await start_session(
                    uow,
                    found.user,
                    SessionId(self._ids.new()),
                    label=session.label,
                    ip_prefix=session.ip_prefix,
                    refresh_token=refresh_token,
                    now=now,
                )
                await self._passwords.begin_anew(uow, access)
                await uow.commit()
            return renewed, ended

        renewed, ended = await as_read(account, lambda: self._passwords.read(access), change)
        await revoke_here(self._revocations, ended, now)
        return issue_tokens(self._access_tokens, account.user, renewed, refresh_token, now)

    async def password_strength(self, password: str, hints: Sequence[str]) -> int:
        """How hard the password is to guess, 0 (at once) to 4; ``hints`` are words an attacker would try first."""
        return await self._advisor.strength(canonical_password(password), (*hints, PRODUCT_NAME))

    async def forget_tokens(self) -> int:
        """Sweep: forget one-time tokens once they have expired; how many."""
        now = self._clock.now()
        return await sweep(self._begin, lambda uow, limit: uow.one_time_tokens.forget(now, limit))

    async def _problems(
        self, password: str, account: Account, path: str, second_factor: bool
    ) -> tuple[FieldProblem, ...]:
        common = await self._advisor.is_common(canonical_password(password))
        return password_problems(
            password,
            name=account.name,
            email=account.user.email,
            common=common,
            second_factor=second_factor,
            path=path,
        )

    async def _holder(self, token_hash: str) -> Account:
        """The account that this token may choose a new password for; ``TokenRefused``."""
        async with self._begin() as uow:
            token = await usable(uow, token_hash, TokenPurpose.RESET_PASSWORD, self._clock.now())
            account = await uow.users.account(token.user_id, self._clock.now())
        if account is None:
            raise token_refused()
        return account

    def _verified(self, uow: UnitOfWork, user: User) -> User:
        if user.email_verified_at is not None:
            return user
        uow.emit(EmailVerified(user.id))
        return attrs.evolve(user, email_verified_at=self._clock.now())

    async def _set_password(
        self, uow: UnitOfWork, account: Account, password_hash: str, because: EndReason
    ) -> tuple[SessionId, ...]:
        """Store the new password and end everything the old one opened; the ids of the sessions that ended."""
        await uow.users.save(attrs.evolve(account.user, password_hash=password_hash))
        await discard_links(uow, account.user)
        uow.emit(PasswordChanged(account.user.id))
        return await end_sessions(uow, account.sessions, because, self._clock.now())


def _not_changed(*problems: FieldProblem) -> PasswordRefused:
    return PasswordRefused("The password was not changed.", fields=problems)


def _refuse_changed_rule(judged: Account, found: Account) -> None:
    """The password was judged long enough beside a second factor that is no more, or the other way round."""
    if judged.second_factor is not found.second_factor:
        raise StaleWrite("The second factor was changed at the same moment. Try again.")
