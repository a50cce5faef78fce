"""Members' payments, as the books have them, and mails about money."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from saltbitter_domain.kernel import Clock, EventId, Money, UserId
from saltbitter_domain.ledger.model import (
    Booked,
    FactKind,
    Payment,
    PaymentStatus,
    PaymentUnknown,
    ReceiptMissing,
    Refund,
)
from saltbitter_domain.ledger.policies import payments_from
from saltbitter_domain.orders.model import SpendingReached
from saltbitter_domain.payments.model import GraceBegan, RenewalCancelled, RenewalDue, SubscriptionEnded
from saltbitter_domain.uow import UnitsOfWork
from saltbitter_domain.users.model import MailTemplate
from saltbitter_domain.users.ports import Mail, Mailer

NEWS_FOR = timedelta(days=30)
"""What happened longer ago is no news: it was read late, such as when payments were only just connected."""


class PaymentService:
    def __init__(self, *, begin: UnitsOfWork) -> None:
        self._begin = begin

    async def payments(self, user_id: UserId) -> Sequence[Payment]:
        """Everything the member ever paid or tried to pay, newest first."""
        async with self._begin() as uow:
            return payments_from(await uow.ledger.about(user_id))

    async def paid(self, user_id: UserId, payment_id: str) -> Payment:
        """One payment of the member's, for its receipt.

        ``PaymentUnknown`` for another's, as for one that never was; ``ReceiptMissing`` for one that failed."""
        found = next((each for each in await self.payments(user_id) if each.id == payment_id), None)
        if found is None:
            raise PaymentUnknown("There is no such payment of yours.")
        if found.status is PaymentStatus.FAILED:
            raise ReceiptMissing("This payment failed: nothing was paid, so that there is no receipt.")
        return found

    async def refunded(self, user_id: UserId, refund_id: str) -> tuple[Payment, Refund]:
        """A refund of the member's and the payment it is of, for its credit note.

        ``PaymentUnknown`` for another's, as for one that never was; ``ReceiptMissing`` for one that came back."""
        for payment in await self.payments(user_id):
            for refund in payment.refunds:
                if refund.id == refund_id and refund.came_back:
                    raise ReceiptMissing("This refund came back: nothing was credited, so that there is no note of it.")
                if refund.id == refund_id:
                    return payment, refund
        raise PaymentUnknown("There is no such refund of yours.")


class MoneyMail:
    """Listeners, each of which may be called again with the same message: the mail is then the same, and sent once.

    What is mailed is what was paid: nobody is told of a payment before it is in the books."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, mailer: Mailer, public_url: str) -> None:
        self._begin = begin
        self._clock = clock
        self._mailer = mailer
        self._public_url = public_url.rstrip("/")

    async def send_booked(self, message: EventId, event: Booked) -> None:
        """Mail the receipt of what was paid (``payment_confirmed``, ``purchase_confirmed``), and what was paid back
        (``refunded``)."""
        if event.kind not in (FactKind.SUCCEEDED, FactKind.REFUNDED):
            return
        async with self._begin() as uow:
            fact = await uow.ledger.get(event.fact)
        if fact is None or self._clock.now() - fact.at > NEWS_FOR:
            return
        template = MailTemplate.PAYMENT_CONFIRMED if fact.covers_until else MailTemplate.PURCHASE_CONFIRMED
        if fact.kind is FactKind.REFUNDED:
            template = MailTemplate.REFUNDED
        days = {"day": fact.at, "until": fact.covers_until}
        await self._send(message, fact.member, template, fact.product, days, fact.amount, number=fact.payment)

    async def send_grace(self, message: EventId, event: GraceBegan) -> None:
        """Tell a member that a payment failed, and until when nothing changes (``payment_failed``)."""
        await self._send(message, event.member, MailTemplate.PAYMENT_FAILED, event.tier, {"until": event.ends_at})

    async def send_cancelled(self, message: EventId, event: RenewalCancelled) -> None:
        """Tell a member that their subscription ends, and when (``subscription_cancelled``)."""
        template = MailTemplate.SUBSCRIPTION_CANCELLED
        await self._send(message, event.member, template, event.tier, {"until": event.ends_at})

    async def send_ended(self, message: EventId, event: SubscriptionEnded) -> None:
        """Tell a member that their subscription ended at once (``subscription_ended``)."""
        if self._clock.now() - event.ended_at <= NEWS_FOR:
            days = {"day": event.ended_at}
            await self._send(message, event.member, MailTemplate.SUBSCRIPTION_ENDED, event.tier, days)

    async def send_reminder(self, message: EventId, event: RenewalDue) -> None:
        """Remind a member of when their subscription renews and of what it then costs (``renewal_reminder``)."""
        days, price = {"until": event.renews_at}, Money(event.amount_minor, event.currency)
        await self._send(message, event.member, MailTemplate.RENEWAL_REMINDER, event.tier, days, price)

    async def send_spending(self, message: EventId, event: SpendingReached) -> None:
        """Tell a member what their single purchases of a month have come to (``spending_notice``)."""
        reached = Money(event.amount_minor, event.currency)
        await self._send(message, event.member, MailTemplate.SPENDING_NOTICE, "", {}, reached)

    async def _send(
        self,
        message: EventId,
        member: UserId,
        template: MailTemplate,
        product: str,
        days: Mapping[str, datetime | None],
        amount: Money | None = None,
        **more: str,
    ) -> None:
        async with self._begin() as uow:
            user = await uow.users.get(member)
        if user is None:
            return
        data = {
            "link": f"{self._public_url}/subscription",
            "product": str(product),
            "time_zone": user.time_zone,
            **more,
        }
        data |= {name: at.isoformat() for name, at in days.items() if at is not None}
        if amount is not None:
            data |= {"amount_minor": str(amount.amount_minor), "currency": amount.currency}
        await self._mailer.send(Mail(message, user.email, template, data))
