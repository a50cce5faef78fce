"""What a member paid, with receipts and credit notes to keep."""

import attrs
from aiohttp import web

from entrypoints.http.headers import CONTENT_SECURITY_POLICY
from entrypoints.http.paging import Items
from entrypoints.http.receipts import PAGE_POLICY, CreditNote, Receipt, credit_note, page, receipt
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.kernel import Language
from saltbitter_domain.ledger.model import Payment, PaymentUnknown, ReceiptMissing, Seller
from saltbitter_domain.ledger.service import PaymentService

PAYMENT = "/api/me/payments/{payment_id:[A-Za-z0-9_-]+}"
REFUND = "/api/me/refunds/{refund_id:[A-Za-z0-9_-]+}"
ERRORS = (PaymentUnknown, ReceiptMissing)


@attrs.frozen
class LanguageQuery:
    """The language of a receipt or a credit note."""

    language: Language = Language.EN


@attrs.frozen
class Payments:
    service: PaymentService
    seller: Seller

    @route("GET", "/api/me/payments", audience=Audience.MEMBER)
    async def payments(self, call: Call) -> Items[Payment]:
        """Everything the member ever paid or tried to pay, newest first, with what was paid back."""
        return Items(tuple(await self.service.payments(call.user_id)))

    @route("GET", f"{PAYMENT}/receipt", audience=Audience.MEMBER, errors=ERRORS)
    async def receipt(self, call: Call, payment_id: str, query: LanguageQuery) -> Receipt:
        """The receipt of a payment, in words and for machines."""
        return receipt(await self.service.paid(call.user_id, payment_id), self.seller, query.language)

    @route("GET", f"{PAYMENT}/receipt.html", audience=Audience.MEMBER, errors=ERRORS, produces="text/html")
    async def receipt_page(self, call: Call, payment_id: str, query: LanguageQuery) -> web.StreamResponse:
        """The receipt of a payment as a page to print."""
        return _printed(await self.receipt(call, payment_id, query))

    @route("GET", f"{REFUND}/credit-note", audience=Audience.MEMBER, errors=ERRORS)
    async def credit_note(self, call: Call, refund_id: str, query: LanguageQuery) -> CreditNote:
        """The credit note of something that was paid back, in words and for machines."""
        return credit_note(*await self.service.refunded(call.user_id, refund_id), self.seller, query.language)

    @route("GET", f"{REFUND}/credit-note.html", audience=Audience.MEMBER, errors=ERRORS, produces="text/html")
    async def credit_note_page(self, call: Call, refund_id: str, query: LanguageQuery) -> web.StreamResponse:
        """The credit note of something that was paid back as a page to print."""
        return _printed(await self.credit_note(call, refund_id, query))


def _printed(written: Receipt | CreditNote) -> web.StreamResponse:
    headers = {CONTENT_SECURITY_POLICY: PAGE_POLICY}
    return web.Response(text=page(written), content_type="text/html", headers=headers)
