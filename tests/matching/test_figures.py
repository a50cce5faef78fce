"""Figures over arrays are those of the domain's report."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.matching import figures
from adapters.matching.allocation import ALLOCATIONS
from adapters.matching.edges import Bounds, History, SparseEdges, fair_shares
from adapters.matching.rounds import Floats
from saltbitter_domain.assessments.model import Style
from saltbitter_domain.compatibility.allocation import daily_run, gini, policy_for, report
from saltbitter_domain.compatibility.allocation.daily import _Market
from saltbitter_domain.compatibility.model import Attachment, Traits
from saltbitter_domain.compatibility.policies.attachment import classification_of
from tests.domain.crowd import crowd, request


def edges_over(people: list[Traits]) -> tuple[SparseEdges, list[Traits]]:
    """The domain's edges of a run over these people in arrays, and the people by position."""
    market = _Market.of(request(people), policy_for(request(people)))
    found = market.edges(None)
    by_id = {person.user_id: person for person in people}
    edges = SparseEdges.of(
        len(people),
        found.viewers,
        np.cumsum([0, *map(len, found.candidates)]),
        np.concatenate(found.candidates),
        np.concatenate(found.merits),
        advantages=found.advantages,
    )
    return edges, [by_id[user_id] for user_id in found.people]


@pytest.mark.parametrize("way", ALLOCATIONS)
@pytest.mark.parametrize("women", [0.5, 0.3])
def test_a_run_over_a_crowd_comes_to_the_same(way: str, women: float) -> None:
    people = crowd(160, 3, women=women)
    edges, by_position = edges_over(people)
    fair = fair_shares(edges, 10)
    found = figures.report(
        edges,
        ALLOCATIONS[way](edges, Bounds.of(fair, History.none()), 10),
        fair,
        figures.styles_of(*_scores(by_position)),
    )
    expected = report(daily_run(request(people), allocation=way))
    for name in ("viewers", "full", "short", "suggestions", "violations"):
        assert getattr(found, name) == getattr(expected, name), name
    for name in ("exposure_gini", "never_shown_share", "mean_score", "mean_score_ratio"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), abs=1e-9), name
    assert found.style_parity == pytest.approx(expected.style_parity)
    assert found.goals_met == expected.goals_met


@given(st.lists(st.floats(0, 1000), max_size=20))
def test_gini_is_the_domains(amounts: list[float]) -> None:
    assert figures.gini(np.array(amounts)) == pytest.approx(gini(amounts), abs=1e-9)


@given(st.floats(1, 7), st.floats(1, 7))
def test_styles_are_the_domains(anxiety: float, avoidance: float) -> None:
    number = figures.styles_of(np.array([anxiety]), np.array([avoidance]))[0]
    assert figures.STYLES[number] is classification_of(Attachment(anxiety, avoidance)).style


def test_every_style_has_a_number_and_who_is_unknown_has_none() -> None:
    assert set(figures.STYLES) == set(Style)
    assert figures.styles_of(np.array([np.nan]), np.array([np.nan])).tolist() == [-1]


def test_a_run_without_anybody_has_figures() -> None:
    nobody = SparseEdges.of(0, [], [0], [], [])
    fair = np.zeros(0)
    allocation = ALLOCATIONS["stable-v1"](nobody, Bounds.of(fair, History.none()), 10)
    found = figures.report(nobody, allocation, fair, np.zeros(0, np.int8))
    assert found == report(daily_run(request([])))


def _scores(people: list[Traits]) -> tuple[Floats, Floats]:
    known = [(p.attachment.anxiety, p.attachment.avoidance) if p.attachment else (np.nan, np.nan) for p in people]
    anxiety, avoidance = np.array(known).T
    return anxiety, avoidance
