"""The money at the double of Stripe: charges, refunds and disputes, and what is asked of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import attrs

from adapters.stripe.double import objects
from adapters.stripe.double.clock import TestClock

FEE = 88
DISPUTE_FEE = 1500


@attrs.define
class Vault:
    """What was charged, given back and taken back. Every change returns the object that changed."""

    clock: TestClock
    charges: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    disputes: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    refunds: dict[str, dict[str, Any]] = attrs.field(factory=dict)

    def charge(
        self,
        customer: str,
        amount: int,
        *,
        member: UUID | str | None = None,
        product: str = "",
        status: str = "succeeded",
        currency: str = "usd",
        fee: int = FEE,
    ) -> dict[str, Any]:
        """A charge for a payment intent; it names its member only where no invoice does."""
        number = len(self.charges) + 1
        made = objects.charge(f"ch_{number}", customer, amount, currency, status, self._now(), fee)
        made |= {"metadata": {"saltbitter_member": str(member)} if member else {}, "description": product}
        self.charges[made["id"]] = made
        return made

    def refund(self, charge: dict[str, Any], amount: int, status: str = "succeeded") -> dict[str, Any]:
        made = objects.refund(f"re_{len(self.refunds) + 1}", charge, amount, status, self._now())
        self.refunds[made["id"]] = made
        newest_first = [each for each in reversed(self.refunds.values()) if each["charge"] == charge["id"]]
        charge["refunds"] |= {"data": newest_first[:10], "has_more": len(newest_first) > 10}
        return made

    def dispute(self, charge: dict[str, Any], *, inquiry: bool = False) -> dict[str, Any]:
        """A bank takes the whole charge back, or only asks about it."""
        made = objects.dispute(f"dp_{charge['id']}", charge, self._now(), fee=0 if inquiry else DISPUTE_FEE)
        if inquiry:
            made |= {"status": "warning_needs_response", "balance_transactions": []}
        charge["disputed"] = True
        self.disputes[made["id"]] = made
        return made

    def decide(self, dispute: dict[str, Any], status: str) -> dict[str, Any]:
        """The bank decides: ``won`` gives the money back, ``lost`` does not."""
        dispute["status"] = status
        if status == "won":
            given_back = objects.balance(f"{dispute['id']}_won", dispute["amount"], 0, dispute["currency"], self._now())
            dispute["balance_transactions"].append(given_back)
        return dispute

    def _now(self) -> datetime:
        return self.clock.now()
