"""The register of breaches: what staff report, decide and do about them, and the mails to those whom they are about."""

from collections.abc import Collection, Mapping, Sequence
from uuid import uuid5

from saltbitter_domain.breaches.model import (
    BREACHES_KEPT,
    DETECTOR,
    Addressee,
    Affected,
    AffectedFound,
    Assessed,
    Breach,
    BreachKind,
    BreachMissing,
    Entry,
    MembersNotified,
    Notice,
    NoticesDue,
    NoticesOrdered,
    Opened,
    Scope,
    ScopeAssessed,
    Severity,
    Step,
    StepRefused,
)
from saltbitter_domain.breaches.policies import (
    Notification,
    alarms,
    breach_of,
    breaches_of,
    ended_scope,
    found_for,
    next_entry,
    notification,
    orders,
    refuse_notices,
    refuse_scope,
    refuse_words,
)
from saltbitter_domain.kernel import BreachId, Clock, EventId, Ids, Language, Unavailable, UserId
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying, sweep
from saltbitter_domain.users.model import MailTemplate
from saltbitter_domain.users.ports import Mail, Mailer

MAILS_AT_ONCE = 20
"""By one job: at three seconds a mail it is over before the outbox hands it to another worker."""
DIVIDED_AT_ONCE = 1_000
"""Members handed out by one job, which is a moment's work: fifty jobs of mails, and so a thousand times for a million.
"""


