"""Where we lean on what a library calls its own, an upgrade that takes it away is noticed, and says where to look."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import create_autospec

import pytest
from aiohttp import MultipartReader, StreamReader
from numba import njit

ROOT = Path(__file__).parents[2]
OURS = ("saltbitter_domain", "adapters", "entrypoints", "config")

LEANT_ON = {
    "entrypoints/http/endpoint.py": ["_at_bof"],
    "adapters/matching/compiled.py": ["_cache", "_cache_file", "_source_stamp"],
}
"""Each is shown below to be there still."""


def private_names(text: str) -> Iterator[str]:
    """What a module imports of others that they call their own, and what it says that it reaches into."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            yield from (each.name for each in node.names if re.match("_[^_]", each.name))
    for line in text.splitlines():
        code, *excused = re.split(r"# noqa:[\w, ]*\bSLF001", line, maxsplit=1)
        yield from re.findall(r"\.(_\w+)", code) if excused else ()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from library import _Own, theirs", ["_Own"]),
        ("from library import __version__", []),
        ("library.thing._own = 1  # noqa: SLF001", ["_own"]),
        ("library.thing._own = 1  # noqa: SLF001  nothing else says so", ["_own"]),
        ("library.thing._own = 1  # noqa: E501, SLF001", ["_own"]),
        ("self._own = 1  # noqa: E501", []),
    ],
)
def test_what_is_private_is_found_however_it_is_excused(line: str, found: list[str]) -> None:
    assert list(private_names(line)) == found


def test_nothing_private_of_a_library_is_used_but_what_is_known() -> None:
    sources = {path.relative_to(ROOT).as_posix(): path for name in OURS for path in (ROOT / name).rglob("*.py")}
    used = {
        name: found
        for name, path in sources.items()
        if "node_modules" not in name and (found := list(private_names(path.read_text(encoding="utf-8"))))
    }

    assert used == LEANT_ON


def test_aiohttp_still_remembers_in_this_name_that_a_form_has_not_begun() -> None:
    form = MultipartReader({"Content-Type": "multipart/form-data; boundary=x"}, create_autospec(StreamReader))

    assert vars(form).get("_at_bof") is True, (
        "aiohttp looks for a form's first boundary line by line again: see _from_form in entrypoints/http/endpoint.py"
    )


def test_numba_still_keeps_in_this_name_by_what_it_knows_that_a_source_has_changed() -> None:
    @njit(cache=True)
    def whole(number: int) -> int:
        return number

    file = getattr(getattr(whole, "_cache", None), "_cache_file", None)

    assert getattr(file, "_source_stamp", None) is not None, (
        "numba would run what it kept of sources that have changed: see kept in adapters/matching/compiled.py"
    )
