"""The chain of audit records."""

from collections.abc import Collection, Iterable, Iterator, Sequence

import attrs

from saltbitter_domain import chain
from saltbitter_domain.audit.model import AuditEntry, AuditRecord
from saltbitter_domain.chain import NOTHING_YET, ChainHead, Flaw
from saltbitter_domain.kernel import UserId

MISSING = ("previous_hash", "sequence", "subjects")
"""What a record has besides its entry: where it stands in the chain and whom it is about."""


def next_record(head: ChainHead | None, entry: AuditEntry, owners: Collection[UserId] = ()) -> AuditRecord:
    """The link that follows ``head``, or the first. ``owners`` are those whose photo or review it is about, and its
    ``at`` must be aware."""
    last = head or NOTHING_YET
    record = AuditRecord(
        sequence=last.sequence + 1,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        reason=entry.reason,
        subjects=tuple(sorted({*entry.members, *owners})),
        request_id=entry.request_id,
        previous_hash=last.hash,
        hash="",
    )
    return attrs.evolve(record, hash=chain.digest(canonical_form(record)))


def form_around(entry: AuditEntry) -> list[str]:
    """The canonical form of the record of this entry: what stands before the value of each field that is ``MISSING``,
    and what stands after the last."""
    fields = {name: getattr(entry, name) for name in ("at", "actor", "action", "reason", "request_id")}
    return chain.canonical_form_around(fields, MISSING)


def canonical_form(record: AuditRecord) -> bytes:
    """What is hashed: every field but ``hash``, ids in their hyphenated lower-case form."""
    fields = attrs.asdict(record, recurse=False)
    del fields["hash"]
    return chain.canonical_form({**fields, "subjects": list(map(str, record.subjects))})


def find_flaws(
    records: Sequence[AuditRecord], head: ChainHead | None, forgotten: ChainHead = NOTHING_YET
) -> Iterator[Flaw]:
    """Every record, of all that follow the ``forgotten`` by sequence, that is missing or not as it was written."""
    return chain.flaws(records, head or NOTHING_YET, canonical_form, forgotten)


def told_of(records: Iterable[AuditRecord], look: str) -> frozenset[UserId]:
    """Whom these records tell of to whoever reads them.

    Records of earlier looks at the record itself, whose action is ``look``, are left out: whom they tell of is in the
    records that were looked at, and every look would otherwise repeat all those before it."""
    return frozenset(subject for record in records if record.action != look for subject in record.subjects)
