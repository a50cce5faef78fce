"""Who may join, and how sessions, addresses and devices are written down."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.kernel import SessionId, UserId
from saltbitter_domain.users.model import EndReason, OneTimeToken, Session, TokenPurpose
from saltbitter_domain.users.policies import Outcome, birth_problems, device_label, hash_token, ip_prefix, rotate

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
SESSION = Session(
    id=SessionId(UUID(int=1)),
    user_id=UserId(UUID(int=2)),
    label="Phone",
    ip_prefix="192.0.2.0/24",
    created_at=NOW,
    last_used_at=NOW,
    expires_at=NOW + timedelta(days=7),
    token_hash="first",
)


def birth_codes(born: date, time_zone: str = "UTC", now: datetime = NOW) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in birth_problems(born, time_zone, now)]


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2008, 11, 1), []),
        (date(2008, 11, 2), ["under_age"]),
        (date(2026, 11, 1), ["under_age"]),
        (date(2026, 11, 2), ["in_the_future"]),
        (date(1905, 11, 2), []),
        (date(1905, 11, 1), ["too_long_ago"]),
        (date(1, 1, 1), ["too_long_ago"]),
    ],
)
def test_members_are_18_to_120_on_the_day_they_join(born: date, expected: list[str]) -> None:
    assert birth_codes(born) == [("date_of_birth", code) for code in expected]


@pytest.mark.parametrize(
    ("time_zone", "allowed"),
    [("Pacific/Kiritimati", True), ("Pacific/Auckland", True), ("UTC", False), ("America/Los_Angeles", False)],
)
def test_the_18th_birthday_begins_on_the_members_own_calendar(time_zone: str, allowed: bool) -> None:
    """At 11:30 UTC on the eve it is already the birthday in Auckland, and for 20.5 hours not yet in Los Angeles."""
    eve = datetime(2026, 11, 1, 11, 30, tzinfo=UTC)
    assert birth_codes(date(2008, 11, 2), time_zone, eve) == ([] if allowed else [("date_of_birth", "under_age")])


def test_someone_born_on_29_february_may_join_on_1_march_18_years_later() -> None:
    born = date(2008, 2, 29)
    assert birth_codes(born, now=datetime(2026, 2, 28, 23, 59, tzinfo=UTC)) == [("date_of_birth", "under_age")]
    assert birth_codes(born, now=datetime(2026, 3, 1, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Olympus", "europe/lisbon", "../../etc/passwd", "Europe", "localtime", "Factory", "a\0b", "x" * 999],
)
def test_an_unknown_time_zone_is_refused_together_with_the_age(name: str) -> None:
    assert birth_codes(date(2010, 1, 1), name) == [("time_zone", "unknown"), ("date_of_birth", "under_age")]


@pytest.mark.parametrize(
    ("ip", "prefix"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("unix:", ""),
        ("192.0.2.77:8080", ""),
    ],
)
def test_a_session_remembers_the_network_but_not_the_address(ip: str, prefix: str) -> None:
    assert ip_prefix(ip) == prefix


@pytest.mark.parametrize(
    ("raw", "label"),
    [
        ("Ada's phone", "Ada's phone"),
        ("  Firefox \n on\tLinux ", "Firefox on Linux"),
        ("a\0b\u202ec", "a b c"),
        ("", "Unknown device"),
        ("\u200b\n", "Unknown device"),
        ("x" * 79 + "  y", "x" * 79),
        ("x" * 200, "x" * 80),
    ],
)
def test_a_device_has_a_name_that_can_be_shown(raw: str, label: str) -> None:
    assert device_label(raw) == label


@given(st.text())
def test_every_device_name_is_short_and_printable(raw: str) -> None:
    label = device_label(raw)
    assert label.isprintable()
    assert 1 <= len(label) <= 80
    assert device_label(label) == label


def test_a_token_is_kept_as_its_sha_256() -> None:
    assert hash_token("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert len(hash_token("\udcff")) == 64, "garbled tokens are unknown, not errors"


def test_the_current_token_gives_way_to_its_successor_and_the_week_begins_anew() -> None:
    later = NOW + timedelta(days=6)
    rotation = rotate(SESSION, "first", "second", later)
    assert rotation.outcome is Outcome.ROTATED
    assert rotation.session == attrs.evolve(
        SESSION,
        token_hash="second",
        previous_hash="first",
        rotated_at=later,
        last_used_at=later,
        expires_at=later + timedelta(days=7),
    )


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        (timedelta(seconds=-1), Outcome.REPEATED),
        (timedelta(), Outcome.REPEATED),
        (timedelta(seconds=10), Outcome.REPEATED),
        (timedelta(seconds=10, microseconds=1), Outcome.REPLAYED),
        (timedelta(days=6), Outcome.REPLAYED),
        (timedelta(days=7), Outcome.OVER),
    ],
)
def test_the_previous_token_may_be_repeated_for_ten_seconds(after: timedelta, outcome: Outcome) -> None:
    rotated = rotate(SESSION, "first", "second", NOW).session
    rotation = rotate(rotated, "first", "second", NOW + after)
    assert rotation.outcome is outcome
    assert rotation.session == rotated


def test_a_session_that_never_rotated_has_no_previous_token() -> None:
    assert rotate(SESSION, "older", "second", NOW).outcome is Outcome.REPLAYED


@pytest.mark.parametrize("presented", ["first", "older"])
def test_nothing_wakes_a_session_that_is_over(presented: str) -> None:
    assert rotate(SESSION.ended(EndReason.LOGOUT, NOW), presented, "second", NOW).outcome is Outcome.OVER
    assert rotate(SESSION, presented, "second", SESSION.expires_at).outcome is Outcome.OVER


@given(st.lists(st.integers(min_value=0, max_value=7 * 24 * 3600 - 1), min_size=2, max_size=20), st.data())
def test_a_token_two_or_more_rotations_old_ends_the_family_however_soon_it_comes(
    pauses: list[int], data: st.DataObject
) -> None:
    session, now, hashes = SESSION, NOW, ["first"]
    for pause in pauses:
        now += timedelta(seconds=pause)
        hashes.append(f"token {len(hashes)}")
        rotation = rotate(session, hashes[-2], hashes[-1], now)
        assert rotation.outcome is Outcome.ROTATED
        session = rotation.session
    assert session.token_hash == hashes[-1]
    old = data.draw(st.sampled_from(hashes[:-2]))
    assert rotate(session, old, "successor of the old", now).outcome is Outcome.REPLAYED


def test_a_one_time_token_serves_one_purpose_once_for_an_hour() -> None:
    token = OneTimeToken("hash", SESSION.user_id, TokenPurpose.VERIFY_EMAIL, NOW, NOW + timedelta(minutes=60))
    assert token.serves(TokenPurpose.VERIFY_EMAIL, NOW + timedelta(minutes=60, microseconds=-1))
    assert not token.serves(TokenPurpose.VERIFY_EMAIL, NOW + timedelta(minutes=60))
    assert not token.serves(TokenPurpose.RESET_PASSWORD, NOW)
    assert not attrs.evolve(token, used_at=NOW).serves(TokenPurpose.VERIFY_EMAIL, NOW)


def test_what_must_stay_secret_is_in_no_representation() -> None:
    assert "first" not in repr(SESSION)
    assert "192.0.2" not in repr(SESSION)
