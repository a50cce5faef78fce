"""A member's copy of everything that is kept about them: asked for, made, fetched, and gone after a week."""

from datetime import datetime, timedelta

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import Conflict, ExportId, NotFound, UserId

EXPORT_DUE = timedelta(hours=48)
"""Within which a copy is ready. Product rule, far within the month that Art. 12(3) GDPR gives."""
ALARM_AFTER = EXPORT_DUE * 0.8
"""When whoever runs the product is told that a copy still waits: early enough to mend what holds it up."""
EXPORT_KEPT = timedelta(days=7)
"""How long a copy can be fetched before it is removed. Product rule."""


@attrs.frozen
class DataExport:
    """``size`` is that of the archive in bytes. It and ``ready_at`` are None while the copy is being made."""

    id: ExportId
    user_id: UserId
    requested_at: datetime
    ready_at: datetime | None = None
    size: int | None = None
    version: int = 1

    @property
    def due_at(self) -> datetime:
        """When it has to be ready."""
        return self.requested_at + EXPORT_DUE

    @property
    def expires_at(self) -> datetime | None:
        """From when on it can be fetched no more; None while it is being made."""
        return self.ready_at and self.ready_at + EXPORT_KEPT

    def can_be_fetched(self, now: datetime) -> bool:
        """Whether it is ready and not too old."""
        return self.expires_at is not None and now < self.expires_at


@event("exports.requested")
class ExportRequested(Event):
    user_id: UserId
    export_id: ExportId


@event("exports.ready")
class ExportReady(Event):
    user_id: UserId
    export_id: ExportId


@event("exports.removed")
class ExportRemoved(Event):
    """Nobody may fetch it any more: a newer one took its place, or its member was erased."""

    export_id: ExportId


class ExportRunning(Conflict):
    """One copy is made at a time."""

    code = "export_running"


class ExportMissing(NotFound):
    """The address was not made here, or what it led to is gone."""

    code = "export_missing"
