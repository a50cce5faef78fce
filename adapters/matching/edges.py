"""Who may be shown to whom, and how often everybody is to be shown, in arrays by position."""

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from adapters.matching.jit import jit
from adapters.matching.rounds import Flags, Floats, Ints, Longs
from saltbitter_domain.compatibility.allocation.stable import CEILING, CEILING_AT_LEAST, FLOOR, FLOOR_DAYS

_HAIR = 1e-9
"""As in the domain: what lies this close to a whole number is that number."""


@attrs.frozen(eq=False)
class SparseEdges:
    """The best options of each viewer: ``stable.Edges`` of the domain as compressed sparse rows.

    ``people`` of them have positions, in order of precedence. Row r is of ``viewers[r]`` (int32, ascending); from
    ``indptr[r]`` (int64) to ``indptr[r + 1]`` stand their ``candidates`` (int32), each once, and ``merits`` (float64,
    points), most merit first and by position where it is equal. ``eligible`` (int32) says from how many these are the
    best, and ``advantages`` (float64, points) by position what of a score is the candidate's own."""

    people: int
    viewers: Ints
    indptr: Longs
    candidates: Ints
    merits: Floats
    eligible: Ints
    advantages: Floats

    @classmethod
    def of(
        cls,
        people: int,
        viewers: npt.ArrayLike,
        indptr: npt.ArrayLike,
        candidates: npt.ArrayLike,
        merits: npt.ArrayLike,
        eligible: npt.ArrayLike | None = None,
        advantages: npt.ArrayLike | None = None,
    ) -> "SparseEdges":
        """From columns whose rows may be in any order; what is in order already is not copied.

        Without ``eligible`` the options are all there are, without ``advantages`` merit is the score."""
        starts = np.ascontiguousarray(indptr, np.int64)
        edges = cls(
            people=people,
            viewers=np.ascontiguousarray(viewers, np.int32),
            indptr=starts,
            candidates=np.ascontiguousarray(candidates, np.int32),
            merits=np.ascontiguousarray(merits, np.float64),
            eligible=np.ascontiguousarray(np.diff(starts) if eligible is None else eligible, np.int32),
            advantages=np.zeros(people) if advantages is None else np.ascontiguousarray(advantages, np.float64),
        )
        return edges if _ordered(edges.indptr, edges.candidates, edges.merits) else edges.ranked(edges.merits)[0]

    @property
    def lengths(self) -> Longs:
        return np.diff(self.indptr)

    @property
    def rows(self) -> Ints:
        """The row of every edge."""
        return np.repeat(np.arange(len(self.viewers), dtype=np.int32), self.lengths)

    def ranked(self, worth: Floats) -> "tuple[SparseEdges, Longs]":
        """The same edges with ``worth`` for merit, put in order, and which edge each of them was."""
        order = _order(self.indptr, self.candidates, worth)
        return attrs.evolve(self, candidates=self.candidates[order], merits=worth[order]), order

    def widened(self, further: "SparseEdges", taken: Flags) -> "tuple[SparseEdges, Flags]":
        """These edges and those of ``further`` that are not among them, and the marks of the edges in the new order.

        Rows of viewers who have none here are left out: nobody is made a viewer."""
        if not len(self.viewers) or not len(further.candidates):
            return self, taken
        place = np.minimum(np.searchsorted(self.viewers, further.viewers), len(self.viewers) - 1).astype(np.int32)
        known = (self.viewers[place] == further.viewers)[further.rows]
        rows = place[further.rows][known]
        by_row = np.argsort(rows, kind="stable")
        indptr, candidates, merits, marks = _widen(
            self.indptr,
            self.candidates,
            self.merits,
            taken,
            rows[by_row],
            further.candidates[known][by_row],
            further.merits[known][by_row],
            self.people,
        )
        wide = attrs.evolve(self, indptr=indptr, candidates=candidates, merits=merits)
        return wide, marks


Further = Callable[[Ints], SparseEdges]
"""Edges beyond those at hand, for the positions asked."""


@attrs.frozen(eq=False)
class History:
    """The exposures of the last days as columns, one entry for each person and day: ``person`` is a position,
    ``days_ago`` counts back from the day of the run (0), and ``shown`` and ``fair`` are as in ``Exposure``."""

    person: Ints
    days_ago: Ints
    shown: Ints
    fair: Floats

    @classmethod
    def none(cls) -> "History":
        empty = np.empty(0, np.int32)
        return cls(empty, empty, empty, np.empty(0))


