"""Only what was looked at is installed: every package is locked to a version and to its content."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = {
    "requirements.txt": 20,
    "requirements-dev.txt": 20,
    "requirements-build.txt": 1,
    "tests/supply_chain/requirements.txt": 20,
}
"""How many packages each has at least."""


@pytest.mark.parametrize(("lock", "least"), LOCKS.items())
def test_every_package_is_of_one_version_and_content(lock: str, least: int) -> None:
    packages = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip().replace("\\\n", " "))
    loose = [each for each in packages if not re.match(r"#|[\w.-]+==[\w.+!]+ .*--hash=sha256:[0-9a-f]{64}", each)]

    assert len(packages) >= least
    assert loose == []


def test_our_own_package_is_built_by_what_is_locked() -> None:
    """Left to itself, pip fetches whatever version of the build's tools is the newest, and runs it."""
    files = (ROOT / "Makefile", ROOT / "deploy/Dockerfile")
    lines = [line for file in files for line in file.read_text().splitlines()]
    builds = [line for line in lines if re.search(r"pip .* (-e \.|/src)( |$)", line)]

    assert len(builds) == 2
    assert [line for line in builds if "--no-build-isolation" not in line] == []


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
