"""An answer that was lost with the process that would have given it can be had from the next one."""

import pickle
import signal
import subprocess
import sys

import attrs
import pytest

from config import test_postgres
from config.start import running
from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.model import SessionOver, Tokens
from tests.conftest import Run
from tests.doubles.builders import a_user

PASSWORD = "five grey foxes at dawn"
DYING = """
import asyncio, os, pickle, signal, sys
from config.start import running

async def rotate(settings, refresh_token):
    async with running("test_postgres", settings) as application:
        await application.auth().refresh(refresh_token, "192.0.2.1")
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(rotate(*pickle.load(sys.stdin.buffer)))
"""
"""A process that is killed when the new token is stored and nobody has been told it."""


def test_a_process_killed_between_the_rotation_and_its_answer_costs_nobody_their_session(
    database_url: str, run: Run
) -> None:
    # A key that signs for push services is no text and cannot be handed on.
    settings = attrs.evolve(test_postgres.settings(database_url), vapid_key=None)

    async def signed_in() -> tuple[UserId, str]:
        async with running("test_postgres", settings) as application:
            password_hash = await application.adapters.hasher().hash(PASSWORD)
            user = a_user(email="ana@example.org", password_hash=password_hash)
            async with application.adapters.begin()() as uow:
                await uow.users.add(user)
                await uow.commit()
            tokens = await application.auth().login(email=user.email, password=PASSWORD, label="x", ip="192.0.2.1")
            assert isinstance(tokens, Tokens)
            return user.id, tokens.refresh_token

    user_id, refresh_token = run(signed_in())

    died = subprocess.run(  # noqa: S603
        [sys.executable, "-c", DYING], input=pickle.dumps((settings, refresh_token)), capture_output=True, check=False
    )
    assert died.returncode == -signal.SIGKILL, died.stderr

    async def asks_again() -> None:
        async with running("test_postgres", settings) as application:
            auth = application.auth()
            again = await auth.refresh(refresh_token, "192.0.2.1")
            assert again.user_id == user_id
            assert auth.authenticate(again.access_token).user_id == user_id
            # The one it was given for is the only one that is still good for another.
            following = await auth.refresh(again.refresh_token, "192.0.2.1")
            assert following.refresh_token not in (again.refresh_token, refresh_token)
            with pytest.raises(SessionOver):
                await auth.refresh(refresh_token, "192.0.2.1")

    run(asks_again())
