"""Only what was looked at is installed: every package is locked to a version and to its content."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "tests/supply_chain/requirements.txt")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_of_one_version_and_content(lock: str) -> None:
    packages = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip().replace("\\\n", " "))
    loose = [each for each in packages if not re.match(r"#|[\w.-]+==[\w.+!]+ .*--hash=sha256:[0-9a-f]{64}", each)]

    assert len(packages) > 20
    assert loose == []


def test_every_package_of_the_web_client_is_of_one_version_and_content() -> None:
    packages = json.loads((ROOT / "entrypoints/web/package-lock.json").read_text())["packages"]
    loose = [
        name
        for name, package in packages.items()
        if name
        and not package.get("inBundle")  # It is a part of the package above it.
        and not (package["version"] and package.get("integrity", "").startswith("sha512-"))
    ]

    assert len(packages) > 100
    assert loose == []
