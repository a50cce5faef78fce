"""What is in a member's copy, and how it is written: for programs, for people, and packed."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Any
from uuid import UUID

import attrs

from saltbitter_domain.exports.ports import Columns, Records
from saltbitter_domain.kernel import ExportId, UserId
from saltbitter_domain.register import Kind, Register
from saltbitter_domain.users.ports import Secrets

FORMAT = "saltbitter-export-v1"
SIDES = ("low", "high")
"""What two members who share a row are called in it."""
OTHER = "other"
"""The column under which a member finds with whom they share a row."""
ARCHIVE_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest that a ZIP can tell: the same content then gives the same bytes."""


def exported_columns(register: Register) -> Columns:
    """What of every table belongs into the copy, in the order of the register."""
    columns: dict[str, list[str]] = {}
    for item in register.of(Kind.TABLE):
        if item.export:
            columns.setdefault(item.place, []).append(item.name)
    return columns


def own_side(columns: Sequence[str]) -> Sequence[str]:
    """The names under which a member gets their side of a row that two share; of any other row, its own names."""
    if not set(SIDES) <= set(columns):
        return columns
    names: dict[str, None] = {}
    for column in columns:
        side, _, name = column.partition("_")
        names[OTHER if column in SIDES else name if side in SIDES else column] = None
    return tuple(names)


def as_json(value: object) -> Any:
    """A stored value as JSON has it: instants in UTC and ISO 8601, sets in order, words of the domain as they are."""
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date() | time() | UUID():
            return str(value)
        case Mapping():
            return {str(as_json(key)): as_json(each) for key, each in value.items()}
        case set() | frozenset():
            return sorted(map(as_json, value))
        case list() | tuple():
            return [as_json(each) for each in value]
        case None | bool() | int() | float() | str():
            return value
    if attrs.has(type(value)):
        return as_json(attrs.asdict(value, recurse=False))  # type: ignore[arg-type]
    raise TypeError(f"an export cannot hold a {type(value).__name__}")


def document(user_id: UserId, made_at: datetime, records: Records, photos: Mapping[str, str]) -> dict[str, Any]:
    """What ``data.json`` holds. ``photos`` are the files in the archive by the id of the photo."""
    return {
        "format": FORMAT,
        "member": str(user_id),
        "made_at": as_json(made_at),
        "records": as_json({table: [_unranked(table, row) for row in rows] for table, rows in records.items()}),
        "photos": dict(photos),
    }


def _unranked(table: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row in which people stand in the order of their numbers. Introductions are stored in that of the scores, which
    are withheld: beside what explanations tell, it would tell how those people answered about closeness."""
    return {**row, "candidates": sorted(row["candidates"])} if table == "daily_matches" else row


def schema(register: Register, types: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of ``data.json``; ``types`` has that of every column of every table exported."""
    tables = {
        table: {"type": "array", "items": _closed({name: types[table][name] for name in own_side(columns)})}
        for table, columns in exported_columns(register).items()
    }
    whole = {
        "format": {"const": FORMAT},
        "member": {"type": "string", "format": "uuid"},
        "made_at": {"type": "string", "format": "date-time"},
        "records": _closed(tables),
        "photos": {"type": "object", "additionalProperties": {"type": "string"}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A member's copy of their data",
        **_closed(whole),
    }


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def archive(files: Mapping[str, bytes]) -> bytes:
    """These files as one ZIP."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, ARCHIVE_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            whole.writestr(entry, content)
    return packed.getvalue()


def data_file(data: Mapping[str, Any]) -> bytes:
    """``data.json``, for programs."""
    return json.dumps(data, ensure_ascii=False, indent=2).encode()


def archive_path(secrets: Secrets, export_id: ExportId) -> str:
    """The path and query under which a copy is fetched: signed, so that nobody can make up another's."""
    return f"/api/exports/{export_id}/archive?signature={signature(secrets, export_id)}"


def signature(secrets: Secrets, export_id: ExportId) -> str:
    """What only the server can say of a copy."""
    return secrets.derived("export", str(export_id))


def headings(register: Register) -> Iterator[tuple[str, Sequence[str]]]:
    """The headings under which a member finds their data, and the tables under each."""
    found: dict[str, dict[str, None]] = {}
    for item in register.of(Kind.TABLE):
        if item.export:
            found.setdefault(item.export, {})[item.place] = None
    for heading, tables in found.items():
        yield heading, tuple(tables)
