"""What is printed, logged or put into a traceback tells nothing that is private."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any

import attrs
import pytest

import entrypoints.demo
import entrypoints.http
import saltbitter_domain

PRIVATE = set(
    "email to password current_password new_password token access_token refresh_token date_of_birth orientation bio "
    "cell city latitude longitude address ip_prefix answers scores words note hints password_hash token_hash "
    "data secret uri sealed_secret recovery_hashes recovery_codes challenge_token".split()
)
EXEMPT = {
    ("GridCell", "latitude"): "a cell is nobody's; whoever is in it keeps it out of their repr",
    ("GridCell", "longitude"): "the same",
    ("Place", "city"): "the name of a place that is nobody's",
    ("FittedPolicy", "scores"): "of a policy over many encounters, not of a person",
    ("Seller", "address"): "that of our own house, as every receipt has it",
    ("_Words", "address"): "the word for it",
    ("Insights", "note"): "our own words, the same for everyone",
    ("ResultView", "note"): "our own words, the same for everyone",
}


def classes(package: ModuleType) -> list[type[Any]]:
    names = [found.name for found in pkgutil.walk_packages(package.__path__, prefix=f"{package.__name__}.")]
    return [
        member
        for module in map(importlib.import_module, names)
        for member in vars(module).values()
        if isinstance(member, type) and member.__module__ == module.__name__ and attrs.has(member)
    ]


@pytest.mark.parametrize(
    "cls",
    [cls for package in (saltbitter_domain, entrypoints.http, entrypoints.demo) for cls in classes(package)],
    ids=lambda cls: cls.__name__,
)
def test_what_is_private_is_not_in_the_repr(cls: type[Any]) -> None:
    shown = {field.name for field in attrs.fields(cls) if field.repr and (cls.__name__, field.name) not in EXEMPT}

    assert not shown & PRIVATE
