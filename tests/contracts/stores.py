"""The adapters under contract, each made fresh for a test."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import attrs

from adapters.aws.photo_store import S3PhotoStore
from adapters.local.archives import EncryptedArchives
from adapters.local.erasures import FileErasureLedger
from adapters.local.photo_files import FilePhotoStore
from adapters.mail.letter import Envelopes, Letters
from adapters.mail.maildir import MaildirMailer
from adapters.mail.ses import SesMailer
from adapters.mail.smtp import SmtpMailer
from adapters.memory.erasures import MemoryErasureLedger
from adapters.memory.exports import MemoryArchives
from adapters.memory.mailer import MemoryMailer
from adapters.memory.outbox import MemoryOutbox
from adapters.memory.photo_store import MemoryPhotoStore
from adapters.memory.search import MemoryProfileSearch
from adapters.memory.store import MemoryStore
from adapters.memory.transparency import MemoryMatchingReports
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.postgres.database import Database
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.replica import Replicated
from adapters.postgres.search import PostgresProfileSearch
from adapters.postgres.transparency import PostgresMatchingReports
from adapters.postgres.uow import PostgresUnitsOfWork
from adapters.signing import SignedAddresses
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.events import Outbox
from saltbitter_domain.exports.ports import Archives
from saltbitter_domain.kernel import Clock, EventId, Ids
from saltbitter_domain.profiles.ports import PhotoStore
from saltbitter_domain.search.ports import ProfileSearch
from saltbitter_domain.transparency.ports import MatchingReports
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork
from saltbitter_domain.users.model import User
from saltbitter_domain.users.ports import ErasureLedger, Mailer
from tests.doubles.aws import REGION
from tests.doubles.builders import a_user
from tests.doubles.s3 import BUCKET, running_s3
from tests.doubles.ses import running_ses
from tests.doubles.smtp import MailServer, certificate, running_mail_server


@attrs.frozen
class Store:
    """An empty store, and what rang at its door."""

    begin: UnitsOfWork
    outbox: Outbox
    clock: ManualClock
    rung: list[EventId]
    search: ProfileSearch
    reports: MatchingReports

    @property
    def ids(self) -> Ids:
        return UuidV7Ids(self.clock)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[UnitOfWork]:
        """A unit of work that is committed at the end of the block."""
        async with self.begin() as uow:
            yield uow
            await uow.commit()

    async def member(self, **changes: Any) -> User:
        """A member with a committed account: other rows may only belong to somebody who is there."""
        user = a_user(**changes)
        async with self.unit() as uow:
            await uow.users.add(user)
        return user

    async def members(self, number: int) -> Sequence[User]:
        """So many members, ordered by id."""
        users = [a_user() for _ in range(number)]
        async with self.unit() as uow:
            for user in users:
                await uow.users.add(user)
        return users


async def outcomes(*calls: Coroutine[Any, Any, Any]) -> list[Any]:
    """What each of these, run at the same time, returned or raised."""
    return await asyncio.gather(*calls, return_exceptions=True)


def in_memory(clock: ManualClock) -> Store:
    store, rung = MemoryStore(), list[EventId]()
    begin = MemoryUnitsOfWork(store, clock, UuidV7Ids(clock), rung.extend)
    return Store(
        begin, MemoryOutbox(store), clock, rung, MemoryProfileSearch(store, clock), MemoryMatchingReports(store)
    )


def on_postgres(database: Database, clock: ManualClock) -> Store:
    rung = list[EventId]()
    begin = PostgresUnitsOfWork(database, clock, UuidV7Ids(clock), rung.extend)
    reports = Replicated(database)
    search = PostgresProfileSearch(reports, clock)
    return Store(begin, PostgresOutbox(database), clock, rung, search, PostgresMatchingReports(reports))


SENDER = "SaltBitter <no-reply@saltbitter.example>"


@asynccontextmanager
async def _mails_in_memory(clock: Clock, _folder: Path) -> AsyncIterator[Mailer]:
    yield MemoryMailer(clock)


@asynccontextmanager
async def _mails_in_files(clock: Clock, folder: Path) -> AsyncIterator[Mailer]:
    mailer = MaildirMailer(str(folder), Envelopes(Letters(), clock, SENDER))
    mailer.open()
    yield mailer


@asynccontextmanager
async def _mails_over_smtp(clock: Clock, folder: Path) -> AsyncIterator[Mailer]:
    server, client = certificate(folder)
    async with running_mail_server(MailServer(), server) as double:
        yield SmtpMailer(Envelopes(Letters(), clock, SENDER), f"smtp://localhost:{double.port}", client)


@asynccontextmanager
async def _mails_over_ses(clock: Clock, _folder: Path) -> AsyncIterator[Mailer]:
    with running_ses(SENDER) as address:
        yield SesMailer(Envelopes(Letters(), clock, SENDER), REGION, address)


SECRET = b"a secret of this test"


@contextmanager
def _photos_in_memory(clock: Clock, _folder: Path) -> Iterator[PhotoStore]:
    yield MemoryPhotoStore(clock, SECRET)


@contextmanager
def _photos_in_files(clock: Clock, folder: Path) -> Iterator[PhotoStore]:
    yield FilePhotoStore(clock, str(folder), SECRET)


@contextmanager
def _photos_in_s3(clock: Clock, _folder: Path) -> Iterator[PhotoStore]:
    with running_s3(clock) as address:
        store = S3PhotoStore(BUCKET, SignedAddresses(clock, SECRET), region=REGION, endpoint=address)
        yield store
        store.close()


ERASURE_LEDGERS: dict[str, Callable[[Path], ErasureLedger]] = {
    "memory": lambda _folder: MemoryErasureLedger(),
    "files": lambda folder: FileErasureLedger(str(folder)),
}
ARCHIVES: dict[str, Callable[[Clock, Path], Archives]] = {
    "memory": lambda clock, _folder: MemoryArchives(clock),
    "files": lambda clock, folder: EncryptedArchives(clock, str(folder), b"a secret of this test"),
}
MAILERS: dict[str, Callable[[Clock, Path], AbstractAsyncContextManager[Mailer]]] = {
    "memory": _mails_in_memory,
    "files": _mails_in_files,
    "smtp": _mails_over_smtp,
    "ses": _mails_over_ses,
}
PHOTO_STORES: dict[str, Callable[[Clock, Path], AbstractContextManager[PhotoStore]]] = {
    "memory": _photos_in_memory,
    "files": _photos_in_files,
    "s3": _photos_in_s3,
}
