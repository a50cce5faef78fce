"""Words every feature shares: ids, money, places on the grid, time, and the families of refusals."""

import math
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar, NewType, Protocol, Self
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import attrs

UserId = NewType("UserId", UUID)
SessionId = NewType("SessionId", UUID)
PhotoId = NewType("PhotoId", UUID)
AssessmentId = NewType("AssessmentId", UUID)
MatchId = NewType("MatchId", UUID)
ConsentRecordId = NewType("ConsentRecordId", UUID)
NoticeId = NewType("NoticeId", UUID)
EventId = NewType("EventId", UUID)
ExportId = NewType("ExportId", UUID)
OrderId = NewType("OrderId", UUID)
DeviceId = NewType("DeviceId", UUID)
AlertId = NewType("AlertId", UUID)
BreachId = NewType("BreachId", UUID)
ReviewId = NewType("ReviewId", UUID)
PasskeyId = NewType("PasskeyId", UUID)


class Language(StrEnum):
    """A language that SaltBitter speaks, by its code in ISO 639-1; the first is for whoever speaks none of them."""

    EN = "en"
    DE = "de"


EARTH_RADIUS_KM = 6371.0088
"""Mean Earth radius in kilometres (IUGG). One sphere everywhere, so that two parts never disagree on a distance."""

CELL_KM = 2.0
"""Side of the smallest location cell in kilometres: at least the 1 km the product promises, at the size measurements
advise. Where few members live, larger ones are kept (``profiles.policies.place``)."""


# Read when the program starts: it takes some 30 ms, for which no event loop should wait.
_TIME_ZONES = frozenset(available_timezones() - {"Factory", "localtime", "posixrules"})


def is_time_zone(name: str) -> bool:
    """Whether ``name`` is a place's time zone in the IANA database, old names included.

    What the database or an operating system keeps beside the zones (``localtime``: wherever the server is) is none."""
    return name in _TIME_ZONES


_zone = lru_cache(maxsize=1024)(ZoneInfo)
"""The standard library itself keeps only eight zones and reads the others from their files again and again."""


def local_date(now: datetime, time_zone: str) -> date:
    """The date on a calendar hanging in ``time_zone`` at the aware instant ``now``.

    Raises ``ZoneInfoNotFoundError`` (a ``KeyError``) for a zone that does not exist."""
    return now.astimezone(_zone(time_zone)).date()


def first_instant(day: date, clock: time, time_zone: str) -> datetime:
    """The instant, in UTC, at which ``clock`` is first reached on ``day`` by a wall clock in ``time_zone``.

    When clocks go back across it, it is the first of the two; when they leap over it, the first instant after the leap,
    which lies on a later date if the zone left out the whole day (Samoa had no 30 December 2011).
    Raises ``ZoneInfoNotFoundError`` (a ``KeyError``) for a zone that does not exist.
    """
    zone = _zone(time_zone)
    wall = datetime.combine(day, clock)
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _leap(zone, wall.replace(tzinfo=zone, fold=1).astimezone(UTC), instant)


