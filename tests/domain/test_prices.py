"""Prices are whole numbers of the smallest coin, and are said exactly."""

import ast
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

import saltbitter_domain
from saltbitter_domain.kernel import Money
from saltbitter_domain.subscriptions.catalogue import PLANS
from saltbitter_domain.subscriptions.model import DECIMALS, amount_text

ROOT = Path(saltbitter_domain.__file__).parent.parent
AREAS = (
    "saltbitter_domain/subscriptions",
    "saltbitter_domain/payments",
    "saltbitter_domain/orders",
    "saltbitter_domain/ledger",
    "adapters/stripe",
)
MODULES = sorted(path for area in AREAS for path in (ROOT / area).rglob("*.py"))
TIMES = {"seconds", "SECONDS", "shutdown_timeout"}
"""What is called so is waited, and no money."""


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (1999, "USD", "19.99 USD"),
        (5, "EUR", "0.05 EUR"),
        (1999, "JPY", "1999 JPY"),
        (-1999, "KWD", "-1.999 KWD"),
        (0, "KWD", "0.000 KWD"),
    ],
)
def test_each_currency_has_its_own_decimals(minor: int, currency: str, text: str) -> None:
    assert amount_text(Money(minor, currency)) == text


@given(some.integers(-(2**63), 2**63 - 1), some.sampled_from(sorted(DECIMALS)))
def test_an_amount_is_said_to_the_last_coin(minor: int, currency: str) -> None:
    amount, said = amount_text(Money(minor, currency)).split()

    assert said == currency
    assert int(Decimal(amount) * 10 ** DECIMALS[currency]) == minor


def test_a_plan_says_what_is_paid_in_total_and_when_again() -> None:
    assert [plan.terms for plan in PLANS] == [
        "It costs nothing, and nothing is ever charged for it.",
        "19.99 USD in total, tax included, now and again every month until it is cancelled.",
        "49.99 USD in total, tax included, now and again every month until it is cancelled.",
    ]


def in_floating_point(tree: ast.AST) -> list[int]:
    """The lines that name float, write a number with a point, or divide with a slash, but for ``TIMES``."""
    timed = {id(part) for node in ast.walk(tree) if _names(node) & TIMES for part in ast.walk(node)}
    return [
        node.lineno
        for node in ast.walk(tree)
        if id(node) not in timed
        and (
            (isinstance(node, ast.Name) and node.id == "float")
            or (isinstance(node, ast.Constant) and isinstance(node.value, float))
            or (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div))
        )
    ]


def _names(node: ast.AST) -> set[str | None]:
    """What an argument, a parameter or an assignment is called."""
    match node:
        case ast.arg() | ast.keyword():
            return {node.arg}
        case ast.Assign():
            return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return set()


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_money_is_counted_in_floating_point(module: Path) -> None:
    assert in_floating_point(ast.parse(module.read_text())) == []


@pytest.mark.parametrize("line", ["price: float = 1", "price = 19.99", "price = 1999 / 2", "price /= 2"])
def test_floating_point_would_be_noticed(line: str) -> None:
    assert in_floating_point(ast.parse(line)) == [1]
