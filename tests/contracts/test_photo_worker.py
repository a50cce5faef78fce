"""The process in which photos are decoded: limited, told nothing, renewed, and replaced when it dies."""

import io
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.local import photo_renderer, photo_worker, photos
from adapters.local.photo_worker import PhotoWorker, WorkerDied
from adapters.local.photos import PillowEditor
from saltbitter_domain.profiles.model import RefusalReason
from saltbitter_domain.profiles.ports import Rendered
from tests.doubles.pictures import photo, rendered


def test_the_worker_answers_photo_after_photo_until_the_pipe_ends() -> None:
    requests, answers = io.BytesIO(), io.BytesIO()
    photo_worker._write(requests, b"image/png", photo("portrait.png"))
    photo_worker._write(requests, b"image/png", b"not a photo")
    photo_worker._write(requests, b"image/png", photo("portrait.png"))
    requests.seek(0)
    limits = resource.getrlimit(resource.RLIMIT_CPU)

    try:
        photo_worker.serve(requests, answers)
        allowed, _ = resource.getrlimit(resource.RLIMIT_CPU)
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, limits)

    assert 0 <= allowed - photo_worker.CPU_SECONDS <= time.process_time()

    answers.seek(0)
    expected = photo_renderer.render(photo("portrait.png"), "image/png")
    assert [photo_worker._read_rendered(answers) for _ in range(3)] == [expected, None, expected]
    with pytest.raises(EOFError):
        photo_worker._read(answers)


def test_a_worker_out_of_memory_ends_rather_than_blame_the_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(photo_renderer, "render", exhausted)
    monkeypatch.setattr(photo_worker, "limit", lambda *_: None)
    requests = io.BytesIO()
    photo_worker._write(requests, b"image/png", photo("portrait.png"))
    requests.seek(0)

    with pytest.raises(MemoryError):
        photo_worker.serve(requests, io.BytesIO())


@pytest.mark.parametrize(
    "answer", [b"", b"\x00", b"\x00\x00\x00\x09short", b"\x00\x00\x00\x01{", b"\x00\x00\x00\x02{}"]
)
def test_a_broken_answer_counts_as_a_death(answer: bytes) -> None:
    worker = PhotoWorker()
    assert worker._process.stdout is not None
    worker._process.stdout.close()
    worker._process.stdout = io.BytesIO(answer)

    with pytest.raises(WorkerDied):
        worker.render(photo("portrait.png"), "image/png")
    worker.close()


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="needs Linux to look into a process")
def test_the_worker_knows_none_of_our_secrets_and_is_within_limits() -> None:
    os.environ["SALTBITTER_TEST_SECRET"] = "pepper"  # noqa: TID251  what a server would have in its environment
    worker = PhotoWorker()
    try:
        assert worker.render(photo("portrait.png"), "image/png") is not None
        process = Path(f"/proc/{worker._process.pid}")
        assert b"pepper" not in (process / "environ").read_bytes()
        limits = (process / "limits").read_text()
        for what, most in (("data size", photo_worker.WRITABLE), ("address space", photo_worker.ADDRESS_SPACE)):
            assert re.search(rf"Max {what}\s+{most}\s", limits)
    finally:
        worker.close()
        del os.environ["SALTBITTER_TEST_SECRET"]  # noqa: TID251


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits what a process may write to")
def test_a_process_within_the_limit_is_refused_the_memory_that_it_may_not_have() -> None:
    greedy = (
        "import resource; from adapters.local import photo_worker as worker\n"
        "worker.limit(resource.RLIMIT_DATA, worker.WRITABLE)\n"
        "taken = bytearray(worker.WRITABLE - 2**26)\n"
        "try: bytearray(2**27)\n"
        "except MemoryError: print('refused')\n"
    )
    said = subprocess.run([sys.executable, "-c", greedy], capture_output=True, check=True)  # noqa: S603
    assert said.stdout == b"refused\n"


@pytest.fixture
def fresh_editor() -> Iterator[PillowEditor]:
    editor = PillowEditor()
    yield editor
    editor.close()


async def test_nothing_is_started_before_the_first_photo(fresh_editor: PillowEditor) -> None:
    assert await fresh_editor.render(b"not a photo") is RefusalReason.UNREADABLE
    assert fresh_editor._worker is None


async def test_after_a_crash_the_next_photo_is_rendered(fresh_editor: PillowEditor) -> None:
    await rendered(fresh_editor, photo("portrait.png"))
    assert fresh_editor._worker is not None
    fresh_editor._worker._process.send_signal(signal.SIGSEGV)
    fresh_editor._worker._process.wait()

    assert isinstance(await fresh_editor.render(photo("portrait.png")), Rendered)


async def test_a_photo_that_crashes_a_fresh_worker_is_unreadable(
    fresh_editor: PillowEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_worker, "WALL_SECONDS", 0.0)

    assert await fresh_editor.render(photo("portrait.png")) is RefusalReason.UNREADABLE
    assert fresh_editor._worker is None


async def test_a_photo_that_takes_all_its_time_is_given_no_second_try(
    fresh_editor: PillowEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rendered(fresh_editor, photo("portrait.png"))
    for name, seconds in (("WALL_SECONDS", 0.0), ("CPU_SECONDS", 0)):
        monkeypatch.setattr(photo_worker, name, seconds)

    def another() -> PhotoWorker:
        raise AssertionError

    monkeypatch.setattr(photos, "PhotoWorker", another)
    assert await fresh_editor.render(photo("portrait.png")) is RefusalReason.UNREADABLE


async def test_a_worker_is_renewed_after_many_photos(
    fresh_editor: PillowEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "_PHOTOS_PER_WORKER", 1)
    await rendered(fresh_editor, photo("portrait.png"))
    first = fresh_editor._worker
    await rendered(fresh_editor, photo("portrait.png"))

    assert first is not None
    assert fresh_editor._worker is not first
    assert first._process.returncode is not None, "the old process is gone"


async def test_closing_ends_the_process() -> None:
    editor = PillowEditor()
    await rendered(editor, photo("portrait.png"))
    assert editor._worker is not None
    process = editor._worker._process

    editor.close()

    assert process.returncode is not None
