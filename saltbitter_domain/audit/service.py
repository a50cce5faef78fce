"""Recording what staff look at and do, before they get to see or do it."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from saltbitter_domain.audit.model import AUDIT_KEPT, AuditEntry, AuditFilter, AuditRecord
from saltbitter_domain.audit.policies import find_flaws
from saltbitter_domain.chain import Flaw
from saltbitter_domain.kernel import Clock, PhotoId, ReviewId, UserId
from saltbitter_domain.uow import UnitsOfWork, sweep

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
        async with self._begin() as uow:
            await uow.audit_log.append(self._entry(actor, action, reason, things, request_id, shown))
            await uow.commit()

    async def record_if_proven(
        self, user_id: UserId, action: str, reason: str, things: Mapping[str, UUID], request_id: str
    ) -> bool:
        """Store what somebody of the staff is about to do, as ``record`` does, if they have a second factor, so that
        every session they hold was opened with it; False, and nothing is kept, if not."""
        entry = self._entry(str(user_id), action, reason, things, request_id)
        async with self._begin() as uow:
            factor, _ = await uow.together(uow.second_factors.get(user_id), uow.audit_log.append(entry))
            if factor is None or not factor.is_on:
                return False
            await uow.commit()
        return True

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

    def _entry(
        self,
        actor: str,
        action: str,
        reason: str,
        things: Mapping[str, UUID],
        request_id: str,
        shown: Collection[UserId] = (),
    ) -> AuditEntry:
        user_id, photo_id, review_id = (things.get(name) for name in ("user_id", "photo_id", "review_id"))
        return AuditEntry(
            at=self._clock.now(),
            actor=actor,
            action=action,
            reason=reason,
            request_id=request_id,
            members=frozenset({*shown, *([UserId(user_id)] if user_id else [])}),
            photo_id=PhotoId(photo_id) if photo_id else None,
            review_id=ReviewId(review_id) if review_id else None,
        )
