"""Stripe's own description of its API, against which every request is held.

It is that of 2023: newer objects have other shapes, but what may be sent for what we use has not changed since. The
place of the files comes from ``SALTBITTER_REFERENCE_DATA``; without them nothing is checked.
"""

import json
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import attrs

VARIABLE = "SALTBITTER_REFERENCE_DATA"
FILE = Path("stripe") / "spec3_2023-09-12.json"


def place() -> Path | None:
    """Where the description is, or None."""
    folder = os.environ.get(VARIABLE)  # noqa: TID251  a test's own setting
    path = Path(folder) / FILE if folder else None
    return path if path and path.is_file() else None


@attrs.frozen
class Reference:
    """Judges the parameters of a request."""

    paths: Mapping[str, Any] = attrs.field(repr=False)

    def fault(self, method: str, path: str, parameters: Mapping[str, Any]) -> str | None:
        """What is wrong with a request, or None."""
        operation = self._operation(method, path)
        if operation is None:
            return f"Unrecognized request URL ({method}: {path})."
        if method == "POST":
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/x-www-form-urlencoded", {}).get("schema", {})
            return _fault(schema, dict(parameters), "")
        known = {entry["name"]: entry for entry in operation.get("parameters", ()) if entry["in"] == "query"}
        form = operation.get("requestBody", {}).get("content", {})
        known_in_form = form.get("application/x-www-form-urlencoded", {}).get("schema", {}).get("properties", {})
        for name, value in parameters.items():
            schema = known[name]["schema"] if name in known else known_in_form.get(name)
            if schema is None:
                return f"Received unknown parameter: {name}"
            if fault := _fault(schema, value, name):
                return fault
        return None

    def _operation(self, method: str, path: str) -> Mapping[str, Any] | None:
        for pattern, operations in self.paths.items():
            if method.lower() in operations and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", pattern), path):
                found: Mapping[str, Any] = operations[method.lower()]
                return found
        return None


@cache
def reference() -> Reference | None:
    """The description, read once; None where it is not."""
    path = place()
    return Reference(json.loads(path.read_text("utf-8"))["paths"]) if path else None


def _fault(schema: Mapping[str, Any], value: Any, at: str) -> str | None:
    if "anyOf" in schema:
        faults = [_fault(option, value, at) for option in schema["anyOf"]]
        return None if None in faults else faults[0]
    kind = schema.get("type")
    if kind == "object":
        return _object_fault(schema, value, at)
    if kind == "array":
        if not isinstance(value, list):
            return f"Invalid array: {at}"
        return next((f for n, part in enumerate(value) if (f := _fault(schema["items"], part, f"{at}[{n}]"))), None)
    if not isinstance(value, str):
        return f"Invalid string: {at}"
    if "enum" in schema and value not in schema["enum"]:
        return f"Invalid {at}: must be one of {', '.join(schema['enum'])}"
    return _leaf_fault(schema, value, at)


def _object_fault(schema: Mapping[str, Any], value: Any, at: str) -> str | None:
    if not isinstance(value, dict):
        return f"Invalid object: {at}"
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            return f"Missing required param: {at}[{name}]"
    for name, part in value.items():
        inside = f"{at}[{name}]" if at else name
        inner = properties.get(name) or schema.get("additionalProperties")
        if not isinstance(inner, dict):
            return f"Received unknown parameter: {inside}"
        if fault := _fault(inner, part, inside):
            return fault
    return None


def _leaf_fault(schema: Mapping[str, Any], value: str, at: str) -> str | None:
    kind = schema.get("type")
    if kind == "integer" and not re.fullmatch(r"-?\d+", value):
        return f"Invalid integer: {at}"
    if kind == "number" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return f"Invalid number: {at}"
    if kind == "boolean" and value not in {"true", "false"}:
        return f"Invalid boolean: {at}"
    if len(value) > schema.get("maxLength", len(value)):
        return f"Invalid string: {at} must be at most {schema['maxLength']} characters"
    return None
