"""Distances, for both ways to go through everybody: one as it stands, the other compiled."""

import math

from saltbitter_domain.kernel import EARTH_RADIUS_KM


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """``GridCell.distance_km`` of two centres in degrees; NaN when one is unknown."""
    a, b = math.radians(latitude), math.radians(other_latitude)
    across = math.sin((b - a) / 2)
    along = math.sin(math.radians(other_longitude - longitude) / 2)
    h = across * across + math.cos(a) * math.cos(b) * (along * along)
    # A NaN has to be named first to come through.
    return 2 * EARTH_RADIUS_KM * math.asin(min(math.sqrt(h), 1.0))
