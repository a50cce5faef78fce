"""A year of one member, by the clock: what they have, what they paid and what they are told, day by day."""

from datetime import timedelta
from typing import Any

import attrs

from adapters.stripe.double import objects
from adapters.stripe.double.money import DISPUTE_FEE, FEE
from saltbitter_domain.ledger.model import Account, PaymentStatus
from saltbitter_domain.ledger.policies import payments_from
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.users.model import MailTemplate
from tests.domain.test_money_mail import Post, post

PREMIUM, ELITE = "saltbitter_premium", "saltbitter_elite"


@attrs.define
class Year:
    """Lets days pass at Stripe and with us; ``day`` is today."""

    office: Post
    day: int = 0

    async def comes(self, day: int) -> None:
        """Let it be this day, with what the schedule does at its end."""
        self.office.till.clock.advance(timedelta(days=day - self.day))
        self.day = day
        await self.office.till.service.read_expired()
        await self.office.till.service.remind()
        await self.office.work()

    def stands(self, product: str, status: str = "active", **changes: Any) -> None:
        stripe = self.office.till.stripe
        stripe.subscribe("sub_1", "cus_1", self.office.member, product, status)
        stripe.subscriptions["sub_1"] |= changes

    def pays(self, product: str, cents: int, days: int = 30, status: str = "succeeded") -> dict[str, Any]:
        stripe, now = self.office.till.stripe, self.office.till.clock.now()
        charge = stripe.money.charge("cus_1", cents, status=status)
        number = f"in_{charge['id']}"
        line = objects.line(product, cents, now, now + timedelta(days=days))
        invoice = objects.invoice(number, "cus_1", "sub_1", "open", now, [line], member=self.office.member)
        stripe.invoices[number] = objects.paying(invoice, charge)
        return charge

    async def has(self, tier: Tier) -> None:
        await self.office.work()
        assert await self.office.till.tier(self.office.member) is tier, self.day


async def test_a_year_of_one_member_is_right_every_day_and_to_the_cent() -> None:
    async with post() as office:
        year, money = Year(office), office.till.stripe.money
        year.stands(PREMIUM)
        year.pays(PREMIUM, 1999)
        await year.has(Tier.PREMIUM)

        await year.comes(15)  # raised in the middle of the month: half of 49.99 less half of 19.99
        year.stands(ELITE)
        year.pays(ELITE, 1500, days=15)
        await year.has(Tier.ELITE)

        await year.comes(30)
        year.stands(ELITE, "past_due")
        year.pays(ELITE, 4999, status="failed")
        await year.has(Tier.ELITE)
        await year.comes(36)
        await year.has(Tier.ELITE)
        year.stands(ELITE)
        disputed = year.pays(ELITE, 4999, days=24)
        await year.has(Tier.ELITE)
        await year.comes(38)  # after what would have been the end of grace
        await year.has(Tier.ELITE)

        await year.comes(60)  # lowered from this period on
        year.stands(PREMIUM)
        refunded = year.pays(PREMIUM, 1999)
        await year.has(Tier.PREMIUM)
        dispute = money.dispute(disputed)
        await year.comes(70)
        money.refund(refunded, 500)
        money.decide(dispute, "lost")
        year.stands(PREMIUM, cancel_at_period_end=True)
        await year.has(Tier.PREMIUM)
        await year.comes(90)
        now = int(office.till.clock.now().timestamp())
        year.stands(PREMIUM, "canceled", cancel_at_period_end=True, cancel_at=now)
        await year.has(Tier.FREE)

        await year.comes(200)  # back again, and the card fails for good
        year.stands(PREMIUM)
        year.pays(PREMIUM, 1999)
        await year.has(Tier.PREMIUM)
        await year.comes(230)
        year.stands(PREMIUM, "past_due")
        year.pays(PREMIUM, 1999, status="failed")
        await year.has(Tier.PREMIUM)
        await year.comes(237)
        await year.has(Tier.FREE)
        await year.comes(365)
        await year.has(Tier.FREE)

        paid = 1999 + 1500 + 4999 + 1999 + 1999
        async with office.till.begin() as uow:
            assert await uow.ledger.balances() == {
                (Account.SALES, "USD"): -paid,
                (Account.REFUNDS, "USD"): 500,
                (Account.LOSSES, "USD"): 4999,
                (Account.DISPUTES, "USD"): 0,
                (Account.FEES, "USD"): 5 * FEE + DISPUTE_FEE,
                (Account.GATEWAY, "USD"): paid - 500 - 4999 - 5 * FEE - DISPUTE_FEE,
            }
            payments = payments_from(await uow.ledger.about(office.member))
        assert [payment.status for payment in reversed(payments)] == [
            PaymentStatus.PAID,
            PaymentStatus.PAID,
            PaymentStatus.FAILED,
            PaymentStatus.CHARGED_BACK,
            PaymentStatus.PARTLY_REFUNDED,
            PaymentStatus.PAID,
            PaymentStatus.FAILED,
        ]
        told = [template for template in office.mails() if template is not MailTemplate.RENEWAL_REMINDER]
        assert told == [
            MailTemplate.PAYMENT_CONFIRMED,
            MailTemplate.PAYMENT_CONFIRMED,
            MailTemplate.PAYMENT_FAILED,
            MailTemplate.PAYMENT_CONFIRMED,
            MailTemplate.PAYMENT_CONFIRMED,
            MailTemplate.REFUNDED,
            MailTemplate.SUBSCRIPTION_CANCELLED,
            MailTemplate.PAYMENT_CONFIRMED,
            MailTemplate.PAYMENT_FAILED,
        ]
