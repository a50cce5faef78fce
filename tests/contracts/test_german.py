"""That the German of everything sent to members, or read by them beside the web client, says "Sie" to them as the web
client does."""

import re
from collections.abc import Iterator, Mapping

import attrs
import pytest

from adapters.mail.kept import KEPT
from adapters.mail.letter import EVERY_MAIL
from adapters.mail.localised import PRODUCTS, UNKNOWN_PLACE
from adapters.mail.words import LANGUAGES
from adapters.push.words import WORDS as PUSHES
from entrypoints.demo.words import GERMAN as DEMO
from entrypoints.http.receipts import _WORDS as RECEIPTS
from saltbitter_domain.assessments.catalogue import IN_GERMAN
from saltbitter_domain.compatibility.explanations import WORDS as EXPLANATIONS
from saltbitter_domain.consent.catalogue_de import GERMAN as CONSENTS
from saltbitter_domain.kernel import Language

FAMILIAR = re.compile(r"\b(du|dich|dir|dein\w*|euch)\b", re.IGNORECASE)
GERMAN: Mapping[str, object] = {
    "mails": [words["de"] for words in EVERY_MAIL.values()],
    "the frame of mails": LANGUAGES["de"],
    "what mails say is kept": [words["de"] for words in KEPT.values()],
    "facts in mails": (PRODUCTS["de"], UNKNOWN_PLACE["de"]),
    "pushes": [words[Language.DE] for words in PUSHES.values()],
    "receipts": RECEIPTS[Language.DE],
    "explanations": EXPLANATIONS[Language.DE],
    "consents": CONSENTS,
    "statements": IN_GERMAN,
    "the demo's pages": DEMO,
}


def texts(words: object) -> Iterator[str]:
    """Every text within, however deep it lies in values, maps and sequences."""
    if isinstance(words, str):
        yield words
    elif isinstance(words, Mapping):
        for each in words.values():
            yield from texts(each)
    elif isinstance(words, list | tuple):
        for each in words:
            yield from texts(each)
    elif attrs.has(kind := type(words)):
        for field in attrs.fields(kind):
            yield from texts(getattr(words, field.name))


@pytest.mark.parametrize("words", GERMAN.values(), ids=GERMAN)
def test_german_says_sie_to_members(words: object) -> None:
    said = list(texts(words))
    assert said
    assert [text for text in said if FAMILIAR.search(text)] == []
