"""Known devices, guessing that is stopped, and what a member is warned of."""

import asyncio
from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.kernel import DeviceId, GridCell
from saltbitter_domain.users.model import Busy, CredentialsRefused, PasswordRefused, Tokens
from saltbitter_domain.users.model.devices import (
    ALERTS_SHOWN,
    FREE_TRIES,
    LONGEST_PAUSE,
    MAX_DEVICES,
    MOST_TRIES,
    PAUSES,
    AlertKind,
    DeviceMissing,
    RoughPlace,
    SignInNoticed,
    is_impossible_travel,
    pause_after,
)
from tests.doubles.builders import new_id
from tests.doubles.users import EMAIL, NOW, PASSWORD, Accounts

LISBON, TOKYO, NOWHERE = "192.0.2.1", "198.51.100.1", "203.0.113.1"
NOBODY = "nobody@example.test"
YEAR = timedelta(days=365)


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


async def guess(accounts: Accounts, email: str = EMAIL, password: str = "not the one", **options: str) -> None:
    with pytest.raises(CredentialsRefused):
        await accounts.login(email, password, **options)


async def crowded() -> None:
    raise Busy("Many passwords are being checked just now.", retry_after=1)


async def guess_often(accounts: Accounts, times: int = FREE_TRIES, email: str = EMAIL) -> None:
    for number in range(times):
        await guess(accounts, email, ip=f"203.0.113.{number % 250}")


async def alerts(accounts: Accounts, tokens: Tokens) -> list[AlertKind]:
    """What the member was warned of, the latest first, which each got them a mail too."""
    await accounts.deliver()
    kinds = [alert.kind for alert in await accounts.devices.alerts(accounts.access(tokens))]
    mailed = [AlertKind(mail.template) for mail in accounts.mails() if str(mail.template) in list(AlertKind)]
    assert mailed == kinds
    return kinds


