"""What it means that the engine and the domain say the same of a request."""

import numpy as np
import pytest

from adapters.matching.columns import Columns
from adapters.matching.engine import Market
from adapters.matching.options import Edges, Lists
from saltbitter_domain.compatibility.allocation.daily import _Market as Reference
from saltbitter_domain.compatibility.allocation.stable import Edges as Whole
from saltbitter_domain.compatibility.allocation.stable import fair_shares
from saltbitter_domain.compatibility.policies import WeightedV1
from saltbitter_domain.compatibility.ports import MatchRequest
from tests.domain.crowd import policy_over

QUOTA = 10
BACKENDS = pytest.mark.parametrize("compiled", [True, False], ids=["numba", "numpy"])


def market(asked: MatchRequest, compiled: bool | None = None, policy: WeightedV1 | None = None) -> Market:
    """The engine's market of a request, with the precedence of the domain's."""
    columns = Columns.of(asked.people)
    policy = policy or policy_over(asked.people)
    order = np.empty(len(columns), np.int32)
    order[columns.rows(Reference.of(asked, policy).edges(None).people)] = np.arange(len(columns))
    return Market.of(
        columns,
        policy,
        order=order,
        excluded=Lists.of(columns, asked.excluded),
        likers=Lists.of(columns, asked.liked_by),
        threads=2,
        compiled=compiled,
    )


def whole(asked: MatchRequest) -> Whole:
    return Reference.of(asked, policy_over(asked.people)).edges(None)


def best(edges: Whole, row: int, k: int) -> tuple[list[int], list[float]]:
    pairs = sorted((-merit, c) for merit, c in zip(edges.merits[row], edges.candidates[row], strict=True))[:k]
    return [c for _, c in pairs], [-merit for merit, _ in pairs]


def options(edges: Edges, row: int) -> tuple[list[int], list[float]]:
    part = slice(edges.indptr[row], edges.indptr[row + 1])
    return edges.candidates[part].tolist(), edges.merits[part].tolist()


def agrees(asked: MatchRequest, k: int, compiled: bool | None = None) -> None:
    """The engine and the domain say the same: lists, merits, scores, how many there are, and fair shares."""
    reference, mine = whole(asked), market(asked, compiled)
    found = mine.run(mine.positions(asked.viewers), k, QUOTA)
    assert found.viewers.tolist() == list(reference.viewers)
    assert found.eligible.tolist() == [len(candidates) for candidates in reference.candidates]
    by_id = {each.user_id: each for each in asked.people}
    policy = policy_over(asked.people)
    for row, viewer in enumerate(reference.viewers):
        candidates, merits = best(reference, row, k)
        assert options(found, row)[0] == candidates
        assert options(found, row)[1] == pytest.approx(merits, abs=1e-9)
        scores = [
            policy.score(by_id[reference.people[viewer]], by_id[reference.people[candidate]]).total
            for candidate in candidates
        ]
        assert found.scores[found.indptr[row] : found.indptr[row + 1]].tolist() == pytest.approx(scores, abs=1e-5)
    assert found.fair.tolist() == pytest.approx(fair_shares(reference, QUOTA), abs=1e-9)
