"""Whatever text comes in anywhere is either kept exactly as it was, or refused with a problem that can be read.

The fields come from the OpenAPI document, so that a new one is tried by being documented. Every string goes into all
open fields of a request at once; those that the answer blames by name get a good value, and the request is repeated:
in the end each field has been refused by name or accepted beside good ones.
"""

import asyncio
import functools
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import attrs
import orjson
import pytest
from aiohttp import hdrs
from yarl import URL

from entrypoints.http import openapi
from entrypoints.http.api import RESOURCES
from entrypoints.http.docs import Documentation
from entrypoints.http.endpoint import AUDIT_REASON
from saltbitter_domain.compatibility.model import Decision, Standing
from saltbitter_domain.profiles.catalogue import INTERESTS, PROMPTS
from saltbitter_domain.profiles.model import BasicValue, PhotoState
from saltbitter_domain.reviews.model import Outcome
from saltbitter_domain.users.model import Role
from saltbitter_domain.users.policies import device_label
from saltbitter_domain.users.service.devices import tries_key
from tests.doubles.contract import Contract
from tests.doubles.town import Town, town
from tests.http.authorisation_table import (
    BREACHES,
    REVIEWS,
    TABLE,
    Row,
    allowed_in,
    appealed,
    asked_about,
    guarded,
    on_breach,
    shown,
    shut_out,
    staff_token,
    without_second_factor,
)
from tests.http.naughty import BIG_LIST, OURS, big_list
from tests.http.stage import Scene, Stage
from tests.http.texts import Field, fields, filled, taken

DOCUMENT = openapi.document((*RESOURCES, Documentation))
CONTRACT = Contract(DOCUMENT)
FIELDS = {
    call: found
    for call in TABLE
    if (operation := DOCUMENT["paths"].get(call.partition(" ")[2], {}).get(call.partition(" ")[0].lower()))
    and (found := fields(DOCUMENT, operation))
}
MOST_ROUNDS = 8
WHOLE = re.compile(r"[0-9]{1,18}")
LONGEST_ADDRESS = 2_000
"""Characters of a text in an address. The server reads no request line over 8,190 bytes, and says so by itself."""

PROFILE = {
    "name": "Mira",
    "genders": ["woman"],
    "preferences": {"genders": ["man"], "ages": {"min": 18, "max": 99}, "deal_breakers": ["smokes"]},
    "languages": ["en"],
    "prompts": [{"prompt": next(iter(PROMPTS)), "answer": "Two boats."}],
    "interests": list(INTERESTS)[:5],
    "values": dict.fromkeys(BasicValue, 3),
}


@attrs.define
class Author:
    """A member who writes."""

    scene: Scene
    token: str

    @property
    def town(self) -> Town:
        return self.scene.town

    async def send(self, method: str, url: str, body: bytes | None = None, **headers: str) -> tuple[int, str, bytes]:
        headers |= {hdrs.AUTHORIZATION: f"Bearer {self.token}", hdrs.USER_AGENT: BROWSER}
        if body is not None:
            headers[hdrs.CONTENT_TYPE] = "application/json"
        if url.startswith("/api/staff/"):
            headers[AUDIT_REASON] = "a test"
        address = URL(self.town.url + url, encoded=True)
        async with self.town.client.session.request(method, address, data=body, headers=headers) as response:
            return response.status, response.content_type, await response.read()

    async def read(self, url: str) -> Any:
        return orjson.loads((await self.send("GET", url))[2])


async def without_profile(author: Author) -> None:
    await author.town.drop_profile(author.scene.me.user_id)


async def with_profile(author: Author) -> None:
    if (await author.send("GET", "/api/me/profile"))[0] == 404:
        await author.send("POST", "/api/me/profile", encoded(PROFILE))


async def appealable(author: Author) -> None:
    """Make the refused photo as it was before any appeal."""
    async with author.town.application.adapters.begin()() as uow:
        photo = await uow.photos.get(author.scene.me.refused)
        await uow.photos.save(attrs.evolve(photo, state=PhotoState.REFUSED, appeal=None))
        await uow.commit()


async def undecided(author: Author) -> None:
    if decision := await decided(author):
        async with author.town.application.adapters.begin()() as uow:
            await uow.decisions.undo(decision)
            await uow.commit()


async def decided(author: Author) -> Decision | None:
    me, knows = author.scene.me.user_id, author.scene.me.knows
    async with author.town.application.adapters.begin()() as uow:
        _, known = await uow.people.known_to(me, [knows])
    standing: Standing = known[knows].standing
    return standing.mine


