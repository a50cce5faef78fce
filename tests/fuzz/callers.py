"""Who sends the generated requests: members whose turn comes after another, since what is generated ends sessions,
deletes photos and pauses profiles, and a member without any of them would soon be refused everything."""

import time
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import attrs
import requests
from requests.auth import AuthBase

TURN = 40
"""Requests until it is the next member's turn."""

ENDS_SESSIONS = ("/api/auth/logout", "/api/auth/password/change", "/api/me/sessions/")


@attrs.frozen
class Credentials:
    email: str
    password: str = attrs.field(repr=False)


class Callers(AuthBase):
    """Signs requests with the access token of the member whose turn it is, and signs them in again when it ended."""

    def __init__(self, url: str, members: Sequence[Credentials]) -> None:
        self._url = url
        self._members = cycle(members)
        self._token: str | None = None
        self.begin(alone=False)

    def begin(self, *, alone: bool) -> None:
        """Give the turn to the next member, who keeps it if ``alone``, as calls about one thing after another need."""
        self._member, self._left, self._token = next(self._members), -1 if alone else TURN, None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if not self._left:
            self.begin(alone=False)
        self._left -= 1
        self._token = self._token or sign_in(self._url, self._member)
        request.headers["Authorization"] = f"Bearer {self._token}"
        request.register_hook("response", self._look)
        return request

    def _look(self, response: requests.Response, **_options: Any) -> None:
        path = response.request.path_url or ""
        if response.status_code == 401 or path.startswith(ENDS_SESSIONS):
            self._token = None
        if not path.startswith("/api/auth/"):  # ten of those a minute are too few to wait for
            wait_if_limited(response)


BAD_TOKENS = (
    "",
    "null",
    "Bearer",
    "a.b.c",
    "..",
    "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiIxIiwiZXhwIjo5OTk5OTk5OTk5fQ.",  # algorithm none
    "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLy4uL2Rldi9udWxsIn0.eyJzdWIiOiIxIn0.AAAA",  # a key id that is a path
    "eyJhbGciOiJIUzI1NiIsImprdSI6Imh0dHBzOi8vZXZpbC5leGFtcGxlIn0.eyJzdWIiOiIxIn0.AAAA",  # keys from elsewhere
    "e30.e30.e30",
    "A" * 4_000,
    "%00",
    "' OR '1'='1",
    "\u00e9\u00ff",
    "eyJ" + "." * 200,
)


class Forger(AuthBase):
    """Signs every request with the next of the tokens that are good for nothing."""

    def __init__(self) -> None:
        self._tokens = cycle(BAD_TOKENS)

    def begin(self, *, alone: bool) -> None:
        """Nothing: a forger has no turn."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {next(self._tokens)}"
        return request


LONGEST_WAIT = 120
"""Seconds. A limit for a day is not waited for."""


def wait_if_limited(response: requests.Response) -> bool:
    """Wait as long as a refusal by the rate limit asks; whether it was one. Other things may be too many as well."""
    limited = (
        response.status_code == 429
        and response.json()["code"] == "rate_limited"
        and int(response.headers["Retry-After"]) <= LONGEST_WAIT
    )
    if limited:
        time.sleep(int(response.headers["Retry-After"]))
    return limited


def sign_in(url: str, member: Credentials) -> str:
    """An access token."""
    credentials = {"email": member.email, "password": member.password}
    answer = requests.post(f"{url}/api/auth/login", json=credentials, timeout=30)
    if wait_if_limited(answer):
        return sign_in(url, member)
    answer.raise_for_status()
    token: str = answer.json()["access_token"]
    return token
