"""What facts about money do to the accounts, and what they make of a payment."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from types import MappingProxyType

from saltbitter_domain.kernel import Money
from saltbitter_domain.ledger.model import (
    BOOKS_KEPT,
    Account,
    Entry,
    FactKind,
    MoneyFact,
    Payment,
    PaymentStatus,
    Refund,
    Transaction,
)

BOOKED: Mapping[FactKind, tuple[Account, Account]] = MappingProxyType(
    {
        FactKind.SUCCEEDED: (Account.GATEWAY, Account.SALES),
        FactKind.FEE: (Account.FEES, Account.GATEWAY),
        FactKind.FEE_RETURNED: (Account.GATEWAY, Account.FEES),
        FactKind.REFUNDED: (Account.REFUNDS, Account.GATEWAY),
        FactKind.REFUND_FAILED: (Account.GATEWAY, Account.REFUNDS),
        FactKind.DISPUTED: (Account.DISPUTES, Account.GATEWAY),
        FactKind.DISPUTE_WON: (Account.GATEWAY, Account.DISPUTES),
        FactKind.DISPUTE_LOST: (Account.LOSSES, Account.DISPUTES),
    }
)
"""The account that is debited, and the one that is credited. A payment that failed moved nothing."""

_ORDER = {kind: place for place, kind in enumerate(FactKind)}


def transaction_of(fact: MoneyFact) -> Transaction | None:
    """How the fact is booked; None for one that moved no money."""
    accounts = BOOKED.get(fact.kind)
    if accounts is None:
        return None
    debited, credited = accounts
    amount, currency = fact.amount.amount_minor, fact.amount.currency
    return Transaction(fact.id, (Entry(debited, Money(amount, currency)), Entry(credited, Money(-amount, currency))))


def kept(facts: Sequence[MoneyFact], since: datetime) -> Sequence[MoneyFact]:
    """Those about payments to which anything happened at ``since`` or later. Where nothing had happened to one for
    ``BOOKS_KEPT`` before that, what was earlier has been forgotten, and only what followed is among them.

    A lost dispute is dated when it is read, since no gateway tells when it was lost: it shows no payment as young."""
    first: dict[str, datetime] = {}
    for fact in sorted(facts, key=lambda fact: fact.at, reverse=True):
        earliest = first[fact.payment] - BOOKS_KEPT if fact.payment in first else since
        if fact.kind is not FactKind.DISPUTE_LOST and fact.at >= earliest:
            first[fact.payment] = fact.at
    return [fact for fact in facts if fact.payment in first and fact.at >= first[fact.payment]]


def payments_from(facts: Iterable[MoneyFact]) -> Sequence[Payment]:
    """The payments that these facts, in any order, are about, newest first. What is told of a payment that is not among
    them says nothing."""
    by_payment = groupby(
        sorted(facts, key=lambda fact: (fact.payment, _ORDER[fact.kind], fact.id)), lambda f: f.payment
    )
    found = [payment for _, about in by_payment if (payment := _payment(tuple(about))) is not None]
    return sorted(found, key=lambda payment: (payment.at, payment.id), reverse=True)


def _payment(facts: Sequence[MoneyFact]) -> Payment | None:
    made = next((fact for fact in facts if fact.kind in (FactKind.FAILED, FactKind.SUCCEEDED)), None)
    if made is None:
        return None
    refunded = _sum(facts, FactKind.REFUNDED) - _sum(facts, FactKind.REFUND_FAILED)
    return Payment(
        id=made.id,
        at=made.at,
        status=_status(made, facts, refunded),
        amount=made.amount,
        refunded=Money(refunded, made.amount.currency),
        product=made.product,
        covers_from=made.covers_from,
        covers_until=made.covers_until,
        refunds=_refunds(facts),
    )


def _refunds(facts: Sequence[MoneyFact]) -> tuple[Refund, ...]:
    """The refunds among them, oldest first."""
    came_back = {fact.id.partition(":")[0] for fact in facts if fact.kind is FactKind.REFUND_FAILED}
    given = sorted((fact for fact in facts if fact.kind is FactKind.REFUNDED), key=lambda fact: (fact.at, fact.id))
    return tuple(Refund(fact.id, fact.at, fact.amount, fact.id in came_back) for fact in given)


def _status(made: MoneyFact, facts: Sequence[MoneyFact], refunded: int) -> PaymentStatus:
    if made.kind is FactKind.FAILED:
        return PaymentStatus.FAILED
    kinds = {fact.kind for fact in facts}
    if FactKind.DISPUTE_LOST in kinds:
        return PaymentStatus.CHARGED_BACK
    if _sum(facts, FactKind.DISPUTED) > _sum(facts, FactKind.DISPUTE_WON):
        return PaymentStatus.DISPUTED
    if refunded >= made.amount.amount_minor:
        return PaymentStatus.REFUNDED
    return PaymentStatus.PARTLY_REFUNDED if refunded else PaymentStatus.PAID


def _sum(facts: Iterable[MoneyFact], kind: FactKind) -> int:
    return sum(fact.amount.amount_minor for fact in facts if fact.kind is kind)
