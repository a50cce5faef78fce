"""The prices of ``tu-v1`` over flat arrays: ``transferable.prices`` of the domain, sum by sum in the same order."""

import math

import numpy as np

from adapters.matching.edges import SparseEdges
from adapters.matching.jit import jit
from adapters.matching.rounds import Floats, Ints, Longs
from saltbitter_domain.compatibility.allocation.transferable import DECIMALS, ROUNDS, SIGMA, STEEPEST


def prices(edges: SparseEdges, shares: Ints, quota: int) -> Floats:
    """By position, each candidate's price in points (float64)."""
    least = edges.merits.min(initial=np.inf)
    weights = np.exp(np.minimum(STEEPEST, (edges.merits - least) / (2 * SIGMA)))
    capacities = np.maximum(1, shares).astype(np.float64)
    free = np.ones(edges.people)
    for _ in range(ROUNDS):
        demand = _demand(edges.indptr, edges.candidates, weights, free, float(quota))
        free = 2 * capacities / (demand + np.hypot(demand, 2 * np.sqrt(capacities)))
    return np.round(-2 * SIGMA * np.log(free), DECIMALS)


@jit
def _demand(indptr: Longs, candidates: Ints, weights: Floats, free: Floats, quota: float) -> Floats:
    """How much all viewers ask of each candidate, given what of everybody's capacity is free."""
    demand = np.zeros(len(free))
    for row in range(len(indptr) - 1):
        pull = 0.0
        for edge in range(indptr[row], indptr[row + 1]):
            pull += weights[edge] * free[candidates[edge]]
        a = 2 * quota / (pull + math.hypot(pull, 2 * math.sqrt(quota)))
        for edge in range(indptr[row], indptr[row + 1]):
            demand[candidates[edge]] += a * weights[edge]
    return demand
