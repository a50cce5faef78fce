"""Somebody who uses SaltBitter, on one or more devices, over HTTP and nothing else."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import attrs

if TYPE_CHECKING:
    from tests.steps.world import World

PASSWORD = "six quiet boats at noon"
PHONE = "phone"


@attrs.frozen
class Answer:
    """What came back. ``reasons`` holds the codes of a refusal: its own and those of every field at fault."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def accepted(self) -> bool:
        return self.status < 400

    @property
    def reasons(self) -> set[str]:
        if self.accepted:
            return set()
        return {self.body["code"], *(field["code"] for field in self.body["fields"])}


@attrs.define
class Device:
    """``address`` is the network it is in; ``tokens`` is what it holds once somebody has signed in on it, and
    ``challenge`` what it holds before that where a second factor is on; by ``token`` it is known."""

    label: str
    address: str
    tokens: dict[str, Any] = attrs.field(factory=dict, repr=False)
    challenge: str = attrs.field(default="", repr=False)
    token: str | None = attrs.field(default=None, repr=False)

    def lasts(self, which: str, now: datetime) -> bool:
        return bool(self.tokens) and now < datetime.fromisoformat(self.tokens[f"{which}_expires_at"])


@attrs.define
class Person:
    """``answer`` is what they were told last, ``decided_about`` the id of whom they liked or passed on last.
    ``sent`` counts the requests they made."""

    world: "World"
    name: str
    email: str
    password: str = PASSWORD
    devices: dict[str, Device] = attrs.field(factory=dict)
    user_id: str = ""
    decided_about: str = ""
    answer: Answer = attrs.field(init=False)
    sent: int = 0

    def device(self, label: str = PHONE) -> Device:
        if label not in self.devices:
            self.devices[label] = Device(label, self.world.new_address())
        return self.devices[label]

    def asks(self, method: str, path: str, *, on: str = PHONE, **options: Any) -> Answer:
        """Ask for something as an app does, and remember the answer."""
        self.answer = self.world.run(self.asking(method, path, on=on, **options))
        return self.answer

    def gets(self, path: str, **options: Any) -> Any:
        """Read what must be there; its content."""
        return self.does("GET", path, **options)

    def does(self, method: str, path: str, **options: Any) -> Any:
        """Do what must be possible; what came of it."""
        answer = self.asks(method, path, **options)
        assert answer.accepted, f"{self.name}: {method} {path}: {answer.body}"
        return answer.body

    def introductions(self) -> list[Any]:
        """Today's suggestions, page by page."""
        first = self.gets("/api/me/daily-matches?page=1")
        later = (self.gets(f"/api/me/daily-matches?page={page}") for page in range(2, first["pages"] + 1))
        return [suggestion for page in (first, *later) for suggestion in page["suggestions"]]

    def introduction_to(self, other: "Person") -> Any:
        """Today's suggestion of the other, or None."""
        found = [each for each in self.introductions() if each["profile"]["user_id"] == other.user_id]
        return found[0] if found else None

    def explanation_of(self, factor: str, other: "Person") -> Any:
        """What today's suggestion of the other says about a factor."""
        factors = self.introduction_to(other)["explanation"]["factors"]
        return next(told for told in factors if told["factor"] == factor)

    async def asking(self, method: str, path: str, *, on: str = PHONE, **options: Any) -> Answer:
        """The request with this device's access token, which is renewed or asked for anew when its time is over."""
        device = self.device(on)
        now = self.world.now
        if not device.lasts("access", now):
            if device.lasts("refresh", now):
                await self.renewing(on)
            else:
                await self.signing_in(on)
        return await self.sending(method, path, on=on, **options)

    async def sending(self, method: str, path: str, *, on: str = PHONE, **options: Any) -> Answer:
        """The request with whatever access token the device holds, or with none."""
        device = self.device(on)
        headers = {"X-Forwarded-For": device.address, **options.pop("headers", {})}
        if device.tokens:
            headers["Authorization"] = f"Bearer {device.tokens['access_token']}"
        if path.startswith("/api/staff/"):
            headers.setdefault("X-Audit-Reason", "a scenario")
        self.sent += 1
        return await send(self.world.http, method, path, headers=headers, **options)

    async def signing_in(self, on: str = PHONE, password: str | None = None) -> Answer:
        device = self.device(on)
        body: dict[str, str | None] = {"email": self.email, "password": password or self.password, "device_label": on}
        body["device_token"] = device.token
        return self._holds(device, await self._without_token(device, "/api/auth/login", body))

    async def answering(self, on: str, code: str) -> Answer:
        """Finish signing in with a code, after the password."""
        body: dict[str, str | None] = {"challenge_token": self.device(on).challenge, "code": code, "device_label": on}
        body["device_token"] = self.device(on).token
        return self._holds(self.device(on), await self._without_token(self.device(on), "/api/auth/second-factor", body))

    async def answering_with_passkey(self, on: str, sign: Callable[[Any], Any]) -> Answer:
        """Finish signing in with what ``sign`` makes of what a browser is asked for, after the password."""
        asked: dict[str, Any] = {"challenge_token": self.device(on).challenge}
        options = await self._without_token(self.device(on), "/api/auth/second-factor/passkey/options", asked)
        assert options.accepted, options.body
        body: dict[str, Any] = {
            **asked,
            "credential": sign(options.body),
            "device_label": on,
            "device_token": self.device(on).token,
        }
        answer = await self._without_token(self.device(on), "/api/auth/second-factor/passkey", body)
        return self._holds(self.device(on), answer)

    async def renewing(self, on: str = PHONE, key: str | None = None) -> Answer:
        """Exchange the device's key, or an older one, for the next."""
        device = self.device(on)
        body: dict[str, str | None] = {"refresh_token": key or device.tokens["refresh_token"]}
        return self._holds(device, await self._without_token(device, "/api/auth/refresh", body))

    async def _without_token(self, device: Device, path: str, body: dict[str, str | None]) -> Answer:
        self.sent += 1
        return await send(self.world.http, "POST", path, headers={"X-Forwarded-For": device.address}, json=body)

    @staticmethod
    def _holds(device: Device, answer: Answer) -> Answer:
        if answer.accepted and "challenge_token" in answer.body:
            device.challenge = answer.body["challenge_token"]
        elif answer.accepted:
            device.tokens = answer.body
            device.token = answer.body["device_token"] or device.token
        return answer


async def send(http: aiohttp.ClientSession, method: str, path: str, **options: Any) -> Answer:
    async with http.request(method, path, **options) as response:
        in_json = response.content_type in {"application/json", "application/problem+json"}
        body = await response.json(content_type=None) if in_json else await response.read()
        return Answer(response.status, body, response.headers.copy())
