"""Everything that is kept about people is in the data register, and nothing else is."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.postgres.tables import metadata
from config.data_register import data_register, read
from config.export_schema import export_schema
from entrypoints.ropa import document
from saltbitter_domain.exports.policies import exported_columns, own_side
from saltbitter_domain.register import AtErasure, Kind
from saltbitter_domain.users.model import SESSION_KEPT_FOR, SESSION_LASTS
from saltbitter_domain.users.model.devices import ALERTS_KEPT_FOR, DEVICE_KNOWN_FOR, PAUSES, TRIES_KEPT_FOR

SCHEMA = Path(__file__).parents[2] / "docs" / "export.schema.json"
PROCESSORS = Path(__file__).parents[2] / "docs" / "processors.md"
ROPA = Path(__file__).parents[2] / "docs" / "ropa.md"

WHOLE = """
[tables.users]
columns = ["email"]
purpose = "Signing in"
basis = "contract"
retention = "30 days"
export = "Account"
at_erasure = "delete"
"""


def test_every_column_has_an_entry_and_every_entry_a_column() -> None:
    stored = {f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.columns}
    registered = {item.where for item in data_register().of(Kind.TABLE)}

    assert sorted(stored - registered) == [], "give these an entry in config/data_register.toml"
    assert sorted(registered - stored) == [], "these entries of config/data_register.toml have no column"


def test_the_paper_on_processors_names_the_parties_of_the_register_and_no_others() -> None:
    rows = [line.split("|")[1] for line in PROCESSORS.read_text(encoding="utf-8").splitlines() if line.startswith("|")]

    named = [name for row in rows[2:] for name in re.findall(r"`(\w+)`", row) or [row]]

    assert sorted(named) == sorted(item.place for item in data_register().of(Kind.PARTY))


def test_the_record_of_processing_is_current() -> None:
    assert ROPA.read_text(encoding="utf-8") == document(data_register()), "run make ropa"


def test_the_schema_of_copies_is_current_and_has_every_column_that_is_exported() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert schema == export_schema(), "run make ropa"

    described = schema["properties"]["records"]["properties"]
    for table, columns in exported_columns(data_register()).items():
        assert list(described[table]["items"]["properties"]) == list(own_side(columns))


@pytest.mark.parametrize(
    ("table", "longest"),
    [
        # A session in use until its last day, with what hangs on it: the hashes of its spent tokens from its first day.
        ("sessions", SESSION_LASTS + SESSION_KEPT_FOR),
        ("refresh_tokens", SESSION_LASTS + SESSION_KEPT_FOR),
        ("push_subscriptions", SESSION_LASTS + SESSION_KEPT_FOR),
        ("held_pushes", SESSION_LASTS + SESSION_KEPT_FOR),
        ("sign_in_alerts", ALERTS_KEPT_FOR),
        ("sign_in_tries", PAUSES[-1] + TRIES_KEPT_FOR),
        ("devices", DEVICE_KNOWN_FOR),
    ],
)
def test_what_is_kept_of_signing_in_is_kept_as_long_as_the_register_says(table: str, longest: timedelta) -> None:
    (told,) = {item.retention for item in data_register().of(Kind.TABLE) if item.place == table}

    assert told is not None
    assert timedelta(0) < told - longest <= timedelta(days=2), "the sweep comes every hour"


def test_an_entry_is_read_whole() -> None:
    (item,) = read(WHOLE).items

    assert (item.where, item.export, item.at_erasure) == ("users.email", "Account", AtErasure.DELETE)
    assert item.retention is not None
    assert item.retention.days == 30


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("tables", "shelves", "shelves is no section"),
        ('purpose = "Signing in"', 'aim = "Signing in"', "users.email has the unknown aim"),
        ('basis = "contract"', "", "users.email lacks basis"),
        ('"contract"', '"because"', "because"),
        ('"Signing in"', '""', "needs a purpose"),
        ('"30 days"', '"a month"', "a number of days"),
        ('"30 days"', '"0 days"', "a number of days"),
        ('"Signing in"', "7", "purpose must be of the type str"),
        ('basis = "contract"', 'basis = "contract"\nspecial = true', "explicit_consent"),
        ('"Account"', '""', "a reason to withhold"),
        ('"delete"', '"keep"', "a reason in 'kept'"),
        ('"delete"', '"delete"\nkept = "For fun."', "a reason in 'kept'"),
        ('retention = "30 days"', 'kept = "Tax law."\nretention = "until erasure"', "a reason in 'kept'"),
        ('["email"]', '["email", "email"]', "a column twice"),
        ('["email"]', "[]", "no columns"),
        ("tables.users", "caches.users", "no table"),
    ],
)
def test_a_wrong_entry_is_refused_and_says_what_is_wrong(old: str, new: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read(WHOLE.replace(old, new))


def test_what_outlives_an_erasure_has_an_end() -> None:
    kept = WHOLE.replace('"delete"', '"keep"\nkept = "Tax law."').replace("30 days", "until erasure")

    with pytest.raises(ValueError, match="needs a period"):
        read(kept)


def test_a_column_can_differ_from_its_table() -> None:
    _, secret = read(WHOLE + '[tables.users.but]\nsalt = { export = "", withheld = "A secret." }\n').items

    assert (secret.name, secret.export, secret.withheld, secret.purpose) == ("salt", "", "A secret.", "Signing in")
