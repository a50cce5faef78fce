"""What every place for finished copies promises."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.local.archives import EncryptedArchives
from adapters.system.clock import ManualClock
from saltbitter_domain.exports.ports import Archives
from saltbitter_domain.kernel import ExportId
from tests.contracts.stores import ARCHIVES
from tests.doubles.builders import NOW, new_id

PORT = Archives
CONTENT = b"everything of Ana " * 1000
SECRET = b"a secret of this test"


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.fixture(params=ARCHIVES)
def archives(request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path) -> Archives:
    return ARCHIVES[request.param](clock, tmp_path)


async def test_an_archive_comes_back_as_it_was_put_last(archives: Archives) -> None:
    export_id = ExportId(new_id())
    assert await archives.get(export_id) is None

    await archives.put(export_id, b"earlier")
    await archives.put(export_id, CONTENT)
    assert await archives.get(export_id) == CONTENT

    await archives.delete(export_id)
    await archives.delete(export_id)
    assert await archives.get(export_id) is None


async def test_what_was_put_before_an_instant_is_forgotten(archives: Archives, clock: ManualClock) -> None:
    old, new = ExportId(new_id()), ExportId(new_id())
    await archives.put(old, CONTENT)
    clock.advance(timedelta(hours=1))
    await archives.put(new, CONTENT)

    assert await archives.forget(NOW) == 0
    assert await archives.forget(NOW + timedelta(hours=1)) == 1
    assert [await archives.get(old), await archives.get(new)] == [None, CONTENT]


async def test_nobody_who_reads_the_folder_reads_a_copy(clock: ManualClock, tmp_path: Path) -> None:
    ana, ben = ExportId(new_id()), ExportId(new_id())
    archives = EncryptedArchives(clock, str(tmp_path), SECRET)
    await archives.put(ana, CONTENT)
    (file,) = files(tmp_path)

    assert b"Ana" not in file.read_bytes()
    assert await EncryptedArchives(clock, str(tmp_path), b"another secret").get(ana) is None

    file.rename(tmp_path / file.name.replace(str(ana), str(ben)))
    assert await archives.get(ben) is None, "one copy cannot be passed off as another"

    sealed = bytearray((tmp_path / f"{ben}.zip.aes").read_bytes())
    sealed[40] ^= 1
    file.write_bytes(sealed)
    assert await archives.get(ana) is None, "one bit changed"


async def test_what_a_process_left_half_written_is_forgotten_too(clock: ManualClock, tmp_path: Path) -> None:
    archives = EncryptedArchives(clock, str(tmp_path), SECRET)
    await archives.put(ExportId(new_id()), CONTENT)
    (file,) = files(tmp_path)
    file.rename(tmp_path / ".tmp123.zip.aes")

    assert await archives.forget(NOW + timedelta(days=1)) == 1
    assert files(tmp_path) == []
