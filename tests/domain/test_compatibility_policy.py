"""weighted-v1: what two people's score is made of, and what it may never do."""

import itertools
import math

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.assessments.model import Style
from saltbitter_domain.compatibility.model import Attachment, Factor, Leaning, Traits
from saltbitter_domain.compatibility.policies import WEIGHTS, WeightedV1, population_of
from saltbitter_domain.compatibility.policies.attachment import classification_of, deviation
from saltbitter_domain.compatibility.policies.population import NEUTRAL, unit_interests, unit_values
from saltbitter_domain.kernel import GridCell
from saltbitter_domain.profiles.model import (
    BasicValue,
)
from tests.domain.crowd import HOME, TAGS, anyone, attachments, crowd, person, policy_over, rated, scores, several

SECURE, ANXIOUS, AVOIDANT, FEARFUL = Attachment(1, 1), Attachment(7, 1), Attachment(1, 7), Attachment(7, 7)
CROWD = crowd(60, seed=3)
POLICY = policy_over(CROWD)


def gap() -> st.SearchStrategy[tuple[float, float]]:
    """A low and a clearly higher score."""
    return st.tuples(scores, scores).filter(lambda pair: pair[1] - pair[0] > 0.01)


def fit(a: Attachment, b: Attachment) -> float:
    """The form itself, in [0, 1], with both taken at their word, whatever their reliability."""
    sure_a, sure_b = attrs.evolve(a, reliability=1.0), attrs.evolve(b, reliability=1.0)
    return max(0.0, deviation(Leaning.of(sure_a), Leaning.of(sure_b), 0.0))


class TestAttachment:
    @pytest.mark.parametrize(
        ("a", "b", "expected"),
        [
            (SECURE, SECURE, 1.0),
            (SECURE, ANXIOUS, 0.90),
            (SECURE, AVOIDANT, 0.85),
            (SECURE, FEARFUL, 0.75),
            (ANXIOUS, ANXIOUS, 0.90),
            (ANXIOUS, AVOIDANT, 0.55),
            (ANXIOUS, FEARFUL, 0.55),
            (AVOIDANT, AVOIDANT, 0.50),
            (AVOIDANT, FEARFUL, 0.20),
            (FEARFUL, FEARFUL, 0.0),
        ],
    )
    def test_the_corners_are_as_written(self, a: Attachment, b: Attachment, expected: float) -> None:
        assert fit(a, b) == pytest.approx(expected, abs=1e-12)

    @given(attachments, attachments)
    def test_it_is_symmetric_and_between_0_and_1(self, a: Attachment, b: Attachment) -> None:
        assert fit(a, b) == fit(b, a)
        assert 0.0 <= fit(a, b) <= 1.0

    @given(attachments, attachments)
    def test_secure_with_secure_is_highest(self, a: Attachment, b: Attachment) -> None:
        assert fit(a, b) <= fit(SECURE, SECURE)

    @given(gap())
    def test_anxious_with_avoidant_lies_below_anxious_with_anxious(self, gap: tuple[float, float]) -> None:
        low, high = gap
        anxious, avoidant = Attachment(high, low), Attachment(low, high)
        assert fit(anxious, avoidant) < fit(anxious, anxious)

    @given(attachments, scores, gap())
    def test_it_falls_in_the_partners_avoidance(
        self, own: Attachment, anxiety: float, gap: tuple[float, float]
    ) -> None:
        low, high = gap
        fall = fit(own, Attachment(anxiety, low)) - fit(own, Attachment(anxiety, high))
        assert fall >= 3 / 20 * (high - low) / 6 - 1e-9

    @given(attachments, scores, scores, st.floats(0.01, 6.0))
    def test_avoidance_costs_at_least_as_much_as_anxiety(
        self, own: Attachment, anxiety: float, avoidance: float, step: float
    ) -> None:
        step = min(step, 7 - anxiety, 7 - avoidance)
        more_avoidant = fit(own, Attachment(anxiety, avoidance + step))
        more_anxious = fit(own, Attachment(anxiety + step, avoidance))
        assert more_avoidant <= more_anxious - step / 6 / 20 + 1e-9

    @given(gap())
    def test_a_secure_partner_lifts_the_fearful_above_insecure_pairs(self, gap: tuple[float, float]) -> None:
        low, high = gap
        fearful, secure = Attachment(high, high), Attachment(low, low)
        anxious, avoidant = Attachment(high, low), Attachment(low, high)
        assert fit(fearful, secure) > fit(anxious, avoidant)
        assert fit(fearful, secure) > fit(avoidant, avoidant)
        assert fit(fearful, secure) > max(fit(fearful, other) for other in (anxious, avoidant, fearful))

    def test_beside_a_wholly_anxious_partner_fearful_is_no_lower_than_avoidant(self) -> None:
        assert fit(ANXIOUS, FEARFUL) == pytest.approx(fit(ANXIOUS, AVOIDANT))

    @given(attachments, attachments, attachments, st.floats(0, 1))
    def test_it_is_bilinear(self, own: Attachment, a: Attachment, b: Attachment, share: float) -> None:
        mixed = Attachment(
            a.anxiety + share * (b.anxiety - a.anxiety), a.avoidance + share * (b.avoidance - a.avoidance)
        )
        between = fit(own, a) + share * (fit(own, b) - fit(own, a))
        assert fit(own, mixed) == pytest.approx(between, abs=1e-9)

    @given(attachments, attachments, st.floats(0, 1))
    def test_doubtful_answers_shrink_it_towards_the_mean(self, a: Attachment, b: Attachment, mean: float) -> None:
        got = deviation(Leaning.of(a), Leaning.of(b), mean)
        assert got == pytest.approx(a.reliability * b.reliability * (fit(a, b) - mean), abs=1e-9)

    def test_a_score_names_its_style(self) -> None:
        assert classification_of(Attachment(2, 6)).style is Style.AVOIDANT
        assert classification_of(Attachment(6, 2)).style is Style.ANXIOUS


