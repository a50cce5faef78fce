"""The record of what staff looked at and did."""

from datetime import datetime, timedelta

import attrs

from saltbitter_domain.kernel import PhotoId, ReviewId, UserId

MAX_AUDIT_REASON = 200
"""Code points in which staff say why they look or act."""
CONSOLE = "console"
"""The actor of what was done with the command line, where nobody signs in."""
AUDIT_KEPT = timedelta(days=1096)
"""Three years: until the end of the year after that claims under German law lapse (BGB 195), and longer than the year
that PCI DSS 10.5.1 asks for."""


@attrs.frozen
class AuditEntry:
    """What is to be put on record: a record (``AuditRecord``) that has no place in the chain yet.

    It is about these ``members`` and about those whose photo or review these are."""

    at: datetime
    actor: str
    action: str
    reason: str = attrs.field(repr=False)
    request_id: str
    members: frozenset[UserId] = frozenset()
    photo_id: PhotoId | None = None
    review_id: ReviewId | None = None


@attrs.frozen
class AuditRecord:
    """One link of the one chain of all records (``saltbitter_domain.chain``).

    ``actor`` is the id of the member of staff, or ``console``. ``action`` names the route or the command, ``reason``
    why they needed it in their own words, and ``subjects`` the members it is about, as far as the request tells, in the
    order of their ids."""

    sequence: int
    at: datetime
    actor: str
    action: str
    reason: str = attrs.field(repr=False)
    subjects: tuple[UserId, ...]
    request_id: str
    previous_hash: str
    hash: str


@attrs.frozen
class AuditFilter:
    """Which records: those by this ``actor``, of this ``action``, about this ``subject``, from ``since`` and before
    ``until``. What is None does not matter."""

    actor: str | None = None
    action: str | None = None
    subject: UserId | None = None
    since: datetime | None = None
    until: datetime | None = None

    def fits(self, record: AuditRecord) -> bool:
        """Whether it is one of them."""
        return (
            self.actor in (None, record.actor)
            and self.action in (None, record.action)
            and (self.subject is None or self.subject in record.subjects)
            and (self.since is None or self.since <= record.at)
            and (self.until is None or record.at < self.until)
        )
