"""A scraper is noticed within five minutes, whom they saw is known exactly, and these and nobody else are written to.

Every read of somebody's profile is traced, whichever route it is by.
"""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import attrs
import orjson
import pytest
from aiohttp.test_utils import TestClient, TestServer

from entrypoints.http import openapi
from entrypoints.http.api import RESOURCES
from entrypoints.http.breaches import NoticesByLanguage
from entrypoints.site import http_settings, site
from saltbitter_domain.audit.model import AuditFilter
from saltbitter_domain.breaches.model import Act
from saltbitter_domain.compatibility.model import DailyMatches, Suggestion
from saltbitter_domain.kernel import Language, UserId
from saltbitter_domain.users.model import Role
from tests.doubles.town import PASSWORD, Town, town
from tests.http.authorisation_table import TABLE, ask_for, entitled, staff_token
from tests.http.stage import Scene, Stage, ask

DOCUMENT = openapi.document(RESOURCES)
PACE = timedelta(hours=1) / 500
BEGINS = timedelta(seconds=47)
NETWORK = "127.0.0.0/24"
WORDS = {"happened": "Profiles were copied.", "consequences": "Strangers may know.", "measures": "The account is shut."}
NOTICES = {
    "en": WORDS,
    "de": {
        "happened": "Profile wurden kopiert.",
        "consequences": "Fremde wissen vielleicht von Ihnen.",
        "measures": "Das Konto ist zu.",
    },
}
SEVERITY = {"context": "sensitive", "identification": "maximum", "confidentiality": "unbounded", "malicious": True}


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def stage(loop: asyncio.Runner) -> Iterator[Stage]:
    opened = town(150)
    yield Stage(loop.run(opened.__aenter__()))
    loop.run(opened.__aexit__(None, None, None))


def tells_of_people(call: str) -> bool:
    """Whether the answer of the route holds profiles as others see them, by the document."""
    method, _, path = call.partition(" ")
    operation = DOCUMENT["paths"].get(path, {}).get(method.lower(), {})
    seen: set[str] = set()

    def reaches(part: object) -> bool:
        found = set(re.findall(r"#/components/schemas/([\w.]+)", orjson.dumps(part).decode())) - seen
        seen.update(found)
        return "PublicProfile" in seen or any(reaches(DOCUMENT["components"]["schemas"][name]) for name in found)

    return reaches(operation.get("responses", {}).get("200", {}))


KNOWN_BY_NOW = {"GET /api/me/matches", "GET /api/me/likes-received", "GET /api/me/acquaintances"}
TELLING = [call for call in TABLE if tells_of_people(call)]


