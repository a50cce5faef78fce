"""Why two people were introduced, told to one of them, without a word that the other has not chosen to show.

What is shown of attachment is a function of the reader's own answers and of whether the other has answered at all. The
pair's true factor helps to choose the first ten and goes no further: neither a band, nor a confidence, nor a sentence,
nor the total shown here depends on the other's scores, so that any number of explanations tells nothing about them.
For the same reason a page's people are to be shown in the order of these totals and not of the scores kept within, and
the pages after the first are drawn by the same judgement, ``WeightedV1.as_shown``.

What is told of values is told for one set of the reader's ratings. Once they rate anew, nothing that is told of people
introduced to them before rests on ratings, for as long as it is known when that was.
"""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import attrs

from saltbitter_domain.compatibility.explanations_de import GERMAN
from saltbitter_domain.compatibility.explanations_en import ENGLISH
from saltbitter_domain.compatibility.model import (
    Attachment,
    Band,
    Confidence,
    Explanation,
    ExplanationWords,
    Factor,
    FactorExplanation,
    Traits,
)
from saltbitter_domain.compatibility.policies import Judgement, Prepared, WeightedV1
from saltbitter_domain.compatibility.policies.attachment import classification_of
from saltbitter_domain.kernel import Language
from saltbitter_domain.profiles.model import BasicValue

_BANDS: Mapping[Factor, tuple[float, float, float]] = MappingProxyType(
    {
        Factor.ATTACHMENT: (0.75, 0.65, 0.0),
        Factor.INTERESTS: (0.35, 0.15, 1e-6),
        Factor.VALUES: (0.80, 0.65, 0.50),
        Factor.DEMOGRAPHICS: (0.75, 0.60, 0.40),
    }
)
"""From where on a factor in [0, 1] is strong, good or some; below it differs. The product's choice.

Interests differ when none is shared. Attachment never differs, as it is told of the reader and not of the pair: over a
population with the published scores its expected factor has mean 0.69 and stays below 0.9."""

_KNOWN_WELL, _KNOWN_HALF = 0.75, 0.40
"""From where on a known share in [0, 1] gives high or medium confidence. The product's choice."""

ENOUGH_INTERESTS = 5
"""Named by each of the two, they make what is told of interests certain: as many as a full profile has at least."""
NAMED_INTERESTS = 4
"""Shared interests that are named; of more only their number is told, so that the sentence stays one."""
TOP_VALUES = 3
"""How many values count as those that matter most to a person."""
STEP = 5
"""Totals in [0, 100] are told in steps of this: finer ones would claim a precision that nobody has measured."""

WORDS: Mapping[Language, ExplanationWords] = MappingProxyType({Language.EN: ENGLISH, Language.DE: GERMAN})
"""What explanations say in each language that members read them in."""


def explain(
    policy: WeightedV1,
    viewer: Traits,
    candidate: Traits,
    words: ExplanationWords = ENGLISH,
    *,
    rerated: bool = False,
) -> Explanation:
    """Why ``candidate`` was introduced to ``viewer``, for ``viewer`` to read, in these words. Of values it says nothing
    to a viewer who has ``rerated`` theirs since."""
    if rerated:
        viewer = attrs.evolve(viewer, values={})
    reader, other = policy.prepare(viewer), policy.prepare(candidate)
    shown = policy.as_shown(reader, other)
    factors = (
        _attachment(shown, viewer, reader, words),
        _interests(shown, policy, viewer, candidate, words),
        _unknown(Factor.VALUES, words.values_rerated) if rerated else _values(shown, viewer, candidate, words),
        _demographics(shown, viewer, candidate, words),
    )
    return Explanation(
        policy=policy.name,
        total=STEP * math.floor(policy.total(shown) / STEP + 0.5),
        confidence=_confidence(policy.confidence(shown)),
        factors=factors,
    )


