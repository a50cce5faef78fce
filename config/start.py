"""Starts a mode: imports only what it needs, builds and opens everything once, and closes it in the reverse order."""

import importlib
import inspect
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from dependency_injector import containers, providers

from config.application import Application
from config.settings import Settings

MODES = ("demo", "test", "test_postgres", "production")


@asynccontextmanager
async def running(mode: str, settings: Settings) -> AsyncIterator[Application]:
    """The application of ``mode`` over ``settings``, whole or not at all.

    Every port must be provided and every provider must build, else this raises before anything is served. Whatever was
    opened is closed, also when something after it cannot be opened, or something before it cannot be closed."""
    if mode not in MODES:
        raise ValueError(f"there is no mode {mode!r}; the modes are {', '.join(MODES)}")
    adapters: containers.DynamicContainer = importlib.import_module(f"config.{mode}").adapters(settings)
    application = Application(adapters=adapters)
    application.check_dependencies()
    async with AsyncExitStack() as opened:
        for container in (adapters, application):
            for provider in container.providers.values():
                if isinstance(provider, providers.Singleton):
                    thing = provider()
                    opened.push_async_callback(_call, thing, "close")
                    await _call(thing, "open")
        yield application


async def _call(thing: object, name: str) -> None:
    """Call the method of this name where the thing has one; connections are opened and closed on the running loop."""
    method = getattr(thing, name, None)
    if method is not None:
        outcome = method()
        if inspect.isawaitable(outcome):
            await outcome
