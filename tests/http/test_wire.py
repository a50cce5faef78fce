"""JSON is strict: what a client sends is taken at its word or refused with a reason, and never guessed at."""

import json
from typing import Any

import pytest

from entrypoints.http.wire import MAX_PROBLEMS, Fault
from tests.http.conftest import Client

FULL = {
    "text": "Grüße 🌊",
    "whole": -5,
    "number": 2,
    "flag": True,
    "maybe": None,
    "colour": "blue",
    "day": "2024-02-29",
    "at": "2026-05-04T14:00:00.25+02:00",
    "id": "0190B0A4-7e1c-7000-8000-000000000001",
    "user_id": "0190b0a4-7e1c-7000-8000-000000000002",
    "words": ["b", "a"],
    "colours": ["red", "blue"],
    "ratings": {"red": 3},
    "code": "abc",
    "span": {"min": 1, "max": 2},
    "spans": [{"min": 1, "max": 1}],
}


async def post(api: Client, body: Any) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = await api.post("/ping/echo", data=data, headers={"Content-Type": "application/json"})
    return answer.status, await answer.json(content_type=None)


async def refusals(api: Client, **fields: Any) -> set[tuple[str, str]]:
    status, problem = await post(api, {"text": "x", **fields})

    assert status == 422, problem
    assert problem["code"] == "request_invalid"
    return {(field["path"], field["code"]) for field in problem["fields"]}


@pytest.mark.parametrize(
    "fields",
    [
        {"colours": [1] * 100_000},
        {"colours": ["red", "blue"] + [None] * 100_000},
        {"ratings": {f"k{number}": "x" for number in range(50_000)}},
        {"ratings": dict.fromkeys(map(str, range(50_000)), 1)},
    ],
    ids=["items", "items after some that fit", "keys and values", "keys"],
)
async def test_of_very_many_items_that_do_not_fit_few_are_looked_at(
    api: Client, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any]
) -> None:
    """To say what was wrong with half a million took a minute, in which nobody else was answered."""
    made, make = 0, Fault.__init__

    def counted(fault: Fault, code: str, message: str) -> None:
        nonlocal made
        made += 1
        make(fault, code, message)

    monkeypatch.setattr(Fault, "__init__", counted)

    assert len(await refusals(api, **fields)) == MAX_PROBLEMS
    assert made == MAX_PROBLEMS


async def test_a_complete_body_comes_back_with_instants_in_utc_and_sets_sorted(api: Client) -> None:
    status, answer = await post(api, FULL)

    assert status == 200
    assert answer == {
        **FULL,
        "number": 2.0,
        "at": "2026-05-04T12:00:00.250000Z",
        "id": "0190b0a4-7e1c-7000-8000-000000000001",
        "colours": ["blue", "red"],
    }


async def test_what_is_left_out_takes_its_default(api: Client) -> None:
    status, answer = await post(api, {"text": "x"})

    assert (status, answer["whole"], answer["colour"], answer["words"]) == (200, 0, "red", [])


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("text", 5, "not_text"),
        ("text", None, "not_text"),
        ("text", ["x"], "not_text"),
        ("text", "", "too_short"),
        ("text", "x" * 11, "too_long"),
        ("text", "a\0b", "nul_character"),
        ("whole", "5", "not_whole_number"),
        ("whole", 5.0, "not_whole_number"),
        ("whole", True, "not_whole_number"),
        ("whole", None, "not_whole_number"),
        ("whole", 10**30, "not_whole_number"),
        ("whole", -6, "too_small"),
        ("whole", 100, "too_large"),
        ("number", "1", "not_number"),
        ("number", True, "not_number"),
        ("number", 0, "too_small"),
        ("number", 2.0001, "too_large"),
        ("number", 1e300, "too_large"),
        ("flag", "false", "not_boolean"),
        ("flag", 0, "not_boolean"),
        ("flag", None, "not_boolean"),
        ("colour", "green", "not_a_choice"),
        ("colour", "RED", "not_a_choice"),
        ("colour", ["red"], "not_a_choice"),
        ("colour", None, "not_a_choice"),
        ("day", "2023-02-29", "not_date"),
        ("day", "2024-2-9", "not_date"),
        ("day", "2024-02-29T00:00:00Z", "not_date"),
        ("day", "２０２４-02-29", "not_date"),
        ("day", 20240229, "not_date"),
        ("at", "2026-05-04T14:00:00", "not_instant"),
        ("at", "2026-05-04 14:00:00Z", "not_instant"),
        ("at", "2026-13-04T14:00:00Z", "not_instant"),
        ("at", "0001-01-01T00:00:00+14:00", "not_instant"),
        ("at", 1777896000, "not_instant"),
        ("id", "0190b0a47e1c70008000000000000001", "not_uuid"),
        ("id", "{0190b0a4-7e1c-7000-8000-000000000001}", "not_uuid"),
        ("user_id", 1, "not_uuid"),
        ("words", "abc", "not_array"),
        ("words", {"0": "a"}, "not_array"),
        ("words", ["a"] * 4, "too_long"),
        ("colours", ["red", "red"], "duplicates"),
        ("colours", "red", "not_array"),
        ("ratings", [["red", 1]], "not_object"),
        ("code", "a1", "wrong_form"),
        ("span", [1, 2], "not_object"),
        ("span", {"min": 2, "max": 1}, "invalid"),
        ("spans", None, "not_array"),
    ],
)
async def test_a_value_of_another_type_or_out_of_bounds_is_refused(
    api: Client, field: str, value: object, code: str
) -> None:
    assert await refusals(api, **{field: value}) == {(field, code)}


