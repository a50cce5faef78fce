"""The morning rule: six o'clock on each member's own clock, whatever the clocks of the world do."""

import zoneinfo
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.compatibility.calendar import current_day, morning, next_morning
from saltbitter_domain.kernel import local_date

ZONES = sorted(zoneinfo.available_timezones())
zones = st.sampled_from(ZONES)
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def between(first: str, last: str) -> st.SearchStrategy[datetime]:
    return st.integers(0, int((utc(last) - utc(first)).total_seconds())).map(
        lambda seconds: utc(first) + timedelta(seconds=seconds)
    )


instants = between("2024-01-01", "2028-12-31")
long_ago_or_soon = between("1840-01-01", "2040-01-01")


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        ("Europe/Berlin", date(2026, 3, 28), "2026-03-28T05:00"),
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-29T04:00"),  # summer time began at 02:00 that night
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-25T05:00"),  # and ended at 03:00 that night
        ("America/New_York", date(2026, 3, 7), "2026-03-07T11:00"),
        ("America/New_York", date(2026, 3, 8), "2026-03-08T10:00"),
        ("America/New_York", date(2026, 11, 1), "2026-11-01T11:00"),
        ("Australia/Lord_Howe", date(2026, 4, 5), "2026-04-04T19:30"),  # half an hour back
        ("Asia/Kathmandu", date(2026, 1, 1), "2026-01-01T00:15"),
        ("Pacific/Kiritimati", date(2026, 1, 1), "2025-12-31T16:00"),
        ("Pacific/Pago_Pago", date(2026, 1, 1), "2026-01-01T17:00"),
        ("UTC", date(2026, 1, 1), "2026-01-01T06:00"),
    ],
)
def test_the_day_begins_at_six_on_the_members_own_clock(zone: str, day: date, instant: str) -> None:
    assert morning(day, zone) == utc(instant)


def test_a_morning_the_clocks_leapt_over_begins_right_after_the_leap() -> None:
    """Casey station went from 04:00 straight to 07:00 on 7 October 2018."""
    begins = morning(date(2018, 10, 7), "Antarctica/Casey")
    assert begins == utc("2018-10-06T20:00")
    assert begins.astimezone(ZoneInfo("Antarctica/Casey")).hour == 7
    assert current_day(begins - timedelta(seconds=1), "Antarctica/Casey") == date(2018, 10, 6)
    assert current_day(begins, "Antarctica/Casey") == date(2018, 10, 7)


def test_a_morning_that_comes_twice_counts_the_first_time() -> None:
    """Samoa lived through 4 July 1892 twice."""
    zone = ZoneInfo("Pacific/Apia")
    begins = morning(date(1892, 7, 4), "Pacific/Apia")
    assert begins.astimezone(zone).fold == 0
    assert current_day(begins + timedelta(hours=24), "Pacific/Apia") == date(1892, 7, 4)
    assert current_day(begins + timedelta(hours=48), "Pacific/Apia") == date(1892, 7, 5)


def test_a_day_once_begun_goes_on_while_its_date_is_taken_back() -> None:
    """In the afternoon of 19 October 1867, Juneau began to count the day before once more."""
    begins = morning(date(1867, 10, 19), "America/Juneau")
    later = begins + timedelta(hours=15)
    assert local_date(later, "America/Juneau") == date(1867, 10, 18)
    assert current_day(begins, "America/Juneau") == current_day(later, "America/Juneau") == date(1867, 10, 19)


@pytest.mark.parametrize(
    ("zone", "left_out"),
    [
        ("Pacific/Apia", date(2011, 12, 30)),
        ("Pacific/Fakaofo", date(2011, 12, 30)),
        ("Pacific/Kwajalein", date(1993, 8, 21)),
        ("Pacific/Kiritimati", date(1994, 12, 31)),
    ],
)
def test_a_date_the_zone_left_out_is_nobodys_day(zone: str, left_out: date) -> None:
    before, after = left_out - timedelta(days=1), left_out + timedelta(days=1)
    assert morning(left_out, zone).astimezone(ZoneInfo(zone)).date() == after
    assert next_morning(before, zone) == morning(after, zone)
    assert morning(after, zone) - morning(before, zone) == timedelta(hours=24)
    assert current_day(morning(after, zone) - timedelta(seconds=1), zone) == before
    assert current_day(morning(after, zone), zone) == after


def test_until_six_yesterdays_matches_are_still_the_days() -> None:
    assert current_day(utc("2026-06-10T03:59:59"), "Europe/Berlin") == date(2026, 6, 9)
    assert current_day(utc("2026-06-10T04:00"), "Europe/Berlin") == date(2026, 6, 10)
    assert local_date(utc("2026-06-10T03:59:59"), "Europe/Berlin") == date(2026, 6, 10)


def test_at_one_instant_members_are_in_different_days() -> None:
    noon = utc("2026-06-10T12:00")
    assert current_day(noon, "Pacific/Kiritimati") == date(2026, 6, 10)
    assert current_day(noon, "Europe/Berlin") == date(2026, 6, 10)
    assert current_day(noon, "Pacific/Pago_Pago") == date(2026, 6, 9)
    assert current_day(noon + timedelta(hours=4), "Pacific/Kiritimati") == date(2026, 6, 11)


@given(zones, days)
def test_every_morning_of_these_years_is_six_o_clock_somewhere_honest(zone: str, day: date) -> None:
    local = morning(day, zone).astimezone(ZoneInfo(zone))
    assert (local.date(), local.hour, local.minute, local.second) == (day, 6, 0, 0)
    assert morning(day, zone).tzinfo is UTC


@given(zones, long_ago_or_soon)
def test_now_lies_between_this_morning_and_the_next(zone: str, now: datetime) -> None:
    day = current_day(now, zone)
    assert morning(day, zone) <= now < next_morning(day, zone)


@given(zones, long_ago_or_soon, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_a_members_day_never_goes_back_while_they_stay(zone: str, now: datetime, later: timedelta) -> None:
    assert current_day(now, zone) <= current_day(now + later, zone)


@given(zones, instants)
def test_the_next_morning_is_within_a_day_and_a_clock_change(zone: str, now: datetime) -> None:
    wait = next_morning(current_day(now, zone), zone) - now
    assert timedelta(0) < wait <= timedelta(hours=26)


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_and_its_clock_changes_give_each_date_one_morning(zone: str) -> None:
    mornings = [morning(date(2026, 1, 1) + timedelta(days=n), zone) for n in range(366)]
    steps = {after - before for before, after in pairwise(mornings)}
    assert steps <= {timedelta(hours=h) for h in (22, 23, 23.5, 24, 24.5, 25, 26)}


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(KeyError):
        morning(date(2026, 1, 1), "Mars/Olympus_Mons")
