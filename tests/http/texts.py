"""Every place where a request takes text, found in the OpenAPI document."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

Schema = Mapping[str, Any]
Path = tuple[str | int, ...]
KEY = "{key}"
"""In a path: the key of a mapping itself, which is text as well."""


@attrs.frozen
class Field:
    """Where text goes: ``place`` is body, query or path. A closed one takes a choice, an id, a date or a number."""

    place: str
    path: Path
    closed: bool

    @property
    def dotted(self) -> str:
        return ".".join(str(step) for step in self.path if step != KEY)

    def blamed_by(self, problem: str) -> bool:
        """Whether a problem reported at this path is about this field, about what holds it or about a part of it."""
        return problem == self.dotted or problem.startswith(f"{self.dotted}.") or self.dotted.startswith(f"{problem}.")


def fields(document: Schema, operation: Schema) -> Sequence[Field]:
    """Every field of an operation that is text on the wire."""
    found = [
        Field(parameter["in"], (parameter["name"],), _closed(parameter["schema"]))
        for parameter in operation.get("parameters", ())
        if parameter["in"] in {"query", "path"}
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return [*found, *(_in_schema(document, body["schema"], ()) if body else ())]


def _closed(schema: Schema) -> bool:
    return schema.get("type") != "string" or "enum" in schema or "format" in schema


def _in_schema(document: Schema, schema: Schema, path: Path) -> Iterator[Field]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _in_schema(document, document["components"]["schemas"][name], path)
    for choice in schema.get("anyOf", ()):
        yield from _in_schema(document, choice, path)
    if schema.get("type") == "string" or "enum" in schema:
        yield Field("body", path, _closed(schema))
    for name, inner in schema.get("properties", {}).items():
        yield from _in_schema(document, inner, (*path, name))
    if "items" in schema:
        yield from _in_schema(document, schema["items"], (*path, 0))
    if schema.get("additionalProperties"):
        yield Field("body", (*path, KEY), "enum" in schema.get("propertyNames", ()))
        yield from _in_schema(document, schema["additionalProperties"], (*path, KEY))


def filled(body: Any, wanted: Sequence[Field], text: str) -> Any:
    """The body with ``text`` in each of these fields. What holds a field must be in the body."""
    body = copy.deepcopy(body)
    for field in wanted:
        if field.place == "body":
            *way, last = field.path
            holder = body
            for step in way:
                holder = holder[step]
            if last == KEY:
                holder[text] = holder.pop(next(iter(holder)))
            elif isinstance(holder, list):
                holder[:1] = [text]
            else:
                holder[last] = text
    return body


def taken(body: Any, path: Path) -> Any:
    """What stands at a path."""
    for step in path:
        body = body[step]
    return body