async def test_every_problem_is_reported_at_once_with_its_path(api: Client) -> None:
    found = await refusals(
        api,
        flag="no",
        words=["a", 1],
        ratings={"red": "x"},
        spans=[{"min": 1}, {"min": 1, "max": 2, "mid": 3}, 4],
        role="admin",
    )

    assert found == {
        ("flag", "not_boolean"),
        ("words.1", "not_text"),
        ("ratings.red", "not_whole_number"),
        ("spans.0.max", "missing"),
        ("spans.1.mid", "unknown_field"),
        ("spans.2", "not_object"),
        ("role", "unknown_field"),
    }


async def test_an_unknown_key_of_a_mapping_is_refused(api: Client) -> None:
    (path, code) = (await refusals(api, ratings={"green": 1})).pop()

    assert path.startswith("ratings")
    assert code == "not_a_choice"


@pytest.mark.parametrize("body", [[], "text", 5, None, True])
async def test_only_an_object_is_a_body(api: Client, body: object) -> None:
    status, problem = await post(api, body)

    assert (status, problem["fields"]) == (
        422,
        [{"path": "", "code": "not_object", "message": "Give an object in braces."}],
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'text': 'x'}",
        b'{"text": "x",}',
        b'{"text": NaN}',
        b'{"number": Infinity}',
        b'{"number": 1e400}',
        b'{"text": "\xff"}',
        b'{"text": "\\ud800"}',
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"a":' * 10_000,
    ],
)
async def test_what_is_not_json_is_refused_as_unreadable(api: Client, body: bytes) -> None:
    status, problem = await post(api, body)

    assert (status, problem["code"]) == (400, "json_malformed")


async def test_of_a_key_given_twice_the_last_value_counts(api: Client) -> None:
    _, answer = await post(api, b'{"text": "a", "text": "b"}')

    assert answer["text"] == "b"


async def test_a_flood_of_unknown_keys_is_answered_briefly(api: Client) -> None:
    status, problem = await post(api, {"text": "x", **{f"{number}-{'k' * 500}": 1 for number in range(1000)}})

    assert status == 422
    assert len(problem["fields"]) == 50
    assert all(len(field["path"]) <= 100 for field in problem["fields"])


async def test_no_refusal_repeats_what_was_sent(api: Client) -> None:
    _, problem = await post(api, {"text": 5, "colour": "sesame", "day": "sesame", "id": "sesame", "code": "SESAME"})

    assert "sesame" not in json.dumps(problem).lower()


@pytest.mark.parametrize(
    ("query", "path", "code"),
    [
        ("limit=0", "limit", "too_small"),
        ("limit=101", "limit", "too_large"),
        ("limit=ten", "limit", "not_whole_number"),
        ("limit=1.0", "limit", "not_whole_number"),
        ("limit=%D9%A1", "limit", "not_whole_number"),
        ("limit=" + "9" * 5000, "limit", "not_whole_number"),
        ("limit=1&limit=2", "limit", "repeated"),
        ("offset=1", "offset", "unknown_field"),
        ("cursor=", "cursor", "too_short"),
        ("cursor=%00", "cursor", "nul_character"),
        ("cursor=%FF", "cursor", "cursor_unknown"),
        ("cursor=AAAA", "cursor", "cursor_unknown"),
        ("cursor=Grüße", "cursor", "cursor_unknown"),
    ],
)
async def test_a_query_is_as_strict_as_a_body(api: Client, query: str, path: str, code: str) -> None:
    answer = await api.get(f"/ping/notes?{query}")
    problem = await answer.json(content_type=None)

    assert answer.status == 422
    assert [(field["path"], field["code"]) for field in problem["fields"]] == [(path, code)]


async def test_a_list_comes_in_pages_until_there_is_no_next(api: Client) -> None:
    for path in ("/ping/notes", "/ping/notes/by-time"):
        seen, cursor = [], ""
        while cursor is not None:
            answer = await (await api.get(f"{path}?limit=2{cursor and '&cursor='}{cursor}")).json()
            seen.append([item["id"][-1] for item in answer["items"]])
            cursor = answer["next"]

        assert seen == [["1", "2"], ["3", "4"], ["5"]]


async def test_a_cursor_of_another_list_is_refused(api: Client) -> None:
    cursor = (await (await api.get("/ping/notes?limit=1")).json())["next"]
    answer = await api.get(f"/ping/notes/by-time?cursor={cursor}")

    assert answer.status == 422


async def test_an_answer_shows_the_declared_fields_and_no_others(api: Client) -> None:
    answer = await (await api.get("/ping/notes")).json()

    assert all(set(item) == {"id"} for item in answer["items"])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ping/notes/0190b0a4-7e1c-7000-8000-000000000001", 200),
        ("/ping/notes/7", 404),
        ("/ping/notes/" + "-" * 36, 404),
        ("/ping/notes/%00", 404),
        ("/ping/notes/..%2F..%2Fetc", 404),
        ("/ping/colours/red", 200),
        ("/ping/colours/green", 404),
        ("/ping/colours/%FF", 404),
    ],
)
async def test_a_path_with_no_such_thing_leads_nowhere(api: Client, path: str, status: int) -> None:
    answer = await api.get(path)

    assert answer.status == status
