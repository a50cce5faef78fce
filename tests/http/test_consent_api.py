"""Consent over HTTP."""

import itertools

from saltbitter_domain.consent.catalogue import TEXTS, worded
from saltbitter_domain.kernel import Language
from tests.http.house import House, Member


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


async def test_the_texts_come_in_the_language_of_the_reader_and_caches_keep_them_apart(house: House) -> None:
    for asked, language in (("de-AT, en;q=0.5", "de"), ("en", "en"), ("fr", "en")):
        answer = await house.nobody().call("GET", "/api/consents/texts", headers={"Accept-Language": asked})
        assert answer.headers["Content-Language"] == language
        assert "Accept-Language" in [value for name, value in answer.headers.items() if name == "Vary"]
        assert {text["language"] for text in answer.body["items"]} == {language}
    german = await house.nobody().call("GET", "/api/consents/texts", headers={"Accept-Language": "de"})
    assert [text["text"] for text in german.body["items"]] == [
        worded(text, Language.DE).text for text in TEXTS.values()
    ]


async def test_a_record_says_in_which_language_the_words_were_read_if_the_client_does(house: House) -> None:
    member = Member(house, "mira@saltbitter.example")
    joining = await house.registration(member.email, language="de")
    await member.post("/api/auth/register", joining, 202)
    await member.login()
    german = {"granted": True, "text_version": joining["terms_version"], "language": "de"}
    assert (await member.put("/api/me/consents/analytics", german))["language"] == "de"
    await member.put("/api/me/consents/analytics", {**german, "language": "fr"}, 422)
    await member.agree("location")
    records = (await member.get("/api/me/consents/history"))["items"]
    assert [(record["purpose"], record["language"]) for record in records] == [
        ("terms", "de"),
        ("privacy_policy", "de"),
        ("analytics", "de"),
        ("location", None),
    ]
