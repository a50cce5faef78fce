"""What a process that serves does with memory that it needs no more."""

import subprocess
import sys

import pytest

CROWD = """
import sys
from pathlib import Path

from entrypoints.memory import spared_for_serving


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4 // 1024


def crowd():
    large, kept = [], []
    for _ in range(400):
        large.append(bytearray(256 * 1024))
        kept.append(bytearray(2_000))  # Lies behind it, and stays.
    return kept


bytearray(16 * 1024 * 1024)  # One so large was freed before.
if sys.argv[1] == "spared":
    with spared_for_serving():
        before, kept = resident(), crowd()
else:
    before, kept = resident(), crowd()
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap, and what Linux says of it")
def test_after_a_crowd_of_large_requests_their_memory_is_the_systems_again() -> None:
    def kept_by(way: str) -> int:
        said = subprocess.run([sys.executable, "-c", CROWD, way], capture_output=True, text=True, check=True)  # noqa: S603
        return int(said.stdout)

    assert kept_by("spared") < 20 < 80 < kept_by("as it is")  # MiB, of 100.
