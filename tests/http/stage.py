"""A town with values planted in everybody's records that nobody could mistake for anything else, and scenes in it.

Every answer is held against the OpenAPI document, key by key, and searched for what must never be told.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import attrs
import orjson
from aiohttp import hdrs

from adapters.population.generator import SyntheticMember
from entrypoints.http.endpoint import AUDIT_REASON
from saltbitter_domain.assessments.model import AttachmentScores
from saltbitter_domain.compatibility.model import Decision, DecisionKind, Notice, NoticeKind, Standing
from saltbitter_domain.kernel import GridCell, MatchId, Money, NoticeId, OrderId, PasskeyId, PhotoId, UserId
from saltbitter_domain.ledger.model import FactKind
from saltbitter_domain.orders.model import ProductName
from saltbitter_domain.profiles.model import AgeRange, Orientation, Photo, PhotoState, RefusalReason
from saltbitter_domain.users.model import Tokens
from saltbitter_domain.users.model.passkeys import Passkey
from tests.doubles.money import a_fact
from tests.doubles.town import Town

BORN = date(1987, 6, 5)
HOME = GridCell(31.471357, 121.468024)
MOVED = {"latitude": 48.135791, "longitude": 11.575318}
SCORES = AttachmentScores(6.283185, 1.618034)
HASH = "planted-password-hash"
PICTURE_HASH = "feedfacecafebeef"
CARD = "pm_card_visa"
SAID = "and"
"""What nearly everybody says of themselves, and everybody who was planted."""
NEVER_TOLD = {
    "a birth date": re.compile(rb"1987-06-05"),
    "a coordinate": re.compile(rb"31\.4713|121\.468|48\.1357|11\.5753"),
    "another's attachment scores": re.compile(rb"6\.283|1\.618"),
    "another's orientation": re.compile(rb"asexual"),
    "a password hash": re.compile(rb"planted-password-hash|\$2[aby]\$"),
    "a picture's fingerprint": re.compile(rb"feedfacecafebeef"),
}
ALWAYS = {
    "Strict-Transport-Security",
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Cache-Control",
    "X-Request-ID",
}
"""What every answer carries, errors included."""
PRIVATE = ("/api/me", "/api/people/", "/api/staff/", "/api/auth/")
"""What is below is for one person, and no cache keeps it."""
IN_WORDS = re.compile(r"text/|[a-z]+/([a-z.-]+\+)?xml\b")
"""Content types of which a browser guesses how they are encoded where nothing says so (ASVS 5.0, 4.1.1)."""
A_YEAR = 365 * 24 * 60 * 60
"""Seconds."""
ABOUT_NOBODY = {"GET /api/catalogue", "GET /api/openapi.json"}
"""They list the vocabulary, with every orientation in it."""

EMAIL = re.compile(rb"member-[0-9a-f]{32}@")


@attrs.frozen
class Person:
    """A signed-in member, what is theirs, and one person they know of."""

    user_id: UserId
    tokens: Tokens
    session: UUID
    device: UUID
    passkey: PasskeyId
    photo: PhotoId
    refused: PhotoId
    knows: UserId
    payment: str
    refund: str
    order: OrderId

    @property
    def token(self) -> str:
        return self.tokens.access_token


@attrs.frozen
class Scene:
    """Two members fit for everything, who know nothing of each other or of each other's acquaintance."""

    town: Town
    me: Person
    other: Person


@attrs.frozen
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def masked(self) -> tuple[object, ...]:
        """All that a caller could tell two answers apart by."""
        passing = {"Date", "X-Request-ID"}
        body = re.sub(rb'"request_id":"[^"]*"', b"", self.body)
        return self.status, body, {name: value for name, value in self.headers.items() if name not in passing}


