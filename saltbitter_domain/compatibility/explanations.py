"""Why two people were introduced, told to one of them, without a word that the other has not chosen to show.

What is shown of attachment is a function of the reader's own answers and of whether the other has answered at all. The
pair's true factor helps to choose the first ten and goes no further: neither a band, nor a confidence, nor a sentence,
nor the total shown here depends on the other's scores, so that any number of explanations tells nothing about them.
For the same reason a page's people are to be shown in the order of these totals and not of the scores kept within, and
the pages after the first are drawn by the same judgement, ``WeightedV1.as_shown``.
"""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from saltbitter_domain.assessments.model import Style
from saltbitter_domain.compatibility.model import (
    Attachment,
    Band,
    Confidence,
    Explanation,
    Factor,
    FactorExplanation,
    Traits,
)
from saltbitter_domain.compatibility.policies import Judgement, Prepared, WeightedV1
from saltbitter_domain.compatibility.policies.attachment import classification_of
from saltbitter_domain.profiles.catalogue import INTERESTS, VALUES
from saltbitter_domain.profiles.model import BasicValue, Intention

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

_TENDS = MappingProxyType(
    {
        Style.SECURE: "be at ease both with closeness and with time apart",
        Style.ANXIOUS: "hold closeness dear and notice early when it wavers",
        Style.AVOIDANT: "value your independence and sort things out on your own first",
        Style.FEARFUL: "long for closeness and take a step back when it comes near",
    }
)
_HELPS = MappingProxyType(
    {
        Style.SECURE: "to go on saying plainly what each of you feels and needs",
        Style.ANXIOUS: "to agree when you will next be in touch, and to ask for reassurance in plain words",
        Style.AVOIDANT: "to say when you need time for yourself, and when you will be back",
        Style.FEARFUL: "to go slowly, to keep small promises, and to say so when it becomes too much",
    }
)
_INTENTIONS = MappingProxyType(
    {
        Intention.LONG_TERM: "You are both looking for a long-term relationship.",
        Intention.LIFE_PARTNER: "You are both looking for a partner for life.",
        Intention.FIGURING_IT_OUT: "You are both still figuring out what you are looking for.",
        Intention.NEW_FRIENDS: "You are both looking for new friends.",
    }
)
_VALUES_IN_WORDS = MappingProxyType(
    {
        Band.STRONG: "What matters in life comes in much the same order for both of you.",
        Band.GOOD: "You agree on a good part of what matters in life.",
        Band.SOME: "You agree on some of what matters in life and differ on the rest.",
        Band.DIFFERS: "Different things matter most to each of you, which is worth talking about early.",
        Band.UNKNOWN: "Not both of you have said what matters more and what less, so this part counts as average.",
    }
)
_CIRCUMSTANCES_IN_WORDS = MappingProxyType(
    {
        Band.STRONG: "Your everyday lives look easy to bring together.",
        Band.GOOD: "Most of your circumstances go together.",
        Band.SOME: "Some of your circumstances go together and some do not.",
        Band.DIFFERS: "Your circumstances differ in more than one way; ask about those that matter to you.",
    }
)


def explain(policy: WeightedV1, viewer: Traits, candidate: Traits) -> Explanation:
    """Why ``candidate`` was introduced to ``viewer``, for ``viewer`` to read."""
    reader, other = policy.prepare(viewer), policy.prepare(candidate)
    shown = policy.as_shown(reader, other)
    factors = (
        _attachment(shown, viewer, reader),
        _interests(shown, policy, viewer, candidate),
        _values(shown, viewer, candidate),
        _demographics(shown, viewer, candidate),
    )
    return Explanation(
        policy=policy.name,
        total=STEP * math.floor(policy.total(shown) / STEP + 0.5),
        confidence=_confidence(policy.confidence(shown)),
        factors=factors,
    )