class TestInterests:
    def score(self, a: set[str], b: set[str], policy: WeightedV1 = POLICY) -> float | None:
        return policy.score(person(1, interests=a), person(2, interests=b)).factors[Factor.INTERESTS]

    def test_the_same_interests_score_1_and_none_shared_0(self) -> None:
        assert self.score({TAGS[0], TAGS[9]}, {TAGS[0], TAGS[9]}) == pytest.approx(1.0)
        assert self.score({TAGS[0]}, {TAGS[9]}) == 0.0

    def test_the_rarer_a_shared_interest_the_more_it_counts(self) -> None:
        people = [person(n, interests={"travel", "jazz"} if n == 1 else {"travel", "chess"}) for n in range(1, 9)]
        policy = policy_over(people)
        rare = self.score({"jazz", "x"}, {"jazz", "y"}, policy)
        common = self.score({"travel", "x"}, {"travel", "y"}, policy)
        assert rare is not None
        assert common is not None
        assert rare > common > 0

    def test_it_is_the_cosine_of_weights_ln_of_population_over_holders_plus_1(self) -> None:
        policy = policy_over([person(1, interests={"a"}), person(2, interests={"a", "b"}), person(3)])
        a, b = math.log(4 / 3) + 1, math.log(4 / 2) + 1
        assert policy.population.rarity("a") == pytest.approx(a)
        assert policy.population.rarity("b") == pytest.approx(b)
        assert policy.population.rarity("held by nobody") == pytest.approx(math.log(4) + 1)
        assert self.score({"a"}, {"a", "b"}, policy) == pytest.approx(a * a / (a * math.hypot(a, b)))

    def test_without_interests_on_either_side_it_is_unknown(self) -> None:
        assert self.score(set(), {TAGS[0]}) is None
        assert self.score({TAGS[0]}, set()) is None


