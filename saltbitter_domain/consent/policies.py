"""The chain of consent records (``saltbitter_domain.chain``), and what it allows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import attrs

from saltbitter_domain import chain as chain_rules
from saltbitter_domain.chain import GENESIS_HASH, ChainHead
from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.consent.model import ChainFault, ConsentChain, ConsentRecord, ConsentText, Purpose
from saltbitter_domain.kernel import ConsentRecordId, Language, UserId


def granted(current: Mapping[Purpose, ConsentRecord], purpose: Purpose) -> bool:
    """Whether the latest decision on ``purpose`` is a yes to the words in force; never decided is a no.

    A yes to words that were reworded since allows nothing until it is given anew, from the moment the new ones are in
    force (Articles 4(11) and 7 GDPR: a consent is to what was said)."""
    record = current.get(purpose)
    return record is not None and record.granted and not is_outdated(record)


def is_outdated(record: ConsentRecord, texts: Mapping[Purpose, ConsentText] = TEXTS) -> bool:
    """Whether it is a yes to words that were reworded since."""
    return record.granted and record.text_version != texts[record.purpose].version


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
    language: Language | None = None,
) -> ConsentRecord:
    """The link that follows ``previous`` in the member's chain, or its first. ``at`` must be aware."""
    record = ConsentRecord(
        id=id,
        user_id=user_id,
        sequence=1 if previous is None else previous.sequence + 1,
        purpose=purpose,
        granted=granted,
        text_version=text_version,
        language=language,
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
    ``language`` is left out where it is not known, as in every record that is older than the field.
    """
    fields = {
        "at": record.at,
        "channel": record.channel,
        "granted": record.granted,
        "id": str(record.id),
        "previous_hash": record.previous_hash,
        "purpose": str(record.purpose),
        "sequence": record.sequence,
        "text_version": record.text_version,
        "user_id": str(record.user_id),
    }
    if record.language is not None:
        fields["language"] = str(record.language)
    return chain_rules.canonical_form(fields)


def verify_chain(records: Sequence[ConsentRecord]) -> bool:
    """Whether these records, oldest first, are one member's unbroken chain from its first link."""
    previous: ConsentRecord | None = None
    for record in records:
        if not _follows(record, previous):
            return False
        previous = record
    return True


def find_faults(chain: ConsentChain) -> Iterator[ChainFault]:
    """Every record of the chain that is missing or not as it was written, in order.

    An account begins with a yes to the terms, so that a chain without any record lacks its first.
    """
    for flaw in chain_rules.flaws(chain.records, chain.head or ChainHead(1, ""), canonical_form):
        yield ChainFault(chain.user_id, flaw.first, flaw.last, flaw.fault)


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
    return chain_rules.digest(canonical_form(record))
