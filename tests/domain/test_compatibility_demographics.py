"""How two people's circumstances fit: eight parts, each comparing two answers, and what each of them weighs."""

import math

import attrs
import pytest

from saltbitter_domain.compatibility.policies import demographics
from saltbitter_domain.profiles.model import (
    Drinking,
    HasChildren,
    Importance,
    Intention,
    Religion,
    Smoking,
    WantsChildren,
)
from tests.domain.crowd import person


class TestDemographics:
    def test_age_closeness_falls_to_a_third_in_ten_years(self) -> None:
        assert demographics.age_closeness(30, 30) == 1.0
        assert demographics.age_closeness(30, 40) == demographics.age_closeness(40, 30) == pytest.approx(1 / math.e)

    def test_nearness_halves_every_25_km(self) -> None:
        assert demographics.nearness(0.0) == 1.0
        assert demographics.nearness(25.0) == pytest.approx(0.5)
        assert demographics.nearness(50.0) == pytest.approx(0.25)

    @pytest.mark.parametrize(
        ("a", "b", "expected"),
        [
            (Intention.LONG_TERM, Intention.LONG_TERM, 1.0),
            (Intention.LONG_TERM, Intention.LIFE_PARTNER, 0.8),
            (Intention.LONG_TERM, Intention.FIGURING_IT_OUT, 0.5),
            (Intention.LIFE_PARTNER, Intention.FIGURING_IT_OUT, 0.3),
            (Intention.NEW_FRIENDS, Intention.FIGURING_IT_OUT, 0.5),
            (Intention.NEW_FRIENDS, Intention.LONG_TERM, 0.1),
            (Intention.NEW_FRIENDS, Intention.LIFE_PARTNER, 0.0),
            (None, Intention.LONG_TERM, None),
            (Intention.LONG_TERM, None, None),
        ],
    )
    def test_intentions(self, a: Intention | None, b: Intention | None, expected: float | None) -> None:
        assert demographics.intention_fit(a, b) == demographics.intention_fit(b, a) == expected

    @pytest.mark.parametrize(
        ("has_a", "wants_a", "has_b", "wants_b", "expected"),
        [
            ("no", "yes", "no", "yes", 1.0),
            ("no", "no", "no", "no", 1.0),
            ("no", "yes", "no", "maybe", 0.6),
            ("no", "maybe", "no", "no", 0.6),
            ("no", "yes", "no", "no", 0.0),
            ("yes", "no", "no", "no", 0.4),
            ("yes", "maybe", "no", "no", 0.24),
            ("yes", None, None, "no", 0.4),
            ("yes", None, None, "yes", None),
            (None, "yes", None, "yes", 1.0),
            (None, None, "yes", None, None),
            ("no", "maybe", "yes", None, None),
        ],
    )
    def test_children(
        self, has_a: str | None, wants_a: str | None, has_b: str | None, wants_b: str | None, expected: float | None
    ) -> None:
        one = HasChildren(has_a) if has_a else None, WantsChildren(wants_a) if wants_a else None
        other = HasChildren(has_b) if has_b else None, WantsChildren(wants_b) if wants_b else None
        assert demographics.children_fit(*one, *other) == pytest.approx(expected)
        assert demographics.children_fit(*other, *one) == pytest.approx(expected)

    @pytest.mark.parametrize(
        ("a", "stake_a", "b", "stake_b", "expected"),
        [
            (Religion.JEWISH, Importance.VERY, Religion.JEWISH, Importance.NOT, 1.0),
            (Religion.ATHEIST, Importance.VERY, Religion.AGNOSTIC, None, 1.0),
            (Religion.ATHEIST, Importance.VERY, Religion.HINDU, Importance.VERY, 0.0),
            (Religion.MUSLIM, Importance.VERY, Religion.HINDU, Importance.NOT, 0.5),
            (Religion.MUSLIM, Importance.SOMEWHAT, Religion.HINDU, Importance.NOT, 0.75),
            (Religion.MUSLIM, None, Religion.HINDU, None, 0.5),
            (Religion.MUSLIM, Importance.NOT, Religion.HINDU, Importance.NOT, 1.0),
            (None, Importance.VERY, Religion.HINDU, Importance.VERY, None),
            (Religion.HINDU, Importance.VERY, None, None, None),
        ],
    )
    def test_a_different_religion_costs_as_much_as_it_matters(
        self,
        a: Religion | None,
        stake_a: Importance | None,
        b: Religion | None,
        stake_b: Importance | None,
        expected: float | None,
    ) -> None:
        assert demographics.religion_fit(a, stake_a, b, stake_b) == expected
        assert demographics.religion_fit(b, stake_b, a, stake_a) == expected

    def test_languages_count_by_the_shorter_list(self) -> None:
        en, en_de, fr = frozenset({"en"}), frozenset({"en", "de"}), frozenset({"fr"})
        assert demographics.languages_fit(en, en_de) == 1.0
        assert demographics.languages_fit(en_de, frozenset({"en", "fr"})) == 0.5
        assert demographics.languages_fit(fr, en_de) == 0.0
        assert demographics.languages_fit(frozenset(), en) is None
        assert demographics.languages_fit(en, frozenset()) is None

    def test_habits_count_by_the_steps_between_them(self) -> None:
        assert demographics.smoking_fit(Smoking.NEVER, Smoking.NEVER) == 1.0
        assert demographics.smoking_fit(Smoking.NEVER, Smoking.REGULARLY) == 0.0
        assert demographics.smoking_fit(Smoking.QUITTING, Smoking.NEVER) == pytest.approx(0.6)
        assert demographics.smoking_fit(Smoking.SOMETIMES, Smoking.REGULARLY) == pytest.approx(0.6)
        assert demographics.smoking_fit(None, Smoking.NEVER) is None
        assert demographics.smoking_fit(Smoking.NEVER, None) is None
        assert demographics.drinking_fit(Drinking.NEVER, Drinking.OFTEN) == 0.0
        assert demographics.drinking_fit(Drinking.RARELY, Drinking.NEVER) == pytest.approx(0.7)
        assert demographics.drinking_fit(Drinking.SOCIALLY, Drinking.OFTEN) == pytest.approx(0.6)
        assert demographics.drinking_fit(None, Drinking.OFTEN) is None
        assert demographics.drinking_fit(Drinking.OFTEN, None) is None

    def test_parts_are_weighed_and_unknown_ones_drop_out(self) -> None:
        full = person(
            1,
            intention=Intention.LONG_TERM,
            has_children=HasChildren.NO,
            wants_children=WantsChildren.YES,
            religion=Religion.HINDU,
            religion_importance=Importance.VERY,
            languages={"en", "de"},
            smoking=Smoking.NEVER,
            drinking=Drinking.RARELY,
        )
        other = attrs.evolve(
            full,
            age=40,
            intention=Intention.LIFE_PARTNER,
            wants_children=WantsChildren.MAYBE,
            religion=Religion.JEWISH,
            religion_importance=Importance.NOT,
            languages=frozenset({"de", "fr"}),
            smoking=Smoking.QUITTING,
            drinking=Drinking.OFTEN,
        )
        points = 3 / math.e + 3 * 0.5 + 3 * 0.8 + 2 * 0.6 + 2 * 0.5 + 0.5 + 0.6 + 0.3
        assert demographics.demographics(full, other, 25.0) == pytest.approx((points / 16, 1.0))
        assert demographics.demographics(person(1), person(2), None) == pytest.approx((1.0, 3 / 16))
        assert demographics.demographics(person(1), person(2, age=40), 25.0) == pytest.approx(
            ((3 / math.e + 1.5) / 6, 6 / 16)
        )

    def test_the_parts_weights_sum_to_the_total(self) -> None:
        weights = [
            value for name, value in vars(demographics).items() if name.endswith("_WEIGHT") and name != "TOTAL_WEIGHT"
        ]
        assert sum(weights) == demographics.TOTAL_WEIGHT