async def unassessed(author: Author) -> None:
    await author.town.application.attachment().delete_all(author.scene.me.user_id)


async def answered(author: Author) -> None:
    """Have the author's last question answered, so that they may ask another."""
    reviews, scene = author.town.application.reviews(), author.scene
    for review in await reviews.reviews(scene.me.user_id):
        if review.decided_at is None:
            await reviews.decide(scene.other.user_id, review.id, Outcome.STANDS, "Nothing was wrong.")


async def let_in(author: Author) -> None:
    """Make the password what it was, and open a new session."""
    await without_second_factor(author.scene)
    author.token = (await author.town.sign_in(author.scene.me.user_id)).access_token


def among_staff(before: Callable[[Scene], Awaitable[object]]) -> Callable[[Author], Awaitable[None]]:
    """Make the author a moderator, and something of another member's what there is to decide on."""

    async def prepare(author: Author) -> None:
        await before(author.scene)
        author.token = await staff_token(author.scene, Role.MODERATOR)

    return prepare


def among_admins(before: Callable[[Scene], Awaitable[object]]) -> Callable[[Author], Awaitable[None]]:
    """The same of an admin."""

    async def prepare(author: Author) -> None:
        await before(author.scene)
        author.token = await staff_token(author.scene, Role.ADMIN)

    return prepare


async def unpaused(author: Author) -> None:
    """Forget how often the present password was wrong, or after a few strings none would be looked at."""
    adapters = author.town.application.adapters
    async with adapters.begin()() as uow:
        await uow.sign_in_tries.clear(tries_key(adapters.secrets(), str(author.scene.me.user_id)))
        await uow.commit()


async def by_password_alone(author: Author) -> None:
    """Whoever was of the staff meanwhile has a second factor, and signing in would answer a challenge."""
    await without_second_factor(author.scene)


AGAIN: Mapping[str, Callable[[Author], Awaitable[None]]] = {
    "POST /api/me/profile": without_profile,
    "PUT /api/me/profile": with_profile,
    "PUT /api/me/visibility": with_profile,
    "PUT /api/me/time-zone": with_profile,
    "POST /api/me/photos/{photo_id}/appeal": appealable,
    "POST /api/me/decisions": undecided,
    "POST /api/me/assessments": unassessed,
    "POST /api/auth/password/change": let_in,
    "POST /api/auth/login": by_password_alone,
    "POST /api/staff/breaches": among_admins(on_breach()),
    "POST /api/staff/breaches/{breach_id}/decisions": among_admins(on_breach()),
    "POST /api/staff/breaches/{breach_id}/assessment": among_admins(on_breach()),
    "POST /api/staff/breaches/{breach_id}/member-notices": among_admins(on_breach()),
    "POST /api/me/reviews": answered,
    "POST /api/staff/reviews/{review_id}/decision": among_staff(asked_about),
    "POST /api/staff/photos/{photo_id}/review": among_staff(appealed),
    "POST /api/staff/photos/{photo_id}/removal": among_staff(shown),
    "POST /api/staff/members/{user_id}/suspension": among_staff(allowed_in),
    "POST /api/staff/members/{user_id}/restoration": among_staff(shut_out),
    "POST /api/staff/members/{user_id}/second-factor/removal": among_admins(guarded),
}
"""What makes a request possible at first, and again after it succeeded."""


async def in_profile(author: Author, _text: str) -> Any:
    return (await author.read("/api/me/profile"))["content"]


async def on_photo(author: Author, _text: str) -> Any:
    photos = (await author.read("/api/me/photos"))["items"]
    return {"words": next(photo["appeal"] for photo in photos if photo["id"] == str(author.scene.me.refused))}


async def on_reviewed_photo(author: Author, _text: str) -> Any:
    async with author.town.application.adapters.begin()() as uow:
        return {"reason": (await uow.photos.get(author.scene.other.refused)).reason}


async def in_newest_review(author: Author, _text: str) -> Any:
    async with author.town.application.adapters.begin()() as uow:
        mine, theirs = [await uow.reviews.of(who.user_id) for who in (author.scene.me, author.scene.other)]
        return {"words": mine[0].words if mine else "", "answer": theirs[0].answer if theirs else ""}


async def in_newest_breach(author: Author, _text: str) -> Any:
    breach = (await author.read("/api/staff/breaches?limit=1"))["items"][0]
    return {"words": breach["timeline"][0]["words"], "scope": breach["scope"]}


async def in_decision(author: Author, _text: str) -> Any:
    decision = await decided(author)
    return {"note": decision.note if decision else "nothing was decided"}


