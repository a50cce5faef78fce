"""The process in which photos are decoded, and the pipe to it.

Image decoders are old C libraries fed by strangers. They run apart: without the server's secrets in their environment,
within limits of memory and time, and their answers are read as plain data. Whatever goes wrong there ends one process.
"""

import contextlib
import json
import os
import resource
import struct
import subprocess  # nosec B404
import sys
import time
from threading import Timer
from typing import IO

from saltbitter_domain.profiles.model import Format, Size
from saltbitter_domain.profiles.ports import Rendered, Rendition

MEMORY = 512 * 1024 * 1024
"""Bytes that the process may have in memory: what it writes, and the code of the libraries that it runs."""

_CODE = 48 * 1024 * 1024
"""Bytes in memory of mapped files, which is the libraries' code: 45 MB once every decoder has run, measured."""

WRITABLE = MEMORY - _CODE
"""Bytes that it may reserve to write to, whether or not it does (``RLIMIT_DATA``, Linux 4.7): a hard limit, at which
the system refuses it more. At 40 megapixels: JPEG 130 to 390 MB, PNG 165 to 290, WebP 300 to 420, HEIC 355 to 410."""

ADDRESS_SPACE = 1024 * 1024 * 1024
"""Bytes of all that is mapped, what it shares with others included."""

CPU_SECONDS = 10
"""For one photo."""

WALL_SECONDS = 10.0
"""For one photo, after which it counts as unreadable however busy the machine is."""

_LENGTH = struct.Struct(">I")


class WorkerDied(Exception):
    """The process ended before it answered."""


class OutOfTime(WorkerDied):
    """The photo took all the time that one may."""


class PhotoWorker:
    """A process that renders photos, one after the other."""

    def __init__(self) -> None:
        # One thread per library and no other allocator arenas, since each takes address space.
        environment = {"PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
        self._process = subprocess.Popen(  # our own interpreter and module  # nosec B603
            [sys.executable, "-P", "-m", "adapters.local.photo_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal is for the server, which closes this.
        )

    def render(self, content: bytes, media_type: str) -> Rendered | None:
        """All renditions, or None when the photo cannot be read; ``WorkerDied`` when the process did."""
        requests, answers = self._process.stdin, self._process.stdout
        if requests is None or answers is None:
            raise AssertionError("both are pipes")
        deadline = Timer(WALL_SECONDS, self._process.kill)
        deadline.start()
        begun = time.monotonic()
        try:
            _write(requests, media_type.encode(), content)
            return _read_rendered(answers)
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            # The system counts whole seconds, so that it may end it up to one before the time is up.
            raise (OutOfTime if time.monotonic() - begun > CPU_SECONDS - 1 else WorkerDied) from None
        finally:
            deadline.cancel()

    def close(self) -> None:
        """End the process, which has nothing of its own to lose."""
        with contextlib.suppress(BrokenPipeError), self._process:
            self._process.kill()


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until the other end is gone."""
    from adapters.local.photo_renderer import render

    while True:
        try:
            media_type, content = _read(requests).decode(), _read(requests)
        except EOFError:
            return
        limit(resource.RLIMIT_CPU, int(time.process_time()) + CPU_SECONDS)
        try:
            _write_rendered(answers, render(content, media_type))
        except MemoryError:
            raise  # A fresh process has more room.
        except Exception:  # noqa: BLE001  decoders raise anything
            _write(answers, b"null")


def limit(what: int, most: int) -> None:
    # macOS knows neither limit of memory.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (most, resource.getrlimit(what)[1]))


def _write_rendered(pipe: IO[bytes], rendered: Rendered) -> None:
    head = {
        "width": rendered.width,
        "height": rendered.height,
        "blurhash": rendered.blurhash,
        "perceptual_hash": rendered.perceptual_hash,
        "renditions": [(each.size, each.format) for each in rendered.renditions],
    }
    _write(pipe, json.dumps(head).encode(), *(each.content for each in rendered.renditions))


def _read_rendered(pipe: IO[bytes]) -> Rendered | None:
    head = json.loads(_read(pipe))
    if head is None:
        return None
    renditions = tuple(Rendition(Size(size), Format(form), _read(pipe)) for size, form in head.pop("renditions"))
    return Rendered(renditions=renditions, **head)


def _write(pipe: IO[bytes], *parts: bytes) -> None:
    for part in parts:
        pipe.write(_LENGTH.pack(len(part)) + part)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes:
    length = pipe.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        raise EOFError
    part = pipe.read(*_LENGTH.unpack(length))
    if len(part) < _LENGTH.unpack(length)[0]:
        raise EOFError
    return part


def main() -> None:
    # Whatever a library prints must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    limit(resource.RLIMIT_DATA, WRITABLE)
    limit(resource.RLIMIT_AS, ADDRESS_SPACE)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
