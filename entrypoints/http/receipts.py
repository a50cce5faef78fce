"""Receipts and credit notes in words: what was paid or paid back, when and for what, to keep or to print."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import attrs
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapters.mail.localised import amount_in, day_in, product_in
from saltbitter_domain.kernel import Language, Money
from saltbitter_domain.ledger.model import Payment, PaymentStatus, Refund, Seller


@attrs.frozen
class ReceiptLine:
    """A line of a receipt: what it is about, and what of it."""

    label: str
    value: str


@attrs.frozen
class Receipt:
    """``number`` is the payment's own. ``lines`` say everything in the language; the other fields are for machines."""

    number: str
    language: Language
    title: str
    paid_at: datetime
    product: str
    amount: Money
    refunded: Money
    status: PaymentStatus
    lines: tuple[ReceiptLine, ...]
    footnote: str
    seller: Seller


@attrs.frozen
class CreditNote:
    """What takes back a receipt in part or whole. ``number`` is the refund's own, ``receipt`` the payment's."""

    number: str
    receipt: str
    language: Language
    title: str
    paid_back_at: datetime
    product: str
    amount: Money
    lines: tuple[ReceiptLine, ...]
    footnote: str
    seller: Seller


@attrs.frozen
class _Words:
    title: str
    credit_note: str
    seller: str
    address: str
    tax_number: str
    number: str
    of_receipt: str
    paid_on: str
    product: str
    period: str
    total: str
    refunded: str
    refunded_on: str
    status: str
    statuses: Mapping[PaymentStatus, str]
    footnote: str


_WORDS: Mapping[Language, _Words] = {
    Language.EN: _Words(
        title="Receipt",
        credit_note="Credit note",
        seller="Seller",
        address="Address",
        tax_number="Tax number",
        number="Number",
        of_receipt="For receipt",
        paid_on="Paid on",
        product="For",
        period="Period",
        total="Total, tax included",
        refunded="Paid back",
        refunded_on="Paid back on",
        status="Status",
        statuses={
            PaymentStatus.PAID: "Paid",
            PaymentStatus.PARTLY_REFUNDED: "Paid back in part",
            PaymentStatus.REFUNDED: "Paid back",
            PaymentStatus.DISPUTED: "Under review by your bank",
            PaymentStatus.CHARGED_BACK: "Taken back by your bank",
        },
        footnote="Days are given in UTC.",
    ),
    Language.DE: _Words(
        title="Beleg",
        credit_note="Gutschrift",
        seller="Verkäufer",
        address="Anschrift",
        tax_number="Steuernummer",
        number="Nummer",
        of_receipt="Zum Beleg",
        paid_on="Bezahlt am",
        product="Für",
        period="Zeitraum",
        total="Gesamt, inklusive Steuer",
        refunded="Erstattet",
        refunded_on="Erstattet am",
        status="Stand",
        statuses={
            PaymentStatus.PAID: "Bezahlt",
            PaymentStatus.PARTLY_REFUNDED: "Teilweise erstattet",
            PaymentStatus.REFUNDED: "Erstattet",
            PaymentStatus.DISPUTED: "Wird von Ihrer Bank geprüft",
            PaymentStatus.CHARGED_BACK: "Von Ihrer Bank zurückgeholt",
        },
        footnote="Tage sind in UTC angegeben.",
    ),
}


def receipt(payment: Payment, seller: Seller, language: Language) -> Receipt:
    """The receipt of a payment that succeeded, as it stands now."""
    words = _WORDS[language]
    rows = [
        *_of_seller(words, seller),
        (words.number, payment.id),
        (words.paid_on, day_in(language, payment.at, UTC)),
        *_of_product(words, payment, language),
        (words.total, amount_in(language, payment.amount)),
    ]
    if payment.refunded.amount_minor:
        rows.append((words.refunded, amount_in(language, payment.refunded)))
    rows.append((words.status, words.statuses[payment.status]))
    return Receipt(
        number=payment.id,
        language=language,
        title=words.title,
        paid_at=payment.at,
        product=payment.product,
        amount=payment.amount,
        refunded=payment.refunded,
        status=payment.status,
        lines=_lines(rows),
        footnote=words.footnote,
        seller=seller,
    )


def credit_note(payment: Payment, refund: Refund, seller: Seller, language: Language) -> CreditNote:
    """The credit note of what was given back of a payment."""
    words = _WORDS[language]
    rows = [
        *_of_seller(words, seller),
        (words.number, refund.id),
        (words.of_receipt, payment.id),
        (words.refunded_on, day_in(language, refund.at, UTC)),
        *_of_product(words, payment, language),
        (words.total, amount_in(language, refund.amount)),
    ]
    return CreditNote(
        number=refund.id,
        receipt=payment.id,
        language=language,
        title=words.credit_note,
        paid_back_at=refund.at,
        product=payment.product,
        amount=refund.amount,
        lines=_lines(rows),
        footnote=words.footnote,
        seller=seller,
    )


def _of_seller(words: _Words, seller: Seller) -> Iterator[tuple[str, str]]:
    yield words.seller, seller.name
    if seller.address:
        yield words.address, ", ".join(seller.address)
    if seller.tax_number:
        yield words.tax_number, seller.tax_number


def _of_product(words: _Words, payment: Payment, language: Language) -> Iterator[tuple[str, str]]:
    yield words.product, product_in(language, payment.product)
    if payment.covers_from and payment.covers_until:
        days = (day_in(language, at, UTC) for at in (payment.covers_from, payment.covers_until))
        yield words.period, " – ".join(days)


def _lines(rows: Iterable[tuple[str, str]]) -> tuple[ReceiptLine, ...]:
    return tuple(ReceiptLine(*row) for row in rows)


_FOLDER = Path(__file__).with_name("templates")
_STYLE = (_FOLDER / "receipt.css").read_text(encoding="utf-8")
_TEMPLATES = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True)

PAGE_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page has one style inside, which is this one, and nothing else."""


def page(written: Receipt | CreditNote) -> str:
    """A receipt or credit note as a page of HTML that needs nothing else, plain enough to be printed."""
    return _TEMPLATES.get_template("receipt.html").render(receipt=written, style=_STYLE)
