"""Recording what staff look at and do, before they get to see or do it."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from saltbitter_domain.audit.model import AUDIT_KEPT, AuditFilter, AuditRecord
from saltbitter_domain.audit.policies import find_flaws, next_record
from saltbitter_domain.chain import Flaw
from saltbitter_domain.kernel import Clock, PhotoId, ReviewId, UserId
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying, sweep

ATTEMPTS = 10
"""All records are one chain, so that of those written at once each waits for the others."""
PAGE = 1_000


class AuditService:
    def __init__(self, *, begin: UnitsOfWork, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    async def record(
        self,
        actor: str,
        action: str,
        reason: str,
        things: Mapping[str, UUID],
        request_id: str,
        shown: Collection[UserId] = (),
    ) -> None:
        """Store who is about to do or see what, and why. ``things`` are ids by what they are of: ``user_id``,
        ``photo_id`` or ``review_id``. ``shown`` are the members of whom a list tells.

        The record is about the members these belong to and about those shown. Once this returns it cannot be changed
        any more."""
        await retrying(lambda: self._record(actor, action, reason, things, request_id, shown), ATTEMPTS)

    async def newest(self, wanted: AuditFilter, before: int | None, limit: int) -> Sequence[AuditRecord]:
        """Up to ``limit`` of these records, newest first, from below the sequence ``before``."""
        async with self._begin() as uow:
            return await uow.audit_log.newest(wanted, before, limit)

    async def forget_old(self) -> int:
        """Sweep: forget the records that are older than ``AUDIT_KEPT``; how many."""
        before = self._clock.now() - AUDIT_KEPT
        return await sweep(self._begin, lambda uow, limit: uow.audit_log.forget(before, limit))

    async def verify(self) -> tuple[int, Sequence[Flaw]]:
        """How many records there are, and every one that is missing or not as it was written."""
        records: list[AuditRecord] = []
        async with self._begin() as uow:
            forgotten = await uow.audit_log.forgotten()
            while page := await uow.audit_log.after(records[-1].sequence if records else forgotten.sequence, PAGE):
                records += page
            return len(records), tuple(find_flaws(records, await uow.audit_log.head(), forgotten))

    async def _record(
        self,
        actor: str,
        action: str,
        reason: str,
        things: Mapping[str, UUID],
        request_id: str,
        shown: Collection[UserId],
    ) -> None:
        async with self._begin() as uow:
            record = next_record(
                await uow.audit_log.head(),
                at=self._clock.now(),
                actor=actor,
                action=action,
                reason=reason,
                subjects=sorted({*await _members(uow, things), *shown}),
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
    if review_id := things.get("review_id"):
        review = await uow.reviews.get(ReviewId(review_id))
        members += [review.user_id] if review else []
    return members
