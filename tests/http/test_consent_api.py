"""Consent over HTTP."""

import itertools

from tests.http.house import House


async def test_the_history_comes_in_pages_that_join_to_one_chain(house: House) -> None:
    member = await house.member()
    for granted in (True, False, True):
        await member.agree("analytics", granted=granted)
    whole = await member.get("/api/me/consents/history")
    records, cursor = [], ""
    for _ in range(3):
        part = await member.get(f"/api/me/consents/history?limit=3{cursor}")
        records += part["items"]
        cursor = f"&cursor={part['next']}"

    assert len(records) == 7
    assert (records, None) == (whole["items"], whole["next"])
    assert part["next"] is None
    assert all(later["previous_hash"] == earlier["hash"] for earlier, later in itertools.pairwise(records))
    await member.get("/api/me/consents/history?cursor=x", 422)
