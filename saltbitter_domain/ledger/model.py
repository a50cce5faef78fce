"""Facts about money, the accounts they move it between, and payments as a member sees them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from saltbitter_domain.events import Event, event
from saltbitter_domain.kernel import Money, NotFound, UserId

BOOKS_KEPT = timedelta(days=3653)
"""How long books are kept after the last that happened to a payment: ten years, as commercial and tax law ask."""


class FactKind(StrEnum):
    """What can happen to money, in the order in which it happens to one payment."""

    FAILED = "payment_failed"
    SUCCEEDED = "payment_succeeded"
    FEE = "fee_charged"
    FEE_RETURNED = "fee_returned"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"


@attrs.frozen
class MoneyFact:
    """Something that happened to money, and never changes again.

    ``id`` is unique and comes from the gateway: the same fact always has the same. ``payment`` is the id of the payment
    it is about, which is a succeeded or a failed one's own. ``product`` is what was paid for, such as ``premium``, and
    ``covers_from`` and ``covers_until`` are the time that was paid for, where it is for a time. The id of a refund that
    came back is the refund's own, a colon and a word."""

    id: str
    kind: FactKind
    payment: str
    member: UserId
    amount: Money
    at: datetime
    product: str
    covers_from: datetime | None = None
    covers_until: datetime | None = None

    def __attrs_post_init__(self) -> None:
        if self.amount.amount_minor <= 0:
            raise ValueError("what happens to money happens to an amount above 0; the kind says in which direction")


class Account(StrEnum):
    """Where money is, came from or went to, from where we stand."""

    GATEWAY = "gateway"
    """An asset: what the gateway keeps for us."""
    DISPUTES = "disputes"
    """An asset: what was taken back while a bank decides."""
    SALES = "sales"
    """Income."""
    REFUNDS = "refunds"
    """Income that was given back."""
    FEES = "fees"
    """An expense: what the gateway takes for its work."""
    LOSSES = "losses"
    """An expense: disputes that were lost."""


@attrs.frozen
class Entry:
    """A debit (above 0) or a credit (below 0) of an account."""

    account: Account
    amount: Money


def totals(entries: Iterable[Entry]) -> Mapping[tuple[Account, str], int]:
    """Debits less credits of each account in each currency, in minor units."""
    found: dict[tuple[Account, str], int] = defaultdict(int)
    for entry in entries:
        found[entry.account, entry.amount.currency] += entry.amount.amount_minor
    return dict(found)


@attrs.frozen
class Transaction:
    """What a fact does to the accounts. Debits and credits are equal in each currency, or there is no transaction."""

    fact: str
    entries: tuple[Entry, ...]

    def __attrs_post_init__(self) -> None:
        by_currency: dict[str, int] = defaultdict(int)
        for entry in self.entries:
            by_currency[entry.amount.currency] += entry.amount.amount_minor
        if any(by_currency.values()):
            raise ValueError(f"the transaction of {self.fact} does not balance")


class PaymentStatus(StrEnum):
    PAID = "paid"
    FAILED = "failed"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    CHARGED_BACK = "charged_back"


@attrs.frozen
class Refund:
    """Something that was given back of a payment; ``came_back`` when it did not reach the member, and is ours again."""

    id: str
    at: datetime
    amount: Money
    came_back: bool


@attrs.frozen
class Seller:
    """Whom a receipt is from, with the address line by line."""

    name: str
    address: tuple[str, ...] = ()
    tax_number: str = ""


@attrs.frozen
class Payment:
    """A payment as it stands, with how much of it was given back, and when."""

    id: str
    at: datetime
    status: PaymentStatus
    amount: Money
    refunded: Money
    product: str
    covers_from: datetime | None
    covers_until: datetime | None
    refunds: tuple[Refund, ...] = ()


@event("ledger.booked")
class Booked(Event):
    """A fact was written into the books, for the first and only time."""

    fact: str
    kind: FactKind


class PaymentUnknown(NotFound):
    code = "payment_unknown"


class ReceiptMissing(NotFound):
    code = "receipt_missing"
