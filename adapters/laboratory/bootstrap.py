"""How sure a figure is: intervals by drawing whole groups anew."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from adapters.laboratory.encounters import Numbers, Places
from saltbitter_domain.compatibility.policies.fitted import Figure

DRAWS = 2_000
CONFIDENCE = 0.95
_AT_ONCE = 200_000
"""Groups drawn in one batch of draws, about: enough that small studies need few batches, little enough memory."""


def figures(values: Mapping[str, tuple[Numbers, Places]], groups: int, seed: int = 1) -> Mapping[str, Figure]:
    """The mean of each figure's values, NaN left out, with its 95 % interval.

    ``values`` has, by name, values and the group, from 0, each is of. Whole groups are drawn anew with replacement
    (Field & Welsh 2007, J R Stat Soc B 69, 369), because what one group does hangs together. The interval is the
    expanded percentile one (Hesterberg 2015, Am Stat 69, 371): wider by what few groups make percentiles
    too narrow. A figure whose values are all of one group has no interval; one without a value is NaN.

    The same arguments always give the same interval."""
    sums = np.zeros((groups, 2 * len(values)))
    for n, (value, group) in enumerate(values.values()):
        known = ~np.isnan(value)
        sums[:, 2 * n] = np.bincount(group[known], value[known], minlength=groups)
        sums[:, 2 * n + 1] = np.bincount(group[known], minlength=groups)
    drawn = _drawn(sums, np.random.default_rng(seed))
    made = {}
    for n, name in enumerate(values):
        total, count = sums[:, 2 * n], sums[:, 2 * n + 1]
        with_any = int((count > 0).sum())
        if not with_any:
            made[name] = Figure(float("nan"))
        elif with_any == 1:
            made[name] = Figure(float(total.sum() / count.sum()))
        else:
            again = drawn[drawn[:, 2 * n + 1] > 0]
            low, high = np.quantile(again[:, 2 * n] / again[:, 2 * n + 1], _tails(with_any))
            made[name] = Figure(float(total.sum() / count.sum()), float(low), float(high))
    return made


def _drawn(sums: Numbers, rng: np.random.Generator) -> Numbers:
    """For each draw, the sums over as many groups as there are, drawn with replacement."""
    groups = len(sums)
    out = []
    for draws in _batches(max(1, _AT_ONCE // groups)):
        places = rng.integers(groups, size=(draws, groups)) + np.arange(draws)[:, None] * groups
        times = np.bincount(places.ravel(), minlength=draws * groups).reshape(draws, groups)
        out.append(times @ sums)
    return np.concatenate(out)


def _batches(size: int) -> Sequence[int]:
    return [min(size, DRAWS - start) for start in range(0, DRAWS, size)]


def _tails(groups: int) -> tuple[float, float]:
    """The quantiles to take: those of the normal distribution that reach as far as Student's t of these groups does,
    and by sqrt(n / (n - 1)) further."""
    reach = np.sqrt(groups / (groups - 1)) * stats.t.ppf((1 + CONFIDENCE) / 2, groups - 1)
    tail = float(stats.norm.cdf(-reach))
    return tail, 1.0 - tail