class TestValues:
    def score(self, a: dict[BasicValue, int], b: dict[BasicValue, int]) -> float | None:
        return POLICY.score(person(1, values=a), person(2, values=b)).factors[Factor.VALUES]

    def test_the_same_order_scores_1_and_the_opposite_0(self) -> None:
        rising, falling = rated(*range(8), 3, 4), rated(*range(7, -1, -1), 4, 3)
        assert self.score(rising, rising) == pytest.approx(1.0)
        assert self.score(rising, falling) == pytest.approx(0.0, abs=1e-12)

    def test_how_high_and_how_widely_somebody_rates_makes_no_difference(self) -> None:
        wide, narrow = rated(0, 2, 4, 6, 0, 2, 4, 6, 0, 6), rated(3, 4, 5, 6, 3, 4, 5, 6, 3, 6)
        assert self.score(wide, narrow) == pytest.approx(1.0)

    def test_it_is_the_correlation_moved_to_0_to_1(self) -> None:
        a, b = rated(7, 0, 0, 0, 0, 0, 0, 0, 0, 0), rated(0, 7, 0, 0, 0, 0, 0, 0, 0, 0)
        assert self.score(a, b) == pytest.approx((1 - 1 / 9) / 2)

    def test_a_flat_or_unfinished_profile_says_nothing(self) -> None:
        full = rated(*range(8), 3, 4)
        assert self.score(full, rated(*[5] * 10)) is None
        assert self.score(rated(*range(8), 3), full) is None
        assert self.score({}, full) is None


class TestTotal:
    def test_the_four_factors_are_worth_40_25_20_and_15(self) -> None:
        assert [WEIGHTS[f] for f in Factor] == [40.0, 25.0, 20.0, 15.0]
        assert POLICY.name == "weighted-v1"

    def test_two_people_who_agree_in_everything_score_100(self) -> None:
        known = {"attachment": SECURE, "interests": {TAGS[0]}, "values": rated(*range(8), 3, 4), "cell": HOME}
        score = POLICY.score(person(1, **known), person(2, **known))
        assert score.total == pytest.approx(100.0)
        assert all(factor == pytest.approx(1.0) for factor in score.factors.values())

    @given(anyone(), anyone())
    def test_it_is_the_same_whoever_comes_first(self, a: Traits, b: Traits) -> None:
        assert POLICY.score(a, b) == POLICY.score(b, a)

    @given(anyone(), anyone())
    def test_everything_stays_in_its_range(self, a: Traits, b: Traits) -> None:
        score = POLICY.score(a, b)
        assert 0.0 <= score.total <= 100.0 + 1e-9
        assert 0.0 <= score.confidence <= 1.0 + 1e-12
        assert all(factor is None or 0.0 <= factor <= 1.0 for factor in score.factors.values())

    @given(anyone(), anyone())
    def test_it_weighs_the_factors_and_the_means_of_those_unknown(self, a: Traits, b: Traits) -> None:
        score = POLICY.score(a, b)
        means = POLICY.population.mean_factors
        expected = sum(
            WEIGHTS[name] * (means[name] if factor is None else factor) for name, factor in score.factors.items()
        )
        assert score.total == pytest.approx(expected)

    def test_what_is_unknown_takes_the_mean_and_lowers_the_confidence_by_its_weight(self) -> None:
        known = {"attachment": ANXIOUS, "interests": {TAGS[0]}, "values": rated(*range(8), 3, 4), "cell": HOME}
        full = POLICY.score(person(1, **known), person(2, **known))
        for name, factor in (("attachment", "attachment"), ("interests", "interests"), ("values", "values")):
            less = POLICY.score(person(1, **known), person(2, **{k: v for k, v in known.items() if k != name}))
            lost = WEIGHTS[Factor(factor)]
            assert less.factors[Factor(factor)] is None
            assert less.confidence == pytest.approx(full.confidence - lost / 100)
            mean = POLICY.population.mean_factors[Factor(factor)]
            before = full.factors[Factor(factor)]
            assert before is not None
            assert less.total == pytest.approx(full.total + lost * (mean - before))

    def test_the_confidence_of_age_alone_is_its_share_of_demographics(self) -> None:
        assert POLICY.score(person(1), person(2)).confidence == pytest.approx(0.15 * 3 / 16)

    def test_doubtful_attachment_lowers_the_confidence(self) -> None:
        doubtful = attrs.evolve(SECURE, reliability=0.5)
        score = POLICY.score(person(1, attachment=doubtful), person(2, attachment=doubtful))
        assert score.confidence == pytest.approx(0.40 * 0.25 + 0.15 * 3 / 16)
        mean = POLICY.population.mean_factors[Factor.ATTACHMENT]
        assert score.factors[Factor.ATTACHMENT] == pytest.approx(mean + 0.25 * (1.0 - mean))

    def test_answers_nobody_can_rely_on_are_no_answers(self) -> None:
        empty = attrs.evolve(SECURE, reliability=0.0)
        for pair in ((empty, SECURE), (SECURE, empty)):
            score = POLICY.score(person(1, attachment=pair[0]), person(2, attachment=pair[1]))
            assert score.factors[Factor.ATTACHMENT] is None

    def test_distance_counts(self) -> None:
        here, far = person(1, cell=HOME), person(2, cell=GridCell.containing(53.5, 13.4))
        near, away = POLICY.score(here, attrs.evolve(far, cell=HOME)), POLICY.score(here, far)
        assert near.total > away.total
        assert here.distance_km(far) == pytest.approx(HOME.distance_km(far.cell or HOME))
        assert here.distance_km(person(2)) is None
        assert person(2).distance_km(here) is None

    def test_a_score_knows_nothing_of_what_anybody_pays(self) -> None:
        assert not {"tier", "plan", "subscription"} & {field.name for field in attrs.fields(Traits)}


