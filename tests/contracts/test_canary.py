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
from saltbitter_domain.compatibility.model import NoticeKind
from saltbitter_domain.events import Event
from saltbitter_domain.exports.model import DataExport, ExportRequested
from saltbitter_domain.kernel import ExportId, PhotoId, SessionId
from saltbitter_domain.payments.model import GatewayEvent
from saltbitter_domain.profiles.model import PhotoReviewed, PhotoState
from saltbitter_domain.register import AtErasure
from saltbitter_domain.traffic import StoredAnswer
from saltbitter_domain.users.model import Suspended, User
from tests.contracts.canary_house import House, Outside, Places, as_in_production, in_memory
from tests.doubles.builders import a_photo, a_push_subscription, a_session
from tests.doubles.canary import Canary, a_canary, plant, plant_picture
from tests.doubles.pictures import photo as picture
from tests.doubles.push import Browser, PushDouble

PERSONAL = {item.where for item in data_register().items if item.personal}
"""Every column and place that may hold something of somebody."""
_STAFF = "What our staff did is on record for three years, theirs as members' numbers."
_BOOKS = "The books are kept as tax law asks for; they name a number."
_BREACH = "What was done about a breach is on record for five years; it names numbers."
_BARS = "Whoever is erased while suspended opens no other account for a year, under keyed hashes."
_BLOCKS = "Whoever blocked them stays parted from them for a year, under keyed hashes."
ALLOWED = {
    "audit_log.actor": _STAFF,
    "audit_log.reason": _STAFF,
    "audit_log.subjects": _STAFF,
    "barred_marks.mark": _BARS,
    "block_marks.mark": _BLOCKS,
    "breach_entries.content": _BREACH,
    "breach_entries.key": _BREACH,
    "ledger_entries.fact_id": _BOOKS,
    "money_facts.id": _BOOKS,
    "money_facts.member": _BOOKS,
    "money_facts.payment": _BOOKS,
    "removed_photos.perceptual_hash": "Staff removed the picture; nothing leads from the hash to whoever showed it.",
    "sign_in_tries.key": "Wrong passwords are counted for a year under a keyed hash.",
    "suppressed_addresses.address_hash": "No mail is sent there for a year, under a keyed hash.",
    "notices.subject": "Ben was told of a match with somebody of whom nothing is left but a number.",
    "limit:": "Redis counts the day by its own clock.",
    "erasures/": "Whom a restored database would bring back, by number.",
    "mail": "What was sent; it cannot be called back.",
    "push": "The address that the service itself gave out.",
}
"""Where something of an erased member may still be two months later, their number included, and why."""
ALLOWED_IN_MEMORY = {
    "audit_log": _STAFF,
    "barred_marks": _BARS,
    "block_marks": _BLOCKS,
    "breach_entries": _BREACH,
    "breach_keys": _BREACH,
    "ledger_transactions": _BOOKS,
    "money_facts": _BOOKS,
    "removed_photos": ALLOWED["removed_photos.perceptual_hash"],
    "sign_in_tries": ALLOWED["sign_in_tries.key"],
    "suppressed_addresses": ALLOWED["suppressed_addresses.address_hash"],
    "notices": ALLOWED["notices.subject"],
    "daily_matches": "Ben was introduced to somebody of whom nothing is left but a number; one process keeps all days.",
    "rate_limits": "Whoever asks next makes room.",
    "erasure_ledger": ALLOWED["erasures/"],
    "mailer": ALLOWED["mail"],
}
"""The same by the names that these places have in memory."""
IN_ANOTHERS_ROW = {"notices.subject"}
"""Of which Ana's erasure is none: others were told of a match with somebody of whom nothing is left but a number."""
NEVER_HELD = {
    "logs": "Nobody asks for anything here: tests/http/test_log_secrecy.py looks at what is logged of requests.",
    "rekognition": "It sees pictures, and nothing that says whose.",
}
"""Where nothing of Ana is ever found, and why."""
MAILED = {"ana-email@example.org", "ana-reason"}
"""What mails to Ana had to carry."""

GONE_ANYWAY = {"ben-label", "ben-prefix", "ben-hash", "ben-note", "ben-endpoint", "ben-original"}
"""Where Ben was signed in and told is forgotten by itself as time passes, as is an original that nobody waits for; what
he wrote to Ana goes with her."""


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
        shown = a_photo(ana, id=PhotoId(ids.new()), state=PhotoState.APPROVED, uploaded_at=now)
        await uow.photos.add(shown)
        uow.emit(Suspended(ana.id, "ana-reason"))
        await uow.commit()
    pixels = {
        canary.user.email: await plant_picture(house.adapters.photo_store(), canary.photo, name)
        for canary, name in ((first, "ana"), (second, "ben"))
    }
    if house.outside:
        await house.adapters.payment_gateway().customer(ana.id)
        await _told(house, house.outside.push, ana, first.session)
    await _passing_through(house, ana, ben)
    await house.adapters.rate_limits().hit("login", "ana-limit", 5, timedelta(days=1))
    await house.adapters.revocations().revoke(first.session, now + timedelta(days=1))
    await house.application.photos().upload_photo(ana.id, _commented(picture("portrait.jpg"), b"ana-comment"))
    answers = house.adapters.idempotency()
    await answers.begin(f"user:{ana.id}", "a-key-of-ana", "fingerprint")
    await answers.finish(
        f"user:{ana.id}", "a-key-of-ana", StoredAnswer(200, (("Location", "/ana-answer"),), b"ana-answer")
    )
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
        await uow.gateway_inbox.set_expiry("ana-customer", now + timedelta(days=365))
        await uow.commit()
    house.application.detection().note(Act.PROFILE_READ, str(other.id), {user.id})
    await house.application.detection().flush()