async def in_profile_itself(author: Author, _text: str) -> Any:
    return await author.read("/api/me/profile")


async def on_newest_session(author: Author, text: str) -> Any:
    """With the token by which a device is known as it was sent: a wrong one is that of a device nobody knows."""
    sessions = (await author.read("/api/me/sessions"))["items"]
    return {"device_label": max(sessions, key=lambda session: session["id"])["label"], "device_token": text}


async def by_signing_in(author: Author, text: str) -> Any:
    credentials = {"email": author.town.email(author.scene.me.user_id), "password": text}
    status, _, _ = await author.send("POST", "/api/auth/login", json.dumps(credentials).encode())
    return {"new_password": text if status == 200 else f"login answered {status}"}


@attrs.frozen
class Kept:
    """Where what was written is found again, in the form in which it was sent, and which fields take any words."""

    where: Callable[[Author, str], Awaitable[Any]]
    free: frozenset[str] = frozenset()


IN_PROFILE = Kept(in_profile, frozenset({"name", "pronouns", "bio", "prompts.0.answer"}))
KEPT: Mapping[str, Kept] = {
    "POST /api/me/profile": IN_PROFILE,
    "PUT /api/me/profile": IN_PROFILE,
    "POST /api/me/photos/{photo_id}/appeal": Kept(on_photo, frozenset({"words"})),
    "POST /api/me/reviews": Kept(in_newest_review, frozenset({"words"})),
    "POST /api/staff/reviews/{review_id}/decision": Kept(in_newest_review, frozenset({"answer"})),
    "POST /api/staff/breaches": Kept(in_newest_breach, frozenset({"words"})),
    "POST /api/staff/photos/{photo_id}/review": Kept(on_reviewed_photo, frozenset({"reason"})),
    "POST /api/staff/photos/{photo_id}/removal": Kept(on_reviewed_photo, frozenset({"reason"})),
    "POST /api/me/decisions": Kept(in_decision, frozenset({"note"})),
    "PUT /api/me/time-zone": Kept(in_profile_itself),
    "POST /api/auth/login": Kept(on_newest_session, frozenset({"device_label"})),
    "POST /api/auth/password/change": Kept(by_signing_in, frozenset({"new_password"})),
}

NOT_KEPT = {
    "POST /api/staff/members/{user_id}/suspension",
    "POST /api/staff/members/{user_id}/restoration",
    "POST /api/staff/members/{user_id}/second-factor/removal",
    "POST /api/auth/register",
    "POST /api/auth/verify",
    "POST /api/auth/verify/resend",
    "POST /api/auth/second-factor",
    "POST /api/auth/second-factor/passkey/options",
    "POST /api/auth/second-factor/passkey",
    "POST /api/auth/email/confirm",
    "POST /api/auth/email/keep",
    "POST /api/me/email",
    "POST /api/auth/refresh",
    "POST /api/auth/password/forgot",
    "POST /api/auth/password/reset",
    "POST /api/auth/password/strength",
    "PUT /api/me/consents/{purpose}",
    "PUT /api/me/visibility",
    "PUT /api/me/photos/order",
    "POST /api/me/photos/uploads",
    "POST /api/me/decisions/undo",
    "POST /api/me/blocks",
    "POST /api/me/filter-costs",
    "PUT /api/me/notifications",
    "POST /api/me/push-subscriptions",
    "POST /api/me/assessments",
    "POST /api/me/erasure",
    "POST /api/me/exports",
    "POST /api/me/second-factor",
    "POST /api/me/second-factor/confirm",
    "POST /api/me/second-factor/recovery-codes",
    "POST /api/me/second-factor/remove",
    "POST /api/me/passkeys/options",
    "POST /api/me/passkeys",
    "POST /api/me/passkeys/{passkey_id}/remove",
    "POST /api/subscriptions",
    "POST /api/me/subscription/changes",
    "POST /api/purchases",
    "POST /api/staff/breaches/{breach_id}/decisions",
    "POST /api/staff/breaches/{breach_id}/assessment",
    "POST /api/staff/breaches/{breach_id}/member-notices",
}
"""Reasons that only mails tell, secrets that are only compared, addresses, what must be one of ours to be accepted, and
steps of a breach, which are written as its report is and of which most are not shown."""

BROWSER = "a browser"
CLEANED = {"device_label": lambda text: device_label(text or BROWSER)}
"""A label is made by programs: it is shortened and freed of what cannot be printed rather than refused, and where there
is none the program's own name is shown."""

