"""What is found on a machine, what is installed on it, and what is said when neither helps."""

from pathlib import Path

import pytest

from tests.servers.fixtures import need_servers
from tests.servers.machine import Machine, Missing, prepared


def a_program(file: Path, script: str = "") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def a_postgres(folder: Path, version: int, *, postgis: bool) -> Path:
    """The programs of this version of PostgreSQL in ``folder``."""
    share = folder.parent / f"share-{version}"
    a_program(folder / "postgres")
    a_program(folder / "initdb")
    a_program(folder / "pg_config", f"echo {share}; echo PostgreSQL {version}.4")
    if postgis:
        (share / "extension").mkdir(parents=True)
        (share / "extension" / "postgis.control").touch()
    return folder


def test_production_s_version_is_taken_then_the_newest_and_none_without_postgis(tmp_path: Path) -> None:
    for version, postgis in [(14, True), (16, True), (17, True), (18, False)]:
        a_postgres(tmp_path / str(version) / "bin", version, postgis=postgis)

    assert Machine("", tmp_path).postgres == tmp_path / "17" / "bin"

    a_postgres(tmp_path / "15" / "bin", 15, postgis=True)

    assert Machine("", tmp_path).postgres == tmp_path / "15" / "bin"


@pytest.mark.parametrize(("version", "found"), [(14, False), (15, True)])
def test_a_postgres_on_the_path_will_do_if_it_is_new_enough(tmp_path: Path, version: int, found: bool) -> None:
    folder = a_postgres(tmp_path / "here", version, postgis=True)

    assert Machine(str(folder), tmp_path / "nowhere").postgres == (folder if found else None)


def test_who_may_install_nothing_is_told_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(Missing) as refusal:
        prepared(Machine("", tmp_path))

    for said in ("PostgreSQL with PostGIS, Redis, PgBouncer", "apt-get install", "brew install", "SALTBITTER_TEST_"):
        assert said in str(refusal.value)


def test_a_docker_that_answers_will_do_and_one_that_does_not_will_not(tmp_path: Path) -> None:
    docker = a_program(tmp_path / "docker", "exit 0")

    assert prepared(Machine(str(tmp_path), tmp_path / "nowhere")).docker == docker

    a_program(docker, "exit 1")

    with pytest.raises(Missing):
        prepared(Machine(str(tmp_path), tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("offer", "version"), [("echo Candidate: 3.3", 15), ("echo Candidate: none; echo Depends: postgresql-16", 16)]
)
def test_root_installs_what_is_missing_in_the_version_on_offer(tmp_path: Path, offer: str, version: int) -> None:
    bare, log = tmp_path / "bin", tmp_path / "log"
    a_program(bare / "redis-server")
    a_program(bare / "apt-cache", offer)
    a_postgres(tmp_path / "new", version, postgis=True)
    # It brings PostgreSQL but not PgBouncer, which few need.
    a_program(bare / "apt-get", f'echo "$@" >> {log}; /bin/ln -sf {tmp_path}/new/postgres {bare}/postgres')
    said: list[str] = []

    machine = prepared(Machine(str(bare), tmp_path / "nowhere", is_root=True), said.append)

    assert machine.postgres == tmp_path / "new"
    assert said == ["Installing PostgreSQL with PostGIS, PgBouncer (once) …"]
    assert (
        log.read_text()
        .splitlines()[1]
        .endswith(
            f"install --yes --no-install-recommends postgresql-{version} postgresql-{version}-postgis-3 pgbouncer"
        )
    )


@pytest.mark.parametrize(
    ("wanted", "store", "needed"),
    [
        ("tests", "memory", True),
        ("tests/domain", "memory", False),
        ("tests/domain/test_users.py tests/http", "memory", False),
        ("tests/domain tests/contracts", "memory", True),
        ("tests/test_features.py", "memory", False),
        ("tests/test_features.py", "postgres", True),
        ("tests/http/test_naughty_strings.py", "postgres", True),
        ("../elsewhere", "memory", True),
    ],
)
def test_servers_start_only_for_tests_that_may_ask_for_them(wanted: str, store: str, needed: bool) -> None:
    assert need_servers([Path(path) for path in wanted.split()], store) is needed
