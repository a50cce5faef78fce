"""Setting up a second factor, and doing without it again."""

import functools

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
from saltbitter_domain.users.ports import Access, AuthenticatorCodes, PasswordHasher, Revocations, Secrets
from saltbitter_domain.users.service.proof import (
    PasswordProof,
    own_account,
    prove_code,
    prove_second_factor,
    proven_account,
)
from saltbitter_domain.users.service.sessions import end_sessions, revoke_here


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
        proven = await self._proven(access, password)
        return await retrying(functools.partial(self._enrol, access, proven))

    async def _enrol(self, access: Access, proven: str) -> Enrolment:
        now = self._clock.now()
        async with self._begin() as uow:
            account = await proven_account(uow, access, proven, now)
            found = await uow.second_factors.get(access.user_id)
            if found is not None and found.is_on:
                raise SecondFactorOn("You have a second factor. To set up another app, remove the present one first.")
            fresh = SecondFactor(access.user_id, self._codes.new_secret(access.user_id), now)
            if found is None:
                await uow.second_factors.add(fresh)
            else:
                # Failures go on counting, so that a new secret is no way round the pauses.
                await uow.second_factors.save(
                    attrs.evolve(found, sealed_secret=fresh.sealed_secret, created_at=now, last_step=0)
                )
            await uow.commit()
        return self._codes.enrolment(fresh.sealed_secret, access.user_id, account.user.email)

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
            factor = await uow.second_factors.get(access.user_id)
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
        proven = await self._proven(access, password)
        return await retrying(functools.partial(self._renew, access, proven, code))

    async def _renew(self, access: Access, proven: str, code: str) -> tuple[str, ...]:
        now, (shown, hashes) = self._clock.now(), self._fresh_codes()
        async with self._begin() as uow:
            await proven_account(uow, access, proven, now)
            factor = await prove_code(uow, self._codes, await _on(uow, access.user_id), code, now)
            await uow.second_factors.save(attrs.evolve(factor, recovery_hashes=hashes))
            await uow.commit()
        return shown

    async def remove(self, access: Access, password: str, code: str) -> None:
        """Do without the second factor; the member is mailed. A recovery code will do, for whoever lost their phone.

        Raises ``PasswordRefused``, also when the password is too short to stand alone; ``CodeRefused``,
        ``CodesPaused``, ``SecondFactorOff``, ``SessionOver``."""
        proven = await self._proven(access, password)
        if len(canonical_password(password)) < MIN_PASSWORD:
            message = f"Without a second factor a password needs at least {MIN_PASSWORD} characters."
            raise PasswordRefused(
                "Change your password first: it is too short to stand alone.",
                fields=(FieldProblem("password", "too_short", message),),
            )
        await retrying(functools.partial(self._remove, access, proven, code))

    async def _remove(self, access: Access, proven: str, code: str) -> None:
        now = self._clock.now()
        async with self._begin() as uow:
            account = await proven_account(uow, access, proven, now)
            factor = await _on(uow, access.user_id)
            await prove_code(uow, self._codes, factor, code, now)
            await uow.second_factors.remove(factor)
            # A change of password at the same moment may have counted on it, and meets a later version.
            await uow.users.save(account.user)
            uow.emit(SecondFactorRemoved(access.user_id))
            await uow.commit()

    async def prove(self, access: Access, password: str, code: str | None, refusal: str) -> None:
        """A ``Reauthentication``. The code is used up, and a wrong one counts towards a pause."""
        proven = await self._passwords.prove(access, password, refusal)
        await retrying(functools.partial(self._prove_code, access, proven, code, refusal))

    async def _prove_code(self, access: Access, proven: str, code: str | None, refusal: str) -> None:
        now = self._clock.now()
        async with self._begin() as uow:
            account = await proven_account(uow, access, proven, now)
            await prove_second_factor(uow, self._codes, account, code, refusal, now)
            await uow.commit()

    async def _proven(self, access: Access, password: str) -> str:
        refusal = "Your second factor is as it was."
        return await self._passwords.prove(access, password, refusal)

    def _fresh_codes(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Recovery codes to show, and their hashes to keep."""
        shown = tuple(recovery_code(self._secrets.token()) for _ in range(RECOVERY_CODES))
        return shown, tuple(hash_token(canonical_code(code)) for code in shown)


async def _on(uow: UnitOfWork, user_id: UserId) -> SecondFactor:
    factor = await uow.second_factors.get(user_id)
    if factor is None or not factor.is_on:
        raise SecondFactorOff("You have no second factor.")
    return factor
