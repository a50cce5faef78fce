"""Every mode builds whole and starts; every event survives JSON; every family of refusals has a status."""

from collections import defaultdict
from typing import Any, get_args, get_type_hints
from uuid import UUID

import attrs
import pytest
from cattrs.preconf.json import make_converter
from dependency_injector import containers, providers
from hypothesis import given
from hypothesis import strategies as st

from config import demo, test, test_postgres
from config.settings import Settings
from config.start import MODES, running
from entrypoints.http import errors
from saltbitter_domain.events import all_events, event_name
from saltbitter_domain.kernel import DomainError

JSON = make_converter()
JSON.register_structure_hook(UUID, lambda text, _: UUID(text))
JSON.register_unstructure_hook(UUID, str)


@pytest.fixture
def settings(request: pytest.FixtureRequest, mode: str) -> Settings:
    """Settings with which the mode starts."""
    if mode == "test_postgres":
        return test_postgres.settings(request.getfixturevalue("database_url"))
    if mode == "production":
        return request.getfixturevalue("production_settings")  # type: ignore[no-any-return]
    return {"demo": demo.settings("127.0.0.1", 8080), "test": test.settings()}[mode]


@pytest.mark.parametrize("mode", MODES)
async def test_every_mode_builds_every_provider(mode: str, settings: Settings) -> None:
    async with running(mode, settings) as application:
        assert application.matching() is application.matching()


async def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="demo, test"):
        async with running("paper", test.settings()):
            pass


async def test_a_mode_that_leaves_a_port_out_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Adapters(containers.DeclarativeContainer):
        """Everything but a mailer."""

        settings = providers.Object(test.settings())
        begin: providers.Object[None] = providers.Object(None)
        clock: providers.Object[None] = providers.Object(None)

    monkeypatch.setattr(test, "adapters", lambda _settings: Adapters())
    with pytest.raises(Exception, match="mailer"):
        async with running("test", test.settings()):
            pass


async def test_every_listener_listens_to_an_event_there_is() -> None:
    async with running("test", test.settings()) as application:
        assert set(application.listeners()) <= set(all_events())


async def test_every_listener_hears_of_every_event_it_takes_and_of_no_other() -> None:
    heard = defaultdict[Any, set[str]](set)
    async with running("test", test.settings()) as application:
        for name, listening in application.listeners().items():
            for _, listener in listening:
                heard[listener].add(name)
    assert heard == {listener: _taken_by(listener) for listener in heard}


def test_every_family_of_refusals_has_a_status() -> None:
    assert set(DomainError.__subclasses__()) == set(errors.STATUS)


@pytest.mark.parametrize("name", sorted(all_events()))
@given(data=st.data())
def test_every_event_survives_json(name: str, data: Any) -> None:
    cls = all_events()[name]
    event = data.draw(st.builds(cls, **{field: _values(kind) for field, kind in get_type_hints(cls).items()}))

    assert JSON.loads(JSON.dumps(event), cls) == event
    assert event_name(event) == name
    assert attrs.has(cls)


def _taken_by(listener: Any) -> set[str]:
    """The names of the events of which the listener's ``event`` may be one."""
    kind = get_type_hints(listener)["event"]
    return {event_name(cls) for cls in get_args(kind) or (kind,)}


def _values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type; ids are UUIDs under names of their own."""
    return st.from_type(getattr(kind, "__supertype__", kind))


async def test_what_was_opened_is_closed_when_something_after_it_cannot_be_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    happened: list[str] = []

    class Pool:
        async def open(self) -> None:
            happened.append("opened")

        async def close(self) -> None:
            happened.append("closed")

    class Broken:
        def open(self) -> None:
            raise ConnectionError("nobody answers")

        def close(self) -> None:
            raise ValueError("it was never open")

    def adapters(settings: Settings) -> containers.DynamicContainer:
        container = demo.adapters(settings)
        container.pool = providers.Singleton(Pool)
        container.broken = providers.Singleton(Broken)
        return container

    monkeypatch.setattr(test, "adapters", adapters)
    with pytest.raises(ValueError, match="never open"):
        async with running("test", test.settings()):
            pass
    assert happened == ["opened", "closed"]
