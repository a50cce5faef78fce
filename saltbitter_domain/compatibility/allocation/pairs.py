"""Finding everybody's eligible people without asking about every pair."""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence

import attrs

from saltbitter_domain.compatibility.eligibility import wishes_met
from saltbitter_domain.compatibility.model import Traits
from saltbitter_domain.kernel import EARTH_RADIUS_KM, GridCell
from saltbitter_domain.profiles.model import Gender, Visibility

_Tile = tuple[int, int]

_HAIR_KM = 1e-3
"""A metre more, so that no rounding can put somebody at the very limit into a tile beyond it."""


@attrs.frozen
class _Kind:
    """What decides, person by person, whether two groups of people look for one another at all."""

    genders: frozenset[Gender]
    seeks: frozenset[Gender]
    anywhere: bool

    def suits(self, other: "_Kind") -> bool:
        return not (self.seeks.isdisjoint(other.genders) or other.seeks.isdisjoint(self.genders))


@attrs.frozen
class _Bucket:
    """People of one kind by age: ``ages`` ascend, ``positions`` are theirs in the pool."""

    ages: list[int] = attrs.field(factory=list)
    positions: list[int] = attrs.field(factory=list)

    def between(self, youngest: int, oldest: int) -> list[int]:
        return self.positions[bisect_left(self.ages, youngest) : bisect_right(self.ages, oldest)]


class Pool:
    """People laid out so that one person's eligible people are found among a few.

    They lie in buckets by place (a degree of latitude by one of longitude), kind and age; those who accept any
    distance also lie in buckets without a place."""

    def __init__(self, people: Sequence[Traits]) -> None:
        self._people = people
        self._farthest = max((person.max_distance_km or 0 for person in people), default=0)
        self._anywhere = defaultdict[_Kind, _Bucket](_Bucket)
        self._placed = defaultdict[_Tile, defaultdict[_Kind, _Bucket]](lambda: defaultdict(_Bucket))
        self._kinds = [_Kind(person.genders, person.seeks, person.max_distance_km is None) for person in people]
        for n in sorted(range(len(people)), key=lambda n: people[n].age):
            if people[n].visibility is not Visibility.PAUSED:
                self._lay(n)

    def _lay(self, n: int) -> None:
        person, kind = self._people[n], self._kinds[n]
        buckets = [self._anywhere[kind]] if kind.anywhere else []
        if person.cell:
            buckets.append(self._placed[_tile(person.cell)][kind])
        for bucket in buckets:
            bucket.ages.append(person.age)
            bucket.positions.append(n)

    def suited(self, n: int, skip: Container[int] = ()) -> Iterator[tuple[int, float | None]]:
        """The positions of all whose wishes and the person's at ``n`` meet, but those in ``skip``, and how far away
        they are in km (None when unknown). Nobody who is paused has or is any of them."""
        person = self._people[n]
        if person.visibility is Visibility.PAUSED:
            return
        for bucket in self._around(n):
            for m in bucket.between(person.ages.min, person.ages.max):
                other = self._people[m]
                # The cheapest rule goes before the distance is worked out; wishes_met asks it again.
                if m == n or m in skip or not other.ages.min <= person.age <= other.ages.max:
                    continue
                km = person.distance_km(other)
                if wishes_met(person, other, km) and wishes_met(other, person, km):
                    yield m, km

    def _around(self, n: int) -> Iterator[_Bucket]:
        """Every bucket with somebody in it who may suit.

        Whoever has a limit meets only people within it. Whoever has none meets those with a limit within the widest
        of them, and the others wherever they are."""
        person, kind = self._people[n], self._kinds[n]
        if kind.anywhere:
            yield from (bucket for other, bucket in self._anywhere.items() if kind.suits(other))
        if person.cell:
            radius = self._farthest if person.max_distance_km is None else person.max_distance_km
            for tile in _tiles_within(person.cell, radius):
                for other, bucket in self._placed.get(tile, {}).items():
                    if kind.suits(other) and not (kind.anywhere and other.anywhere):
                        yield bucket


def _tile(cell: GridCell) -> _Tile:
    return math.floor(cell.latitude), math.floor(cell.longitude) % 360


def _tiles_within(cell: GridCell, km: float) -> Iterator[_Tile]:
    """The tiles that may hold a place within ``km``, by the bounding rectangle of a circle on the sphere: it reaches
    asin(sin r / cos latitude) to each side, and all the way round once it holds a pole (Bronstein, spherical
    trigonometry)."""
    radius = (km + _HAIR_KM) / EARTH_RADIUS_KM
    latitude = math.radians(cell.latitude)
    south, north = (math.floor(cell.latitude + sign * math.degrees(radius)) for sign in (-1, 1))
    columns = range(360)
    if radius + abs(latitude) < math.pi / 2:
        reach = math.degrees(math.asin(math.sin(radius) / math.cos(latitude)))
        west, east = (math.floor(cell.longitude + sign * reach) for sign in (-1, 1))
        columns = range(west, east + 1)
    for row in range(max(south, -90), min(north, 90) + 1):
        for column in columns:
            yield row, column % 360
