"""How large a member's place is kept, how it may change, and what is told of how far away it is."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

from saltbitter_domain.kernel import CELL_KM, EARTH_RADIUS_KM, GridArea, GridCell
from saltbitter_domain.profiles.model import DistanceBand, LocationChangedTooSoon, Profile

MEMBERS_IN_A_CELL = 50
"""Whoever knows somebody's cell cannot tell them from this many. The number is the product's choice."""
CELL_SIDES_KM = tuple(CELL_KM * 2**doublings for doublings in range(6))
"""The sizes of a cell: 2 to 64 km. Beyond the last one "how far away" would say nothing, however few live there."""
STAYS_WITHIN_KM = 2.5 * CELL_KM
"""Reaches cells at most two apart: the centres of two in a row lie a little over twice ``CELL_KM`` from each other."""
MOVES_AT_MOST_EVERY = timedelta(minutes=10)
FASTEST_KMH = 900.0
"""The cruising speed of an airliner. Whoever seems to move faster is not moving but asking where others are."""
FARTHEST_KM = math.pi * EARTH_RADIUS_KM
"""Half the Earth's circumference: no two places are farther apart."""

_BANDS_BELOW_KM = (
    (5.0, DistanceBand.UNDER_5),
    (10.0, DistanceBand.FROM_5_TO_10),
    (25.0, DistanceBand.FROM_10_TO_25),
    (50.0, DistanceBand.FROM_25_TO_50),
    (100.0, DistanceBand.FROM_50_TO_100),
)


def distance_band(one: GridCell | None, other: GridCell | None) -> DistanceBand | None:
    """How far apart two cell centres are, in bands; None when either is unknown."""
    if one is None or other is None:
        return None
    distance = one.distance_km(other)
    return next((band for below, band in _BANDS_BELOW_KM if distance < below), DistanceBand.OVER_100)


def areas_around(smallest: GridCell) -> Iterator[GridArea]:
    """What may be kept for the place of a member in this smallest cell, from the smallest to the largest area.

    Areas are chosen by the middle of the smallest cell, so that each is made of whole ones: what two sizes have in
    common is never less than a smallest cell."""
    return (GridArea.containing(smallest.latitude, smallest.longitude, side) for side in CELL_SIDES_KM)


def moves_to(profile: Profile, smallest: GridCell, now: datetime) -> bool:
    """Whether a member who is now in this smallest cell moves there; False when they stay in the cell they have.

    A cell is kept until the member is more than two cells away, so that crossing a border back and forth tells nothing.
    A move takes at least 10 minutes and no more than 900 km/h, else ``LocationChangedTooSoon``: locating others takes
    many moves in a short time. Whoever had their place forgotten may have been anywhere, so the farthest move is
    assumed: about 22 hours after the last.
    """
    known = profile.smallest_cell
    distance = FARTHEST_KM if known is None else known.distance_km(smallest)
    if distance <= STAYS_WITHIN_KM:
        return False
    if profile.located_at is not None:
        earliest = profile.located_at + max(MOVES_AT_MOST_EVERY, timedelta(hours=distance / FASTEST_KMH))
        if now < earliest:
            minutes = math.ceil((earliest - now) / timedelta(minutes=1))
            wait = f"{minutes} min" if minutes < 120 else f"{math.ceil(minutes / 60)} h"
            raise LocationChangedTooSoon(
                f"Your place changed only recently. You can change it again in {wait}.",
                retry_after=math.ceil((earliest - now).total_seconds()),
            )
    return True
