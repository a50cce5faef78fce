"""The domain's own rules, held by reading its source and its classes."""

import ast
import importlib
import inspect
import pkgutil
import sys
from collections import Counter
from pathlib import Path

import pytest

import saltbitter_domain
from saltbitter_domain.events import Event, Unreadable, all_events
from saltbitter_domain.kernel import DomainError

ROOT = Path(saltbitter_domain.__file__).parent
MODULES = [
    importlib.import_module(found.name) for found in pkgutil.walk_packages([str(ROOT)], prefix="saltbitter_domain.")
]
ALLOWED = set(sys.stdlib_module_names) | {"attrs", "saltbitter_domain"}


def descendants(cls: type) -> set[type]:
    children: list[type] = cls.__subclasses__()
    return {cls} | {further for child in children for further in descendants(child)}


def refusals() -> list[type[DomainError]]:
    """Every concrete refusal: a class below one of the families."""
    families = DomainError.__subclasses__()
    return sorted(
        {cls for family in families for cls in descendants(family) if cls is not family},
        key=lambda cls: cls.__qualname__,
    )


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_domain_imports_nothing_but_the_standard_library_and_attrs(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        assert {name.split(".")[0] for name in names} <= ALLOWED


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = Counter(cls.code for cls in refusals())
    assert {code for code, times in codes.items() if times > 1} == set()
    assert DomainError.code not in codes


def test_every_refusal_belongs_to_exactly_one_family() -> None:
    families = set(DomainError.__subclasses__())
    assert [cls for cls in refusals() if len(families & set(cls.__mro__)) != 1] == []


def test_every_event_is_frozen_and_declared_under_a_dotted_name_of_its_feature() -> None:
    assert {cls.__name__ for cls in descendants(Event) - {Event}} == {cls.__name__ for cls in all_events().values()}
    for name, cls in all_events().items():
        feature = "outbox" if cls is Unreadable else cls.__module__.split(".")[1]
        assert name.startswith(f"{feature}.")
        assert cls.__attrs_props__.is_frozen  # type: ignore[attr-defined]  # attrs adds it


def test_everything_public_says_what_it_is() -> None:
    silent = [
        f"{module.__name__}.{name}"
        for module in MODULES
        for name, member in vars(module).items()
        if not name.startswith("_")
        and inspect.isfunction(member)
        and member.__module__ == module.__name__
        and not member.__doc__
    ]
    assert silent == []
    assert [
        module.__name__ for module in MODULES if not module.__doc__ and Path(module.__file__ or "").stat().st_size
    ] == []
