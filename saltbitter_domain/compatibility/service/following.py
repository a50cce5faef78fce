"""Blocks that follow whoever is blocked to another account of theirs."""

from collections.abc import Sequence

import attrs

from saltbitter_domain.compatibility.model import Block
from saltbitter_domain.kernel import Clock, EventId, UserId
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying, sweep
from saltbitter_domain.users.model import EmailVerified, Registered, User
from saltbitter_domain.users.model.devices import DeviceShown
from saltbitter_domain.users.policies import blocked_mark
from saltbitter_domain.users.ports import Secrets


class FollowingService:
    """Listeners, which may hear of the same thing again: what was carried already stays as it is.

    Nobody is told, neither whoever blocked, who would learn whose account it is, nor whoever is blocked, who would
    learn by whom."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, secrets: Secrets) -> None:
        self._begin = begin
        self._clock = clock
        self._secrets = secrets

    async def follow_device(self, _message: EventId, event: DeviceShown) -> None:
        """Carry to whoever showed a device of somebody else the blocks about that member, or what is kept of those
        about members who had it and are erased."""

        async def follow() -> None:
            async with self._begin() as uow:
                user, device = await uow.users.get(event.user_id), await uow.devices.by_token(event.token_hash)
                if user is None:
                    return
                standing = await uow.blocks.about(device.user_id) if device else ()
                kept = await self._kept(uow, user.id, event.token_hash)
                await _carry(uow, user, [*standing, *kept])
                await uow.commit()

        await retrying(follow)

    async def follow_address(self, _message: EventId, event: Registered | EmailVerified) -> None:
        """Carry to whoever has an address what is kept of blocks about members who had it and are erased."""

        async def follow() -> None:
            async with self._begin() as uow:
                user = await uow.users.get(event.user_id)
                if user is not None and (kept := await self._kept(uow, user.id, user.email)):
                    await _carry(uow, user, kept)
                    await uow.commit()

        await retrying(follow)

    async def lift_carried(self, user_id: UserId) -> int:
        """Lift all that was carried to the member, after they objected and a person agreed; how many."""

        async def lift() -> int:
            async with self._begin() as uow:
                lifted = await uow.blocks.lift_carried(user_id)
                await uow.commit()
            return lifted

        return await retrying(lift)

    async def lift_ended(self) -> int:
        """Sweep: lift what was carried from members who were erased a year ago; how many."""
        now = self._clock.now()
        return await sweep(self._begin, lambda uow, limit: uow.blocks.lift_ended(now, limit))

    async def forget_marks(self) -> int:
        """Sweep: forget what is kept of blocks about members who were erased a year ago; how much."""
        now = self._clock.now()
        return await sweep(self._begin, lambda uow, limit: uow.blocks.forget_marks(now, limit))

    async def _kept(self, uow: UnitOfWork, user_id: UserId, shown: str) -> Sequence[Block]:
        marks = await uow.blocks.kept(blocked_mark(self._secrets, shown), self._clock.now())
        return [mark.block(user_id) for mark in marks]


async def _carry(uow: UnitOfWork, user: User, blocks: Sequence[Block]) -> None:
    for block in blocks:
        if block.follows(user.created_at):
            await uow.blocks.carry(attrs.evolve(block, about=user.id))
