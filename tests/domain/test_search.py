"""Words are compared as people mean them, and what cannot be searched for is said at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.profiles.model import PromptAnswer
from saltbitter_domain.search.model import MAX_WORDS, SearchInvalid, Terms, fitting, fold, rank, terms, words_of
from tests.doubles.builders import a_content

CONTENT = a_content(
    bio="Jazz, mostly.",
    interests=frozenset({"jazz", "board_games"}),
    prompts=(PromptAnswer("sunday", "Café with friends."), PromptAnswer("small_joy", "Jazzy\nmornings.")),
)


@pytest.mark.parametrize(
    ("words", "interests", "codes"),
    [
        ("", [], ["missing"]),
        (" ... !?", [], ["missing"]),
        ("a to", [], ["too_short", "too_short"]),
        ("42", [], ["too_short"]),
        ("tea with to", ["knitting", "juggling"], ["too_short", "unknown"]),
        (" ".join(f"word{number}" for number in range(MAX_WORDS + 1)), [], ["too_many"]),
    ],
)
def test_what_cannot_be_searched_for_is_named_all_at_once(words: str, interests: list[str], codes: list[str]) -> None:
    with pytest.raises(SearchInvalid) as refused:
        terms(words, interests)

    assert [problem.code for problem in refused.value.fields] == codes


def test_a_word_counts_once_and_may_be_short_where_a_sign_is_a_word() -> None:
    assert terms("Tea tea TÉA 林") == Terms(("tea", "林"))
    assert terms("", ["jazz"]) == Terms((), frozenset({"jazz"}))


def test_every_word_counts_by_its_best_place() -> None:
    assert rank(CONTENT, terms("jazz")) == 3
    assert rank(CONTENT, terms("mostly")) == 2
    assert rank(CONTENT, terms("cafe friends")) == 2
    assert rank(CONTENT, terms("jazz cafe board")) == 7
    assert rank(CONTENT, terms("", ["jazz"])) == 0
    assert rank(CONTENT, terms("jazz tango")) is None
    assert rank(CONTENT, terms("jazz", ["chess"])) is None


def test_the_words_that_fit_are_told_as_the_member_wrote_them_but_folded() -> None:
    assert fitting(CONTENT, terms("jaz caf")) == ("jazz", "cafe", "jazzy")
    assert fitting(CONTENT, terms("", ["jazz"])) == ()


def test_what_is_searched_for_stays_out_of_the_log() -> None:
    assert "tango" not in repr(terms("tango"))


@given(st.text())
def test_folding_twice_changes_nothing_and_leaves_words_of_letters_only(text: str) -> None:
    words = words_of(text)

    assert words_of(" ".join(words)) == words
    assert [word for word in words if not word or "'" in word or "\\" in word] == []
    assert fold(text) == fold(fold(text))
