"""What anybody may read about matching, and what staff may."""

from datetime import timedelta

import orjson
from aiohttp import hdrs

from saltbitter_domain.compatibility.ports import RunFigures
from saltbitter_domain.transparency.model import RunId
from saltbitter_domain.transparency.policies import run_record
from saltbitter_domain.users.model import Role
from tests.doubles.town import town
from tests.http.authorisation_table import staff_token
from tests.http.stage import Stage, ask, planted


async def test_a_morning_is_in_the_report_after_its_week_and_about_nobody() -> None:
    async with town(150) as home:
        call = "GET /api/transparency/matching"
        before = await ask(home, call)
        await home.application.daily_runs().generate_matches()
        async with home.application.adapters.begin()() as uow:
            shown = sum(e.shown for days in (await uow.exposures.since(home.clock.now().date())).values() for e in days)
        for _ in range(14):
            await home.workers.settle()
            home.clock.advance(timedelta(days=1))
        answer = await ask(home, call)

    report = orjson.loads(answer.body)
    assert orjson.loads(before.body)["weeks"] == []
    assert answer.headers[hdrs.CACHE_CONTROL] == "public, max-age=3600"
    week = next(week for week in report["weeks"] if week["week"] == "2026-W10")
    assert {table["dimension"] for table in week["tables"]} == {"style", "gender_sought", "age", "tier"}
    totals = {sum(cell["shown"] for cell in table["cells"]) for table in week["tables"]}
    assert len(totals) == 1
    assert totals.pop() >= shown > 0
    assert all(cell["people"] >= 50 for table in week["tables"] for cell in table["cells"])
    assert not any(str(member) in answer.body.decode() for member in home.members)


async def test_staff_read_what_came_of_the_latest_runs() -> None:
    async with town(60, change=planted) as home:
        now = home.clock.now()
        figures = RunFigures(2, 1, {"too_few": 1}, 15, 0.1, 0.02, 61.5, 0.97, {}, 0)
        runs = [
            run_record(
                id=RunId(home.application.adapters.ids().new()),
                started_at=now,
                finished_at=now + timedelta(seconds=number),
                day=now.date(),
                allocation="stable-v1",
                engine="reference",
                due=3,
                made=2,
                full=1,
                short={"too_few": 1},
                stages={"score": timedelta(seconds=1)},
                figures=figures if number else None,
            )
            for number in range(3)
        ]
        for run in runs:
            await home.application.adapters.matching_runs().add(run)
        token = await staff_token(await Stage(home).scene(), Role.ADMIN)

        everything = await ask(home, "GET /api/staff/matching-runs", token=token)
        two = await ask(home, "GET /api/staff/matching-runs", path="/api/staff/matching-runs?limit=2", token=token)
        none = await ask(home, "GET /api/staff/matching-runs", path="/api/staff/matching-runs?limit=0", token=token)

    *found, of_the_morning = orjson.loads(everything.body)["items"]
    assert (of_the_morning["engine"], of_the_morning["due"]) == ("reference", of_the_morning["made"])
    assert [run["id"] for run in found] == [str(run.id) for run in reversed(runs)]
    assert (found[0]["stages"], found[0]["figures"]["gini"], found[2]["figures"]) == ({"score": 1000}, 0.1, None)
    assert orjson.loads(two.body)["items"] == found[:2]
    assert none.status == 422
