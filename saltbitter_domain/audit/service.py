"""Recording what staff look at and do, before they get to see or do it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from saltbitter_domain.audit.model import AuditRecord
from saltbitter_domain.audit.policies import find_flaws, next_record
from saltbitter_domain.chain import Flaw
from saltbitter_domain.kernel import Clock, PhotoId, UserId
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying

ATTEMPTS = 10
"""All records are one chain, so that of those written at once each waits for the others."""
PAGE = 1_000


class AuditService:
    def __init__(self, *, begin: UnitsOfWork, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    async def record(self, actor: str, action: str, reason: str, things: Mapping[str, UUID], request_id: str) -> None:
        """Store who is about to do what, and why. ``things`` are ids by what they are of: ``user_id``, ``photo_id``.

        The record is about the members these belong to. Once this returns it cannot be changed any more."""
        await retrying(lambda: self._record(actor, action, reason, things, request_id), ATTEMPTS)

    async def verify(self) -> tuple[int, Sequence[Flaw]]:
        """How many records there are, and every one that is missing or not as it was written."""
        records: list[AuditRecord] = []
        async with self._begin() as uow:
            while page := await uow.audit_log.after(records[-1].sequence if records else 0, PAGE):
                records += page
            return len(records), tuple(find_flaws(records, await uow.audit_log.head()))

    async def _record(self, actor: str, action: str, reason: str, things: Mapping[str, UUID], request_id: str) -> None:
        async with self._begin() as uow:
            record = next_record(
                await uow.audit_log.head(),
                at=self._clock.now(),
                actor=actor,
                action=action,
                reason=reason,
                subjects=await _members(uow, things),
                request_id=request_id,
            )
            await uow.audit_log.append(record)
            await uow.commit()


async def _members(uow: UnitOfWork, things: Mapping[str, UUID]) -> Sequence[UserId]:
    """Whose these things are."""
    members: list[UserId] = []
    if user_id := things.get("user_id"):
        members.append(UserId(user_id))
    if photo_id := things.get("photo_id"):
        photo = await uow.photos.get(PhotoId(photo_id))
        members += [photo.user_id] if photo else []
    return members
