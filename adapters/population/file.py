"""A population as a file: one JSON object a line, its keys those of ``SyntheticMember``."""

from collections.abc import Iterable
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import cattrs
import orjson

from adapters.population.generator import SyntheticMember

_converter = cattrs.Converter()
_converter.register_unstructure_hook(date, date.isoformat)
_converter.register_unstructure_hook(Enum, lambda member: member.value)
_converter.register_unstructure_hook_func(
    lambda cls: getattr(cls, "__origin__", None) is frozenset, lambda members: sorted(str(m) for m in members)
)


def as_record(member: SyntheticMember) -> dict[str, Any]:
    """The member as plain JSON values."""
    record: dict[str, Any] = _converter.unstructure(member)
    return record


def write(members: Iterable[SyntheticMember], out: Path) -> None:
    """Write the members to ``out``, whose folder is made when it is missing."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as file:
        for member in members:
            file.write(orjson.dumps(as_record(member), option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS))
