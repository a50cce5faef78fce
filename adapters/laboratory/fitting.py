"""Learning a policy: logistic regression of outcomes on the pair's factors and features, held to the product's way."""

from collections.abc import Sequence
from datetime import date

import attrs
import numpy as np
from scipy.optimize import minimize
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut
from threadpoolctl import threadpool_limits

from adapters.laboratory.data import Data
from adapters.laboratory.encounters import Numbers, Places
from adapters.laboratory.evaluation import Evaluation, measure
from adapters.laboratory.factors import FACTORS
from adapters.laboratory.promises import check
from adapters.laboratory.scoring import Scored, factors_of, logistic
from saltbitter_domain.compatibility.policies import WEIGHTS
from saltbitter_domain.compatibility.policies.fitted import (
    TOTAL,
    Calibration,
    Figure,
    FittedPolicy,
    Provenance,
    WeighedFeature,
)
from saltbitter_domain.kernel import Invalid

PENALTY = 1.0
"""Of half the sum of squared coefficients of columns with variance 1, beside the sum of log losses."""
ONE_BY_ONE = 50
"""Up to so many groups each is left out alone; more are left out in ``FOLDS`` parts, each of whole groups."""
FOLDS = 20
_FLAT = 1e-9
"""The standard deviation under which a column tells nothing."""


class FitImpossible(Invalid):
    """The data cannot teach a policy."""

    code = "laboratory_fit_impossible"


@attrs.frozen
class Fit:
    """A policy learned from all encounters, and how policies learned in the same way did on groups they had not seen.

    ``default`` is ``weighted-v1`` on the same encounters. ``unused`` names the pair features that get no points."""

    policy: FittedPolicy
    held_out: Evaluation
    default: Evaluation
    unused: tuple[str, ...]


@attrs.frozen
class _Learned:
    """Coefficients in the units of the columns, none below 0, and the intercept."""

    coefficients: Numbers
    intercept: float

    def log_odds(self, columns: Numbers) -> Numbers:
        return np.asarray(self.intercept + columns @ self.coefficients)


def fit(data: Data, today: date, name: str | None = None, penalty: float = PENALTY, seed: int = 1) -> Fit:
    """Learn the points of the four factors and of the mapping's pair features.

    No coefficient may be below 0: each factor is made so that more of it is better for a pair, and a policy that turned
    one round would break what members are told. A factor that the data says nothing of keeps its weight in
    ``weighted-v1``. Raises ``FitImpossible``, and ``PromiseBroken`` for features that must not enter."""
    features = data.mapping.pair_features
    numbers = check(data)
    means = {key: float(np.nanmean(value)) if not np.isnan(value).all() else 0.0 for key, value in numbers.items()}
    filled = [np.where(np.isnan(numbers[f.name]), means[f.name], numbers[f.name]) for f in features]
    columns = np.column_stack([factors_of(data), *filled])
    outcome, groups = data.encounters.outcome, data.encounters.group
    if len(np.unique(outcome)) < 2:
        raise FitImpossible("Every outcome is the same, so there is nothing to learn.")
    if len(np.unique(groups)) < 2:
        raise FitImpossible(f"All encounters are of one {data.group_by}: there is none to hold out.")
    if all(_flat(columns)[: len(FACTORS)]):
        raise FitImpossible("No factor differs between pairs.")
    held_out, validation = _held_out(columns, outcome, groups, penalty)
    learned = _learn(columns, outcome, penalty)
    if not learned.coefficients.any():
        raise FitImpossible("No factor and no pair feature goes with better outcomes here.")
    points, calibration = _points(columns, learned)
    own = name or f"fitted-{today:%Y%m%d}-{data.digest[:8]}"
    judged = measure(data, attrs.evolve(held_out, policy=own), seed)
    weighted = measure(data, Scored("weighted-v1", columns[:, : len(FACTORS)] @ np.array(list(WEIGHTS.values()))), seed)
    weighed = tuple(
        WeighedFeature(feature, float(points[len(FACTORS) + n]), min(1.0, max(0.0, means[feature.name])))
        for n, feature in enumerate(features)
        if points[len(FACTORS) + n] > 0.0
    )
    policy = FittedPolicy(
        name=own,
        weights={factor: float(points[n]) for n, factor in enumerate(FACTORS)},
        pair_features=weighed,
        means={
            factor: data.population.mean_factors.get(factor, float(columns[:, n].mean()))
            for n, factor in enumerate(FACTORS)
        },
        calibration=calibration,
        provenance=Provenance(
            data_hash=data.digest,
            fitted_on=today,
            encounters=len(data.encounters),
            viewers=len(np.unique(data.encounters.viewer)),
            groups=len(np.unique(groups)),
            validation=validation,
            penalty=penalty,
            unlearned=tuple(factor for n, factor in enumerate(FACTORS) if _flat(columns)[n]),
        ),
        scores=_scores(judged),
    )
    used = {w.feature.name for w in weighed}
    return Fit(policy, judged, weighted, tuple(feature.name for feature in features if feature.name not in used))


