"""What the books need from outside."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from saltbitter_domain.kernel import UserId
from saltbitter_domain.ledger.model import Account, MoneyFact


class Ledger(Protocol):
    """The books. What is written in them is never changed and never goes, not even with the member's account."""

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
        """Debits less credits of each account in each currency, in minor units; those that were ever booked on."""
        ...
