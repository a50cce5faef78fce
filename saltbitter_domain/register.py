"""The data register: what is kept about people, why, for how long, and what becomes of it.

Values only: ``config.data_register`` reads them from ``config/data_register.toml``."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum

import attrs

from saltbitter_domain.consent.model import Purpose


class Kind(StrEnum):
    """Where data lies."""

    TABLE = "table"
    CACHE = "cache"
    BUCKET = "bucket"
    FILE = "file"
    PARTY = "party"


class Basis(StrEnum):
    """The lawful basis (Regulation (EU) 2016/679, Articles 6 and 9), or that the data is about nobody."""

    CONTRACT = "contract"
    CONSENT = "consent"
    EXPLICIT_CONSENT = "explicit_consent"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTERESTS = "legitimate_interests"
    NOT_PERSONAL = "not_personal"


class AtErasure(StrEnum):
    DELETE = "delete"
    KEEP = "keep"
    ANONYMISE = "anonymise"
    NULL = "null"


@attrs.frozen
class Item:
    """One column, family of keys, prefix or party. What has the basis ``explicit_consent`` names the purposes that its
    member ``consents`` to.

    ``retention`` is None for data kept until erasure. ``export`` is the heading under which a member gets it, or empty;
    ``withheld`` then says why. ``kept`` says why something outlives an erasure. Raises ``ValueError`` where the answers
    contradict one another."""

    kind: Kind
    place: str
    name: str
    purpose: str
    basis: Basis
    special: bool
    consents: tuple[Purpose, ...]
    retention: timedelta | None
    export: str
    withheld: str
    at_erasure: AtErasure
    kept: str

    def __attrs_post_init__(self) -> None:
        if not self.purpose:
            raise ValueError(f"{self.where} needs a purpose")
        if self.special and self.basis is not Basis.EXPLICIT_CONSENT:
            raise ValueError(f"{self.where} is of a special category, so that its basis must be explicit_consent")
        if self.basis is Basis.EXPLICIT_CONSENT and not self.consents:
            raise ValueError(f"{self.where} needs to name the purposes that are consented to")
        if self.consents and self.basis not in (Basis.EXPLICIT_CONSENT, Basis.CONSENT):
            raise ValueError(f"{self.where} names a consent, but another basis")
        if self.personal and bool(self.export) == bool(self.withheld):
            raise ValueError(f"{self.where} needs either a heading in the export or a reason to withhold it")
        if (self.at_erasure is AtErasure.KEEP) != bool(self.kept):
            raise ValueError(f"{self.where} needs a reason in 'kept' exactly when erasure keeps it")
        if self.personal and self.at_erasure is AtErasure.KEEP and self.retention is None:
            raise ValueError(f"{self.where} is kept at erasure, so that it needs a period of retention")

    @property
    def personal(self) -> bool:
        """Whether it is about anybody."""
        return self.basis is not Basis.NOT_PERSONAL

    @property
    def where(self) -> str:
        """Its name in full: ``users.email``."""
        return f"{self.place}.{self.name}" if self.name else self.place


@attrs.frozen
class Kept:
    """Something that outlives an erasure: what it is for, why it stays, and until when at the latest; what a party
    keeps for us it removes from then on. ``place`` names it for programs."""

    place: str
    purpose: str
    why: str
    until: date


@attrs.frozen
class Register:
    """Every item, in the order of the file."""

    items: tuple[Item, ...]

    def kept_after(self, erased_at: datetime) -> tuple[Kept, ...]:
        """The receipt of an erasure: whatever of a member stays, each purpose once."""
        receipt: dict[str, Kept] = {}
        for item in self.items:
            if item.at_erasure is AtErasure.KEEP and item.personal and item.retention is not None:
                until = (erased_at + item.retention).date()
                receipt.setdefault(item.purpose, Kept(item.place, item.purpose, item.kept, until))
        return tuple(receipt.values())

    def of(self, kind: Kind, place: str | None = None) -> Iterator[Item]:
        """The items of a kind, or those in one place of that kind."""
        return (item for item in self.items if item.kind is kind and place in (None, item.place))
