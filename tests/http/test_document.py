"""The documentation of the real API: valid, kept beside the code, and silent on what is nobody else's business."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from entrypoints.http import document
from entrypoints.http.api import RESOURCES
from entrypoints.http.routing import routes_of
from tests.http.house import House

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