BODIES: Mapping[str, Any] = {
    "POST /api/auth/login": {"device_label": "kitchen"},
    "POST /api/auth/verify": {"token": "unknown"},
    "POST /api/auth/second-factor": {"challenge_token": "unknown", "code": "123456", "device_label": "kitchen"},
    "POST /api/auth/second-factor/passkey/options": {"challenge_token": "unknown"},
    "POST /api/auth/second-factor/passkey": {"challenge_token": "unknown", "credential": {}, "device_label": "kitchen"},
    "POST /api/me/passkeys/options": {"password": "not mine at all", "code": "123456"},
    "POST /api/me/passkeys": {"name": "Laptop", "credential": {}},
    "POST /api/me/passkeys/{passkey_id}/remove": {"password": "not mine at all", "code": "123456"},
    "POST /api/me/email": {"email": "elsewhere@saltbitter.example", "password": "not mine at all", "code": "123456"},
    "POST /api/auth/email/confirm": {"token": "unknown"},
    "POST /api/auth/email/keep": {"token": "unknown"},
    "POST /api/me/second-factor/confirm": {"code": "123456"},
    "POST /api/me/second-factor/recovery-codes": {"password": "not mine at all", "code": "123456"},
    "POST /api/me/second-factor/remove": {"password": "not mine at all", "code": "123456"},
    "POST /api/auth/password/reset": {"token": "unknown", "password": "seven loud geese at dawn"},
    "POST /api/me/profile": PROFILE,
    "PUT /api/me/profile": PROFILE,
    "POST /api/me/subscription/changes": {"tier": "elite", "quoted_at": "2026-03-02T12:00:00Z"},
}
"""What the table of authorisation does not say of a body, or says only after something else was done."""


OF_FILES = {"POST /media/{key}"}


def body_of(call: str, row: Row, scene: Scene) -> Any:
    if row.body is None or call in OF_FILES:
        return None
    stated = BODIES.get(call, {})
    if row.before and call in BODIES:
        return stated
    return {**row.body(scene, row.thing(scene.me) if row.thing else None), **stated}


