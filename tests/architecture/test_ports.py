"""Every port has a contract suite, and every adapter of it says so by inheriting the port."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any

import pytest

import adapters
import saltbitter_domain
from tests import contracts

WITHOUT_CONTRACT = {
    "UnitsOfWork": "begins units of work, whose own contract begins every test with it",
    "MatchEngine": "its contract is equality with the reference, from the day there is a second engine",
}
SHAPES = {"Link"}
"""Protocols that values of the domain have in common, and that nobody adapts."""


def modules(package: ModuleType) -> list[ModuleType]:
    return [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(package.__path__, prefix=f"{package.__name__}.")
        if not found.name.endswith(("photo_worker", "migrations.env"))  # those two are run by others
    ]


def classes(package: ModuleType) -> list[type[Any]]:
    return [
        member
        for module in modules(package)
        for member in vars(module).values()
        if isinstance(member, type) and member.__module__ == module.__name__
    ]


PORTS = [
    cls for cls in classes(saltbitter_domain) if getattr(cls, "_is_protocol", False) and cls.__name__ not in SHAPES
]
ADAPTERS = classes(adapters)


@pytest.mark.parametrize("port", PORTS, ids=lambda port: port.__name__)
def test_every_port_has_a_contract_suite_or_a_reason_for_none(port: type[Any]) -> None:
    suites = [vars(module) for module in modules(contracts)]
    under_contract = {ported for suite in suites for ported in (suite.get("PORT"), *suite.get("PORTS", ()))}
    assert (port in under_contract) != (port.__name__ in WITHOUT_CONTRACT)


@pytest.mark.parametrize("port", PORTS, ids=lambda port: port.__name__)
def test_every_port_says_what_it_promises(port: type[Any]) -> None:
    assert port.__doc__


@pytest.mark.parametrize("port", PORTS, ids=lambda port: port.__name__)
def test_every_port_has_an_adapter_that_inherits_it_and_leaves_nothing_out(port: type[Any]) -> None:
    found = [adapter for adapter in ADAPTERS if port in adapter.__mro__]
    assert found
    promised = {name for name, member in vars(port).items() if callable(member) and not name.startswith("_")}
    for adapter in found:
        own = {name for cls in adapter.__mro__ if cls is not port for name in vars(cls)}
        assert promised <= own, adapter
