"""What the documents name as proof exists, and the table of ASVS leaves nothing out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from entrypoints.breach_runbook import document

DOCS = Path(__file__).parents[2] / "docs"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(?:Test\w+::)?(test_\w+)`")
NAMED_WEB = re.compile(r"`(entrypoints/web/src/[\w/]+\.test\.tsx?)::([^`]+)`")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| [^|]+ \| (.+) \|$", re.MULTILINE)
SECTIONS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3", "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
}  # fmt: skip
"""The level of each requirement of a section, in order: ASVS 5.0.0, the chapters of docs/asvs.md."""


@pytest.mark.parametrize("name", ["security.md", "asvs.md"])
def test_every_test_that_is_named_as_proof_exists(name: str) -> None:
    named = NAMED.findall((DOCS / name).read_text())
    defined = {path: _tests_in(DOCS.parent / path) for path, _ in named}

    assert named
    assert [f"{path}::{test}" for path, test in named if test not in defined[path]] == []


@pytest.mark.parametrize("name", ["security.md", "asvs.md"])
def test_every_test_of_the_web_client_that_is_named_exists(name: str) -> None:
    named = NAMED_WEB.findall((DOCS / name).read_text())

    assert [f"{path}::{test}" for path, test in named if f'test("{test}"' not in (DOCS.parent / path).read_text()] == []


def test_every_requirement_of_the_first_two_levels_is_shown_or_answered() -> None:
    rows = ROW.findall((DOCS / "asvs.md").read_text())

    assert [(number, level) for number, level, _ in rows] == list(_required())
    assert [row for row in rows if not _is_answered(row[2])] == []


def test_the_runbook_for_breaches_is_current() -> None:
    assert (DOCS / "breach-runbook.md").read_text(encoding="utf-8") == document(), "run make ropa"


def _is_answered(shown: str) -> bool:
    return any(pattern.search(shown) for pattern in (NAMED, NAMED_WEB, re.compile(r"^Reason: \S")))


def _required() -> Iterator[tuple[str, str]]:
    for section, levels in SECTIONS.items():
        for place, level in enumerate(levels, start=1):
            if level != "3":
                yield f"{section}.{place}", level


def _tests_in(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, functions)}
