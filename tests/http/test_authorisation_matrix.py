"""Who gets what from every route, generated from the routes themselves: {who asks} x {whose thing} with the expected
outcome in one table. A route without a row fails, and so does a row without a route.

Every answer on the way is held against the OpenAPI document and searched for what must never be told: see ``stage``.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

import attrs
import orjson
import pytest

from entrypoints.http.app import ROUTES
from entrypoints.http.endpoint import AUDIT_REASON
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.users.model import Role
from tests.doubles.town import PASSWORD, town
from tests.http.authorisation_table import (
    FOR_ADMINS,
    FOR_MEMBERS,
    FOR_STAFF,
    TABLE,
    WITH_THINGS,
    Whose,
    ask_for,
    entitled,
    picture,
    staff_token,
    token_as,
    without_second_factor,
)
from tests.http.stage import EMAIL, Scene, Stage, ask, plant, planted


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def stage(loop: asyncio.Runner) -> Iterator[Stage]:
    opened = town(600, change=planted)
    home = loop.run(opened.__aenter__())
    loop.run(plant(home))
    yield Stage(home)
    loop.run(opened.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def outsiders(stage: Stage, loop: asyncio.Runner) -> Mapping[str, tuple[str | None, str]]:
    """Tokens that are good for nothing, each with the code of the refusal."""

    async def made() -> Mapping[str, tuple[str | None, str]]:
        home, adapters = stage.town, stage.town.application.adapters
        revoked = (await home.sign_in(home.members[-1])).access_token
        access = home.application.auth().authenticate(revoked)
        short = attrs.evolve(access, expires_at=home.clock.now() + timedelta(seconds=1))
        expired = adapters.access_tokens().issue(short)
        refresh_token = (await home.sign_in(home.members[-1])).refresh_token
        await home.application.auth().logout(access)
        home.clock.advance(timedelta(seconds=1))
        header, claims, signature = revoked.split(".")
        shut_out, leaves, gone = home.members[-2], home.members[-3], home.members[-4]
        suspended, leaving, erased = [(await home.sign_in(each)).access_token for each in (shut_out, leaves, gone)]
        await home.application.suspensions().suspend(shut_out, "Insults")
        for user_id, token in ((leaves, leaving), (gone, erased)):
            await home.upgrade(user_id, Tier.FREE)
            await home.application.leaving().request_erasure(home.application.auth().authenticate(token), PASSWORD)
        async with adapters.begin()() as uow:
            await uow.users.save(attrs.evolve(await uow.users.get(gone), erase_at=home.clock.now()))
            await uow.commit()
        assert await home.application.erasure().erase_due() == 1
        return {
            "erased": (erased, "session_over"),
            "suspended": (suspended, "session_over"),
            "leaving": (leaving, "session_over"),
            "nobody": (None, "access_token_missing"),
            "garbage": ("garbage", "access_token_refused"),
            "expired": (expired, "access_token_refused"),
            "signed out": (revoked, "session_over"),
            "a refresh token": (refresh_token, "access_token_refused"),
            "a token tampered with": (f"{header}.{claims}.{signature[::-1]}", "access_token_refused"),
        }

    return loop.run(made())


def test_every_route_has_a_row_and_every_row_a_route(stage: Stage) -> None:
    routes = {f"{route.method} {route.public_path}": route.audience for route in stage.town.client.app[ROUTES]}

    assert routes == {call: row.audience for call, row in TABLE.items()}


def test_every_route_that_names_a_thing_says_whose_it_must_be() -> None:
    open_to_all = {"GET /api/docs/{file}", "PUT /api/me/consents/{purpose}"}
    named = {call for call in TABLE if "{" in call} - open_to_all

    assert all(TABLE[call].whose is not Whose.NOBODYS for call in named)


@pytest.mark.parametrize("call", TABLE)
def test_whoever_is_entitled_gets_it(stage: Stage, loop: asyncio.Runner, call: str) -> None:
    async def asked() -> None:
        scene, row = await stage.scene(), TABLE[call]
        made = await row.before(scene) if row.before else None
        token = await entitled(scene, call)
        answer = await ask_for(scene, call, row.thing(scene.me) if row.thing else None, token, made)
        assert answer.status == row.status, answer.body
        assert set(EMAIL.findall(answer.body)) <= {scene.town.email(scene.me.user_id).encode()[:40]}

    loop.run(asked())


@pytest.mark.parametrize("call", FOR_STAFF)
def test_what_is_for_staff_is_for_moderators_and_admins_and_no_member(
    stage: Stage, loop: asyncio.Runner, call: str
) -> None:
    async def asked() -> None:
        scene, row = await stage.scene(), TABLE[call]
        records = scene.town.application.adapters.store().tables.audit_log
        for role in (Role.ADMIN,) if call in FOR_ADMINS else (Role.MODERATOR, Role.ADMIN):
            held, without = await stage.scene(), await stage.scene()
            if row.before:
                await row.before(held)
            assert (await ask_for(held, call, None, await staff_token(held, role))).status == row.status
            token, recorded = await token_as(without, role), len(records.items())
            refused = await ask_for(without, call, None, token)
            assert (refused.status, orjson.loads(refused.body)["code"]) == (403, "second_factor_needed")
            assert len(records.items()) == recorded, "nothing is kept of whoever was refused"
        if call in FOR_ADMINS:
            refused = await ask_for(scene, call, None, await staff_token(scene, Role.MODERATOR))
            assert (refused.status, orjson.loads(refused.body)["code"]) == (403, "admins_only")
        refused = await ask_for(scene, call, None, scene.other.token)
        assert (refused.status, orjson.loads(refused.body)["code"]) == (403, "staff_only")

    loop.run(asked())


def test_a_reason_that_is_no_text_is_none(stage: Stage, loop: asyncio.Runner) -> None:
    async def asked() -> bytes:
        scene = await stage.scene()
        token, client = await entitled(scene, "GET /api/staff/reviews"), scene.town.client
        reader, writer = await asyncio.open_connection(client.server.host, client.server.port)
        writer.write(
            f"GET /api/staff/reviews HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n"
            f"{AUDIT_REASON}: ".encode()
            + "Prüfung".encode("latin-1")
            + b"\r\n\r\n"
        )
        said = await reader.read()
        writer.close()
        return said

    status, _, said = loop.run(asked()).partition(b"\r\n")
    assert (status.split()[1], b"audit_reason_required" in said) == (b"428", True)


@pytest.mark.parametrize("call", FOR_STAFF)
def test_staff_say_why_before_anything_is_shown_or_done_and_it_is_on_record(
    stage: Stage, loop: asyncio.Runner, call: str
) -> None:
    async def asked() -> None:
        scene, row = await stage.scene(), TABLE[call]
        token, begin = await entitled(scene, call), scene.town.application.adapters.begin()
        if row.before:
            await row.before(scene)
        before = len(scene.town.application.adapters.store().tables.audit_log.items())
        path = await row.path(scene) if row.path else None
        body = row.body(scene, None) if row.body else None
        for reason in ("", " ", "x" * 201):
            refused = await ask(scene.town, call, path=path, token=token, body=body, **{AUDIT_REASON: reason})
            assert (refused.status, orjson.loads(refused.body)["code"]) == (428, "audit_reason_required")
        answer = await ask(scene.town, call, path=path, token=token, body=body, **{AUDIT_REASON: "ticket 4711"})

        assert answer.status == row.status
        async with begin() as uow:
            (record,) = await uow.audit_log.after(before, 10)
        assert (record.actor, record.action, record.reason) == (str(scene.me.user_id), call, "ticket 4711")
        assert record.request_id == answer.headers["X-Request-ID"]
        of_people = any(part in call for part in ("photos", "/members", "/reviews"))
        assert (scene.other.user_id in record.subjects) is of_people, "also of those whom a list shows"

    loop.run(asked())


@pytest.mark.parametrize("call", FOR_MEMBERS)
def test_without_a_good_token_a_members_route_is_shut_whatever_is_asked_for(
    stage: Stage, loop: asyncio.Runner, outsiders: Mapping[str, tuple[str | None, str]], call: str
) -> None:
    async def shut() -> None:
        path = re.sub(r"\{[a-z_]+\}", str(stage.town.members[0]), call.partition(" ")[2])
        path = path if "{purpose}" not in call else "/api/me/consents/analytics"
        for token, code in outsiders.values():
            answer = await ask(stage.town, call, path=path, token=token)
            assert (answer.status, orjson.loads(answer.body)["code"]) == (401, code)
            if call.startswith("GET"):
                head = await ask(stage.town, call.replace("GET", "HEAD"), path=path, token=token)
                assert (head.status, head.body) == (401, b"")

    loop.run(shut())


@pytest.mark.parametrize("call", [call for call in TABLE if call not in FOR_MEMBERS])
def test_an_open_route_does_not_look_at_tokens(
    stage: Stage, loop: asyncio.Runner, outsiders: Mapping[str, tuple[str | None, str]], call: str
) -> None:
    async def open_to_all() -> None:
        answers = [await ask(stage.town, call, token=token) for token, _ in outsiders.values()]
        assert len({orjson.dumps(answer.masked()[:2], default=repr) for answer in answers}) == 1
        assert answers[0].status != 401

    loop.run(open_to_all())


@pytest.mark.parametrize("call", WITH_THINGS)
def test_anothers_thing_is_like_one_that_never_was(stage: Stage, loop: asyncio.Runner, call: str) -> None:
    async def refused() -> None:
        scene, row = await stage.scene(), TABLE[call]
        swapped = Scene(scene.town, scene.other, scene.me)
        assert row.thing
        if row.before:
            await row.before(scene)
            await row.before(swapped)
        never_was = stage.town.application.adapters.ids().new()
        anothers = await ask_for(scene, call, row.thing(scene.other), scene.me.token)
        nobodys = await ask_for(scene, call, never_was, scene.me.token)
        assert anothers.status == row.refused, anothers.body
        assert anothers.masked() == nobodys.masked()
        for role in (Role.MODERATOR, Role.ADMIN):  # Staff have no more of others than their own routes give them.
            as_staff = await ask_for(scene, call, row.thing(scene.other), await token_as(scene, role))
            assert as_staff.masked() == nobodys.masked()
        await stage.match(scene)
        as_match = await ask_for(scene, call, row.thing(scene.other), scene.me.token)
        assert as_match.masked() == nobodys.masked(), "a match has no more of them than they show"
        # The refused request changed nothing: the owner still gets the thing.
        assert (await ask_for(swapped, call, row.thing(scene.other), scene.other.token)).status == row.status

    loop.run(refused())


def test_a_picture_opens_only_under_the_address_that_was_signed_for_it(stage: Stage, loop: asyncio.Runner) -> None:
    async def signed() -> None:
        scene = await stage.scene()
        address = await picture(scene)
        other = address.replace(str(scene.me.photo), str(scene.other.photo))
        unsigned = address[:-1] + ("A" if address[-1] != "A" else "B")
        for_another = address.replace(str(scene.me.user_id), str(scene.other.user_id))
        later = re.sub(r"expires=\d+", lambda found: found[0][:-1] + str((int(found[0][-1]) + 1) % 10), address)
        never_was = address.replace(str(scene.me.photo), str(stage.town.application.adapters.ids().new()))
        forged = (other, unsigned, for_another, later, never_was)
        answers = [await ask(stage.town, "GET /media/{key}", path=path) for path in forged]
        assert (await ask(stage.town, "GET /media/{key}", path=address)).status == 200
        assert answers[0].status == 404
        assert all(answer.masked() == answers[0].masked() for answer in answers)

    loop.run(signed())


def test_whoever_has_not_verified_their_address_knows_nobody_and_nobody_knows_them(
    stage: Stage, loop: asyncio.Runner
) -> None:
    async def unverified() -> None:
        scene = await stage.scene()
        async with stage.town.application.adapters.begin()() as uow:
            user = await uow.users.get(scene.me.user_id)
            await uow.users.save(attrs.evolve(user, email_verified_at=None))
            await uow.commit()
        for call in ("POST /api/me/decisions", "POST /api/me/daily-matches/next-page"):
            refused = await ask_for(scene, call, scene.me.knows, scene.me.token)
            assert (refused.status, orjson.loads(refused.body)["code"]) == (409, "not_ready_to_match")
        assert (await ask_for(scene, "GET /api/me", None, scene.me.token)).status == 200
        admirer = (await stage.town.sign_in(scene.me.knows)).access_token
        assert (await ask_for(scene, "GET /api/people/{user_id}", scene.me.user_id, admirer)).status == 404

    loop.run(unverified())


def test_a_suspended_account_cannot_come_in_and_is_out_at_once(stage: Stage, loop: asyncio.Runner) -> None:
    async def suspended() -> None:
        home, me = stage.town, await stage.person()
        await home.application.suspensions().suspend(me.user_id, "Insults")
        login = {"email": home.email(me.user_id), "password": PASSWORD}
        for call, body in (("login", login), ("refresh", {"refresh_token": me.tokens.refresh_token})):
            answer = await ask(home, f"POST /api/auth/{call}", body=body)
            assert (answer.status, orjson.loads(answer.body)["code"]) == (403, "account_suspended")
        for call in ("GET /api/me", "GET /api/me/daily-matches"):
            answer = await ask(home, call, token=me.token)
            assert (answer.status, orjson.loads(answer.body)["code"]) == (401, "session_over")

    loop.run(suspended())


def test_a_moderator_shuts_out_and_lets_in_members_and_nobody_of_the_staff(stage: Stage, loop: asyncio.Runner) -> None:
    async def among_staff() -> None:
        scene = await stage.scene()
        async with stage.town.application.adapters.begin()() as uow:
            user = await uow.users.get(scene.other.user_id)
            await uow.users.save(attrs.evolve(user, role=Role.ADMIN))
            await uow.commit()
        for role, status in ((Role.MODERATOR, 422), (Role.ADMIN, 204)):
            await without_second_factor(scene)
            token = await staff_token(scene, role)
            for verb in ("suspension", "restoration"):
                answer = await ask_for(scene, f"POST /api/staff/members/{{user_id}}/{verb}", None, token)
                assert answer.status == status, answer.body

    loop.run(among_staff())


def test_nothing_went_wrong_on_our_side(stage: Stage) -> None:
    assert stage.town.errors == []
