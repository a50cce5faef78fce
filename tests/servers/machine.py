"""Where the server programs of this machine are, how they are installed, and what to say when they cannot be."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import attrs

from tests.servers.server import NotStarted

OLDEST_POSTGRES = 15
PREFERRED_POSTGRES = 15
"""The version of production; another one will do where this one is not installed."""
POSTGRES_IMAGE = "postgis/postgis:15-3.5"
REDIS_IMAGE = "redis:7"

ADVICE = """Debian, Ubuntu: apt-get install postgresql postgresql-15-postgis-3 redis-server pgbouncer (done for root)
macOS:          brew install postgresql@15 postgis redis pgbouncer
anywhere:       a running Docker, for containers of {postgres} and {redis}
or name servers whose data may be lost in SALTBITTER_TEST_POSTGRES (a superuser's URL) and SALTBITTER_TEST_REDIS."""


class Missing(Exception):
    """A server program is not here and cannot be brought here. Says which, and what to install."""

    def __init__(self, programs: Sequence[str]) -> None:
        advice = ADVICE.format(postgres=POSTGRES_IMAGE, redis=REDIS_IMAGE)
        super().__init__(f"Not found on this machine: {', '.join(programs)}. Install what is missing:\n{advice}")


@attrs.frozen(slots=False)
class Machine:
    """The places in which programs are looked for: the folders of ``path``, and Debian's folder per version."""

    path: str
    versions: Path = Path("/usr/lib/postgresql")
    is_root: bool = False

    @classmethod
    def this(cls) -> "Machine":
        """The machine that we run on."""
        folders = os.environ.get("PATH", os.defpath)  # noqa: TID251  says where programs are
        return cls(
            os.pathsep.join([folders, "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"]), is_root=not os.geteuid()
        )

    def program(self, name: str) -> Path | None:
        """The program of this name, if there is one."""
        found = shutil.which(name, path=self.path)
        return Path(found) if found else None

    @cached_property
    def postgres(self) -> Path | None:
        """The folder of the programs of a PostgreSQL that has PostGIS: production's version, or else the newest."""
        kept = [folder / "bin" for folder in self.versions.glob("[0-9]*") if int(folder.name) >= OLDEST_POSTGRES]
        kept.sort(
            key=lambda folder: (folder.parent.name == str(PREFERRED_POSTGRES), int(folder.parent.name)), reverse=True
        )
        on_path = self.program("postgres")
        return next(filter(_has_postgis, [*kept, *([on_path.resolve().parent] if on_path else [])]), None)

    @cached_property
    def redis(self) -> Path | None:
        """The program of Redis."""
        return self.program("redis-server")

    @cached_property
    def pgbouncer(self) -> Path | None:
        """The program of PgBouncer."""
        return self.program("pgbouncer")

    @cached_property
    def docker(self) -> Path | None:
        """The program of Docker, if its daemon answers."""
        docker = self.program("docker")
        if docker is None or subprocess.run([docker, "info"], capture_output=True, check=False).returncode:  # noqa: S603
            return None
        return docker

    @property
    def missing(self) -> Sequence[str]:
        """The servers that no program here can be."""
        found = {"PostgreSQL with PostGIS": self.postgres, "Redis": self.redis, "PgBouncer": self.pgbouncer}
        return [name for name, program in found.items() if program is None]


def prepared(machine: Machine, say: Callable[[str], object] = print) -> Machine:
    """The machine with everything installed that may be installed.

    Raises ``Missing`` when that is not enough, and ``NotStarted`` when apt fails. PgBouncer alone may stay missing: few
    need it, and who does is told then."""
    if machine.missing and machine.is_root and machine.program("apt-get"):
        say(f"Installing {', '.join(machine.missing)} (once) …")
        _install(machine)
        machine = attrs.evolve(machine)
    if {*machine.missing} - {"PgBouncer"} and machine.docker is None:
        raise Missing(machine.missing)
    return machine


def _install(machine: Machine) -> None:
    """Install by apt what is missing."""
    apt = ["apt-get", "--quiet=2", "-o", "DPkg::Lock::Timeout=300"]
    environment = {**os.environ, "PATH": machine.path, "DEBIAN_FRONTEND": "noninteractive"}  # noqa: TID251  inherited
    _run([*apt, "update"], environment)
    version = _version_on_offer(environment)
    packages = {
        "PostgreSQL with PostGIS": [f"postgresql-{version}", f"postgresql-{version}-postgis-3"],
        "Redis": ["redis-server"],
        "PgBouncer": ["pgbouncer"],
    }
    wanted = [package for name in machine.missing for package in packages[name]]
    _run([*apt, "install", "--yes", "--no-install-recommends", *wanted], environment)


def _version_on_offer(environment: Mapping[str, str]) -> int:
    """Production's version of PostgreSQL if the distribution offers it, or else the distribution's own."""
    offers = _run(["apt-cache", "policy", f"postgresql-{PREFERRED_POSTGRES}-postgis-3"], environment)
    if re.search(r"Candidate: \d", offers):
        return PREFERRED_POSTGRES
    own = re.search(r"Depends: postgresql-(\d+)", _run(["apt-cache", "depends", "postgresql"], environment))
    return int(own[1]) if own else PREFERRED_POSTGRES


def _run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise NotStarted(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def _has_postgis(programs: Path) -> bool:
    """Whether these are PostgreSQL's server programs, new enough and with PostGIS beside them."""
    if not all((programs / name).exists() for name in ("postgres", "initdb", "pg_config")):
        return False
    config = _run([str(programs / "pg_config"), "--sharedir", "--version"], {}).splitlines()
    version = re.search(r"PostgreSQL (\d+)", config[1])
    new_enough = version is not None and int(version[1]) >= OLDEST_POSTGRES
    return new_enough and (Path(config[0]) / "extension" / "postgis.control").exists()
