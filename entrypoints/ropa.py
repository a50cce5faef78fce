"""Writes the record of processing activities (Article 30 GDPR) and the table of retention from the data register.

``python -m entrypoints.ropa docs/ropa.md``"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from config.data_register import data_register
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.register import AtErasure, Basis, Item, Kind, Register

_KINDS = {
    Kind.TABLE: "Database (PostgreSQL)",
    Kind.CACHE: "Cache (Redis)",
    Kind.BUCKET: "Photo store",
    Kind.FILE: "Files",
    Kind.PARTY: "Outside party",
}
_HEAD = """# Record of processing activities

Made from `config/data_register.toml` by `make ropa`; do not edit by hand. It lists what is processed about members
(Article 30(1) GDPR: purposes, categories of data, recipients, time limits for erasure). Data subjects are members and
former members. Who runs an installation adds their name, contact, representative and data protection officer, which
the product cannot know. Recipients and transfers are in `processors.md`.

## Purposes
"""


def document(register: Register) -> str:
    """The whole record in Markdown."""
    return "\n".join([_HEAD, *_purposes(register), "", "## Retention and erasure", "", *_retention(register), ""])


def _purposes(register: Register) -> Iterator[str]:
    yield _row("Purpose", "Lawful basis", "Special category", "Data")
    yield _row(*["---"] * 4)
    grouped: dict[tuple[str, Basis, tuple[Purpose, ...], bool], list[Item]] = {}
    for item in register.items:
        if item.basis is not Basis.NOT_PERSONAL:
            grouped.setdefault((item.purpose, item.basis, item.consents, item.special), []).append(item)
    for (purpose, basis, consents, special), items in grouped.items():
        to = f" to {', '.join(f'`{each}`' for each in consents)}" if consents else ""
        yield _row(purpose, basis.replace("_", " ") + to, "yes" if special else "no", _names(items))


def _retention(register: Register) -> Iterator[str]:
    yield _row("Where", "Data", "Kept", "In the export as", "At erasure")
    yield _row(*["---"] * 5)
    answers: dict[tuple[str, ...], list[Item]] = {}
    for item in register.items:
        # What an outside party keeps in spite of an erasure it removes at the earliest then, in its own time.
        bound = "at least" if item.kind is Kind.PARTY and item.at_erasure is AtErasure.KEEP else "at most"
        kept = "until erasure" if item.retention is None else f"{bound} {item.retention.days} days"
        told = item.export or (f"not: {item.withheld}" if item.withheld else "not personal")
        after = f"kept: {item.kept}" if item.at_erasure is AtErasure.KEEP else item.at_erasure.value
        answers.setdefault((item.kind, item.place, kept, told, after), []).append(item)
    for (kind, _, kept, told, after), items in answers.items():
        yield _row(_KINDS[Kind(kind)], _names(items), kept, told, after)


def _names(items: Iterable[Item]) -> str:
    places: dict[str, list[str]] = {}
    for item in items:
        places.setdefault(item.place, []).extend([item.name] if item.name else [])
    return "; ".join(f"`{place}`: {', '.join(names)}" if names else f"`{place}`" for place, names in places.items())


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(data_register()), encoding="utf-8")
