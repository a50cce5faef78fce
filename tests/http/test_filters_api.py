"""What wishes cost, over HTTP."""

from typing import Any

import orjson

from tests.doubles.town import town
from tests.http.house import House, profile_content
from tests.http.stage import Stage, ask


def wishing(**changes: Any) -> dict[str, Any]:
    return {"preferences": {"genders": ["man"], "ages": {"min": 18, "max": 99}, **changes}}


async def test_wishes_are_counted_before_they_are_saved_and_narrower_ones_leave_fewer() -> None:
    async with town(200) as home:
        person = await Stage(home).person()

        async def counted(**changes: Any) -> Any:
            body = wishing(genders=["man", "woman", "non_binary"], **changes)
            return orjson.loads((await ask(home, "POST /api/me/filter-costs", token=person.token, body=body)).body)

        wide = await counted()
        narrow = await counted(ages={"min": 40, "max": 45}, max_distance_km=5, deal_breakers=["smokes"])

    assert wide["filters"] == [{"filter": "age", "hides": None}]
    assert wide["people"] == wide["left"] >= 20
    assert narrow["people"] == wide["people"]
    assert (narrow["left"] or 0) < wide["left"]
    assert [cost["filter"] for cost in narrow["filters"]] == ["age", "distance", "deal_breaker.smokes"]
    assert narrow["filters"][0]["hides"] >= 10


async def test_what_cannot_be_wished_for_is_refused_and_a_profile_comes_first(house: House) -> None:
    member = await house.member()
    lacking = await member.post("/api/me/filter-costs", wishing(), 409)
    assert (lacking["code"], lacking["fields"][0]["code"]) == ("not_ready_to_match", "create_profile")

    await member.post("/api/me/profile", profile_content(), 201)
    assert (await member.post("/api/me/filter-costs", wishing()))["people"] is None
    refused = await member.post("/api/me/filter-costs", wishing(ages={"min": 40, "max": 30}), 422)
    assert [field["path"] for field in refused["fields"]] == ["preferences.ages"]