async def ask(
    town: Town, call: str, *, path: str | None = None, token: str | None = None, body: Any = None, **headers: str
) -> Answer:
    """Send the request, and hold the answer against the document, against what every answer carries and against what
    must never be told."""
    method, _, address = call.partition(" ")
    if token:
        headers[hdrs.AUTHORIZATION] = f"Bearer {token}"
    if address.startswith("/api/staff/"):
        headers.setdefault(AUDIT_REASON, "a test")
    if isinstance(body, bytes):
        headers[hdrs.CONTENT_TYPE] = "image/jpeg"
    elif body is not None:
        headers[hdrs.CONTENT_TYPE], body = "application/json", orjson.dumps(body)
    async with town.client.request(method, path or address, data=body, headers=headers) as response:
        answer = Answer(response.status, dict(response.headers), await response.read())
    if method != hdrs.METH_HEAD and address in town.contract.document["paths"]:
        assert town.contract.breach(call, answer.status, response.content_type, answer.body) is None
    assert set(answer.headers) >= ALWAYS, f"{call} lacks {ALWAYS - set(answer.headers)}"
    unsafe = unsafe_in(answer.headers, private=address.startswith(PRIVATE))
    assert not unsafe, f"{call} has {unsafe}"
    told = [what for what, pattern in NEVER_TOLD.items() if call not in ABOUT_NOBODY and pattern.search(answer.body)]
    assert not told, f"{call} tells {told}"
    return answer


def unsafe_in(headers: Mapping[str, str], *, private: bool) -> list[str]:
    """What of the headers that every answer carries says less than it must."""
    policy = {line.strip() for line in headers["Content-Security-Policy"].split(";")}
    age = re.search(r"max-age=(\d+)", headers["Strict-Transport-Security"])
    safe = {
        "Content-Security-Policy": {"base-uri 'none'", "frame-ancestors 'none'"} <= policy
        and not {"default-src 'none'", "object-src 'none'"}.isdisjoint(policy)
        and not re.search(r"unsafe|\*", headers["Content-Security-Policy"]),
        "Strict-Transport-Security": age is not None
        and int(age[1]) >= A_YEAR
        and "includeSubDomains" in headers["Strict-Transport-Security"],
        "X-Content-Type-Options": headers["X-Content-Type-Options"] == "nosniff",
        "Referrer-Policy": headers["Referrer-Policy"] in {"no-referrer", "same-origin"},
        "Cache-Control": "no-store" in headers["Cache-Control"] or not private,
        "Content-Type": not IN_WORDS.match(headers.get("Content-Type", ""))
        or "charset=utf-8" in headers["Content-Type"],
    }
    return [name for name, is_safe in safe.items() if not is_safe]


def planted(person: SyntheticMember) -> SyntheticMember:
    wanted = attrs.evolve(person.content.preferences, ages=AgeRange(18, 120), max_distance_km=None)
    said = f"{person.content.bio} {SAID} so on"
    content = attrs.evolve(person.content, bio=said, orientation=Orientation.ASEXUAL, preferences=wanted)
    return attrs.evolve(person, date_of_birth=BORN, cell=HOME, city="Everytown", content=content)


async def plant(home: Town) -> None:
    """What ``planted`` could not reach: hashes and scores."""
    async with home.application.adapters.begin()() as uow:
        for user_id in home.members:
            user = await uow.users.get(user_id)
            await uow.users.save(attrs.evolve(user, password_hash=HASH))
            (photo,) = await uow.photos.of(user_id)
            await uow.photos.save(attrs.evolve(photo, perceptual_hash=PICTURE_HASH))
            if taken := await uow.assessments.latest(user_id):
                await uow.assessments.remove_all(user_id)
                await uow.assessments.add(attrs.evolve(taken, scores=SCORES), after=taken.taken_at)
        await uow.commit()


async def undecided(home: Town, user_id: UserId) -> list[UserId]:
    """Whom the member met today while nothing stands between the two, on either side."""
    day = await home.application.matching().daily_matches(user_id)
    met = [suggestion.profile.user_id for suggestion in day.suggestions]
    async with home.application.adapters.begin()() as uow:
        _, known = await uow.people.known_to(user_id, met)
    return [other for other in met if known[other].standing == Standing()]


