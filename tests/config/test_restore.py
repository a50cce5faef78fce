"""An erasure survives the restoring of an older database."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

from config.settings import ProductionSettings
from config.start import running
from entrypoints import production
from saltbitter_domain.kernel import Unavailable, UserId
from tests.conftest import Run
from tests.doubles.builders import a_consent, a_user
from tests.servers.machine import Machine


def test_who_was_erased_is_erased_again_after_yesterday_s_backup_is_restored(
    production_settings: ProductionSettings, bare_database_url: str, run: Run, tmp_path: Path
) -> None:
    programs = Machine.this().postgres
    if programs is None or not (programs / "pg_dump").exists():
        pytest.skip("there is no pg_dump on this machine")
    gone, stays = run(_members(production_settings, "gone@example.org", "stays@example.org"))
    backup = str(tmp_path / "backup")
    _run(programs / "pg_dump", "--format=custom", f"--file={backup}", production_settings.database_url)
    assert run(_leave_and_be_erased(production_settings, gone)) == 1
    assert run(_known(production_settings)) == {stays}

    _run(programs / "pg_restore", "--no-owner", f"--dbname={bare_database_url}", backup)
    restored = attrs.evolve(production_settings, database_url=bare_database_url)
    assert run(_known(restored)) == {gone, stays}
    for start in (production.serve, production.work, production.schedule):
        with pytest.raises(Unavailable, match=r"^1 of those who were erased .* `saltbitter replay-erasures`\.$"):
            run(start(restored, print))
    said: list[str] = []
    for _ in range(2):
        run(production.replay_erasures(restored, said.append))

    assert said == ["1 erased again.", "0 erased again."]
    assert run(_known(restored)) == {stays}
    assert run(_brought_back(restored)) == 0, "it serves again"


async def _members(settings: ProductionSettings, *emails: str) -> list[UserId]:
    users = [a_user(email=email) for email in emails]
    async with running("production", settings) as application, application.adapters.begin()() as uow:
        for user in users:
            await uow.users.add(user)
            await uow.consents.append(a_consent(user))
        await uow.commit()
    return [user.id for user in users]


async def _leave_and_be_erased(settings: ProductionSettings, user_id: UserId) -> int:
    async with running("production", settings) as application:
        async with application.adapters.begin()() as uow:
            user = await uow.users.get(user_id)
            await uow.users.save(user.leaving(datetime(2020, 1, 1, tzinfo=UTC)))
            await uow.commit()
        return await application.erasure().erase_due()


async def _brought_back(settings: ProductionSettings) -> int:
    async with running("production", settings) as application:
        return await application.erasure().brought_back()


async def _known(settings: ProductionSettings) -> set[UserId]:
    """Who of the two has an account."""
    async with running("production", settings) as application, application.adapters.begin()() as uow:
        found = [await uow.users.by_email(email) for email in ("gone@example.org", "stays@example.org")]
        return {user.id for user in found if user}


def _run(program: Path, *arguments: str) -> None:
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
