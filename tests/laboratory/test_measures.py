"""The figures are what the field's own tools give, ties are shared, and the order of rows makes no difference."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, ndcg_score, roc_auc_score

from adapters.laboratory.encounters import Numbers, Places
from adapters.laboratory.measures import Exposure, Ranking, Reliability, auc, by_list, gini

rows = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.booleans()), min_size=1, max_size=60)


def columns(drawn: list[tuple[int, int, bool]]) -> tuple[Places, Numbers, Numbers]:
    lists, scores, outcomes = (np.array(column, dtype=np.float64) for column in zip(*drawn, strict=True))
    return np.unique(lists, return_inverse=True)[1].astype(np.int64), scores, outcomes


@given(rows)
def test_auc_and_ndcg_of_each_list_are_those_of_scikit_learn(drawn: list[tuple[int, int, bool]]) -> None:
    lists, scores, outcome = columns(drawn)
    found = by_list(Ranking.of(lists, scores), outcome)
    for n in range(int(lists.max()) + 1):
        mine, liked = lists == n, outcome[lists == n].sum()
        if 0 < liked < mine.sum():
            assert found["auc"][n] == pytest.approx(roc_auc_score(outcome[mine], scores[mine]))
        else:
            assert math.isnan(found["auc"][n])
        if liked and mine.sum() > 1:
            assert found["ndcg_at_5"][n] == pytest.approx(ndcg_score([outcome[mine]], [scores[mine]], k=5))
        assert math.isnan(found["ndcg_at_5"][n]) == (liked == 0)


@given(st.lists(st.tuples(st.just(0), st.integers(0, 2), st.booleans()), min_size=3, max_size=6))
def test_precision_at_3_is_the_mean_over_every_way_to_break_ties(drawn: list[tuple[int, int, bool]]) -> None:
    lists, scores, outcome = columns(drawn)
    orders = [o for o in permutations(range(len(scores))) if all(scores[a] >= scores[b] for a, b in zip(o, o[1:]))]  # noqa: B905, RUF007
    expected = np.mean([outcome[list(order[:3])].mean() for order in orders])
    assert by_list(Ranking.of(lists, scores), outcome)["p_at_3"][0] == pytest.approx(expected)


def test_a_list_of_two_has_no_precision_at_3() -> None:
    found = by_list(Ranking.of(np.zeros(2, dtype=np.int64), np.array([1.0, 2.0])), np.array([0.0, 1.0]))
    assert math.isnan(found["p_at_3"][0])
    assert found["auc"][0] == 1.0


@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(drawn: list[tuple[int, int, bool]], random: object) -> None:
    shuffled = list(drawn)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for name in ("auc", "ndcg_at_5", "p_at_3"):
        one, two = (by_list(Ranking.of(*columns(d)[:2]), columns(d)[2])[name] for d in (drawn, shuffled))
        np.testing.assert_allclose(one, two)


def test_of_all_together_there_is_one_auc() -> None:
    rng = np.random.default_rng(1)
    scores, outcome = rng.integers(0, 9, 200).astype(np.float64), rng.integers(0, 2, 200).astype(np.float64)
    assert auc(scores, outcome) == pytest.approx(roc_auc_score(outcome, scores))


class TestExposure:
    def test_those_among_the_first_three_are_shown(self) -> None:
        lists = np.repeat([0, 1], 4)
        exposure = Exposure.of(Ranking.of(lists, np.array([4.0, 3, 2, 1, 4, 3, 2, 1])), np.array([5, 6, 7, 8] * 2))
        assert exposure.shown.tolist() == [2.0, 2.0, 2.0, 0.0]
        assert exposure.fair.tolist() == [1.5] * 4
        assert exposure.never_shown == 0.25
        assert exposure.gini == pytest.approx(0.25)

    def test_ties_share_the_places_that_are_left(self) -> None:
        exposure = Exposure.of(Ranking.of(np.zeros(5, dtype=np.int64), np.array([2.0, 1, 1, 1, 1])), np.arange(5))
        assert exposure.shown.tolist() == [1.0, 0.5, 0.5, 0.5, 0.5]

    def test_in_a_list_of_two_both_are_shown_as_chance_would(self) -> None:
        exposure = Exposure.of(Ranking.of(np.zeros(2, dtype=np.int64), np.array([1.0, 2.0])), np.array([0, 1]))
        assert exposure.shown.tolist() == exposure.fair.tolist() == [1.0, 1.0]

    @given(st.lists(st.floats(0.0, 100.0), min_size=1, max_size=20))
    def test_gini_is_half_the_mean_difference_over_the_mean(self, amounts: list[float]) -> None:
        values = np.array(amounts)
        mean = values.mean()
        expected = np.abs(values[:, None] - values[None, :]).mean() / (2.0 * mean) if mean > 1e-9 else None
        if expected is not None:
            assert gini(values) == pytest.approx(expected, abs=1e-9)

    def test_nothing_to_share_out_is_shared_evenly(self) -> None:
        assert gini(np.zeros(3)) == 0.0


class TestReliability:
    def test_brier_is_that_of_scikit_learn(self) -> None:
        rng = np.random.default_rng(2)
        probability, outcome = rng.random(300), rng.integers(0, 2, 300).astype(np.float64)
        assert Reliability.of(probability, outcome).brier == pytest.approx(brier_score_loss(outcome, probability))

    def test_ece_weighs_each_bin_by_its_count(self) -> None:
        found = Reliability.of(np.array([0.05, 0.05, 0.05, 1.0]), np.array([0.0, 0.0, 1.0, 1.0]))
        assert found.count.tolist() == [3.0, 1.0]
        assert found.said.tolist() == pytest.approx([0.05, 1.0])
        assert found.ece == pytest.approx(0.75 * abs(1 / 3 - 0.05))
