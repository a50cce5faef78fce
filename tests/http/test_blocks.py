"""A block is total and mutual: every route of members, asked by whoever blocked and by whoever is blocked."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import attrs
import orjson
import pytest

from saltbitter_domain.kernel import UserId
from saltbitter_domain.subscriptions.model import Tier
from tests.doubles.builders import a_user
from tests.doubles.town import PASSWORD, town
from tests.http.authorisation_table import FOR_STAFF, TABLE, Whose, ask_for
from tests.http.stage import Person, Scene, Stage, ask, plant, planted, undecided

ROUTES = [call for call, row in TABLE.items() if row.audience.signed_in and call not in FOR_STAFF]
SHOWING = ("GET /api/me/daily-matches", "GET /api/me/matches", "GET /api/me/acquaintances", "GET /api/me/notices")
THEIR_OWN = {"POST /api/me/blocks", "GET /api/me/blocks"}
"""Here whoever blocked still deals with the block, and with nothing else of the other."""


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


async def matched(stage: Stage) -> tuple[Scene, UserId]:
    """A member with one of everything, and their match, who was suggested to them today and has a notice of theirs."""
    me = await stage.person()
    (match, *_) = await stage.town.application.matching().matches(me.user_id)
    return Scene(stage.town, me, me), match.profile.user_id


async def part(scene: Scene, other: UserId, side: str) -> None:
    by, about = (scene.me.user_id, other) if side == "blocker" else (other, scene.me.user_id)
    await scene.town.application.decisions().block(by, about)


def test_whoever_matched_is_shown_in_all_these_places_before(stage: Stage, loop: asyncio.Runner) -> None:
    async def shown() -> None:
        scene, other = await matched(stage)
        for call in (*SHOWING, "GET /api/people/{user_id}"):
            assert str(other).encode() in (await ask_for(scene, call, other, scene.me.token)).body

    loop.run(shown())


@pytest.mark.parametrize("side", ["blocker", "blocked"])
@pytest.mark.parametrize("call", ROUTES)
def test_to_each_of_the_two_the_other_is_as_somebody_who_never_was(
    stage: Stage, loop: asyncio.Runner, call: str, side: str
) -> None:
    async def absent() -> None:
        scene, other = await matched(stage)
        row = TABLE[call]
        await part(scene, other, side)
        if row.whose is Whose.ACQUAINTANCES and not (side == "blocker" and call in THEIR_OWN):
            never_was = stage.town.application.adapters.ids().new()
            refused = await ask_for(scene, call, other, scene.me.token)
            assert (refused.status, orjson.loads(refused.body)["code"]) == (404, "person_missing")
            assert refused.masked() == (await ask_for(scene, call, never_was, scene.me.token)).masked()
        made = await row.before(scene) if row.before else None
        answer = await ask_for(scene, call, row.thing(scene.me) if row.thing else None, scene.me.token, made)
        assert answer.status == row.status, answer.body
        assert (str(other).encode() in answer.body) is (side == "blocker" and call == "GET /api/me/blocks")

    loop.run(absent())


async def followed(stage: Stage, side: str) -> tuple[Scene, UserId]:
    """A member, and somebody suggested to them today of whom one joined after the other had blocked an earlier account
    of theirs, and then signed in on a device of that account."""
    town, met, first = stage.town, set[UserId](), UserId(stage.town.application.adapters.ids().new())
    while not met:
        me = await stage.person()
        met = {*await undecided(town, me.user_id)} - {me.knows}
    other = met.pop()
    by, again = (me.user_id, other) if side == "blocker" else (other, me.user_id)
    async with town.application.adapters.begin()() as uow:
        await uow.users.add(a_user(id=first, email=town.email(first)))
        await uow.decisions.block(by, first, town.clock.now())
        await uow.commit()
    device = (await town.sign_in(first)).device_token
    async with town.application.adapters.begin()() as uow:
        user = await uow.users.get(again)
        assert user
        await uow.users.save(attrs.evolve(user, created_at=town.clock.now() + timedelta(seconds=1)))
        await uow.commit()
    await town.sign_in(again, device_token=device)
    await town.workers.settle()
    return Scene(town, me, me), other


@pytest.mark.parametrize("side", ["blocker", "blocked"])
@pytest.mark.parametrize("call", ROUTES)
def test_a_block_follows_to_a_new_account_on_the_same_device_and_nobody_is_told(
    stage: Stage, loop: asyncio.Runner, call: str, side: str
) -> None:
    async def absent() -> None:
        scene, other = await followed(stage, side)
        row = TABLE[call]
        if row.whose is Whose.ACQUAINTANCES:
            never_was = stage.town.application.adapters.ids().new()
            unknown = await ask_for(scene, call, never_was, scene.me.token)
            assert (await ask_for(scene, call, other, scene.me.token)).masked() == unknown.masked()
        made = await row.before(scene) if row.before else None
        answer = await ask_for(scene, call, row.thing(scene.me) if row.thing else None, scene.me.token, made)
        assert answer.status == row.status, answer.body
        assert str(other).encode() not in answer.body

    loop.run(absent())


async def addresses_of(stage: Stage, viewer: Person, other: UserId) -> str:
    """An address of the other's picture, as the viewer was given it."""
    seen = orjson.loads((await ask(stage.town, "GET", path=f"/api/people/{other}", token=viewer.token)).body)
    address: str = seen["profile"]["photos"][0]["addresses"][0]["url"]
    return "/media/" + address.partition("/media/")[2]


