"""The documentation of the real API: valid, and kept beside the code."""

import json
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

from entrypoints.http import document
from tests.http.house import House

KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_document_kept_is_that_of_the_api() -> None:
    assert KEPT.read_text(encoding="utf-8") == document.text(), "the API has changed: run make openapi"


def test_the_document_of_the_api_is_valid_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(json.loads(document.text())).validate()


def test_the_document_kept_is_the_one_that_is_served(house: House) -> None:
    assert json.loads(document.text()) == house.document
