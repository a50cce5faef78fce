"""What breaches need from outside."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from saltbitter_domain.breaches.model import Act, Activity, Addressee, Affected, Entry, Scope, Trace
from saltbitter_domain.kernel import BreachId, Language, UserId


class Traces(Protocol):
    """The store of who did what lately, kept for ``TRACES_KEPT``."""

    async def add(self, traces: Collection[tuple[UUID, Trace]]) -> None:
        """Store traces under new ids. There may be several of one actor, act and minute, from as many processes."""
        ...

    async def busiest(self, act: Act, since: datetime, least: int, *, together: bool = False) -> Sequence[Activity]:
        """The actors who, from the minute ``since`` on, did this about at least ``least`` people or, where it is about
        nobody known, so often: the busiest first, a hundred at most. ``together`` takes all for one without a name."""
        ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Forget up to ``limit`` traces of minutes before the instant ``before``; how many."""
        ...


class BreachRegister(Protocol):
    """The append-only register of breaches, and whom each is about."""

    async def open(self, entry: Entry, key: str | None = None) -> bool:
        """Store the first entry of a breach; False, and nothing is stored, when one was opened under this ``key``."""
        ...

    async def append(self, entry: Entry) -> None:
        """Store the next entry; ``StaleWrite`` when it does not follow the last."""
        ...

    async def of(self, breach_id: BreachId) -> Sequence[Entry]:
        """The entries of a breach by sequence; none when there is no such breach."""
        ...

    async def newest(self, before: BreachId | None, limit: int) -> Sequence[Entry]:
        """All entries of up to ``limit`` breaches, those opened last first, of those with an id below ``before``."""
        ...

    async def unfinished(self) -> Sequence[Entry]:
        """All entries of the breaches that are neither dismissed nor closed."""
        ...

    async def affect(self, breach_id: BreachId, scope: Scope, until: datetime) -> int:
        """Keep whom the breach is about, of those who have an account, by its scope up to ``until``: exactly these and
        whoever was told of it before. Whoever is kept anew was found by the entry that is written next. It may read and
        keep everybody, which is nothing for a request.

        How many the scope alone comes to; 0, and nobody is kept, when there is no such breach."""
        ...

    async def affected(self, breach_id: BreachId, after: UserId | None, limit: int) -> Sequence[Affected]:
        """Up to ``limit`` members it is about, by id, after this one."""
        ...

    async def waiting(self, breach_id: BreachId) -> Mapping[int, int]:
        """How many members it is about whom nobody has told of it yet, by the sequence of the entry by which they were
        found."""
        ...

    async def untold(self, breach_id: BreachId, found: range, after: UserId | None, limit: int) -> Sequence[UserId]:
        """Up to ``limit`` members it is about, found by entries of these sequences, whom nobody has told of it yet, by
        id, after this one."""
        ...

    async def addressees(self, breach_id: BreachId, found: range, members: Collection[UserId]) -> Sequence[Addressee]:
        """Those of these members who were found by entries of these sequences and whom nobody has told of it yet, by
        id, and where and how to write to them."""
        ...

    async def told(self, breach_id: BreachId, member: UserId, entry: int, language: Language, at: datetime) -> None:
        """Keep that the member was told, in which language, and in the words of which entry by its sequence.

        Nothing changes where they were told before."""
        ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Forget up to ``limit`` breaches whose last entry was written before the instant ``before``, with whom they
        were about; how many. None that is younger than ``BREACHES_KEPT`` goes."""
        ...
