"""Removing the second factor of whoever cannot: a person of ours vouches for them."""

import functools

import attrs

from saltbitter_domain.kernel import Clock, SessionId, UserId
from saltbitter_domain.uow import UnitsOfWork, retrying
from saltbitter_domain.users.model import EndReason, UserMissing
from saltbitter_domain.users.model.second_factor import SecondFactorRemovalRefused, SecondFactorRemovedByStaff
from saltbitter_domain.users.policies import said
from saltbitter_domain.users.ports import PasswordHasher, Revocations, Secrets
from saltbitter_domain.users.service.links import discard_links
from saltbitter_domain.users.service.sessions import end_sessions, revoke_here


class FactorRemovalService:
    """For a member who lost their app and every recovery code, or whom a thief who knew the password keeps out by a
    second factor of the thief's own.

    What proves that it is the member who asks is what a person of ours made sure of, by more than the address that asks
    (OWASP ASVS 5.0, 6.4.4). Whoever talked them into it is let in by nothing but a link to the account's own address,
    where the member is told."""

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        hasher: PasswordHasher,
        secrets: Secrets,
        revocations: Revocations,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._hasher = hasher
        self._secrets = secrets
        self._revocations = revocations

    async def remove(self, user_id: UserId, reason: str, *, by: UserId | None = None) -> None:
        """Remove the second factor with its recovery codes, pauses and passkeys. ``reason`` is mailed to the member as
        it is; ``by`` is whoever does it over HTTP.

        Somebody else may know the password, and be signed in: so it is good no more until another is chosen by a mailed
        link, every session ends, no device is known, and every link dies but the one that takes back an address.
        Raises ``UserMissing``, also where the account is due to be erased; ``SecondFactorRemovalRefused`` when the
        reason is not one, no second factor is on, or it is one's own, which takes the password and a code."""
        if by == user_id:
            raise SecondFactorRemovalRefused(
                "This is your own: remove it in your settings, or have another admin do so."
            )
        reason = said(reason, SecondFactorRemovalRefused)
        unknown_to_all = await self._hasher.hash(self._secrets.token())
        ended = await retrying(functools.partial(self._remove, user_id, reason, unknown_to_all))
        await revoke_here(self._revocations, ended, self._clock.now())

    async def _remove(self, user_id: UserId, reason: str, password_hash: str) -> tuple[SessionId, ...]:
        now = self._clock.now()
        async with self._begin() as uow:
            account = await uow.users.account(user_id, now)
            if account is None or account.user.is_due(now):
                raise UserMissing("There is no such account.")
            if account.factor is None or not account.factor.is_on:
                raise SecondFactorRemovalRefused("The account has no second factor.")
            await uow.second_factors.remove(account.factor)
            await uow.passkeys.remove_all(user_id)
            await uow.devices.remove_all(user_id)
            await discard_links(uow, account.user)
            # A login at the same moment saves the account too: whichever is second is repeated and sees the other.
            await uow.users.save(attrs.evolve(account.user, password_hash=password_hash))
            because = EndReason.SECOND_FACTOR_REMOVED_BY_STAFF
            ended = await end_sessions(uow, account.sessions, because, now)
            uow.emit(SecondFactorRemovedByStaff(user_id, reason))
            await uow.commit()
        return ended
