"""The commands of production do what they say, over PostgreSQL and Redis, and say what they did."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import asyncpg
import attrs
import pytest

from adapters.system.clock import SystemClock
from config.production import opened_audit, opened_outbox
from config.reader import PREFIX
from config.settings import ProductionSettings
from entrypoints import production
from entrypoints.cli import main
from entrypoints.probe import probe
from saltbitter_domain.assessments.model import Style
from saltbitter_domain.audit.model import AuditFilter
from saltbitter_domain.compatibility.model import Block
from saltbitter_domain.compatibility.ports import RunFigures
from saltbitter_domain.kernel import EventId, UserId, local_date
from saltbitter_domain.ledger.model import FactKind
from saltbitter_domain.profiles.model import PhotoState, age_on
from saltbitter_domain.transparency.model import RunId
from saltbitter_domain.transparency.policies import run_record
from saltbitter_domain.users.model import Registered, User
from tests.conftest import Run
from tests.doubles.builders import (
    MATCHED_BY,
    NOW,
    PARIS,
    a_consent,
    a_content,
    a_photo,
    a_profile,
    a_second_factor,
    a_user,
    consents_to,
    new_id,
)
from tests.doubles.money import a_fact
from tests.servers.machine import Machine
from tests.servers.pgbouncer import pgbouncer
from tests.servers.redis import redis
from tests.servers.server import Server, free_port, temporary_folder

WHY = "Asks why nobody near is shown."
TURN_SECONDS = 5
Command = Callable[[ProductionSettings, production.Say], Awaitable[None]]
SPELT = {"previous_token_key": "TOKEN_KEY_PREVIOUS", "previous_password_pepper": "PASSWORD_PEPPER_PREVIOUS"}


@pytest.fixture
def settings(production_settings: ProductionSettings) -> ProductionSettings:
    """Settings of a production at a free port."""
    port = free_port()
    return attrs.evolve(production_settings, port=port, public_url=f"http://127.0.0.1:{port}")


@pytest.fixture
def environment(settings: ProductionSettings, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """The same settings as the environment of this process and of those it starts."""
    named = attrs.asdict(settings, recurse=False)
    named = {name: value for name, value in named.items() if name not in ("questionnaires", "honey")}
    named["photo_directory"] = named.pop("photos").directory
    variables = {
        PREFIX + SPELT.get(name, name.upper()): ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
        for name, value in named.items()
        if value is not None
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@asynccontextmanager
async def running(settings: ProductionSettings, *commands: Command) -> AsyncIterator[None]:
    """Each command, started and ready."""
    async with AsyncExitStack() as stack:
        for command in commands:
            ready = asyncio.Event()
            task = asyncio.ensure_future(command(settings, lambda _said, ready=ready: ready.set()))  # type: ignore[misc]
            stack.push_async_callback(_ended, task)
            waiting = asyncio.ensure_future(ready.wait())
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if task.done():
                await task
        yield


async def _ended(task: "asyncio.Future[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@contextmanager
def serving(environment: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """``saltbitter serve`` in a process of its own, once it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "entrypoints.cli", "serve"],
        env={**os.environ, **environment},  # noqa: TID251  a child needs its parent's path
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout
        assert environment["SALTBITTER_PORT"] in process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate()


async def schedules(settings: ProductionSettings) -> None:
    """One schedule after another, each of which asks for every job when it begins to lead. Whoever is ready a moment
    before the other waits for the next daily run, to which one schedule would come after five minutes."""
    while True:
        async with running(settings, production.schedule):
            await asyncio.sleep(TURN_SECONDS)


@pytest.mark.timeout(300)  # Two members' whole journeys, on a machine that may be busy.
async def test_the_probe_passes_behind_pgbouncer_with_two_workers_and_one_of_two_apis_killed_in_the_middle(
    settings: ProductionSettings, environment: Mapping[str, str]
) -> None:
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        if len(said) == 8:
            first.kill()

    async with AsyncExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        pool = await asyncio.to_thread(
            stack.enter_context, pgbouncer(Machine.this(), folder / "pool", settings.database_url)
        )
        settings = attrs.evolve(settings, database_url=pool.url, database_statement_cache=0)
        changed = {"SALTBITTER_DATABASE_URL": pool.url, "SALTBITTER_DATABASE_STATEMENT_CACHE": "0"}
        first, _second = [stack.enter_context(serving({**environment, **changed})) for _ in range(2)]
        await stack.enter_async_context(running(settings, production.work, production.work))
        stack.push_async_callback(_ended, asyncio.ensure_future(schedules(settings)))
        stack.push_async_callback(_ended, asyncio.ensure_future(_moderating(settings)))
        await probe(settings.public_url, say, settings.mail_directory)

    assert first.poll() is not None
    assert any("match exactly once" in line for line in said)
    assert any("take a break" in line for line in said)


