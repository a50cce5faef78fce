"""The oracle sees what is lost, doubled and half there, and the proxy does what it is told."""

import asyncio
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import pytest

from saltbitter_domain.kernel import UserId
from tests.conftest import Run
from tests.faults import run as run_of_matrix
from tests.faults.history import Announcement, Edit, History, Like, Morning, Operation, Outcome, Registration
from tests.faults.matrix import Figure
from tests.faults.oracle import EndState, Verdict, judge, mails_by_address
from tests.faults.proxy import Fault, FaultProxy
from tests.faults.rows import ROWS

ADA, BEA = UserId(UUID(int=1)), UserId(UUID(int=2))
ADDRESS = "ada@saltbitter.example"
DAY = date(2026, 11, 1)
EVENT_OF_MATCH = ("compatibility.matched", str(ADA), str(BEA))
EVENT_OF_MORNING = ("compatibility.daily_matches_made", str(ADA), DAY.isoformat())
EVENT_OF_ANNOUNCEMENT = ("compatibility.daily_matches_made", str(BEA), "1970-01-01")
PROMISES: tuple[Operation, ...] = (
    Edit(Outcome.ACKNOWLEDGED, ADA, "one", 2),
    Edit(Outcome.UNKNOWN, ADA, "two"),
    Edit(Outcome.ACKNOWLEDGED, ADA, "three", 4),
    Like(Outcome.ACKNOWLEDGED, ADA, BEA),
    Like(Outcome.UNKNOWN, BEA, ADA),
    Registration(Outcome.ACKNOWLEDGED, ADDRESS),
    Registration(Outcome.UNKNOWN, "nobody@saltbitter.example"),
    Morning(Outcome.ACKNOWLEDGED, ADA, DAY),
    Announcement(Outcome.ACKNOWLEDGED, BEA, "1970-01-01"),
)
KEPT = EndState(
    profiles={ADA: (4, "three")},
    likes=frozenset({(ADA, BEA), (BEA, ADA)}),
    matches=frozenset({frozenset({ADA, BEA})}),
    events={
        ("compatibility.liked", str(ADA), str(BEA)): 1,
        ("compatibility.liked", str(BEA), str(ADA)): 1,
        EVENT_OF_MATCH: 1,
        ("users.registered", str(BEA), ""): 1,
        EVENT_OF_MORNING: 1,
        EVENT_OF_ANNOUNCEMENT: 1,
    },
    notices={
        (ADA, "mutual_match", str(BEA)): 1,
        (BEA, "mutual_match", str(ADA)): 1,
        (ADA, "daily_matches", DAY.isoformat()): 1,
        (BEA, "daily_matches", "1970-01-01"): 1,
    },
    sets={(ADA, DAY.isoformat()): 10},
    accounts={ADDRESS: BEA},
    mails={ADDRESS: 1},
)


def verdict(**changes: Any) -> Verdict:
    """What the oracle says of the kept promises with some of the end state changed."""
    return judge(History(list(PROMISES)), attrs.evolve(KEPT, **changes))


def test_kept_promises_are_no_fault() -> None:
    assert verdict() == Verdict()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"profiles": {ADA: (3, "two")}}, "lost"),
        ({"profiles": {ADA: (4, "two")}}, "lost"),
        ({"profiles": {ADA: (5, "three")}}, "doubled"),
        ({"likes": frozenset({(BEA, ADA)})}, "lost"),
        ({"likes": frozenset({(ADA, BEA)})}, "torn"),
        ({"matches": frozenset()}, "torn"),
        ({"events": {**KEPT.events, EVENT_OF_MATCH: 2}}, "doubled"),
        ({"events": {**KEPT.events, EVENT_OF_MORNING: 2}}, "doubled"),
        ({"notices": {**KEPT.notices, (ADA, "mutual_match", str(BEA)): 2}}, "doubled"),
        ({"notices": {**KEPT.notices, (ADA, "daily_matches", DAY.isoformat()): 0}}, "torn"),
        ({"notices": {**KEPT.notices, (BEA, "daily_matches", "1970-01-01"): 0}}, "torn"),
        ({"events": {**KEPT.events, EVENT_OF_ANNOUNCEMENT: 0}}, "lost"),
        ({"notices": {**KEPT.notices, (BEA, "daily_matches", "1970-01-01"): 2}}, "doubled"),
        ({"accounts": {}}, "lost"),
        ({"mails": {}}, "lost"),
        ({"mails": {ADDRESS: 2}}, "doubled"),
        ({"mails": {ADDRESS: 1, "nobody@saltbitter.example": 1}}, "torn"),
        ({"sets": {}}, "lost"),
    ],
)
def test_every_broken_promise_is_found(changes: dict[str, Any], fault: str) -> None:
    assert getattr(verdict(**changes), fault)


