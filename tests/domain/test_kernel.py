"""Cells and distances on the globe, money, time zones, and refusals."""

import math
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from saltbitter_domain.kernel import (
    CELL_KM,
    EARTH_RADIUS_KM,
    DomainError,
    FieldProblem,
    GridArea,
    GridCell,
    Money,
    StaleWrite,
    is_time_zone,
    local_date,
)

KM_PER_DEGREE = math.pi * EARTH_RADIUS_KM / 180
FARTHEST_KM = math.pi * EARTH_RADIUS_KM

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
cells = st.builds(GridCell, latitudes, longitudes)


@given(latitudes, longitudes)
@example(90.0, 0.0)
@example(-90.0, 180.0)
@example(0.0, 180.0)
@example(0.0, -180.0)
def test_a_cell_is_its_own_cell(latitude: float, longitude: float) -> None:
    cell = GridCell.containing(latitude, longitude)
    assert GridCell.containing(cell.latitude, cell.longitude) == cell


@given(latitudes, longitudes)
def test_a_fix_is_within_its_cell_and_no_farther_than_a_diagonal(latitude: float, longitude: float) -> None:
    assert GridCell.containing(latitude, longitude).distance_km(GridCell(latitude, longitude)) <= 2.0 * math.sqrt(2)


@given(latitudes)
def test_a_row_is_two_kilometres_high(latitude: float) -> None:
    here = GridCell.containing(latitude, 0.0)
    step = 0.999 * CELL_KM / KM_PER_DEGREE * (-1 if latitude > 0 else 1)
    beside = GridCell.containing(here.latitude + step, 0.0)
    height = abs(beside.latitude - here.latitude) * KM_PER_DEGREE
    assert height == 0.0 or height == pytest.approx(CELL_KM, abs=0.001)


@given(latitudes, longitudes)
@example(90.0, 0.0)
@example(-90.0, -180.0)
@example(89.95, 12.0)
def test_the_middle_of_a_cell_is_between_one_and_three_kilometres_wide(latitude: float, longitude: float) -> None:
    cell = GridCell.containing(latitude, longitude)
    round_the_earth = 2 * FARTHEST_KM * math.cos(math.radians(cell.latitude))
    columns = round_the_earth / CELL_KM
    assert CELL_KM <= round_the_earth / math.floor(columns) < 3.0
    width = round_the_earth / math.floor(columns) / KM_PER_DEGREE / math.cos(math.radians(cell.latitude))
    eastern = GridCell.containing(cell.latitude, _wrapped(cell.longitude + width))
    assert eastern.latitude == cell.latitude
    assert abs(_wrapped(eastern.longitude - cell.longitude)) == pytest.approx(width, abs=1e-5)


def test_moving_east_along_the_equator_crosses_a_border_every_two_kilometres() -> None:
    step = 0.1 / KM_PER_DEGREE
    seen = [GridCell.containing(0.0, 10 + n * step) for n in range(200)]
    borders = [n for n, (one, other) in enumerate(pairwise(seen)) if one != other]
    assert all(19 <= later - earlier <= 21 for earlier, later in pairwise(borders))
    assert len(borders) in (9, 10)


def test_both_names_of_the_antimeridian_are_one_place() -> None:
    assert GridCell.containing(-17.0, 180.0) == GridCell.containing(-17.0, -180.0)


def test_neighbours_across_the_antimeridian_are_near() -> None:
    west, east = GridCell.containing(-17.0, 179.999), GridCell.containing(-17.0, -179.999)
    assert west != east
    assert west.distance_km(east) < 1.5 * CELL_KM


def test_a_pole_has_cells_like_any_other_place() -> None:
    for latitude in (90.0, -90.0):
        around = {GridCell.containing(latitude, longitude) for longitude in range(-180, 180)}
        assert 1 <= len(around) <= 4
        assert all(one.distance_km(other) <= 2 * CELL_KM for one in around for other in around)


@given(latitudes, longitudes, st.sampled_from([2.0, 4.0, 8.0, 16.0, 32.0, 64.0]))
def test_an_area_holds_the_cell_it_is_chosen_by(latitude: float, longitude: float, side_km: float) -> None:
    cell = GridCell.containing(latitude, longitude)
    area = GridArea.containing(cell.latitude, cell.longitude, side_km)
    assert area.holds(cell)
    assert (area.north - area.south) * KM_PER_DEGREE == pytest.approx(side_km, rel=0.01)
    middle = math.cos(math.radians((area.north + area.south) / 2))
    assert area.east - area.west == 360 or (area.east - area.west) * KM_PER_DEGREE * middle >= side_km - 1e-6


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(90.1, 0), (-90.1, 0), (0, 180.1), (0, -180.1), (math.nan, 0), (0, math.nan), (math.inf, 0), (0, -math.inf)],
)
def test_there_is_no_cell_outside_the_globe(latitude: float, longitude: float) -> None:
    with pytest.raises(ValueError, match="latitude must lie"):
        GridCell.containing(latitude, longitude)