def test_the_api_ends_in_order_when_it_is_asked_to(environment: Mapping[str, str]) -> None:
    with serving(environment) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


@pytest.fixture
def cache() -> Iterator[Server]:
    """A cache that a test may end."""
    with temporary_folder() as folder, redis(Machine.this(), folder) as server:
        yield server


async def test_a_process_is_ready_without_redis_and_shows_that_it_is_away(
    settings: ProductionSettings, cache: Server
) -> None:
    settings = attrs.evolve(settings, cache_url=cache.url)

    async def readiness() -> tuple[int, Any]:
        async with http.get("/readyz") as answer:
            return answer.status, (await answer.json())["dependencies"]

    async with running(settings, production.serve), aiohttp.ClientSession(settings.public_url) as http:
        assert await readiness() == (200, {"store": True, "broker": True, "cache": True})
        await asyncio.to_thread(cache.kill)
        assert await readiness() == (200, {"store": True, "broker": True, "cache": False})


def test_the_schema_is_brought_to_the_newest_revision_and_nothing_is_done_twice(
    environment: Mapping[str, str],
    bare_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SALTBITTER_DATABASE_URL", bare_database_url)

    assert [main(["migrate", "--to", "head"]), main(["migrate"])] == [0, 0]
    first, second = capsys.readouterr().out.splitlines()
    newest = first.removesuffix(".").split()[-1]
    assert first == f"The schema was at nothing and is at {newest}."
    assert second == f"The schema was at {newest} and is at {newest}."


def test_dead_letters_are_shown_and_sent_anew_on_request(
    settings: ProductionSettings, environment: Mapping[str, str], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, third = run(_dead_letters(settings, 3))

    assert main(["redrive", "--reason", "The provider is back."]) == 0
    shown = capsys.readouterr().out
    assert all(f"{letter}  " in shown for letter in (first, second, third))
    assert "users.registered  after 1 attempts: failed for ever" in shown
    assert "3 dead letters." in shown

    assert main(["redrive", "--reason", "The provider is back.", str(second)]) == 0
    assert main(["redrive", "--reason", "The provider is back.", "--all"]) == 0
    assert main(["redrive", "--reason", "The provider is back."]) == 0
    assert capsys.readouterr().out.splitlines() == ["1 on their way again.", "2 on their way again.", "0 dead letters."]
    done = [action for _, action, _, _ in run(_recorded(settings))]
    assert done == ["redrive", "redrive --all", f"redrive {second}", "redrive"]


async def _recorded(settings: ProductionSettings) -> list[tuple[str, str, str, set[UserId]]]:
    """What is on record of what staff did, newest first."""
    async with opened_audit(settings) as audit:
        records = await audit.newest(AuditFilter(), None, 10)
    return [(record.actor, record.action, record.reason, set(record.subjects)) for record in records]


def test_an_operator_suspends_and_restores_a_member_with_a_reason(
    settings: ProductionSettings, environment: Mapping[str, str], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    member, _ = run(_two_members(settings))

    assert main(["suspend", str(member), "--reason", "Insults"]) == 0
    assert main(["suspend", str(member), "--reason", "Insults"]) == 1
    assert main(["restore", str(member), "--reason", "It was not you."]) == 0
    said = capsys.readouterr()
    assert [line.split(maxsplit=1)[0] for line in said.out.splitlines()] == ["Suspended,", "Restored."]
    assert said.err.strip() == "saltbitter: The account is suspended already."


def test_an_operator_removes_the_second_factor_of_a_member_who_cannot_and_it_is_on_record(
    settings: ProductionSettings, environment: Mapping[str, str], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    member, _ = run(_two_members(settings))
    run(_guarded(settings, member))

    assert main(["remove-second-factor", str(member), "--reason", WHY]) == 0
    assert main(["remove-second-factor", str(member), "--reason", WHY]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("Removed, and signed out everywhere. ")
    assert said.err.strip() == "saltbitter: The account has no second factor."
    assert run(_recorded(settings)) == [("console", "remove second factor", WHY, {member})] * 2


def test_an_operator_lifts_what_followed_a_member_who_objects_and_it_is_on_record(
    settings: ProductionSettings, environment: Mapping[str, str], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    member, other = run(_two_members(settings))
    run(_carried(settings, Block(other, member, NOW, None, NOW)))

    for _ in range(2):
        assert main(["lift-carried", str(member), "--reason", "They asked; they share a flat."]) == 0

    assert [int(line.split()[0]) for line in capsys.readouterr().out.splitlines()] == [1, 0]
    record = ("console", "lift carried blocks", "They asked; they share a flat.", {member})
    assert run(_recorded(settings)) == [record] * 2


def test_an_operator_makes_a_member_staff_with_a_reason_that_is_kept(
    settings: ProductionSettings, environment: Mapping[str, str], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    member, _ = run(_two_members(settings))

    assert main(["role", str(member), "moderator", "--reason", "Reviews photos from today on."]) == 0
    assert main(["role", str(member), "moderator", "--reason", "Again."]) == 1
    assert main(["role", str(member), "member", "--reason", "Left the team."]) == 0
    said = capsys.readouterr()
    assert [line.split(" from")[0] for line in said.out.splitlines()] == ["They are moderator", "They are member"]
    assert said.err.strip() == "saltbitter: The account has the role moderator already."


def test_an_operator_has_moderators_look_at_photos_that_nobody_judged(
    settings: ProductionSettings, environment: Mapping[str, str], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run(_two_members(settings))

    for _ in range(2):
        assert main(["review-photos", "--reason", "No machine looked before."]) == 0

    assert [int(line.split()[0]) for line in capsys.readouterr().out.splitlines()] == [2, 0]
    assert run(_recorded(settings)) == [("console", "review photos", "No machine looked before.", set())] * 2


def test_an_operator_finds_people_for_a_member_by_what_they_say(
    settings: ProductionSettings,
    environment: Mapping[str, str],
    run: Run,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    viewer, other = run(_two_members(settings))

    assert main(["search", "--reason", WHY, "--for", str(viewer), "--words", "tango", "--interests", "jazz,"]) == 0
    born, today = a_user().date_of_birth, local_date(SystemClock().now(), a_user().time_zone)
    assert capsys.readouterr().out.splitlines() == [
        f"{other}  Bo, {age_on(born, today)}  Paris, under 5 km  tangos",
        "1 people.",
    ]
    monkeypatch.setenv("SALTBITTER_DATABASE_REPLICA_URL", settings.database_url)
    assert main(["search", "--reason", WHY, "--for", str(viewer), "--words", "tango", "--limit", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "The best 1."
    assert run(_recorded(settings)) == [("console", "search", WHY, {viewer, other})] * 2


def test_what_cannot_be_searched_for_is_explained(
    environment: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = str(new_id())

    assert main(["search", "--reason", WHY, "--for", nobody, "--words", "to be", "--interests", "tangos"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "saltbitter: This cannot be searched for.",
        "  - words: “to” is too short: give words of at least 3 letters.",
        "  - words: “be” is too short: give words of at least 3 letters.",
        "  - interests: There is no interest “tangos”.",
    ]
    assert main(["search", "--reason", WHY, "--for", nobody, "--words", "tango"]) == 1
    assert "takes no part in matching" in capsys.readouterr().err


def test_runs_are_shown_as_a_table(
    settings: ProductionSettings, environment: Mapping[str, str], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run(_two_runs(settings))

    assert main(["runs"]) == 0
    head, newest, oldest, told = capsys.readouterr().out.splitlines()
    assert head.split() == "finished (UTC) day s due made full gini never score parity by".split()
    assert newest.split() == "2026-03-02 09:31 2026-03-02 2.5 3 2 1 0.100 2.00% 97.0% 0.95 stable-v1, numpy".split()
    assert oldest.split() == "2026-03-02 09:30 2026-03-02 2.5 3 2 1 - - - - stable-v1, numpy".split()
    assert told == "2 runs."
    assert main(["runs", "--limit", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [newest, "The latest 1."]


def test_a_consent_that_was_altered_is_named_and_ends_the_command_with_1(
    settings: ProductionSettings, environment: Mapping[str, str], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    user = a_user()
    run(_one_consent(settings, user))

    assert main(["verify-ledger"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 chains of consents, 0 faults.",
        "0 records of what staff did, 0 faults.",
    ]

    run(_altered(settings.database_url))

    assert main(["verify-ledger"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{user.id}  consent 1  altered",
        "1 chains of consents, 1 faults.",
        "0 records of what staff did, 0 faults.",
    ]


def test_the_books_are_shown_and_what_does_not_hold_of_them_ends_the_command_with_1(
    settings: ProductionSettings, environment: Mapping[str, str], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    told = "Amounts are in the smallest unit; credits are below 0."
    assert main(["check-money"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"0 of what must hold of money is broken. {told}"]

    run(_one_refund_of_nothing(settings))

    assert main(["check-money"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "gateway    USD                -1,999",
        "refunds    USD                 1,999",
        "BROKEN  facts_without_their_payment: 1",
        "BROKEN  more_refunded_than_paid: 1",
        f"2 of what must hold of money is broken. {told}",
    ]


async def _one_refund_of_nothing(settings: ProductionSettings) -> None:
    from config.start import running

    async with running("production", settings) as application, application.adapters.begin()() as uow:
        await uow.ledger.record([a_fact("re_1", FactKind.REFUNDED)])
        await uow.commit()


async def _one_consent(settings: ProductionSettings, user: User) -> None:
    from config.start import running

    async with running("production", settings) as application, application.adapters.begin()() as uow:
        await uow.users.add(user)
        await uow.consents.append(a_consent(user))
        await uow.commit()


async def _altered(url: str) -> None:
    """Alter every consent as somebody for whom no trigger fires."""
    connection = await asyncpg.connect(url)
    await connection.execute("SET session_replication_role = replica; UPDATE consent_logs SET granted = false")
    await connection.close()


async def _two_runs(settings: ProductionSettings) -> None:
    from config.start import running

    figures = RunFigures(2, 1, {}, 15, 0.1, 0.02, 61.5, 0.97, {Style.SECURE: 1.02, Style.FEARFUL: 0.95}, 0)
    async with running("production", settings) as application:
        for minutes in range(2):
            finished_at = NOW + timedelta(minutes=minutes)
            record = run_record(
                id=RunId(new_id()),
                started_at=finished_at - timedelta(seconds=2.5),
                finished_at=finished_at,
                day=NOW.date(),
                allocation="stable-v1",
                engine="numpy",
                due=3,
                made=2,
                full=1,
                short={"too_few": 1},
                stages={},
                figures=figures if minutes else None,
            )
            await application.adapters.matching_runs().add(record)


async def _moderating(settings: ProductionSettings) -> None:
    """Somebody of the staff approves whatever waits, for no machine judges photos here."""
    from config.start import running

    async with running("production", settings) as application:
        reviews = application.photo_reviews()
        while True:
            for photo in await reviews.waiting(10):
                await reviews.decide(UserId(new_id()), photo.id, None, None)
            await asyncio.sleep(0.1)


async def _two_members(settings: ProductionSettings) -> tuple[UserId, UserId]:
    """Two who could be introduced to one another, of whom the second dances."""
    from config.start import running

    ids = []
    async with running("production", settings) as application, application.adapters.begin()() as uow:
        for content in (a_content(), a_content(name="Bo", bio="Tangos.", interests=frozenset({"jazz"}))):
            user = a_user()
            await uow.users.add(user)
            await uow.profiles.add(a_profile(user, content=content, cell=PARIS, city="Paris"))
            await uow.photos.add(a_photo(user, state=PhotoState.APPROVED))
            await uow.consents.append(*consents_to(user, *MATCHED_BY))
            ids.append(user.id)
        await uow.commit()
    return ids[0], ids[1]


async def _guarded(settings: ProductionSettings, user_id: UserId) -> None:
    from config.start import running

    async with running("production", settings) as application, application.adapters.begin()() as uow:
        user = await uow.users.get(user_id)
        assert user is not None
        await uow.second_factors.add(a_second_factor(user))
        await uow.commit()


async def _carried(settings: ProductionSettings, block: Block) -> None:
    from config.start import running

    async with running("production", settings) as application, application.adapters.begin()() as uow:
        await uow.blocks.carry(block)
        await uow.commit()


async def _dead_letters(settings: ProductionSettings, number: int) -> list[EventId]:
    from config.start import running

    async with running("production", settings) as application, application.adapters.begin()() as uow:
        for _ in range(number):
            uow.emit(Registered(UserId(new_id())))
        await uow.commit()
    async with opened_outbox(settings) as (outbox, clock):
        messages = await outbox.claim(clock.now(), number)
        for message in messages:
            await outbox.save(attrs.evolve(message, dead_at=clock.now(), last_error="failed for ever"))
    return [message.id for message in messages]
