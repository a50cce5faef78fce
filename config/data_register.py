"""Reads the data register, strictly: an unknown word, a missing answer or a contradiction is refused with its place."""

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.register import AtErasure, Basis, Item, Kind, Register

FILE = Path(__file__).with_name("data_register.toml")
UNTIL_ERASURE = "until erasure"

_KINDS = {"tables": Kind.TABLE, "caches": Kind.CACHE, "buckets": Kind.BUCKET, "files": Kind.FILE, "parties": Kind.PARTY}
_ANSWERS = {
    "purpose": str,
    "basis": str,
    "special": bool,
    "consents": list,
    "retention": str,
    "export": str,
    "withheld": str,
    "at_erasure": str,
    "kept": str,
}
_DEFAULTS = {"special": False, "consents": [], "export": "", "withheld": "", "kept": ""}
_REQUIRED = _ANSWERS.keys() - _DEFAULTS.keys()


@cache
def data_register() -> Register:
    """The register of this product."""
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> Register:
    """The register written in ``text``. Raises ``ValueError`` that says what is wrong and where."""
    found: list[Item] = []
    for section, places in tomllib.loads(text).items():
        if section not in _KINDS:
            raise ValueError(f"{section} is no section; the sections are {', '.join(_KINDS)}")
        for place, answers in places.items():
            found += _items(_KINDS[section], place, answers)
    return Register(tuple(found))


def _items(kind: Kind, place: str, answers: dict[str, Any]) -> Iterator[Item]:
    shared = {key: value for key, value in answers.items() if key not in {"columns", "but"}}
    columns, exceptions = answers.get("columns", []), answers.get("but", {})
    if kind is not Kind.TABLE:
        if columns or exceptions:
            raise ValueError(f"{place} is no table, so that it has no columns")
        yield _item(kind, place, "", shared)
        return
    if not columns and not exceptions:
        raise ValueError(f"{place} names no columns")
    names = [*columns, *exceptions]
    if len(names) != len(set(names)):
        raise ValueError(f"{place} names a column twice")
    for name in names:
        yield _item(kind, place, name, {**shared, **exceptions.get(name, {})})


def _item(kind: Kind, place: str, name: str, answers: dict[str, Any]) -> Item:
    where = f"{place}.{name}" if name else place
    if stray := answers.keys() - _ANSWERS.keys():
        raise ValueError(f"{where} has the unknown {', '.join(sorted(stray))}")
    if missing := _REQUIRED - answers.keys():
        raise ValueError(f"{where} lacks {', '.join(sorted(missing))}")
    for key, value in answers.items():
        if type(value) is not _ANSWERS[key]:
            raise ValueError(f"{where}: {key} must be of the type {_ANSWERS[key].__name__}")
    whole = {**_DEFAULTS, **answers}
    try:
        return Item(
            kind=kind,
            place=place,
            name=name,
            purpose=whole["purpose"],
            basis=Basis(whole["basis"]),
            special=whole["special"],
            consents=tuple(map(Purpose, whole["consents"])),
            retention=_period(whole["retention"]),
            export=whole["export"],
            withheld=whole["withheld"],
            at_erasure=AtErasure(whole["at_erasure"]),
            kept=whole["kept"],
        )
    except ValueError as wrong:
        raise ValueError(f"{where}: {wrong}") from None


def _period(text: str) -> timedelta | None:
    if text == UNTIL_ERASURE:
        return None
    number, _, unit = text.partition(" ")
    if unit != "days" or not number.isdecimal() or number == "0":
        raise ValueError(f"a retention is “{UNTIL_ERASURE}” or a number of days, such as “30 days”, not “{text}”")
    return timedelta(days=int(number))