class TestPopulation:
    @given(several(0, 12))
    def test_means_are_those_over_all_pairs_that_are_known(self, people: list[Traits]) -> None:
        policy = policy_over(people)
        prepared = [policy.prepare(p) for p in people]
        judged = [policy.judge(a, b, None) for a, b in itertools.combinations(prepared, 2)]
        for factor in (Factor.INTERESTS, Factor.VALUES):
            known = [value for j in judged if (value := getattr(j, factor.value)) is not None]
            mean = math.fsum(known) / len(known) if known else NEUTRAL
            assert policy.population.mean_factors[factor] == pytest.approx(mean, abs=1e-9)

    @given(several(1, 12), st.randoms(use_true_random=False))
    def test_the_order_of_people_makes_no_difference(self, people: list[Traits], rng: object) -> None:
        shuffled = list(people)
        rng.shuffle(shuffled)  # type: ignore[attr-defined]
        assert population_of(people, "v") == population_of(shuffled, "v")

    def test_the_mean_fit_is_that_of_people_who_answered_weighed_by_reliability(self) -> None:
        people = [
            person(1, attachment=SECURE),
            person(2, attachment=attrs.evolve(FEARFUL, reliability=0.5)),
            person(3),
        ]
        population = population_of(people, "v")
        mean = Attachment(3.0, 3.0)
        assert population.mean_factors[Factor.ATTACHMENT] == pytest.approx(fit(mean, mean))
        assert population.mean_leaning.weight == pytest.approx(0.5)
        assert (population.size, population.version) == (3, "v")

    def test_of_nobody_everything_is_neutral(self) -> None:
        population = population_of([], "v")
        assert set(population.mean_factors.values()) == {NEUTRAL}
        assert population.interest_idf == {}

    def test_what_one_person_says_is_no_mean_of_pairs(self) -> None:
        alone = population_of([person(1, interests={"a"}, values=rated(*range(8), 3, 4))], "v")
        assert alone.mean_factors[Factor.INTERESTS] == alone.mean_factors[Factor.VALUES] == NEUTRAL

    @given(several(1, 12), anyone())
    def test_the_expected_fit_is_the_mean_over_everybody(self, people: list[Traits], one: Traits) -> None:
        policy = policy_over(people)
        mean = policy.population.mean_factors[Factor.ATTACHMENT]
        own = Leaning.of(one.attachment)
        over_all = [mean + deviation(own, Leaning.of(p.attachment), mean) for p in people]
        assert policy.expected_attachment(own) == pytest.approx(math.fsum(over_all) / len(people), abs=1e-9)
        assert policy.attachment_advantage(own) == pytest.approx(40 * (policy.expected_attachment(own) - mean))

    @given(several(1, 12))
    def test_advantages_sum_to_nothing(self, people: list[Traits]) -> None:
        policy = policy_over(people)
        assert math.fsum(policy.attachment_advantage(Leaning.of(p.attachment)) for p in people) == pytest.approx(
            0, abs=1e-9
        )

    def test_the_vectors_have_length_1(self) -> None:
        assert math.hypot(*unit_interests(frozenset(TAGS[:4]), POLICY.population.rarity).values()) == pytest.approx(1)
        assert math.hypot(*unit_values(rated(*range(8), 3, 4))) == pytest.approx(1)
        assert unit_interests(frozenset(), POLICY.population.rarity) == {}
