"""The texts members agree to, and the chain that shows whether their decisions were tampered with."""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltbitter_domain.chain import GENESIS_HASH
from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.consent.model import ConsentRecord, Purpose
from saltbitter_domain.consent.policies import canonical_form, granted, next_record, verify_chain
from saltbitter_domain.kernel import ConsentRecordId, Language, UserId

MEMBER = UserId(UUID("018f0000-0000-7000-8000-00000000abcd"))
START = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
DECISIONS = st.lists(st.tuples(st.sampled_from(Purpose), st.booleans(), st.text(max_size=5)), min_size=1, max_size=8)


def chain_of(
    decisions: Sequence[tuple[Purpose, bool, str]],
    text_version: str = "2026-11-01",
    language: Language | None = Language.DE,
) -> list[ConsentRecord]:
    records: list[ConsentRecord] = []
    for number, (purpose, yes, channel) in enumerate(decisions):
        records.append(
            next_record(
                records[-1] if records else None,
                id=ConsentRecordId(UUID(int=number)),
                user_id=MEMBER,
                purpose=purpose,
                granted=yes,
                text_version=text_version,
                channel=channel,
                language=language,
                at=START + timedelta(minutes=number),
            )
        )
    return records


def resealed(record: ConsentRecord, **changes: Any) -> ConsentRecord:
    """A forgery whose own hash is right."""
    forged = attrs.evolve(record, **changes)
    return attrs.evolve(forged, hash=hashlib.sha256(canonical_form(forged)).hexdigest())


THREE = chain_of([(Purpose.TERMS, True, "web"), (Purpose.LOCATION, True, "web"), (Purpose.LOCATION, False, "api")])


def test_the_first_record_follows_the_genesis_hash_and_each_further_one_its_predecessor() -> None:
    assert [record.sequence for record in THREE] == [1, 2, 3]
    assert GENESIS_HASH == "0" * 64
    assert [record.previous_hash for record in THREE] == [GENESIS_HASH, THREE[0].hash, THREE[1].hash]
    assert (THREE[2].purpose, THREE[2].granted, THREE[2].channel) == (Purpose.LOCATION, False, "api")
    assert (THREE[2].user_id, THREE[2].text_version) == (MEMBER, "2026-11-01")
    assert (THREE[2].id, THREE[2].at) == (UUID(int=2), START + timedelta(minutes=2))


def test_the_hash_can_be_computed_by_anyone_from_the_documented_form() -> None:
    written = (
        '{"at":"2026-11-01T09:30:00.000000+00:00","channel":"wéb\\"","granted":true,'
        '"id":"00000000-0000-0000-0000-000000000000",'
        f'"previous_hash":"{"0" * 64}","purpose":"terms","sequence":1,"text_version":"2026-11-01",'
        '"user_id":"018f0000-0000-7000-8000-00000000abcd"}'
    )
    (record,) = chain_of([(Purpose.TERMS, True, 'wéb"')], language=None)
    assert canonical_form(record) == written.encode()
    assert record.hash == hashlib.sha256(written.encode()).hexdigest()


def test_the_language_is_part_of_the_form_where_it_is_known() -> None:
    """Records that are older than the field stay what they were, and none loses or gains a language unnoticed."""
    (unsaid,) = chain_of([(Purpose.TERMS, True, "web")], language=None)
    (said,) = chain_of([(Purpose.TERMS, True, "web")])
    assert b"language" not in canonical_form(unsaid)
    assert b',"language":"de","previous_hash":' in canonical_form(said)
    for record, other in ((said, None), (said, Language.EN), (unsaid, Language.DE)):
        assert verify_chain([record])
        assert not verify_chain([attrs.evolve(record, language=other)])


def test_the_same_instant_in_another_zone_has_the_same_form() -> None:
    elsewhere = attrs.evolve(THREE[0], at=START.astimezone(timezone(timedelta(hours=5, minutes=45))))
    assert canonical_form(elsewhere) == canonical_form(THREE[0])
    assert verify_chain([elsewhere, *THREE[1:]])


