"""Members' payments, as the books have them."""

from collections.abc import Sequence

from saltbitter_domain.kernel import UserId
from saltbitter_domain.ledger.model import Payment, PaymentStatus, PaymentUnknown, ReceiptMissing
from saltbitter_domain.ledger.policies import payments_from
from saltbitter_domain.uow import UnitsOfWork


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
