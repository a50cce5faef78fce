"""Whole members, ready to meet people: made as stored members are, and different only where a scenario says so."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from adapters.population.generator import SyntheticMember
from saltbitter_domain.assessments.catalogue import questionnaire
from saltbitter_domain.assessments.model import SCALE_MAX, SCALE_MIN, Dimension
from saltbitter_domain.kernel import GridCell
from saltbitter_domain.profiles.model import (
    AgeRange,
    BasicValue,
    Gender,
    Intention,
    Preferences,
    ProfileContent,
    Smoking,
)

WOMEN = frozenset({"Ana", "Eva", "Dora", "Ines"})
STATEMENTS_OF_EACH = 9


@attrs.frozen
class Home:
    """A place to live, its time zone, and where it is in degrees (WGS 84)."""

    city: str
    time_zone: str
    latitude: float
    longitude: float

    def time(self, day: str, clock: str) -> datetime:
        """The instant at which a clock on the wall there shows this (the first, when it does so twice)."""
        return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(self.time_zone))


HOMES: Mapping[str, Home] = {
    home.city: home
    for home in (
        Home("Lisbon", "Europe/Lisbon", 38.7223, -9.1393),
        Home("London", "Europe/London", 51.5074, -0.1278),
        Home("New York", "America/New_York", 40.7128, -74.0060),
        Home("Los Angeles", "America/Los_Angeles", 34.0522, -118.2437),
        Home("Kathmandu", "Asia/Kathmandu", 27.7172, 85.3240),
        Home("Sydney", "Australia/Sydney", -33.8688, 151.2093),
        Home("Auckland", "Pacific/Auckland", -36.8509, 174.7645),
    )
}
LISBON = HOMES["Lisbon"]

_numbers = count(1)


def resident(
    name: str,
    *,
    home: Home = LISBON,
    born: date = date(1993, 5, 17),
    closeness: tuple[float, float] | None = (2.5, 2.5),
    **about: Any,
) -> SyntheticMember:
    """Somebody of 32 who fits everybody of the other gender; ``closeness`` is their anxiety and avoidance, if known."""
    gender = Gender.WOMAN if name in WOMEN else Gender.MAN
    seeks = Gender.MAN if name in WOMEN else Gender.WOMAN
    content = ProfileContent(
        name=name,
        genders=frozenset({gender}),
        preferences=Preferences(genders=frozenset({seeks}), ages=AgeRange(25, 45)),
        intention=Intention.LONG_TERM,
        smoking=Smoking.NEVER,
        languages=("en",),
        bio=f"{name} here. I like slow mornings.",
        interests=frozenset({"hiking", "cooking", "chess", "jazz", "museums"}),
        values={value: 1 + number % 7 for number, value in enumerate(BasicValue)},
    )
    anxiety, avoidance = closeness or (0.0, 0.0)
    return SyntheticMember(
        number=next(_numbers),
        date_of_birth=born,
        content=attrs.evolve(content, **about),
        cell=GridCell.containing(home.latitude, home.longitude),
        city=home.city,
        country="",
        time_zone=home.time_zone,
        anxiety=anxiety,
        avoidance=avoidance,
        answers=answers(anxiety, avoidance) if closeness else None,
        survey={},
    )


def men(number: int, home: Home = LISBON) -> Iterable[SyntheticMember]:
    """So many men whom Ana may meet, all born on different days."""
    return (resident(f"Man{n}", home=home, born=date(1992, 1, 1) + timedelta(days=n)) for n in range(number))


def answers(anxiety: float, avoidance: float) -> dict[str, int]:
    """Answers to every statement that come to these scores, each to the nearest ninth."""
    given: dict[str, int] = {}
    for dimension, score in ((Dimension.ANXIETY, anxiety), (Dimension.AVOIDANCE, avoidance)):
        low, more = divmod(round(score * STATEMENTS_OF_EACH), STATEMENTS_OF_EACH)
        statements = [each for each in questionnaire().statements if each.dimension is dimension]
        for place, statement in enumerate(statements):
            keyed = low + (place < more)
            given[statement.id] = SCALE_MIN + SCALE_MAX - keyed if statement.reversed else keyed
    return given
