"""Chains of records: each holds the hash of the one before it, so that a record altered, removed, inserted or moved
afterwards no longer fits its neighbours.

Records cut off at the end leave a chain that is shorter and still valid: the head that is kept apart misses them.
Whoever can rewrite a chain and its head alike leaves no trace in either.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol, TypeVar

import attrs

GENESIS_HASH = "0" * 64


class Link(Protocol):
    """A record of a chain. ``sequence`` counts from 1; ``hash`` is SHA-256 in lower-case hexadecimal over the record's
    canonical form, which holds ``previous_hash``: the hash of the link before, ``GENESIS_HASH`` for the first."""

    @property
    def sequence(self) -> int: ...

    @property
    def previous_hash(self) -> str: ...

    @property
    def hash(self) -> str: ...


L = TypeVar("L", bound=Link)


@attrs.frozen
class ChainHead:
    """The last record of a chain, kept apart from it, so that records cut off at the end are missed."""

    sequence: int
    hash: str


class Fault(StrEnum):
    MISSING = "missing"
    ALTERED = "altered"
    """Its content and its hash do not belong together."""
    DETACHED = "detached"
    """It, or the one before it, was written anew together with its hash."""
    NOT_THE_HEAD = "not the head"
    """It is the last there is and not the last that was written."""


@attrs.frozen
class Flaw:
    """What is wrong with the records ``first`` to ``last`` of a chain."""

    first: int
    last: int
    fault: Fault

    def __str__(self) -> str:
        which = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        return f"{which}  {self.fault}"


def canonical_form(fields: Mapping[str, object]) -> bytes:
    """The bytes that are hashed: one JSON object in the form of RFC 8785 (JCS).

    Keys sorted, no white space, UTF-8. Instants in UTC with exactly six decimals
    (``2026-11-01T09:30:00.000000+00:00``); everything else must be a string, a boolean, an integer or a list of them.
    """
    return _json({name: _plain(value) for name, value in fields.items()}).encode()


def canonical_form_around(fields: Mapping[str, object], missing: Collection[str]) -> list[str]:
    """The canonical form as far as it is known: what stands before the value of each field that is ``missing``, in the
    order of their names, and what stands after the last of them. ``fields`` are all the others."""
    pieces, before = [""], "{"
    for name in sorted({*fields, *missing}):
        pieces[-1] += f"{before}{_json(name)}:"
        if name in missing:
            pieces.append("")
        else:
            pieces[-1] += _json(_plain(fields[name]))
        before = ","
    pieces[-1] += "}"
    return pieces


def digest(form: bytes) -> str:
    """The hash of a canonical form."""
    return hashlib.sha256(form).hexdigest()


NOTHING_YET = ChainHead(0, GENESIS_HASH)
"""Where a chain begins."""


def flaws(
    records: Sequence[L], head: ChainHead, form: Callable[[L], bytes], forgotten: ChainHead = NOTHING_YET
) -> Iterator[Flaw]:
    """Every record of a chain, given by sequence, that is missing or not as it was written, in order.

    ``head`` is what the chain should end with: ``NOTHING_YET`` where nothing was written yet. ``forgotten`` is the last
    of those that were forgotten because they were old, after which the others follow."""
    expected, before = forgotten.sequence + 1, forgotten.hash
    for record in records:
        if record.sequence > expected:
            yield Flaw(expected, record.sequence - 1, Fault.MISSING)
            before = ""
        fault = None
        if record.hash != digest(form(record)):
            fault = Fault.ALTERED
        elif before and record.previous_hash != before:
            fault = Fault.DETACHED
        if fault:
            yield Flaw(record.sequence, record.sequence, fault)
        before = record.hash if fault is None else ""
        expected = max(expected, record.sequence + 1)
    if head.sequence >= expected:
        yield Flaw(expected, head.sequence, Fault.MISSING)
    elif before and head != ChainHead(expected - 1, before):
        yield Flaw(expected - 1, expected - 1, Fault.NOT_THE_HEAD)


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
