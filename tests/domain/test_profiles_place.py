"""A place changes slowly and is told in bands, so that nobody can be located."""

import math
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from saltbitter_domain.kernel import CELL_KM, EARTH_RADIUS_KM, GridCell, UserId
from saltbitter_domain.profiles.model import (
    AgeRange,
    DistanceBand,
    Gender,
    LocationChangedTooSoon,
    Preferences,
    Profile,
    ProfileContent,
)
from saltbitter_domain.profiles.policies import distance_band, moves_to

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LISBON = GridCell.containing(38.7223, -9.1393)
PORTO = GridCell.containing(41.1579, -8.6291)
ANA = Profile(
    user_id=UserId(UUID(int=1)),
    date_of_birth=date(1990, 2, 28),
    content=ProfileContent("Ana", frozenset({Gender.WOMAN}), Preferences(frozenset({Gender.MAN}), AgeRange(25, 40))),
    time_zone="Europe/Lisbon",
    created_at=NOON,
    updated_at=NOON,
    cell=LISBON,
    smallest_cell=LISBON,
    city="Lisbon",
    located_at=NOON,
)
KM_NORTH = 1 / 111.195
cells = st.builds(GridCell.containing, st.floats(-85, 85), st.floats(-180, 180))


def north_of_lisbon(kilometres: float) -> GridCell:
    return GridCell.containing(LISBON.latitude + kilometres * KM_NORTH, LISBON.longitude)


def test_a_first_place_is_taken_at_once() -> None:
    assert moves_to(attrs.evolve(ANA, cell=None, smallest_cell=None, located_at=None), PORTO, NOON)


@pytest.mark.parametrize("kilometres", [0.0, CELL_KM, 2 * CELL_KM])
def test_nobody_moves_by_going_two_cells_far_not_even_at_once(kilometres: float) -> None:
    assert not moves_to(ANA, north_of_lisbon(kilometres), NOON)
    assert not moves_to(ANA, north_of_lisbon(-kilometres), NOON + timedelta(days=1))


def test_going_two_cells_far_to_the_side_is_no_move_either() -> None:
    width = 360 / int(360 * 111.195 * 0.78 / CELL_KM)
    assert not moves_to(ANA, GridCell.containing(LISBON.latitude, LISBON.longitude + 2 * width), NOON)


def test_three_cells_away_is_another_place() -> None:
    assert moves_to(ANA, north_of_lisbon(3 * CELL_KM), NOON + timedelta(minutes=10))


def test_a_place_changes_at_most_every_ten_minutes() -> None:
    near = north_of_lisbon(3 * CELL_KM)
    assert moves_to(ANA, near, NOON + timedelta(minutes=10))
    with pytest.raises(LocationChangedTooSoon) as refused:
        moves_to(ANA, near, NOON + timedelta(minutes=8, seconds=30.5))
    assert refused.value.retry_after == 90
    assert "2 min" in refused.value.detail


def test_nobody_moves_faster_than_an_airliner() -> None:
    fastest = timedelta(hours=LISBON.distance_km(PORTO) / 900)
    assert timedelta(minutes=18) < fastest < timedelta(minutes=19)
    assert moves_to(ANA, PORTO, NOON + fastest)
    with pytest.raises(LocationChangedTooSoon) as refused:
        moves_to(ANA, PORTO, NOON + timedelta(minutes=12))
    assert refused.value.retry_after is not None
    assert moves_to(ANA, PORTO, NOON + timedelta(minutes=12, seconds=refused.value.retry_after))


def test_forgetting_ones_place_is_no_way_round_the_limits() -> None:
    forgotten = attrs.evolve(ANA, cell=None, smallest_cell=None, city=None)
    with pytest.raises(LocationChangedTooSoon) as refused:
        moves_to(forgotten, LISBON, NOON + timedelta(minutes=10))
    assert "23 h" in refused.value.detail
    half_the_earth = timedelta(hours=math.pi * EARTH_RADIUS_KM / 900)
    assert timedelta(hours=22) < half_the_earth < timedelta(hours=22, minutes=15)
    with pytest.raises(LocationChangedTooSoon):
        moves_to(forgotten, LISBON, NOON + half_the_earth - timedelta(microseconds=1))
    assert moves_to(forgotten, LISBON, NOON + half_the_earth)


