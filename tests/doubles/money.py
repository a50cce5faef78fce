"""Facts about money for tests."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from saltbitter_domain.kernel import Money, UserId
from saltbitter_domain.ledger.model import FactKind, MoneyFact
from tests.doubles.builders import NOW, a_user

CURRENCIES = ("EUR", "JPY", "KWD", "USD")
MEMBER = a_user().id


def a_fact(fact_id: str = "ch_1", kind: FactKind = FactKind.SUCCEEDED, **changes: Any) -> MoneyFact:
    """A month of Premium that was paid; or something else about the same payment."""
    values: dict[str, Any] = {
        "payment": "ch_1",
        "member": MEMBER,
        "amount": Money(1999, "USD"),
        "at": NOW,
        "product": "premium",
        "covers_from": NOW,
        "covers_until": NOW + timedelta(days=30),
    }
    return MoneyFact(fact_id, kind, **{**values, **changes})


def a_history(chance: random.Random, member: UserId, name: str) -> Sequence[MoneyFact]:
    """What can happen to one payment, in an order that makes sense: never is more given back than was paid."""
    currency = chance.choice(CURRENCIES)
    paid = chance.choice((1, 99, 1999, 4999, chance.randint(1, 10**12)))
    left, facts = paid, list[MoneyFact]()

    def happens(kind: FactKind, amount: int, fact_id: str = "") -> str:
        fact_id = fact_id or f"{name}:{len(facts)}"
        at = NOW + timedelta(hours=len(facts))
        facts.append(a_fact(fact_id, kind, payment=name, member=member, amount=Money(amount, currency), at=at))
        return fact_id

    if chance.random() < 0.2:
        happens(FactKind.FAILED, paid, name)
        return facts
    happens(FactKind.SUCCEEDED, paid, name)
    if chance.random() < 0.8:
        fee = happens(FactKind.FEE, chance.randint(1, paid))
        if chance.random() < 0.2:
            happens(FactKind.FEE_RETURNED, facts[-1].amount.amount_minor, f"{fee}:returned")
    while left and chance.random() < 0.4:
        refund = chance.randint(1, left)
        number = happens(FactKind.REFUNDED, refund)
        if chance.random() < 0.2:
            happens(FactKind.REFUND_FAILED, refund, f"{number}:failed")
        else:
            left -= refund
    if left and chance.random() < 0.3:
        number = happens(FactKind.DISPUTED, left)
        outcome = chance.choice((FactKind.DISPUTE_WON, FactKind.DISPUTE_LOST, None))
        if outcome is not None:
            happens(outcome, left, f"{number}:{outcome}")
    return facts