class BreachService:
    """Entries are only ever added; two at once follow one another, or the later is refused with ``StaleWrite``."""

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        ids: Ids,
        mailer: Mailer,
        public_url: str,
        contact: str,
        language: Language = Language.EN,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids
        self._mailer = mailer
        self._public_url = public_url.rstrip("/")
        self._contact = contact
        self._language = language

    async def newest(self, before: BreachId | None, limit: int) -> Sequence[Breach]:
        """Up to ``limit`` breaches, the one opened last first, older than ``before``."""
        async with self._begin() as uow:
            return breaches_of(await uow.breaches.newest(before, limit))

    async def breach(self, breach_id: BreachId) -> Breach:
        """A breach with its timeline; ``BreachMissing``."""
        async with self._begin() as uow:
            return await _read(uow, breach_id)

    async def affected(self, breach_id: BreachId, after: UserId | None, limit: int) -> Sequence[Affected]:
        """Up to ``limit`` members the breach is about, by id, after this one, as they were found last. Nobody before
        it was assessed."""
        async with self._begin() as uow:
            return await uow.breaches.affected(breach_id, after, limit)

    async def notification(self, breach_id: BreachId) -> Notification:
        """The draft of what the authority is told; ``BreachMissing``."""
        return notification(await self.breach(breach_id), self._contact, self._clock.now())

    async def report(self, by: UserId, scope: Scope, words: str) -> Breach:
        """Open a breach that a person noticed. ``BreachInvalid``."""
        now = self._clock.now()
        refuse_words("words", words)
        refuse_scope(scope, now)
        entry = Entry(BreachId(self._ids.new()), 1, now, str(by), words, Opened(BreachKind.REPORTED, scope, 0))
        async with self._begin() as uow:
            await uow.breaches.open(entry)
            await uow.commit()
        return breach_of([entry])

    async def add(self, breach_id: BreachId, by: UserId, step: Step, words: str) -> Breach:
        """Decide, note or tell: add this step to the breach and say why.

        ``BreachMissing``, ``StepRefused`` where it does not follow, ``BreachInvalid``, ``StaleWrite``."""
        async with self._begin() as uow:
            breach = await self._append(uow, await _read(uow, breach_id), str(by), step, words)
            await uow.commit()
        return breach

    async def assess(
        self,
        breach_id: BreachId,
        by: UserId,
        severity: Severity,
        scope: Scope,
        *,
        consequences: str,
        measures: str,
        words: str,
    ) -> Breach:
        """Say how severe a breach is and whom it is about, who are then found (``find_affected``) and kept for as long
        as the register is.

        The affected set is exact up to the instant that is written down: the end of the scope or, where it has none, of
        the last minute that every process has stored. What it is about may be put anew as more is known. Refusals as
        for ``add``."""
        now = self._clock.now()
        refuse_words("consequences", consequences)
        refuse_words("measures", measures)
        refuse_scope(scope, now)
        ended = ended_scope(scope, now)
        async with self._begin() as uow:
            step = Assessed(severity, ended, consequences, measures)
            breach = await self._append(uow, await _read(uow, breach_id), str(by), step, words)
            uow.emit(ScopeAssessed(breach_id))
            await uow.commit()
        return breach

    async def find_affected(self, _message: EventId, event: ScopeAssessed) -> None:
        """Listener: keep whom the breach is about as assessed last, and write down how many they are.

        Nothing happens where that was done: of two assessments shortly after one another, the earlier is passed
        over."""

        async def find() -> None:
            async with self._begin() as uow:
                breach = await _read(uow, event.breach_id)
                if breach.assessment is None or breach.affected is not None:
                    return
                scope = breach.assessment.scope
                number = await uow.breaches.affect(breach.id, scope, scope.until or self._clock.now())
                words = "Found by the scope as assessed."
                await self._append(uow, breach, DETECTOR, AffectedFound(number), words)
                await uow.commit()

        await retrying(find)

    async def notify_members(self, breach_id: BreachId, by: UserId, notices: Collection[Notice], words: str) -> Breach:
        """Have everybody it is about who was found since the last order written to, each in the notice of their
        language, or in the language of the installation's mails where nobody knows theirs.

        Refusals as for ``add``; ``StepRefused`` also while it is being found whom it is about, and when everybody was
        told or is for an order whose mails still leave."""
        refuse_notices(notices)
        async with self._begin() as uow:
            breach, untold = await uow.together(_read(uow, breach_id), uow.breaches.waiting(breach_id))
            order = len(breach.timeline) + 1
            found = found_for(breach, order)
            waiting = sum(number for found_by, number in untold.items() if found_by in found)
            breach = await self._append(uow, breach, str(by), MembersNotified(waiting, tuple(notices)), words)
            if not waiting:
                raise StepRefused("Everybody it is about was told or is being written to, or has no account any more.")
            uow.emit(NoticesOrdered(breach_id, entry=order))
            await uow.commit()
        return breach

    async def divide_notices(self, message: EventId, event: NoticesOrdered) -> None:
        """Listener: hand out the next members whom the order is for, to be written to by as many jobs as they need, and
        order the same for those after them. All of it once for each message, or not at all."""
        async with self._begin() as uow:
            breach = await _read(uow, event.breach_id)
            order = event.entry or orders(breach)[-1]
            found = found_for(breach, order)
            waiting = await uow.breaches.untold(breach.id, found, event.after, DIVIDED_AT_ONCE)
            if not waiting or not await uow.first_time("breaches.divide_notices", message):
                return
            for start in range(0, len(waiting), MAILS_AT_ONCE):
                part = tuple(waiting[start : start + MAILS_AT_ONCE])
                uow.emit(NoticesDue(breach.id, order, part))
            uow.emit(NoticesOrdered(breach.id, waiting[-1], order))
            await uow.commit()

    async def send_notices(self, _message: EventId, event: NoticesDue) -> None:
        """Listener: write to those of these members whom the order is for and who were not told yet, each in their
        language, and keep of each at once that they were told: whoever does it again, because this ended halfway,
        begins where it ended. A member whose mail is not taken keeps no other from being told; the last such refusal
        is raised at the end.

        A mail that went out without being kept goes out again under the same key."""
        async with self._begin() as uow:
            breach = await _read(uow, event.breach_id)
            waiting = await uow.breaches.addressees(breach.id, found_for(breach, event.entry), event.members)
        refusal: Unavailable | None = None
        for member in waiting:
            language = member.language or self._language
            try:
                await self._mailer.send(self._mail(breach, event.entry, member, language))
            except Unavailable as error:
                refusal = error
                continue
            async with self._begin() as uow:
                await uow.breaches.told(breach.id, member.user_id, event.entry, language, self._clock.now())
                await uow.commit()
        if refusal is not None:
            raise refusal

    async def late(self) -> Mapping[str, int]:
        """What has to be looked at by a person now, by the name of the alarm."""
        async with self._begin() as uow:
            return alarms(breaches_of(await uow.breaches.unfinished()), self._clock.now())

    async def forget_old(self) -> int:
        """Sweep: forget breaches about which nothing was written for ``BREACHES_KEPT``; how many."""
        before = self._clock.now() - BREACHES_KEPT
        return await sweep(self._begin, lambda uow, limit: uow.breaches.forget(before, limit))

    def _mail(self, breach: Breach, sequence: int, member: Addressee, language: Language) -> Mail:
        step = breach.timeline[sequence - 1].step
        if not isinstance(step, MembersNotified):
            raise TypeError("the entry has no words for members")
        notice = step.notice(language)
        data = {
            "link": f"{self._public_url}/settings",
            "happened": notice.happened,
            "consequences": notice.consequences,
            "measures": notice.measures,
            "contact": self._contact,
        }
        key = EventId(uuid5(breach.id, str(member.user_id)))
        return Mail(key, member.address, MailTemplate.BREACH_NOTICE, data, language)

    async def _append(self, uow: UnitOfWork, breach: Breach, by: str, step: Step, words: str) -> Breach:
        entry = next_entry(breach, step, by=by, words=words, now=self._clock.now())
        await uow.breaches.append(entry)
        return breach_of([*breach.timeline, entry])


async def _read(uow: UnitOfWork, breach_id: BreachId) -> Breach:
    entries = await uow.breaches.of(breach_id)
    if not entries:
        raise BreachMissing("There is no such breach.")
    return breach_of(entries)
