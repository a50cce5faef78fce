"""What a member reads about why somebody was introduced to them."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.assessments.model import Style
from saltbitter_domain.compatibility.explanations import explain, top_values
from saltbitter_domain.compatibility.model import (
    Attachment,
    Band,
    Confidence,
    Explanation,
    Factor,
    FactorExplanation,
    Traits,
)
from saltbitter_domain.kernel import GridCell
from saltbitter_domain.profiles.model import BasicValue, Drinking, Intention, Smoking
from tests.domain.crowd import HOME, anyone, attachments, crowd, person, policy_over, rated

CROWD = crowd(80, seed=5)
POLICY = policy_over(CROWD)
CALM = Attachment(1.5, 1.5)
RISING = rated(0, 1, 2, 3, 4, 5, 6, 7, 3, 4)


def part(explanation: Explanation, factor: Factor) -> FactorExplanation:
    return next(f for f in explanation.factors if f.factor is factor)


def about(factor: Factor, a: Traits, b: Traits) -> FactorExplanation:
    return part(explain(POLICY, a, b), factor)


class TestTheWhole:
    def test_it_has_every_factor_in_the_order_of_its_weight(self) -> None:
        explanation = explain(POLICY, person(1), person(2))
        assert [f.factor for f in explanation.factors] == list(Factor)
        assert explanation.policy == "weighted-v1"

    @given(anyone(), anyone())
    def test_totals_come_in_steps_of_five_and_everything_is_said_in_words(self, a: Traits, b: Traits) -> None:
        explanation = explain(POLICY, a, b)
        assert explanation.total % 5 == 0
        assert 0 <= explanation.total <= 100
        for factor in explanation.factors:
            assert factor.sentences
            assert all(s.endswith(".") and s[0].isupper() for s in factor.sentences)

    def test_a_total_is_rounded_to_the_nearest_step(self) -> None:
        for one in CROWD[:40]:
            for other in CROWD[40:]:
                a, b = (attrs.evolve(p, attachment=None) for p in (one, other))
                true = POLICY.score(a, b).total
                assert explain(POLICY, a, b).total - 2.5 <= true < explain(POLICY, a, b).total + 2.5

    def test_confidence_falls_with_what_is_unknown(self) -> None:
        known = {"attachment": CALM, "interests": {"hiking", "jazz"}, "values": RISING, "cell": HOME}
        full = person(1, **known), person(2, **known)
        assert explain(POLICY, *full).confidence is Confidence.HIGH
        some = {k: v for k, v in known.items() if k != "attachment"}
        assert explain(POLICY, person(1, **some), person(2, **some)).confidence is Confidence.MEDIUM
        assert explain(POLICY, person(1), person(2)).confidence is Confidence.LOW


class TestAttachment:
    @pytest.mark.parametrize(
        ("own", "band", "tends", "helps"),
        [
            (Attachment(2, 2), Band.STRONG, "at ease both with closeness and with time apart", "saying plainly"),
            (Attachment(6, 2), Band.GOOD, "hold closeness dear", "ask for reassurance"),
            (Attachment(2, 6), Band.SOME, "value your independence", "when you will be back"),
            (Attachment(6, 6), Band.SOME, "long for closeness and take a step back", "small promises"),
        ],
    )
    def test_it_speaks_of_what_the_reader_tends_to_and_what_helps(
        self, own: Attachment, band: Band, tends: str, helps: str
    ) -> None:
        part = about(Factor.ATTACHMENT, person(1, attachment=own), person(2, attachment=CALM))
        both, tendency, help_ = part.sentences
        assert part.band is band
        assert both == "You have both answered the attachment questions."
        assert tends in tendency
        assert "at times" not in tendency
        assert help_.startswith("What helps two people with that is ")
        assert helps in help_

    def test_between_two_styles_it_names_both(self) -> None:
        part = about(Factor.ATTACHMENT, person(1, attachment=Attachment(4.2, 2)), person(2, attachment=CALM))
        assert "hold closeness dear and notice early when it wavers, and at times to be at ease" in part.sentences[1]

    def test_between_all_four_it_names_the_two_nearest(self) -> None:
        part = about(Factor.ATTACHMENT, person(1, attachment=Attachment(4.3, 4.1)), person(2, attachment=CALM))
        assert part.sentences[1] == (
            "You tend to long for closeness and take a step back when it comes near, "
            "and at times to hold closeness dear and notice early when it wavers."
        )

    def test_how_carefully_the_other_answered_is_not_shown(self) -> None:
        reader = person(1, attachment=CALM)
        careful, hasty = (person(2, attachment=attrs.evolve(CALM, reliability=r)) for r in (1.0, 0.25))
        assert explain(POLICY, reader, careful) == explain(POLICY, reader, hasty)

    def test_no_style_is_named(self) -> None:
        for own in (Attachment(2, 2), Attachment(6, 2), Attachment(2, 6), Attachment(6, 6)):
            words = " ".join(about(Factor.ATTACHMENT, person(1, attachment=own), person(2, attachment=own)).sentences)
            assert not any(style.value in words.lower() for style in Style)

    @given(anyone(), anyone(), attachments, attachments)
    def test_nothing_shown_depends_on_the_others_scores(
        self, viewer: Traits, other: Traits, a: Attachment, b: Attachment
    ) -> None:
        """Whatever the other answered, as long as they answered, the reader reads the same."""
        a, b = (attrs.evolve(answers, reliability=max(0.01, answers.reliability)) for answers in (a, b))
        assert explain(POLICY, viewer, attrs.evolve(other, attachment=a)) == explain(
            POLICY, viewer, attrs.evolve(other, attachment=b)
        )

    @given(anyone(), anyone(), attachments, attachments)
    def test_of_who_has_not_answered_nothing_shown_depends_on_the_readers_scores_either(
        self, viewer: Traits, other: Traits, a: Attachment, b: Attachment
    ) -> None:
        silent = attrs.evolve(other, attachment=None)
        a, b = (attrs.evolve(answers, reliability=max(0.01, answers.reliability)) for answers in (a, b))
        assert explain(POLICY, attrs.evolve(viewer, attachment=a), silent) == explain(
            POLICY, attrs.evolve(viewer, attachment=b), silent
        )

    def test_when_either_has_not_answered_it_is_unknown_and_counts_as_average(self) -> None:
        answered, silent = person(1, attachment=CALM), person(2)
        other = about(Factor.ATTACHMENT, answered, silent)
        own = about(Factor.ATTACHMENT, silent, answered)
        assert (other.band, other.confidence) == (own.band, own.confidence) == (Band.UNKNOWN, Confidence.LOW)
        assert other.sentences[0].startswith("Not both of you have shared")
        assert own.sentences[0].startswith("You have not shared")
        assert explain(POLICY, silent, answered).total == explain(POLICY, silent, person(1)).total

    def test_its_confidence_is_that_of_the_readers_own_answers(self) -> None:
        other = person(2, attachment=CALM)
        for reliability, confidence in ((1.0, Confidence.HIGH), (0.5, Confidence.MEDIUM), (0.25, Confidence.LOW)):
            own = person(1, attachment=attrs.evolve(CALM, reliability=reliability))
            assert about(Factor.ATTACHMENT, own, other).confidence is confidence

    def test_the_total_counts_what_the_reader_has_with_everybody(self) -> None:
        mean = POLICY.population.mean_factors[Factor.ATTACHMENT]
        easy, hard = (person(1, attachment=Attachment(score, score)) for score in (1, 7))
        other = person(2, attachment=CALM)
        for reader in (easy, hard):
            expected = POLICY.expected_attachment(POLICY.prepare(reader).leaning)
            total = POLICY.score(attrs.evolve(reader, attachment=None), other).total + 40 * (expected - mean)
            assert abs(explain(POLICY, reader, other).total - total) <= 2.5
        assert explain(POLICY, easy, other).total > explain(POLICY, hard, other).total


class TestInterests:
    def test_shared_interests_are_named_the_rarest_first(self) -> None:
        policy = policy_over([person(n, interests={"hiking", "jazz"} if n == 9 else {"hiking"}) for n in range(1, 10)])
        shared = part(
            explain(policy, person(1, interests={"hiking", "jazz", "chess"}), person(2, interests={"hiking", "jazz"})),
            Factor.INTERESTS,
        )
        assert shared.sentences == ("You share Jazz and Hiking.",)

    def test_one_is_named_alone_and_many_are_counted(self) -> None:
        many = {"hiking", "jazz", "chess", "camping", "climbing", "gardening"}
        assert about(Factor.INTERESTS, person(1, interests={"jazz"}), person(2, interests=many)).sentences == (
            "You share Jazz.",
        )
        policy = policy_over([])
        words = [
            part(
                explain(policy, person(1, interests=set(sorted(many)[:n])), person(2, interests=many)), Factor.INTERESTS
            )
            for n in (4, 5, 6)
        ]
        assert [w.sentences[0] for w in words] == [
            "You share Camping, Chess, Climbing and Gardening.",
            "You share Camping, Chess, Climbing, Gardening and 1 more.",
            "You share Camping, Chess, Climbing, Gardening and 2 more.",
        ]

    def test_none_shared_differs(self) -> None:
        part = about(Factor.INTERESTS, person(1, interests={"jazz"}), person(2, interests={"chess"}))
        assert part.band is Band.DIFFERS
        assert "different interests" in part.sentences[0]

    def test_any_shared_is_at_least_some(self) -> None:
        tags = sorted(POLICY.population.interest_idf)
        a, b = {tags[0], *tags[1:8]}, {tags[0], *tags[8:22]}
        assert about(Factor.INTERESTS, person(1, interests=a), person(2, interests=b)).band is Band.SOME

    def test_an_interest_that_has_left_the_catalogue_is_not_named(self) -> None:
        gone = about(Factor.INTERESTS, person(1, interests={"gone"}), person(2, interests={"gone"}))
        assert gone.band is Band.STRONG
        assert "different interests" in gone.sentences[0]

    def test_without_any_it_is_unknown(self) -> None:
        part = about(Factor.INTERESTS, person(1), person(2, interests={"jazz"}))
        assert (part.band, part.confidence) == (Band.UNKNOWN, Confidence.LOW)
        assert part.sentences[0].startswith("Not both of you have said what you are interested in")

    def test_few_interests_on_either_side_make_it_less_sure(self) -> None:
        five, four = {"hiking", "jazz", "chess", "camping", "climbing"}, {"hiking", "jazz", "chess", "camping"}
        assert (
            about(Factor.INTERESTS, person(1, interests=five), person(2, interests=five)).confidence is Confidence.HIGH
        )
        assert (
            about(Factor.INTERESTS, person(1, interests=five), person(2, interests=four)).confidence
            is Confidence.MEDIUM
        )


class TestValues:
    def test_only_what_both_put_first_is_named(self) -> None:
        other = rated(0, 1, 2, 3, 7, 6, 0, 6, 3, 4)
        shared = about(Factor.VALUES, person(1, values=RISING), person(2, values=other))
        assert shared.sentences[0] == "You both put Safety and Roots among what matters most."
        assert shared.confidence is Confidence.HIGH

    def test_of_ties_across_the_third_place_none_is_named(self) -> None:
        assert top_values(person(1, values=RISING)) == {
            BasicValue.SECURITY,
            BasicValue.CONFORMITY,
            BasicValue.TRADITION,
        }
        assert top_values(person(1, values=rated(7, 6, 5, 5, 0, 0, 0, 0, 0, 0))) == {
            BasicValue.SELF_DIRECTION,
            BasicValue.STIMULATION,
        }
        assert top_values(person(1, values=rated(*[5] * 10))) == frozenset()
        assert top_values(person(1)) == frozenset()

    @pytest.mark.parametrize(
        ("other", "band", "words"),
        [
            (RISING, Band.STRONG, "much the same order"),
            (rated(1, 6, 0, 4, 2, 5, 3, 5, 1, 3), Band.GOOD, "good part"),
            (rated(5, 2, 0, 3, 7, 1, 5, 4, 3, 2), Band.SOME, "some of what matters"),
            (rated(7, 6, 5, 4, 3, 2, 1, 0, 4, 3), Band.DIFFERS, "Different things matter"),
            ({}, Band.UNKNOWN, "Not both of you"),
        ],
    )
    def test_the_rest_is_said_in_bands(self, other: dict[BasicValue, int], band: Band, words: str) -> None:
        part = about(Factor.VALUES, person(1, values=RISING), person(2, values=other))
        assert part.band is band
        assert words in part.sentences[-1]


class TestDemographics:
    @pytest.mark.parametrize(
        ("intention", "words"),
        [
            (Intention.LONG_TERM, "You are both looking for a long-term relationship."),
            (Intention.LIFE_PARTNER, "You are both looking for a partner for life."),
            (Intention.FIGURING_IT_OUT, "You are both still figuring out what you are looking for."),
            (Intention.NEW_FRIENDS, "You are both looking for new friends."),
        ],
    )
    def test_the_same_intention_is_named(self, intention: Intention, words: str) -> None:
        part = about(Factor.DEMOGRAPHICS, person(1, intention=intention), person(2, intention=intention))
        assert part.sentences[0] == words

    def test_different_or_unknown_intentions_are_not(self) -> None:
        for a, b in ((Intention.LONG_TERM, Intention.NEW_FRIENDS), (None, None), (Intention.LONG_TERM, None)):
            assert len(about(Factor.DEMOGRAPHICS, person(1, intention=a), person(2, intention=b)).sentences) == 1

    @pytest.mark.parametrize(
        ("age", "band", "words"),
        [
            (30, Band.STRONG, "easy to bring together"),
            (34, Band.GOOD, "Most of your circumstances"),
            (36, Band.SOME, "some do not"),
            (60, Band.DIFFERS, "differ in more than one way"),
        ],
    )
    def test_the_rest_is_said_in_bands(self, age: int, band: Band, words: str) -> None:
        part = about(Factor.DEMOGRAPHICS, person(1), person(2, age=age))
        assert part.band is band
        assert words in part.sentences[-1]

    def test_its_confidence_is_the_share_that_both_answered(self) -> None:
        known: dict[str, object] = {"cell": HOME}
        assert about(Factor.DEMOGRAPHICS, person(1), person(2)).confidence is Confidence.LOW
        known |= {"intention": Intention.LONG_TERM}
        assert about(Factor.DEMOGRAPHICS, person(1, **known), person(2, **known)).confidence is Confidence.MEDIUM
        known |= {"smoking": Smoking.NEVER, "drinking": Drinking.NEVER, "languages": {"en"}}
        assert about(Factor.DEMOGRAPHICS, person(1, **known), person(2, **known)).confidence is Confidence.HIGH

    def test_distance_is_felt_but_not_told(self) -> None:
        far = person(2, cell=GridCell.containing(51.5, 13.4))
        part = about(Factor.DEMOGRAPHICS, person(1, cell=HOME), far)
        assert part.band is Band.SOME
        assert not any("km" in s or any(c.isdigit() for c in s) for s in part.sentences)


@given(anyone(), anyone(), st.sampled_from(Factor))
def test_two_people_read_the_same_band_of_everything_but_attachment(a: Traits, b: Traits, factor: Factor) -> None:
    if factor is not Factor.ATTACHMENT:
        assert about(factor, a, b) == about(factor, b, a)
