"""The chain of consent records, and what it allows.

Each record holds the hash of the one before it, so that a record altered, removed, inserted or moved afterwards no
longer fits its neighbours. Records cut off at the end leave a chain that is shorter and still valid: whoever needs to
notice that keeps the latest hash elsewhere.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import attrs

from saltbitter_domain.consent.model import GENESIS_HASH, ConsentRecord, Purpose
from saltbitter_domain.kernel import ConsentRecordId, UserId


def granted(current: Mapping[Purpose, ConsentRecord], purpose: Purpose) -> bool:
    """Whether the latest decision on ``purpose`` is a yes; never decided is a no.

    A yes stands until it is taken back, also when its text has since been worded anew: a text that asks for more than
    the one before is a new purpose.
    """
    record = current.get(purpose)
    return record is not None and record.granted


def last_of(current: Mapping[Purpose, ConsentRecord]) -> ConsentRecord | None:
    """The end of the member's chain, which is the newest of their latest decisions; None when they took none."""
    return max(current.values(), key=lambda record: record.sequence, default=None)


def next_record(
    previous: ConsentRecord | None,
    *,
    id: ConsentRecordId,  # noqa: A002  the name of the field
    user_id: UserId,
    purpose: Purpose,
    granted: bool,
    text_version: str,
    channel: str,
    at: datetime,
) -> ConsentRecord:
    """The link that follows ``previous`` in the member's chain, or its first. ``at`` must be aware."""
    record = ConsentRecord(
        id=id,
        user_id=user_id,
        sequence=1 if previous is None else previous.sequence + 1,
        purpose=purpose,
        granted=granted,
        text_version=text_version,
        channel=channel,
        at=at,
        previous_hash=GENESIS_HASH if previous is None else previous.hash,
        hash="",
    )
    return attrs.evolve(record, hash=_digest(record))


def canonical_form(record: ConsentRecord) -> bytes:
    """The bytes that are hashed: every field but ``hash`` as one JSON object in the form of RFC 8785 (JCS).

    Keys sorted, no white space, UTF-8. Ids in their hyphenated lower-case form, ``at`` in UTC with exactly six
    decimals (``2026-11-01T09:30:00.000000+00:00``), ``granted`` a boolean, ``sequence`` a number, the rest strings.
    """
    fields = {
        "at": record.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "channel": record.channel,
        "granted": record.granted,
        "id": str(record.id),
        "previous_hash": record.previous_hash,
        "purpose": record.purpose.value,
        "sequence": record.sequence,
        "text_version": record.text_version,
        "user_id": str(record.user_id),
    }
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def verify_chain(records: Sequence[ConsentRecord]) -> bool:
    """Whether these records, oldest first, are one member's unbroken chain from its first link."""
    previous: ConsentRecord | None = None
    for record in records:
        if not _follows(record, previous):
            return False
        previous = record
    return True


def _follows(record: ConsentRecord, previous: ConsentRecord | None) -> bool:
    if previous is None:
        in_place = record.sequence == 1 and record.previous_hash == GENESIS_HASH
    else:
        in_place = (
            record.sequence == previous.sequence + 1
            and record.previous_hash == previous.hash
            and record.user_id == previous.user_id
        )
    return in_place and record.hash == _digest(record)


def _digest(record: ConsentRecord) -> str:
    return hashlib.sha256(canonical_form(record)).hexdigest()
