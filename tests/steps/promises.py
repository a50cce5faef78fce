"""Steps of the promises, kept in whole towns: everybody's morning is read as they read it themselves."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import attrs
from pytest_bdd import given, parsers, then, when

from adapters.population.generator import City, SyntheticMember, generate
from saltbitter_domain.assessments import scoring
from saltbitter_domain.assessments.catalogue import questionnaire
from saltbitter_domain.compatibility.model import Exposure
from saltbitter_domain.kernel import Ids, UserId
from saltbitter_domain.subscriptions.model import Tier
from tests.steps.moments import next_morning
from tests.steps.person import Person
from tests.steps.profiles import seen_by
from tests.steps.residents import LISBON
from tests.steps.world import World

SEED = 41
PLACE = City(LISBON.city, "PT", LISBON.time_zone, LISBON.latitude, LISBON.longitude, ("pt",))
FACTORS = {"attachment", "interests", "values", "demographics"}
BANDS = {"strong", "good", "some", "differs", "unknown"}
WITHIN = 0.10


class SameIds(Ids):
    """The same ids in every world, so that two towns are the same to the last bit."""

    def __init__(self) -> None:
        self._rng = random.Random(SEED)

    def new(self) -> UUID:
        return UUID(int=self._rng.getrandbits(128) & ~(0xF << 76) | 0x7 << 76)


@attrs.define
class Town:
    """Its people, and whom each was introduced to on the mornings that were read."""

    world: World
    people: Sequence[Person]
    members: Sequence[SyntheticMember]
    mornings: list[Mapping[str, Sequence[Any]]] = attrs.field(factory=list)

    @classmethod
    def settled(cls, world: World, size: int) -> "Town":
        members = list(generate(size, SEED, world.now.date(), questionnaire(), [PLACE]))
        return cls(world, world.settle_in(members, SameIds()), members)

    def read_morning(self) -> None:
        """Let everybody read today's introductions."""
        self.mornings.append({person.user_id: person.introductions() for person in self.people})

    def shown(self, mornings: Iterable[Mapping[str, Sequence[Any]]]) -> Counter[str]:
        """How often each was introduced to somebody on these mornings."""
        return Counter(
            each["profile"]["user_id"]
            for morning in mornings
            for introductions in morning.values()
            for each in introductions
        )

    def by_chance(self) -> Mapping[date, Mapping[str, float]]:
        """How often, on each day, each would have been introduced if everybody's list were drawn by lot."""

        async def read() -> Mapping[UserId, Sequence[Exposure]]:
            async with self.world.application.adapters.begin()() as uow:
                exposures: Mapping[UserId, Sequence[Exposure]] = await uow.exposures.since(date.min)
                return exposures

        found = defaultdict[date, dict[str, float]](dict)
        for user_id, exposures in self.world.run(read()).items():
            for exposure in exposures:
                found[exposure.day][str(user_id)] = exposure.fair
        return found


@given(parsers.parse("a town of {size:d} members"), target_fixture="town")
def a_town(world: World, size: int) -> Town:
    return Town.settled(world, size)


@given(parsers.parse("a town of {size:d} members with tiers dealt by lot"), target_fixture="town")
def a_town_with_tiers(world: World, size: int) -> Town:
    town = Town.settled(world, size)
    deal_tiers(town, seed=1)
    return town


@given("what everybody there reads on the next morning")
def their_morning(town: Town) -> None:
    next_morning(town.world)
    town.read_morning()


@when("the tiers are dealt anew for that morning", target_fixture="twin")
def dealt_anew(open_world: Callable[[], World], town: Town) -> Town:
    twin = Town.settled(open_world(), len(town.people))
    deal_tiers(twin, seed=2)
    their_morning(twin)
    return twin


def deal_tiers(town: Town, seed: int) -> None:
    rng = random.Random(seed)
    for person in town.people:
        town.world.give_tier(person, rng.choice(list(Tier)))


@then("everybody reads the same about the same people")
def the_same(town: Town, twin: Town) -> None:
    assert sum(town.shown(town.mornings).values()) > len(town.people)
    for person in town.people:
        here, there = (each.mornings[0][person.user_id] for each in (town, twin))
        assert [_told(introduction) for introduction in here] == [_told(introduction) for introduction in there]


