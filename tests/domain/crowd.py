"""People for the tests of matching: one at a time, many at once, and any that could exist."""

import math
import random
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from hypothesis import strategies as st

from saltbitter_domain.compatibility.model import Attachment, Traits
from saltbitter_domain.compatibility.policies import WeightedV1, population_of
from saltbitter_domain.compatibility.ports import MatchRequest
from saltbitter_domain.kernel import GridCell, UserId
from saltbitter_domain.profiles.catalogue import INTERESTS
from saltbitter_domain.profiles.model import (
    AgeRange,
    BasicValue,
    DealBreaker,
    Drinking,
    Gender,
    HasChildren,
    Importance,
    Intention,
    Religion,
    Smoking,
    Visibility,
    WantsChildren,
)

DAY = date(2026, 5, 4)
EVERYONE = frozenset(Gender)
ANY_AGE = AgeRange(18, 120)
TAGS = tuple(INTERESTS)
HOME = GridCell.containing(52.52, 13.40)


def user(number: int) -> UserId:
    return UserId(UUID(int=number))


def person(number: int = 1, **changes: object) -> Traits:
    """Somebody of 30 who would meet anybody, and of whom nothing else is known."""
    known: dict[str, object] = {"age": 30, "genders": {Gender.WOMAN}, "seeks": EVERYONE, "ages": ANY_AGE} | changes
    for name in ("genders", "seeks", "deal_breakers", "interests", "languages"):
        if name in known:
            known[name] = frozenset(known[name])  # type: ignore[call-overload]
    return Traits(user_id=user(number), **known)  # type: ignore[arg-type]


def rated(*ratings: int) -> dict[BasicValue, int]:
    return dict(zip(BasicValue, ratings, strict=False))


def request(people: Sequence[Traits], **changes: object) -> MatchRequest:
    """A run over all these people, for all of them, with nothing behind them."""
    given: dict[str, object] = {
        "day": DAY,
        "viewers": [p.user_id for p in people],
        "people": people,
        "excluded": {},
        "liked_by": {},
        "history": {},
    }
    return MatchRequest(**(given | changes))  # type: ignore[arg-type]


def crowd(size: int, seed: int, women: float = 0.5, admired: float = 0.0) -> list[Traits]:
    """Women and men of one metropolis who look for each other, within about 12 years and 80 km.

    Attachment follows the published distribution (anxiety 4.14 ± 1.20, avoidance 3.35 ± 1.26) and says nothing of
    anything else; an eighth have not answered. A share ``admired`` is what almost everybody hopes for: their interests
    are everybody's and their values the common ones."""
    rng = random.Random(seed)
    common = [rng.random() for _ in BasicValue]
    return [_someone(number, rng, women, rng.random() < admired, common) for number in range(1, size + 1)]


def _someone(number: int, rng: random.Random, women: float, admired: bool, common: Sequence[float]) -> Traits:
    gender, other = (Gender.WOMAN, Gender.MAN) if rng.random() < women else (Gender.MAN, Gender.WOMAN)
    age = min(70, max(18, round(rng.gauss(34, 9))))
    tags = [TAGS[int(len(TAGS) * rng.random() ** (4.0 if admired else 1.6))] for _ in range(15 if admired else 9)]
    return Traits(
        user_id=UserId(UUID(int=rng.getrandbits(128))),
        age=age,
        genders=frozenset({gender}),
        seeks=frozenset({other}),
        ages=AgeRange(max(18, age - rng.randint(4, 14)), age + rng.randint(4, 14)),
        max_distance_km=rng.choice([20, 50, 80, 200, None]),
        deal_breakers=frozenset({DealBreaker.SMOKES}) if rng.random() < 0.2 else frozenset(),
        cell=GridCell.containing(52.5 + rng.gauss(0, 0.15), 13.4 + rng.gauss(0, 0.25)),
        attachment=None
        if rng.random() < 0.125
        else Attachment(_score(rng, 4.14, 1.20), _score(rng, 3.35, 1.26), rng.choice([1.0, 1.0, 1.0, 0.5])),
        interests=frozenset(tags),
        values=dict(zip(BasicValue, (_rating(rng, level, admired) for level in common), strict=True)),
        intention=Intention.LONG_TERM if admired else rng.choice([*Intention, None]),
        has_children=rng.choice([*HasChildren, None]),
        wants_children=rng.choice([*WantsChildren, None]),
        smoking=Smoking.NEVER if admired else rng.choice([Smoking.NEVER, Smoking.NEVER, *Smoking, None]),
        drinking=rng.choice([*Drinking, None]),
        religion=rng.choice([*Religion, None, None]),
        religion_importance=rng.choice([*Importance, None]),
        languages=frozenset(rng.sample(["de", "en", "fr", "tr", "pl"], 2)),
    )


