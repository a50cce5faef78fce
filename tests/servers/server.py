"""A server program of ours: it can be started, stopped, killed and started again at the same address."""

import contextlib
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

START_SECONDS = 60.0
STOP_SECONDS = 20.0
PORTS = range(20000, 32000)
"""Below those of outgoing connections, so that nothing takes the port of a server while it is down."""


class NotStarted(Exception):
    """A program failed on the way to a server that answers. Says what it wrote last."""


@attrs.define
class Server:
    """One program and its address. With ``container`` the program is Docker, which runs it by that name."""

    name: str
    url: str
    command: Sequence[str]
    answers: Callable[[str], bool]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    container: str | None = None
    _process: subprocess.Popen[bytes] | None = attrs.field(default=None, init=False)

    @property
    def pid(self) -> int:
        """The id of its process."""
        if self._process is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._process.pid

    def start(self) -> None:
        """Start it and return when it answers. Raises ``NotStarted``."""
        port = urlsplit(self.url).port or 0
        if not _is_free(port):
            raise NotStarted(f"{self.name} did not start: somebody listens at port {port} of this machine already.")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [*_with_us(self.stop_signal), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.log.parent,
                process_group=0,
                **as_servant(),
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers(self.url):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise NotStarted(f"{self.name} did not start:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it in order, or kill it when that takes too long."""
        if self._process is None:
            return
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End it and all its processes at once, as a power cut would."""
        if self._process is None:
            return
        if self.container is not None:
            subprocess.run([self.command[0], "kill", self.container], capture_output=True, check=False)  # noqa: S603
        children = _children(self._process.pid)
        for pid in [self._process.pid, *children]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        while any(map(_lives, children)):
            time.sleep(0.005)
        self._process = None

    @contextmanager
    def running(self) -> Iterator["Server"]:
        """Started for the block."""
        try:
            self.start()
            yield self
        finally:
            self.stop()


def _with_us(signal_: signal.Signals) -> Sequence[str]:
    """A prefix by which Linux sends the signal when the thread ends that started the program, however it ends."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signal_.name.removeprefix("SIG")] if setpriv else []


def _children(pid: int) -> Sequence[int]:
    """The processes that this one started: PostgreSQL puts each into a group of its own."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _lives(pid: int) -> bool:
    """Whether this process still holds memory and files, which one that nobody waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def servant() -> pwd.struct_passwd:
    """The user as whom servers run: ours, or for root, as whom PostgreSQL refuses to run, one with few rights."""
    if os.geteuid():
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def end_in_order_when_asked() -> None:
    """Let the signals by which a process is told to go raise ``KeyboardInterrupt``, as Ctrl-C does."""
    for asked in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, signal.default_int_handler)


def as_servant() -> dict[str, Any]:
    """The arguments of ``subprocess`` by which root steps down to this user."""
    if os.geteuid():
        return {}
    owner = servant()
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def private_folder(folder: Path) -> Path:
    """Make this folder, for the servers' user only."""
    owner = servant()
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o700)
    return folder


def private_file(file: Path, text: str) -> Path:
    """Write this file, for the servers' user only."""
    owner = servant()
    file.touch(0o600)
    os.chown(file, owner.pw_uid, owner.pw_gid)
    file.write_text(text)
    return file


def password_in(folder: Path) -> str:
    """The password of the server whose data this folder keeps, made at its first start."""
    file = folder / "password"
    return file.read_text() if file.exists() else private_file(file, secrets.token_hex(16)).read_text()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A private folder that is removed after the block."""
    folder = Path(tempfile.mkdtemp(prefix="saltbitter-servers-"))
    try:
        yield private_folder(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port at which nobody listens."""
    return next(port for port in iter(lambda: random.choice(PORTS), 0) if _is_free(port))


def _is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