@pytest.mark.parametrize("side", ["blocker", "blocked"])
def test_an_address_of_a_picture_that_was_given_before_leads_nowhere_afterwards(
    stage: Stage, loop: asyncio.Runner, side: str
) -> None:
    async def opened() -> None:
        scene, other = await matched(stage)
        address = await addresses_of(stage, scene.me, other)
        assert (await ask(stage.town, "GET /media/{key}", path=address)).status == 200
        await part(scene, other, side)
        refused = await ask(stage.town, "GET /media/{key}", path=address)
        assert (refused.status, orjson.loads(refused.body)["code"]) == (404, "media_missing")

    loop.run(opened())


@pytest.mark.parametrize("end", ["deleted", "taken down", "suspended", "leaving", "viewer suspended"])
def test_an_address_of_a_picture_ends_with_the_picture_and_with_either_account(
    stage: Stage, loop: asyncio.Runner, end: str
) -> None:
    async def opened() -> None:
        scene, other = await matched(stage)
        address = await addresses_of(stage, scene.me, other)
        application = stage.town.application
        photo = (await application.photos().photos(other))[0]
        assert (await ask(stage.town, "GET /media/{key}", path=address)).status == 200
        if end == "deleted":
            await application.photos().delete_photo(other, photo.id)
        elif end == "taken down":
            await application.photo_reviews().take_down(scene.me.user_id, photo.id, "Not you.")
        elif end == "leaving":
            await stage.town.upgrade(other, Tier.FREE)  # Whoever leaves pays for nothing any more.
            access = application.auth().authenticate((await stage.town.sign_in(other)).access_token)
            await application.leaving().request_erasure(access, PASSWORD)
        else:
            await application.suspensions().suspend(other if end == "suspended" else scene.me.user_id, "Insults")
        assert (await ask(stage.town, "GET /media/{key}", path=address)).status == 404

    loop.run(opened())


def test_an_undo_of_what_a_block_removed_is_like_one_of_nothing(stage: Stage, loop: asyncio.Runner) -> None:
    async def undone() -> None:
        scene, other = await matched(stage)
        await part(scene, other, "blocked")
        gone, never = [
            await ask(stage.town, "POST /api/me/decisions/undo", token=scene.me.token, body={"user_id": str(about)})
            for about in (other, stage.town.application.adapters.ids().new())
        ]
        assert gone.status == 409
        assert gone.masked() == never.masked()

    loop.run(undone())


def test_a_block_is_no_decision_that_can_be_sent(stage: Stage, loop: asyncio.Runner) -> None:
    async def sent() -> None:
        scene, _ = await matched(stage)
        body = {"user_id": str(scene.me.knows), "kind": "block", "note": None}
        answer = await ask(stage.town, "POST /api/me/decisions", token=scene.me.token, body=body)
        assert (answer.status, orjson.loads(answer.body)["code"]) == (422, "decision_invalid")

    loop.run(sent())


def test_blocks_are_listed_by_name_and_page(stage: Stage, loop: asyncio.Runner) -> None:
    async def paged() -> None:
        scene, other = await matched(stage)
        for about in (other, scene.me.knows):
            for _ in range(2):
                body = {"user_id": str(about)}
                assert (await ask(stage.town, "POST /api/me/blocks", token=scene.me.token, body=body)).status == 204
        read, path = [], "/api/me/blocks?limit=1"
        while path:
            page = orjson.loads((await ask(stage.town, "GET /api/me/blocks", path=path, token=scene.me.token)).body)
            read += page["items"]
            path = page["next"] and f"/api/me/blocks?limit=1&cursor={page['next']}"
        listed = [UUID(item["user_id"]) for item in read]
        assert [listed.count(about) for about in (other, scene.me.knows)] == [1, 1]
        assert all(set(item) == {"user_id", "name", "at"} and item["name"] for item in read)

    loop.run(paged())


def test_nothing_went_wrong_on_our_side(stage: Stage) -> None:
    assert stage.town.errors == []
