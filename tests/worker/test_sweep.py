"""Whatever is kept for a time only is forgotten after it, each part by itself."""

from datetime import timedelta

import pytest

from config import test as mode
from config.start import running
from entrypoints.site import embedded_workers
from entrypoints.worker.sweep import sweep
from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.model import ResetRequested
from tests.doubles.builders import a_session, a_token, a_user, new_id

LONG_OVER = timedelta(days=60)


async def test_a_part_that_fails_keeps_no_other_from_its_work_and_is_told_of() -> None:
    ran: list[str] = []

    async def work() -> int:
        ran.append("worked")
        return 1

    async def fail() -> int:
        raise OSError("away")

    with pytest.raises(ExceptionGroup) as failed:
        await sweep({"first": fail, "second": work, "third": fail, "fourth": work})
    assert [type(failure) for failure in failed.value.exceptions] == [OSError, OSError]
    assert ran == ["worked", "worked"]

    await sweep({"second": work})


async def test_the_hourly_sweep_forgets_what_is_over_and_nothing_else() -> None:
    async with running("test", mode.settings()) as application:
        adapters = application.adapters
        clock, tables, user = adapters.clock(), adapters.store().tables, a_user()
        async with embedded_workers(application, keep_running=False) as workers:
            await workers.settle()
            async with adapters.begin()() as uow:
                await uow.users.add(user)
                await uow.sessions.add(a_session(user))
                await uow.sessions.add(kept := a_session(user, expires_at=clock.now() + 2 * LONG_OVER))
                await uow.one_time_tokens.add(a_token(user))
                uow.emit(ResetRequested(UserId(new_id())))
                await uow.commit()
            await workers.settle()
            await adapters.photo_store().put(f"uploads/{new_id()}/{new_id()}", b"picture", "image/jpeg")
            clock.advance(LONG_OVER)

            await workers.settle()

        assert list(tables.users.items()) == [user.id]
        assert list(tables.sessions.items()) == [kept.id]
        assert tables.one_time_tokens.items() == tables.outbox.items() == {}
        assert await adapters.photo_store().keys_older_than("", clock.now()) == []