def _commented(jpeg: bytes, comment: bytes) -> bytes:
    """The picture with a comment in it, as cameras and editors leave them."""
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + jpeg[2:]


async def _told(house: House, push: PushDouble, user: User, session: SessionId) -> None:
    """Tell a browser of Ana's that something waits; its push service is handed nothing that it can read."""
    browser = Browser()
    device = a_push_subscription(a_session(user, id=session), endpoint=f"{push.url}/to/ana-endpoint", **browser.keys)
    assert await house.adapters.push().send(device, NoticeKind.MUTUAL_MATCH, timedelta(hours=1))
    assert "ana" not in str(browser.read(push.taken[-1])).lower()


async def _set_aside(house: House, event: Event) -> None:
    """Leave a message that could not be delivered and waits for a person."""
    async with house.adapters.begin()() as uow:
        uow.emit(event)
        await uow.commit()
    outbox, now = house.adapters.outbox(), house.adapters.clock().now()
    (message,) = await outbox.due(now, 10)
    await outbox.save(attrs.evolve(message, dead_at=now, last_error="no worker reported back"))


async def _copied(house: House, canary: Canary) -> tuple[ExportId, zipfile.ZipFile]:
    export = DataExport(ExportId(house.adapters.ids().new()), canary.user.id, house.adapters.clock().now())
    async with house.adapters.begin()() as uow:
        await uow.exports.add(export)
        uow.emit(ExportRequested(export.user_id, export.id))
        await uow.commit()
    for _ in range(2):
        await house.workers.settle()
    return export.id, zipfile.ZipFile(io.BytesIO(await house.adapters.archives().get(export.id)))


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
        export_id, copy = await _copied(home, ana)
        content = b"\n".join(map(copy.read, copy.namelist())).decode("latin-1")
        own, others = pixels[ana.user.email].decode(), pixels[ben.user.email].decode()
        markers = {*ana.markers, own, "ana-reason", "ana-answer", "ana-letter", "ana-limit", "ana-original"}
        numbers = ["ana-", *(form for each in (ana.user.id, ana.session, export_id) for form in (str(each), each.hex))]

        assert [marker for marker in [*ana.kept, own] if marker not in content] == []
        assert [marker for marker in [*ben.markers, *ana.withheld, others] if marker in content] == []

        async with home.adapters.begin()() as uow:
            await uow.roster.refresh(100)
            await uow.commit()
        staying = await home.places()
        async with home.adapters.begin()() as uow:
            user = await uow.users.get(ana.user.id)
            assert user
            await uow.users.save(user.leaving(home.adapters.clock().now()))
            await uow.commit()
        before = await home.places()
        assert [marker for marker in markers if not before.holding(marker)] == [], "the search finds what is there"

        await home.passes(31)
        await home.passes(33)  # by then introductions of the day on which she was erased are gone too
        await home.adapters.idempotency().begin(f"user:{ben.user.id}", "a-key-of-ben", "fingerprint")  # forgets first
        await home.adapters.revocations().revoke(ben.session, home.adapters.clock().now())  # and so does this

        after = await home.places()
        allowed = ALLOWED if home.outside else ALLOWED_IN_MEMORY
        assert after.holding(*markers, *numbers) == {*allowed}
        everything = "\n".join(after.texts.values())
        still = {*ben.markers, others} - GONE_ANYWAY
        assert [marker for marker in still if marker not in everything] == [], "Ben lost nothing"

        if home.outside:
            found = {where for each in (staying, before, after) for where in each.about(*markers, *numbers)}
            assert PERSONAL - found == {*NEVER_HELD}, "plant something there"
            _nothing_beyond_the_need_went_outside(ana, home.outside, before, after)
        assert [marker for marker in [*markers, *ben.markers, "ana-", "ben-"] if marker in log.getvalue()] == []
        assert "leaving_members" in log.getvalue(), "there is a log"


def _nothing_beyond_the_need_went_outside(ana: Canary, outside: Outside, before: Places, after: Places) -> None:
    """Stripe has a number and no word of Ana, and no customer in the end; mails have what they had to carry; pictures
    are looked at without what came with them; a push service knows its own address."""
    texts = {place: before.texts[place] + after.texts[place] for place in outside.holds()}
    words = {*ana.markers, "ana-reason", "ana-letter", "ana-comment", "ana-pixels", "ana-original"}

    def told(place: str) -> set[str]:
        return {word for word in words if word in texts[place]}

    assert str(ana.user.id) in before.texts["stripe"]
    assert str(ana.user.id) not in after.texts["stripe"]
    assert told("stripe") == set()
    assert told("mail") <= MAILED
    assert (told("push"), str(ana.user.id) in texts["push"]) == ({"ana-endpoint"}, False)
    assert [each["operation"] for each in outside.rekognition.asked].count("DetectFaces") == 1
    assert (told("rekognition"), str(ana.user.id) in texts["rekognition"]) == (set(), False)


def test_nothing_is_allowed_to_stay_that_the_data_register_has_erased() -> None:
    kept = {item.where for item in data_register().items if item.at_erasure is AtErasure.KEEP}

    assert {*ALLOWED} - kept == IN_ANOTHERS_ROW
