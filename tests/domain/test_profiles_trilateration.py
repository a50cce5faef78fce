"""Whoever asks from everywhere learns the cell a member lives in at most, and nothing of where in it.

The town of the test is dense in its middle, where cells are small, and thin around it, where they are grown."""

import math
import random
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache

import attrs

from saltbitter_domain.kernel import CELL_KM, GridArea, GridCell
from saltbitter_domain.profiles.policies import MEMBERS_IN_A_CELL, areas_around, distance_band, moves_to
from tests.domain.test_profiles_place import ANA, KM_NORTH, LISBON, NOON

READS = 2_000
HOMES = 101
AROUND_KM = 20.0
"""The attacker knows the region already."""
STEP_KM = 0.5
MEMBERS = 6_000
KM_EAST = KM_NORTH / math.cos(math.radians(LISBON.latitude))

Point = tuple[float, float]
"""Kilometres north and east of the middle of the town."""
Kept = Callable[[float, float], GridCell]
"""What a house keeps of a fix."""


@cache
def crowd() -> Counter[GridCell]:
    """How many members live in each smallest cell of the region: ever fewer the farther out."""
    chance = random.Random(2)
    homes = ((chance.gauss(0.0, 5.0), chance.gauss(0.0, 5.0)) for _ in range(MEMBERS))
    return Counter(kept(home, GridCell.containing) for home in homes)


@cache
def grown(smallest: GridCell) -> GridArea:
    """What the product keeps of whoever lives in a smallest cell of this region."""
    enough = (
        area
        for area in areas_around(smallest)
        if sum(members for cell, members in crowd().items() if area.holds(cell)) >= MEMBERS_IN_A_CELL
    )
    return next(enough, list(areas_around(smallest))[-1])


def keeps_grown(latitude: float, longitude: float) -> GridCell:
    return GridCell(*grown(GridCell.containing(latitude, longitude)).middle)


def kept(point: Point, keeps: Kept) -> GridCell:
    return keeps(LISBON.latitude + point[0] * KM_NORTH, LISBON.longitude + point[1] * KM_EAST)


def within(chance: random.Random, kilometres: float) -> Point:
    return chance.uniform(-kilometres, kilometres), chance.uniform(-kilometres, kilometres)


def told(home: GridCell, me: GridCell, radius: int, decoy: GridCell) -> tuple[object, ...]:
    """All that a read tells: the band, whether the filter lets the home through, and who of two is listed first."""
    distance = home.distance_km(me)
    return distance_band(home, me), distance <= radius, distance < decoy.distance_km(me)


@cache
def everywhere(keeps: Kept) -> Mapping[GridCell, Sequence[Point]]:
    """What a house may keep of anybody in the town, each with the places it may be kept of."""
    steps = range(-int(AROUND_KM / STEP_KM), int(AROUND_KM / STEP_KM) + 1)
    possible: dict[GridCell, list[Point]] = {}
    for north in steps:
        for east in steps:
            point = north * STEP_KM, east * STEP_KM
            possible.setdefault(kept(point, keeps), []).append(point)
    return possible


def located(home: GridCell, keeps: Kept, chance: random.Random) -> Point:
    """The attacker's best guess after so many reads, from places they may claim one after the other: the middle of
    everywhere that fits all they were told."""
    possible = everywhere(keeps)
    me, now = ANA, NOON
    for _ in range(READS):
        now += timedelta(minutes=10)
        claimed = kept(within(chance, 30.0), GridCell.containing)
        if moves_to(me, claimed, now):
            me = attrs.evolve(me, cell=claimed, smallest_cell=claimed, located_at=now)
        assert me.cell is not None
        asked = me.cell, chance.randint(5, 50), kept(within(chance, 15.0), GridCell.containing)
        heard = told(home, *asked)
        possible = {cell: points for cell, points in possible.items() if told(cell, *asked) == heard}
        if len(possible) == 1:
            break  # Whatever else is asked, the answers are known.
    points = [point for points in possible.values() for point in points]
    return statistics.fmean(north for north, _ in points), statistics.fmean(east for _, east in points)


def errors(keeps: Kept, homes: int, chance: random.Random) -> list[tuple[float, float]]:
    """For so many homes in the middle of the region the side of the grown cell and the attacker's error, in km."""
    found = []
    for _ in range(homes):
        home = tuple(chance.randint(-20, 20) * STEP_KM for _ in range(2))
        area = grown(kept((home[0], home[1]), GridCell.containing))
        side = (area.north - area.south) / KM_NORTH
        found.append((side, math.dist(home, located(kept((home[0], home[1]), keeps), keeps, chance))))
    return found


def test_two_thousand_questions_from_everywhere_tell_no_more_than_the_cell() -> None:
    found = errors(keeps_grown, HOMES, random.Random(1))
    assert statistics.median(error / side for side, error in found) >= 0.35
    assert len({round(side) for side, _ in found}) >= 3


def test_the_same_attacker_finds_whoever_is_kept_exactly() -> None:
    assert statistics.median(error for _, error in errors(GridCell, 5, random.Random(1))) < 0.1 * CELL_KM
