"""The demo, used as a newcomer would: started, read in the browser's place, and walked through by the probe."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from html.parser import HTMLParser
from importlib.resources import files
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from entrypoints.demo.run import demo
from entrypoints.demo.seed import EMAIL, LABEL
from entrypoints.demo.words import GERMAN, SHORT, say
from entrypoints.probe import ProbeFailed, probe
from saltbitter_domain.compatibility.model import Band, Confidence, Factor
from saltbitter_domain.compatibility.records import WHY_SHORT
from saltbitter_domain.kernel import Language
from saltbitter_domain.profiles.model import DistanceBand

MEMBERS = 300
pytestmark = pytest.mark.timeout(300)


@asynccontextmanager
async def running_demo() -> AsyncIterator[tuple[str, str]]:
    """A demo of a few members: its address and what it said at the start."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said: list[str] = []
    ready = asyncio.Event()

    def say(text: str) -> None:
        said.append(text)
        if "is ready" in text:
            ready.set()

    task = asyncio.create_task(demo("127.0.0.1", port, MEMBERS, say))
    waiting = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        yield f"http://127.0.0.1:{port}", "\n".join(said)
    finally:
        waiting.cancel()
        task.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)


class Addresses(HTMLParser):
    """Every address a page loads something from or leads to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found |= {value for name, value in attributes if name in {"href", "src"} and value}


async def test_the_probe_walks_the_whole_journey_and_two_new_members_match_exactly_once() -> None:
    said: list[str] = []
    async with running_demo() as (address, _):
        await probe(address, said.append)

    steps = [line for line in said if line.startswith("  ok")]
    assert len(steps) == 25
    assert any("match exactly once" in step for step in steps)


async def test_the_probe_fails_loudly_where_nobody_answers() -> None:
    with pytest.raises(ProbeFailed, match="register"):
        await probe("http://127.0.0.1:9", print)


async def test_the_ready_made_member_can_sign_in_with_what_the_demo_printed() -> None:
    async with running_demo() as (address, said), aiohttp.ClientSession() as http:
        password = said.split("password")[1].split()[0]
        async with http.post(f"{address}/api/auth/login", json={"email": EMAIL, "password": password}) as answer:
            token = (await answer.json())["access_token"]
        async with http.get(f"{address}/api/me/profile", headers={"Authorization": f"Bearer {token}"}) as answer:
            profile = await answer.json()

    assert profile["content"]["name"] == "Sam"


async def test_a_morning_can_be_looked_at_decided_on_and_slept_over() -> None:
    async with running_demo() as (address, _), aiohttp.ClientSession(raise_for_status=True) as http:

        async def page(path: str) -> str:
            async with http.get(address + path) as answer:
                return await answer.text()

        async with http.post(f"{address}/demo/time-machine", json={"time_zone": "Europe/London"}) as answer:
            now = datetime.fromisoformat((await answer.json())["now"])
            assert f"{now.astimezone(ZoneInfo('Europe/London')):%H:%M}" == "06:01"
        morning = await page("/demo/morning")
        person = morning.split('name="user_id" value="')[1].split('"')[0]
        pictures = [found for found in Addresses(morning).found if found.startswith("/media/")]
        async with http.get(address + pictures[0]) as picture:
            assert picture.content_type == "image/webp"
        for _ in range(2):  # The second time the decision stands already, and nothing happens.
            choice = {"user_id": person, "kind": "like"}
            async with http.post(f"{address}/demo/morning", json=choice) as answer:
                assert answer.status == 204
        decided = await page("/demo/morning")

    assert LABEL.strip() in morning
    assert person not in decided.split("</header>")[1] or "You like each other" in decided


SAID = re.compile(r'say\("([^"]+)"')


def test_whatever_the_pages_say_is_said_in_german_too_and_nothing_else_is() -> None:
    pages = [page.read_text("utf-8") for page in files("entrypoints.demo").joinpath("templates").iterdir()]
    shown = {each.value for kind in (Factor, Band, Confidence) for each in kind}
    shown |= {each.value.replace("_", " ") for each in DistanceBand}

    assert {*SAID.findall("".join(pages)), *SHORT.values(), *shown} == set(GERMAN)
    assert set(SHORT) == set(WHY_SHORT) - {None}
    for english, german in GERMAN.items():
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", german))


def test_a_fact_in_a_sentence_cannot_become_markup() -> None:
    assert "&lt;b&gt;" in say(Language.DE, "Mails to {address}.", address="<b>")


async def test_a_german_reader_finds_the_demo_and_its_mails_in_german() -> None:
    headers = {"Accept-Language": "fr, de-AT;q=0.8, en;q=0.3"}
    async with running_demo() as (address, _), aiohttp.ClientSession(headers=headers) as http:
        async with http.post(f"{address}/demo/time-machine", json={"time_zone": "Europe/London"}) as answer:
            assert answer.status == 200
        async with http.post(f"{address}/api/auth/password/forgot", json={"email": EMAIL}) as answer:
            assert answer.status == 202
        mails: list[dict[str, str]] = []
        async with asyncio.timeout(30):
            while not mails:
                async with http.get(f"{address}/demo/mailbox.json", params={"to": EMAIL}) as answer:
                    mails = (await answer.json())["mails"]
        shown = {}
        for path in ("/demo", "/demo/morning", f"/demo/mailbox?to={EMAIL}", "/demo/portal?customer=x"):
            async with http.get(address + path) as answer:
                shown[path.partition("?")[0]] = await answer.text()
                assert (answer.headers["Content-Language"], answer.headers["Vary"]) == ("de", "Accept-Language")
        async with http.get(f"{address}/demo/morning", headers={"Accept-Language": "fr"}) as answer:
            english = await answer.text()

    assert all('<html lang="de">' in page and "Nächste 06:00 Uhr" in page for page in shown.values())
    assert "erfundene Karten" in shown["/demo"]
    assert '<a href="/demo/mailbox">Postfach</a>' in shown["/demo"]
    assert "Wen Sam kennenlernt: " in shown["/demo/morning"]
    assert "Passt zu " in shown["/demo/morning"]
    assert "Fit " not in shown["/demo/morning"]
    assert (mails[0]["language"], mails[0]["subject"]) == ("de", "Wählen Sie ein neues Passwort")
    assert mails[0]["subject"] in shown["/demo/mailbox"]
    assert "Ihre Karte" in shown["/demo/portal"]
    assert '<html lang="en">' in english
    assert "Sam’s matches for " in english


async def test_the_pages_load_nothing_from_elsewhere_and_the_mailbox_shows_every_kind_of_mail() -> None:
    async with running_demo() as (address, _), aiohttp.ClientSession() as http:
        for path in ("/", "/demo", "/demo/morning", "/demo/mailbox", "/verify?token=x", "/reset-password?token=x"):
            async with http.get(address + path) as answer:
                assert answer.status == 200
                assert all(found.startswith("/") for found in Addresses(await answer.text()).found)
                assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        for file, status in (("demo.css", 200), ("demo.js", 200), ("seed.py", 404)):
            async with http.get(f"{address}/demo/static/{file}") as answer:
                assert answer.status == status
        async with http.post(f"{address}/api/auth/password/forgot", json={"email": EMAIL}) as answer:
            assert answer.status == 202
        async with asyncio.timeout(30):
            mails: list[dict[str, str]] = []
            while not mails:
                async with http.get(f"{address}/demo/mailbox.json", params={"to": EMAIL}) as answer:
                    mails = (await answer.json())["mails"]
        async with http.get(f"{address}/demo/mailbox", params={"to": EMAIL}) as answer:
            shown = await answer.text()
        async with http.post(f"{address}/demo/bank", json={"client_secret": "of-nobody"}) as answer:
            assert answer.status == 404
        async with http.post(f"{address}/demo/time-machine", json={"time_zone": "Middle/Earth"}) as answer:
            problem = await answer.json()

    assert mails[0]["subject"] in shown
    assert (problem["status"], problem["code"]) == (422, "time_zone_unknown")
