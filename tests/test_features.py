"""Binds every scenario in ``features/`` to its steps."""

import pytest
from pytest_bdd import scenarios

pytest.register_assert_rewrite("tests.steps")
pytest_plugins = [
    "tests.steps.moments",
    "tests.steps.members",
    "tests.steps.joining",
    "tests.steps.signing_in",
    "tests.steps.another_address",
    "tests.steps.known_devices",
    "tests.steps.second_factor",
    "tests.steps.profiles",
    "tests.steps.photos",
    "tests.steps.attachment",
    "tests.steps.introductions",
    "tests.steps.decisions",
    "tests.steps.notifications",
    "tests.steps.consent",
    "tests.steps.privacy",
    "tests.steps.subscriptions",
    "tests.steps.payments",
    "tests.steps.orders",
    "tests.steps.promises",
    "tests.steps.breaches",
]

scenarios(".")