def _attachment(shown: Judgement, viewer: Traits, reader: Prepared) -> FactorExplanation:
    if viewer.attachment is None or shown.attachment is None:
        words = (
            "You have not shared answers about attachment, so this part counts as average."
            if not reader.leaning.weight
            else "Not both of you have shared answers about attachment, so this part counts as average."
        )
        return _unknown(Factor.ATTACHMENT, words)
    return FactorExplanation(
        Factor.ATTACHMENT,
        _band(Factor.ATTACHMENT, shown.attachment),
        _confidence(shown.attachment_known),
        ("You have both answered the attachment questions.", *_what_helps(viewer.attachment)),
    )


def _what_helps(own: Attachment) -> tuple[str, str]:
    """What the reader tends to and what helps, in the words of the styles their own scores lie between."""
    classification = classification_of(own)
    first, *others = classification.blend[:2] or (classification.style,)
    tends = f"You tend to {_TENDS[first]}" + "".join(f", and at times to {_TENDS[style]}" for style in others)
    return f"{tends}.", f"What helps two people with that is {_HELPS[first]}."


def _interests(shown: Judgement, policy: WeightedV1, viewer: Traits, candidate: Traits) -> FactorExplanation:
    if shown.interests is None:
        return _unknown(
            Factor.INTERESTS, "Not both of you have said what you are interested in, so this part counts as average."
        )
    shared = sorted(viewer.interests & candidate.interests, key=lambda tag: (-policy.population.rarity(tag), tag))
    labels = [INTERESTS[tag].label for tag in shared if tag in INTERESTS]
    words = "You have named different interests, so there is something for each of you to show the other."
    if labels:
        more = len(labels) - NAMED_INTERESTS
        words = f"You share {_listed([*labels[:NAMED_INTERESTS], *([f'{more} more'] if more > 0 else [])])}."
    enough = min(len(viewer.interests), len(candidate.interests)) >= ENOUGH_INTERESTS
    return FactorExplanation(
        Factor.INTERESTS,
        _band(Factor.INTERESTS, shown.interests),
        Confidence.HIGH if enough else Confidence.MEDIUM,
        (words,),
    )


def _values(shown: Judgement, viewer: Traits, candidate: Traits) -> FactorExplanation:
    if shown.values is None:
        return _unknown(Factor.VALUES, _VALUES_IN_WORDS[Band.UNKNOWN])
    band = _band(Factor.VALUES, shown.values)
    both = top_values(viewer) & top_values(candidate)
    labels = [VALUES[value].label for value in BasicValue if value in both]
    named = (f"You both put {_listed(labels)} among what matters most.",) if labels else ()
    return FactorExplanation(Factor.VALUES, band, Confidence.HIGH, (*named, _VALUES_IN_WORDS[band]))


def top_values(person: Traits) -> frozenset[BasicValue]:
    """The values a person certainly ranks among their top three; of a tie that reaches beyond the third, none."""
    ratings = sorted(person.values.values(), reverse=True)
    return frozenset(value for value, rating in person.values.items() if rating not in ratings[TOP_VALUES:])


def _demographics(shown: Judgement, viewer: Traits, candidate: Traits) -> FactorExplanation:
    band = _band(Factor.DEMOGRAPHICS, shown.demographics)
    same = viewer.intention if viewer.intention == candidate.intention else None
    return FactorExplanation(
        Factor.DEMOGRAPHICS,
        band,
        _confidence(shown.demographics_known),
        (*((_INTENTIONS[same],) if same else ()), _CIRCUMSTANCES_IN_WORDS[band]),
    )


def _unknown(factor: Factor, words: str) -> FactorExplanation:
    return FactorExplanation(factor, Band.UNKNOWN, Confidence.LOW, (words,))


def _band(factor: Factor, value: float) -> Band:
    for band, least in zip((Band.STRONG, Band.GOOD, Band.SOME), _BANDS[factor], strict=True):
        if value >= least:
            return band
    return Band.DIFFERS


def _confidence(known: float) -> Confidence:
    if known >= _KNOWN_WELL:
        return Confidence.HIGH
    return Confidence.MEDIUM if known >= _KNOWN_HALF else Confidence.LOW


def _listed(words: Sequence[str]) -> str:
    """One, two and three; as English lists things."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
