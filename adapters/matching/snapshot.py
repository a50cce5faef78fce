"""Columns on disk: one file that is mapped into memory, and never believed when it is damaged."""

import json
import math
import os
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from adapters.matching.columns import Array, Columns, Words, names

_MAGIC = b"SBCOLS\x00\x01"
"""Its last byte is the version of the format. Another version is refused, and the snapshot made anew."""
_ALIGNED = 64
_DIGEST = 32
_PREFIX = len(_MAGIC) + _DIGEST + 8


class SnapshotDamagedError(ValueError):
    """The file is not a whole snapshot of this version."""


def save(columns: Columns, path: Path) -> None:
    """Write a snapshot; whoever opens ``path`` sees the old one or the new one, whole."""
    arrays = {
        "ids": columns.ids,
        "interests": columns.interests.bits,
        "languages": columns.languages.bits,
        **{name: getattr(columns, name) for name in names()},
    }
    table, offset = {}, 0
    for name, array in arrays.items():
        table[name] = (array.dtype.str, array.shape, offset)
        offset += _aligned(array.nbytes)
    words = {"interests": columns.interests.vocabulary, "languages": columns.languages.vocabulary}
    header = json.dumps({"columns": table, "words": words}).encode()
    head = header.ljust(_aligned(_PREFIX + len(header)) - _PREFIX)
    digest = blake2b(head, digest_size=_DIGEST)
    unfinished = path.with_name(path.name + ".unfinished")
    with unfinished.open("wb") as file:
        file.write(bytes(_PREFIX))
        file.write(head)
        for array in arrays.values():
            raw = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
            for part in (raw, bytes(_aligned(array.nbytes) - array.nbytes)):
                digest.update(part)
                file.write(part)
        file.seek(0)
        file.write(_MAGIC + digest.digest() + len(head).to_bytes(8, "little"))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def load(path: Path) -> Columns:
    """The columns of a snapshot, mapped into memory: pages are read when needed and shared between processes.

    Raises ``SnapshotDamagedError`` unless every byte is as it was written, and ``FileNotFoundError``."""
    if path.stat().st_size < _PREFIX:
        raise SnapshotDamagedError("the file ends before its header")
    # Copy on write: the pages are shared, and compiled code need not know of arrays that cannot be written.
    raw = np.memmap(path, np.uint8, mode="c")
    prefix = raw[:_PREFIX].tobytes()
    if not prefix.startswith(_MAGIC):
        raise SnapshotDamagedError("this is no snapshot of this version")
    if blake2b(raw[_PREFIX:].data, digest_size=_DIGEST).digest() != prefix[len(_MAGIC) : -8]:
        raise SnapshotDamagedError("the checksum differs")
    start = _PREFIX + int.from_bytes(prefix[-8:], "little")
    if start > len(raw):
        raise SnapshotDamagedError("the header is longer than the file")
    header: dict[str, Any] = json.loads(raw[_PREFIX:start].tobytes())

    def column(name: str) -> Array:
        dtype, shape, offset = header["columns"][name]
        size = math.prod(shape) * np.dtype(dtype).itemsize
        at = start + offset
        whole: Array = np.asarray(raw[at : at + size]).view(dtype).reshape(shape)
        return whole

    def words(name: str) -> Words:
        return Words(tuple(header["words"][name]), column(name))

    columns: dict[str, Any] = {name: column(name) for name in names()}
    return Columns(ids=column("ids"), interests=words("interests"), languages=words("languages"), **columns)


def _aligned(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED
