"""The register of breaches, for staff: all of them read and report, admins decide."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import attrs
from msgspec import Meta

from entrypoints.http.paging import Page, PageQuery, page
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.breaches import scoring
from saltbitter_domain.breaches.model import (
    MAX_WORDS,
    Affected,
    AuthorityNotified,
    Breach,
    BreachInvalid,
    BreachKind,
    BreachMissing,
    BreachState,
    Closed,
    Confirmed,
    Dismissed,
    Level,
    Noted,
    Notice,
    Scope,
    Severity,
    Step,
    StepRefused,
    step_name,
)
from saltbitter_domain.breaches.policies import Notification
from saltbitter_domain.breaches.service import BreachService
from saltbitter_domain.kernel import BreachId, Clock, Language, StaleWrite, UserId

Words = Annotated[str, Meta(min_length=1, max_length=MAX_WORDS)]


@attrs.frozen
class TimelineView:
    """One line: who did which step when, and why. ``by`` is an id of staff, or ``detector``."""

    sequence: int
    at: datetime
    by: str
    step: str
    words: str = attrs.field(repr=False)


@attrs.frozen
class BreachView:
    """A breach. ``due_at`` is when the authority has to be told, 72 hours after we became aware; ``score`` and
    ``level`` are those of ENISA's methodology of 2013; ``affected`` is how many it is about, as assessed last, and null
    while they are being found; ``members_notified`` is how many mails to members were ordered, also for those who were
    erased or found not to be affected before theirs left."""

    id: BreachId
    kind: BreachKind
    state: BreachState
    opened_at: datetime
    found: int
    scope: Scope
    aware_at: datetime | None
    due_at: datetime | None
    severity: Severity | None
    score: float | None
    level: Level | None
    authority_to_be_told: bool
    members_to_be_told: bool
    affected: int | None
    authority_notified_at: datetime | None
    members_notified: int
    timeline: tuple[TimelineView, ...]


@attrs.frozen
class AffectedMember:
    """``told_at`` is null until they were written to; ``told_by`` is the sequence of the entry whose words they were
    sent, ``told_in`` the language. These two are null of whoever was written to while there was one text."""

    id: UserId
    told_at: datetime | None
    told_by: int | None
    told_in: Language | None


@attrs.frozen
class BreachReport:
    """What somebody noticed, and whom it may be about."""

    scope: Scope
    words: Words = attrs.field(repr=False)


class BreachDecisionKind(StrEnum):
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    AUTHORITY_NOTIFIED = "authority_notified"
    NOTE = "note"
    CLOSE = "close"


@attrs.frozen
class BreachDecision:
    """``at`` is since when we have been aware of the breach, or when the authority was told: now, unless it is given.
    ``reference`` is the authority's. ``words`` say why."""

    decision: BreachDecisionKind
    words: Words = attrs.field(repr=False)
    at: datetime | None = None
    reference: Annotated[str, Meta(max_length=100)] = ""


@attrs.frozen
class BreachAssessment:
    """How severe it is, whom exactly it is about, what it may lead to and what was done against it."""

    severity: Severity
    scope: Scope
    consequences: Words = attrs.field(repr=False)
    measures: Words = attrs.field(repr=False)
    words: Words = attrs.field(repr=False)


@attrs.frozen
class MemberNotice:
    """What members read in one language."""

    happened: Words = attrs.field(repr=False)
    consequences: Words = attrs.field(repr=False)
    measures: Words = attrs.field(repr=False)


@attrs.frozen
class NoticesByLanguage:
    """What members read, each in their language."""

    en: MemberNotice
    de: MemberNotice


@attrs.frozen
class MemberNotices:
    """What members read, in every language there is. ``words`` are for the register."""

    notices: NoticesByLanguage
    words: Words = attrs.field(repr=False)


_STEPPED = (BreachMissing, BreachInvalid, StepRefused, StaleWrite)


