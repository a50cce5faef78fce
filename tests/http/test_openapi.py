"""The documentation is made from the routes, is valid, and needs nobody else's machine."""

import json
import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.http.conftest import Client


@pytest.fixture
def document(api: Client, run: Any) -> dict[str, Any]:
    async def read() -> Any:
        return await (await api.get("/api/openapi.json")).json()

    return run(read())  # type: ignore[no-any-return]


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_a_body_is_described_with_the_bounds_that_are_enforced(document: dict[str, Any]) -> None:
    ping = document["components"]["schemas"]["Ping"]

    assert ping["additionalProperties"] is False
    assert ping["required"] == ["text"]
    assert ping["properties"]["text"] == {"type": "string", "minLength": 1, "maxLength": 10}
    assert ping["properties"]["whole"] == {"type": "integer", "minimum": -5, "exclusiveMaximum": 100, "default": 0}
    assert {"type": "string", "format": "date-time"} in ping["properties"]["at"]["anyOf"]
    assert ping["properties"]["ratings"]["propertyNames"] == {"enum": ["red", "blue"]}


def test_an_answer_promises_every_field_and_no_other(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    assert schemas["Document"]["required"] == ["words", "version"]
    assert schemas["Problem"]["required"] == list(schemas["Problem"]["properties"])
    assert set(schemas["NoteView"]["properties"]) == {"id"}
    assert schemas["Page_Note_"]["properties"]["items"]["items"] == {"$ref": "#/components/schemas/Note"}
    assert schemas["Note"]["properties"]["at"] == {"type": "string", "format": "date-time"}


def test_an_operation_says_what_it_takes_answers_and_refuses(document: dict[str, Any]) -> None:
    make = document["paths"]["/ping/things"]["post"]

    assert make["security"] == [{"accessToken": []}]
    assert [parameter["name"] for parameter in make["parameters"]] == ["Idempotency-Key"]
    assert set(make["responses"]) == {"201", "400", "401", "409", "413", "415", "422", "429", "503"}
    assert "`test_ping_taken`" in make["responses"]["409"]["description"]
    assert "Retry-After" in make["responses"]["429"]["headers"]
    write = document["paths"]["/ping/document"]["put"]
    assert {"412", "428"} <= set(write["responses"])
    assert "`stale_write`" in write["responses"]["412"]["description"]
    assert "409" not in write["responses"]
    assert "`stale_write`" in make["responses"]["409"]["description"]
    assert "ETag" in write["responses"]["200"]["headers"]
    notes = document["paths"]["/ping/notes"]["get"]
    assert "security" not in notes
    assert {parameter["name"]: parameter["required"] for parameter in notes["parameters"]} == {
        "cursor": False,
        "limit": False,
    }
    note = document["paths"]["/ping/notes/{note_id}"]["get"]
    assert note["parameters"][0]["schema"] == {"type": "string", "format": "uuid"}
    files = document["paths"]["/ping/files"]["post"]["requestBody"]["content"]
    assert set(files) == {"image/png", "multipart/form-data"}


async def test_swagger_ui_is_served_from_here_alone_and_runs_no_inline_script(api: Client) -> None:
    answer = await api.get("/api/docs")
    page = await answer.text()

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"https?:|//", page.replace("<!doctype html>", ""))
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|<style|\sstyle=", page)
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        found = await api.get(address)
        assert found.status == 200, address
        assert found.headers["X-Content-Type-Options"] == "nosniff"
        assert len(await found.read()) > 100


@pytest.mark.parametrize("file", ["package.json", "..%2F..%2F__init__.py", "%2Fetc%2Fpasswd", "swagger-ui.css.map"])
async def test_no_other_file_is_served(api: Client, file: str) -> None:
    assert (await api.get(f"/api/docs/{file}")).status == 404


def test_the_document_stands_for_wherever_it_is_served(document: dict[str, Any]) -> None:
    assert document["servers"] == [{"url": "/"}]
    assert not re.search(r"https?://", json.dumps(document))
