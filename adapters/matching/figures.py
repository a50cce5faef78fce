"""What a run over arrays comes to: ``allocation.report`` of the domain for millions."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from adapters.matching.allocation import WHY_SHORT, SparseAllocation
from adapters.matching.edges import SparseEdges
from adapters.matching.jit import jit
from adapters.matching.rounds import Floats, Ints, Longs
from saltbitter_domain.assessments.model import MIDPOINT, Style
from saltbitter_domain.compatibility.ports import RunFigures

STYLES = (Style.SECURE, Style.ANXIOUS, Style.AVOIDANT, Style.FEARFUL)
"""What a number of ``styles_of`` means."""


def report(
    edges: SparseEdges,
    allocation: SparseAllocation,
    fair: Floats,
    styles: npt.NDArray[np.int8],
    violations: int = 0,
) -> RunFigures:
    """The figures of a run over ``edges``, given by position the fair shares and ``styles`` (-1 unknown).

    What everybody would get at best is looked for among the edges. ``violations`` is for the caller to count, who
    knows the rules of eligibility."""
    poolside = fair > 0
    listed = allocation.lists >= 0
    suggestions = int(listed.sum())
    scores = allocation.merits[listed] + edges.advantages[allocation.lists[listed]]
    mean_score = float(scores.mean()) if suggestions else 0.0
    counts = np.bincount(allocation.short, minlength=len(WHY_SHORT)).tolist()
    return RunFigures(
        viewers=len(listed),
        full=counts[0],
        short={reason: count for reason, count in zip(WHY_SHORT, counts, strict=True) if reason and count},
        suggestions=suggestions,
        exposure_gini=gini(allocation.shown[poolside] / fair[poolside]),
        never_shown_share=float(np.mean(allocation.shown[poolside] == 0)) if poolside.any() else 0.0,
        mean_score=mean_score,
        mean_score_ratio=mean_score / best_mean(edges, allocation.lists.shape[1]) if suggestions else 1.0,
        style_parity=style_parity(allocation.shown, fair, styles),
        violations=violations,
    )


def gini(amounts: Floats) -> float:
    """``allocation.gini`` of the domain."""
    total, n = float(amounts.sum()), len(amounts)
    if not total:
        return 0.0
    return float(2.0 * np.dot(np.arange(1, n + 1), np.sort(amounts)) / (n * total) - (n + 1) / n)


def best_mean(edges: SparseEdges, quota: int) -> float:
    """The mean score, in points, had every viewer got the highest of their options; 0 where nobody has any."""
    total, count = _best(edges.indptr, edges.candidates, edges.merits, edges.advantages, quota)
    return float(total / count) if count else 0.0


@jit
def _best(indptr: Longs, candidates: Ints, merits: Floats, advantages: Floats, quota: int) -> tuple[float, int]:
    total, count = 0.0, 0
    best = np.empty(quota)
    for row in range(len(indptr) - 1):
        first, end = indptr[row], indptr[row + 1]
        known = 0
        for edge in range(first, end):
            score = merits[edge] + advantages[candidates[edge]]
            if known < quota:
                place = known
                known += 1
            elif score > best[quota - 1]:
                place = quota - 1
            else:
                continue
            while place > 0 and best[place - 1] < score:
                best[place] = best[place - 1]
                place -= 1
            best[place] = score
        total += best[:known].sum()
        count += known
    return total, count


def style_parity(shown: Ints, fair: Floats, styles: npt.NDArray[np.int8]) -> Mapping[Style, float]:
    """By style, its share of exposure over its share of the fair shares of all whose style is known."""
    known = styles >= 0
    had, due = (np.bincount(styles[known], weights=of[known], minlength=len(STYLES)) for of in (shown, fair))
    if not had.sum():
        return {}
    return {style: float(had[n] / had.sum() / (due[n] / due.sum())) for n, style in enumerate(STYLES) if due[n]}


def styles_of(anxiety: Floats, avoidance: Floats) -> npt.NDArray[np.int8]:
    """The place in ``STYLES`` of each pair of scores (1 to 7, NaN unknown) as in ``scoring.classify``, -1 unknown."""
    number = (anxiety >= MIDPOINT) + 2 * (avoidance >= MIDPOINT).astype(np.int8)
    return np.where(np.isnan(anxiety) | np.isnan(avoidance), -1, number).astype(np.int8)
