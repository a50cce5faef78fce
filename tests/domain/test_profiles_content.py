"""What a member may write of themselves, and how everything wrong is told at once."""

from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from saltbitter_domain.profiles.catalogue import INTERESTS, LANGUAGES, PROMPTS
from saltbitter_domain.profiles.model import (
    AgeRange,
    BasicValue,
    DealBreaker,
    Gender,
    Intention,
    Preferences,
    ProfileContent,
    ProfileInvalid,
    PromptAnswer,
)
from saltbitter_domain.profiles.policies import check, text_problems
from tests.doubles.refusals import told

SHORT = ProfileContent(
    name="Ana",
    genders=frozenset({Gender.WOMAN}),
    preferences=Preferences(genders=frozenset({Gender.MAN}), ages=AgeRange(25, 40)),
)
KEYS = list(INTERESTS)


def codes(content: ProfileContent) -> list[tuple[str, str]]:
    return told(ProfileInvalid("Look again.", fields=check(content)))


def with_preferences(**changes: Any) -> ProfileContent:
    return attrs.evolve(SHORT, preferences=attrs.evolve(SHORT.preferences, **changes))


def test_a_name_a_gender_and_whom_one_hopes_to_meet_are_enough() -> None:
    assert check(SHORT) == ()


def test_a_profile_may_use_everything_there_is() -> None:
    full = attrs.evolve(
        SHORT,
        genders=frozenset(Gender),
        preferences=Preferences(frozenset(Gender), AgeRange(18, 120), 500, frozenset(DealBreaker)),
        pronouns="she / they",
        intention=Intention.LIFE_PARTNER,
        languages=tuple(LANGUAGES)[:10],
        bio="Two\nlines.",
        prompts=tuple(PromptAnswer(prompt, "A map.") for prompt in list(PROMPTS)[:3]),
        interests=frozenset(KEYS[:15]),
        values=dict.fromkeys(BasicValue, 7),
    )
    assert check(full) == ()


