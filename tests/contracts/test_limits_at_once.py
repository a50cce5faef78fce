"""Where there is room for one more, one of a hundred who come at the same time gets it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from saltbitter_domain.exports.model import ExportRunning
from saltbitter_domain.kernel import StaleWrite
from saltbitter_domain.profiles.model import MAX_PHOTOS, TooManyPhotos
from saltbitter_domain.reviews.model import ReviewWaiting
from saltbitter_domain.uow import UnitOfWork
from saltbitter_domain.users.model import EmailTaken, User
from tests.contracts.stores import Store, outcomes
from tests.contracts.test_exports import an_export
from tests.contracts.test_orders import an_order
from tests.contracts.test_reviews import waits
from tests.doubles.builders import a_photo, a_user

CROWD = 100

Take = Callable[[Store, UnitOfWork, User, int], Awaitable[Any]]


async def an_address(_store: Store, uow: UnitOfWork, _user: User, _number: int) -> None:
    await uow.users.add(a_user(email="ada@example.org"))


async def the_last_place_for_a_photo(_store: Store, uow: UnitOfWork, user: User, number: int) -> None:
    await uow.photos.add(a_photo(user, position=MAX_PHOTOS - 1 + number))


async def the_one_order_under_way(store: Store, uow: UnitOfWork, user: User, _number: int) -> None:
    await uow.orders.add(an_order(store, user.id))


async def the_one_copy_being_made(_store: Store, uow: UnitOfWork, user: User, _number: int) -> None:
    await uow.exports.add(an_export(user))


async def the_one_review_that_waits(_store: Store, uow: UnitOfWork, user: User, _number: int) -> None:
    await uow.reviews.add(waits(user))


@pytest.mark.parametrize(
    ("take", "refusal"),
    [
        (an_address, EmailTaken),
        (the_last_place_for_a_photo, TooManyPhotos),
        (the_one_order_under_way, StaleWrite),
        (the_one_copy_being_made, ExportRunning),
        (the_one_review_that_waits, ReviewWaiting),
    ],
)
async def test_of_a_hundred_at_once_exactly_one_gets_what_there_is_one_of(
    store: Store, take: Take, refusal: type[Exception]
) -> None:
    user = await store.member()
    async with store.unit() as uow:
        for position in range(MAX_PHOTOS - 1):
            await uow.photos.add(a_photo(user, position=position))

    async def one(number: int) -> None:
        async with store.unit() as uow:
            await take(store, uow, user, number)
            await asyncio.sleep(0)

    came = await outcomes(*(one(number) for number in range(CROWD)))

    assert Counter(map(type, came)) == {type(None): 1, refusal: CROWD - 1}