def address(call: str, row: Row, scene: Scene, wanted: Sequence[Field], text: str) -> str:
    """The path and query of the request with ``text`` in each wanted field of them."""
    named = [field.path[0] for field in wanted if field.place != "body"]
    given = {name: quote(text[: LONGEST_ADDRESS // 4 // len(named)], safe="", errors="surrogatepass") for name in named}
    path, others = (
        call.partition(" ")[2],
        {
            "photo_id": str(scene.other.refused),
            "breach_id": str(BREACHES.get(scene.other.user_id)),
            "review_id": str(REVIEWS.get(scene.other.user_id)),
            "user_id": str(scene.other.user_id),
        },
    )
    for field in FIELDS[call]:
        name = str(field.path[0])
        if field.place == "path":
            usual = str(row.thing(scene.me)) if row.thing else others.get(name, "analytics")
            path = path.replace(f"{{{name}}}", given.get(name, usual))
    query = "&".join(f"{field.path[0]}={given[field.path[0]]}" for field in wanted if field.place == "query")
    return f"{path}?{query}" if query else path


def encoded(body: Any) -> bytes:
    """JSON in UTF-8; half a pair cannot be written in it, and is escaped."""
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(body).encode()


async def attempt(author: Author, call: str, wanted: Sequence[Field], text: str) -> tuple[int, list[str]]:
    """One request with the text in each of these fields; the status, and the fields that the answer blames."""
    row, method = TABLE[call], call.partition(" ")[0]
    base = body_of(call, row, author.scene)
    body = None if base is None else encoded(filled(base, wanted, text))
    headers = {}
    if row.if_match:
        headers[hdrs.IF_MATCH] = f'"{(await author.read("/api/me/profile"))["version"]}"'
    status, media_type, answer = await author.send(
        method, address(call, row, author.scene, wanted, text), body, **headers
    )
    breach = CONTRACT.breach(call, status, media_type, answer)
    assert breach is None, f"{breach} for {text[:50]!r} in {[field.dotted for field in wanted]}"
    return status, [problem["path"] for problem in orjson.loads(answer)["fields"]] if status >= 400 else []


async def try_fields(author: Author, call: str, wanted: Sequence[Field], text: str) -> set[str]:
    """Send the text in all these fields, and again without those that are blamed; in which it was accepted.

    When nobody is blamed, each field goes alone."""
    for _ in range(MOST_ROUNDS):
        status, blamed = await attempt(author, call, wanted, text)
        if status < 400:
            await found_again(author, call, wanted, text)
            if call in AGAIN:
                await AGAIN[call](author)
            return {field.dotted for field in wanted}
        fine = [field for field in wanted if not any(field.blamed_by(path) for path in blamed)]
        if fine == wanted and len(fine) > 1:
            return {name for field in fine for name in await try_fields(author, call, [field], text)}
        if fine == wanted or not fine:
            return set()
        wanted = fine
    raise AssertionError(f"{call} finds something new about {text[:50]!r} each time")


async def found_again(author: Author, call: str, wanted: Sequence[Field], text: str) -> None:
    if call not in KEPT:
        return
    kept = await KEPT[call].where(author, text)
    for field in wanted:
        expected = CLEANED.get(field.dotted, str)(text)
        found = taken(kept, field.path)
        assert found == expected, f"{call} kept {found[:50]!r} for {text[:50]!r} in {field.dotted}"


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module", params=["our own", "the big list"])
def strings(request: pytest.FixtureRequest) -> Sequence[str]:
    if request.param == "our own":
        return OURS
    listed = big_list()
    if listed is None:
        pytest.skip(f"{BIG_LIST} is not set: the Big List of Naughty Strings is not at hand")
    return listed


@pytest.fixture(scope="module")
def author(loop: asyncio.Runner, strings: Sequence[str], request: pytest.FixtureRequest) -> Iterator[Author]:
    """Who writes in memory; with ``--store postgres`` our own, and with every string the big list, in a database."""
    every_string, store = (request.config.getoption(name) for name in ("--every-string", "--store"))
    over_postgres = store == "postgres" and (strings is OURS or every_string)
    database_url = request.getfixturevalue("postgres_url") if over_postgres else None
    if over_postgres:
        request.getfixturevalue("housekeeper").empty(database_url)
    opened = town(100, database_url=database_url)
    home = loop.run(opened.__aenter__())
    # Every string comes as a password to four routes, and judging one takes longer than all the rest of a request.
    advisor = home.application.adapters.advisor()
    advisor._judge = functools.cache(advisor._judge)
    scene = loop.run(Stage(home).scene())
    yield Author(scene, scene.me.token)
    assert home.errors == []
    loop.run(opened.__aexit__(None, None, None))


PARTS = 4
"""Of the big list each route is sent a part, another from route to route; ``--every-string`` sends them all."""


@pytest.fixture
def texts(strings: Sequence[str], call: str, request: pytest.FixtureRequest) -> Sequence[str]:
    if strings is OURS or request.config.getoption("--every-string"):
        return strings
    return strings[sorted(FIELDS).index(call) % PARTS :: PARTS]


def test_every_route_that_takes_text_says_whether_it_keeps_it() -> None:
    with_bodies = {call for call, found in FIELDS.items() if any(field.place == "body" for field in found)}

    assert with_bodies == KEPT.keys() | NOT_KEPT


@pytest.mark.parametrize("call", [call for call, found in FIELDS.items() if not all(field.closed for field in found)])
def test_text_is_kept_as_it_is_or_refused_by_name(
    author: Author, loop: asyncio.Runner, texts: Sequence[str], call: str
) -> None:
    wanted = [field for field in FIELDS[call] if not field.closed]

    async def try_all() -> None:
        if call in AGAIN:
            await AGAIN[call](author)
        accepted = set()
        for text in texts:
            await unpaused(author)
            accepted |= await try_fields(author, call, wanted, text)
        assert call not in KEPT or accepted >= KEPT[call].free

    loop.run(try_all())


@pytest.mark.parametrize("call", [call for call, found in FIELDS.items() if any(field.closed for field in found)])
def test_text_where_a_choice_an_id_or_a_number_belongs_is_refused_and_every_such_field_named(
    author: Author, loop: asyncio.Runner, texts: Sequence[str], call: str
) -> None:
    closed = [field for field in FIELDS[call] if field.closed]
    in_body = [field for field in closed if field.place == "body"]

    async def try_all() -> None:
        if call in AGAIN:
            await AGAIN[call](author)
        for text in texts:
            unnamed = in_body
            while unnamed:
                status, blamed = await attempt(author, call, unnamed, text)
                if status == 400:  # half a pair is no JSON at all
                    break
                spared = [field for field in unnamed if not any(field.blamed_by(path) for path in blamed)]
                assert status == 422, text[:50]
                assert spared != unnamed, text[:50]
                unnamed = spared
            for field in set(closed) - set(in_body):
                status, _ = await attempt(author, call, [field], text)
                assert status >= 400 or WHOLE.fullmatch(text), f"{call} took {text[:50]!r} as {field.dotted}"

    loop.run(try_all())