def _leap(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The instant, to the second, at which clocks leapt forward between two instants that enclose one leap."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class Ids(Protocol):
    """The only source of new ids."""

    def new(self) -> UUID:
        """A fresh UUIDv7 (RFC 9562): unique, and ordered by the time of its making."""
        ...


@attrs.frozen
class Money:
    """An amount in integer minor units (cents for USD, yen for JPY) and its ISO 4217 currency."""

    amount_minor: int = attrs.field(validator=attrs.validators.instance_of(int))
    currency: str = attrs.field(validator=attrs.validators.matches_re(r"[A-Z]{3}"))


@attrs.frozen(order=True)
class GridCell:
    """The centre of the location cell a member is in, in degrees (WGS 84). An exact fix is never kept."""

    latitude: float = attrs.field(validator=[attrs.validators.ge(-90.0), attrs.validators.le(90.0)])
    longitude: float = attrs.field(validator=[attrs.validators.ge(-180.0), attrs.validators.le(180.0)])

    @classmethod
    def containing(cls, latitude: float, longitude: float) -> Self:
        """The smallest cell, about ``CELL_KM`` on each side, that holds this fix. Snapping twice gives the same cell.

        Raises ``ValueError`` outside latitude [-90, 90] or longitude [-180, 180]."""
        area = GridArea.containing(latitude, longitude)
        return cls(*area.middle)

    def distance_km(self, other: "GridCell") -> float:
        """Great-circle distance between the two centres in kilometres, by the haversine formula (Sinnott 1984)."""
        lat_a, lat_b = math.radians(self.latitude), math.radians(other.latitude)
        half_lat = (lat_b - lat_a) / 2
        half_lon = math.radians(other.longitude - self.longitude) / 2
        h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
        return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


@attrs.frozen
class GridArea:
    """What a cell covers, of any size: a piece between two parallels and two meridians, in degrees.

    Its southern and western edges belong to it."""

    south: float
    north: float
    west: float
    east: float

    @classmethod
    def containing(cls, latitude: float, longitude: float, side_km: float = CELL_KM) -> Self:
        """The area, about ``side_km`` on each side, that holds this fix in the grid of areas of this size.

        Rows are ``side_km`` high; within a row every area has the same width in degrees, at least ``side_km`` in its
        middle, and a whole number of them goes round the Earth.

        Raises ``ValueError`` outside latitude [-90, 90] or longitude [-180, 180].
        """
        if not (-90.0 <= latitude <= 90.0 and -180.0 <= longitude <= 180.0):
            raise ValueError("latitude must lie in [-90, 90] and longitude in [-180, 180]")
        km_per_degree = math.pi * EARTH_RADIUS_KM / 180.0
        rows = int(180.0 * km_per_degree / side_km)
        row = min(int((latitude + 90.0) / 180.0 * rows), rows - 1)
        middle = (row + 0.5) / rows * 180.0 - 90.0
        columns = max(1, int(360.0 * km_per_degree * math.cos(math.radians(middle)) / side_km))
        column = int((longitude + 180.0) / 360.0 * columns) % columns
        south, north = (edge / rows * 180.0 - 90.0 for edge in (row, row + 1))
        west, east = (edge / columns * 360.0 - 180.0 for edge in (column, column + 1))
        return cls(south, north, west, east)

    @property
    def middle(self) -> tuple[float, float]:
        """Latitude and longitude, to a millionth of a degree: some 0.1 m."""
        return round((self.south + self.north) / 2, 6), round((self.west + self.east) / 2, 6)

    def holds(self, cell: GridCell) -> bool:
        """Whether the centre of the cell lies in here."""
        return self.south <= cell.latitude < self.north and self.west <= cell.longitude < self.east


@attrs.frozen
class FieldProblem:
    """What is wrong with one field: its path (``preferences.age.min``), a stable code and a sentence."""

    path: str
    code: str
    message: str


class DomainError(Exception):
    """A refusal. ``code`` is stable and unique, the detail says what is wrong and what to do.

    A concrete error inherits exactly one of the families below; entry points answer by family and never by code.
    """

    code: ClassVar[str] = "error"

    def __init__(self, detail: str, *, fields: tuple[FieldProblem, ...] = (), retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = fields
        self.retry_after = retry_after
        """Whole seconds after which trying again makes sense, where that is known."""


class Malformed(DomainError):
    """The request could not be read at all."""


class NotAuthenticated(DomainError):
    """We do not know who is asking."""


class PaymentNeeded(DomainError):
    """It has to be paid for first, and was not."""


class NotAllowed(DomainError):
    """We know who is asking, and they may not."""


class NotFound(DomainError):
    """There is no such thing, or none that the asker may know of."""


class Conflict(DomainError):
    """The request does not fit the present state."""


class Stale(DomainError):
    """The thing was changed by someone else since it was read; read again and repeat."""


class TooLarge(DomainError):
    """More bytes than accepted."""


class UnsupportedMedia(DomainError):
    """Content of a type that is not accepted."""


class Invalid(DomainError):
    """The request was read and breaks a rule; ``fields`` says where."""


class TooMany(DomainError):
    """A limit on how often was reached; ``retry_after`` says when to come back."""


class Unavailable(DomainError):
    """We cannot do this just now; ``retry_after`` says when to come back."""


class StaleWrite(Stale):
    """An entity was saved from a version that is no longer the latest."""

    code = "stale_write"
