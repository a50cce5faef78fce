"""Policies: pure, versioned judgements of how two people might fit."""

from saltbitter_domain.compatibility.policies.population import population_of
from saltbitter_domain.compatibility.policies.weighted import WEIGHTS, Judgement, Prepared, WeightedV1

__all__ = ["WEIGHTS", "Judgement", "Prepared", "WeightedV1", "population_of"]
