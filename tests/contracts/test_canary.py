"""A member with a marker in every field: all that belongs in it is in their copy, nothing of them stays when they are
erased, and nothing of anybody else is touched or told. In memory, and as in production.
"""

import io
import logging
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import attrs
import pytest

from config.data_register import data_register
from config.logging import configure
from saltbitter_domain.breaches.model import Act
from saltbitter_domain.events import Event
from saltbitter_domain.exports.model import DataExport, ExportRequested
from saltbitter_domain.kernel import ExportId, SessionId
from saltbitter_domain.payments.model import GatewayEvent
from saltbitter_domain.profiles.model import PhotoReviewed
from saltbitter_domain.register import AtErasure, Kind
from saltbitter_domain.traffic import StoredAnswer
from saltbitter_domain.users.model import Suspended, User
from tests.contracts.canary_house import House, as_in_production, in_memory
from tests.doubles.canary import Canary, a_canary, plant, plant_picture

KEPT = {item.place for item in data_register().items if item.at_erasure is AtErasure.KEEP}
"""Where the register says that something outlives an erasure."""
ALLOWED = KEPT | {"mailer", "erasure_ledger", "ledger_transactions", "rate_limits"}
"""Also by the names that these places have in memory: ``mail``, ``erasures/``, the books and ``limit:``."""
A_NUMBER_IN_ANOTHERS_ROW = {"daily_matches", "notices"}
"""Others were introduced to, or matched with, somebody of whom nothing is left but a random number."""
SHORT = {
    item.where.partition(".")[0]
    for item in data_register().of(Kind.TABLE)
    if item.retention is not None and item.retention < timedelta(days=60)
}
"""Tables that are empty of anybody who did nothing for two months, by the data register."""
HELD_FOR_A_MOMENT = {"roster_changes"}
"""What the workers take as soon as it is written."""
MAILED = {"ana-email@example.org", "ana-reason"}
"""What mails to Ana had to carry."""

GONE_ANYWAY = {"ben-label", "ben-prefix", "ben-hash", "ben-note", "ben-endpoint"}
"""Where Ben was signed in and told is forgotten by itself as time passes; what he wrote to Ana goes with her."""


def _holds(text: str, marker: str) -> bool:
    """Whether the marker is in it, as it is or in the way PostgreSQL writes bytes."""
    return marker in text or marker.encode().hex() in text


async def _settled_in(house: House) -> tuple[Canary, Canary, Mapping[str, bytes]]:
    """Ana and Ben, who like one another, each with markers everywhere."""
    ids, clock, begin = house.adapters.ids(), house.adapters.clock(), house.adapters.begin()
    now = clock.now()
    ana, ben = (a_canary(name, ids, now) for name in ("ana", "ben"))
    async with begin() as uow:
        await uow.users.add(ana)
        await uow.users.add(ben)
        await uow.commit()
    async with begin() as uow:
        first = await plant(uow, ana, ben, "ana", ids, now)
        second = await plant(uow, ben, ana, "ben", ids, now)
        uow.emit(Suspended(ana.id, "ana-reason"))
        await uow.commit()
    pixels = {
        canary.user.email: await plant_picture(house.adapters.photo_store(), canary.photo, name)
        for canary, name in ((first, "ana"), (second, "ben"))
    }
    if house.stripe:
        await house.adapters.payment_gateway().customer(ana.id)
    await _passing_through(house, ana, ben)
    await house.adapters.rate_limits().hit("login", "ana-limit", 5, timedelta(days=1))
    await house.adapters.revocations().revoke(SessionId(house.adapters.ids().new()), now + timedelta(days=1))
    answers = house.adapters.idempotency()
    await answers.begin(f"user:{ana.id}", "a-key-of-ana", "fingerprint")
    await answers.finish(f"user:{ana.id}", "a-key-of-ana", StoredAnswer(200, (), b"ana-answer"))
    await house.workers.settle()
    await _set_aside(house, PhotoReviewed(ana.id, first.photo.id, approved=False, reason="ana-letter"))
    return first, second, pixels


async def _passing_through(house: House, user: User, other: User) -> None:
    """Leave something in the tables that are emptied by themselves, and that no other part of this fills."""
    now = house.adapters.clock().now()
    async with house.adapters.begin()() as uow:
        await uow.sign_in_tries.count("ana-tries", now, [timedelta(minutes=1)])
        await uow.gateway_inbox.add(GatewayEvent("ana-event", "ana-customer", now), now)
        await uow.gateway_inbox.end_reading("ana-customer", await uow.gateway_inbox.begin_reading("ana-customer"))
        await uow.commit()
    house.application.detection().note(Act.PROFILE_READ, str(other.id), {user.id})
    await house.application.detection().flush()


