"""The short form of ``make fuzz``: some 2,500 generated requests, the same ones each time."""

import pytest

from tests.fuzz.engine import Outcome, register_photographs
from tests.fuzz.run import fuzz_town, rows, table

CASES = 2_400


@pytest.mark.timeout(400)  # It takes most of a minute of a core.
async def test_whatever_is_sent_the_api_answers_as_documented() -> None:
    register_photographs()
    outcome, failed_listeners = await fuzz_town(CASES, seed=1)
    figures = rows(outcome, CASES, failed_listeners)

    assert all(row["holds"] for row in figures), table(outcome, figures)
    assert len(outcome.succeeded) >= outcome.operations / 2


def test_an_operation_for_members_that_is_open_to_a_bad_token_is_a_figure_missed() -> None:
    outcome, forged = Outcome(2), Outcome(0, succeeded={"GET /api/me", "GET /api/plans"})
    outcome.add(forged, {"GET /api/me", "GET /api/me/profile"})

    assert outcome.admitted == {"GET /api/me"}
    assert "operations open to bad tokens" in [row["name"] for row in rows(outcome, 0, ()) if not row["holds"]]
