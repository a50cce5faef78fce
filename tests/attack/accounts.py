"""``make attack-accounts``: does anything that takes an address tell, by its answer or its time, whether it has an
account, and do others wait for those who sign in.

Passwords are hashed as in production. Everything is in one process, the clients too, so that what they cost counts.
"""

import argparse
import asyncio
import itertools
import json
import logging
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import structlog
from aiohttp.test_utils import TestClient, TestServer

from config import demo as mode
from config.application import Application
from config.start import running
from entrypoints.http.dependencies import HttpSettings
from entrypoints.site import site
from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.consent.model import Purpose
from tests.bench.api.load import percentile
from tests.doubles.builders import a_user

AT_ONCE = 50
SEPARABLE = 0.55
LAG_MS, LIVEZ_MS, REFUSAL_MS = 50.0, 100.0, 50.0
EACH = 500
TRIES_OF_ONE = 9
"""Fewer than there is a pause after: every one is looked at."""
LOOK = 0.005
CROWDED_AFTER = 0.3
"""Seconds after which everybody of a storm has come."""
PASSWORD = "six quiet boats at noon"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=EACH)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--report", type=Path, default=Path("build/reports/attack-accounts.json"))
    options = parser.parse_args()
    rows = asyncio.run(_attack(options.each, options.rounds))
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(rows, indent=1))
    for row in rows:
        print(f"{'ok ' if row['holds'] else 'NOT'}  {row['name']}: {row['value']} {row['unit']} (bar {row['bar']})")
    return 0 if all(row["holds"] for row in rows) else 1


