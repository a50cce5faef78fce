"""What the documents name as proof exists."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_test_that_is_named_as_proof_exists() -> None:
    named = NAMED.findall((ROOT / "docs" / "security.md").read_text())
    defined = {path: _tests_in(ROOT / path) for path, _ in named}

    assert named
    assert [f"{path}::{test}" for path, test in named if test not in defined[path]] == []


def _tests_in(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, functions)}
