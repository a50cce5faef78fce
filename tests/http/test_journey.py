"""A member's way through the API, from nothing to a match; every answer is as the document promises."""

import itertools
from datetime import timedelta
from uuid import UUID

from saltbitter_domain.compatibility.explanations_de import GERMAN
from saltbitter_domain.kernel import UserId
from saltbitter_domain.subscriptions.model import Tier
from tests.http.house import House, profile_content


async def test_two_members_meet_and_match(house: House) -> None:
    mira, jon = await house.ready_member("woman", "man"), await house.ready_member("man", "woman")
    for member in (mira, jon):
        assert (await member.get("/api/me/profile/completeness"))["percent"] > 0
    house.clock.advance(timedelta(days=1))
    await mira.login()
    await jon.login()
    await house.settle()

    day = await mira.get("/api/me/daily-matches")
    (suggestion,) = day["suggestions"]
    assert suggestion["profile"]["user_id"] == jon.id
    assert {factor["factor"] for factor in suggestion["explanation"]["factors"]} == {
        "attachment",
        "interests",
        "values",
        "demographics",
    }
    assert (await mira.get(f"/api/people/{jon.id}"))["decision"] is None

    for reader, other in ((mira, jon), (jon, mira)):
        for path in ("/api/me/daily-matches", f"/api/people/{other.id}"):
            answer = await reader.call("GET", path, headers={"Accept-Language": "de"})
            assert answer.headers["Content-Language"] == "de"
            told = answer.body if path.startswith("/api/people") else answer.body["suggestions"][0]
            assert told["explanation"]["factors"][0]["sentences"] == [GERMAN.attachment_unanswered]

    first = await mira.post("/api/me/decisions", {"user_id": jon.id, "kind": "like", "note": "Hello!"}, 201)
    assert first["match"] is None
    await mira.post("/api/me/decisions", {"user_id": jon.id, "kind": "pass"}, 409)
    assert (await mira.post("/api/me/decisions/undo", {"user_id": jon.id}))["kind"] == "like"
    await mira.post("/api/me/decisions/undo", {"user_id": jon.id}, 409)
    await mira.post("/api/me/decisions", {"user_id": jon.id, "kind": "like"}, 201)
    second = await jon.post("/api/me/decisions", {"user_id": mira.id, "kind": "like"}, 201)
    assert second["match"] is not None

    for one, other in ((mira, jon), (jon, mira)):
        matches = await one.get("/api/me/matches")
        assert [match["profile"]["user_id"] for match in matches["items"]] == [other.id]
        assert matches["next"] is None
    await house.settle()
    kinds = {notice["kind"] for notice in (await mira.get("/api/me/notices"))["items"]}
    assert kinds == {"daily_matches", "mutual_match"}
    await mira.post("/api/me/notices/seen", expect=204)
    assert all(notice["seen_at"] for notice in (await mira.get("/api/me/notices?limit=1"))["items"])


async def test_before_the_first_morning_the_day_says_what_is_missing(house: House) -> None:
    member = await house.member()
    day = await member.get("/api/me/daily-matches")

    assert (day["suggestions"], day["made_at"]) == ([], None)
    assert "create_profile" in day["missing"]
    problem = await member.post("/api/me/decisions", {"user_id": member.id, "kind": "like"}, 409)
    assert (problem["code"], problem["fields"][0]["path"]) == ("not_ready_to_match", "create_profile")


async def test_tools_of_other_tiers_say_so(house: House) -> None:
    member = await house.ready_member("woman", "man")

    assert (await member.get("/api/me/likes-received", 403))["code"] == "not_entitled"
    assert (await member.post("/api/me/daily-matches/next-page", expect=403))["code"] == "not_entitled"
    assert (await member.get("/api/me/subscription"))["tier"] == "free"


async def test_premium_members_see_who_likes_them(house: House) -> None:
    mira, jon = await house.ready_member("woman", "man"), await house.ready_member("man", "woman")
    async with house.application.adapters.begin()() as uow:
        await uow.subscriptions.set_tier(UserId(UUID(jon.id)), Tier.PREMIUM)
        await uow.commit()
    house.clock.advance(timedelta(days=1))
    await mira.login()
    await jon.login()
    await house.settle()
    await mira.post("/api/me/decisions", {"user_id": jon.id, "kind": "like", "note": "Boats?"}, 201)

    likes = await jon.get("/api/me/likes-received")
    assert [(like["profile"]["user_id"], like["note"]) for like in likes["items"]] == [(mira.id, "Boats?")]
    assert likes["next"] is None
    assert (await jon.get("/api/me/subscription"))["entitlements"]["see_who_liked"] is True
    assert (await jon.post("/api/me/daily-matches/next-page", expect=409))["code"] == "nobody_left"
    day = await jon.get("/api/me/daily-matches?page=1")
    assert (day["page"], day["pages"], len(day["suggestions"])) == (1, 1, 1)
    assert (await jon.get("/api/me/daily-matches?page=2", 404))["code"] == "page_missing"
    assert (await jon.get("/api/me/daily-matches?page=0", 422))["fields"][0]["path"] == "page"