async def _attack(each: int, rounds: int) -> list[dict[str, Any]]:
    # Every request writes a line, which would hide the result.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    http = HttpSettings(signing_in_limit=1_000_000, address_limit=1_000_000, limited_by_day=False)
    settings = attrs.evolve(mode.settings("127.0.0.1", 8080), sign_in_ceiling=1_000_000)
    async with (
        running("demo", settings) as application,
        TestClient(TestServer(site(application, http=http))) as client,
    ):
        members = await join(application, max(AT_ONCE, -(-each // TRIES_OF_ONE)))
        storm = Storm()
        for _round in range(rounds):
            await storm.run(client, members[:AT_ONCE])
        probes = [await _probed(client, name, members, each) for name in PROBES]
    return [
        *(row for probe in probes for row in probe),
        _row(f"lag of the event loop while {AT_ONCE} sign in at once, p99", percentile(storm.lags, 0.99), "ms", LAG_MS),
        _row(f"GET /livez while {AT_ONCE} sign in at once, p99", percentile(storm.looks, 0.99), "ms", LIVEZ_MS),
        _row(
            "sign-ins beyond those that may wait, told to come again, p99",
            percentile(storm.turned_away, 0.99),
            "ms",
            REFUSAL_MS,
        ),
        _row("sign-ins answered otherwise than with 200, or 503 and Retry-After", float(storm.strange), "", 0.0),
    ]


async def join(application: Application, number: int) -> list[str]:
    """So many members with the one password; their addresses."""
    password_hash = await application.adapters.hasher().hash(PASSWORD)
    users = [a_user(password_hash=password_hash) for _ in range(number)]
    async with application.adapters.begin()() as uow:
        for user in users:
            await uow.users.add(user)
        await uow.commit()
    return [user.email for user in users]


@attrs.define
class Storm:
    """Many who sign in at once, and how long others wait meanwhile, in seconds."""

    answers: Counter[int] = attrs.field(factory=Counter)
    strange: int = 0
    lags: list[float] = attrs.field(factory=list)
    looks: list[float] = attrs.field(factory=list)
    turned_away: list[float] = attrs.field(factory=list)

    async def run(self, client: "TestClient[Any, Any]", emails: Sequence[str]) -> None:
        """Sign all of them in at once, and look until the last is answered."""
        over = asyncio.Event()
        watching = asyncio.gather(self._lag(over), self._livez(client, over), self._knock(client, over))
        await asyncio.gather(*(self._sign_in(client, email) for email in emails))
        over.set()
        await watching

    async def _sign_in(self, client: "TestClient[Any, Any]", email: str) -> None:
        async with client.post("/api/auth/login", json={"email": email, "password": PASSWORD}) as answer:
            self.answers[answer.status] += 1
            self.strange += not (answer.status == 200 or (answer.status == 503 and "Retry-After" in answer.headers))

    async def _lag(self, over: asyncio.Event) -> None:
        while not over.is_set():
            asked = time.perf_counter()
            await asyncio.sleep(LOOK)
            self.lags.append(max(0.0, time.perf_counter() - asked - LOOK))

    async def _livez(self, client: "TestClient[Any, Any]", over: asyncio.Event) -> None:
        while not over.is_set():
            asked = time.perf_counter()
            async with client.get("/livez") as answer:
                assert answer.status == 200
            self.looks.append(time.perf_counter() - asked)
            await asyncio.sleep(LOOK)

    async def _knock(self, client: "TestClient[Any, Any]", over: asyncio.Event) -> None:
        """Come when there is no room any more."""
        await asyncio.sleep(CROWDED_AFTER)
        for number in itertools.count():
            if over.is_set():
                return
            asked = time.perf_counter()
            login = {"email": f"late-{number}@example.org", "password": PASSWORD}
            async with client.post("/api/auth/login", json=login) as answer:
                if answer.status == 503:
                    self.turned_away.append(time.perf_counter() - asked)
            await asyncio.sleep(LOOK)


_TEXTS = {
    "terms_version": TEXTS[Purpose.TERMS].version,
    "privacy_policy_version": TEXTS[Purpose.PRIVACY_POLICY].version,
}
PROBES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "signing in": ("/api/auth/login", {"password": "not the one at all"}),
    "joining": (
        "/api/auth/register",
        {"password": PASSWORD, "date_of_birth": "1990-05-17", "time_zone": "Europe/Lisbon", **_TEXTS},
    ),
    "a forgotten password": ("/api/auth/password/forgot", {}),
    "another link to verify": ("/api/auth/verify/resend", {}),
}
"""Whatever takes an address of somebody who is not signed in."""


async def _probed(
    client: "TestClient[Any, Any]", name: str, members: Sequence[str], each: int
) -> Sequence[dict[str, Any]]:
    """What is learnt by asking for so many known and so many unknown addresses, in a random order."""
    path, body = PROBES[name]
    asked = [(members[place // TRIES_OF_ONE], True) for place in range(each)]
    nobody = TRIES_OF_ONE if name == "signing in" else 1  # Whoever has joined is known.
    asked += [(f"nobody-{place // nobody}@example.org", False) for place in range(each)]
    random.Random(1).shuffle(asked)
    times: dict[bool, list[float]] = {True: [], False: []}
    answers: set[tuple[object, ...]] = set()
    for email, known in asked:
        started = time.perf_counter()
        async with client.post(path, json={"email": email, **body}) as answer:
            said = re.sub(rb'"request_id":"[^"]*"', b"", await answer.read())
        times[known].append(time.perf_counter() - started)
        headers = {key: value for key, value in answer.headers.items() if key not in {"Date", "X-Request-ID"}}
        answers.add((answer.status, said, *sorted(headers.items())))
    return (
        _row(
            f"{name}: {each} known and {each} unknown addresses told apart by time, AUC",
            separability(times[True], times[False]),
            "",
            SEPARABLE,
        ),
        _row(f"{name}: different answers, byte for byte", float(len(answers)), "", 1.0),
    )


def separability(one: Sequence[float], other: Sequence[float]) -> float:
    """How often a pair drawn from both is told apart by the better of the two rules "the longer", "the shorter": 0.5 is
    chance, 1 certainty (the area under the ROC curve; Mann and Whitney 1947)."""
    wins = sum((a > b) + (a == b) / 2 for a in one for b in other) / (len(one) * len(other))
    return max(wins, 1 - wins)


def _row(name: str, value: float, unit: str, bar: float) -> dict[str, Any]:
    return {"name": name, "value": round(value, 3), "unit": unit, "bar": bar, "holds": value <= bar}


if __name__ == "__main__":
    sys.exit(main())
