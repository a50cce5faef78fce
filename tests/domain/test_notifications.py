"""When something may be told, and to whom it is sent."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saltbitter_domain.compatibility.model import NoticeKind
from saltbitter_domain.notifications.model import TOLD, Frequency, NotificationSettings, QuietHours
from saltbitter_domain.notifications.policies import LONGEST, is_of_push_service, lasts, quiet_until, told_at
from tests.doubles.builders import a_user

MORNING, MATCH = TOLD
USER = a_user().id
MINUTE = timedelta(minutes=1)
zones = st.sampled_from(
    [
        "Africa/Casablanca",
        "America/New_York",
        "America/Santiago",
        "Antarctica/Troll",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Europe/Berlin",
        "Pacific/Apia",
        "UTC",
    ]
)
few = settings(max_examples=40)
instants = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
nights = st.tuples(clocks, clocks).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: QuietHours(*pair))
kinds = st.sampled_from(TOLD)


def chosen(quiet: QuietHours | None = QuietHours(), frequency: Frequency = Frequency.AT_ONCE) -> NotificationSettings:  # noqa: B008
    return NotificationSettings(USER, quiet, frequency, frequency)


def local(text: str, zone: str = "Europe/Berlin", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        ("2026-05-04T21:59", "2026-05-04T21:59"),
        ("2026-05-04T22:00", "2026-05-05T08:00"),
        ("2026-05-05T00:00", "2026-05-05T08:00"),
        ("2026-05-05T06:00", "2026-05-05T08:00"),  # the morning's introductions
        ("2026-05-05T07:59", "2026-05-05T08:00"),
        ("2026-05-05T08:00", "2026-05-05T08:00"),
        ("2026-03-28T23:00", "2026-03-29T08:00"),  # summer time begins that night
        ("2026-10-24T23:00", "2026-10-25T08:00"),  # and ends
    ],
)
def test_nothing_is_told_between_ten_and_eight_and_then_all_of_it(happens: str, told: str) -> None:
    assert told_at(chosen(), MORNING, "Europe/Berlin", local(happens)) == local(told)


def test_quiet_hours_that_end_while_clocks_change_end_once() -> None:
    early = chosen(QuietHours(time(22), time(2, 30)))
    assert told_at(early, MATCH, "Europe/Berlin", local("2026-03-29T01:59")) == local("2026-03-29T03:00")
    first, second = (local("2026-10-25T02:30", fold=fold) for fold in (0, 1))
    assert told_at(early, MATCH, "Europe/Berlin", first - MINUTE) == first
    assert told_at(early, MATCH, "Europe/Berlin", second - MINUTE) == second - MINUTE


def test_quiet_hours_may_lie_within_a_day_and_may_be_none() -> None:
    noon = local("2026-05-04T12:00")
    assert told_at(chosen(QuietHours(time(9), time(17))), MATCH, "Europe/Berlin", noon) == local("2026-05-04T17:00")
    midnight = local("2026-05-04T00:00")
    assert told_at(chosen(None), MATCH, "Europe/Berlin", midnight) == midnight
    with pytest.raises(ValueError, match="length"):
        QuietHours(time(8), time(8))


def test_everybody_begins_with_quiet_nights() -> None:
    assert NotificationSettings(USER).quiet_hours == QuietHours(time(22), time(8))


@few
@given(zones, instants, nights, kinds)
def test_never_is_never(zone: str, now: datetime, quiet: QuietHours, kind: NoticeKind) -> None:
    assert told_at(chosen(quiet, Frequency.NEVER), kind, zone, now) is None


@few
@given(zones, instants, nights, kinds, st.sampled_from([Frequency.AT_ONCE, Frequency.DAILY]))
def test_whatever_is_told_is_told_outside_quiet_hours_and_within_about_a_day(
    zone: str, now: datetime, quiet: QuietHours, kind: NoticeKind, frequency: Frequency
) -> None:
    wanted = chosen(quiet, frequency)
    at = told_at(wanted, kind, zone, now)
    assert at is not None
    assert now <= at <= now + timedelta(hours=49)
    assert quiet_until(wanted, zone, at) is None


@few
@given(zones, instants, nights)
def test_what_is_held_back_is_told_no_later_than_it_may_be(zone: str, now: datetime, quiet: QuietHours) -> None:
    at = told_at(chosen(quiet), MATCH, zone, now)
    assert at is not None
    if at > now:
        assert quiet_until(chosen(quiet), zone, at - timedelta(microseconds=1)) == at


@pytest.mark.parametrize(
    ("quiet", "told"),
    [
        (QuietHours(), "2026-05-05T08:00"),
        (QuietHours(time(0), time(7)), "2026-05-05T07:00"),
        (None, "2026-05-05T08:00"),
    ],
)
def test_once_a_day_is_when_the_night_ends(quiet: QuietHours | None, told: str) -> None:
    for happens in ("2026-05-04T12:00", "2026-05-04T23:00"):
        assert told_at(chosen(quiet, Frequency.DAILY), MATCH, "Europe/Berlin", local(happens)) == local(told)


@few
@given(zones, instants, nights)
def test_no_push_service_keeps_anything_into_quiet_hours(zone: str, now: datetime, quiet: QuietHours) -> None:
    wanted = chosen(quiet)
    if quiet_until(wanted, zone, now) is None:
        kept_until = now + lasts(wanted, zone, now)
        assert now < kept_until <= now + LONGEST
        assert quiet_until(wanted, zone, kept_until - timedelta(microseconds=1)) is None


def test_without_quiet_hours_a_push_service_may_keep_it_for_a_day() -> None:
    assert lasts(chosen(None), "Europe/Berlin", local("2026-05-04T12:00")) == LONGEST


HOSTS = ("fcm.googleapis.com", "*.notify.windows.com")


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:d",
        "https://fcm.googleapis.com:443/x",
        "https://db5.notify.windows.com/w/?t=1",
    ],
)
def test_the_push_services_of_browsers_are_known(endpoint: str) -> None:
    assert is_of_push_service(endpoint, HOSTS)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:port/x",
        "https://notify.windows.com/x",
        "https://evilnotify.windows.com/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://evil.example\\@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@evil.example/x",
        "https://user:word@fcm.googleapis.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[fcm.googleapis.com/x",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/x",
        "https://fcm.googleapis.com/x#y",
        "https://fcm.googleapis.com/\nx",
        "https://ｆcm.googleapis.com/x",
        "file:///etc/passwd",
        "//fcm.googleapis.com/x",
        "",
    ],
)
def test_nothing_else_is_ever_called(endpoint: str) -> None:
    assert not is_of_push_service(endpoint, HOSTS)
