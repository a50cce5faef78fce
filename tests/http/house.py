"""The whole application in test mode, served, and its members. Every answer is held against the OpenAPI document."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from openapi_schema_validator import OAS31Validator

from config import test as mode
from config.application import Application
from config.start import running
from entrypoints.http.app import ROUTES
from entrypoints.http.routing import Route
from entrypoints.site import embedded_workers, site
from entrypoints.worker.embedded import EmbeddedWorkers

MINUTE = timedelta(minutes=1)
PASSWORD = "six quiet boats at noon"
PORTRAIT = Path(__file__).parents[1] / "data" / "photos" / "portrait.jpg"


def profile_content(gender: str = "woman", seeks: str = "man", **changes: Any) -> dict[str, Any]:
    """A valid body of a profile."""
    return {
        "name": "Mira",
        "genders": [gender],
        "preferences": {"genders": [seeks], "ages": {"min": 18, "max": 99}, "max_distance_km": None},
        "bio": "I like quiet boats.",
        **changes,
    }


@attrs.frozen
class Answer:
    """A response, read."""

    status: int
    headers: Mapping[str, str]
    body: Any


@attrs.define
class Member:
    """Someone at a client, signed in or not."""

    house: "House"
    email: str = ""
    tokens: dict[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def id(self) -> str:
        return str(self.tokens["user_id"])

    async def call(self, method: str, path: str, expect: int | None = None, **options: Any) -> Answer:
        headers = {**options.pop("headers", {})}
        if self.tokens:
            headers.setdefault("Authorization", f"Bearer {self.tokens['access_token']}")
        response = await self.house.client.request(method, path, headers=headers, **options)
        answer = await self.house.read(method, response)
        assert expect is None or answer.status == expect, f"{method} {path}: {answer.status} {answer.body}"
        return answer

    async def get(self, path: str, expect: int = 200, **options: Any) -> Any:
        return (await self.call("GET", path, expect, **options)).body

    async def post(self, path: str, body: object = None, expect: int = 200, **options: Any) -> Any:
        return (await self.call("POST", path, expect, json=body, **options)).body

    async def put(self, path: str, body: object, expect: int = 200, **options: Any) -> Any:
        return (await self.call("PUT", path, expect, json=body, **options)).body

    async def delete(self, path: str, expect: int = 204) -> Any:
        return (await self.call("DELETE", path, expect)).body

    async def agree(self, purpose: str, granted: bool = True) -> None:
        version = next(
            t["version"] for t in (await self.get("/api/consents/texts"))["items"] if t["purpose"] == purpose
        )
        await self.put(f"/api/me/consents/{purpose}", {"granted": granted, "text_version": version})

    async def login(self) -> None:
        self.tokens = {}
        self.tokens = await self.post("/api/auth/login", {"email": self.email, "password": PASSWORD})


@attrs.define
class House:
    """The served application. ``settle`` delivers what was emitted and runs what is due."""

    application: Application
    workers: EmbeddedWorkers
    client: TestClient[web.Request, web.Application]
    document: dict[str, Any]
    arrivals: int = 0

    @property
    def routes(self) -> tuple[Route, ...]:
        return self.client.app[ROUTES]

    @property
    def clock(self) -> Any:
        return self.application.adapters.clock()

    async def settle(self) -> None:
        await self.workers.settle()

    def nobody(self) -> Member:
        return Member(self)

    def mails(self, email: str) -> list[Any]:
        return [delivered.mail for delivered in self.application.adapters.mailer().inbox(email)]

    async def registration(self, email: str, **changes: Any) -> dict[str, Any]:
        texts = {text["purpose"]: text["version"] for text in (await self.nobody().get("/api/consents/texts"))["items"]}
        return {
            "email": email,
            "password": PASSWORD,
            "date_of_birth": "1990-05-17",
            "time_zone": "Europe/Lisbon",
            "terms_version": texts["terms"],
            "privacy_policy_version": texts["privacy_policy"],
            **changes,
        }

    async def member(self) -> Member:
        """A verified member, signed in. Comes a minute after the one before, so that no limit is reached."""
        self.clock.advance(MINUTE)
        self.arrivals += 1
        member = Member(self, f"member-{self.arrivals}@saltbitter.example")
        await member.post("/api/auth/register", await self.registration(member.email), 202)
        await self.settle()
        (mail,) = self.mails(member.email)
        await member.post("/api/auth/verify", {"token": mail.data["token"]}, 204)
        await member.login()
        for purpose in ("genders_sought", "religion"):
            await member.agree(purpose)
        return member

    async def ready_member(self, gender: str, seeks: str) -> Member:
        """A member who can take part in matching."""
        member = await self.member()
        await member.post("/api/me/profile", profile_content(gender, seeks), 201)
        photo = PORTRAIT.read_bytes()
        await member.call("POST", "/api/me/photos", 201, data=photo, headers={"Content-Type": "image/jpeg"})
        await self.settle()
        return member

    async def read(self, method: str, response: ClientResponse) -> Answer:
        body: Any = await response.read()
        if response.content_type.endswith("json") and body:
            body = json.loads(body)
        self._check(method, response, body)
        return Answer(response.status, response.headers, body)

    def _check(self, method: str, response: ClientResponse, body: object) -> None:
        """The status, the content type and the body must be among what the document promises of the route."""
        route = next((r for r in self.routes if r.method == method and _fits(r, response.url.raw_path)), None)
        if route is None or route.public_path not in self.document["paths"]:
            return
        operation = self.document["paths"][route.public_path][method.lower()]
        assert str(response.status) in operation["responses"], f"{method} {response.url.path}: {response.status} {body}"
        content = operation["responses"][str(response.status)].get("content")
        if content is None:
            assert body == b""
            return
        if response.content_type in content and "schema" in content[response.content_type]:
            schema = {**content[response.content_type]["schema"], "components": self.document["components"]}
            OAS31Validator(schema, format_checker=OAS31Validator.FORMAT_CHECKER).validate(body)


def _fits(route: Route, path: str) -> bool:
    asked, known = path.split("/"), route.public_path.split("/")
    same_length = len(asked) == len(known) or route.public_path.endswith("{key}")
    return same_length and all(part == other or part.startswith("{") for part, other in zip(known, asked, strict=False))


@asynccontextmanager
async def opened() -> AsyncIterator[House]:
    """A house of its own."""
    async with (
        running("test", mode.settings()) as application,
        embedded_workers(application, keep_running=False) as workers,
        TestClient(TestServer(site(application))) as client,
    ):
        document = await (await client.get("/api/openapi.json")).json()
        yield House(application, workers, client, document)
