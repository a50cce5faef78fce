"""The canonical form of a record of staff, as the store completes it."""

from datetime import UTC, datetime

import orjson
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.audit.model import AuditEntry
from saltbitter_domain.audit.policies import MISSING, canonical_form, form_around, next_record
from saltbitter_domain.chain import ChainHead
from saltbitter_domain.kernel import UserId

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MEMBERS = st.builds(UserId, st.uuids())
ENTRIES = st.builds(
    AuditEntry,
    at=st.datetimes(timezones=st.timezones()),
    actor=WORDS,
    action=WORDS,
    reason=WORDS,
    request_id=WORDS,
    members=st.frozensets(MEMBERS, max_size=3),
)
HEADS = st.none() | st.builds(
    ChainHead, st.integers(1, 2**31 - 2), st.text("0123456789abcdef", min_size=64, max_size=64)
)


@given(ENTRIES, HEADS, st.lists(MEMBERS, max_size=3))
def test_a_form_with_what_only_the_store_knows_put_in_is_the_canonical_form(
    entry: AuditEntry, head: ChainHead | None, owners: list[UserId]
) -> None:
    record = next_record(head, entry, owners)
    before, *after = form_around(entry)

    values = [orjson.dumps(getattr(record, name)).decode() for name in MISSING]
    completed = before + "".join(value + piece for value, piece in zip(values, after, strict=True))

    assert completed.encode() == canonical_form(record)


def test_the_pieces_of_a_form_are_split_where_the_database_puts_in_its_own() -> None:
    """What ``append_audit_record`` of the migrations rests on."""
    at = datetime(2026, 11, 27, 3, 4, 5, 6, tzinfo=UTC)
    entry = AuditEntry(at, "console", "GET /api/staff/things", 'ticket "7"', "r-1")

    assert form_around(entry) == [
        '{"action":"GET /api/staff/things","actor":"console","at":"2026-11-27T03:04:05.000006+00:00","previous_hash":',
        ',"reason":"ticket \\"7\\"","request_id":"r-1","sequence":',
        ',"subjects":',
        "}",
    ]
