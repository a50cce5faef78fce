"""That German explanations say what the English say, of every pair and to each of the two."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from hypothesis import given

from saltbitter_domain.assessments.growth import WORDS as GROWTH_WORDS
from saltbitter_domain.assessments.model import Style
from saltbitter_domain.compatibility.explanations import WORDS, explain
from saltbitter_domain.compatibility.model import (
    Attachment,
    Explanation,
    ExplanationWords,
    Factor,
    FactorExplanation,
    Traits,
)
from saltbitter_domain.kernel import Language
from tests.domain.crowd import anyone, crowd, person, policy_over, rated

POLICY = policy_over(crowd(80, seed=5))
CALM = Attachment(1.5, 1.5)
RISING = rated(0, 1, 2, 3, 4, 5, 6, 7, 3, 4)
ENGLISH, GERMAN = WORDS[Language.EN], WORDS[Language.DE]
CLIENT = Path(__file__).parents[2] / "entrypoints" / "web" / "src" / "i18n" / "deWords.ts"
TEXTS = tuple(field.name for field in attrs.fields(ExplanationWords))


def in_german(a: Traits, b: Traits) -> Explanation:
    return explain(POLICY, a, b, GERMAN)


def part(explanation: Explanation, factor: Factor) -> FactorExplanation:
    return next(each for each in explanation.factors if each.factor is factor)


def said(words: ExplanationWords) -> Iterator[tuple[str, str]]:
    """Every text of a language and where it stands."""
    for name in TEXTS:
        text = getattr(words, name)
        if isinstance(text, str):
            yield name, text
        else:
            yield from ((f"{name}.{key}", each) for key, each in text.items())


def test_every_text_that_english_has_is_there_with_the_same_places_to_fill() -> None:
    english, german = dict(said(ENGLISH)), dict(said(GERMAN))
    assert german.keys() == english.keys()
    for place, text in german.items():
        assert re.findall(r"{\w+}|\d", text) == re.findall(r"{\w+}|\d", english[place]), place
        assert not re.search(r"\b(the|you|your|and|of|both)\b", text), place
        assert text.endswith(".") == english[place].endswith("."), place


@given(anyone(), anyone())
def test_it_says_of_a_pair_what_english_says_with_the_same_figures(a: Traits, b: Traits) -> None:
    for reader, other in ((a, b), (b, a)):
        english, german = explain(POLICY, reader, other), in_german(reader, other)
        silent = [
            attrs.evolve(each, factors=tuple(attrs.evolve(f, sentences=()) for f in each.factors))
            for each in (english, german)
        ]
        assert silent[0] == silent[1]
        for one, same in zip(english.factors, german.factors, strict=True):
            assert len(one.sentences) == len(same.sentences)
            for sentence, told in zip(one.sentences, same.sentences, strict=True):
                assert re.findall(r"\d+", told) == re.findall(r"\d+", sentence)
                assert told.endswith(".")
                assert told[0].isupper()
                assert "{" not in told
                assert not set(told.split()) & {"you", "You", "Not", "both", "and", "the"}


@pytest.mark.parametrize("style", Style)
def test_it_speaks_of_what_the_reader_tends_to_and_names_no_style(style: Style) -> None:
    own = Attachment(
        6 if style in (Style.ANXIOUS, Style.FEARFUL) else 2, 6 if style in (Style.AVOIDANT, Style.FEARFUL) else 2
    )
    told = part(in_german(person(1, attachment=own), person(2, attachment=CALM)), Factor.ATTACHMENT).sentences
    assert told[1] == f"Sie neigen dazu, {GERMAN.tendencies[style]}."
    assert told[2] == f"Zwei Menschen hilft dabei, {GERMAN.help[style]}."
    titles = [words.title.lower() for words in GROWTH_WORDS["de"].styles.values()]
    assert not any(title in " ".join(told).lower() for title in titles)


def test_between_two_styles_it_tells_of_both() -> None:
    told = part(
        in_german(person(1, attachment=Attachment(4.2, 2)), person(2, attachment=CALM)), Factor.ATTACHMENT
    ).sentences
    assert told[1] == (
        "Sie neigen dazu, Nähe sehr zu schätzen und früh zu merken, wenn sie ins Wanken gerät, und manchmal dazu, "
        "sich mit Nähe ebenso wohlzufühlen wie mit Zeit für sich."
    )


def test_it_counts_interests_as_german_does() -> None:
    many = ["camping", "chess", "climbing", "gardening", "hiking", "jazz"]
    told = [
        part(
            explain(policy_over([]), person(1, interests=set(many[:n])), person(2, interests=set(many)), GERMAN),
            Factor.INTERESTS,
        ).sentences[0]
        for n in (1, 2, 5, 6)
    ]
    assert told == [
        "Ihre gemeinsamen Interessen: Zelten.",
        "Ihre gemeinsamen Interessen: Zelten und Schach.",
        "Ihre gemeinsamen Interessen: Zelten, Schach, Klettern, Gärtnern und 1 weiteres.",
        "Ihre gemeinsamen Interessen: Zelten, Schach, Klettern, Gärtnern und 2 weitere.",
    ]


def test_what_both_put_first_is_named() -> None:
    other = rated(0, 1, 2, 3, 7, 6, 0, 6, 3, 4)
    shared = part(in_german(person(1, values=RISING), person(2, values=other)), Factor.VALUES)
    assert shared.sentences[0] == "Zum Wichtigsten zählen Sie beide Sicherheit und Wurzeln."


def test_interests_and_values_are_called_what_the_client_calls_them() -> None:
    assert GERMAN.interests == client_words("interest")
    assert GERMAN.value_labels == client_words("value")


def client_words(vocabulary: str) -> dict[str, str]:
    """The labels of a vocabulary in the client's German."""
    (block,) = re.findall(rf"\n  {vocabulary}: {{(.*?)\n  }},", CLIENT.read_text("utf-8"), re.DOTALL)
    return {key: json.loads(label) for key, label in re.findall(r'(\w+): ("[^"]*")', block)}