async def test_the_plans_are_public_and_none_is_chosen_beforehand(house: House) -> None:
    plans = (await house.nobody().get("/api/plans"))["items"]

    assert [plan["price"]["amount_minor"] for plan in plans] == [0, 1999, 4999]
    assert not {"selected", "default", "recommended", "popular"} & {key for plan in plans for key in plan}


async def test_the_questionnaire_is_answered_read_back_and_deleted(house: House) -> None:
    member = await house.member()
    questionnaire = await member.get("/api/questionnaires/attachment")
    assert set(questionnaire["statements"][0]) == {"id", "text"}
    answers = {statement["id"]: 1 + index % 7 for index, statement in enumerate(questionnaire["statements"])}
    body = {"questionnaire": questionnaire["version"], "answers": answers, "seconds": 120}

    assert (await member.post("/api/me/assessments", body, 403))["code"] == "assessment_consent_needed"
    await member.agree("psychological_profile")
    bad = await member.post("/api/me/assessments", {**body, "answers": {**answers, "zz": 9}}, 422)
    assert [field["path"] for field in bad["fields"]] == ["answers.zz"]
    headers = {"Idempotency-Key": "an-assessment-1"}
    result = await member.post("/api/me/assessments", body, 201, headers=headers)
    assert await member.post("/api/me/assessments", body, 201, headers=headers) == result
    assert (await member.post("/api/me/assessments", body, 409))["code"] == "retake_too_soon"

    assert 1 <= result["scores"]["anxiety"] <= 7
    assert 1 <= result["percentiles"]["avoidance"] <= 99
    assert result["growth"]["strengths"]
    assert await member.get("/api/me/assessments/latest") == result
    history = await member.get("/api/me/assessments")
    assert [entry["id"] for entry in history["items"]] == [result["id"]]
    assert [item["change"] for item in history["items"]] == [None]
    assert (await member.call("DELETE", "/api/me/assessments", 200)).body == {"deleted": 1}
    await member.get("/api/me/assessments/latest", 404)


async def test_consent_is_decided_shown_and_chained(house: House) -> None:
    member = await house.member()
    state = await member.get("/api/me/consents")
    assert {purpose for purpose, record in state.items() if record} == {
        "terms",
        "privacy_policy",
        "genders_sought",
        "religion",
    }

    await member.put("/api/me/consents/analytics", {"granted": True, "text_version": "1066"}, 409)
    await member.put("/api/me/consents/terms", {"granted": False, "text_version": "x"}, 409)
    await member.put("/api/me/consents/world_domination", {"granted": True, "text_version": "x"}, 404)
    await member.put("/api/me/consents/analytics", {"granted": "true", "text_version": "x"}, 422)
    await member.agree("analytics")
    await member.agree("analytics", granted=False)

    history = (await member.get("/api/me/consents/history"))["items"]
    assert [(record["purpose"], record["granted"]) for record in history[-2:]] == [
        ("analytics", True),
        ("analytics", False),
    ]
    assert all(later["previous_hash"] == earlier["hash"] for earlier, later in itertools.pairwise(history))


async def test_the_catalogue_holds_every_word_a_profile_needs(house: House) -> None:
    catalogue = await house.nobody().get("/api/catalogue")
    member = await house.member()
    interests = [interest["key"] for group in catalogue["interests"] for interest in group["interests"]]
    content = profile_content(
        interests=interests[:5],
        values={value["key"]: 3 for value in catalogue["values"]},
        prompts=[{"prompt": catalogue["prompts"][0]["key"], "answer": "Boats."}],
        languages=[catalogue["languages"][0]["key"]],
        **{
            field: catalogue["vocabularies"][field][0]["key"]
            for field in ("intention", "has_children", "wants_children", "smoking", "drinking", "education", "religion")
        },
    )

    created = await member.post("/api/me/profile", content, 201)
    assert {key: created["content"][key] for key in content if key != "preferences"} == {
        **{key: value for key, value in content.items() if key != "preferences"},
        "interests": sorted(interests[:5]),
    }