@pytest.mark.parametrize(("latitude", "longitude"), [(90.1, 0), (-90.1, 0), (0, 180.1), (0, -180.1)])
def test_a_cell_lies_on_the_globe(latitude: float, longitude: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        GridCell(latitude, longitude)


@given(cells, cells)
def test_a_distance_is_the_same_both_ways_and_at_most_half_round_the_earth(one: GridCell, other: GridCell) -> None:
    assert 0.0 <= one.distance_km(other) <= FARTHEST_KM + 1e-6
    assert one.distance_km(other) == pytest.approx(other.distance_km(one), abs=1e-6)


@given(cells)
def test_nobody_is_away_from_themselves(cell: GridCell) -> None:
    assert cell.distance_km(cell) == 0.0


@given(cells, cells, cells)
def test_a_detour_is_never_shorter(one: GridCell, way: GridCell, other: GridCell) -> None:
    assert one.distance_km(other) <= one.distance_km(way) + way.distance_km(other) + 1e-3


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [
        (GridCell(0, 0), GridCell(0, 90), FARTHEST_KM / 2),
        (GridCell(0, 0), GridCell(0, 180), FARTHEST_KM),
        (GridCell(90, 0), GridCell(-90, 0), FARTHEST_KM),
        (GridCell(90, 0), GridCell(90, 120), 0.0),
        (GridCell(0, 179.5), GridCell(0, -179.5), KM_PER_DEGREE),
        (GridCell(38.7223, -9.1393), GridCell(41.1579, -8.6291), 274.2),  # Lisbon to Porto
        (GridCell(52.52, 13.405), GridCell(48.8566, 2.3522), 877.5),  # Berlin to Paris
    ],
)
def test_known_distances(one: GridCell, other: GridCell, kilometres: float) -> None:
    assert one.distance_km(other) == pytest.approx(kilometres, abs=0.1)


def test_money_is_whole_minor_units_of_a_named_currency() -> None:
    assert Money(1999, "USD") == Money(1999, "USD") != Money(1999, "JPY")
    with pytest.raises(TypeError):
        Money(19.99, "USD")  # type: ignore[arg-type]
    for currency in ("usd", "US", "USDX", ""):
        with pytest.raises(ValueError, match="currency"):
            Money(1, currency)


def test_a_refusal_says_what_is_wrong_where_and_when_to_come_back() -> None:
    problem = FieldProblem("name", "blank", "Write your name.")
    refusal = StaleWrite("Read it again.", fields=(problem,), retry_after=3)
    assert (str(refusal), refusal.detail, refusal.fields, refusal.retry_after) == (
        "Read it again.",
        "Read it again.",
        (problem,),
        3,
    )
    assert (refusal.code, isinstance(refusal, DomainError)) == ("stale_write", True)
    assert (StaleWrite("Again.").fields, StaleWrite("Again.").retry_after) == ((), None)


def _wrapped(longitude: float) -> float:
    return (longitude + 180) % 360 - 180


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata", "UTC", "Asia/Calcutta"]
)
def test_a_time_zone_is_known_by_its_name(name: str) -> None:
    assert is_time_zone(name)
    assert ZoneInfo(name).key == name


NO_ZONES = ["", "Berlin", "europe/berlin", "Europe/Berlin ", "../Europe/Berlin", "/etc/passwd", "+02:00", "CEST"]


@pytest.mark.parametrize("name", [*NO_ZONES, "localtime", "posixrules", "Factory", "\x00", "\ud800"])
def test_other_words_are_no_time_zones(name: str) -> None:
    assert not is_time_zone(name)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Pacific/Kiritimati", 11), ("Pacific/Auckland", 11), ("Europe/Berlin", 10), ("Pacific/Pago_Pago", 10)],
)
def test_at_one_instant_calendars_show_different_dates(zone: str, day: int) -> None:
    assert local_date(datetime(2026, 6, 10, 12, 30, tzinfo=UTC), zone) == date(2026, 6, day)


def test_a_date_turns_at_midnight_on_the_clocks_of_the_zone() -> None:
    midnight = datetime(2026, 6, 9, 22, tzinfo=UTC)
    assert local_date(midnight, "Europe/Berlin") == date(2026, 6, 10)
    assert local_date(midnight - timedelta(microseconds=1), "Europe/Berlin") == date(2026, 6, 9)


def test_there_is_no_date_where_there_is_no_clock() -> None:
    with pytest.raises(KeyError):
        local_date(datetime(2026, 6, 10, tzinfo=UTC), "Mars/Olympus_Mons")
