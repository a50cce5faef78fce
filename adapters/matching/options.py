"""What a search takes and what it finds, in flat arrays."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, Self

import attrs
import numpy as np

from adapters.matching.columns import Array, Columns
from saltbitter_domain.kernel import UserId


class Lists(NamedTuple):
    """Rows of people by row: those of n are ``rows`` (int32, ascending) from ``first[n]`` up to ``first[n + 1]``."""

    first: Array
    rows: Array

    @classmethod
    def none(cls, size: int) -> Self:
        """Nobody has any."""
        return cls(np.zeros(size + 1, np.int64), np.zeros(0, np.int32))

    @classmethod
    def of_pairs(cls, size: int, of: Array, rows: Array) -> Self:
        """From pairs in any order; a pair that is there twice counts once, and one with -1 not at all."""
        known = (of >= 0) & (rows >= 0)
        pairs = np.sort(of[known].astype(np.int64) << 32 | rows[known].astype(np.int64))
        pairs = pairs[np.diff(pairs, prepend=-1) != 0]
        first = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(pairs >> 32, minlength=size))])
        return cls(first.astype(np.int64), (pairs & 0xFFFF_FFFF).astype(np.int32))

    @classmethod
    def of(cls, columns: Columns, others: Mapping[UserId, Collection[UserId]]) -> Self:
        """From ids; whoever is not in ``columns`` is left out."""
        of = np.repeat(columns.rows(list(others)), [len(these) for these in others.values()])
        return cls.of_pairs(len(columns), of, columns.rows([other for these in others.values() for other in these]))


_BY_ROW, _BY_EDGE = ("viewers", "eligible", "scanned"), ("candidates", "merits", "scores")


@attrs.frozen(eq=False)
class Edges:
    """The best options of each viewer, in compressed sparse rows.

    Numbers of people are their positions in order of precedence. Row r is of ``viewers[r]`` (int32, ascending): from
    ``indptr[r]`` (int64) up to ``indptr[r + 1]`` stand their ``candidates`` (int32), most merit first and by position
    where it is equal, with ``merits`` and ``scores`` (float64, points); ``eligible`` (int32) says of how many these are
    the best. ``fair`` (float64, by position) is everybody's exposure by chance, and empty until it is known.
    ``scanned`` (int64) counts whom the viewer's ranges held."""

    viewers: Array
    indptr: Array
    candidates: Array
    merits: Array
    scores: Array
    eligible: Array
    scanned: Array
    fair: Array

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """The edges of several sets of viewers, none of whom is in two."""
        every = list(parts)
        lengths = np.concatenate([np.diff(part.indptr) for part in every])

        def column(name: str) -> Array:
            whole: Array = np.concatenate([getattr(part, name) for part in every])
            return whole

        together = cls(
            indptr=np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
            fair=np.zeros(0),
            **{name: column(name) for name in _BY_ROW + _BY_EDGE},
        )
        return together.take(np.argsort(together.viewers, kind="stable"))

    def take(self, rows: Array) -> Self:
        """The edges of these rows, in this order."""
        lengths = np.diff(self.indptr)[rows]
        indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        edge = np.arange(indptr[-1]) + np.repeat(self.indptr[rows] - indptr[:-1], lengths)
        return attrs.evolve(
            self,
            indptr=indptr,
            **{name: getattr(self, name)[rows] for name in _BY_ROW},
            **{name: getattr(self, name)[edge] for name in _BY_EDGE},
        )


class Found(NamedTuple):
    """Where a pass writes: one row for each viewer."""

    candidates: Array
    merits: Array
    scores: Array
    counts: Array
    eligible: Array
    scanned: Array

    @classmethod
    def of(cls, size: int, k: int) -> Self:
        return cls(
            np.empty((size, k), np.int32),
            np.empty((size, k), np.float64),
            np.empty((size, k), np.float64),
            np.zeros(size, np.int32),
            np.zeros(size, np.int32),
            np.zeros(size, np.int64),
        )


def edges_of(viewers: Array, out: Found) -> Edges:
    """What was found without the gaps."""
    size, k = out.candidates.shape
    indptr = np.zeros(size + 1, np.int64)
    np.cumsum(out.counts, out=indptr[1:])
    here = None if indptr[-1] == size * k else (np.arange(k) < out.counts[:, None]).reshape(-1)

    def column(padded: Array) -> Array:
        flat = padded.reshape(-1)
        if here is not None:  # In place, because a copy of everything at once would be the most memory of a run.
            flat[: indptr[-1]] = flat[here]
        return flat[: indptr[-1]]

    return Edges(
        viewers=viewers,
        indptr=indptr,
        candidates=column(out.candidates),
        merits=column(out.merits),
        scores=column(out.scores),
        eligible=out.eligible,
        scanned=out.scanned,
        fair=np.zeros(0),
    )
