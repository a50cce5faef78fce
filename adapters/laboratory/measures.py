"""How well scores order encounters: AUC, NDCG@5 and P@3 of each list, exposure, and whether probabilities are true.

Ties are never broken by chance or by the order of rows: those of one score share what their places are worth."""

from collections.abc import Mapping

import attrs
import numpy as np

from adapters.laboratory.encounters import Numbers, Places

NDCG_AT = 5
PRECISION_AT = 3
BINS = 10


@attrs.frozen
class Ranking:
    """Entries in the order list by list, best first; ``order`` leads back to the rows they came from.

    ``place`` counts from 0 within a list, ``ties`` has the entry's run of equal scores, ``run_start`` and ``run_size``
    where that run begins within the list and how long it is; ``sizes`` has the entries of each list."""

    order: Places = attrs.field(repr=False)
    lists: Places = attrs.field(repr=False)
    place: Places = attrs.field(repr=False)
    ties: Places = attrs.field(repr=False)
    run_start: Places = attrs.field(repr=False)
    run_size: Places = attrs.field(repr=False)
    sizes: Places = attrs.field(repr=False)

    @classmethod
    def of(cls, lists: Places, scores: Numbers) -> "Ranking":
        """``lists`` counts from 0 without gaps; both have shape (n,)."""
        order = np.lexsort((-scores, lists))
        ordered, score = lists[order], scores[order]
        sizes = np.bincount(ordered)
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
        place = np.arange(len(order)) - starts[ordered]
        new = np.ones(len(order), dtype=bool)
        new[1:] = (ordered[1:] != ordered[:-1]) | (score[1:] != score[:-1])
        ties = np.cumsum(new) - 1
        firsts = np.flatnonzero(new)
        return cls(order, ordered, place, ties, place[firsts][ties], np.bincount(ties)[ties], sizes)

    def shared(self, values: Numbers) -> Numbers:
        """Of values by row, the mean over the run of equal scores each entry is in."""
        ordered = values[self.order]
        return np.asarray((np.bincount(self.ties, ordered) / np.bincount(self.ties))[self.ties])

    def sums(self, values: Numbers) -> Numbers:
        """Of values by entry, the sum of each list."""
        return np.bincount(self.lists, values, minlength=len(self.sizes)).astype(np.float64)

    def within(self, k: int) -> Numbers:
        """By entry the share of itself that is among the first ``k`` of its list, in [0, 1]."""
        return np.asarray(np.clip(k - self.run_start, 0, self.run_size) / self.run_size)


def by_list(ranking: Ranking, outcome: Numbers) -> Mapping[str, Numbers]:
    """``auc``, ``ndcg_at_5`` and ``p_at_3`` of each list, NaN where a list has none.

    AUC is the chance that a liked one scores above one not liked, ties counting half (Mann & Whitney 1947; it needs
    both kinds). NDCG has gain 1 and discount 1 / log2(place + 1) (Järvelin & Kekäläinen 2002, ACM TOIS 20, 422; ties
    shared as by McSherry & Najork 2008; it needs somebody liked). P@3 needs three entries."""
    liked, sizes = ranking.sums(outcome[ranking.order]), ranking.sizes
    gain = ranking.shared(outcome)
    with np.errstate(invalid="ignore", divide="ignore"):
        rank = sizes[ranking.lists] - ranking.run_start - (ranking.run_size - 1) / 2.0
        above = ranking.sums(rank * outcome[ranking.order]) - liked * (liked + 1) / 2.0
        auc = above / (liked * (sizes - liked))
        discount = 1.0 / np.log2(np.arange(NDCG_AT) + 2.0)
        worth = np.where(ranking.place < NDCG_AT, discount[np.minimum(ranking.place, NDCG_AT - 1)], 0.0)
        ideal = np.concatenate(([0.0], np.cumsum(discount)))[np.minimum(liked, NDCG_AT).astype(np.int64)]
        ndcg = ranking.sums(gain * worth) / ideal
    first = ranking.sums(gain * (ranking.place < PRECISION_AT)) / PRECISION_AT
    return {"auc": auc, "ndcg_at_5": ndcg, "p_at_3": np.where(sizes >= PRECISION_AT, first, np.nan)}


def auc(scores: Numbers, outcome: Numbers) -> float:
    """Of all entries together; NaN without both kinds."""
    return float(by_list(Ranking.of(np.zeros(len(scores), dtype=np.int64), scores), outcome)["auc"][0])


@attrs.frozen
class Exposure:
    """Being among the first three of a list. ``shown`` is what each candidate got, ``fair`` what chance would give
    them: the sum over their lists of 3 over its length (1 at most)."""

    shown: Numbers = attrs.field(repr=False)
    fair: Numbers = attrs.field(repr=False)

    @classmethod
    def of(cls, ranking: Ranking, candidate: Places) -> "Exposure":
        """Over everybody who is a candidate in some list."""
        _, places = np.unique(candidate[ranking.order], return_inverse=True)
        chance = np.minimum(1.0, PRECISION_AT / ranking.sizes)[ranking.lists]
        shown = np.bincount(places, ranking.within(PRECISION_AT)).astype(np.float64)
        return cls(shown, np.bincount(places, chance).astype(np.float64))

    @property
    def gini(self) -> float:
        """Of shown over fair, in [0, 1]: 0 when all get what chance would give them (Gini 1912)."""
        return gini(self.shown / self.fair)

    @property
    def never_shown(self) -> float:
        """The share of candidates who are among no first three."""
        return float(np.mean(self.shown == 0.0))


def gini(amounts: Numbers) -> float:
    """Half the mean difference over the mean, 0 when there is nothing to share out."""
    ordered = np.sort(amounts)
    total = ordered.sum()
    if not total:
        return 0.0
    n = len(ordered)
    return float(2.0 * (np.arange(1, n + 1) * ordered).sum() / (n * total) - (n + 1) / n)


@attrs.frozen
class Reliability:
    """Probabilities beside what happened, in ``BINS`` bins of equal width: ``said`` and ``happened`` are the means in
    those bins that have any, ``count`` how many."""

    brier: float
    ece: float
    said: Numbers = attrs.field(repr=False)
    happened: Numbers = attrs.field(repr=False)
    count: Numbers = attrs.field(repr=False)

    @classmethod
    def of(cls, probability: Numbers, outcome: Numbers) -> "Reliability":
        """Brier 1950 (Mon Weather Rev 78, 1): the mean squared difference. ECE (Naeini et al. 2015, AAAI): the mean
        over bins, weighed by their counts, of how far the two means lie apart."""
        bins = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
        count = np.bincount(bins, minlength=BINS).astype(np.float64)
        used = count > 0
        said = np.bincount(bins, probability, minlength=BINS)[used] / count[used]
        happened = np.bincount(bins, outcome, minlength=BINS)[used] / count[used]
        ece = float((count[used] * np.abs(said - happened)).sum() / count.sum())
        return cls(float(np.mean((probability - outcome) ** 2)), ece, said, happened, count[used])
