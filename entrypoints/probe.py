"""A scripted new member who walks the whole journey over HTTP, and then a second one: the black-box monitor.

Every step prints its time; the first that does not hold ends the probe with what was expected and what came.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib import resources
from typing import Any

import aiohttp
import attrs

from adapters.mail.maildir import mails_to
from entrypoints.http.callers import EDGE

PATIENCE_SECONDS = 90
MODERATOR_SECONDS = 600
MORNING_SECONDS = 400
"""Whoever became ready in the middle of a daily run is looked at again by the next, five minutes later."""
POLL_SECONDS = 0.5
CONNECTION_TRIES = 4
"""So often is a request made whose connection was lost, because the process that was to answer it ended."""

PHOTOS = (("portrait.jpg", "image/jpeg"), ("portrait.heic", "image/heic"))
INTERESTS = 6


class ProbeFailed(Exception):
    """A step did not hold."""


@attrs.frozen
class Person:
    """Who a probe member is. The two are made for one another, so that each is bound to be suggested to the other."""

    name: str
    gender: str
    seeks: str


@attrs.frozen
class Home:
    """Where both live, and within how many kilometres each of them seeks the other."""

    latitude: float
    longitude: float
    within_km: int


LONDON = Home(51.5074, -0.1278, within_km=50)
"""The demo has members to meet there."""


def home_far_from_anybody() -> Home:
    """Somewhere in the Great Victoria Desert. In production no member is to meet a scripted one, and no probe those
    that an earlier one left behind."""
    uniform = secrets.SystemRandom().uniform
    return Home(uniform(-29.5, -26.5), uniform(124.5, 129.5), within_km=5)


PEOPLE = (Person("Probe One", "woman", "man"), Person("Probe Two", "man", "woman"))


@attrs.define
class Journey:
    """One member's way through the API."""

    http: aiohttp.ClientSession
    url: str
    person: Person
    home: Home
    say: Callable[[str], None]
    maildir: str | None = None
    email: str = attrs.field(init=False)
    password: str = attrs.field(init=False, repr=False)
    tokens: dict[str, Any] = attrs.field(init=False, factory=dict, repr=False)
    user_id: str = attrs.field(init=False, default="")

    def __attrs_post_init__(self) -> None:
        self.email = f"probe-{secrets.token_hex(6)}@saltbitter.example"
        self.password = f"probe {secrets.token_urlsafe(18)}"

    @asynccontextmanager
    async def step(self, what: str) -> AsyncIterator[None]:
        started = time.perf_counter()
        try:
            yield
        except (ProbeFailed, aiohttp.ClientError, TimeoutError, KeyError) as error:
            raise ProbeFailed(f"{self.person.name}: {what}: {error}") from error
        self.say(f"  ok  {what}  {(time.perf_counter() - started) * 1000:.0f} ms")

    async def call(self, method: str, path: str, expect: int, **options: Any) -> Any:
        """One request; its JSON, when the status is the expected one.

        As a client should, it waits for as long as a refusal asks (rate limits, a first try that is still being
        answered) and makes the request again, with the same key, when the connection is lost."""
        headers = {"Idempotency-Key": secrets.token_hex(16), **options.pop("headers", {})}
        if self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens['access_token']}"
        lost, deadline = 0, time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                # No answer leads the probe elsewhere, where what it shows at our servers would be read.
                request = self.http.request(method, self.url + path, headers=headers, allow_redirects=False, **options)
                async with request as answer:
                    if answer.status == expect:
                        return await answer.json() if answer.content_type == "application/json" else await answer.read()
                    seconds = float(answer.headers.get("Retry-After", "inf"))
                    if time.monotonic() + seconds > deadline:
                        raise ProbeFailed(
                            f"{method} {path} answered {answer.status}, expected {expect}: {await answer.text()}"
                        )
                    self.say(f"  ..  waiting {seconds:g} s, as the answer {answer.status} asks")
            except aiohttp.ClientConnectionError:
                lost += 1
                if lost == CONNECTION_TRIES:
                    raise
                seconds = POLL_SECONDS
                self.say("  ..  the connection was lost; asking again")
            await asyncio.sleep(seconds)

    async def until(self, what: str, look: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
        """The first true thing that ``look`` finds, asked again, ever less often, until patience ends."""
        deadline, pause = time.monotonic() + seconds, POLL_SECONDS
        while time.monotonic() < deadline:
            if found := await look():
                return found
            await asyncio.sleep(pause)
            pause = min(1.5 * pause, max(POLL_SECONDS, seconds / 200))
        raise ProbeFailed(f"{what} did not happen within {seconds:g} s")

    async def join(self) -> None:
        """From nothing to a signed-in member."""
        async with self.step("read the terms and register"):
            texts = (await self.call("GET", "/api/consents/texts", 200))["items"]
            versions = {text["purpose"]: text["version"] for text in texts}
            await self.call(
                "POST",
                "/api/auth/register",
                202,
                json={
                    "email": self.email,
                    "password": self.password,
                    "date_of_birth": "1991-05-17",
                    "time_zone": "Europe/London",
                    "terms_version": versions["terms"],
                    "privacy_policy_version": versions["privacy_policy"],
                },
            )
        async with self.step("verify the address by the mailed token"):
            mail = await self.until("the verification mail", self._verification_mail)
            await self.call("POST", "/api/auth/verify", 204, json={"token": mail["data"]["token"]})
        async with self.step("log in"):
            credentials = {"email": self.email, "password": self.password, "device_label": "probe"}
            self.tokens = await self.call("POST", "/api/auth/login", 200, json=credentials)
            self.user_id = (await self.call("GET", "/api/me", 200))["id"]
        async with self.step("give consent to the attachment profile, the location and whom to meet"):
            for purpose in ("psychological_profile", "location", "genders_sought"):
                decision = {"granted": True, "text_version": versions[purpose]}
                await self.call("PUT", f"/api/me/consents/{purpose}", 200, json=decision)

    async def _verification_mail(self) -> Any:
        if self.maildir is not None:
            mails = await asyncio.to_thread(mails_to, self.maildir, self.email)
            return next(({"data": data} for template, data in mails if template == "verify_email"), None)
        mails = (await self.call("GET", "/demo/mailbox.json", 200, params={"to": self.email}))["mails"]
        return next((mail for mail in mails if mail["template"] == "verify_email"), None)

    async def describe(self) -> None:
        """Profile, place and two real photographs."""
        async with self.step("create the profile"):
            catalogue = await self.call("GET", "/api/catalogue", 200)
            interests = [interest["key"] for group in catalogue["interests"] for interest in group["interests"]]
            values = [value["key"] for value in catalogue["values"]]
            await self.call(
                "POST",
                "/api/me/profile",
                201,
                json={
                    "name": self.person.name,
                    "genders": [self.person.gender],
                    "preferences": {
                        "genders": [self.person.seeks],
                        "ages": {"min": 30, "max": 40},
                        "max_distance_km": self.home.within_km,
                        "deal_breakers": [],
                    },
                    "intention": "long_term",
                    "languages": ["en"],
                    "smoking": "never",
                    "interests": sorted(interests)[:: len(interests) // INTERESTS][:INTERESTS],
                    "values": {value: 7 - index * 7 // len(values) for index, value in enumerate(values)},
                    "bio": "I am a scripted member who checks that everything works.",
                },
            )
        async with self.step("set the location"):
            place = {"latitude": self.home.latitude, "longitude": self.home.longitude}
            await self.call("PUT", "/api/me/location", 200, json=place)
        for name, media_type in PHOTOS:
            async with self.step(f"upload a photograph ({media_type}) and see it approved"):
                content = resources.files("entrypoints").joinpath("probe_photos", name).read_bytes()
                headers = {"Content-Type": media_type}
                photo = await self.call("POST", "/api/me/photos", 201, data=content, headers=headers)
                state = await self.until("the look at the photo", partial(self._past, "processing", photo["id"]))
                if state == "in_review":
                    self.say("  ..  waiting for a moderator to approve it, as no machine judges photos here")
                    approval = partial(self._past, "in_review", photo["id"])
                    state = await self.until("the moderator's approval", approval, MODERATOR_SECONDS)
                if state != "approved":
                    raise ProbeFailed(f"the photo is {state}")

    async def _past(self, waiting: str, photo_id: str) -> str | None:
        """The state of the photo once it is not ``waiting`` any more."""
        photos = (await self.call("GET", "/api/me/photos", 200))["items"]
        state: str = next(photo["state"] for photo in photos if photo["id"] == photo_id)
        return None if state == waiting else state

    async def assess(self) -> None:
        """The attachment questionnaire and its result."""
        async with self.step("answer the attachment questionnaire and read the result"):
            questionnaire = await self.call("GET", "/api/questionnaires/attachment", 200)
            answers = {statement["id"]: 2 + index % 2 for index, statement in enumerate(questionnaire["statements"])}
            body = {"questionnaire": questionnaire["version"], "answers": answers, "seconds": 120.5}
            result = await self.call("POST", "/api/me/assessments", 201, json=body)
            if not 1 <= result["scores"]["anxiety"] <= 7:
                raise ProbeFailed(f"an anxiety score of {result['scores']['anxiety']}")

    async def meet(self) -> None:
        """The first suggestions, a like, an undo and a pass."""
        async with self.step("receive matches with their explanations"):
            suggestions = await self.until("the first matches", self.suggestions)
            if not all(suggestion["explanation"]["factors"] for suggestion in suggestions):
                raise ProbeFailed("a suggestion without an explanation")
        async with self.step("like somebody, take it back, and pass"):
            other = suggestions[-1]["profile"]["user_id"]
            await self.decide_and_undo(other, "like")
            await self.decide(other, "pass")

    async def suggestions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.call("GET", "/api/me/daily-matches", 200))["suggestions"]
        return found

    async def decide(self, user_id: str, kind: str) -> Any:
        return await self.call("POST", "/api/me/decisions", 201, json={"user_id": user_id, "kind": kind})

    async def decide_and_undo(self, user_id: str, kind: str) -> None:
        await self.decide(user_id, kind)
        await self.call("POST", "/api/me/decisions/undo", 200, json={"user_id": user_id})

    async def refresh(self) -> None:
        """A new pair of tokens; the access token does not outlive a night."""
        old, self.tokens = self.tokens["refresh_token"], {}
        self.tokens = await self.call("POST", "/api/auth/refresh", 200, json={"refresh_token": old})

    async def sees(self, user_id: str) -> bool:
        return any(suggestion["profile"]["user_id"] == user_id for suggestion in await self.suggestions())

    async def matches_with(self, user_id: str) -> int:
        matches = (await self.call("GET", "/api/me/matches", 200))["items"]
        return sum(match["profile"]["user_id"] == user_id for match in matches)


async def probe(
    url: str, say: Callable[[str], None], maildir: str | None = None, edge_secret: str | None = None
) -> None:
    """Two new members walk the journey at ``url`` and match. Raises ``ProbeFailed`` at the first step that fails.

    Without ``maildir`` that is a demo, with its mailbox, its members and its time machine. In production the two meet
    nobody but each other, in the sets that new members get at once; they take a break when they are done. At a server
    that is called past its outermost proxy, ``edge_secret`` is what that proxy would add."""
    home = LONDON if maildir is None else home_far_from_anybody()
    timeout = aiohttp.ClientTimeout(total=30)
    by_the_edge = {EDGE: edge_secret} if edge_secret else None
    async with aiohttp.ClientSession(timeout=timeout, headers=by_the_edge) as http:
        one, two = (Journey(http, url.rstrip("/"), person, home, say, maildir) for person in PEOPLE)
        for journey in (one, two):
            say(f"{journey.person.name} ({journey.email})")
            await journey.join()
            await journey.describe()
            if maildir is None:
                await journey.assess()
                await journey.meet()
        say("Both")
        await (_next_morning(one, two) if maildir is None else _same_day(one, two))
        await _match(one, two)
        if maildir is not None:
            await _step_aside(one, two)
        async with one.step("log out everywhere"):
            await one.call("POST", "/api/auth/logout-everywhere", 204)
            await two.call("POST", "/api/auth/logout-everywhere", 204)


async def _next_morning(one: Journey, two: Journey) -> None:
    async with one.step("sleep until the next morning and meet each other"):
        await one.call("POST", "/demo/time-machine", 200, json={"time_zone": "Europe/London"})
        await asyncio.gather(one.refresh(), two.refresh())
        await one.until("being suggested to each other", lambda: one.sees(two.user_id))
        await two.until("being suggested to each other", lambda: two.sees(one.user_id))


async def _same_day(one: Journey, two: Journey) -> None:
    """The assessment comes last and at the same time, so that each is ready when the other's first set is made."""
    await asyncio.gather(one.assess(), two.assess())
    async with one.step("meet each other, with an explanation"):
        for member, other in ((one, two), (two, one)):
            await member.until("being suggested to each other", partial(member.sees, other.user_id), MORNING_SECONDS)
            if not all(suggestion["explanation"]["factors"] for suggestion in await member.suggestions()):
                raise ProbeFailed("a suggestion without an explanation")
    async with one.step("like somebody, pass, and take each back"):
        await one.decide_and_undo(two.user_id, "like")
        await one.decide_and_undo(two.user_id, "pass")


async def _match(one: Journey, two: Journey) -> None:
    async with one.step("like each other at the same moment and match exactly once"):
        outcomes = await asyncio.gather(one.decide(two.user_id, "like"), two.decide(one.user_id, "like"))
        if sum(outcome["match"] is not None for outcome in outcomes) != 1:
            raise ProbeFailed("the two likes did not make exactly one match")
        if [await one.matches_with(two.user_id), await two.matches_with(one.user_id)] != [1, 1]:
            raise ProbeFailed("the match is not in both members' lists exactly once")


async def _step_aside(one: Journey, two: Journey) -> None:
    async with one.step("take a break from being seen"):
        for member in (one, two):
            profile = await member.call("GET", "/api/me/profile", 200)
            headers = {"If-Match": f'"{profile["version"]}"'}
            await member.call("PUT", "/api/me/visibility", 200, json={"visibility": "paused"}, headers=headers)
