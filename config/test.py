"""The mode of the tests: the embedded mode with a clock that stands still and passwords that hash fast."""

from datetime import UTC, datetime, timedelta

from dependency_injector import containers, providers

from adapters.local.networks import NetworkTable
from adapters.memory.notifications import MemoryPushService
from adapters.memory.photo_checks import CountingFaces
from adapters.system.clock import ManualClock
from adapters.system.pace import SystemPace
from adapters.system.passwords import BcryptPasswords
from config import demo
from config.common import password_peppers
from config.settings import Settings

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FAST_ROUNDS = 4
PLACES = (("192.0.2.0/24", "Lisbon", 38.72, -9.14), ("198.51.100.0/24", "Tokyo", 35.68, 139.69))
"""Networks that are nobody's (RFC 5737)."""


def settings() -> Settings:
    """Settings with secrets of the moment."""
    return demo.settings("127.0.0.1", 8080)


def adapters(settings: Settings) -> containers.DynamicContainer:
    """The adapters of this mode."""
    container = demo.adapters(settings)
    container.override_providers(
        clock=providers.Singleton(ManualClock, START),
        hasher=providers.Singleton(BcryptPasswords, password_peppers(settings), rounds=FAST_ROUNDS),
        pace=providers.Singleton(SystemPace, timedelta(0)),
        network_places=providers.Singleton(NetworkTable, PLACES),
        push=providers.Singleton(MemoryPushService),
        faces=providers.Singleton(CountingFaces, 1),
    )
    return container