class TestGuessing:
    async def test_after_ten_wrong_passwords_even_the_right_one_is_refused_like_a_wrong_one(
        self, accounts: Accounts
    ) -> None:
        await accounts.register()
        await guess_often(accounts)

        hashes = accounts.passwords.work["verify"]
        await guess(accounts, password="seven quiet otters")
        assert accounts.passwords.work["verify"] == hashes + 1, "it takes as long"
        accounts.clock.advance(timedelta(seconds=30))
        await accounts.login()
        await guess_often(accounts, FREE_TRIES - 1)
        await accounts.login()

    async def test_other_spellings_of_the_address_are_counted_together(self, accounts: Accounts) -> None:
        await accounts.register()
        for spelling in (EMAIL, EMAIL.upper(), EMAIL.title(), f" {EMAIL} ", EMAIL.swapcase()) * 2:
            await guess(accounts, spelling)

        await guess(accounts, password=PASSWORD)
        await guess(accounts, EMAIL.upper(), PASSWORD)
        assert len(accounts.store.tables.sign_in_tries.items()) == 1

    async def test_a_known_device_gets_in_while_a_thousand_networks_guess(self, accounts: Accounts) -> None:
        tokens = await accounts.enter()
        for number in range(1_000):
            await guess(accounts, ip=f"10.{number // 250}.{number % 250}.1")
            accounts.clock.advance(timedelta(minutes=1))

        await accounts.login(device=tokens.device_token)
        await guess(accounts, password="seven quiet otters")

    async def test_the_device_of_another_member_is_not_known(self, accounts: Accounts) -> None:
        await accounts.register()
        thief = await accounts.enter("thief@example.test")
        await guess_often(accounts)

        assert thief.device_token is not None
        await guess(accounts, password="seven quiet otters", device=thief.device_token)

    async def test_a_stolen_device_guesses_no_faster_and_keeps_no_other_out(self, accounts: Accounts) -> None:
        tokens = await accounts.enter()
        assert tokens.device_token is not None
        for _ in range(FREE_TRIES):
            await guess(accounts, device=tokens.device_token)

        await guess(accounts, password="seven quiet otters", device=tokens.device_token)
        await accounts.login()

    @pytest.mark.parametrize("known", [True, False])
    async def test_what_was_not_looked_at_for_the_crowd_counts_for_nothing(
        self, accounts: Accounts, known: bool
    ) -> None:
        tokens = await accounts.enter()
        device = tokens.device_token if known else None
        for _ in range(2 * MOST_TRIES):
            accounts.passwords.meanwhile = crowded
            with pytest.raises(Busy):
                await accounts.login(device=device)
            accounts.passwords.meanwhile = crowded
            with pytest.raises(Busy):
                await accounts.leaving.request_erasure(accounts.access(tokens), PASSWORD)

        await accounts.login(device=device)
        await accounts.leaving.request_erasure(accounts.access(tokens), PASSWORD)

    @pytest.mark.parametrize("email", [EMAIL, NOBODY])
    async def test_of_many_at_once_no_more_are_looked_at(self, accounts: Accounts, email: str) -> None:
        await accounts.register()
        work = accounts.passwords.work["verify"]

        await asyncio.gather(*(guess(accounts, email) for _ in range(3 * FREE_TRIES)))

        assert accounts.passwords.work["verify"] == work + 3 * FREE_TRIES
        key_tries = [row.tries for row in accounts.store.tables.sign_in_tries.items().values()]
        assert key_tries == [FREE_TRIES]

    @pytest.mark.parametrize("after", [FREE_TRIES - 1, MOST_TRIES - 1, MOST_TRIES])
    async def test_in_a_year_of_guessing_no_more_than_a_hundred_are_looked_at(
        self, accounts: Accounts, after: int
    ) -> None:
        """Also by whoever rests after so many, hoping that they are forgotten."""
        looked_at = 0
        while accounts.clock.now() < NOW + YEAR:
            async with accounts.begin() as uow:
                looked_at += await uow.sign_in_tries.count("key", accounts.clock.now(), PAUSES) is not None
                await uow.commit()
            rest = timedelta(0) if looked_at % after else timedelta(days=32)
            accounts.clock.advance(max(timedelta(seconds=1), rest, min(pause_after(looked_at), LONGEST_PAUSE)))
            await accounts.devices.forget_tries()

        assert looked_at <= MOST_TRIES
        assert (looked_at == MOST_TRIES) == (after > FREE_TRIES)

    async def test_a_new_password_by_mail_begins_the_count_anew_and_forgets_devices(self, accounts: Accounts) -> None:
        tokens = await accounts.enter()
        await guess_often(accounts)
        await accounts.recovery.forgot_password(EMAIL)
        await accounts.recovery.reset_password(await accounts.mailed_token("reset_password"), "eight unquiet otters")

        fresh = await accounts.login(password="eight unquiet otters", device=tokens.device_token)
        assert fresh.device_token != tokens.device_token

    async def test_a_stolen_session_guesses_the_present_password_no_faster_whatever_asks_for_it(
        self, accounts: Accounts
    ) -> None:
        access = accounts.access(await accounts.enter())

        async def change(password: str) -> list[str]:
            with pytest.raises(PasswordRefused) as refused:
                await accounts.recovery.change_password(access, password, "short")
            return [problem.code for problem in refused.value.fields if problem.path == "current_password"]

        async def leave(password: str) -> list[str]:
            with pytest.raises(PasswordRefused) as refused:
                await accounts.leaving.request_erasure(access, password)
            return [problem.code for problem in refused.value.fields]

        assert await change("not the one") == ["wrong"]
        assert await change(PASSWORD) == []
        for number in range(FREE_TRIES):
            assert await (change if number % 2 else leave)("not the one") == ["wrong"]
        work = accounts.passwords.work["verify"]
        assert (await leave(PASSWORD), await change(PASSWORD)) == (["paused"], ["paused"])
        assert accounts.passwords.work["verify"] == work
        accounts.clock.advance(pause_after(FREE_TRIES))
        assert await change(PASSWORD) == []
        assert await leave("not the one") == ["wrong"]

    async def test_a_new_password_by_mail_ends_the_pause_inside_too(self, accounts: Accounts) -> None:
        access = accounts.access(await accounts.enter())
        for _ in range(FREE_TRIES):
            with pytest.raises(PasswordRefused):
                await accounts.leaving.request_erasure(access, "not the one")
        await accounts.recovery.forgot_password(EMAIL)
        await accounts.recovery.reset_password(await accounts.mailed_token("reset_password"), "eight unquiet otters")

        again = await accounts.login(password="eight unquiet otters")
        await accounts.leaving.request_erasure(accounts.access(again), "eight unquiet otters")

    async def test_an_unknown_address_is_counted_and_noticed_alike(self, accounts: Accounts) -> None:
        await accounts.register()
        await accounts.deliver()
        await guess_often(accounts)
        await guess_often(accounts, email=NOBODY)

        noticed = [event for event in await accounts.events() if isinstance(event, SignInNoticed)]
        assert [event.kind for event in noticed] == [AlertKind.MANY_FAILURES] * 2
        rows = list(accounts.store.tables.sign_in_tries.items().items())
        assert len({attrs.astuple(row) for _, row in rows}) == 1
        assert not [key for key, _ in rows if EMAIL in key or NOBODY in key]
        await accounts.deliver()