@pytest.mark.parametrize(
    "name", ["Ana", "李小龍", "محمد", "Zoë", "👩‍🚀", "O’Brien-Łuczak", "x" * 50, " Ana ", "نيم‌فاصله", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A"]
)
def test_every_script_and_emoji_makes_a_name(name: str) -> None:
    assert check(attrs.evolve(SHORT, name=name)) == ()


@pytest.mark.parametrize("name", ["", " ", "\u3000\u00a0", "\u200b\u200d", "\u2028", "\u2029"])
def test_a_name_must_show_something(name: str) -> None:
    assert codes(attrs.evolve(SHORT, name=name)) == [("name", "blank")]


@pytest.mark.parametrize("name", ["A\x00na", "Ana\n", "\tAna", "Ana\x7f", "Ana\x85", "Ana\ud800"])
def test_a_name_has_no_control_characters_and_no_half_characters(name: str) -> None:
    assert codes(attrs.evolve(SHORT, name=name)) == [("name", "control_character")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": "x" * 51}, [("name", "too_long")]),
        ({"pronouns": "x" * 30}, []),
        ({"pronouns": "x" * 31}, [("pronouns", "too_long")]),
        ({"pronouns": ""}, [("pronouns", "blank")]),
        ({"bio": "x" * 500}, []),
        ({"bio": "😀" * 500}, []),
        ({"bio": "x" * 501}, [("bio", "too_long")]),
        ({"bio": "one\r\ntwo"}, []),
        ({"bio": "one\ttwo"}, [("bio", "control_character")]),
        ({"bio": " \n"}, [("bio", "blank")]),
        ({"genders": frozenset()}, [("genders", "too_few")]),
        ({"interests": frozenset(KEYS[:4])}, [("interests", "too_few")]),
        ({"interests": frozenset(KEYS[:5])}, []),
        ({"interests": frozenset(KEYS[:15])}, []),
        ({"interests": frozenset(KEYS[:16])}, [("interests", "too_many")]),
        ({"interests": frozenset([*KEYS[:5], "money"])}, [("interests", "unknown")]),
        ({"languages": tuple(LANGUAGES)[:10]}, []),
        ({"languages": tuple(LANGUAGES)[:11]}, [("languages", "too_many")]),
        ({"languages": ("pt", "xx", "pt")}, [("languages.1", "unknown"), ("languages.2", "repeated")]),
        ({"values": dict.fromkeys(BasicValue, 0)}, []),
        ({"values": {**dict.fromkeys(BasicValue, 4), BasicValue.POWER: 8}}, [("values.power", "out_of_range")]),
        ({"values": {**dict.fromkeys(BasicValue, 4), BasicValue.POWER: -1}}, [("values.power", "out_of_range")]),
        ({"values": {**dict.fromkeys(BasicValue, 4), BasicValue.POWER: 3.5}}, [("values.power", "out_of_range")]),
        (
            {"values": {v: 4 for v in BasicValue if v is not BasicValue.TRADITION}},
            [("values.tradition", "missing")],
        ),
    ],
)
def test_limits_are_kept_to_the_character(change: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert codes(attrs.evolve(SHORT, **change)) == expected


@pytest.mark.parametrize(
    ("prompts", "expected"),
    [
        ([("song", "x" * 300)], []),
        ([("song", "x" * 301)], [("prompts.0.answer", "too_long")]),
        ([("song", "")], [("prompts.0.answer", "blank")]),
        ([("song", "one\ntwo")], []),
        ([("song", "a"), ("pickup_line", "b")], [("prompts.1.prompt", "unknown")]),
        ([("song", "a"), ("brave", "b"), ("song", "c")], [("prompts.2.prompt", "repeated")]),
        ([("song", "a"), ("brave", "b"), ("family", "c")], []),
        ([("song", "a"), ("brave", "b"), ("family", "c"), ("teach_me", "d")], [("prompts", "too_many")]),
    ],
)
def test_up_to_three_different_prompts_are_answered(
    prompts: list[tuple[str, str]], expected: list[tuple[str, str]]
) -> None:
    assert codes(attrs.evolve(SHORT, prompts=tuple(PromptAnswer(*one) for one in prompts))) == expected


@pytest.mark.parametrize(
    ("low", "high", "fine"), [(18, 120, True), (18, 18, True), (17, 30, False), (18, 121, False), (40, 39, False)]
)
def test_ages_sought_run_from_18_to_120(low: int, high: int, *, fine: bool) -> None:
    expected = [] if fine else [("preferences.ages", "out_of_range")]
    assert codes(with_preferences(ages=AgeRange(low, high))) == expected


@pytest.mark.parametrize(("km", "fine"), [(None, True), (5, True), (500, True), (4, False), (501, False), (0, False)])
def test_one_looks_5_to_500_km_around_or_anywhere(km: int | None, *, fine: bool) -> None:
    expected = [] if fine else [("preferences.max_distance_km", "out_of_range")]
    assert codes(with_preferences(max_distance_km=km)) == expected


def test_nobody_has_to_say_whom_they_seek_in_order_to_have_a_profile() -> None:
    assert codes(with_preferences(genders=frozenset())) == []


def test_everything_wrong_is_told_at_once_with_what_to_do() -> None:
    wrong = ProfileContent(
        name=" ",
        genders=frozenset(),
        preferences=Preferences(frozenset(), AgeRange(40, 20), 1),
        pronouns="x" * 31,
        languages=("xx",),
        bio="x" * 501,
        prompts=(PromptAnswer("nope", ""),),
        interests=frozenset({"hiking"}),
        values={BasicValue.POWER: 3},
    )
    assert {path for path, _ in codes(wrong)} == {
        "name",
        "pronouns",
        "genders",
        "preferences.ages",
        "preferences.max_distance_km",
        "bio",
        "prompts.0.prompt",
        "prompts.0.answer",
        "interests",
        "languages.0",
        *(f"values.{value}" for value in BasicValue if value is not BasicValue.POWER),
    }


def test_one_text_can_be_wrong_in_more_than_one_way() -> None:
    assert [problem.code for problem in text_problems("name", "\x00" * 51, 50)] == [
        "blank",
        "too_long",
        "control_character",
    ]
    assert codes(attrs.evolve(SHORT, name="\ud83d")) == [("name", "blank"), ("name", "control_character")]


@given(st.text())
@example("\ud83d")
def test_whatever_is_written_is_judged_and_never_fails(text: str) -> None:
    content = attrs.evolve(SHORT, name=text, bio=text, pronouns=text, prompts=(PromptAnswer(text, text),))
    for problem in check(content):
        assert problem.code in {"blank", "too_long", "control_character", "unknown"}


@given(st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=50))
def test_what_can_be_seen_can_be_a_name(name: str) -> None:
    assert check(attrs.evolve(SHORT, name=name)) == ()


@given(st.sets(st.sampled_from(KEYS), max_size=20), st.permutations(KEYS))
def test_only_the_number_of_interests_counts(chosen: set[str], order: list[str]) -> None:
    same_size = frozenset(order[: len(chosen)])
    assert codes(attrs.evolve(SHORT, interests=frozenset(chosen))) == codes(attrs.evolve(SHORT, interests=same_size))
