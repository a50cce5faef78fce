"""Making members staff, and staff members again."""

import functools

import attrs

from saltbitter_domain.kernel import Clock, SessionId, UserId
from saltbitter_domain.uow import UnitsOfWork, retrying
from saltbitter_domain.users.model import EndReason, Role, RoleUnchanged, UserMissing
from saltbitter_domain.users.ports import Revocations
from saltbitter_domain.users.service.sessions import end_sessions, revoke_here


class RoleService:
    """What operators do; nobody gives a role to themselves over HTTP."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, revocations: Revocations) -> None:
        self._begin = begin
        self._clock = clock
        self._revocations = revocations

    async def give(self, user_id: UserId, role: Role) -> None:
        """Let the account have this role from its next sign-in on: every session ends, because access tokens hold the
        old one. Routes for staff also ask for a second factor.

        Raises ``UserMissing``, ``RoleUnchanged``."""
        ended = await retrying(functools.partial(self._give, user_id, role))
        await revoke_here(self._revocations, ended, self._clock.now())

    async def _give(self, user_id: UserId, role: Role) -> tuple[SessionId, ...]:
        async with self._begin() as uow:
            account = await uow.users.account(user_id, self._clock.now())
            if account is None:
                raise UserMissing("There is no such account.")
            if account.user.role is role:
                raise RoleUnchanged(f"The account has the role {role} already.")
            await uow.users.save(attrs.evolve(account.user, role=role))
            ended = await end_sessions(uow, account.sessions, EndReason.ROLE_CHANGED, self._clock.now())
            await uow.commit()
        return ended