@given(DECISIONS)
def test_a_chain_is_valid_as_written_and_from_its_start_to_any_link(decisions: list[tuple[Purpose, bool, str]]) -> None:
    chain = chain_of(decisions)
    assert all(verify_chain(chain[:length]) for length in range(len(chain) + 1))
    assert all(json.loads(canonical_form(record)).keys() == canonical_fields() for record in chain)


def canonical_fields() -> set[str]:
    return {field.name for field in attrs.fields(ConsentRecord)} - {"hash"}


@given(DECISIONS, st.data())
def test_any_field_altered_afterwards_shows(decisions: list[tuple[Purpose, bool, str]], data: st.DataObject) -> None:
    chain = chain_of(decisions)
    index = data.draw(st.integers(0, len(chain) - 1))
    record = chain[index]
    changes: dict[str, Any] = {
        "id": ConsentRecordId(UUID(int=999)),
        "user_id": UserId(UUID(int=999)),
        "sequence": record.sequence + 1,
        "purpose": next(purpose for purpose in Purpose if purpose is not record.purpose),
        "granted": not record.granted,
        "text_version": "2026-11-02",
        "language": Language.EN,
        "channel": record.channel + "!",
        "at": record.at + timedelta(microseconds=1),
        "previous_hash": "f" * 64,
        "hash": "f" * 64,
    }
    field = data.draw(st.sampled_from(sorted(changes)))
    chain[index] = attrs.evolve(record, **{field: changes[field]})
    assert not verify_chain(chain)


@given(DECISIONS, st.data())
def test_a_record_removed_repeated_or_moved_shows(
    decisions: list[tuple[Purpose, bool, str]], data: st.DataObject
) -> None:
    chain = chain_of(decisions)
    index = data.draw(st.integers(0, len(chain) - 1))
    assert not verify_chain([*chain[:index], chain[index], *chain[index:]])
    if index < len(chain) - 1:
        assert not verify_chain(chain[:index] + chain[index + 1 :])
        assert not verify_chain([*chain[:index], chain[index + 1], chain[index], *chain[index + 2 :]])


@pytest.mark.parametrize(
    "forged",
    [
        [resealed(THREE[0], granted=False), *THREE[1:]],
        [resealed(THREE[0], sequence=0), *THREE[1:]],
        [resealed(THREE[0], sequence=2)],
        [resealed(THREE[0], previous_hash="f" * 64)],
        [THREE[0], resealed(THREE[1], sequence=3)],
        [THREE[0], resealed(THREE[1], previous_hash=GENESIS_HASH)],
        [THREE[0], resealed(THREE[1], user_id=UserId(UUID(int=7)))],
        THREE[1:],
    ],
    ids=["content", "numbered 0", "numbered 2", "genesis", "gap", "restart", "other member", "cut off in front"],
)
def test_a_forger_who_recomputes_one_hash_is_found_out(forged: list[ConsentRecord]) -> None:
    assert not verify_chain(forged)


def test_a_purpose_is_granted_only_when_the_latest_decision_is_a_yes_to_the_words_in_force() -> None:
    three = [attrs.evolve(record, text_version=TEXTS[record.purpose].version) for record in THREE]
    current = {record.purpose: record for record in three}
    assert granted(current, Purpose.TERMS)
    assert not granted(current, Purpose.LOCATION)
    assert not granted(current, Purpose.ANALYTICS)
    assert granted({Purpose.LOCATION: three[1]}, Purpose.LOCATION)
    assert not granted({Purpose.LOCATION: THREE[1]}, Purpose.LOCATION), "these are older words"


def test_every_purpose_has_one_text_of_its_own_in_plain_length() -> None:
    assert list(TEXTS) == list(Purpose)
    assert all(text.purpose is purpose for purpose, text in TEXTS.items())
    assert len({text.title for text in TEXTS.values()}) == len(Purpose)
    for text in TEXTS.values():
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.version)
        assert 40 <= len(text.text.split()) <= 160
        sentences = re.split(r"(?<=[.!?]) ", text.text)
        assert all(len(sentence.split()) <= 50 for sentence in sentences)
