"""The domain's ways to allocate over arrays, for millions: on the same edges the same lists, by the same names.

Where the edges are only the best few of each viewer, two callbacks bring what these leave out. ``reach`` is asked
before the rounds for viewers of those who are options of fewer than their floor, so that they can come to it. ``more``
is asked for further candidates of the viewers whom the round of the ceilings leaves short, and that round is played
again. Complete edges need neither.

On complete edges the lists are the domain's. On the best few they are the lists of all edges wherever nobody's options
run out before the round of the ceilings: a round is the one stable assignment, and a list that is full has no use for
what lies beyond. Where options do run out, which is the rule for the floors, somebody may come to their floor by other
viewers than those they suit best of all; and no exchange is looked for beyond the options at hand.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

import attrs
import numpy as np
import numpy.typing as npt

from adapters.matching import rounds
from adapters.matching.edges import Bounds, Further, SparseEdges
from adapters.matching.prices import prices
from adapters.matching.rounds import Flags, Floats, Ints
from saltbitter_domain.compatibility.model import DAILY_QUOTA
from saltbitter_domain.compatibility.records import WHY_SHORT

__all__ = ["ALLOCATIONS", "WHY_SHORT", "Allocate", "SparseAllocation", "stable", "top", "transferable"]


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
    draft = _Draft.open(edges, quota).reached(reach, bounds).ordered()
    for targets in (bounds.owed, bounds.floor, bounds.share):
        draft = draft.settled(targets)
    draft = draft.filled(more, lambda so_far: so_far.ordered().settled(bounds.ceiling))
    e = draft.edges
    rounds.lift(e.indptr, e.candidates, e.merits, bounds.floor, draft.shown, draft.taken)
    rounds.refill(e.indptr, e.candidates, e.merits, bounds.ceiling, quota, draft.shown, draft.free, draft.taken)
    return draft.close()


def transferable(
    edges: SparseEdges,
    bounds: Bounds,
    quota: int = DAILY_QUOTA,
    more: Further | None = None,
    reach: Further | None = None,
) -> SparseAllocation:
    """``tu-v1``; what ``more`` brings is taken at the prices found without it."""
    draft = _Draft.open(edges, quota).reached(reach, bounds)
    charges = prices(draft.edges, bounds.share, quota)
    return draft.filled(more, lambda so_far: so_far.ordered(charges).settled(bounds.ceiling)).close()


def top(
    edges: SparseEdges,
    bounds: Bounds,  # noqa: ARG001  one form for all ways to allocate
    quota: int = DAILY_QUOTA,
    more: Further | None = None,  # noqa: ARG001
    reach: Further | None = None,  # noqa: ARG001
) -> SparseAllocation:
    """``top-v1``: the best scores among the options."""
    unbounded = np.full(edges.people, len(edges.viewers), np.int32)
    return _Draft.open(edges, quota).ordered(-edges.advantages).settled(unbounded).close()


ALLOCATIONS: Mapping[str, Allocate] = {"stable-v1": stable, "tu-v1": transferable, "top-v1": top}
"""The same names as the domain's ``ALLOCATIONS``."""


@attrs.frozen(eq=False)
class _Draft:
    """The lists in the making, as ``rounds`` has them, and the ``order`` in which edges are taken."""

    edges: SparseEdges
    quota: int
    taken: Flags
    free: Ints
    shown: Ints
    order: rounds.Order | None = None

    @classmethod
    def open(cls, edges: SparseEdges, quota: int) -> "_Draft":
        return cls(
            edges=edges,
            quota=quota,
            taken=np.zeros(len(edges.candidates), np.uint8),
            free=np.full(len(edges.viewers), quota, np.int32),
            shown=np.zeros(edges.people, np.int32),
        )

    def ordered(self, charges: Floats | None = None) -> "_Draft":
        """The edges in play put in order of merit, or of merit less the candidate's charge."""
        e = self.edges
        worth = e.merits if charges is None else e.merits - charges[e.candidates]
        return attrs.evolve(self, order=rounds.order_of(e.indptr, e.candidates, worth, self.free, self.taken))

    def settled(self, targets: Ints) -> "_Draft":
        """After a round. What was before is left as it was."""
        if not targets.any() or self.order is None:
            return self
        after = attrs.evolve(self, taken=self.taken.copy(), free=self.free.copy(), shown=self.shown.copy())
        rounds.settle(*self.order, targets, after.shown, after.free, after.taken)
        return after

    def reached(self, reach: Further | None, bounds: Bounds) -> "_Draft":
        """With further viewers of those who are options of fewer than their floor."""
        degree = np.bincount(self.edges.candidates, minlength=self.edges.people)
        return self._widened(reach, np.flatnonzero(degree < bounds.floor).astype(np.int32))

    def filled(self, more: Further | None, last_round: "Callable[[_Draft], _Draft]") -> "_Draft":
        """After the last round, which is played again with further candidates of the viewers it leaves short until
        there are none."""
        before = self
        while True:
            after = last_round(before)
            wider = before._widened(more, after.left_short())
            if wider is before:
                return after
            before = wider

    def _widened(self, further: Further | None, positions: Ints) -> "_Draft":
        if further is None or not len(positions):
            return self
        edges, taken = self.edges.widened(further(positions), self.taken)
        if len(taken) == len(self.taken):
            return self
        return attrs.evolve(self, edges=edges, taken=taken, order=None)

    def left_short(self) -> Ints:
        """Positions of the viewers with an empty place and more to choose from than is known here."""
        return self.edges.viewers[(self.free > 0) & (self.edges.lengths < self.edges.eligible)]

    def close(self) -> SparseAllocation:
        edges, count = self.edges, self.quota - self.free
        lists, merits = rounds.listed(edges.indptr, edges.candidates, edges.merits, self.taken, self.quota)
        cases = [count >= self.quota, count < edges.eligible, edges.eligible > 0]
        reasons = [WHY_SHORT.index(reason) for reason in (None, "ceilings", "fewer_eligible_than_quota")]
        short = np.select(cases, reasons, default=WHY_SHORT.index("nobody_eligible")).astype(np.int8)
        return SparseAllocation(lists, merits, self.shown, short)
