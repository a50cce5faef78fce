"""The survey margins (``survey.json``) and how a population of any size is dealt out to fit them.

Drawing each answer independently would miss the margins by sampling noise: 46 religions over 10,000 people stray by
a total variation of about 0.03. Answers are therefore dealt in exact proportion (largest remainder) and shuffled.
"""

import json
import random
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from saltbitter_domain.profiles.model import (
    Drinking,
    Education,
    HasChildren,
    Importance,
    Religion,
    Smoking,
    WantsChildren,
)

MISSING = "NA"

SURVEY: Mapping[str, Any] = json.loads(resources.files(__package__).joinpath("survey.json").read_text("utf-8"))


def quotas(counts: Mapping[str, int], size: int) -> dict[str, int]:
    """How many of ``size`` people give each answer, in proportion to ``counts`` (largest remainder, Hamilton)."""
    total = sum(counts.values())
    exact = {answer: size * count / total for answer, count in counts.items()}
    dealt = {answer: int(share) for answer, share in exact.items()}
    by_remainder = sorted(exact, key=lambda answer: (dealt[answer] - exact[answer], answer))
    for answer in by_remainder[: size - sum(dealt.values())]:
        dealt[answer] += 1
    return dealt


def deal(counts: Mapping[str, int], size: int, rng: random.Random) -> list[str]:
    """``size`` answers in exact proportion, in random order."""
    answers = [answer for answer, number in quotas(counts, size).items() for _ in range(number)]
    rng.shuffle(answers)
    return answers


def deal_ranked(
    counts: Mapping[str, int], latent: Sequence[float], order: Sequence[str], rng: random.Random
) -> list[str]:
    """Answers in exact proportion, those later in ``order`` going to people with a higher ``latent`` value.

    Who leaves the question unanswered is random; so the margin is exact and the answers correlate (Iman and Conover
    1982 reorder samples in the same manner)."""
    dealt = quotas(counts, len(latent))
    people = list(range(len(latent)))
    rng.shuffle(people)
    silent = dealt.get(MISSING, 0)
    answers = [MISSING] * len(latent)
    speaking = sorted(people[silent:], key=lambda person: latent[person])
    ranked = [answer for answer in order for _ in range(dealt.get(answer, 0))]
    for person, answer in zip(speaking, ranked, strict=True):
        answers[person] = answer
    return answers


DRINKING = {
    "not at all": Drinking.NEVER,
    "rarely": Drinking.RARELY,
    "socially": Drinking.SOCIALLY,
    "often": Drinking.OFTEN,
    "very often": Drinking.OFTEN,
    "desperately": Drinking.OFTEN,
}
SMOKING = {
    "no": Smoking.NEVER,
    "sometimes": Smoking.SOMETIMES,
    "when drinking": Smoking.SOMETIMES,
    "trying to quit": Smoking.QUITTING,
    "yes": Smoking.REGULARLY,
}
RELIGIONS = {
    "agnosticism": Religion.AGNOSTIC,
    "atheism": Religion.ATHEIST,
    "buddhism": Religion.BUDDHIST,
    "catholicism": Religion.CATHOLIC,
    "christianity": Religion.CHRISTIAN,
    "hinduism": Religion.HINDU,
    "islam": Religion.MUSLIM,
    "judaism": Religion.JEWISH,
    "other": Religion.OTHER,
}


def education_of(answer: str) -> Education | None:
    """The survey's 31 school careers in our six words. Whoever dropped out holds what came before."""
    if answer == MISSING:
        return None
    if answer.startswith("working on"):
        return Education.STUDYING if "high school" not in answer else Education.SCHOOL
    dropped = answer.startswith("dropped out of")
    levels = (
        (("ph.d", "med school", "law school"), Education.DOCTORATE, Education.BACHELOR),
        (("masters",), Education.MASTER, Education.BACHELOR),
        (("two-year",), Education.VOCATIONAL, Education.SCHOOL),
        (("high school",), Education.SCHOOL, Education.SCHOOL),
        (("college", "space camp"), Education.BACHELOR, Education.SCHOOL),
    )
    return next(before if dropped else held for words, held, before in levels if any(w in answer for w in words))


def religion_of(answer: str) -> tuple[Religion | None, Importance | None]:
    """The faith, and how much it matters where the answer says so."""
    if answer == MISSING:
        return None, None
    faith = RELIGIONS[answer.split(maxsplit=1)[0]]
    if "very serious" in answer:
        return faith, Importance.VERY
    if "somewhat serious" in answer:
        return faith, Importance.SOMEWHAT
    if "laughing" in answer or "not too serious" in answer:
        return faith, Importance.NOT
    return faith, None


def children_of(answer: str) -> tuple[HasChildren | None, WantsChildren | None]:
    """Whether they have children and want (more), each None where the answer leaves it open."""
    has: HasChildren | None = None
    if answer.startswith(("has a kid", "has kids")):
        has = HasChildren.YES
    elif "have kids" in answer:
        has = HasChildren.NO
    wants: WantsChildren | None = None
    if "might want" in answer:
        wants = WantsChildren.MAYBE
    elif "doesn’t want" in answer:
        wants = WantsChildren.NO
    elif "wants" in answer:
        wants = WantsChildren.YES
    return has, wants


OFFSPRING_BY_AGE = sorted(
    (answer for answer in SURVEY["offspring"] if answer != MISSING),
    key=lambda answer: (answer.startswith("has"), "doesn’t want" in answer, answer),
)
"""From what the young say more often to what the old do: parents last."""