def _attachment(shown: Judgement, viewer: Traits, reader: Prepared, words: ExplanationWords) -> FactorExplanation:
    if viewer.attachment is None or shown.attachment is None:
        told = words.attachment_unknown if reader.leaning.weight else words.attachment_unanswered
        return _unknown(Factor.ATTACHMENT, told)
    return FactorExplanation(
        Factor.ATTACHMENT,
        _band(Factor.ATTACHMENT, shown.attachment),
        _confidence(shown.attachment_known),
        (words.attachment_answered, *_what_helps(viewer.attachment, words)),
    )


def _what_helps(own: Attachment, words: ExplanationWords) -> tuple[str, str]:
    """What the reader tends to and what helps, in the words of the styles their own scores lie between."""
    classification = classification_of(own)
    first, *others = classification.blend[:2] or (classification.style,)
    tendency = words.tendencies[first]
    for other in others:
        tendency = words.at_times.format(tendency=tendency, other=words.tendencies[other])
    return words.tends.format(tendency=tendency), words.helps.format(help=words.help[first])


def _interests(
    shown: Judgement, policy: WeightedV1, viewer: Traits, candidate: Traits, words: ExplanationWords
) -> FactorExplanation:
    if shown.interests is None:
        return _unknown(Factor.INTERESTS, words.interests_unknown)
    shared = sorted(viewer.interests & candidate.interests, key=lambda tag: (-policy.population.rarity(tag), tag))
    labels = [words.interests[tag] for tag in shared if tag in words.interests]
    told = words.interests_differ
    if labels:
        unnamed = len(labels) - NAMED_INTERESTS
        more = [(words.one_more if unnamed == 1 else words.more).format(count=unnamed)] if unnamed > 0 else []
        told = words.interests_shared.format(interests=_listed([*labels[:NAMED_INTERESTS], *more], words))
    enough = min(len(viewer.interests), len(candidate.interests)) >= ENOUGH_INTERESTS
    return FactorExplanation(
        Factor.INTERESTS,
        _band(Factor.INTERESTS, shown.interests),
        Confidence.HIGH if enough else Confidence.MEDIUM,
        (told,),
    )


def _values(shown: Judgement, viewer: Traits, candidate: Traits, words: ExplanationWords) -> FactorExplanation:
    if shown.values is None:
        return _unknown(Factor.VALUES, words.values[Band.UNKNOWN])
    band = _band(Factor.VALUES, shown.values)
    both = top_values(viewer) & top_values(candidate)
    labels = [words.value_labels[value] for value in BasicValue if value in both]
    named = (words.values_shared.format(values=_listed(labels, words)),) if labels else ()
    return FactorExplanation(Factor.VALUES, band, Confidence.HIGH, (*named, words.values[band]))


def top_values(person: Traits) -> frozenset[BasicValue]:
    """The values a person certainly ranks among their top three; of a tie that reaches beyond the third, none."""
    ratings = sorted(person.values.values(), reverse=True)
    return frozenset(value for value, rating in person.values.items() if rating not in ratings[TOP_VALUES:])


def _demographics(shown: Judgement, viewer: Traits, candidate: Traits, words: ExplanationWords) -> FactorExplanation:
    band = _band(Factor.DEMOGRAPHICS, shown.demographics)
    same = viewer.intention if viewer.intention == candidate.intention else None
    return FactorExplanation(
        Factor.DEMOGRAPHICS,
        band,
        _confidence(shown.demographics_known),
        (*((words.intentions[same],) if same else ()), words.circumstances[band]),
    )


def _unknown(factor: Factor, told: str) -> FactorExplanation:
    return FactorExplanation(factor, Band.UNKNOWN, Confidence.LOW, (told,))


def _band(factor: Factor, value: float) -> Band:
    for band, least in zip((Band.STRONG, Band.GOOD, Band.SOME), _BANDS[factor], strict=True):
        if value >= least:
            return band
    return Band.DIFFERS


def _confidence(known: float) -> Confidence:
    if known >= _KNOWN_WELL:
        return Confidence.HIGH
    return Confidence.MEDIUM if known >= _KNOWN_HALF else Confidence.LOW


def _listed(items: Sequence[str], words: ExplanationWords) -> str:
    """One, two and three; as English and German list things."""
    *first, last = items
    return f"{', '.join(first)} {words.conjunction} {last}" if first else last
