"""Proving once more that one is the member: by the password, and by a code of the second factor."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar

import attrs

from saltbitter_domain.kernel import Clock, DomainError, FieldProblem, StaleWrite, Unavailable
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, as_read
from saltbitter_domain.users.model import Busy, PasswordRefused
from saltbitter_domain.users.model.devices import PAUSES
from saltbitter_domain.users.model.second_factor import CodeRefused, RecoveryCodeUsed, SecondFactor, SecondFactorOff
from saltbitter_domain.users.policies import CodeOutcome, canonical_code, canonical_password, judge_code, session_over
from saltbitter_domain.users.ports import Access, Account, AuthenticatorCodes, PasswordHasher, Secrets
from saltbitter_domain.users.service.devices import looking, tries_key

_T = TypeVar("_T")
Act = Callable[[UnitOfWork, Account], Awaitable[_T]]


@attrs.frozen
class PasswordProof:
    """Asks for the present password again, so that nothing grave is done by whoever holds a member's phone.

    Wrong ones are counted by member, with the pauses of ``PAUSES`` and apart from those of signing in: so whoever has a
    stolen session does not guess on, and whoever tries to sign in keeps no member from what they do inside."""

    begin: UnitsOfWork
    clock: Clock
    hasher: PasswordHasher
    secrets: Secrets

    async def look(self, access: Access, password: str, path: str) -> tuple[Account, FieldProblem | None]:
        """The account of whoever asks, and what is wrong with this as its present password, under ``path``. During a
        pause it is not looked at. Raises ``SessionOver``."""
        now = self.clock.now()
        # Counted before it is looked at, as where somebody signs in.
        async with self.begin() as uow:
            counted = uow.sign_in_tries.count(self._tries(access), now, PAUSES)
            account, tried = await uow.together(own_account(uow, access, now), counted)
            await uow.commit()
        if tried is None:
            paused = "It was wrong too often and is not looked at now. Wait, or choose a new one by mail."
            return account, FieldProblem(path, "paused", paused)
        async with looking(self.begin, self._tries(access), tried):
            fits = await self.hasher.verify(canonical_password(password), account.user.password_hash)
        if not fits:
            return account, FieldProblem(path, "wrong", "This is not your present password.")
        return account, None

    async def begin_anew(self, uow: UnitOfWork, access: Access) -> None:
        """Count tries from the first again, as the password was right."""
        await uow.sign_in_tries.clear(self._tries(access))

    async def proven(self, access: Access, password: str, refusal: str, act: Act[_T]) -> _T:
        """What ``act`` comes to for the account of whoever asks, if this is its password, committed.

        ``act`` reads before it writes, and saves the account and the session that asks, if need be by
        ``save_unchanged``: where either was changed since the password was looked at, ``act`` is repeated with what
        they are now, unless the session is over or the password is another.
        Raises ``PasswordRefused`` under ``password`` with ``refusal``, ``SessionOver``, and what ``act`` raises."""
        account, problem = await self.look(access, password, "password")
        if problem:
            raise PasswordRefused(refusal, fields=(problem,))

        async def attempt(found: Account) -> _T:
            if found.user.password_hash != account.user.password_hash:
                raise StaleWrite("The password was changed while it was being checked.")
            async with self.begin() as uow:
                done = await act(uow, found)
                await self.begin_anew(uow, access)
                await uow.commit()
            return done

        async with self.right(access):
            return await as_read(account, lambda: self.read(access), attempt)

    @asynccontextmanager
    async def right(self, access: Access) -> AsyncIterator[None]:
        """What goes on after the password was right: where it comes to nothing, its tries begin anew all the same."""
        try:
            yield
        except DomainError as error:
            if isinstance(error, Busy) or not isinstance(error, Unavailable):
                with contextlib.suppress(StaleWrite, Unavailable):
                    async with self.begin() as uow:
                        await self.begin_anew(uow, access)
                        await uow.commit()
            raise

    async def read(self, access: Access) -> Account:
        """The account of whoever asks, as it is now. Raises ``SessionOver``."""
        async with self.begin() as uow:
            return await own_account(uow, access, self.clock.now())

    def _tries(self, access: Access) -> str:
        return tries_key(self.secrets, str(access.user_id))


async def own_account(uow: UnitOfWork, access: Access, now: datetime) -> Account:
    """The account of whoever asks. Raises ``SessionOver`` when it is gone, or the session was ended."""
    account = await uow.users.account(access.user_id, now)
    if account is None or access.session_id not in {session.id for session in account.sessions}:
        raise session_over()
    return account


def factor_on(account: Account) -> SecondFactor:
    """The account's second factor. Raises ``SecondFactorOff`` where it has none that is on."""
    if account.factor is None or not account.factor.is_on:
        raise SecondFactorOff("You have no second factor.")
    return account.factor


async def save_unchanged(uow: UnitOfWork, access: Access, account: Account) -> None:
    """Store the account and the session that asks as they were read, which fails where either was changed since."""
    await uow.users.save(account.user)
    await uow.sessions.save(*(session for session in account.sessions if session.id == access.session_id))


async def prove_code(
    uow: UnitOfWork, codes: AuthenticatorCodes, factor: SecondFactor, code: str, now: datetime
) -> SecondFactor:
    """The second factor after this code, to be saved or removed by the caller, so that the code is used up.

    Raises ``CodeRefused``, which is counted and therefore commits this unit of work; ``CodesPaused``."""
    canonical = canonical_code(code)
    step = codes.step(factor.sealed_secret, factor.user_id, canonical, now)
    judged = judge_code(factor, canonical, step, now)
    if judged.outcome is CodeOutcome.REFUSED:
        await uow.second_factors.save(judged.factor)
        await uow.commit()
        raise CodeRefused(
            "This code is not right, or was used before. Wait for the next one of your app, or use a recovery code.",
            fields=(FieldProblem("code", "wrong", "Give the code your app shows now."),),
        )
    if judged.outcome is CodeOutcome.RECOVERY:
        uow.emit(RecoveryCodeUsed(factor.user_id))
    return attrs.evolve(judged.factor, sealed_secret=codes.renewed(factor.sealed_secret, factor.user_id))


async def prove_second_factor(
    uow: UnitOfWork, codes: AuthenticatorCodes, account: Account, code: str | None, refusal: str, now: datetime
) -> None:
    """Use up a code, where the account has a second factor, with what the caller commits. Raises as ``prove_code``,
    and ``CodeRefused`` with ``refusal`` without a code."""
    if account.factor is None or not account.factor.is_on:
        return
    if code is None:
        missing = FieldProblem("code", "missing", "Give the code your app shows now, or a recovery code.")
        raise CodeRefused(refusal, fields=(missing,))
    await uow.second_factors.save(await prove_code(uow, codes, account.factor, code, now))
