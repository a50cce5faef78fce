"""How many accounts are opened on one device in a day."""

from datetime import date, timedelta
from typing import NoReturn

import pytest

from saltbitter_domain.consent.model import ConsentOutdated
from saltbitter_domain.users.model import Busy, Registered, RegistrationInvalid, RegistrationRepeated
from saltbitter_domain.users.model.devices import SIGN_UPS_OF_DEVICE, SignUpsOnDevice
from tests.doubles.users import EMAIL, Accounts

HOUR = timedelta(hours=1)


def test_it_is_five_a_day() -> None:
    assert SIGN_UPS_OF_DEVICE == 5


async def test_the_sixth_account_on_a_device_waits_until_the_first_is_a_day_old() -> None:
    accounts = Accounts()
    for number in range(5):
        await accounts.register(f"m{number}@example.test", joins_as="mark")
        accounts.clock.advance(HOUR)

    with pytest.raises(SignUpsOnDevice) as refusal:
        await accounts.register("m5@example.test", joins_as="mark")
    assert refusal.value.retry_after == 19 * 3600
    assert await accounts.user("m5@example.test") is None
    await accounts.register("m5@example.test", joins_as="another")
    await accounts.register("m6@example.test")

    accounts.clock.advance(19 * HOUR)
    await accounts.register("m7@example.test", joins_as="mark")
    with pytest.raises(SignUpsOnDevice):
        await accounts.register("m8@example.test", joins_as="mark")


async def test_an_address_that_has_an_account_counts_like_any_other_and_is_refused_like_it() -> None:
    accounts = Accounts()
    for _ in range(5):
        await accounts.register(EMAIL, joins_as="mark")
    events = await accounts.events()
    assert [type(event) for event in events] == [Registered, *[RegistrationRepeated] * 4]

    for email in (EMAIL, "new@example.test"):
        with pytest.raises(SignUpsOnDevice) as refusal:
            await accounts.register(email, joins_as="mark")
        assert (refusal.value.retry_after, EMAIL in refusal.value.detail) == (24 * 3600, False)
    assert len(await accounts.events()) == 5


async def test_what_opens_no_account_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(_: str) -> NoReturn:
        raise Busy("Many passwords are being checked just now.", retry_after=1)

    accounts = Accounts()
    for _ in range(6):
        with pytest.raises(RegistrationInvalid):
            await accounts.register("no address", born=date(2020, 1, 1), joins_as="mark")
        with pytest.raises(ConsentOutdated):
            await accounts.register(terms="before", joins_as="mark")
        with monkeypatch.context() as crowded:
            crowded.setattr(accounts.passwords, "hash", busy)
            with pytest.raises(Busy):
                await accounts.register(joins_as="mark")

    for number in range(5):
        await accounts.register(f"m{number}@example.test", joins_as="mark")
