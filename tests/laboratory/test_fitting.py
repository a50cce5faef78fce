"""A policy is learned from what came of encounters, and from nothing that would make a rank of people."""

from datetime import date
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression

from adapters.laboratory.data import Data, Sources, read_data
from adapters.laboratory.evaluation import evaluate
from adapters.laboratory.fitting import Fit, FitImpossible, _learn, fit
from adapters.laboratory.mapping import plain
from adapters.laboratory.policy_file import write_policy
from adapters.laboratory.promises import PromiseBroken
from adapters.laboratory.scoring import by_fitted, factors_of, logistic
from adapters.laboratory.sheets import Sheet
from saltbitter_domain.compatibility.model import Factor
from saltbitter_domain.compatibility.policies import WEIGHTS
from saltbitter_domain.compatibility.policies.fitted import FeatureKind, PairFeature
from tests.laboratory.worlds import binormal, members, write

TODAY = date(2026, 3, 2)
TRUTHS = [
    dict(zip(Factor, (40.0, 25.0, 20.0, 15.0), strict=True)),
    dict(zip(Factor, (10.0, 20.0, 30.0, 40.0), strict=True)),
    dict(zip(Factor, (70.0, 0.0, 30.0, 0.0), strict=True)),
]


def learned(sources: Sources, *features: PairFeature, group: str | None = "evening", **how: Any) -> Fit:
    data = with_features(attrs.evolve(sources, group=group), *features)
    return fit(data, TODAY, **how)


def with_features(sources: Sources, *features: PairFeature) -> Data:
    return read_data(sources, features=features)


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: "-".join(f"{points:.0f}" for points in truth.values()))
def test_the_weights_by_which_outcomes_were_made_are_found(tmp_path: Path, truth: dict[Factor, float]) -> None:
    found = learned(members(tmp_path, truth, count=800, each=24).sources)

    assert sum(found.policy.weights.values()) == pytest.approx(100.0)
    for factor, points in truth.items():
        assert found.policy.weights[factor] == pytest.approx(points, abs=9.0)
    assert found.policy.calibration.slope == pytest.approx(0.2, rel=0.2)


def test_held_out_scores_are_those_of_the_truth(tmp_path: Path) -> None:
    world = members(tmp_path, TRUTHS[1], count=800, each=24)
    found = learned(world.sources)

    assert found.held_out.pooled_auc == pytest.approx(world.auc, abs=0.01)
    assert found.held_out.reliability is not None
    assert found.held_out.reliability.ece < 0.015
    assert found.policy.scores["auc"].value > found.default.figures["auc"].value
    assert found.policy.provenance.validation == "12 groups, each left out once"


def test_scores_are_honest_where_there_is_nothing_to_learn(tmp_path: Path) -> None:
    """On outcomes of chance the policy looks better than chance where it was learned, and not where it was not."""
    world = members(tmp_path, WEIGHTS, count=150, each=8, scale=0.0)
    found = learned(world.sources)
    within = evaluate_in_sample(found, world.sources)

    assert within > found.held_out.pooled_auc
    assert found.held_out.pooled_auc < 0.53


def evaluate_in_sample(found: Fit, sources: Sources) -> float:
    path = sources.people.parent / "policy.json"
    write_policy(found.policy, path)
    return evaluate(sources, str(path)).pooled_auc


def test_many_groups_are_left_out_by_parts_and_never_split(tmp_path: Path) -> None:
    world = members(tmp_path, WEIGHTS, count=80, each=10)
    found = learned(world.sources, group=None)

    assert found.policy.provenance.validation == "80 groups, left out in 20 parts of whole groups"
    assert (found.policy.provenance.groups, found.policy.provenance.viewers) == (80, 80)