def test_two_edits_with_one_version_are_a_lost_update() -> None:
    history = History([*PROMISES, Edit(Outcome.ACKNOWLEDGED, ADA, "another three", 4)])

    assert judge(history, KEPT).doubled


def test_rows_played_alone_leave_the_figures_of_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run_of_matrix, "REPORT", tmp_path / "faults.json")
    first, second = (row.name for row in ROWS[:2])
    figures = {
        first: [Figure("acknowledged", 7, "operations", 1, at_least=True)],
        second: [Figure("acknowledged", 5, "operations", 1, at_least=True), Figure("serves again", None, "s", 30)],
    }
    report = run_of_matrix.report(figures | {run_of_matrix.TOGETHER: run_of_matrix.together(figures, 12, 0, 0)})
    run_of_matrix.REPORT.write_text(json.dumps(report))

    assert run_of_matrix.kept() == figures
    assert [entry["holds"] for entry in report] == [True, True, False, True, True, True]


def test_mails_are_counted_by_address(tmp_path: Path) -> None:
    for folder, name in (("new", "one"), ("new", "two"), ("cur", "three"), ("tmp", "unfinished")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_bytes(f"To: {ADDRESS}\nSubject: Verify\n\nlink\n".encode())

    assert mails_by_address(tmp_path) == {ADDRESS: 3}


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(line)
    writer.close()


def behind_a_proxy(talk: Callable[[FaultProxy], Any]) -> Any:
    """What comes of talking to an echo by way of a proxy."""

    async def talking() -> Any:
        server = await asyncio.start_server(_echo, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, FaultProxy(f"redis://:secret@127.0.0.1:{port}/0", latency=0.01).running() as proxy:
            return await talk(proxy)

    return talking()


async def answered(proxy: FaultProxy) -> bytes:
    """What comes back; empty when the connection is lost, an OSError when there is none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        writer.write(b"hello\n")
        return await reader.readline()
    finally:
        writer.transport.abort()


def test_the_proxy_passes_on_and_delays(run: Run) -> None:
    async def talk(proxy: FaultProxy) -> tuple[bytes, bytes, str]:
        passed = await answered(proxy)
        await proxy.set(Fault.LATENCY)
        return passed, await answered(proxy), proxy.url

    passed, delayed, url = run(behind_a_proxy(talk))

    assert passed == delayed == b"hello\n"
    assert url.startswith("redis://:secret@127.0.0.1:")


def test_a_black_hole_swallows_until_it_ends(run: Run) -> None:
    async def talk(proxy: FaultProxy) -> tuple[bool, bytes]:
        await proxy.set(Fault.BLACK_HOLE)
        waiting = asyncio.create_task(answered(proxy))
        done, _ = await asyncio.wait([waiting], timeout=0.05)
        await proxy.set(Fault.NONE)
        return bool(done), await waiting

    assert run(behind_a_proxy(talk)) == (False, b"hello\n")


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.DOWN])
def test_what_is_reset_or_down_answers_nothing_until_it_ends(run: Run, fault: Fault) -> None:
    async def talk(proxy: FaultProxy) -> tuple[bytes, bytes]:
        await proxy.set(fault)
        try:
            broken = await answered(proxy)
        except OSError:
            broken = b""
        await proxy.set(Fault.NONE)
        return broken, await answered(proxy)

    assert run(behind_a_proxy(talk)) == (b"", b"hello\n")
