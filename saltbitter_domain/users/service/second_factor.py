"""Setting up a second factor, and doing without it again."""

import functools
from collections.abc import Awaitable, Callable
from typing import TypeVar

import attrs

from saltbitter_domain.kernel import Clock, FieldProblem, SessionId, UserId
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying
from saltbitter_domain.users.model import MIN_PASSWORD, EndReason, PasswordRefused
from saltbitter_domain.users.model.second_factor import (
    RECOVERY_CODES,
    Enrolment,
    SecondFactor,
    SecondFactorAdded,
    SecondFactorOff,
    SecondFactorOn,
    SecondFactorRemoved,
)
from saltbitter_domain.users.policies import canonical_code, canonical_password, hash_token, recovery_code
from saltbitter_domain.users.ports import Access, Account, AuthenticatorCodes, PasswordHasher, Revocations, Secrets
from saltbitter_domain.users.service.proof import (
    PasswordProof,
    factor_on,
    own_account,
    prove_code,
    prove_second_factor,
    save_unchanged,
)
from saltbitter_domain.users.service.sessions import end_sessions, revoke_here

_T = TypeVar("_T")
_AS_IT_WAS = "Your second factor is as it was."


class SecondFactorService:
    """Members may have a second factor, staff must. Every change of it needs the password, and once it is on a code."""

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        hasher: PasswordHasher,
        secrets: Secrets,
        codes: AuthenticatorCodes,
        revocations: Revocations,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._passwords = PasswordProof(begin, clock, hasher, secrets)
        self._secrets = secrets
        self._codes = codes
        self._revocations = revocations

    async def of(self, user_id: UserId) -> SecondFactor | None:
        """The member's second factor, if it is on."""
        async with self._begin() as uow:
            factor = await uow.second_factors.get(user_id)
        return factor if factor and factor.is_on else None

    async def enrol(self, access: Access, password: str) -> Enrolment:
        """A fresh secret for an authenticator app. Nothing changes until ``confirm``; asking again makes another one.

        Raises ``PasswordRefused``, ``SecondFactorOn``, ``SessionOver``."""
        enrol = functools.partial(self._enrol, access)
        return await self._passwords.proven(access, password, _AS_IT_WAS, enrol)

    async def _enrol(self, access: Access, uow: UnitOfWork, account: Account) -> Enrolment:
        now, user, found = self._clock.now(), account.user, account.factor
        if account.second_factor:
            raise SecondFactorOn("You have a second factor. To set up another app, remove the present one first.")
        fresh = SecondFactor(user.id, self._codes.new_secret(user.id), now)
        if found is None:
            await uow.second_factors.add(fresh)
        else:
            # Failures go on counting, so that a new secret is no way round the pauses.
            await uow.second_factors.save(
                attrs.evolve(found, sealed_secret=fresh.sealed_secret, created_at=now, last_step=0)
            )
        await save_unchanged(uow, access, account)
        return self._codes.enrolment(fresh.sealed_secret, user.id, user.email)

    async def confirm(self, access: Access, code: str) -> tuple[str, ...]:
        """Turn the second factor on with a first code of the app; the recovery codes, which are shown this once.

        Every other session ends, since a password alone opened it, and the member is mailed.
        Raises ``CodeRefused``, ``CodesPaused``, ``SecondFactorOn``, ``SecondFactorOff`` without ``enrol``,
        ``SessionOver``."""
        shown, ended = await retrying(functools.partial(self._confirm, access, code))
        await revoke_here(self._revocations, ended, self._clock.now())
        return shown

    async def _confirm(self, access: Access, code: str) -> tuple[tuple[str, ...], tuple[SessionId, ...]]:
        now, (shown, hashes) = self._clock.now(), self._fresh_codes()
        async with self._begin() as uow:
            account = await own_account(uow, access, now)
            factor = account.factor
            if factor is None:
                raise SecondFactorOff("Ask for a secret first, and set up your app with it.")
            if factor.is_on:
                raise SecondFactorOn("The second factor is on already.")
            proven = await prove_code(uow, self._codes, factor, code, now)
            await uow.second_factors.save(attrs.evolve(proven, confirmed_at=now, recovery_hashes=hashes))
            # A login at the same moment saves the account too: whichever is second is repeated and sees the other.
            await uow.users.save(account.user)
            others = [session for session in account.sessions if session.id != access.session_id]
            ended = await end_sessions(uow, others, EndReason.SECOND_FACTOR_ADDED, now)
            uow.emit(SecondFactorAdded(access.user_id))
            await uow.commit()
        return shown, ended

    async def renew_recovery_codes(self, access: Access, password: str, code: str) -> tuple[str, ...]:
        """New recovery codes in place of all older ones.

        Raises ``PasswordRefused``, ``CodeRefused``, ``CodesPaused``, ``SecondFactorOff``, ``SessionOver``."""

        async def renew(uow: UnitOfWork, account: Account) -> tuple[str, ...]:
            shown, hashes = self._fresh_codes()
            factor = await prove_code(uow, self._codes, factor_on(account), code, self._clock.now())
            await uow.second_factors.save(attrs.evolve(factor, recovery_hashes=hashes))
            await save_unchanged(uow, access, account)
            return shown

        return await self._passwords.proven(access, password, _AS_IT_WAS, renew)

    async def remove(self, access: Access, password: str, code: str) -> None:
        """Do without the second factor, and the passkeys beside it; the member is mailed. A recovery code will do, for
        whoever lost their phone.

        Raises ``PasswordRefused``, also when the password is too short to stand alone; ``CodeRefused``,
        ``CodesPaused``, ``SecondFactorOff``, ``SessionOver``."""

        async def remove(uow: UnitOfWork, account: Account) -> None:
            if len(canonical_password(password)) < MIN_PASSWORD:
                message = f"Without a second factor a password needs at least {MIN_PASSWORD} characters."
                raise PasswordRefused(
                    "Change your password first: it is too short to stand alone.",
                    fields=(FieldProblem("password", "too_short", message),),
                )
            factor = factor_on(account)
            await prove_code(uow, self._codes, factor, code, self._clock.now())
            await uow.second_factors.remove(factor)
            await uow.passkeys.remove_all(account.user.id)
            # A change of password at the same moment may have counted on it, and meets a later version.
            await save_unchanged(uow, access, account)
            uow.emit(SecondFactorRemoved(access.user_id))

        await self._passwords.proven(access, password, _AS_IT_WAS, remove)

    async def proven(
        self, access: Access, password: str, code: str | None, refusal: str, act: Callable[[UnitOfWork], Awaitable[_T]]
    ) -> _T:
        """What ``act`` comes to, committed, for whoever proves once more that they are the member: by the session, the
        password and, where it is on, a code of the second factor.

        The code is used up with what is done, and a wrong one counts towards a pause. Raises ``PasswordRefused`` and
        ``CodeRefused`` with ``refusal``, ``CodesPaused``, ``SessionOver``, and what ``act`` raises."""

        async def proven_act(uow: UnitOfWork, account: Account) -> _T:
            await prove_second_factor(uow, self._codes, account, code, refusal, self._clock.now())
            await save_unchanged(uow, access, account)
            return await act(uow)

        return await self._passwords.proven(access, password, refusal, proven_act)

    def _fresh_codes(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Recovery codes to show, and their hashes to keep."""
        shown = tuple(recovery_code(self._secrets.token()) for _ in range(RECOVERY_CODES))
        return shown, tuple(hash_token(canonical_code(code)) for code in shown)
