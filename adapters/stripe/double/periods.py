"""Months, and what the rest of one costs."""

from calendar import monthrange
from datetime import UTC, datetime
from typing import Any

Line = tuple[int, int, int, dict[str, Any]]
"""Cents, for the time from one instant to another in seconds, at a price."""


def at(seconds: int) -> datetime:
    """The instant."""
    return datetime.fromtimestamp(seconds, UTC)


def month_after(seconds: int, day: int) -> int:
    """A month on, on this day or the last one of a shorter month."""
    then = at(seconds)
    year, month = then.year + then.month // 12, then.month % 12 + 1
    return int(then.replace(year=year, month=month, day=min(day, monthrange(year, month)[1])).timestamp())


def prorated(item: dict[str, Any], price: dict[str, Any], now: int) -> list[Line]:
    """What is paid back of an item's price for the rest of its period, and what another price costs for that."""
    starts, ends = item["current_period_start"], item["current_period_end"]
    old, new = (
        (2 * each["unit_amount"] * (ends - now) + ends - starts) // (2 * (ends - starts))
        for each in (item["price"], price)
    )
    return [(-old, now, ends, item["price"]), (new, now, ends, price)]