async def _set_aside(house: House, event: Event) -> None:
    """Leave a message that could not be delivered and waits for a person."""
    async with house.adapters.begin()() as uow:
        uow.emit(event)
        await uow.commit()
    outbox, now = house.adapters.outbox(), house.adapters.clock().now()
    (message,) = await outbox.due(now, 10)
    await outbox.save(attrs.evolve(message, dead_at=now, last_error="no worker reported back"))


async def _copied(house: House, canary: Canary) -> zipfile.ZipFile:
    export = DataExport(ExportId(house.adapters.ids().new()), canary.user.id, house.adapters.clock().now())
    async with house.adapters.begin()() as uow:
        await uow.exports.add(export)
        uow.emit(ExportRequested(export.user_id, export.id))
        await uow.commit()
    for _ in range(2):
        await house.workers.settle()
    return zipfile.ZipFile(io.BytesIO(await house.adapters.archives().get(export.id)))


@pytest.fixture(params=["in memory", "as in production"])
def house(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[House]:
    if request.param == "in memory":
        return in_memory()
    return as_in_production(request.getfixturevalue("production_settings"))


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged, every line there is."""
    stream = io.StringIO()
    configure("json", stream, logging.DEBUG)
    yield stream
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


async def test_what_belongs_is_in_the_copy_and_nothing_of_a_member_outlives_their_erasure(
    house: AbstractAsyncContextManager[House], log: io.StringIO
) -> None:
    async with house as home:
        ana, ben, pixels = await _settled_in(home)
        copy = await _copied(home, ana)
        content = b"\n".join(map(copy.read, copy.namelist())).decode("latin-1")
        own, others = pixels[ana.user.email].decode(), pixels[ben.user.email].decode()
        markers = [*ana.markers, own, "ana-reason", "ana-answer", "ana-letter", "ana-limit"]

        assert [marker for marker in [*ana.kept, own] if marker not in content] == []
        assert [marker for marker in [*ben.markers, *ana.withheld, others] if marker in content] == []

        before = await home.places()
        everything = "\n".join(before.values())
        assert [marker for marker in markers if not _holds(everything, marker)] == [], "the search finds what is there"

        async with home.adapters.begin()() as uow:
            user = await uow.users.get(ana.user.id)
            assert user
            await uow.users.save(user.leaving(home.adapters.clock().now()))
            await uow.commit()
        await home.passes(31)
        await home.passes(31)
        await home.adapters.idempotency().begin(f"user:{ben.user.id}", "a-key-of-ben", "fingerprint")  # forgets first

        after = await home.places()
        left = {name for name, text in after.items() if any(_holds(text, marker) for marker in [*markers, "ana-"])}
        assert left <= ALLOWED, "these are left although the data register says otherwise"
        named = {name for name, text in after.items() if str(ana.user.id) in text}
        assert named <= ALLOWED | A_NUMBER_IN_ANOTHERS_ROW
        everything = "\n".join(after.values())
        still = {*ben.markers, others} - GONE_ANYWAY
        assert [marker for marker in still if marker not in everything] == [], "Ben lost nothing"

        if home.stripe:
            assert SHORT - _about(ana, before) == HELD_FOR_A_MOMENT, "the search finds what is there"
            assert SHORT & _about(ana, after) == set(), "these are emptied later than the data register says"
            _nothing_beyond_the_need_went_outside(home, ana, before, after)
        assert [marker for marker in [*markers, *ben.markers, "ana-", "ben-"] if marker in log.getvalue()] == []
        assert "leaving_members" in log.getvalue(), "there is a log"


def _about(canary: Canary, places: Mapping[str, str]) -> set[str]:
    """Where something of a member is, be it their number."""
    return {name for name, text in places.items() if str(canary.user.id) in text or "ana-" in text}


def _nothing_beyond_the_need_went_outside(
    home: House, ana: Canary, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    """Stripe has a number and no word of Ana, and no customer in the end; mails have what they had to carry."""
    assert str(ana.user.id) in before["stripe customers"]
    sent = "".join(each[place] for each in (before, after) for place in ("stripe", "stripe customers"))
    assert [marker for marker in ana.markers - {"ana-customer"} if marker in sent] == []
    assert str(ana.user.id) not in after["stripe customers"]
    carried = before["mail"] + after["mail"]
    assert {marker for marker in [*ana.markers, "ana-reason", "ana-letter"] if marker in carried} <= MAILED
    assert "ana-limit" in before["limit:"]


def test_every_place_of_the_register_is_searched() -> None:
    """A new table is in the metadata by itself; a new cache, bucket or file needs a place in ``House.places``."""
    kinds = {kind: {item.place for item in data_register().of(kind)} for kind in (Kind.CACHE, Kind.BUCKET, Kind.FILE)}

    assert kinds == {
        Kind.CACHE: {"revoked", "limit:", "leader:"},
        Kind.BUCKET: {"uploads/", "photos/"},
        Kind.FILE: {"exports/", "erasures/", "logs"},
    }, "search the new place in tests/contracts/canary_house.py"
