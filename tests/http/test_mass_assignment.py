"""Whatever the product keeps of anybody, no request sets it that is not asked for it by name."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

import attrs
import orjson
import pytest

from adapters.postgres.tables import metadata
from entrypoints.http import wire
from entrypoints.http.api import RESOURCES
from entrypoints.http.routing import Route, routes_of
from entrypoints.http.wire import MAX_PROBLEMS
from tests.doubles.refusals import told

COLUMNS = sorted({str(column.name) for table in metadata.sorted_tables for column in table.columns})
TEMPTING = (
    "is_admin",
    "admin",
    "is_staff",
    "verified",
    "score",
    "scores",
    "premium",
    "__class__",
    "_user_id",
    "userId",
)
BODIES = {
    f"{route.method} {route.path}": route
    for resource in RESOURCES
    for route in routes_of(resource)
    if route.body is not None and attrs.has(route.body)
}


def objects(type_: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], type]]:
    """Every object of a fixed shape in a body, the body itself first, each with the fields that lead to it."""
    if attrs.has(type_):
        yield path, type_
        for field in attrs.fields(attrs.resolve_types(type_, include_extras=False)):
            yield from objects(field.type, (*path, field.name))
    elif ... not in get_args(type_):
        for part in get_args(type_):
            yield from objects(part, path)


def set_at(path: tuple[str, ...], names: Sequence[str]) -> Any:
    """A body that holds nothing but these names, so deep."""
    body: Any = dict.fromkeys(names, "set by a request")
    for step in reversed(path):
        body = {step: body}
    return body


@pytest.mark.parametrize("call", BODIES)
def test_no_column_is_set_that_a_request_does_not_name(call: str) -> None:
    route: Route = BODIES[call]
    for path, type_ in objects(route.body):
        known = {field.name for field in attrs.fields(type_)}
        others = sorted({*COLUMNS, *TEMPTING} - known)
        for some in batched(others, MAX_PROBLEMS // 2):
            with pytest.raises(wire.RequestInvalid) as refused:
                wire.read_body(orjson.dumps(set_at(path, some)), route.body)
            refusals = told(refused.value)
            assert all((".".join((*path, name)), "unknown_field") in refusals for name in some), refusals


def batched(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (names[first : first + size] for first in range(0, len(names), size))
