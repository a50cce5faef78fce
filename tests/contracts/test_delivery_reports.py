"""What is taken in from Amazon SNS, and what every store of addresses without mail promises."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import attrs
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.aws.sns import SnsDeliveryReports, download
from adapters.system.clock import ManualClock
from saltbitter_domain.users.model.delivery import (
    DeliveryReport,
    DeliveryReportRefused,
    DeliveryReportUnchecked,
    ReportKind,
    Suppression,
)
from saltbitter_domain.users.ports import DeliveryReports, Suppressions
from tests.contracts.stores import Store
from tests.doubles.builders import NOW
from tests.doubles.smtp import certificate
from tests.doubles.sns import HOST, TOPIC, SnsDouble, bounce, complaint

PORTS = (DeliveryReports, Suppressions)
ADA = "ada@example.org"


@pytest.fixture
def sns(clock: ManualClock) -> SnsDouble:
    return SnsDouble(clock.now())


@pytest.fixture
def reports(sns: SnsDouble, clock: ManualClock) -> SnsDeliveryReports:
    return SnsDeliveryReports(clock, [TOPIC], sns.fetch)


@pytest.mark.parametrize("version", ["1", "2"])
async def test_what_sns_signed_is_read_in_both_versions_and_its_certificate_is_had_once(
    reports: SnsDeliveryReports, sns: SnsDouble, version: str
) -> None:
    read = [
        await reports.read(sns.message(said, version=version))
        for said in (bounce(ADA, "bob@example.org"), complaint(ADA))
    ]

    assert read == [
        DeliveryReport(ReportKind.BOUNCE, (ADA, "bob@example.org")),
        DeliveryReport(ReportKind.COMPLAINT, (ADA,)),
    ]
    assert sns.asked == [f"{HOST}/SimpleNotificationService-0123abcd.pem"]


@pytest.mark.parametrize(
    "said",
    [bounce(ADA, kind="Transient"), complaint(ADA, kind="not-spam"), {"notificationType": "Delivery"}, {}, [], "x"],
)
async def test_what_is_no_reason_to_send_no_mail_is_nothing(
    reports: SnsDeliveryReports, sns: SnsDouble, said: Any
) -> None:
    assert await reports.read(sns.message(said)) is None


@pytest.mark.parametrize(
    "said", [bounce(), {"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bouncedRecipients": [1, {}]}}]
)
async def test_a_report_about_nobody_is_about_nobody(reports: SnsDeliveryReports, sns: SnsDouble, said: Any) -> None:
    assert await reports.read(sns.message(said)) == DeliveryReport(ReportKind.BOUNCE, ())


@pytest.mark.parametrize(
    "changes",
    [
        {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:another"},
        {"TopicArn": "arn"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0.pem"},
        {"SigningCertURL": "https://evil.example/SimpleNotificationService-0.pem"},
        {"SigningCertURL": f"{HOST}@evil.example/SimpleNotificationService-0.pem"},
        {"SigningCertURL": f"{HOST}/SimpleNotificationService-0.pem?x=.pem"},
        {"SigningCertURL": "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem"},
        {"SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem"},
        {"SigningCertURL": f"{HOST}/../SimpleNotificationService-0.pem"},
        {"Type": "AnotherNotification"},
        {"SignatureVersion": "3"},
        {"Timestamp": "yesterday"},
        {"Timestamp": "2026-03-02T12:00:00"},
        {"Type": "SubscriptionConfirmation", "Token": "t", "SubscribeURL": "https://evil.example/?Action=Confirm"},
    ],
)
async def test_what_is_not_of_our_topics_or_to_be_checked_elsewhere_is_refused_and_nobody_else_is_asked(
    reports: SnsDeliveryReports, sns: SnsDouble, changes: dict[str, Any]
) -> None:
    with pytest.raises(DeliveryReportRefused):
        await reports.read(sns.message(bounce(ADA), **changes))
    assert {url for url in sns.asked if not url.startswith(f"{HOST}/SimpleNotificationService-")} == set()


@pytest.mark.parametrize("name", ["Message", "MessageId", "Timestamp", "Subject", "Signature"])
async def test_what_was_changed_after_it_was_signed_is_refused(
    reports: SnsDeliveryReports, sns: SnsDouble, name: str
) -> None:
    changed = {**json.loads(sns.message(bounce(ADA))), name: "2026-03-02T12:00:00.000Z"}
    with pytest.raises(DeliveryReportRefused):
        await reports.read(json.dumps(changed).encode())


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"Type": 1}'])
async def test_what_is_no_message_is_refused(reports: SnsDeliveryReports, body: bytes) -> None:
    with pytest.raises(DeliveryReportRefused):
        await reports.read(body)


@pytest.mark.parametrize(("age", "taken"), [(3599, True), (3601, False), (-299, True), (-301, False)])
async def test_a_message_is_taken_for_an_hour(
    reports: SnsDeliveryReports, sns: SnsDouble, age: int, taken: bool
) -> None:
    message = sns.message(bounce(ADA), age=timedelta(seconds=age))
    if taken:
        assert await reports.read(message)
        return
    with pytest.raises(DeliveryReportRefused):
        await reports.read(message)


async def test_a_subscription_is_confirmed_by_asking_sns_and_reports_nothing(
    reports: SnsDeliveryReports, sns: SnsDouble
) -> None:
    url = f"{HOST}/?Action=ConfirmSubscription&Token=t"
    kinds = ("SubscriptionConfirmation", "UnsubscribeConfirmation")
    read = [await reports.read(sns.message({}, Type=kind, Token="t", SubscribeURL=url)) for kind in kinds]

    assert read == [None, None]
    assert sns.asked[1:] == [url]


async def test_a_certificate_that_cannot_be_had_or_read_lets_sns_try_again(
    reports: SnsDeliveryReports, sns: SnsDouble
) -> None:
    sns.down = True
    with pytest.raises(DeliveryReportUnchecked):
        await reports.read(sns.message(bounce(ADA)))
    sns.down, sns.certificate = False, b"no certificate"
    with pytest.raises(DeliveryReportUnchecked):
        await reports.read(sns.message(bounce(ADA)))


async def test_an_expired_certificate_checks_nothing(sns: SnsDouble, clock: ManualClock) -> None:
    clock.advance(timedelta(days=80 * 365))
    sns.now = clock.now()
    with pytest.raises(DeliveryReportRefused):
        await SnsDeliveryReports(clock, [TOPIC], sns.fetch).read(sns.message(bounce(ADA)))


async def test_what_is_fetched_comes_over_tls_from_that_address_and_no_other(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.path == "/moved":
            raise web.HTTPFound("/here")
        if request.path == "/endless":
            return web.Response(body=b"x" * 65_537)
        return web.Response(text=request.path_qs)

    ours, trust = certificate(tmp_path)
    app = web.Application()
    app.router.add_get("/{any}", answer)
    server = TestServer(app, host="localhost", scheme="https")
    await server.start_server(ssl=ours)
    try:
        here = aiohttp.TCPConnector(ssl=trust)
        assert await download(str(server.make_url("/here?a=b")), here) == b"/here?a=b"
        for path, trusted in (("/moved", trust), ("/endless", trust), ("/here", True)):
            with pytest.raises(DeliveryReportUnchecked):
                await download(str(server.make_url(path)), aiohttp.TCPConnector(ssl=trusted))
    finally:
        await server.close()


async def test_a_suppression_comes_back_as_the_latest_stored_and_is_forgotten(store: Store) -> None:
    first = Suppression("hash-of-ada", ReportKind.BOUNCE, NOW)
    latest = attrs.evolve(first, kind=ReportKind.COMPLAINT, at=NOW + timedelta(seconds=1))
    for each in (first, latest, attrs.evolve(first, address_hash="hash-of-bob")):
        async with store.unit() as uow:
            await uow.suppressions.put(each)

    async with store.unit() as uow:
        assert await uow.suppressions.get("hash-of-ada") == latest
        assert await uow.suppressions.get("hash-of-eva") is None
        assert await uow.suppressions.forget(latest.at, limit=5) == 1
    async with store.begin() as uow:
        assert await uow.suppressions.get("hash-of-ada") == latest
        assert await uow.suppressions.get("hash-of-bob") is None
