"""What a policy is worth on past encounters."""

from collections.abc import Mapping
from pathlib import Path

import attrs
import numpy as np

from adapters.laboratory import bootstrap
from adapters.laboratory.data import Data, Sources, read_data
from adapters.laboratory.encounters import Numbers
from adapters.laboratory.measures import Exposure, Ranking, Reliability, auc, by_list
from adapters.laboratory.policy_file import read_policy
from adapters.laboratory.scoring import Scored, by_fitted, by_weights
from saltbitter_domain.compatibility.policies import WeightedV1
from saltbitter_domain.compatibility.policies.fitted import Figure
from saltbitter_domain.kernel import FieldProblem, Invalid

DEFAULT = "weighted-v1"
COLUMN, PROBABILITY = "column:", "probability:"
_ANY = (-np.inf, np.inf)


class PolicyUnknown(Invalid):
    """There is no policy by this name."""

    code = "laboratory_policy_unknown"


@attrs.frozen
class Evaluation:
    """``figures`` has the means over lists of ``auc``, ``ndcg_at_5`` and ``p_at_3``, and that over encounters of
    ``brier`` where the policy offers probabilities; ``over`` says how many lists or encounters each is the mean of.
    ``pooled_auc`` is of all encounters at once. ``reliability`` is None without probabilities."""

    policy: str
    data: Data
    figures: Mapping[str, Figure]
    over: Mapping[str, int]
    pooled_auc: float
    exposure: Exposure
    reliability: Reliability | None
    scored: Scored

    @property
    def outcome(self) -> Numbers:
        return self.data.encounters.outcome


def evaluate(sources: Sources, policy: str, seed: int = 1) -> Evaluation:
    """Judge the policy of that name: ``weighted-v1``, the path of a policy file, ``column:NAME`` for scores that the
    encounters have in a column, or ``probability:NAME`` where those are probabilities.

    Raises what ``read_data`` and ``read_policy`` raise, and ``PolicyUnknown``."""
    if policy.startswith((COLUMN, PROBABILITY)):
        kind, _, name = policy.partition(":")
        bounds = (0.0, 1.0) if kind == PROBABILITY[:-1] else _ANY
        data = read_data(sources, scores={name: bounds})
        values = data.encounters.given[name]
        return measure(data, Scored(policy, values, values if kind == PROBABILITY[:-1] else None), seed)
    if policy == DEFAULT:
        data = read_data(sources, features=())
        return measure(data, by_weights(data, WeightedV1(data.population)), seed)
    if not Path(policy).is_file():
        fault = FieldProblem("--policy", "unknown", f"{policy} is neither {DEFAULT} nor a file")
        raise PolicyUnknown(f"Choose {DEFAULT}, a policy file, {COLUMN}NAME or {PROBABILITY}NAME.", fields=(fault,))
    fitted = read_policy(Path(policy))
    data = read_data(sources, features=tuple(weighed.feature for weighed in fitted.pair_features))
    return measure(data, by_fitted(data, fitted), seed)


def measure(data: Data, scored: Scored, seed: int = 1) -> Evaluation:
    """All figures of these scores. ``seed`` chooses the draws of the intervals."""
    encounters = data.encounters
    ranking = Ranking.of(encounters.list, scored.merit)
    per_list = by_list(ranking, encounters.outcome)
    group_of_list = np.zeros(len(ranking.sizes), dtype=np.int64)
    group_of_list[encounters.list] = encounters.group
    values = {name: (value, group_of_list) for name, value in per_list.items()}
    reliability = None
    if scored.probability is not None:
        reliability = Reliability.of(scored.probability, encounters.outcome)
        values["brier"] = ((scored.probability - encounters.outcome) ** 2, encounters.group)
    return Evaluation(
        policy=scored.policy,
        data=data,
        figures=bootstrap.figures(values, int(encounters.group.max()) + 1, seed),
        over={name: int((~np.isnan(value)).sum()) for name, (value, _) in values.items()},
        pooled_auc=auc(scored.merit, encounters.outcome),
        exposure=Exposure.of(ranking, encounters.candidate),
        reliability=reliability,
        scored=scored,
    )
