"""A member's copy: who may ask, what is in it, how long it may take and how long it stays."""

import io
import json
import re
import zipfile
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import attrs
import pyotp
import pytest

from adapters.memory.exports import MemoryArchives
from adapters.memory.photo_store import MemoryPhotoStore
from config.data_register import data_register
from saltbitter_domain.compatibility.model import DailyMatches, Suggestion
from saltbitter_domain.exports.model import (
    DataExport,
    ExportMissing,
    ExportReady,
    ExportRemoved,
    ExportRequested,
    ExportRunning,
)
from saltbitter_domain.exports.policies import as_json, own_side
from saltbitter_domain.exports.service import ExportService
from saltbitter_domain.kernel import EventId, ExportId, UserId
from saltbitter_domain.profiles.model import Gender
from saltbitter_domain.users.model import MailTemplate, PasswordRefused, SessionOver
from saltbitter_domain.users.model.second_factor import CodeRefused
from tests.doubles.builders import a_full_profile, a_photo, new_id
from tests.doubles.canary import plant_picture
from tests.doubles.users import EMAIL, PASSWORD, Accounts

WEEK, HOUR = timedelta(days=7), timedelta(hours=1)


class Desk:
    """The use cases over accounts in memory."""

    def __init__(self) -> None:
        self.accounts = Accounts()
        self.archives = MemoryArchives(self.accounts.clock)
        self.photos = MemoryPhotoStore(self.accounts.clock, b"a secret of this test")
        self.service = ExportService(
            begin=self.accounts.begin,
            clock=self.accounts.clock,
            ids=self.accounts.ids,
            reauthenticated=self.accounts.second_factors.proven,
            secrets=self.accounts.secrets,
            mailer=self.accounts.mailer,
            archives=self.archives,
            photos=self.photos,
            register=data_register(),
            public_url="https://saltbitter.example/",
        )

    async def ask(self, password: str = PASSWORD) -> DataExport:
        return await self.service.request(self.accounts.access(await self.accounts.login()), password)

    async def settle(self) -> None:
        """Have every waiting message about copies heard."""
        listeners: dict[type, Callable[[EventId, Any], Awaitable[None]]] = {
            ExportRequested: self.service.make,
            ExportReady: self.service.send_ready,
            ExportRemoved: self.service.remove_archive,
        }
        for _ in listeners:
            for message in await self.accounts.messages():
                if listener := listeners.get(type(message.event)):
                    await listener(message.id, message.event)
                await self.accounts.outbox.save(message.done(self.accounts.clock.now()))

    async def made(self) -> DataExport:
        asked = await self.ask()
        await self.settle()
        return next(export for export in await self.service.exports(asked.user_id) if export.id == asked.id)

    async def fetched(self, export: DataExport) -> bytes:
        link = self.service.link(export)
        assert link
        return (await self.service.fetch(export.id, link.partition("signature=")[2]))[1]


async def opened() -> Desk:
    desk = Desk()
    await desk.accounts.register()
    return desk


