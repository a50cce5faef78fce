"""What clients were promised while things broke, kept to be compared with what is there afterwards."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from enum import Enum
from typing import TypeVar

import attrs

from saltbitter_domain.kernel import UserId


class Outcome(Enum):
    """How an operation ended for the client."""

    ACKNOWLEDGED = "acknowledged"
    UNKNOWN = "unknown"
    """No answer came, or one that does not tell whether the operation took effect."""
    REFUSED = "refused"


@attrs.frozen
class Edit:
    """A replaced profile. ``version`` is the one that was promised."""

    outcome: Outcome
    member: UserId
    words: str
    version: int | None = None


@attrs.frozen
class Like:
    outcome: Outcome
    by: UserId
    about: UserId


@attrs.frozen
class Registration:
    outcome: Outcome
    email: str


@attrs.frozen
class Morning:
    """A member for whom the day's matches were due when the run was asked for, twice."""

    outcome: Outcome
    member: UserId
    day: date


@attrs.frozen
class Announcement:
    """A message put into the outbox directly, of which the member gets one notice; nobody asked for it over HTTP."""

    outcome: Outcome
    member: UserId
    subject: str


Operation = Edit | Like | Registration | Morning | Announcement
_T = TypeVar("_T", Edit, Like, Registration, Morning, Announcement)


@attrs.define
class History:
    """The operations of one row, and every status that a request was answered with (0 is no answer)."""

    operations: list[Operation] = attrs.field(factory=list)
    statuses: Counter[int] = attrs.field(factory=Counter)
    oddities: list[str] = attrs.field(factory=list)
    slowest: float = 0.0

    def of(self, kind: type[_T], outcome: Outcome | None = None) -> Iterator[_T]:
        """The operations of this kind, of those that ended so if an outcome is given."""
        for operation in self.operations:
            if isinstance(operation, kind) and outcome in (None, operation.outcome):
                yield operation

    @property
    def acknowledged(self) -> int:
        """How many operations were acknowledged over HTTP."""
        return sum(
            operation.outcome is Outcome.ACKNOWLEDGED
            for operation in self.operations
            if not isinstance(operation, Announcement)
        )
