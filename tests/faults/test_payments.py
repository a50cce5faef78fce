"""The short form of ``make faults-payments``."""

from tests.faults.payments import prove


async def test_sixty_purchases_through_faults_and_deaths_are_charged_once_each() -> None:
    assert [row for row in await prove(60, seed=60) if not row.holds] == []
