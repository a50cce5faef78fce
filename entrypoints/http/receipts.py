"""Receipts in words: what was paid, when and for what, to keep or to print."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

import attrs
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapters.mail.localised import amount_in, day_in, product_in
from saltbitter_domain.kernel import Money
from saltbitter_domain.ledger.model import Payment, PaymentStatus


class Language(StrEnum):
    EN = "en"
    DE = "de"


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


@attrs.frozen
class _Words:
    title: str
    seller: str
    number: str
    paid_on: str
    product: str
    period: str
    total: str
    refunded: str
    status: str
    statuses: Mapping[PaymentStatus, str]
    footnote: str


_WORDS: Mapping[Language, _Words] = {
    Language.EN: _Words(
        title="Receipt",
        seller="Seller",
        number="Number",
        paid_on="Paid on",
        product="For",
        period="Period",
        total="Total, tax included",
        refunded="Paid back",
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
        seller="Verkäufer",
        number="Nummer",
        paid_on="Bezahlt am",
        product="Für",
        period="Zeitraum",
        total="Gesamt, inklusive Steuer",
        refunded="Erstattet",
        status="Stand",
        statuses={
            PaymentStatus.PAID: "Bezahlt",
            PaymentStatus.PARTLY_REFUNDED: "Teilweise erstattet",
            PaymentStatus.REFUNDED: "Erstattet",
            PaymentStatus.DISPUTED: "Wird von deiner Bank geprüft",
            PaymentStatus.CHARGED_BACK: "Von deiner Bank zurückgeholt",
        },
        footnote="Tage sind in UTC angegeben.",
    ),
}


def receipt(payment: Payment, language: Language) -> Receipt:
    """The receipt of a payment that succeeded, as it stands now."""
    words = _WORDS[language]
    rows = [
        (words.seller, "SaltBitter"),
        (words.number, payment.id),
        (words.paid_on, day_in(language, payment.at, UTC)),
        (words.product, product_in(language, payment.product)),
    ]
    if payment.covers_from and payment.covers_until:
        days = (day_in(language, at, UTC) for at in (payment.covers_from, payment.covers_until))
        rows.append((words.period, " – ".join(days)))
    rows.append((words.total, amount_in(language, payment.amount)))
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
        lines=tuple(ReceiptLine(*row) for row in rows),
        footnote=words.footnote,
    )


_FOLDER = Path(__file__).with_name("templates")
_STYLE = (_FOLDER / "receipt.css").read_text(encoding="utf-8")
_TEMPLATES = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True)

PAGE_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page has one style inside, which is this one, and nothing else."""


def page(written: Receipt) -> str:
    """The receipt as a page of HTML that needs nothing else, plain enough to be printed."""
    return _TEMPLATES.get_template("receipt.html").render(receipt=written, style=_STYLE)