class TestPromises:
    def test_what_people_owe_to_their_own_attachment_is_not_learned(self, tmp_path: Path) -> None:
        """Outcomes fall steeply in the candidate's own avoidance and anxiety, and the pair's form says nothing of them:
        the policy gives attachment hardly a point, and its merit does not rank candidates by their scores."""
        truth = {**dict.fromkeys(Factor, 0.0), Factor.VALUES: 50.0, Factor.DEMOGRAPHICS: 50.0}
        world = members(tmp_path, truth, count=1_000, each=24, disliked={"avoidance": 0.8, "anxiety": 0.5})
        found = learned(world.sources)

        assert found.policy.weights[Factor.ATTACHMENT] < 6.0
        data = found.held_out.data
        merit = by_fitted(data, found.policy).merit
        scores = np.array([p.attachment.avoidance if p.attachment else np.nan for p in data.people.traits])
        mean = np.bincount(data.encounters.candidate, merit) / np.bincount(data.encounters.candidate)
        known = ~np.isnan(scores)
        assert abs(spearmanr(scores[known], mean[known]).statistic) < 0.1

    def test_a_column_about_attachment_must_not_be_a_feature(self, tmp_path: Path) -> None:
        """A mapping refuses it by name; a copy under another name is found out when its numbers tell."""
        world = members(tmp_path, WEIGHTS, count=100, each=10)
        people = Sheet.read(world.sources.people)
        scores = [p.attachment for p in read_data(world.sources).people.traits]
        assert plain(frozenset(people.header)).people.about_attachment == {"anxiety", "avoidance"}
        sources = given(world.sources, lambda a, b: (_sum(scores[a]) + _sum(scores[b])) / 28.0)
        with pytest.raises(PromiseBroken) as refused:
            learned(sources, GIVEN)
        assert "own attachment scores" in refused.value.fields[0].message

    def test_a_number_that_differs_between_the_two_sides_of_a_pair_is_refused_by_its_lines(
        self, tmp_path: Path
    ) -> None:
        rng = np.random.default_rng(1)
        world = members(tmp_path, WEIGHTS, count=40, each=30)
        sources = given(world.sources, lambda _a, _b: float(rng.random()))
        with pytest.raises(PromiseBroken) as refused:
            learned(sources, GIVEN)
        assert "differs between lines" in refused.value.fields[0].message
        assert "more pairs of lines" in refused.value.fields[-1].message

    @pytest.mark.parametrize("role", ["viewer", "candidate"])
    def test_a_number_about_one_person_is_refused(self, tmp_path: Path, role: str) -> None:
        beauty = np.random.default_rng(1).random(100)
        world = members(tmp_path, WEIGHTS, count=100, each=10)
        sources = given(world.sources, lambda a, b: float(beauty[a if role == "viewer" else b]))
        with pytest.raises(PromiseBroken) as refused:
            learned(sources, GIVEN)
        assert any(f"with whom a {role} meets" in fault.message for fault in refused.value.fields)

    def test_no_factor_is_turned_against_the_product_s_way(self, tmp_path: Path) -> None:
        truth = {**dict.fromkeys(Factor, 0.0), Factor.VALUES: -60.0, Factor.INTERESTS: 60.0}
        found = learned(members(tmp_path, truth, count=400, each=20).sources)
        assert found.policy.weights[Factor.VALUES] == 0.0
        assert all(points >= 0.0 for points in found.policy.weights.values())


GIVEN = PairFeature("talk", FeatureKind.GIVEN, "talk", low=0.0, high=1.0)


def _sum(attachment: Any) -> float:
    return 8.0 if attachment is None else float(attachment.anxiety + attachment.avoidance)


def given(sources: Sources, number: Any) -> Sources:
    """The study with a column ``talk``, which is ``number`` of the two people's places."""
    rows = [line.split(",") for line in sources.encounters.read_text().splitlines()[1:]]
    talk = [number(int(viewer[1:]), int(candidate[1:])) for viewer, candidate, _ in rows]
    names = ("viewer_id", "candidate_id", "outcome")
    columns: dict[str, Any] = {name: [row[n] for row in rows] for n, name in enumerate(names)}
    return attrs.evolve(sources, encounters=write(sources.people.parent / "talked.csv", columns | {"talk": talk}))