@attrs.frozen(eq=False)
class Bounds:
    """``stable.Bounds`` of everybody, as columns (int32) by position."""

    owed: Ints
    floor: Ints
    share: Ints
    ceiling: Ints

    @classmethod
    def of(cls, fair: Floats, history: History) -> "Bounds":
        """From the fair shares of this run and the exposures before it."""
        lately = (history.days_ago >= 0) & (history.days_ago < FLOOR_DAYS)
        today = history.days_ago == 0

        def total(of: npt.NDArray[Any], where: npt.NDArray[np.bool_]) -> Floats:
            return _sums(history.person[where], of[where], len(fair))

        due, had = total(history.fair, lately), total(history.shown, lately)
        due_today, had_today = total(history.fair, today) + fair, total(history.shown, today)
        most = np.maximum(CEILING_AT_LEAST, np.floor(CEILING * due_today + _HAIR))
        ceiling = np.maximum(0, most - had_today)
        floor = np.maximum(_up(FLOOR * (due + fair)) - had, _up(FLOOR * due_today) - had_today)
        share = np.maximum(floor, _up(due_today) - had_today)
        bounds = (_up(FLOOR * due) - had, floor, share, ceiling)
        return cls(*(np.minimum(np.maximum(0, bound), ceiling).astype(np.int32) for bound in bounds))


def fair_shares(edges: SparseEdges, quota: int) -> Floats:
    """By position, the exposure by chance: ``stable.fair_shares`` of the domain. The edges must be all there are."""
    chance = np.minimum(1.0, quota / np.maximum(1, edges.lengths))
    return _sums(edges.candidates, np.repeat(chance, edges.lengths), edges.people)


def _sums(positions: Ints, amounts: npt.NDArray[Any], people: int) -> Floats:
    return np.bincount(positions, weights=amounts, minlength=people).astype(np.float64, copy=False)


def _up(amount: Floats) -> Floats:
    return np.ceil(amount - _HAIR)


@jit
def _ordered(indptr: Longs, candidates: Ints, merits: Floats) -> bool:
    for row in range(len(indptr) - 1):
        for edge in range(indptr[row] + 1, indptr[row + 1]):
            if not _before(merits[edge - 1], candidates[edge - 1], merits[edge], candidates[edge]):
                return False
    return True


@jit
def _before(merit: float, candidate: int, other_merit: float, other: int) -> bool:
    return merit > other_merit or (merit == other_merit and candidate < other)


@jit
def _order(indptr: Longs, candidates: Ints, merits: Floats) -> Longs:
    """The edges row by row, most merit first and by position where it is equal."""
    order = np.arange(len(candidates))
    for row in range(len(indptr) - 1):
        _order_row(order[indptr[row] : indptr[row + 1]], candidates, merits)
    return order


@jit
def _order_row(order: Longs, candidates: Ints, merits: Floats) -> None:
    order[:] = order[np.argsort(candidates[order], kind="mergesort")]
    order[:] = order[np.argsort(-merits[order], kind="mergesort")]


@jit
def _widen(
    indptr: Longs,
    candidates: Ints,
    merits: Floats,
    taken: Flags,
    rows: Ints,
    further: Ints,
    worth: Floats,
    people: int,
) -> tuple[Longs, Ints, Floats, Flags]:
    """The edges and those of ``further``, which are in order too, merged. What is there already is left out."""
    new = _new(indptr, candidates, rows, further, people)
    count = np.diff(indptr)
    for k in range(len(rows)):
        count[rows[k]] += new[k]
    wide = np.zeros(len(indptr), np.int64)
    wide[1:] = np.cumsum(count)
    found = np.empty(wide[-1], np.int32)
    merit = np.empty(wide[-1], np.float64)
    marks = np.zeros(wide[-1], np.uint8)
    k = 0
    for row in range(len(count)):
        place = wide[row]
        for edge in range(indptr[row], indptr[row + 1]):
            while k < len(rows) and rows[k] == row and _before(worth[k], further[k], merits[edge], candidates[edge]):
                found[place], merit[place] = further[k], worth[k]
                place += new[k]
                k += 1
            found[place], merit[place], marks[place] = candidates[edge], merits[edge], taken[edge]
            place += 1
        while k < len(rows) and rows[k] == row:
            if new[k]:
                found[place], merit[place] = further[k], worth[k]
                place += 1
            k += 1
    return wide, found, merit, marks


@jit
def _new(indptr: Longs, candidates: Ints, rows: Ints, further: Ints, people: int) -> Flags:
    """Which of the further edges are not there yet."""
    new = np.zeros(len(rows), np.uint8)
    known = np.full(people, -1, np.int32)
    for k in range(len(rows)):
        row = rows[k]
        if k == 0 or rows[k - 1] != row:
            for edge in range(indptr[row], indptr[row + 1]):
                known[candidates[edge]] = row
        if known[further[k]] != row:
            known[further[k]] = row
            new[k] = 1
    return new
