"""One statement in place of several: changes that are made together, and questions that are asked together."""

import re
from collections.abc import Coroutine, Generator, Mapping, Sequence
from functools import cache
from typing import Any

import attrs

from adapters.postgres.query import Query

Rows = Sequence[Mapping[str, Any]]


@attrs.frozen(eq=False)
class Question:
    """What a read waits for while it is stepped through: awaiting it gives the rows that are sent in."""

    query: Query
    arguments: Sequence[Any]
    writes: bool = False

    def __await__(self) -> Generator["Question", Rows, Rows]:
        return (yield self)


class Reads:
    """Reads that go on side by side: each up to its next question, then all with what was found.

    They are stepped through here and not by the event loop, so that nothing is asked before every one of them waits."""

    def __init__(self, reads: Sequence[Coroutine[Any, Any, Any]]) -> None:
        self._reads = reads
        self._found: dict[int, Any] = {}
        self.questions: dict[int, Question] = {}
        """What is asked now, by the read that asks."""

    def begin(self) -> None:
        """Go on up to the first question of each."""
        for n in range(len(self._reads)):
            self._step(n, None)

    def answer(self, answers: Sequence[Rows]) -> None:
        """Go on with the rows found for each of ``questions``."""
        asked, self.questions = self.questions, {}
        for n, rows in zip(asked, answers, strict=True):
            self._step(n, rows)

    def results(self) -> list[Any]:
        """What each came to, once there is no question left."""
        return [self._found[n] for n in range(len(self._reads))]

    def close(self) -> None:
        """End those that are not over."""
        for read in self._reads:
            read.close()

    def _step(self, n: int, rows: Rows | None) -> None:
        try:
            asked = self._reads[n].send(rows)
        except StopIteration as over:
            self._found[n] = over.value
        else:
            if not isinstance(asked, Question):
                raise TypeError("only reads of one unit of work can be made together")
            self.questions[n] = asked


@cache
def asked_together(queries: tuple[Query, ...]) -> str:
    """One statement that finds what all of these find, their rows side by side and numbered: ``n_0``, what the first
    row of the first query has, ``n_1``, and so on; nulls where a query found fewer."""
    parts, sides, before = [], [], 0
    for n, query in enumerate(queries):
        parts.append(f"asked_{n} AS ({_renumbered(query.sql, before)})")
        before += len(query.names)
        side = f"(SELECT row_number() OVER () AS n_{n}, * FROM asked_{n}) AS side_{n}"
        earlier = ", ".join(f"n_{k}" for k in range(n))
        sides.append(f"FULL JOIN {side} ON n_{n} = coalesce({earlier})" if n else side)
    return f"WITH {', '.join(parts)} SELECT * FROM {' '.join(sides)}"


def parted(rows: Sequence[Any], queries: int) -> list[Rows]:
    """The rows of each of so many queries that were asked together, in its own order."""
    if not rows:
        return [[] for _ in range(queries)]
    names = list(rows[0].keys())
    marks = [names.index(f"n_{n}") for n in range(queries)]
    found: list[Rows] = []
    for start, end in zip(marks, [*marks[1:], len(names)], strict=True):
        its_own = sorted((row for row in rows if row[start] is not None), key=lambda row: row[start])
        found.append([dict(zip(names[start + 1 : end], row[start + 1 : end], strict=True)) for row in its_own])
    return found


@cache
def made_together(changes: tuple[tuple[Query, bool], ...]) -> str:
    """One statement that makes all these changes and fails as a whole where one that is counted, the second of each,
    returns another number of rows than the argument for it, which follow those of the changes."""
    parts, before = [], 0
    for n, (query, _) in enumerate(changes):
        parts.append(f"change_{n} AS ({_renumbered(query.sql, before)})")
        before += len(query.names)
    counted = [n for n, (_, is_counted) in enumerate(changes) if is_counted]
    checks = [f"must_change((SELECT count(*) FROM change_{n}), ${before + k + 1}, {k})" for k, n in enumerate(counted)]
    return f"WITH {', '.join(parts)} SELECT {', '.join(checks) or '1'}"


def _renumbered(sql: str, by: int) -> str:
    return re.sub(r"\$(\d+)", lambda number: f"${int(number[1]) + by}", sql)
