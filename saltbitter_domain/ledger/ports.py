"""What the books need from outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from saltbitter_domain.kernel import UserId
from saltbitter_domain.ledger.model import Account, MoneyFact


class Ledger(Protocol):
    """The books. What is written in them is never changed and does not go with the member's account, but only when its
    term is over (``BOOKS_KEPT``)."""

    async def record(self, facts: Sequence[MoneyFact]) -> Sequence[MoneyFact]:
        """Write down the facts that are not there yet, each with its transaction; which those were.

        A fact is there when one has its id, so that it is booked once however often and from wherever it comes."""
        ...

    async def get(self, fact_id: str) -> MoneyFact | None:
        """The fact, or None."""
        ...

    async def about(self, member: UserId) -> Sequence[MoneyFact]:
        """Every fact about a member's money, oldest first."""
        ...

    async def balances(self) -> Mapping[tuple[Account, str], int]:
        """Debits less credits of each account in each currency, in minor units; those that were ever booked on.
        What was forgotten counts as it did."""
        ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Forget up to ``limit`` payments to which nothing happened at ``before`` or later, each as a whole, and carry
        forward what they came to; how many. Nothing goes before its term is over."""
        ...
