"""Members are told of their money by mail, of everything once, and with the dates that matter to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import attrs
import pytest

from adapters.memory.mailer import MemoryMailer
from adapters.stripe.double import objects
from config.application import Listeners
from saltbitter_domain.kernel import Money, UserId
from saltbitter_domain.ledger.service import NEWS_FOR, MoneyMail
from saltbitter_domain.payments.model import GRACE, Renewal
from saltbitter_domain.users.model import MailTemplate
from tests.doubles.builders import NOW, a_user
from tests.doubles.payments import Till, opened

MONTH = timedelta(days=30)
AT = NOW.replace(microsecond=0)


@attrs.frozen
class Post:
    """A till, and the mails that leave it."""

    till: Till
    mailer: MemoryMailer
    member: UserId

    async def work(self) -> None:
        """Let everything be read and mailed, and read and mailed again."""
        mail = MoneyMail(
            begin=self.till.begin, clock=self.till.clock, mailer=self.mailer, public_url="https://saltbitter.example/"
        )
        listeners: Listeners = {
            "ledger.booked": [("mail_booked", mail.send_booked)],
            "payments.grace_began": [("mail_grace", mail.send_grace)],
            "payments.renewal_cancelled": [("mail_cancelled", mail.send_cancelled)],
            "payments.subscription_ended": [("mail_ended", mail.send_ended)],
            "payments.renewal_due": [("mail_reminder", mail.send_reminder)],
        }
        for _ in range(2):
            while await self.till.work(listeners):
                pass
            await self.till.send(self.till.stripe.happen("customer.updated", {"id": "cus_1", "object": "customer"}))

    def mails(self) -> list[MailTemplate]:
        """What they are about, oldest first."""
        return [each.mail.template for each in reversed(self.mailer.inbox())]

    def said(self, name: str) -> str:
        return self.mailer.inbox()[0].mail.data[name]

    def until(self) -> datetime:
        return datetime.fromisoformat(self.said("until"))

    def subscribe(self, status: str = "active") -> dict[str, object]:
        self.till.stripe.subscribe("sub_1", "cus_1", self.member, "saltbitter_premium", status)
        return self.till.stripe.subscriptions["sub_1"]


@asynccontextmanager
async def post() -> AsyncIterator[Post]:
    async with opened() as till:
        yield Post(till, MemoryMailer(till.clock), await till.member())


async def test_what_is_paid_and_what_is_paid_back_is_told_once_with_its_receipt() -> None:
    async with post() as office:
        stripe = office.till.stripe
        charge = stripe.money.charge("cus_1", 1999)
        line = objects.line("saltbitter_premium", 1999, AT, AT + MONTH)
        invoice = objects.invoice("in_1", "cus_1", "sub_1", "open", AT, [line], member=office.member)
        stripe.invoices["in_1"] = objects.paying(invoice, charge)
        office.subscribe()
        await office.work()

        assert office.mails() == [MailTemplate.PAYMENT_CONFIRMED]
        assert (office.said("amount_minor"), office.said("currency"), office.said("number")) == ("1999", "USD", "ch_1")
        assert office.said("link") == "https://saltbitter.example/subscription"
        assert office.until() == AT + MONTH

        stripe.money.refund(charge, 500)
        await office.work()

        assert office.mails() == [MailTemplate.PAYMENT_CONFIRMED, MailTemplate.REFUNDED]
        assert (office.said("amount_minor"), office.said("number")) == ("500", "ch_1")


async def test_what_is_bought_once_is_told_as_that_and_what_failed_is_not_a_purchase() -> None:
    async with post() as office:
        money = office.till.stripe.money
        for status in ("succeeded", "failed"):
            money.charge("cus_1", 699, member=office.member, product="coaching_report", status=status)
        await office.work()

        assert office.mails() == [MailTemplate.PURCHASE_CONFIRMED]
        assert office.said("product") == "coaching_report"


async def test_what_was_paid_long_ago_is_booked_and_no_news() -> None:
    async with post() as office:
        office.till.stripe.money.charge("cus_1", 699, member=office.member, product="coaching_report")
        office.till.clock.advance(NEWS_FOR + timedelta(minutes=1))
        await office.work()

        assert office.mails() == []
        async with office.till.begin() as uow:
            assert await uow.ledger.about(office.member)


async def test_nobody_is_written_to_who_has_no_account() -> None:
    async with post() as office:
        office.till.stripe.money.charge("cus_1", 699, member=a_user().id, product="coaching_report")
        await office.work()

        assert office.mails() == []


async def test_a_payment_that_is_owed_is_told_once_with_the_day_on_which_grace_ends() -> None:
    async with post() as office:
        office.subscribe("past_due")
        await office.work()

        assert office.mails() == [MailTemplate.PAYMENT_FAILED]
        assert office.until() == AT + GRACE

        office.till.clock.advance(timedelta(days=3))
        await office.work()
        office.subscribe("active")
        await office.work()
        assert office.mails() == [MailTemplate.PAYMENT_FAILED]

        office.till.clock.advance(MONTH)
        office.subscribe("past_due")
        await office.work()
        assert office.mails() == [MailTemplate.PAYMENT_FAILED] * 2


@pytest.mark.parametrize("how", ["at the end of the period", "at a day"])
async def test_a_cancellation_is_told_once_with_the_day_on_which_it_ends(how: str) -> None:
    async with post() as office:
        subscription = office.subscribe()
        await office.work()
        assert office.mails() == []

        ends = AT + MONTH
        if how == "at a day":
            ends = AT + timedelta(days=9)
            subscription["cancel_at"] = int(ends.timestamp())
        else:
            subscription["cancel_at_period_end"] = True
        await office.work()

        assert office.mails() == [MailTemplate.SUBSCRIPTION_CANCELLED]
        assert office.until() == ends


async def test_an_end_at_once_is_told_once_and_not_when_it_had_been_cancelled_for_that_day() -> None:
    async with post() as office:
        office.subscribe()
        await office.work()
        for _ in range(2):
            office.subscribe("canceled")["ended_at"] = int(AT.timestamp()) + 60
            await office.work()
        assert office.mails() == [MailTemplate.SUBSCRIPTION_ENDED]
        assert office.said("product") == "premium"
        assert datetime.fromisoformat(office.said("day")) == AT + timedelta(minutes=1)

        office.subscribe()["cancel_at_period_end"] = True
        await office.work()
        expected = [MailTemplate.SUBSCRIPTION_ENDED, MailTemplate.SUBSCRIPTION_CANCELLED]
        assert office.mails() == expected
        office.till.clock.advance(MONTH)
        ended = office.till.stripe.subscriptions["sub_1"]
        ended |= {"status": "canceled", "ended_at": int((AT + MONTH).timestamp())}
        await office.work()
        assert office.mails() == expected


async def test_an_end_of_long_ago_is_no_news() -> None:
    async with post() as office:
        office.subscribe("canceled")
        office.till.clock.advance(NEWS_FOR + timedelta(minutes=1))
        await office.work()

        assert office.mails() == []


async def test_a_renewal_is_reminded_of_once_a_period_a_week_before_and_never_after_a_cancellation() -> None:
    async with post() as office:
        subscription = office.subscribe()
        office.till.clock.advance(timedelta(days=23) - timedelta(seconds=1))
        assert await office.till.service.remind() == 0
        office.till.clock.advance(timedelta(seconds=1))
        assert [await office.till.service.remind() for _ in range(3)] == [1, 0, 0]
        await office.work()

        assert office.mails() == [MailTemplate.RENEWAL_REMINDER]
        assert (office.until(), office.said("amount_minor")) == (AT + MONTH, "1999")

        office.till.clock.advance(timedelta(days=7))
        subscription = office.subscribe()  # the next period
        office.till.clock.advance(timedelta(days=24))
        subscription["cancel_at_period_end"] = True
        assert await office.till.service.remind() == 0
        subscription["cancel_at_period_end"] = False
        assert await office.till.service.remind() == 1


def test_the_renewal_of_a_year_is_reminded_of_thirty_days_before() -> None:
    for days, before in ((28, 7), (31, 7), (62, 7), (91, 30), (365, 30)):
        renewal = Renewal("sub_1", AT, AT + timedelta(days=days), Money(1999, "USD"), cancelled=False)
        assert renewal.at - renewal.told_from == timedelta(days=before)