class TestPairFeatures:
    def test_one_that_matters_gets_points_and_one_that_does_not_gets_few(self, tmp_path: Path) -> None:
        world = members(tmp_path, {**dict.fromkeys(Factor, 0.0), Factor.DEMOGRAPHICS: 100.0}, count=600, each=20)
        rng = np.random.default_rng(4)
        common = {}
        for a in range(600):
            for b in range(600):
                common[min(a, b), max(a, b)] = rng.random()
        sources = given(world.sources, lambda a, b: common[min(a, b), max(a, b)])
        data = with_features(attrs.evolve(sources, group="evening"), GIVEN, SAME)
        log_odds = 3.0 * (data.encounters.given["talk"] - 0.5) + 0.1 * (factors_of(data)[:, 3] * 100.0 - 45.0)
        outcome = (rng.random(len(log_odds)) < logistic(log_odds)).astype(np.float64)
        found = fit(attrs.evolve(data, encounters=attrs.evolve(data.encounters, outcome=outcome)), TODAY)

        points = {weighed.feature.name: weighed.points for weighed in found.policy.pair_features}
        assert points["talk"] == pytest.approx(3.0 / 13.0 * 100.0, abs=5.0)
        assert points.get("same smoking", 0.0) < 3.0
        assert not found.policy.runnable
        assert sum(found.policy.weights.values()) + sum(points.values()) == pytest.approx(100.0)
        assert found.held_out.pooled_auc > 0.7

    def test_one_that_goes_with_no_better_outcomes_is_left_out_and_named(self, tmp_path: Path) -> None:
        world = members(tmp_path, WEIGHTS, count=60, each=10)
        sources = given(world.sources, lambda _a, _b: 0.5)
        found = learned(sources, GIVEN)
        assert found.policy.pair_features == ()
        assert found.unused == ("talk",)

    @pytest.mark.parametrize(
        "feature",
        [
            PairFeature("f", FeatureKind.CLOSENESS, "age", scale=5.0),
            PairFeature("f", FeatureKind.SAME, "smoking"),
            PairFeature("f", FeatureKind.OVERLAP, "interests", separator=";"),
        ],
        ids=lambda feature: feature.kind,
    )
    def test_features_of_people_are_the_same_from_both_sides(self, tmp_path: Path, feature: PairFeature) -> None:
        from adapters.laboratory.scoring import feature_of

        data = with_features(members(tmp_path, WEIGHTS, count=60, each=10).sources, feature)
        turned = attrs.evolve(
            data,
            encounters=attrs.evolve(
                data.encounters, viewer=data.encounters.candidate, candidate=data.encounters.viewer
            ),
        )
        values = feature_of(feature, data)
        np.testing.assert_array_equal(values, feature_of(feature, turned))
        known = values[~np.isnan(values)]
        assert 0.0 <= known.min() < known.max() <= 1.0


SAME = PairFeature("same smoking", FeatureKind.SAME, "smoking")


