"""A cell has the name of a city its people would give, and the time of its clocks."""

import threading

import pytest

from adapters.local.places import GeonamesPlaces
from saltbitter_domain.kernel import GridCell, is_time_zone
from saltbitter_domain.profiles.ports import Place, Places

PORT = Places

PLACES = GeonamesPlaces()


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"),
    [
        pytest.param(48.8566, 2.3522, Place("Paris", "Europe/Paris"), id="the middle of a city, not its quarter"),
        pytest.param(48.8867, 2.3431, Place("Paris", "Europe/Paris"), id="Montmartre"),
        pytest.param(48.8014, 2.1301, Place("Versailles", "Europe/Paris"), id="a town beside a city"),
        pytest.param(40.7128, -74.006, Place("New York City", "America/New_York"), id="New York"),
        pytest.param(41.8781, -87.6298, Place("Chicago", "America/Chicago"), id="Chicago"),
        pytest.param(52.52, 13.405, Place("Berlin", "Europe/Berlin"), id="Berlin"),
        pytest.param(28.6139, 77.209, Place("Delhi", "Asia/Kolkata"), id="a half-hour zone"),
        pytest.param(-43.9535, -176.5597, Place("Hastings", "Pacific/Chatham"), id="an island of its own time"),
        pytest.param(-17.8, 177.416, Place("Nadi", "Pacific/Fiji"), id="beside the date line"),
        pytest.param(33.4484, -112.074, Place("Phoenix", "America/Phoenix"), id="no daylight saving"),
        pytest.param(-23.698, 133.8807, Place("Alice Springs", "Australia/Darwin"), id="the outback"),
    ],
)
async def test_a_place_has_its_city_and_its_time_zone(latitude: float, longitude: float, place: Place | None) -> None:
    assert await PLACES.at(GridCell.containing(latitude, longitude)) == place


async def test_just_off_the_coast_it_is_the_city_ashore_and_its_time() -> None:
    assert await PLACES.at(GridCell.containing(43.0, 5.1)) == Place("Marseille", "Europe/Paris")


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(0.0, -140.0), (-48.88, -123.39), (90.0, 0.0), (-90.0, 0.0), (0.0, 180.0), (30.0, -40.0)],
)
async def test_in_open_water_and_at_the_poles_there_is_no_place(latitude: float, longitude: float) -> None:
    assert await PLACES.at(GridCell.containing(latitude, longitude)) is None


@pytest.mark.parametrize("latitude", range(-85, 86, 10))
async def test_every_place_on_earth_has_a_time_zone_that_clocks_know(latitude: int) -> None:
    for longitude in range(-175, 180, 10):
        place = await PLACES.at(GridCell.containing(latitude, longitude))
        if place is not None:
            assert is_time_zone(place.time_zone)


def test_every_city_keeps_the_time_of_a_zone_that_clocks_know() -> None:
    assert {zone for zone in set(PLACES._cities.zones) if not is_time_zone(zone)} == set()


async def test_data_is_loaded_when_it_is_needed_and_never_on_the_event_loop() -> None:
    class Watched(GeonamesPlaces):
        """Notes in which threads it looks things up."""

        def _at(self, cell: GridCell) -> Place | None:
            threads.add(threading.current_thread())
            return super()._at(cell)

    threads = set[threading.Thread]()
    places = Watched()
    assert vars(places) == {}

    await places.at(GridCell(0.0, 0.0))

    assert set(vars(places)) == {"_cities", "_borders"}
    assert threads
    assert threading.current_thread() not in threads