@given(cells)
def test_who_had_their_place_forgotten_may_move_no_sooner_than_before(cell: GridCell) -> None:
    forgotten = attrs.evolve(ANA, cell=None, smallest_cell=None, city=None)
    assert wait_for(cell, NOON, forgotten) >= wait_for(cell, NOON)


@pytest.mark.parametrize(("minutes", "told"), [(1.5, "2 min"), (119, "119 min"), (119.5, "2 h"), (121, "3 h")])
def test_a_wait_is_told_in_minutes_and_from_two_hours_on_in_hours(minutes: float, told: str) -> None:
    earliest = NOON + timedelta(hours=math.pi * EARTH_RADIUS_KM / 900)
    with pytest.raises(LocationChangedTooSoon) as refused:
        moves_to(attrs.evolve(ANA, cell=None, smallest_cell=None), LISBON, earliest - timedelta(minutes=minutes))
    assert f" in {told}." in refused.value.detail


def wait_for(cell: GridCell, now: datetime, profile: Profile = ANA) -> int:
    """Seconds that Ana, in Lisbon since noon, would have to wait."""
    try:
        moves_to(profile, cell, now)
    except LocationChangedTooSoon as refused:
        return refused.retry_after or -1
    return 0


@given(cells, st.timedeltas(timedelta(), timedelta(hours=30)))
def test_whoever_is_asked_to_wait_may_move_after_that_wait_and_not_a_second_earlier(
    cell: GridCell, later: timedelta
) -> None:
    now = NOON + later
    wait = wait_for(cell, now)
    assert wait >= 0
    assert wait_for(cell, now + timedelta(seconds=wait)) == 0
    if wait:
        assert wait_for(cell, now + timedelta(seconds=wait - 1)) == 1


@pytest.mark.parametrize(
    ("kilometres", "band"),
    [
        (0.0, DistanceBand.UNDER_5),
        (4.999, DistanceBand.UNDER_5),
        (5.001, DistanceBand.FROM_5_TO_10),
        (9.999, DistanceBand.FROM_5_TO_10),
        (10.001, DistanceBand.FROM_10_TO_25),
        (24.999, DistanceBand.FROM_10_TO_25),
        (25.001, DistanceBand.FROM_25_TO_50),
        (49.999, DistanceBand.FROM_25_TO_50),
        (50.001, DistanceBand.FROM_50_TO_100),
        (99.99, DistanceBand.FROM_50_TO_100),
        (100.01, DistanceBand.OVER_100),
        (20_000.0, DistanceBand.OVER_100),
    ],
)
def test_a_distance_is_told_in_bands(kilometres: float, band: DistanceBand) -> None:
    assert distance_band(GridCell(-90, 0), GridCell(-90 + kilometres / 111.19508, 0)) is band


@given(cells, cells)
def test_a_band_is_the_same_both_ways(one: GridCell, other: GridCell) -> None:
    assert distance_band(one, other) is distance_band(other, one)


def test_without_both_places_there_is_no_distance() -> None:
    assert distance_band(None, LISBON) is distance_band(LISBON, None) is distance_band(None, None) is None


@given(st.floats(-85, 85), st.floats(-179, 179), st.floats(-1, 1), st.floats(-1, 1), st.lists(cells, max_size=20))
def test_two_homes_in_one_cell_cannot_be_told_apart_from_anywhere(
    latitude: float, longitude: float, up: float, aside: float, viewers: list[GridCell]
) -> None:
    home = GridCell.containing(latitude, longitude)
    next_door = GridCell.containing(latitude + up * KM_NORTH, longitude + aside * KM_NORTH)
    assume(home == next_door)
    assert [distance_band(home, viewer) for viewer in viewers] == [
        distance_band(next_door, viewer) for viewer in viewers
    ]
