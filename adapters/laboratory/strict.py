"""Documents of operators, read strictly: nothing is coerced, nothing unknown is passed over, every fault is named."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import Any, TypeVar

import cattrs
from cattrs.gen import make_dict_structure_fn

from saltbitter_domain.kernel import FieldProblem

T = TypeVar("T")


def converter(*vocabularies: type[Enum]) -> cattrs.Converter:
    """Takes texts, numbers and booleans only as they are; keys that a class does not have are refused.

    Every enum that may be met has to be named, or as a text it would be taken for any text."""
    made = cattrs.Converter(forbid_extra_keys=True)
    for kind in (str, bool, int):
        made.register_structure_hook(kind, _exactly(kind))
    for vocabulary in vocabularies:
        made.register_structure_hook(vocabulary, lambda value, kind: kind(value))
    made.register_structure_hook(float, _number)
    made.register_structure_hook(date, _date)
    made.register_unstructure_hook(date, date.isoformat)
    return made


def or_column(made: cattrs.Converter, cls: type[T], of: Callable[[str], T]) -> Callable[[Any, Any], T]:
    """Structures a table as ``cls``, and a text alone as what ``of`` makes of it."""
    table = make_dict_structure_fn(cls, made, _cattrs_forbid_extra_keys=True)
    return lambda value, kind: of(value) if isinstance(value, str) else table(_table(value), kind)


def problems_of(error: Exception) -> tuple[FieldProblem, ...]:
    """Every fault that structuring found, each with the path of its field."""
    found = []
    for line in cattrs.transform_error(error, path="$", format_exception=_words):
        message, _, path = line.rpartition(" @ ")
        found.append(FieldProblem(path.removeprefix("$").removeprefix(".") or "(document)", "invalid", message))
    return tuple(found)


def _words(error: BaseException, kind: type | None) -> str:
    if isinstance(error, KeyError):
        return "is missing"
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        return f"is not known: {', '.join(sorted(error.extra_fields))}"
    if isinstance(error, AttributeError) or "iterable" in str(error):  # what cattrs meets where there is no table
        return "must be a table, or a list where several are possible"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f"must be one of {', '.join(str(member.value) for member in kind)}"
    return str(error) or cattrs.v.format_exception(error, kind)


def _table(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError("must be a column's name or a table")
    return value


def _exactly(kind: type) -> Callable[[Any, Any], Any]:
    names = {str: "a text", bool: "true or false", int: "a whole number"}

    def hook(value: Any, _: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"must be {names[kind]}")
        return value

    return hook


def _date(value: Any, _: Any) -> date:
    return date.fromisoformat(_exactly(str)(value, str))


def _number(value: Any, _: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise TypeError("must be a number")
    return float(value)