def _scores(judged: Evaluation) -> dict[str, Figure]:
    return {name: figure for name, figure in judged.figures.items() if figure.value == figure.value}


def _flat(columns: Numbers) -> Sequence[bool]:
    return [bool(flat) for flat in columns.std(axis=0) < _FLAT]


def _learn(columns: Numbers, outcome: Numbers, penalty: float) -> _Learned:
    """Coefficients of at least 0 that make penalty and log loss least (L-BFGS-B; Byrd et al. 1995, SIAM J Sci Comput
    16, 1190). Where none meets its bound they are those of scikit-learn's ``LogisticRegression``."""
    centre, spread = columns.mean(axis=0), columns.std(axis=0)
    useful = np.flatnonzero(spread >= _FLAT)
    standard = (columns[:, useful] - centre[useful]) / spread[useful]

    def loss(at: Numbers) -> tuple[float, Numbers]:
        log_odds = at[0] + standard @ at[1:]
        wrong = logistic(log_odds) - outcome
        value = np.logaddexp(0.0, log_odds).sum() - outcome @ log_odds + penalty / 2.0 * (at[1:] @ at[1:])
        slope = np.concatenate(([wrong.sum()], standard.T @ wrong + penalty * at[1:]))
        return float(value) / len(outcome), slope / len(outcome)

    start = np.zeros(len(useful) + 1)
    start[0] = np.log(outcome.mean() / (1.0 - outcome.mean()))
    bounds = [(None, None), *[(0.0, None)] * len(useful)]
    options = {"ftol": 1e-13, "gtol": 1e-8}
    with threadpool_limits(1):  # a handful of columns: threads would cost more in waiting for each other than they save
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    raw = np.zeros(columns.shape[1])
    raw[useful] = found[1:] / spread[useful]
    return _Learned(raw, float(found[0]) - float(raw @ centre))


def _held_out(columns: Numbers, outcome: Numbers, groups: Places, penalty: float) -> tuple[Scored, str]:
    """Every encounter scored by a policy that was learned without its group."""
    count = len(np.unique(groups))
    alone = count <= ONE_BY_ONE
    splitter = LeaveOneGroupOut() if alone else GroupKFold(FOLDS)
    log_odds = np.empty(len(outcome))
    for train, test in splitter.split(columns, outcome, groups):
        if len(np.unique(outcome[train])) < 2:
            raise FitImpossible("Without one of the groups every outcome is the same: there are too few.")
        log_odds[test] = _learn(columns[train], outcome[train], penalty).log_odds(columns[test])
    how = (
        f"{count} groups, each left out once" if alone else f"{count} groups, left out in {FOLDS} parts of whole groups"
    )
    return Scored("held out", log_odds, logistic(log_odds)), how


def _points(columns: Numbers, learned: _Learned) -> tuple[Numbers, Calibration]:
    """Coefficients as points that come to 100 with those of the factors that taught nothing, and how the merit they
    make leads back to the log odds."""
    points = np.zeros(columns.shape[1])
    flat = np.array(_flat(columns))[: len(FACTORS)]
    for n, factor in enumerate(FACTORS):
        points[n] = WEIGHTS[factor] if flat[n] else 0.0
    kept = points.copy()
    slope = float(learned.coefficients.sum()) / (TOTAL - float(kept.sum()))
    points += learned.coefficients / slope
    return points, Calibration(learned.intercept - slope * float(kept @ columns.mean(axis=0)), slope)
