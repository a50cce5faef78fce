"""What a member reads about their result."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.assessments.catalogue import NORMS
from saltbitter_domain.assessments.growth import (
    BLENDS,
    NOT_A_DIAGNOSIS,
    QUALITY_NOTES,
    RESOURCES,
    STYLES,
    WORDS,
    growth,
    insights,
    worded,
)
from saltbitter_domain.assessments.model import (
    Assessment,
    AttachmentScores,
    Classification,
    Dimension,
    Growth,
    QualityFlag,
    Style,
)
from saltbitter_domain.assessments.scoring import classify
from saltbitter_domain.kernel import AssessmentId, UserId

LISTS = ("strengths", "suggestions", "communication", "this_week")
DEFICIT_OR_PROMISE = re.compile(
    r"\b(disorder|symptoms?|patholog\w+|dysfunction\w*|toxic|unhealthy|needy|clingy|damaged|broken|insecure|abnormal|"
    r"weakness\w*|failure|fix|cure|heal\w*|guarante\w+|never again|will find|soulmate|perfect|https?|www)\b",
    re.IGNORECASE,
)


def assessment(anxiety: float, avoidance: float, *flags: QualityFlag, number: int = 1) -> Assessment:
    scores = AttachmentScores(anxiety, avoidance)
    return Assessment(
        id=AssessmentId(UUID(int=number)),
        user_id=UserId(UUID(int=9)),
        questionnaire="saltbitter-18-v1",
        answers={},
        seconds=90.0,
        scores=scores,
        classification=classify(scores),
        quality=frozenset(flags),
        taken_at=datetime(2026, 11, number, tzinfo=UTC),
    )


def items(words: Growth) -> Iterator[str]:
    for name in LISTS:
        yield from getattr(words, name)


@pytest.mark.parametrize("style", Style)
def test_a_clear_style_gets_several_concrete_items_of_every_kind(style: Style) -> None:
    words = growth(Classification(style))
    assert words.title.lower() == style.value
    assert [len(getattr(words, name)) for name in LISTS] == [5, 5, 5, 4]
    assert len(words.summary) >= 150
    assert all(len(item) >= 50 for item in items(words))


def test_no_item_is_said_twice() -> None:
    everything = [item for words in STYLES.values() for item in items(words)]
    assert len(set(everything)) == len(everything) == 76


@pytest.mark.parametrize("style", Style)
def test_the_words_speak_to_the_member(style: Style) -> None:
    words = STYLES[style]
    imperatives = {item for name in ("this_week", "communication") for item in getattr(words, name)}
    for text in (words.summary, *items(words)):
        assert text in imperatives or re.search(r"\byou(r|rself)?\b", text, re.IGNORECASE), text


def test_the_words_neither_find_fault_nor_promise() -> None:
    texts = [
        *(text for words in STYLES.values() for text in (words.summary, *items(words))),
        *BLENDS.values(),
        *QUALITY_NOTES.values(),
        *RESOURCES,
    ]
    assert [text for text in texts if DEFICIT_OR_PROMISE.search(text)] == []


def test_a_result_between_two_styles_has_the_words_of_both_the_named_one_first() -> None:
    words = growth(classify(AttachmentScores(anxiety=4.2, avoidance=1.5)))
    anxious, secure = STYLES[Style.ANXIOUS], STYLES[Style.SECURE]
    assert words.title == "Between anxious and secure"
    assert words.summary == BLENDS[frozenset({Style.ANXIOUS, Style.SECURE})]
    assert words.strengths[:3] == (anxious.strengths[0], secure.strengths[0], anxious.strengths[1])
    for name in LISTS:
        woven = getattr(words, name)
        assert set(woven) == {*getattr(anxious, name)[:3], *getattr(secure, name)[:3]}
        assert len(woven) == 6
    assert words.resources == ()


def test_a_result_in_the_middle_has_some_words_of_all_four() -> None:
    words = growth(classify(AttachmentScores(anxiety=3.9, avoidance=3.5)))
    assert words.title == "Between secure, anxious, avoidant and fearful"
    assert words.summary == BLENDS[frozenset(Style)]
    assert all(set(words.strengths) & set(STYLES[style].strengths) for style in Style)
    assert words.resources == RESOURCES


@given(st.floats(1, 7), st.floats(1, 7))
def test_every_result_gets_words_and_support_is_offered_wherever_fearful_is_near(
    anxiety: float, avoidance: float
) -> None:
    result = classify(AttachmentScores(anxiety, avoidance))
    words = growth(result)
    assert all(4 <= len(getattr(words, name)) <= 6 for name in LISTS)
    assert len(set(items(words))) == sum(len(getattr(words, name)) for name in LISTS)
    near = {result.style, *result.blend}
    assert words.resources == (RESOURCES if Style.FEARFUL in near else ())
    assert all(style.value in words.title.lower() for style in near)


def test_support_is_neutral_and_names_help_in_danger() -> None:
    together = " ".join(RESOURCES)
    assert "licensed therapist" in together
    assert "doctor" in together
    assert "local emergency number" in RESOURCES[-1]


def test_insights_read_the_result_back_with_its_place_among_others() -> None:
    taken = assessment(6.0, 1.5)
    read = insights(taken)
    assert read.assessment is taken
    assert (read.anxiety_percentile, read.avoidance_percentile) == (95, 4)
    assert read.norms_source == NORMS.source
    assert read.growth == STYLES[Style.ANXIOUS]
    assert read.quality_notes == ()
    assert read.change is None
    assert read.note == NOT_A_DIAGNOSIS
    assert "not a diagnosis" in read.note


def test_insights_compare_with_the_assessment_before() -> None:
    read = insights(assessment(3.0, 1.5, number=2), assessment(6.0, 1.0, number=1))
    assert read.change is not None
    assert (read.change.anxiety, read.change.avoidance) == (-3.0, 0.5)
    assert read.change.since == datetime(2026, 11, 1, tzinfo=UTC)
    assert read.change.clear == {Dimension.ANXIETY}


def test_insights_use_the_norms_they_are_given() -> None:
    swapped = attrs.evolve(NORMS, source="elsewhere", anxiety=NORMS.avoidance, avoidance=NORMS.anxiety)
    read = insights(assessment(4.0, 4.0), assessment(2.92, 2.92), norms=swapped)
    assert (read.anxiety_percentile, read.avoidance_percentile) == (69, 46)
    assert read.norms_source == worded(read, WORDS["de"]).norms_source == "elsewhere"
    assert read.change is not None
    assert read.change.clear == {Dimension.AVOIDANCE}


def test_a_member_is_told_what_makes_a_result_less_reliable() -> None:
    both = insights(assessment(4.0, 4.0, QualityFlag.HASTY, QualityFlag.STRAIGHT_LINED))
    assert both.quality_notes == tuple(QUALITY_NOTES.values())
    assert insights(assessment(4.0, 4.0, QualityFlag.HASTY)).quality_notes == (QUALITY_NOTES[QualityFlag.HASTY],)


def test_german_says_everything_that_english_says_and_nothing_of_it_in_english() -> None:
    english, german = WORDS["en"], WORDS["de"]
    assert english.styles.keys() == german.styles.keys()
    assert english.blends.keys() == german.blends.keys()
    assert list(english.quality_notes) == list(german.quality_notes)
    for style, said in english.styles.items():
        for name in (*LISTS, "resources"):
            assert len(getattr(german.styles[style], name)) == len(getattr(said, name)), (style, name)
    texts = [
        german.note,
        german.norms_source,
        *german.quality_notes.values(),
        *german.blends.values(),
        *(text for said in german.styles.values() for text in (said.summary, *items(said), *said.resources)),
    ]
    assert [text for text in texts if re.search(r"\b(the|you|and|your)\b", text)] == []
    assert len(set(texts)) == len(texts)


def test_insights_are_told_in_other_words_with_the_same_figures() -> None:
    read = insights(assessment(4.2, 1.5, QualityFlag.HASTY))
    german = worded(read, WORDS["de"])
    assert german.growth.title == "Zwischen ängstlich und sicher"
    assert german.growth.strengths[0] == WORDS["de"].styles[Style.ANXIOUS].strengths[0]
    assert german.quality_notes == (WORDS["de"].quality_notes[QualityFlag.HASTY],)
    assert "keine Diagnose" in german.note
    assert german.norms_source == WORDS["de"].norms_source != read.norms_source
    assert worded(german, WORDS["en"]) == read


def test_insights_stay_out_of_logs() -> None:
    assert "nxious" not in repr(insights(assessment(6.5, 1.5)))