def unpacked(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


async def test_a_copy_is_made_mailed_and_fetched_by_whoever_has_its_address() -> None:
    desk = await opened()

    export = await desk.made()

    (mail,) = (mail for mail in desk.accounts.mails() if mail.template is MailTemplate.EXPORT_READY)
    assert mail.data["link"] == desk.service.link(export)
    assert mail.data["link"].startswith(f"https://saltbitter.example/api/exports/{export.id}/archive?signature=")
    content = await desk.fetched(export)
    assert len(content) == export.size
    assert unpacked(content).namelist() == ["data.json", "index.html"]
    assert json.loads(unpacked(content).read("data.json"))["records"]["users"][0]["email"] == EMAIL


async def test_the_wrong_password_copies_nothing_and_neither_does_a_session_that_is_over() -> None:
    desk = await opened()
    tokens = await desk.accounts.login()
    access = desk.accounts.access(tokens)

    with pytest.raises(PasswordRefused):
        await desk.service.request(access, "not the password at all")
    await desk.accounts.auth.logout(access)
    with pytest.raises(SessionOver):
        await desk.service.request(access, PASSWORD)
    assert list(await desk.service.exports(access.user_id)) == []


async def test_whoever_has_a_second_factor_needs_a_code_of_it_too_which_is_then_used_up() -> None:
    desk = await opened()
    accounts = desk.accounts
    access = accounts.access(await accounts.login())
    enrolment = await accounts.second_factors.enrol(access, PASSWORD)
    await desk.service.request(access, PASSWORD)  # It is not on before a first code.
    await desk.settle()
    recovery, *_ = await accounts.second_factors.confirm(access, pyotp.TOTP(enrolment.secret).at(accounts.clock.now()))
    for wrong, reason in ((None, "missing"), ("000000", "wrong")):
        with pytest.raises(CodeRefused) as refused:
            await desk.service.request(access, PASSWORD, wrong)
        assert [(field.path, field.code) for field in refused.value.fields] == [("code", reason)]
    with pytest.raises(PasswordRefused):
        await desk.service.request(access, "not the password at all", recovery)

    await desk.service.request(access, PASSWORD, recovery)

    with pytest.raises(CodeRefused):
        await desk.service.request(access, PASSWORD, recovery)


async def test_one_is_made_at_a_time_and_the_newest_takes_the_place_of_the_last() -> None:
    desk = await opened()
    first = await desk.made()
    desk.accounts.clock.advance(HOUR)

    second = await desk.ask()
    with pytest.raises(ExportRunning):
        await desk.ask()
    assert await desk.fetched(first), "the last one stays until the new one is ready"
    await desk.settle()

    assert [export.id for export in await desk.service.exports(first.user_id)] == [second.id]
    assert await desk.archives.get(first.id) is None


async def test_it_can_be_fetched_for_a_week_and_is_then_removed() -> None:
    desk = await opened()
    export = await desk.made()

    desk.accounts.clock.advance(WEEK - timedelta(seconds=1))
    assert await desk.fetched(export)
    assert await desk.service.forget_expired() == 0
    signature = (desk.service.link(export) or "").partition("signature=")[2]
    desk.accounts.clock.advance(timedelta(seconds=1))
    assert desk.service.link(export) is None
    with pytest.raises(ExportMissing):
        await desk.service.fetch(export.id, signature)

    desk.accounts.clock.advance(timedelta(seconds=1))
    assert await desk.service.forget_expired() == 1
    assert list(await desk.service.exports(export.user_id)) == []
    assert await desk.archives.get(export.id) is None


@pytest.mark.parametrize("signed", ["", "x" * 43, "ü"])
async def test_no_address_can_be_made_up(signed: str) -> None:
    desk = await opened()
    export = await desk.made()
    desk.accounts.clock.advance(HOUR)
    other = await desk.made()
    theirs = (desk.service.link(other) or "").partition("signature=")[2]

    for signature in (signed, theirs):
        with pytest.raises(ExportMissing):
            await desk.service.fetch(export.id, signature)


async def test_an_address_whose_archive_or_request_is_gone_leads_nowhere() -> None:
    desk = await opened()
    export = await desk.made()
    signature = (desk.service.link(export) or "").partition("signature=")[2]

    await desk.archives.delete(export.id)
    with pytest.raises(ExportMissing):
        await desk.service.fetch(export.id, signature)
    async with desk.accounts.begin() as uow:
        await uow.exports.remove(export.id)
        await uow.commit()
    with pytest.raises(ExportMissing):
        await desk.service.fetch(export.id, signature)


async def test_what_waits_for_80_percent_of_48_hours_raises_an_alarm_until_it_is_ready() -> None:
    desk = await opened()
    export = await desk.ask()
    assert (export.due_at - export.requested_at, export.expires_at) == (timedelta(hours=48), None)

    desk.accounts.clock.advance(timedelta(hours=38, minutes=23))
    assert await desk.service.late() == 0
    desk.accounts.clock.advance(timedelta(minutes=1))
    assert await desk.service.late() == 1
    await desk.settle()
    assert await desk.service.late() == 0


async def test_a_message_that_comes_again_makes_nothing_anew() -> None:
    desk = await opened()
    export = await desk.made()
    content = await desk.fetched(export)
    desk.accounts.clock.advance(HOUR)

    await desk.service.make(EventId(new_id()), ExportRequested(export.user_id, export.id))
    await desk.service.make(EventId(new_id()), ExportRequested(export.user_id, ExportId(new_id())))

    assert await desk.fetched(export) == content
    assert ExportReady not in {type(event) for event in await desk.accounts.events()}


async def test_nothing_stays_of_a_copy_whose_member_is_erased_while_it_is_made() -> None:
    desk = await opened()
    export = await desk.ask()
    put = desk.archives.put

    async def erased_meanwhile(export_id: ExportId, content: bytes) -> None:
        await put(export_id, content)
        async with desk.accounts.begin() as uow:
            user = await uow.users.get(export.user_id)
            assert user
            await uow.users.erase(user)
            await uow.commit()

    desk.archives.put = erased_meanwhile  # type: ignore[method-assign]
    await desk.service.make(EventId(new_id()), ExportRequested(export.user_id, export.id))
    await desk.service.send_ready(EventId(new_id()), ExportReady(export.user_id, export.id))

    assert await desk.archives.get(export.id) is None
    assert MailTemplate.EXPORT_READY not in {mail.template for mail in desk.accounts.mails()}


async def test_erasing_a_member_removes_their_copies() -> None:
    desk = await opened()
    export = await desk.made()
    await desk.accounts.leaving.request_erasure(desk.accounts.access(await desk.accounts.login()), PASSWORD)
    desk.accounts.clock.advance(timedelta(days=31))

    assert await desk.accounts.erasure.erase_due() == 1
    await desk.settle()

    assert await desk.archives.get(export.id) is None


async def test_whom_one_was_introduced_to_is_told_in_no_order_of_merit() -> None:
    desk = await opened()
    user = await desk.accounts.user()
    assert user
    by_number = sorted(UserId(new_id()) for _ in range(4))
    by_score = tuple(Suggestion(by_number[at], rank, 80.0 - rank) for rank, at in enumerate((2, 0, 3, 1), 1))
    async with desk.accounts.begin() as uow:
        await uow.daily_matches.add(DailyMatches(user.id, date(2026, 11, 1), desk.accounts.clock.now(), by_score))
        await uow.commit()

    whole = unpacked(await desk.fetched(await desk.made()))

    (day,) = json.loads(whole.read("data.json"))["records"]["daily_matches"]
    assert day["candidates"] == [str(other) for other in by_number]
    page = whole.read("index.html").decode()
    assert sorted(day["candidates"], key=page.index) == day["candidates"]


class Reader(HTMLParser):
    """What a browser would load, and the words it would show."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.tags: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loaded += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "action"}]

    def handle_data(self, data: str) -> None:
        self.words += data


async def test_the_page_is_readable_offline_without_scripts_and_says_why_and_for_how_long() -> None:
    desk = await opened()
    user = await desk.accounts.user()
    assert user
    profile = a_full_profile(user)
    hostile = attrs.evolve(profile.content, bio="</style><script>alert(1)</script> & <img src=x>")
    photo, unprocessed = a_photo(user), a_photo(user, position=1)
    async with desk.accounts.begin() as uow:
        await uow.profiles.add(attrs.evolve(profile, content=hostile))
        await uow.photos.add(photo)
        await uow.photos.add(unprocessed)
        await uow.commit()
    pixels = await plant_picture(desk.photos, photo, "ana")

    whole = unpacked(await desk.fetched(await desk.made()))
    text = whole.read("index.html").decode()
    reader = Reader()
    reader.feed(text)

    assert pixels in whole.read("photos/1.jpg")
    assert json.loads(whole.read("data.json"))["photos"] == {str(photo.id): "photos/1.jpg"}
    assert reader.loaded == ["photos/1.jpg"], "nothing but what is in the archive"
    assert not reader.tags & {"script", "iframe", "link", "object", "form"}
    assert not re.search(r"https?://", text)
    register = data_register()
    expected = {item.export for item in register.items if item.export} | {i.purpose for i in register.items if i.export}
    assert [words for words in expected if words not in reader.words] == []
    assert hostile.bio in reader.words
    assert [item.withheld for item in register.items if item.withheld not in reader.words] == []


def test_a_shared_row_has_two_sides_and_each_gets_its_own() -> None:
    assert list(own_side(["low", "high", "low_kind", "high_kind", "match_id"])) == ["other", "kind", "match_id"]
    assert list(own_side(["low_tide", "id"])) == ["low_tide", "id"]


def test_what_is_stored_is_told_as_json() -> None:
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    stored = {Gender.MAN: [noon, date(2026, 11, 1), UUID(int=7), None, True, 1.5], "set": frozenset({"b", "a"})}

    assert as_json(stored) == {
        "man": ["2026-11-01T12:00:00+00:00", "2026-11-01", str(UUID(int=7)), None, True, 1.5],
        "set": ["a", "b"],
    }
    with pytest.raises(TypeError, match="bytes"):
        as_json(b"raw")
