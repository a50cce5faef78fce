"""The ledger of erasures as files of JSON lines, one file a month, which are only ever added to or removed whole."""

import asyncio
import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.ports import ErasureLedger

FILE_NAME = "erasures-%Y-%m.jsonl"


class FileErasureLedger(ErasureLedger):
    """``{"erased": "<id>", "at": "<instant, UTC>"}`` a line, on the disk before ``append`` returns.

    Several processes may add to one folder: a line is one write to the end of the file. Each begins on a line of its
    own, so that what a crash left half written, whose erasure did not come to pass, spoils no other."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    async def append(self, user_id: UserId, at: datetime) -> None:
        await asyncio.to_thread(self._append, user_id, at.astimezone(UTC))

    async def erased(self) -> Sequence[UserId]:
        return await asyncio.to_thread(self._erased)

    async def forget(self, before: datetime) -> int:
        return await asyncio.to_thread(self._forget, before.astimezone(UTC).strftime(FILE_NAME))

    def _append(self, user_id: UserId, at: datetime) -> None:
        line = b"\n%b\n" % json.dumps({"erased": str(user_id), "at": at.isoformat()}).encode()
        _write(self._folder / at.strftime(FILE_NAME), line, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name of a new file
        finally:
            os.close(folder)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("erasures-*.jsonl"))

    def _erased(self) -> list[UserId]:
        return list(dict.fromkeys(user_id for path in self._files() for user_id in _entries(path)))

    def _forget(self, first_kept: str) -> int:
        forgotten = 0
        for path in self._files():
            if path.name < first_kept:
                forgotten += sum(1 for _ in _entries(path))
                path.unlink(missing_ok=True)
        return forgotten


def _write(path: Path, line: bytes, flags: int) -> None:
    file = os.open(path, flags, 0o640)
    try:
        if os.write(file, line) != len(line):
            raise OSError(f"{path.name} took only a part of a line: is its disk full?")
        os.fsync(file)
    finally:
        os.close(file)


def _entries(path: Path) -> Iterator[UserId]:
    """The ids in a file. Raises ``ValueError`` for a whole line that makes no sense, as somebody else wrote it."""
    for line in path.read_text("utf-8").splitlines():
        if line.endswith("}"):
            yield UserId(UUID(json.loads(line)["erased"]))