def profiles_in(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "photos" in part and "user_id" in part:
            yield part["user_id"]
        for inner in part.values():
            yield from profiles_in(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from profiles_in(inner)


async def traced(home: Town, act: Act, actor: str) -> set[str]:
    """Whom this actor's acts of this sort were about so far."""
    await home.application.detection().flush()
    rows = home.application.adapters.store().tables.traces.items().values()
    return {str(each) for row in rows if (row.act, row.actor) == (act, actor) for each in row.subjects}


def test_the_routes_that_tell_of_people_are_found() -> None:
    assert {"GET /api/people/{user_id}", "GET /api/me/daily-matches", "GET /api/me/matches"} <= set(TELLING)


@pytest.mark.parametrize("call", TELLING)
def test_whoever_is_shown_to_a_member_is_traced(stage: Stage, loop: asyncio.Runner, call: str) -> None:
    async def asked() -> None:
        scene = await stage.scene()
        token = await entitled(scene, call)
        answer = await ask_for(scene, call, scene.me.knows, token)
        assert answer.status == TABLE[call].status
        shown = set(profiles_in(orjson.loads(answer.body)))
        act = Act.ACQUAINTANCES_READ if call in KNOWN_BY_NOW else Act.PROFILE_READ
        assert shown <= await traced(scene.town, act, str(scene.me.user_id))
        assert shown or call in KNOWN_BY_NOW

    loop.run(asked())


def test_whom_staff_are_shown_is_traced_as_read_by_staff(stage: Stage, loop: asyncio.Runner) -> None:
    async def asked() -> None:
        scene = await stage.scene()
        token = await staff_token(scene, Role.MODERATOR)
        answer = await ask_for(scene, "GET /api/staff/reviews", None, token)
        waiting = {item["user_id"] for item in orjson.loads(answer.body)["items"]}
        assert waiting
        assert waiting == await traced(scene.town, Act.STAFF_READ, str(scene.me.user_id))

        looked = await ask_for(scene, "GET /api/staff/audit-records", None, await staff_token(scene, Role.ADMIN))
        told = {subject for item in orjson.loads(looked.body)["items"] for subject in item["subjects"]}
        (record,) = await scene.town.application.audit().newest(AuditFilter(), None, 1)
        assert waiting <= told == set(map(str, record.subjects)), "that look is on record with whom it told of"

    loop.run(asked())


async def introduced_to(home: Town, reader: UserId, people: list[UserId]) -> None:
    """Let the reader have met all these yesterday."""
    now = home.clock.now()
    suggestions = tuple(Suggestion(other, rank, 50.0) for rank, other in enumerate(people, 1))
    async with home.application.adapters.begin()() as uow:
        await uow.daily_matches.add(DailyMatches(reader, now.date() - timedelta(days=1), now, suggestions))
        await uow.commit()


async def reads(scene: Scene, token: str, person: UserId) -> None:
    path = f"/api/people/{person}"
    assert (await ask(scene.town, "GET /api/people/{user_id}", path=path, token=token)).status == 200


async def lets_pass(home: Town, time: timedelta) -> None:
    """Let time pass; at every full minute the workers look at what is due."""
    end = home.clock.now() + time
    while (minute := home.clock.now().replace(second=0, microsecond=0) + timedelta(minutes=1)) <= end:
        home.clock.at(minute)
        await home.workers.settle()
    home.clock.at(end)


async def as_admin(scene: Scene, token: str, call: str, path: str, body: Any = None, status: int = 200) -> Any:
    answer = await ask(scene.town, call, path=path, token=token, body=body)
    assert answer.status == status, answer.body
    return orjson.loads(answer.body)


async def test_a_scraper_is_flagged_within_five_minutes_and_exactly_those_they_read_are_told() -> None:
    async with town(110) as home:
        scene = await Stage(home).scene()
        scraper, other = scene.me, scene.other
        people = [each for each in home.members if each not in (scraper.user_id, other.user_id)]
        await introduced_to(home, scraper.user_id, people[:80])
        await introduced_to(home, other.user_id, people[80:])
        await lets_pass(home, BEGINS)
        start = home.clock.now()

        read: list[UserId] = []
        while home.clock.now() - start <= timedelta(minutes=5):
            await reads(scene, scraper.token, people[len(read)])
            read.append(people[len(read)])
            if len(read) % 5 == 0:
                await reads(scene, other.token, people[80 + len(read) % 25])
            await lets_pass(home, PACE)

        admin = await staff_token(Scene(home, other, scraper), Role.ADMIN)
        found = await as_admin(scene, admin, "GET /api/staff/breaches", "/api/staff/breaches")
        (breach,) = found["items"]
        assert (breach["kind"], breach["state"], breach["scope"]["actors"]) == (
            "scraping",
            "suspected",
            [str(scraper.user_id)],
        )
        flagged = home.application.breaches()
        opened_at = (await flagged.newest(None, 1))[0].opened_at
        assert opened_at - start <= timedelta(minutes=5)

        path = f"/api/staff/breaches/{breach['id']}"
        until = home.clock.now()
        await lets_pass(home, timedelta(minutes=2))
        await reads(scene, scraper.token, people[79])  # after the time in question
        assessed = await as_admin(
            scene,
            admin,
            "POST /api/staff/breaches/{breach_id}/assessment",
            f"{path}/assessment",
            {
                "severity": SEVERITY,
                "scope": {**breach["scope"], "until": until.isoformat()},
                "consequences": WORDS["consequences"],
                "measures": WORDS["measures"],
                "words": "All that the account read.",
            },
        )
        assert (assessed["affected"], assessed["level"]) == (None, "very_high")
        assert assessed["members_to_be_told"]
        await home.workers.settle()
        counted = await as_admin(scene, admin, "GET /api/staff/breaches/{breach_id}", path)
        assert (counted["affected"], counted["timeline"][-1]["step"]) == (len(read), "affected_found")
        listed = await as_admin(
            scene, admin, "GET /api/staff/breaches/{breach_id}/members", f"{path}/members?limit=100"
        )
        assert [each["id"] for each in listed["items"]] == sorted(map(str, read))

        confirmed = await as_admin(
            scene,
            admin,
            "POST /api/staff/breaches/{breach_id}/decisions",
            f"{path}/decisions",
            {"decision": "confirm", "words": "No person reads like this.", "at": until.isoformat()},
        )
        assert confirmed["due_at"] == (until + timedelta(hours=72)).isoformat().replace("+00:00", "Z")
        draft = await as_admin(scene, admin, "GET /api/staff/breaches/{breach_id}/notification", f"{path}/notification")
        assert f"Members of a dating service: {len(read)}." in draft["text"]

        notices = f"{path}/member-notices"
        call, body = (
            "POST /api/staff/breaches/{breach_id}/member-notices",
            {"notices": NOTICES, "words": "A high risk."},
        )
        english_alone = {"notices": {"en": WORDS}, "words": "A high risk."}
        refused = await as_admin(scene, admin, call, notices, english_alone, status=422)
        assert [problem["path"] for problem in refused["fields"]] == ["notices.de"]
        told = await as_admin(scene, admin, call, notices, body)
        await home.workers.settle()
        inbox = home.application.adapters.mailer().inbox
        written = [mail.mail.to for mail in inbox() if mail.mail.template == "breach_notice"]
        assert told["members_notified"] == len(read)
        assert sorted(written) == sorted(home.email(each) for each in read)
        listed = await as_admin(
            scene, admin, "GET /api/staff/breaches/{breach_id}/members", f"{path}/members?limit=100"
        )
        assert {(each["told_by"], each["told_in"]) for each in listed["items"]} == {(5, "en")}
        again = await as_admin(scene, admin, call, notices, body, status=409)
        assert again["code"] == "breach_step_refused"
        assert home.errors[0]["event"] == "breach_suspected"


def test_staff_write_to_members_in_every_language_there_is() -> None:
    assert [field.name for field in attrs.fields(NoticesByLanguage)] == list(Language)


async def test_the_clock_of_72_hours_raises_an_alarm_before_it_ends() -> None:
    async with town(60) as home:
        scene = await Stage(home).scene()
        admin = await staff_token(scene, Role.ADMIN)
        now = home.clock.now()
        body = {"scope": {"since": (now - timedelta(days=1)).isoformat(), "everybody": True}, "words": "A lost laptop."}
        breach = await as_admin(scene, admin, "POST /api/staff/breaches", "/api/staff/breaches", body, 201)
        decisions = f"/api/staff/breaches/{breach['id']}/decisions"
        call = "POST /api/staff/breaches/{breach_id}/decisions"
        await as_admin(scene, admin, call, decisions, {"decision": "confirm", "words": "It was not encrypted."})

        alarms = []
        for hours in (57, 58, 71, 72):
            home.clock.at(now + timedelta(hours=hours))
            before = len(home.errors)
            await home.workers.settle()
            alarms.append({line["event"] for line in home.errors[before:]})
        assert alarms == [set(), {"breach_authority_due"}, {"breach_authority_due"}, {"breach_authority_overdue"}]

        admin = await staff_token(scene, Role.ADMIN)
        told = {"decision": "authority_notified", "reference": "A-17", "words": "By its form."}
        assert (await as_admin(scene, admin, call, decisions, told))["authority_notified_at"]
        before = len(home.errors)
        home.clock.advance(timedelta(hours=1))
        await home.workers.settle()
        assert home.errors[before:] == []


async def test_sign_ins_copies_and_whatever_nobody_has_a_reason_to_touch_are_traced() -> None:
    async with town(60) as home:
        scene = await Stage(home).scene()
        me, trap = home.email(scene.me.user_id), "trap@saltbitter.example"
        limits = http_settings(home.application.adapters.settings())
        honeyed = attrs.evolve(limits, honey=frozenset({str(scene.me.knows), trap}))
        await home.let_in(scene.me.user_id)
        copy = await TABLE["GET /api/exports/{export_id}/archive"].path(scene)  # type: ignore[misc]
        async with TestClient(TestServer(site(home.application, http=honeyed))) as client:
            for email, password, status in ((me, "not mine", 401), (trap.upper(), "guessed", 401), (me, PASSWORD, 200)):
                body = {"email": email, "password": password}
                assert (await client.post("/api/auth/login", json=body)).status == status
            assert (await client.get(copy)).status == 200
            bearer = {"Authorization": f"Bearer {scene.other.token}"}
            assert (await client.get(f"/api/people/{scene.me.knows}", headers=bearer)).status == 404

        assert await traced(home, Act.SIGN_IN, NETWORK) == await traced(home, Act.COPY_FETCHED, NETWORK)
        assert await traced(home, Act.SIGN_IN, NETWORK) == {str(scene.me.user_id)}
        assert await times(home, Act.SIGN_IN_FAILED, NETWORK) == 2
        assert await times(home, Act.HONEY_TOUCHED, NETWORK) == 1
        assert await times(home, Act.HONEY_TOUCHED, str(scene.other.user_id)) == 1
        assert await home.application.detection().detect() == 2


async def times(home: Town, act: Act, actor: str) -> int:
    rows = home.application.adapters.store().tables.traces.items().values()
    return sum(row.times for row in rows if (row.act, row.actor) == (act, actor))
