"""The record of what staff looked at and did."""

from datetime import datetime

import attrs

from saltbitter_domain.kernel import UserId

MAX_AUDIT_REASON = 200
"""Code points in which staff say why they look or act."""
CONSOLE = "console"
"""The actor of what was done with the command line, where nobody signs in."""


@attrs.frozen
class AuditRecord:
    """One link of the one chain of all records (``saltbitter_domain.chain``).

    ``actor`` is the id of the member of staff, or ``console``. ``action`` names the route or the command, ``reason``
    why they needed it in their own words, and ``subjects`` the members it is about, as far as the request tells."""

    sequence: int
    at: datetime
    actor: str
    action: str
    reason: str = attrs.field(repr=False)
    subjects: tuple[UserId, ...]
    request_id: str
    previous_hash: str
    hash: str
