"""The questionnaire over HTTP."""

from typing import Any

import pytest

from saltbitter_domain.assessments.catalogue import questionnaire
from saltbitter_domain.assessments.catalogue_de import STATEMENTS
from tests.http.house import House


async def test_the_questionnaire_comes_with_its_instructions(house: House) -> None:
    asked = await (await house.member()).get("/api/questionnaires/attachment")

    assert asked["instructions"] == questionnaire().instructions != ""
    assert [statement["text"] for statement in asked["statements"]] == [s.text for s in questionnaire().statements]


async def test_a_german_reader_is_asked_in_german(house: House) -> None:
    member = await house.member()
    answer = await member.call("GET", "/api/questionnaires/attachment", headers={"Accept-Language": "de"})

    assert (answer.headers["Content-Language"], answer.body["language"]) == ("de", "de")
    assert answer.body["version"] == questionnaire().version
    assert {each["id"]: each["text"] for each in answer.body["statements"]} == STATEMENTS


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        ({f"s{number}": 4 for number in range(201)}, "answers"),
        ({"s" * 65: 4}, "answers." + "s" * 65),
        ({"s" * 1_000_000: 4}, "answers." + "s" * 92),
    ],
)
async def test_answers_have_bounds_and_a_refusal_of_them_is_short(house: House, answers: Any, path: str) -> None:
    member = await house.member()
    body = {"questionnaire": questionnaire().version, "answers": answers, "seconds": 60}
    problem = await member.post("/api/me/assessments", body, 422)

    assert problem["code"] == "request_invalid"
    assert [(field["path"], field["code"]) for field in problem["fields"]] == [(path, "too_long")]