@attrs.frozen
class Breaches:
    breaches: BreachService
    clock: Clock

    @route("GET", "/api/staff/breaches", audience=Audience.STAFF)
    async def breaches_found(self, _call: Call, query: PageQuery) -> Page[BreachView]:
        """Suspected and confirmed breaches, opened last first."""
        before = query.after_id()
        found = await self.breaches.newest(BreachId(before) if before else None, query.limit + 1)
        return page(found, _view, query.limit, lambda breach: breach.id)

    @route("POST", "/api/staff/breaches", audience=Audience.STAFF, status=201, idempotent=True, errors=(BreachInvalid,))
    async def report(self, call: Call, body: BreachReport) -> BreachView:
        """Report something that may be a breach."""
        return _view(await self.breaches.report(call.user_id, body.scope, body.words))

    @route("GET", "/api/staff/breaches/{breach_id}", audience=Audience.STAFF, errors=(BreachMissing,))
    async def breach(self, _call: Call, breach_id: UUID) -> BreachView:
        """A breach and its timeline."""
        return _view(await self.breaches.breach(BreachId(breach_id)))

    @route("GET", "/api/staff/breaches/{breach_id}/notification", audience=Audience.STAFF, errors=(BreachMissing,))
    async def notification(self, _call: Call, breach_id: UUID) -> Notification:
        """The draft of what the authority is told (Art. 33(3) GDPR), and what it lacks."""
        return await self.breaches.notification(BreachId(breach_id))

    @route("GET", "/api/staff/breaches/{breach_id}/members", audience=Audience.ADMIN)
    async def members(self, call: Call, breach_id: UUID, query: PageQuery) -> Page[AffectedMember]:
        """Whom the breach is about, by id, as they were found last, and what each was sent."""
        after = query.after_id()
        found = await self.breaches.affected(BreachId(breach_id), UserId(after) if after else None, query.limit + 1)
        call.shown.update(each.user_id for each in found[: query.limit])
        return page(found, _affected, query.limit, lambda each: each.user_id)

    @route("POST", "/api/staff/breaches/{breach_id}/decisions", audience=Audience.ADMIN, errors=_STEPPED)
    async def decide_on_breach(self, call: Call, body: BreachDecision, breach_id: UUID) -> BreachView:
        """Decide what it is, or write down what was done. The 72 hours run from when we became aware."""
        step = _step(body, body.at or self.clock.now())
        return _view(await self.breaches.add(BreachId(breach_id), call.user_id, step, body.words))

    @route("POST", "/api/staff/breaches/{breach_id}/assessment", audience=Audience.ADMIN, errors=_STEPPED)
    async def assess(self, call: Call, body: BreachAssessment, breach_id: UUID) -> BreachView:
        """Say how severe it is and whom it is about; again as more is known.

        Whom exactly is found from the traces of the last 30 days, to the minute, up to the end of the last minute that
        is stored everywhere: half a minute ago. A scope that ends later is refused; one without an end ends there. They
        are found after the answer, in which `affected` is null: read the breach again, most often seconds later."""
        return _view(
            await self.breaches.assess(
                BreachId(breach_id),
                call.user_id,
                body.severity,
                body.scope,
                consequences=body.consequences,
                measures=body.measures,
                words=body.words,
            )
        )

    @route("POST", "/api/staff/breaches/{breach_id}/member-notices", audience=Audience.ADMIN, errors=_STEPPED)
    async def notify_members(self, call: Call, body: MemberNotices, breach_id: UUID) -> BreachView:
        """Write to everybody it is about who was not told yet (Art. 34 GDPR), each in the language in which they last
        agreed to something, or else in that of the installation's mails.

        Refused while they are being found, and again until others are found by a new assessment. Which words and
        language each was sent is kept with whom the breach is about."""
        notices = [
            Notice(language, each.happened, each.consequences, each.measures)
            for language, each in ((Language.EN, body.notices.en), (Language.DE, body.notices.de))
        ]
        return _view(await self.breaches.notify_members(BreachId(breach_id), call.user_id, notices, body.words))


def _step(body: BreachDecision, at: datetime) -> Step:
    match body.decision:
        case BreachDecisionKind.CONFIRM:
            return Confirmed(at)
        case BreachDecisionKind.AUTHORITY_NOTIFIED:
            return AuthorityNotified(at, body.reference)
        case BreachDecisionKind.DISMISS:
            return Dismissed()
        case BreachDecisionKind.NOTE:
            return Noted()
        case BreachDecisionKind.CLOSE:
            return Closed()


def _affected(member: Affected) -> AffectedMember:
    return AffectedMember(member.user_id, member.told_at, member.told_by, member.told_in)


def _view(breach: Breach) -> BreachView:
    found = breach.assessment
    severity = found.severity if found else None
    return BreachView(
        id=breach.id,
        kind=breach.kind,
        state=breach.state,
        opened_at=breach.opened_at,
        found=breach.found,
        scope=breach.scope,
        aware_at=breach.aware_at,
        due_at=breach.due_at,
        severity=severity,
        score=scoring.score(severity) if severity else None,
        level=scoring.level(severity) if severity else None,
        authority_to_be_told=scoring.authority_to_be_told(severity),
        members_to_be_told=severity is not None and scoring.members_to_be_told(severity),
        affected=breach.affected,
        authority_notified_at=breach.authority_notified_at,
        members_notified=breach.members_notified,
        timeline=tuple(
            TimelineView(entry.sequence, entry.at, entry.by, step_name(entry.step), entry.words)
            for entry in breach.timeline
        ),
    )
