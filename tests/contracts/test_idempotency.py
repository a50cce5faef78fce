"""What every memory of answers promises."""

from datetime import timedelta

import pytest

from adapters.memory.traffic import MemoryIdempotency
from adapters.system.clock import ManualClock
from saltbitter_domain.traffic import Idempotency, IdempotencyKeyReused, RequestInProgress, StoredAnswer

PORT = Idempotency
ANSWER = StoredAnswer(201, (("content-type", "application/json"), ("etag", '"1"')), '{"name":"Zoë"}'.encode())


async def test_a_repeated_request_gets_the_first_answer(idempotency: Idempotency) -> None:
    assert await idempotency.begin("ada", "key", "request") is None
    await idempotency.finish("ada", "key", ANSWER)

    assert [await idempotency.begin("ada", "key", "request") for _ in range(2)] == [ANSWER, ANSWER]


async def test_while_the_first_is_unanswered_a_repetition_is_told_to_wait(idempotency: Idempotency) -> None:
    await idempotency.begin("ada", "key", "request")

    with pytest.raises(RequestInProgress) as refusal:
        await idempotency.begin("ada", "key", "request")

    assert refusal.value.retry_after == 1


async def test_a_key_used_for_another_request_is_refused_answered_or_not(idempotency: Idempotency) -> None:
    await idempotency.begin("ada", "key", "request")
    with pytest.raises(IdempotencyKeyReused):
        await idempotency.begin("ada", "key", "another request")

    await idempotency.finish("ada", "key", ANSWER)
    with pytest.raises(IdempotencyKeyReused):
        await idempotency.begin("ada", "key", "another request")


async def test_keys_belong_to_whoever_chose_them(idempotency: Idempotency) -> None:
    await idempotency.begin("ada", "key", "request")
    await idempotency.finish("ada", "key", ANSWER)

    assert await idempotency.begin("bob", "key", "another request") is None


async def test_a_released_key_can_be_used_again_for_anything(idempotency: Idempotency) -> None:
    await idempotency.begin("ada", "key", "request")

    await idempotency.finish("ada", "key", None)

    assert await idempotency.begin("ada", "key", "another request") is None


async def test_an_answer_is_remembered_for_a_day(idempotency: Idempotency, clock: ManualClock) -> None:
    await idempotency.begin("ada", "key", "request")
    await idempotency.finish("ada", "key", ANSWER)

    clock.advance(timedelta(hours=24) - timedelta(seconds=1))
    assert await idempotency.begin("ada", "key", "request") == ANSWER
    clock.advance(timedelta(seconds=1))
    assert await idempotency.begin("ada", "key", "another request") is None


async def test_a_request_that_died_unanswered_frees_its_key_after_a_minute(
    idempotency: Idempotency, clock: ManualClock
) -> None:
    await idempotency.begin("ada", "key", "request")

    clock.advance(timedelta(seconds=59))
    with pytest.raises(RequestInProgress):
        await idempotency.begin("ada", "key", "request")
    clock.advance(timedelta(seconds=1))

    assert await idempotency.begin("ada", "key", "request") is None
    with pytest.raises(RequestInProgress):
        await idempotency.begin("ada", "key", "request")


async def test_an_answer_to_a_request_nobody_began_is_not_kept(idempotency: Idempotency) -> None:
    await idempotency.finish("ada", "key", ANSWER)

    assert await idempotency.begin("ada", "key", "request") is None


@pytest.mark.parametrize("room", [{"max_answers": 2}, {"max_bytes": 250}])
async def test_in_memory_there_is_room_for_so_many_answers_and_the_oldest_are_forgotten(
    clock: ManualClock, room: dict[str, int]
) -> None:
    idempotency = MemoryIdempotency(clock, **room)
    answer = StoredAnswer(201, (("etag", '"1"'),), b"x" * 93)
    await idempotency.begin("ada", "under way", "request")
    for key in ("first", "second", "third"):
        await idempotency.begin("ada", key, "request")
        await idempotency.finish("ada", key, answer)

    assert [await idempotency.begin("ada", key, "request") for key in ("second", "third")] == [answer] * 2
    assert await idempotency.begin("ada", "first", "request") is None
    with pytest.raises(RequestInProgress):
        await idempotency.begin("ada", "under way", "request")


async def test_in_memory_what_was_forgotten_leaves_its_room_to_others(clock: ManualClock) -> None:
    idempotency = MemoryIdempotency(clock, max_bytes=150)
    answer = StoredAnswer(201, (), b"x" * 100)
    for _ in range(3):
        await idempotency.begin("ada", "key", "request")
        await idempotency.finish("ada", "key", answer)
        assert await idempotency.begin("ada", "key", "request") == answer
        clock.advance(timedelta(hours=24))


async def test_in_memory_an_answer_too_large_for_all_the_room_is_not_kept(clock: ManualClock) -> None:
    idempotency = MemoryIdempotency(clock, max_bytes=99)
    await idempotency.begin("ada", "key", "request")
    await idempotency.finish("ada", "key", StoredAnswer(201, (), b"x" * 100))

    assert await idempotency.begin("ada", "key", "request") is None
