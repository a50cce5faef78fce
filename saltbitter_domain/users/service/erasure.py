"""Erasing whoever has left for good, also when an older database brings them back."""

import functools
from collections.abc import Sequence
from datetime import datetime, timedelta

from saltbitter_domain.compatibility.model import BLOCKS_FOLLOW_FOR, Notice, NoticeKind, left_of
from saltbitter_domain.exports.model import ExportRemoved
from saltbitter_domain.kernel import Clock, EventId, Ids, NoticeId, Unavailable, UserId
from saltbitter_domain.orders.ports import PaymentGateway
from saltbitter_domain.payments.model import GatewayAway
from saltbitter_domain.profiles.model import PhotoDeleted
from saltbitter_domain.register import Register
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying
from saltbitter_domain.users.model import AccountStatus, MailTemplate, User
from saltbitter_domain.users.policies import SUSPENSION_OUTLASTS, barred_mark, blocked_mark, kept_facts
from saltbitter_domain.users.ports import ErasureLedger, Mail, Mailer, Secrets

ERASURE_BATCH = 100
"""Members looked up at a time. Each is erased in a transaction of their own, so that one is erased whole or not yet."""

MATCHES_TOLD = 100_000
"""More matches than anybody has: all of them are told."""

LEDGER_KEPT = timedelta(days=365)
"""How long the ledger knows who was erased: no backup may be older than this when it is restored."""


RECEIPT_TRIED_FOR = timedelta(days=1)
"""How long an erasure waits for its mail to be accepted. The member has had the same receipt before."""

ALARM_AFTER = timedelta(days=1)
"""How long after their 30 days a member may still be there before a person has to look why."""

MOST_COUNTED = 1_000
"""An alarm says no larger number than this."""


class ErasureService:
    """``gateway`` is None where nothing was ever sold."""

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        ids: Ids,
        ledger: ErasureLedger,
        mailer: Mailer,
        register: Register,
        secrets: Secrets,
        public_url: str,
        gateway: PaymentGateway | None = None,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids
        self._ledger = ledger
        self._mailer = mailer
        self._register = register
        self._secrets = secrets
        self._public_url = public_url
        self._gateway = gateway

    async def erase_due(self) -> int:
        """Erase every member whose 30 days are over; how many. Stopped at any point, it goes on when run again.

        Raises ``Unavailable`` at the end when some are left, because the payment gateway did not forget them yet or
        their last mail was not accepted."""
        erased, left, failure = 0, set[UserId](), None
        while True:
            async with self._begin() as uow:
                found = await uow.users.due_for_erasure(self._clock.now(), ERASURE_BATCH + len(left))
            due = [user_id for user_id in found if user_id not in left]
            for user_id in due:
                try:
                    await self._forget_outside(user_id)
                    await self._mail_receipt(user_id)
                except Unavailable as away:
                    left.add(user_id)
                    failure = away
                else:
                    erased += await retrying(functools.partial(self._erase, user_id))
            if len(due) < ERASURE_BATCH:
                break
        if failure is not None:
            raise failure
        return erased

    async def late(self) -> int:
        """How many should have been erased a day ago or earlier and still are here, of 1000 at the most."""
        async with self._begin() as uow:
            return len(await uow.users.due_for_erasure(self._clock.now() - ALARM_AFTER, MOST_COUNTED))

    async def brought_back(self) -> int:
        """How many have an account again, as an older database was restored, though the ledger says that they were
        erased. Nobody may be served before ``ReplayService`` has erased them again.

        Whoever is due is not counted: an erasure that was stopped halfway is in the ledger already, and nobody who is
        due can come back."""
        now = self._clock.now()
        erased = await self._ledger.erased()
        async with self._begin() as uow:
            return sum(not user.is_due(now) for user in await uow.users.among(erased))

    async def forget_erased(self) -> int:
        """Forget entries of the ledger that no backup can need any more; how many."""
        return await self._ledger.forget(self._clock.now() - LEDGER_KEPT)

    async def _forget_outside(self, user_id: UserId) -> None:
        """Have the payment gateway forget a member who is due, and so cannot come back any more. It comes first, while
        what they are there is known; nothing is called erased that it still has. ``GatewayAway``: ask again later."""
        async with self._begin() as uow:
            customer = await uow.orders.customer_of(user_id)
        if self._gateway is not None:
            await self._gateway.forget(user_id, customer)
        elif customer is not None:
            raise GatewayAway("The member is a customer of a payment gateway that is not configured any more.")

    async def _mail_receipt(self, user_id: UserId) -> None:
        """Mail a member who is due that they are erased now, and what stays (``erased``), while there still is an
        address. ``Unavailable`` when the mail was not accepted and should be tried again first.

        Its key is the member's id: whoever is told twice, as a process ended before it had erased them, gets one mail
        twice and not two."""
        now = self._clock.now()
        async with self._begin() as uow:
            user = await uow.users.get(user_id)
        if user is None or user.erase_at is None:
            return
        data = {"link": self._public_url, **kept_facts(self._register.kept_after(now))}
        try:
            await self._mailer.send(Mail(EventId(user.id), user.email, MailTemplate.ERASED, data))
        except Unavailable:
            if now < user.erase_at + RECEIPT_TRIED_FOR:
                raise

    async def _erase(self, user_id: UserId) -> bool:
        """Erase one member, unless they came back meanwhile.

        Their id is in the ledger before the deletion takes effect, and only once the row is locked, so that it cannot
        be the id of somebody who came back. If committing fails, they are still due, and cannot sign in any more."""
        now = self._clock.now()
        async with self._begin() as uow:
            user = await uow.users.get(user_id)
            if user is None or not user.is_due(now):
                return False
            await _delete(uow, self._ids, self._secrets, user, now)
            await self._ledger.append(user_id, now)
            await uow.commit()
        return True


