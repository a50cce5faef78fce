"""An attacker who keeps every explanation learns nothing of another's attachment.

The attacker knows all that is shown (bands, confidences, totals), all that is public of everybody, their own answers,
the policy's code and the population's figures. Even the private values are granted them. For training they are given
the true scores of most of the people; what counts is how well they guess those of the others, against guessing the
mean. They fit ridge regression with cross-validation (Hoerl & Kennard 1970, Technometrics 12, 55).

Guessing by noise is a little worse than guessing the mean, so a ratio of errors at or above 1 is nothing learnt. The
tolerance of 0.03 is for chance: with 200 people the ratio of a useless predictor varies by about 0.01.
"""

from collections.abc import Callable, Sequence

import attrs
import numpy as np
import numpy.typing as npt
import pytest

from saltbitter_domain.compatibility.explanations import explain
from saltbitter_domain.compatibility.model import Attachment, Band, Confidence, Explanation, Factor, Traits
from saltbitter_domain.compatibility.policies import WeightedV1
from tests.domain.crowd import crowd, policy_over

OTHERS = 200
TOLERANCE = 0.03
Floats = npt.NDArray[np.float64]
Explainer = Callable[[WeightedV1, Traits, Traits], Explanation]


def answered(people: Sequence[Traits]) -> list[Traits]:
    return [p for p in people if p.attachment is not None]


PEOPLE = answered(crowd(800, seed=31))
POLICY = policy_over(PEOPLE)
TARGETS, SYBILS = PEOPLE[:OTHERS], PEOPLE[OTHERS : 2 * OTHERS]
TRUTH = np.array([(p.attachment.anxiety, p.attachment.avoidance) for p in TARGETS if p.attachment])


def careless(policy: WeightedV1, viewer: Traits, candidate: Traits) -> Explanation:
    """The control: the pair's true attachment factor in the total, rounded just the same."""
    return attrs.evolve(explain(policy, viewer, candidate), total=5 * round(policy.score(viewer, candidate).total / 5))


def shown(explanation: Explanation) -> list[float]:
    bands = [float(f.band is band) for f in explanation.factors for band in Band]
    confidences = [float(f.confidence is confidence) for f in explanation.factors for confidence in Confidence]
    words = [float(len(f.sentences)) for f in explanation.factors]
    return [float(explanation.total), *bands, *confidences, *words]


def public(viewer: Traits, other: Traits) -> list[float]:
    """What the attacker can work out of a pair without attachment, to take it out of the total."""
    score = POLICY.score(attrs.evolve(viewer, attachment=None), other)
    return [score.total, *(score.factors[f] or 0.0 for f in Factor), float(other.age), float(len(other.interests))]


def errors_against_the_mean(features: Floats, truth: Floats, folds: int = 10) -> float:
    """The root mean square error of cross-validated ridge over that of the training mean; the best of many penalties,
    which favours the attacker."""
    ratios = []
    for penalty in (0.1, 1.0, 10.0, 100.0, 1_000.0):
        guessed, plain = np.empty_like(truth), np.empty_like(truth)
        for fold in range(folds):
            test = np.arange(len(truth)) % folds == fold
            x, y = features[~test], truth[~test]
            centre, spread = x.mean(axis=0), x.std(axis=0)
            spread[spread < 1e-9] = 1.0
            z = (x - centre) / spread
            weights = np.linalg.solve(z.T @ z + penalty * np.eye(z.shape[1]), z.T @ (y - y.mean()))
            guessed[test] = y.mean() + (features[test] - centre) / spread @ weights
            plain[test] = y.mean()
        ratios.append(float(np.sqrt(((guessed - truth) ** 2).mean() / ((plain - truth) ** 2).mean())))
    return min(ratios)


def one_reader_of_many(explainer: Explainer, reader: Traits) -> Floats:
    return np.array([[*shown(explainer(POLICY, reader, other)), *public(reader, other)] for other in TARGETS])


def many_readers_of_each(explainer: Explainer) -> Floats:
    """Per target: how the totals of 200 readers, less what is public of each pair, move with the readers' own scores.
    The form being bilinear, three coefficients hold all there is to learn."""
    own = np.array(
        [(1.0, s.attachment.anxiety, s.attachment.avoidance) for s in SYBILS if s.attachment], dtype=np.float64
    )
    totals = np.array(
        [[explainer(POLICY, s, t).total - public(s, t)[0] for s in SYBILS] for t in TARGETS], dtype=np.float64
    )
    coefficients, *_ = np.linalg.lstsq(own, totals.T, rcond=None)
    return np.column_stack([coefficients.T, totals.mean(axis=1)])


READERS = [
    attrs.evolve(PEOPLE[-1], attachment=Attachment(anxiety, avoidance))
    for anxiety, avoidance in ((1, 1), (7, 1), (1, 7), (7, 7))
]


@pytest.mark.parametrize("dimension", [0, 1], ids=["anxiety", "avoidance"])
class TestTwoHundredExplanations:
    @pytest.mark.parametrize("reader", READERS, ids=["secure", "anxious", "avoidant", "fearful"])
    def test_tell_one_reader_nothing(self, reader: Traits, dimension: int) -> None:
        ratio = errors_against_the_mean(one_reader_of_many(explain, reader), TRUTH[:, dimension])
        assert ratio >= 1.0 - TOLERANCE

    def test_of_two_hundred_readers_tell_nothing_of_any_of_them(self, dimension: int) -> None:
        ratio = errors_against_the_mean(many_readers_of_each(explain), TRUTH[:, dimension])
        assert ratio >= 1.0 - TOLERANCE


class TestTheAttackWorks:
    """With the true factor in the total the same attacker succeeds, so the tests above mean something."""

    def test_for_one_reader(self) -> None:
        fearful = READERS[-1]
        assert errors_against_the_mean(one_reader_of_many(careless, fearful), TRUTH[:, 1]) < 0.8

    @pytest.mark.parametrize("dimension", [0, 1], ids=["anxiety", "avoidance"])
    def test_for_two_hundred_readers(self, dimension: int) -> None:
        assert errors_against_the_mean(many_readers_of_each(careless), TRUTH[:, dimension]) < 0.5


def test_the_order_of_shown_totals_tells_nothing_either() -> None:
    """A day's people are shown in the order of these totals: ranking by them is no better a guess than chance."""
    ranks = np.argsort(np.argsort([-explain(POLICY, READERS[-1], other).total for other in TARGETS], kind="stable"))
    assert errors_against_the_mean(ranks[:, None].astype(np.float64), TRUTH[:, 1]) >= 1.0 - TOLERANCE