def _score(rng: random.Random, mean: float, sd: float) -> float:
    return min(7.0, max(1.0, round(rng.gauss(mean, sd) * 9) / 9))


def _rating(rng: random.Random, level: float, admired: bool) -> int:
    return min(7, max(0, round(7 * level + rng.gauss(0, 0.5 if admired else 2.5))))


def policy_over(people: Sequence[Traits]) -> WeightedV1:
    return WeightedV1(population_of(people, version="test"))


scores = st.floats(1.0, 7.0)
attachments = st.builds(Attachment, scores, scores, st.floats(0.0, 1.0))
cells = st.builds(GridCell.containing, st.floats(-90, 90), st.floats(-180, 180))
near_cells = st.builds(GridCell.containing, st.floats(52.0, 53.0), st.floats(13.0, 14.0))
_genders = st.frozensets(st.sampled_from(Gender), min_size=1)


@st.composite
def _age_ranges(draw: st.DrawFn) -> AgeRange:
    low = draw(st.integers(18, 60))
    return AgeRange(low, draw(st.integers(low, 80)))


def anyone(places: st.SearchStrategy[GridCell] = cells) -> st.SearchStrategy[Traits]:
    """Any traits that could exist; their ids are drawn as well and may coincide."""
    return st.builds(
        Traits,
        user_id=st.integers(1, 2**64).map(user),
        age=st.integers(18, 80),
        genders=_genders,
        seeks=_genders,
        ages=_age_ranges() | st.just(ANY_AGE),
        max_distance_km=st.none() | st.integers(5, 500),
        deal_breakers=st.frozensets(st.sampled_from(DealBreaker), max_size=2),
        cell=st.none() | places,
        attachment=st.none() | attachments,
        interests=st.frozensets(st.sampled_from(TAGS[:20]), max_size=8),
        values=st.just({})
        | st.lists(st.integers(0, 7), min_size=10, max_size=10).map(lambda r: rated(*r))
        | st.dictionaries(st.sampled_from(BasicValue), st.integers(0, 7), max_size=9),
        intention=st.none() | st.sampled_from(Intention),
        has_children=st.none() | st.sampled_from(HasChildren),
        wants_children=st.none() | st.sampled_from(WantsChildren),
        smoking=st.none() | st.sampled_from(Smoking),
        drinking=st.none() | st.sampled_from(Drinking),
        religion=st.none() | st.sampled_from(Religion),
        religion_importance=st.none() | st.sampled_from(Importance),
        languages=st.frozensets(st.sampled_from(["de", "en", "fr"])),
        visibility=st.sampled_from(Visibility),
    )


def several(least: int, most: int, places: st.SearchStrategy[GridCell] = near_cells) -> st.SearchStrategy[list[Traits]]:
    return st.lists(anyone(places), min_size=least, max_size=most, unique_by=lambda p: p.user_id)


def km_between(a: Traits, b: Traits) -> float:
    return a.cell.distance_km(b.cell) if a.cell and b.cell else math.inf
