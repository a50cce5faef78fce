"""Starts a mode: imports only what it needs, builds everything once, and closes it in the reverse order."""

import importlib
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dependency_injector import containers, providers

from config.application import Application
from config.settings import Settings

MODES = ("demo", "test")


@asynccontextmanager
async def running(mode: str, settings: Settings) -> AsyncIterator[Application]:
    """The application of ``mode`` over ``settings``, whole or not at all.

    Every port must be provided and every provider must build, else this raises before anything is served."""
    if mode not in MODES:
        raise ValueError(f"there is no mode {mode!r}; the modes are {', '.join(MODES)}")
    adapters: containers.DynamicContainer = importlib.import_module(f"config.{mode}").adapters(settings)
    application = Application(adapters=adapters)
    application.check_dependencies()
    built: list[object] = []
    try:
        for container in (adapters, application):
            built += [
                provider() for provider in container.providers.values() if isinstance(provider, providers.Singleton)
            ]
        yield application
    finally:
        for thing in reversed(built):
            close = getattr(thing, "close", None)
            if close is not None:
                outcome = close()
                if inspect.isawaitable(outcome):
                    await outcome
