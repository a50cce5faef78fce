"""Proving once more that one is the member: by the password, and by a code of the second factor."""

from datetime import datetime

import attrs

from saltbitter_domain.kernel import Clock, FieldProblem, StaleWrite
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork
from saltbitter_domain.users.model import PasswordRefused, User
from saltbitter_domain.users.model.devices import PAUSES
from saltbitter_domain.users.model.second_factor import CodeRefused, RecoveryCodeUsed, SecondFactor
from saltbitter_domain.users.policies import CodeOutcome, canonical_code, canonical_password, judge_code, session_over
from saltbitter_domain.users.ports import Access, Account, AuthenticatorCodes, PasswordHasher, Secrets
from saltbitter_domain.users.service.devices import tries_key


@attrs.frozen
class PasswordProof:
    """Asks for the present password again, so that nothing grave is done by whoever holds a member's phone.

    Wrong ones are counted by member, with the pauses of ``PAUSES`` and apart from those of signing in: so whoever has a
    stolen session does not guess on, and whoever tries to sign in keeps no member from what they do inside."""

    begin: UnitsOfWork
    clock: Clock
    hasher: PasswordHasher
    secrets: Secrets

    async def prove(self, access: Access, password: str, refusal: str) -> str:
        """The hash that the password fits, for ``proven_account``. Raises ``PasswordRefused`` under ``password`` with
        these words, ``SessionOver``."""
        async with self.begin() as uow:
            account = await own_account(uow, access, self.clock.now())
        problem = await self.problem(account.user, password, "password")
        if problem:
            raise PasswordRefused(refusal, fields=(problem,))
        return account.user.password_hash

    async def problem(self, user: User, password: str, path: str) -> FieldProblem | None:
        """What is wrong with it as the member's present password. During a pause it is not looked at."""
        key = tries_key(self.secrets, str(user.id))
        # Counted before it is looked at, as where somebody signs in.
        async with self.begin() as uow:
            tried = await uow.sign_in_tries.count(key, self.clock.now(), PAUSES)
            await uow.commit()
        if tried is None:
            return FieldProblem(
                path, "paused", "It was wrong too often and is not looked at now. Wait, or choose a new one by mail."
            )
        if not await self.hasher.verify(canonical_password(password), user.password_hash):
            return FieldProblem(path, "wrong", "This is not your present password.")
        async with self.begin() as uow:
            await uow.sign_in_tries.clear(key)
            await uow.commit()
        return None


async def proven_account(uow: UnitOfWork, access: Access, password_hash: str, now: datetime) -> Account:
    """The account in this unit of work, which still has the password that was proven and the session that asks.

    Raises ``SessionOver``, ``StaleWrite``."""
    account = await own_account(uow, access, now)
    if account.user.password_hash != password_hash:
        raise StaleWrite("The password was changed while it was being checked.")
    return account


async def own_account(uow: UnitOfWork, access: Access, now: datetime) -> Account:
    """The account of whoever asks. Raises ``SessionOver`` when it is gone, or the session was ended."""
    account = await uow.users.account(access.user_id, now)
    if account is None or access.session_id not in {session.id for session in account.sessions}:
        raise session_over()
    return account


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
    if not account.second_factor:
        return
    factor = await uow.second_factors.get(account.user.id)
    if factor is None or code is None:
        missing = FieldProblem("code", "missing", "Give the code your app shows now, or a recovery code.")
        raise CodeRefused(refusal, fields=(missing,))
    await uow.second_factors.save(await prove_code(uow, codes, factor, code, now))
