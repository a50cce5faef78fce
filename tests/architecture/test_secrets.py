"""No secret is kept in the tree."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("adapters", "config", "deploy", "docs", "entrypoints", "features", "saltbitter_domain", "tests", ".ci", ".")
SECRET = re.compile(
    rb"BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[opsu]_[0-9A-Za-z]{36}\b|\b[rs]k_live_[0-9A-Za-z]{20,}"
    rb"|\bxox[abprs]-[0-9A-Za-z-]{20,}|\bpypi-AgE[0-9A-Za-z_-]{50,}|\bnpm_[0-9A-Za-z]{36}\b|\bAIza[0-9A-Za-z_-]{35}\b"
)
"""A private key, an access key of AWS, a token of GitHub, a live key of Stripe, tokens of Slack, PyPI and npm, and a
key of Google. ``make supply-chain`` looks for more, in everything that was ever committed."""
INVENTED = re.compile(rb"sk_live_51NbWq8Xr2Vt6Lk9Ha3Jd7Yp")
"""The live key that the tests of the settings made up."""


def test_no_key_is_kept_in_the_tree() -> None:
    files = [
        path
        for part in PARTS
        for path in ((ROOT / part).iterdir() if part == "." else (ROOT / part).rglob("*"))
        if path.is_file()
        and path.name != ".env"  # A developer's own, and ignored by git.
        and not {"node_modules", "dist"} & set(path.parts)  # Made from packages, and ignored by git.
    ]

    assert len(files) > 100
    assert [
        str(path) for path in files if path.suffix != ".pyc" and SECRET.search(INVENTED.sub(b"", path.read_bytes()))
    ] == []
