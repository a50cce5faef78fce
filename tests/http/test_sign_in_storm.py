"""Many who sign in at once: each is answered, and whoever asks meanwhile. ``make attack-accounts`` measures it."""

from tests.attack.accounts import Storm, join, separability
from tests.http.house import House


async def test_everybody_who_signs_in_at_once_is_let_in_or_told_when_to_come_back(house: House) -> None:
    emails = await join(house.application, 10)
    storm = Storm()

    await storm.run(house.client, emails)

    assert (sum(storm.answers.values()), storm.strange) == (10, 0)
    assert storm.looks


def test_two_kinds_that_take_as_long_are_told_apart_by_chance_only() -> None:
    assert separability([1.0, 2.0], [1.0, 2.0]) == 0.5
    assert separability([1.0, 2.0], [3.0, 4.0]) == separability([3.0, 4.0], [1.0, 2.0]) == 1.0
