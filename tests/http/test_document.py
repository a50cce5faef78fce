"""The documentation of the real API: valid, kept beside the code, and silent on what is nobody else's business."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from entrypoints.http import document
from entrypoints.http.api import RESOURCES
from entrypoints.http.routing import routes_of
from tests.http.house import House

DOCUMENT = json.loads(document.text())
KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"
NEVER_SHOWN_TO_OTHERS = {
    "date_of_birth",
    "orientation",
    "values",
    "preferences",
    "religion_importance",
    "latitude",
    "longitude",
    "cell",
    "email",
    "password_hash",
    "scores",
    "anxiety",
    "avoidance",
    "score",
    "tier",
    "visibility",
    "time_zone",
    "perceptual_hash",
}


def test_the_document_kept_is_that_of_the_api() -> None:
    assert KEPT.read_text(encoding="utf-8") == document.text(), "the API has changed: run make openapi"


def test_the_document_of_the_api_is_valid_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(json.loads(document.text())).validate()


def test_the_document_kept_is_the_one_that_is_served(house: House) -> None:
    assert json.loads(document.text()) == house.document


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [route.name for resource in RESOURCES for route in routes_of(resource)]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("view", ["DailyView", "PersonView", "Page_MatchView_", "Page_LikeView_"])
def test_what_is_told_of_another_holds_nothing_that_is_theirs_alone(view: str) -> None:
    schemas = json.loads(document.text())["components"]["schemas"]
    waiting, seen = [view], set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        properties = schemas[name].get("properties", {})
        assert not NEVER_SHOWN_TO_OTHERS & set(properties), name
        found = {reference.rpartition("/")[2] for reference in _references(schemas[name])}
        waiting.extend(found - seen)
    assert "PublicProfile" in seen


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def endless(schema: Mapping[str, Any]) -> bool:
    """Whether a text or a list has no longest; what has a format is as long as that, a file as its
    route says, and a choice repeats nothing."""
    match schema.get("type"):
        case "string":
            return not {"enum", "const", "format", "contentMediaType", "maxLength"} & schema.keys()
        case "array":
            return "maxItems" not in schema and not (schema.get("uniqueItems") and "enum" in resolved(schema["items"]))
        case "object":
            return "additionalProperties" in schema and not (
                schema["additionalProperties"] is False or {"maxProperties", "propertyNames"} & schema.keys()
            )
    return False


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return DOCUMENT["components"]["schemas"][name] if name else schema


def within(schema: Mapping[str, Any], where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The schema and every one inside it, each with where it is."""
    schema = resolved(schema)
    yield where, schema
    inside = {f".{name}": field for name, field in schema.get("properties", {}).items()}
    for name, sign in (("items", "[]"), ("additionalProperties", "{}")):
        inside |= {sign: schema[name]} if isinstance(schema.get(name), dict) else {}
    for name, each in (*inside.items(), *(("", part) for kind in ("anyOf", "oneOf") for part in schema.get(kind, ()))):
        yield from within(each, where + name)


def test_every_text_and_every_list_of_every_body_has_an_end() -> None:
    """What is in an address ends with the line of the request, of which the server reads 8,190 bytes. Whoever of the
    staff notes a breach is told by the domain how many actors they may name; they name acts as often as they like."""
    bodies = {
        f"{method} {path}": body["schema"]
        for path, operations in DOCUMENT["paths"].items()
        for method, operation in operations.items()
        for body in operation.get("requestBody", {}).get("content", {}).values()
        if "schema" in body
    }

    assert len(bodies) > 40
    found = {where for call, schema in bodies.items() for where, each in within(schema, f"{call} ") if endless(each)}
    of_scopes = {where for where in found if where.startswith("post /api/staff/breaches")}
    assert {where.partition(".")[2] for where in of_scopes} == {"scope.actors", "scope.actors[]", "scope.acts"}
    assert found == of_scopes