class TestWhatCannotBeLearned:
    def test_a_factor_of_which_the_data_says_nothing_keeps_its_weight(self, tmp_path: Path) -> None:
        truth = {**dict.fromkeys(Factor, 0.0), Factor.INTERESTS: 60.0, Factor.DEMOGRAPHICS: 40.0}
        world = members(tmp_path, truth, count=400, each=20)
        (tmp_path / "map.toml").write_text(
            "[people]\nage = 'age'\nlatitude = 'latitude'\nlongitude = 'longitude'\ninterests = 'interests'\n"
        )
        found = learned(attrs.evolve(world.sources, mapping=tmp_path / "map.toml"))
        assert found.policy.provenance.unlearned == (Factor.ATTACHMENT, Factor.VALUES)
        assert found.policy.weights[Factor.ATTACHMENT] == pytest.approx(40.0)
        assert found.policy.weights[Factor.VALUES] == pytest.approx(20.0)
        assert found.policy.weights[Factor.INTERESTS] > found.policy.weights[Factor.DEMOGRAPHICS]
        probability = by_fitted(found.held_out.data, found.policy).probability
        assert probability is not None
        assert probability.mean() == pytest.approx(found.held_out.outcome.mean(), abs=0.01)

    def test_outcomes_that_are_all_the_same_teach_nothing(self, tmp_path: Path) -> None:
        world = members(tmp_path, WEIGHTS, count=30, each=5)
        text = world.sources.encounters.read_text()
        world.sources.encounters.write_text(text.replace(",0\n", ",1\n"))
        with pytest.raises(FitImpossible, match="Every outcome is the same"):
            learned(world.sources)

    def test_one_group_leaves_none_to_hold_out(self, tmp_path: Path) -> None:
        world = members(tmp_path, WEIGHTS, count=30, each=5)
        people = world.sources.people
        people.write_text(
            "".join(f"{line},{'x' if n else 'all'}\n" for n, line in enumerate(people.read_text().splitlines()))
        )
        with pytest.raises(FitImpossible, match="All encounters are of one all"):
            learned(world.sources, group="all")

    def test_people_of_whom_nothing_is_known_teach_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(FitImpossible, match="No factor differs"):
            learned(binormal(tmp_path, 0.8, viewers=20, each=5).sources, group=None)

    def test_a_group_without_which_all_is_the_same_is_too_much_to_leave_out(self, tmp_path: Path) -> None:
        world = members(tmp_path, WEIGHTS, count=30, each=5)
        lines = world.sources.encounters.read_text().replace(",0\n", ",1\n").split()
        world.sources.encounters.write_text("\n".join([*lines[:-5], *(line[:-1] + "0" for line in lines[-5:])]))
        with pytest.raises(FitImpossible, match="Without one of the groups"):
            learned(world.sources)

    def test_data_in_which_everything_points_the_other_way_is_refused(self, tmp_path: Path) -> None:
        against = {factor: -points for factor, points in WEIGHTS.items()}
        with pytest.raises(FitImpossible, match="goes with better outcomes"):
            learned(members(tmp_path, against, count=400, each=20).sources)


def test_coefficients_are_those_of_scikit_learn_where_none_meets_its_bound() -> None:
    rng = np.random.default_rng(6)
    columns = rng.normal(size=(2_000, 3)) * [1.0, 5.0, 0.1] + [3.0, 0.0, -1.0]
    outcome = (rng.random(2_000) < logistic(columns @ [0.5, 0.2, 4.0] - 0.3)).astype(np.float64)
    standard = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    expected = LogisticRegression(C=1.0 / 30.0, tol=1e-9, max_iter=2_000).fit(standard, outcome)
    found = _learn(columns, outcome, penalty=30.0)
    np.testing.assert_allclose(found.coefficients * columns.std(axis=0), expected.coef_[0], rtol=1e-3)
    assert found.log_odds(columns).mean() == pytest.approx(expected.decision_function(standard).mean(), rel=1e-3)


def test_the_name_is_of_the_day_and_the_data_unless_one_is_given(tmp_path: Path) -> None:
    sources = members(tmp_path, WEIGHTS, count=60, each=10).sources
    found = learned(sources)
    assert found.policy.name == f"fitted-20260302-{found.policy.provenance.data_hash[:8]}"
    assert found.policy.provenance.fitted_on == TODAY
    assert learned(sources, name="ours-2").policy.name == "ours-2"
    changed = attrs.evolve(sources, encounters=sources.encounters.with_name("other.csv"))
    changed.encounters.write_text("\n".join(sources.encounters.read_text().splitlines()[:-1]))
    assert learned(changed).policy.provenance.data_hash != found.policy.provenance.data_hash
