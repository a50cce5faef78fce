"""What a member paid, and receipts to keep."""

import attrs
from aiohttp import web

from entrypoints.http.headers import CONTENT_SECURITY_POLICY
from entrypoints.http.paging import Items
from entrypoints.http.receipts import PAGE_POLICY, Language, Receipt, page, receipt
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.ledger.model import Payment, PaymentUnknown, ReceiptMissing
from saltbitter_domain.ledger.service import PaymentService


@attrs.frozen
class LanguageQuery:
    """The language of a receipt."""

    language: Language = Language.EN


@attrs.frozen
class Payments:
    service: PaymentService

    @route("GET", "/api/me/payments", audience=Audience.MEMBER)
    async def payments(self, call: Call) -> Items[Payment]:
        """Everything the member ever paid or tried to pay, newest first, with what was paid back."""
        return Items(tuple(await self.service.payments(call.user_id)))

    @route(
        "GET",
        "/api/me/payments/{payment_id:[A-Za-z0-9_-]+}/receipt",
        audience=Audience.MEMBER,
        errors=(PaymentUnknown, ReceiptMissing),
    )
    async def receipt(self, call: Call, payment_id: str, query: LanguageQuery) -> Receipt:
        """The receipt of a payment, in words and for machines."""
        return receipt(await self.service.paid(call.user_id, payment_id), query.language)

    @route(
        "GET",
        "/api/me/payments/{payment_id:[A-Za-z0-9_-]+}/receipt.html",
        audience=Audience.MEMBER,
        errors=(PaymentUnknown, ReceiptMissing),
        produces="text/html",
    )
    async def receipt_page(self, call: Call, payment_id: str, query: LanguageQuery) -> web.StreamResponse:
        """The receipt of a payment as a page to print."""
        written = receipt(await self.service.paid(call.user_id, payment_id), query.language)
        headers = {CONTENT_SECURITY_POLICY: PAGE_POLICY}
        return web.Response(text=page(written), content_type="text/html", headers=headers)
