"""The domain's ways to allocate over arrays, for millions: on the same edges the same lists, by the same names.

Where the edges are only the best few of each viewer, two callbacks bring what these leave out. ``reach`` is asked
before the rounds for viewers of those who are among the best of too few to be shown as often as they should, ``more``
after them for further candidates of the viewers whose lists are still short. Complete edges need neither.
"""

from collections.abc import Mapping
from typing import Protocol

import attrs
import numpy as np
import numpy.typing as npt

from adapters.matching import rounds
from adapters.matching.edges import Bounds, Further, SparseEdges
from adapters.matching.prices import prices
from adapters.matching.rounds import Flags, Floats, Ints
from saltbitter_domain.compatibility.model import DAILY_QUOTA

WHY_SHORT = (None, "nobody_eligible", "fewer_eligible_than_quota", "ceilings")
"""What ``SparseAllocation.short`` means; the words are those of the domain."""
REACH = 2.0
"""Whoever is among the options of fewer viewers than so many times their share is looked for again."""


@attrs.frozen(eq=False)
class SparseAllocation:
    """``lists`` (int32, viewers by quota) has each viewer's suggestions by position, most merit first, and ``merits``
    (float64) what they are worth; places left empty are -1 and NaN. ``short`` (int8) indexes ``WHY_SHORT`` and
    ``shown`` (int32) is in how many lists each of the people is."""

    lists: Ints
    merits: Floats
    shown: Ints
    short: npt.NDArray[np.int8]


class Allocate(Protocol):
    """A way to allocate: the lists of all viewers within the bounds, the same for the same edges."""

    def __call__(
        self,
        edges: SparseEdges,
        bounds: Bounds,
        quota: int = DAILY_QUOTA,
        more: Further | None = None,
        reach: Further | None = None,
    ) -> SparseAllocation: ...


def stable(
    edges: SparseEdges,
    bounds: Bounds,
    quota: int = DAILY_QUOTA,
    more: Further | None = None,
    reach: Further | None = None,
) -> SparseAllocation:
    """``stable-v1``."""
    draft = _Draft.open(edges, quota)
    if reach is not None:
        draft = draft.widened(reach, draft.out_of_reach(bounds))
    for targets in (bounds.owed, bounds.floor, bounds.share, bounds.ceiling):
        draft.settle(targets)
    e = draft.edges
    rounds.lift(e.indptr, e.candidates, e.merits, bounds.floor, draft.shown, draft.taken)
    if more is not None:
        draft = draft.widened(more, draft.left_short())
        e = draft.edges
    rounds.refill(e.indptr, e.candidates, e.merits, bounds.ceiling, draft.shown, draft.free, draft.taken)
    return draft.close()


def transferable(
    edges: SparseEdges,
    bounds: Bounds,
    quota: int = DAILY_QUOTA,
    more: Further | None = None,
    reach: Further | None = None,
) -> SparseAllocation:
    """``tu-v1``."""
    draft = _Draft.open(edges, quota)
    if reach is not None:
        draft = draft.widened(reach, draft.out_of_reach(bounds))
    draft = draft.charged(prices(draft.edges, bounds.share, quota), bounds.ceiling)
    if more is not None:
        draft = draft.widened(more, draft.left_short())
        draft.settle(bounds.ceiling)
    return draft.close()


def top(
    edges: SparseEdges,
    bounds: Bounds,  # noqa: ARG001  one form for all ways to allocate
    quota: int = DAILY_QUOTA,
    more: Further | None = None,  # noqa: ARG001
    reach: Further | None = None,  # noqa: ARG001
) -> SparseAllocation:
    """``top-v1``: the best scores among the options."""
    return _Draft.open(edges, quota).charged(-edges.advantages, None).close()


ALLOCATIONS: Mapping[str, Allocate] = {"stable-v1": stable, "tu-v1": transferable, "top-v1": top}
"""The same names as the domain's ``ALLOCATIONS``."""


@attrs.frozen(eq=False)
class _Draft:
    """The lists in the making, as ``rounds`` has them; the arrays change in place."""

    edges: SparseEdges
    quota: int
    taken: Flags
    free: Ints
    shown: Ints

    @classmethod
    def open(cls, edges: SparseEdges, quota: int) -> "_Draft":
        return cls(
            edges=edges,
            quota=quota,
            taken=np.zeros(len(edges.candidates), np.uint8),
            free=np.full(len(edges.viewers), quota, np.int32),
            shown=np.zeros(edges.people, np.int32),
        )

    def settle(self, targets: Ints) -> None:
        if targets.any():
            e = self.edges
            rounds.settle(e.indptr, e.candidates, e.merits, targets, self.shown, self.free, self.taken)

    def charged(self, charges: Floats, ceilings: Ints | None) -> "_Draft":
        """One round by merit less charge over lists that are empty; without ceilings everybody takes their best."""
        edges, order = self.edges.ranked(self.edges.merits - charges[self.edges.candidates])
        draft = _Draft.open(edges, self.quota)
        if ceilings is None:
            rounds.take_best(edges.indptr, draft.free, draft.taken, edges.candidates, draft.shown)
        else:
            draft.settle(ceilings)
        taken = np.empty_like(draft.taken)
        taken[order] = draft.taken
        return attrs.evolve(draft, edges=self.edges, taken=taken)

    def widened(self, further: Further, positions: Ints) -> "_Draft":
        if not len(positions):
            return self
        edges, taken = self.edges.widened(further(positions), self.taken)
        return attrs.evolve(self, edges=edges, taken=taken)

    def out_of_reach(self, bounds: Bounds) -> Ints:
        """Positions of those who are options of too few viewers."""
        reached = np.bincount(self.edges.candidates, minlength=self.edges.people)
        return np.flatnonzero(reached < REACH * bounds.share).astype(np.int32)

    def left_short(self) -> Ints:
        """Positions of the viewers with an empty place and more to choose from than is known here."""
        return self.edges.viewers[(self.free > 0) & (self.edges.lengths < self.edges.eligible)]

    def close(self) -> SparseAllocation:
        edges, chosen = self.edges, np.flatnonzero(self.taken)
        listed = self.quota - self.free
        rows = np.repeat(np.arange(len(listed)), listed)
        first = np.cumsum(listed) - listed
        place = np.arange(len(chosen)) - np.repeat(first, listed)
        lists = np.full((len(listed), self.quota), -1, np.int32)
        merits = np.full((len(listed), self.quota), np.nan)
        lists[rows, place], merits[rows, place] = edges.candidates[chosen], edges.merits[chosen]
        reasons = [listed >= self.quota, listed < edges.eligible, edges.eligible > 0]
        short = np.select(reasons, [0, 3, 2], default=1).astype(np.int8)
        return SparseAllocation(lists, merits, self.shown, short)
