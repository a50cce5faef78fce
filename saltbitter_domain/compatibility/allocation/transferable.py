"""``tu-v1``: a market in which attention has a price, for comparison with ``stable-v1``.

With transferable utility and tastes that differ by a Gumbel noise of scale ``SIGMA``, a market of two sides has one
equilibrium (Choo & Siow 2006, J Polit Econ 114, 175): of viewer i and candidate j meet

    m_ij = a_i * b_j * exp(merit_ij / (2 * SIGMA)),

where a_i squared is what stays free of the viewer's quota and b_j squared of the candidate's capacity, which is their
share of the run. Both are found by iterative proportional fitting, one quadratic equation at a time (Galichon & Salanié
2022, Rev Econ Stud 89, 2600). What -2 * SIGMA * log(b_j) says is the candidate's price: how many points better somebody
must suit before a place at them is worth as much. Everybody then gets who suits best at these prices while the ceilings
hold. Nothing here promises a floor.
"""

import math
from collections.abc import Sequence
from datetime import date

from saltbitter_domain.compatibility.allocation.stable import (
    Allocation,
    Draft,
    Edges,
    History,
    bounds_of,
    fair_shares,
)
from saltbitter_domain.compatibility.model import DAILY_QUOTA

SIGMA = 1.0
"""In points of the score. The less, the nearer the prices come to those at which demand meets capacity by itself, and
the slower they are found."""
ROUNDS = 20
"""Rounds of fitting; no price then moves by more than some hundredths of a point a round."""
STEEPEST = 300.0
"""Merit over 2 * SIGMA may exceed that of the least suited by so much; more could not be computed with."""
DECIMALS = 6
"""Prices are rounded to so many, far above what the order of a sum can change."""


def transferable(
    edges: Edges,
    *,
    history: History,
    day: date,
    quota: int = DAILY_QUOTA,
    fair: Sequence[float] | None = None,
    eligible: Sequence[int] | None = None,
) -> Allocation:
    """As ``stable.allocate``, by merit less price, and within the ceilings only."""
    fair = fair_shares(edges, quota) if fair is None else fair
    bounds = bounds_of(edges, fair, history, day)
    draft = Draft.open(edges, quota, charges=prices(edges, [b.share for b in bounds], quota))
    draft.settle([b.ceiling for b in bounds])
    return draft.close(edges, fair, eligible)


def prices(edges: Edges, shares: Sequence[int], quota: int) -> list[float]:
    """By position, each candidate's price in points. A capacity is at least 1, for a share of 0 has no price.

    An empty place is worth as much as the least suited of all options."""
    plain = Draft.open(edges, quota)
    least = min((merit for merits in plain.merits for merit in merits), default=0.0)
    weights = [[math.exp(min(STEEPEST, (m - least) / (2 * SIGMA))) for m in merits] for merits in plain.merits]
    b = [1.0] * len(shares)
    for _ in range(ROUNDS):
        demand = [0.0] * len(shares)
        for candidates, row in zip(plain.ranked, weights, strict=True):
            a = _free(quota, sum(weight * b[c] for c, weight in zip(candidates, row, strict=True)))
            for candidate, weight in zip(candidates, row, strict=True):
                demand[candidate] += a * weight
        b = [_free(max(1, share), asked) for share, asked in zip(shares, demand, strict=True)]
    return [round(-2 * SIGMA * math.log(free), DECIMALS) for free in b]


def _free(places: float, pull: float) -> float:
    """The positive x with x * x + x * pull = places, in a form that loses nothing where the pull is great."""
    return 2 * places / (pull + math.hypot(pull, 2 * math.sqrt(places)))
