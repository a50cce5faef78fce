"""No secret is kept in the tree."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("adapters", "config", "docs", "entrypoints", "features", "saltbitter_domain", "tests", ".env.example")
SECRET = re.compile(rb"BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[opsu]_[0-9A-Za-z]{36}\b")
"""A private key, an access key of AWS and a token of GitHub."""


def test_no_key_is_kept_in_the_tree() -> None:
    files = [
        path
        for part in PARTS
        for path in ((ROOT / part), *(ROOT / part).rglob("*"))
        if path.is_file() and not {"node_modules", "dist"} & set(path.parts)  # made from packages, and ignored by git
    ]

    assert len(files) > 100
    assert [str(path) for path in files if path.suffix != ".pyc" and SECRET.search(path.read_bytes())] == []
