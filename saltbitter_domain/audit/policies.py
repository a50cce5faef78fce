"""The chain of audit records."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import attrs

from saltbitter_domain import chain
from saltbitter_domain.audit.model import AuditRecord
from saltbitter_domain.chain import NOTHING_YET, ChainHead, Flaw
from saltbitter_domain.kernel import UserId


def next_record(
    head: ChainHead | None,
    *,
    at: datetime,
    actor: str,
    action: str,
    reason: str,
    subjects: Sequence[UserId],
    request_id: str,
) -> AuditRecord:
    """The link that follows ``head``, or the first. ``at`` must be aware."""
    last = head or NOTHING_YET
    record = AuditRecord(
        last.sequence + 1, at, actor, action, reason, tuple(subjects), request_id, previous_hash=last.hash, hash=""
    )
    return attrs.evolve(record, hash=chain.digest(canonical_form(record)))


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