class TestWarnings:
    async def test_the_first_device_is_nothing_new_the_second_is_and_is_known_afterwards(
        self, accounts: Accounts
    ) -> None:
        phone = await accounts.enter()
        assert await alerts(accounts, phone) == []

        laptop = await accounts.login(label="Laptop")
        assert await alerts(accounts, phone) == [AlertKind.NEW_DEVICE]
        for known in (phone, laptop):
            again = await accounts.login(label="Laptop", device=known.device_token)
            assert again.device_token == known.device_token
        assert await alerts(accounts, phone) == [AlertKind.NEW_DEVICE]
        (alert,) = await accounts.devices.alerts(accounts.access(phone))
        assert (alert.label, alert.ip_prefix, alert.place) == ("Laptop", "192.0.2.0/24", "Lisbon")

    async def test_a_device_that_is_forgotten_is_new_again(self, accounts: Accounts) -> None:
        phone = await accounts.enter()
        laptop = await accounts.login(label="Laptop")
        access = accounts.access(phone)
        found = {device.label: device.id for device in await accounts.devices.devices(access)}

        await accounts.devices.forget_device(access, found["Laptop"])
        await accounts.login(device=laptop.device_token)

        assert await alerts(accounts, phone) == [AlertKind.NEW_DEVICE] * 2
        for missing in (found["Laptop"], DeviceId(new_id())):
            with pytest.raises(DeviceMissing):
                await accounts.devices.forget_device(access, missing)

    async def test_the_device_longest_out_of_use_makes_room(self, accounts: Accounts) -> None:
        first = await accounts.enter()
        for _ in range(MAX_DEVICES):
            accounts.clock.advance(timedelta(minutes=10))
            tokens = await accounts.login()

        devices = await accounts.devices.devices(accounts.access(tokens))
        assert len(devices) == MAX_DEVICES
        assert (await accounts.login(device=first.device_token)).device_token != first.device_token

    @pytest.mark.parametrize(
        ("ip", "hours", "expected"),
        [(TOKYO, 11, [AlertKind.IMPOSSIBLE_TRAVEL]), (TOKYO, 13, []), (NOWHERE, 0, []), (LISBON, 0, [])],
    )
    async def test_nobody_travels_from_lisbon_to_tokyo_in_half_a_day(
        self, accounts: Accounts, ip: str, hours: int, expected: list[AlertKind]
    ) -> None:
        tokens = await accounts.enter()
        accounts.clock.advance(timedelta(hours=hours))

        tokens = await accounts.login(ip=ip, device=tokens.device_token)

        assert await alerts(accounts, tokens) == expected

    async def test_many_failures_are_told_when_the_pause_begins(self, accounts: Accounts) -> None:
        tokens = await accounts.enter()
        await guess_often(accounts, FREE_TRIES - 1)
        assert await alerts(accounts, tokens) == []
        await guess_often(accounts, 20)
        assert await alerts(accounts, tokens) == [AlertKind.MANY_FAILURES]

    async def test_of_what_a_member_is_warned_of_the_latest_hundred_are_listed(self, accounts: Accounts) -> None:
        await accounts.enter()
        for _ in range(ALERTS_SHOWN + 5):
            accounts.clock.advance(timedelta(minutes=1))
            tokens = await accounts.login()
            await accounts.deliver()

        listed = await accounts.devices.alerts(accounts.access(tokens))

        assert [alert.at for alert in listed] == [accounts.clock.now() - timedelta(minutes=n) for n in range(100)]

    async def test_a_mail_says_when_and_where_and_not_what_the_device_calls_itself(self, accounts: Accounts) -> None:
        await accounts.enter()
        await accounts.login(label="visit evil.example", ip=NOWHERE)
        await accounts.deliver()

        (mail,) = (mail for mail in accounts.mails() if mail.template == "new_device")
        assert mail.data == {
            "link": "https://saltbitter.example/forgot-password",
            "moment": NOW.isoformat(),
            "time_zone": "Europe/Lisbon",
            "place": "",
        }

    async def test_what_is_old_is_forgotten(self, accounts: Accounts) -> None:
        await accounts.enter()
        await accounts.login()
        await guess_often(accounts, 1)
        await accounts.deliver()

        accounts.clock.advance(YEAR)
        assert await accounts.devices.forget_devices() == 0
        accounts.clock.advance(timedelta(seconds=1))
        sweeps = (accounts.devices.forget_devices, accounts.devices.forget_alerts, accounts.devices.forget_tries)
        assert [await forget() for forget in sweeps] == [2, 1, 1]


def test_pauses_double_to_a_day_and_end_never() -> None:
    assert set(PAUSES[: FREE_TRIES - 1]) == {timedelta(0)}
    assert PAUSES[FREE_TRIES - 1 : FREE_TRIES + 2] == tuple(timedelta(seconds=s) for s in (30, 60, 120))
    assert max(PAUSES[:-1]) == LONGEST_PAUSE
    assert PAUSES[-1] > 9 * YEAR
    assert sorted(PAUSES) == list(PAUSES)


PLACES = st.builds(
    lambda latitude, longitude: RoughPlace("", GridCell(latitude, longitude)), st.floats(-90, 90), st.floats(-180, 180)
)


@given(PLACES, PLACES)
def test_a_day_is_enough_from_anywhere_to_anywhere_and_no_time_is_for_the_next_town_only(
    here: RoughPlace, there: RoughPlace
) -> None:
    assert not is_impossible_travel(here, NOW, there, NOW + timedelta(days=1))
    assert is_impossible_travel(here, NOW, there, NOW) == (here.cell.distance_km(there.cell) > 200.0)
