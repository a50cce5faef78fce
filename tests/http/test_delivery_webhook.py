"""Mails that come back or are not wanted: none is sent any more, and the account says so."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from dependency_injector import providers

from adapters.aws.sns import SnsDeliveryReports
from config import test as mode
from tests.conftest import Run
from tests.doubles.sns import TOPIC, SnsDouble, bounce, complaint
from tests.http.house import House, opened

PATH = "/api/webhooks/sns"
PLAIN = {"Content-Type": "text/plain; charset=UTF-8"}


@pytest.fixture
def sns() -> SnsDouble:
    return SnsDouble(mode.START)


@pytest.fixture
def reported_house(run: Run, sns: SnsDouble, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house that SES reports to."""
    plain = mode.adapters

    def with_sns(settings: Any) -> Any:
        container = plain(settings)
        container.delivery_reports = providers.Singleton(SnsDeliveryReports, container.clock, [TOPIC], sns.fetch)
        return container

    monkeypatch.setattr(mode, "adapters", with_sns)
    open_house = opened()
    yield run(open_house.__aenter__())
    run(open_house.__aexit__(None, None, None))


async def reported(house: House, sns: SnsDouble, said: Any) -> None:
    sns.now = house.clock.now()
    await house.nobody().call("POST", PATH, 204, data=sns.message(said), headers=PLAIN)


@pytest.mark.parametrize("said", [bounce, complaint])
async def test_where_mail_came_back_or_was_not_wanted_none_goes_and_the_account_says_so(
    reported_house: House, sns: SnsDouble, said: Any
) -> None:
    house, member = reported_house, await reported_house.member()
    before = len(house.mails(member.email))
    assert (await member.get("/api/me"))["email_reached"] is True

    for _ in range(2):
        await reported(house, sns, said(member.email.upper(), "stranger@example.org"))
    await house.nobody().post("/api/auth/password/forgot", {"email": member.email}, 202)
    await house.settle()

    assert len(house.mails(member.email)) == before
    assert (await member.get("/api/me"))["email_reached"] is False
    store = house.application.adapters.store().tables
    assert not [key for key in store.suppressed_addresses.items() if "@" in key]
    house.clock.advance(timedelta(days=365, seconds=1))
    assert await house.application.delivery().forget_suppressions() == 2


async def test_what_sns_did_not_sign_changes_nothing(reported_house: House, sns: SnsDouble) -> None:
    member = await reported_house.member()
    sns.now = reported_house.clock.now()
    forged = sns.message(bounce(member.email)).replace(b"5.1.1", b"5.1.0")

    refused = await reported_house.nobody().call("POST", PATH, 400, data=forged, headers=PLAIN)

    assert refused.body["code"] == "delivery_report_refused"
    assert (await member.get("/api/me"))["email_reached"] is True


async def test_where_nobody_reports_there_is_no_webhook(house: House, sns: SnsDouble) -> None:
    answer = await house.nobody().call("POST", PATH, 404, data=sns.message(bounce("a@b.example")), headers=PLAIN)
    assert answer.body["code"] == "delivery_reports_off"
