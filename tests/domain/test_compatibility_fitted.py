"""A fitted policy: the default one with other weights, and what its parts must be."""

import itertools
from datetime import date
from typing import Any

import attrs
import pytest

from saltbitter_domain.compatibility.explanations import explain
from saltbitter_domain.compatibility.model import Attachment, Factor
from saltbitter_domain.compatibility.policies import WEIGHTS, WeightedV1
from saltbitter_domain.compatibility.policies.fitted import (
    Calibration,
    FeatureKind,
    FittedPolicy,
    PairFeature,
    Provenance,
    WeighedFeature,
)
from tests.domain.crowd import crowd, person, policy_over

CROWD = crowd(40, seed=5)
POPULATION = policy_over(CROWD).population
OTHERS: dict[Factor, float] = dict(zip(Factor, (10.0, 20.0, 30.0, 40.0), strict=True))
MUSIC = PairFeature("music", FeatureKind.CLOSENESS, "music", scale=2.0)


def fitted(**changed: Any) -> FittedPolicy:
    parts: dict[str, Any] = {
        "name": "fitted-1",
        "weights": OTHERS,
        "pair_features": (),
        "means": dict.fromkeys(Factor, 0.5),
        "calibration": Calibration(-4.0, 0.08),
        "provenance": Provenance("0" * 64, date(2026, 1, 1), 10, 4, 2, "2 groups, each left out once", 1.0),
        "scores": {},
    }
    return FittedPolicy(**{**parts, **changed})


def test_it_judges_as_the_default_policy_does_but_with_its_own_weights() -> None:
    policy = fitted().over(POPULATION)
    default = WeightedV1(POPULATION)
    for a, b in itertools.pairwise(CROWD):
        score, usual = policy.score(a, b), default.score(a, b)
        parts = [
            OTHERS[factor] * (POPULATION.mean_factors[factor] if part is None else part)
            for factor, part in score.factors.items()
        ]
        assert score.factors == usual.factors
        assert score.total == pytest.approx(sum(parts))
        assert 0.0 <= score.total <= 100.0


def test_its_confidence_and_advantage_go_by_its_weights() -> None:
    policy = fitted().over(POPULATION)
    assert policy.score(person(1), person(2)).confidence == pytest.approx(0.40 * 3 / 16)
    secure = policy.prepare(person(1, attachment=Attachment(1, 1))).leaning
    ratio = policy.attachment_advantage(secure) / WeightedV1(POPULATION).attachment_advantage(secure)
    assert ratio == pytest.approx(OTHERS[Factor.ATTACHMENT] / WEIGHTS[Factor.ATTACHMENT])
    assert explain(policy, person(1), person(2)).policy == "fitted-1"


def test_points_that_pair_features_take_are_missing_from_the_weights() -> None:
    weights = {**OTHERS, Factor.DEMOGRAPHICS: 25.0}
    policy = fitted(weights=weights, pair_features=(WeighedFeature(MUSIC, 15.0, 0.4),))
    assert not policy.runnable
    with pytest.raises(ValueError, match="pair features"):
        policy.over(POPULATION)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"name": "weighted-v1"},
        {"name": "Fitted One"},
        {"weights": {**OTHERS, Factor.VALUES: 30.1}},
        {"weights": {**OTHERS, Factor.ATTACHMENT: -10.0, Factor.VALUES: 50.0}},
        {"weights": {**OTHERS, Factor.VALUES: 130.0, Factor.ATTACHMENT: 0.0}},
        {"weights": {**OTHERS, Factor.VALUES: float("nan")}},
        {"weights": {Factor.VALUES: 100.0}},
        {"means": dict.fromkeys(Factor, 1.1)},
        {"means": {Factor.VALUES: 0.5}},
        {"pair_features": (WeighedFeature(MUSIC, 1.0, 0.4),)},
        {"weights": dict(OTHERS) | {Factor.VALUES: 20.0}, "pair_features": (WeighedFeature(MUSIC, 5.0, 0.4),) * 2},
    ],
    ids="+".join,
)
def test_parts_that_do_not_make_a_policy_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"weight|mean|name|feature"):
        fitted(**changed)


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        (FeatureKind.CLOSENESS, {}),
        (FeatureKind.CLOSENESS, {"scale": 0.0}),
        (FeatureKind.CLOSENESS, {"scale": float("inf")}),
        (FeatureKind.CLOSENESS, {"scale": 1.0, "low": 0.0}),
        (FeatureKind.SAME, {"separator": ";"}),
        (FeatureKind.OVERLAP, {}),
        (FeatureKind.OVERLAP, {"separator": ""}),
        (FeatureKind.GIVEN, {"low": 0.0}),
        (FeatureKind.GIVEN, {"low": 1.0, "high": 1.0}),
        (FeatureKind.GIVEN, {"low": 0.0, "high": float("nan")}),
    ],
)
def test_a_feature_has_what_its_kind_needs_and_no_more(kind: FeatureKind, parts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"takes|must"):
        PairFeature("f", kind, "column", **parts)


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        (FeatureKind.CLOSENESS, {"scale": 0.5}),
        (FeatureKind.SAME, {}),
        (FeatureKind.OVERLAP, {"separator": ";"}),
        (FeatureKind.GIVEN, {"low": -1.0, "high": 1.0}),
    ],
)
def test_a_feature_with_what_its_kind_needs_is_one(kind: FeatureKind, parts: dict[str, Any]) -> None:
    assert attrs.asdict(PairFeature("f", kind, "column", **parts))["kind"] is kind


@pytest.mark.parametrize(("points", "mean"), [(-0.1, 0.5), (100.1, 0.5), (1.0, -0.1), (1.0, 1.1)])
def test_a_feature_is_worth_points_and_has_a_mean_within_bounds(points: float, mean: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        WeighedFeature(MUSIC, points, mean)


def test_a_probability_never_falls_as_merit_rises() -> None:
    with pytest.raises(ValueError, match="slope"):
        Calibration(0.0, -0.1)
    with pytest.raises(ValueError, match="intercept"):
        Calibration(float("nan"), 0.1)
