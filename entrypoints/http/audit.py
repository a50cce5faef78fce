"""The record of what staff looked at and did, as admins read it."""

from datetime import datetime
from typing import Annotated

import attrs
from msgspec import Meta

from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.audit.model import AuditFilter, AuditRecord
from saltbitter_domain.audit.policies import told_of
from saltbitter_domain.audit.service import AuditService
from saltbitter_domain.kernel import UserId

PATH = "/api/staff/audit-records"
LOOK = f"GET {PATH}"
"""The action of a look at the record itself."""
Sequence = Annotated[int, Meta(ge=1, le=2_147_483_647)]


@attrs.frozen
class AuditQuery:
    """Only records by this ``actor`` (an id, or ``console``), of this ``action`` (``GET /api/staff/…``), about this
    ``subject``, from ``since`` and before ``until``. ``before`` is the ``next`` of the page before."""

    actor: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    action: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    subject: UserId | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: Sequence | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


@attrs.frozen
class AuditView:
    """Who looked at or did what, why, and about which members."""

    sequence: int
    at: datetime
    actor: str
    action: str
    reason: str = attrs.field(repr=False)
    subjects: tuple[UserId, ...]
    request_id: str


@attrs.frozen
class AuditPage:
    """``next`` is the ``before`` of the page after this one, null on the last."""

    items: tuple[AuditView, ...]
    next: int | None


@attrs.frozen
class AuditRecords:
    audit: AuditService

    @route("GET", PATH, audience=Audience.ADMIN)
    async def records(self, call: Call, query: AuditQuery) -> AuditPage:
        """What staff looked at and did, newest first. Looking here is on record too, with whom it tells of."""
        wanted = AuditFilter(query.actor, query.action, query.subject, query.since, query.until)
        found = await self.audit.newest(wanted, query.before, query.limit + 1)
        kept = found[: query.limit]
        call.shown.update(told_of(kept, LOOK), [query.subject] if query.subject else [])
        return AuditPage(tuple(map(_view, kept)), kept[-1].sequence if len(found) > query.limit else None)


def _view(record: AuditRecord) -> AuditView:
    return AuditView(
        sequence=record.sequence,
        at=record.at,
        actor=record.actor,
        action=record.action,
        reason=record.reason,
        subjects=record.subjects,
        request_id=record.request_id,
    )
