"""Markets of any size and shape, once as the domain takes them and once in arrays."""

import importlib
import sys
from collections import defaultdict
from datetime import timedelta
from types import ModuleType

import attrs
import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from adapters.matching.edges import Bounds, History, SparseEdges, fair_shares
from adapters.matching.rounds import Ints
from saltbitter_domain.compatibility.allocation.stable import Allocation, Edges
from saltbitter_domain.compatibility.model import Exposure
from saltbitter_domain.kernel import UserId
from tests.domain.crowd import DAY, user


@attrs.frozen(eq=False)
class Market:
    """People by position, some of them viewers, who may be shown whom, and what was before."""

    edges: SparseEdges
    history: History
    quota: int

    @property
    def bounds(self) -> Bounds:
        return Bounds.of(fair_shares(self.edges, self.quota), self.history)

    @property
    def of_domain(self) -> Edges:
        e = self.edges
        rows = list(zip(e.indptr, e.indptr[1:], strict=False))
        return Edges(
            people=[user(n) for n in range(e.people)],
            viewers=e.viewers.tolist(),
            candidates=[e.candidates[first:end].tolist() for first, end in rows],
            merits=[e.merits[first:end].tolist() for first, end in rows],
            advantages=e.advantages.tolist(),
        )

    @property
    def past(self) -> dict[UserId, list[Exposure]]:
        h, past = self.history, defaultdict[UserId, list[Exposure]](list)
        for n, ago, shown, fair in zip(h.person, h.days_ago, h.shown, h.fair, strict=True):
            past[user(int(n))].append(Exposure(user(int(n)), DAY - timedelta(days=int(ago)), int(shown), float(fair)))
        return past

    def best(self, few: int) -> SparseEdges:
        """Only so many options of each viewer, which are their best."""
        e = self.edges
        kept = np.arange(len(e.candidates)) - np.repeat(e.indptr[:-1], e.lengths) < few
        indptr = np.concatenate([[0], np.cumsum(np.minimum(few, e.lengths))])
        return attrs.evolve(e, indptr=indptr, candidates=e.candidates[kept], merits=e.merits[kept])

    def more(self, viewers: Ints) -> SparseEdges:
        """All options of these viewers."""
        return self._where(np.isin(self.edges.viewers, viewers)[self.edges.rows])

    def reach(self, candidates: Ints) -> SparseEdges:
        """All viewers to whom these may be shown."""
        return self._where(np.isin(self.edges.candidates, candidates))

    def _where(self, kept: npt.NDArray[np.bool_]) -> SparseEdges:
        e = self.edges
        lengths = np.bincount(e.rows[kept], minlength=len(e.viewers))
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        return attrs.evolve(e, indptr=indptr, candidates=e.candidates[kept], merits=e.merits[kept])


@st.composite
def markets(draw: st.DrawFn, most: int = 60) -> Market:
    """Up to ``most`` people: two sides of any proportion, dense or sparse, with many or no equal merits, some much
    admired, with or without a past, for quotas from 1 to 10."""
    return market(
        people=draw(st.integers(1, most)),
        seed=draw(st.integers(0, 2**32 - 1)),
        first_side=draw(st.sampled_from([0.5, 0.3, 0.1, 1.0])),
        density=draw(st.sampled_from([0.05, 0.3, 0.9])),
        levels=draw(st.sampled_from([2, 5, None])),
        admiration=draw(st.sampled_from([0.0, 1.0, 5.0])),
        history=draw(st.sampled_from([0.0, 0.5, 2.0])),
        quota=draw(st.integers(1, 10)),
    )


def market(
    people: int,
    seed: int,
    first_side: float = 0.5,
    density: float = 0.5,
    levels: int | None = None,
    admiration: float = 1.0,
    history: float = 0.0,
    quota: int = 10,
) -> Market:
    """``first_side`` of 1 means that everybody may meet everybody; ``levels`` is how many merits there are, and
    ``history`` how many exposures everybody has had of late, on average and not evenly."""
    rng = np.random.default_rng(seed)
    side = rng.random(people) < first_side
    suits = (side[:, None] != side) if first_side < 1 else ~np.eye(people, dtype=bool)
    suits &= rng.random((people, people)) < density
    viewers = np.flatnonzero(rng.random(people) < 0.9)
    worth = rng.normal(size=(people, people)) + admiration * rng.exponential(size=people)
    worth = worth * 10 if levels is None else np.floor(levels * (worth - worth.min()) / (np.ptp(worth) + 1e-9))
    row, candidate = np.nonzero(suits[viewers])
    shuffled = rng.permutation(len(row))
    shuffled = shuffled[np.argsort(row[shuffled], kind="stable")]
    row, candidate = row[shuffled], candidate[shuffled]
    edges = SparseEdges.of(
        people=people,
        viewers=viewers,
        indptr=np.searchsorted(row, np.arange(len(viewers) + 1)),
        candidates=candidate,
        merits=worth[viewers[row], candidate],
        advantages=rng.normal(size=people),
    )
    entries = rng.random((people, 5)) < min(1.0, history / 3)
    person, ago = np.nonzero(entries)
    shown = rng.poisson(rng.exponential(history * 3 + 1e-9, size=len(person)))
    return Market(
        edges=edges,
        history=History(
            person.astype(np.int32),
            (ago - 1).astype(np.int32),
            shown.astype(np.int32),
            np.round(rng.exponential(3.0, size=len(person)) * 4) / 4,
        ),
        quota=quota,
    )


def positions(allocation: Allocation) -> list[list[int]]:
    return [[candidate.int for candidate in listed] for listed in allocation.lists.values()]


def without_numba() -> ModuleType:
    """The allocation as it is imported where numba is missing, beside the one that is imported already."""
    held = {name: module for name, module in sys.modules.items() if name.startswith("adapters.matching")}
    held["numba"] = importlib.import_module("numba")
    try:
        for name in held:
            del sys.modules[name]
        sys.modules["numba"] = None  # type: ignore[assignment]
        return importlib.import_module("adapters.matching.allocation")
    finally:
        for name in [name for name in sys.modules if name.startswith("adapters.matching")]:
            del sys.modules[name]
        sys.modules.update(held)
        for name, module in held.items():
            parent, _, child = name.rpartition(".")
            if parent:
                setattr(sys.modules[parent], child, module)