class ReplayService:
    """Erasing again, of a database that was restored and before it serves anybody. The gateway forgot them before."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, ids: Ids, secrets: Secrets, ledger: ErasureLedger) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids
        self._secrets = secrets
        self._ledger = ledger

    async def replay(self) -> int:
        """Erase again whoever is in the ledger and in the database; how many. They were told when they were erased."""
        erased = 0
        for user_id in await self._ledger.erased():
            erased += await retrying(functools.partial(self._erase_again, user_id))
        return erased

    async def _erase_again(self, user_id: UserId) -> bool:
        async with self._begin() as uow:
            user = await uow.users.get(user_id)
            if user is None:
                return False
            await _delete(uow, self._ids, self._secrets, user, self._clock.now())
            await uow.commit()
        return True


async def _delete(uow: UnitOfWork, ids: Ids, secrets: Secrets, user: User, now: datetime) -> None:
    """Delete everything of a member; the files of their photos and copies follow by their events.

    Whoever was matched with them is told that somebody has left and when the two had matched, and no more."""
    for photo in await uow.photos.of(user.id):
        uow.emit(PhotoDeleted(user.id, photo.id))
    for export in await uow.exports.of(user.id):
        uow.emit(ExportRemoved(export.id))
    if (customer := await uow.orders.customer_of(user.id)) is not None:
        await uow.gateway_inbox.set_expiry(customer, None)
    for match in await uow.decisions.matches_of(user.id, limit=MATCHES_TOLD):
        told = match.other(user.id)
        day = match.at.date().isoformat()
        await uow.notices.add(Notice(NoticeId(ids.new()), told, NoticeKind.MATCH_LEFT, now, day))
    shown = [device.token_hash for device in await uow.devices.of(user.id)]
    if user.email_verified_at is not None:  # Else anybody could have given the address.
        shown.append(user.email)
    erased_at = user.erase_at or now
    await _leave_blocks(uow, secrets, user, shown, erased_at)
    if user.status is AccountStatus.SUSPENDED:
        marks = [barred_mark(secrets, each) for each in shown]
        await uow.bars.put(marks, erased_at + SUSPENSION_OUTLASTS)
    await uow.users.erase(user)


async def _leave_blocks(
    uow: UnitOfWork, secrets: Secrets, user: User, shown: Sequence[str], erased_at: datetime
) -> None:
    """Keep for a while, under keyed hashes of what the member has ``shown`` to hold, by whom they were blocked: else
    being erased would be the way to be seen again by whoever parted with them. What followed them before ends then too.
    """
    marks = [blocked_mark(secrets, each) for each in shown]
    blocks = await uow.blocks.about(user.id)
    await uow.blocks.keep([left_of(block, mark, erased_at) for block in blocks for mark in marks])
    await uow.blocks.end_carried_from(user.id, erased_at + BLOCKS_FOLLOW_FOR)