async def furnish(home: Town, user_id: UserId) -> Person:
    """Sign the member in and give them one of everything. What they may read of themselves is not planted."""
    adapters, clock, new_id = home.application.adapters, home.clock, home.application.adapters.ids().new
    tokens, spare = await home.sign_in(user_id), await home.sign_in(user_id, "spare")
    knows, partner, admirer = (await undecided(home, user_id))[:3]
    refused = Photo(
        PhotoId(new_id()), user_id, 1, PhotoState.REFUSED, clock.now(), "LEHV6nWB2yk8pyo0adR*.7kCMdnj", PICTURE_HASH,
        1080, 1080, 2, RefusalReason.SEVERAL_FACES,
    )  # fmt: skip
    passkey = Passkey(PasskeyId(new_id()), user_id, "Key", f"credential-{new_id()}", "key", 0, (), clock.now())
    async with adapters.begin()() as uow:
        (photo,) = await uow.photos.of(user_id)
        await uow.photos.add(refused)
        await uow.passkeys.add(passkey)
        profile = await uow.profiles.get(user_id)
        await uow.profiles.save(attrs.evolve(profile, content=attrs.evolve(profile.content, orientation=None)))
        if taken := await uow.assessments.latest(user_id):
            await uow.assessments.remove_all(user_id)
            await uow.assessments.add(attrs.evolve(taken, scores=AttachmentScores(2.0, 3.0)), after=taken.taken_at)
        for by, about in ((user_id, partner), (partner, user_id), (admirer, user_id)):
            await uow.decisions.add(Decision(by, about, DecisionKind.LIKE, clock.now(), "Hello."), MatchId(new_id()))
        await uow.notices.add(
            Notice(NoticeId(new_id()), user_id, NoticeKind.MUTUAL_MATCH, clock.now(), str(partner), None)
        )
        paid = a_fact(f"ch_{new_id().hex}", member=user_id)
        refund = a_fact(
            f"re_{new_id().hex}", FactKind.REFUNDED, member=user_id, payment=paid.id, amount=Money(500, "USD")
        )
        await uow.ledger.record([attrs.evolve(paid, payment=paid.id), refund])
        await uow.commit()
    bought = await home.application.orders().buy(user_id, ProductName.PRACTICE_PACK, CARD, None)
    await home.workers.settle()  # What was bought has the gateway asked for the tier, which knows of none.
    await home.upgrade(user_id)
    access = home.application.auth().authenticate(tokens.access_token)
    device = (await home.application.devices().devices(access))[0].id
    return Person(
        user_id,
        tokens,
        spare.session_id,
        device,
        passkey.id,
        photo.id,
        refused.id,
        knows,
        paid.id,
        refund.id,
        bought.order.id,
    )


@attrs.define
class Stage:
    """Gives every test a scene of two members nobody has used."""

    town: Town
    unused: Iterator[UserId] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.unused = iter(self.town.members)

    async def person(self, *, strangers_to: Person | None = None) -> Person:
        """Somebody who knows three others and has taken the assessment; a stranger to ``strangers_to`` if given."""
        for user_id in self.unused:
            free = await undecided(self.town, user_id)
            if len(free) < 3 or not await self._assessed(user_id):
                continue
            if strangers_to and await self._known(strangers_to.user_id, {user_id, free[0]}):
                continue
            return await furnish(self.town, user_id)
        raise AssertionError("the town is too small for so many scenes")

    async def scene(self) -> Scene:
        me = await self.person()
        return Scene(self.town, me, await self.person(strangers_to=me))

    async def match(self, scene: Scene) -> None:
        """Have the two like one another."""
        adapters = scene.town.application.adapters
        me, other, now = scene.me.user_id, scene.other.user_id, scene.town.clock.now()
        async with adapters.begin()() as uow:
            for by, about in ((me, other), (other, me)):
                await uow.decisions.add(
                    Decision(by, about, DecisionKind.LIKE, now, None), MatchId(adapters.ids().new())
                )
            await uow.commit()

    async def _assessed(self, user_id: UserId) -> bool:
        async with self.town.application.adapters.begin()() as uow:
            return await uow.assessments.latest(user_id) is not None

    async def _known(self, viewer: UserId, others: set[UserId]) -> bool:
        day = await self.town.application.matching().daily_matches(viewer)
        return bool(others & {suggestion.profile.user_id for suggestion in day.suggestions})