def _told(introduction: Any) -> tuple[str, Any]:
    return introduction["profile"]["user_id"], introduction["explanation"]


@then(parsers.parse("{viewer:w} sees of {name:w} what {_:w} saw before"))
def sees_no_tier(world: World, viewer: str, name: str) -> None:
    other = world.person(name)
    with_tier = seen_by(world.person(viewer), other)
    world.give_tier(other, Tier.FREE)
    assert seen_by(world.person(viewer), other) == with_tier


@when("three mornings come")
def three_mornings(town: Town) -> None:
    for _ in range(3):
        next_morning(town.world)
        town.read_morning()


@then("each style's share of all introductions is within 10 % of its fair share")
def style_parity(town: Town) -> None:
    town.read_morning()
    (fair,) = town.by_chance().values()
    shown = town.shown(town.mornings)
    of_style, fair_of_style = Counter[str](), defaultdict[str, float](float)
    for person, member in zip(town.people, town.members, strict=True):
        if member.answers is not None:
            style = scoring.classify(scoring.score(questionnaire(), member.answers)).style
            of_style[style] += shown[person.user_id]
            fair_of_style[style] += fair.get(person.user_id, 0.0)
    parity = {
        style: (of_style[style] / of_style.total()) / (share / sum(fair_of_style.values()))
        for style, share in fair_of_style.items()
    }
    assert len(parity) == 4
    assert all(abs(value - 1) <= WITHIN for value in parity.values()), parity


@then("everybody who fits somebody has been introduced to somebody")
def nobody_left_out(town: Town) -> None:
    fair = _over(town.by_chance().values())
    shown = town.shown(town.mornings)
    assert len(fair) >= 0.95 * len(town.people)
    assert [person for person in fair if not shown[person]] == []


@then("nobody has been introduced less than half as often as chance would have it")
def floor(town: Town) -> None:
    shown = town.shown(town.mornings)
    fair = _over(town.by_chance().values())
    assert {person: (shown[person], share) for person, share in fair.items() if shown[person] < 0.5 * share} == {}


@then("on no morning was anybody introduced more than one and a half times as often, or three times if that is more")
def ceiling(town: Town) -> None:
    for fair, morning in zip(town.by_chance().values(), town.mornings, strict=True):
        for person, times in town.shown([morning]).items():
            assert times <= max(3, 1.5 * fair[person])


def _over(days: Iterable[Mapping[str, float]]) -> Mapping[str, float]:
    """The sum over days for whoever chance would have shown at all."""
    total = defaultdict[str, float](float)
    for day in days:
        for person, fair in day.items():
            if fair:
                total[person] += fair
    return total


@then("every introduction explains attachment, interests, values and circumstances")
def all_factors(town: Town) -> None:
    town.read_morning()
    assert len(_explanations(town)) > len(town.people)
    assert all({told["factor"] for told in each["factors"]} == FACTORS for each in _explanations(town))


@then("each of them in a band, with a confidence, in at least one sentence")
def in_bands(town: Town) -> None:
    for told in _factors(town):
        assert told["band"] in BANDS
        assert told["confidence"] in {"high", "medium", "low"}
        assert told["sentences"]
        assert all(sentence.endswith(".") for sentence in told["sentences"])
        assert told.keys() == {"factor", "band", "confidence", "sentences"}


@then("every score is rounded to five")
def rounded(town: Town) -> None:
    totals = {each["total"] for each in _explanations(town)}
    assert len(totals) > 3
    assert all(isinstance(total, int) and 0 <= total <= 100 and total % 5 == 0 for total in totals)


@then("what is unknown is told with a low confidence")
def unknown_is_low(town: Town) -> None:
    unknown = [told for told in _factors(town) if told["band"] == "unknown"]
    assert unknown
    assert all(told["confidence"] == "low" for told in unknown)


def _explanations(town: Town) -> list[Any]:
    return [each["explanation"] for introductions in town.mornings[0].values() for each in introductions]


def _factors(town: Town) -> list[Any]:
    return [told for explanation in _explanations(town) for told in explanation["factors"]]
