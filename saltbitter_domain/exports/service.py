"""Asking for a copy of one's data, having it made, and fetching it."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence

import attrs

from saltbitter_domain.exports.model import (
    ALARM_AFTER,
    EXPORT_KEPT,
    DataExport,
    ExportMissing,
    ExportReady,
    ExportRemoved,
    ExportRequested,
)
from saltbitter_domain.exports.page import page
from saltbitter_domain.exports.policies import (
    archive,
    archive_path,
    data_file,
    document,
    exported_columns,
    signature,
)
from saltbitter_domain.exports.ports import Archives, Records
from saltbitter_domain.kernel import Clock, EventId, ExportId, Ids, UserId
from saltbitter_domain.profiles.model import Format, Photo, Size
from saltbitter_domain.profiles.policies import rendition_key
from saltbitter_domain.profiles.ports import PhotoStore
from saltbitter_domain.register import Register
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying, sweep
from saltbitter_domain.users.model import MailTemplate
from saltbitter_domain.users.ports import Access, Mail, Mailer, Secrets

_Act = Callable[[UnitOfWork], Awaitable[DataExport]]
Reauthenticated = Callable[[Access, str, str | None, str, _Act], Awaitable[DataExport]]
"""What an act comes to, committed, for whoever proves once more that they are the member: by their session, the
password, a code where a second factor is on. The text is the detail of ``PasswordRefused`` and ``CodeRefused``; raises
``CodesPaused`` and ``SessionOver`` besides, and what the act raises."""


class ExportService:
    """Copies are made by the workers from whatever the data register says belongs in one. Only the newest is kept."""

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        ids: Ids,
        reauthenticated: Reauthenticated,
        secrets: Secrets,
        mailer: Mailer,
        archives: Archives,
        photos: PhotoStore,
        register: Register,
        public_url: str,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids
        self._reauthenticated = reauthenticated
        self._secrets = secrets
        self._mailer = mailer
        self._archives = archives
        self._photos = photos
        self._register = register
        self._public_url = public_url.rstrip("/")

    async def request(self, access: Access, password: str, code: str | None = None) -> DataExport:
        """Have a copy made, which is mailed to the member as a link once it is ready. Whoever has a second factor needs
        a ``code`` too.

        Raises ``PasswordRefused``, ``CodeRefused``, ``CodesPaused``, ``ExportRunning`` while one is being made,
        ``SessionOver``."""

        async def add(uow: UnitOfWork) -> DataExport:
            export = DataExport(ExportId(self._ids.new()), access.user_id, self._clock.now())
            await uow.exports.add(export)
            uow.emit(ExportRequested(export.user_id, export.id))
            return export

        return await self._reauthenticated(access, password, code, "Nothing was copied.", add)

    async def exports(self, user_id: UserId) -> Sequence[DataExport]:
        """The member's copies, newest first: those being made and those that can be fetched."""
        async with self._begin() as uow:
            return await uow.exports.of(user_id)

    def link(self, export: DataExport) -> str | None:
        """The signed address of a copy, for its member and nobody else; None when it cannot be fetched."""
        fetchable = export.can_be_fetched(self._clock.now())
        return self._public_url + archive_path(self._secrets, export.id) if fetchable else None

    async def fetch(self, export_id: ExportId, signed: str) -> tuple[UserId, bytes]:
        """Whose copy it is and its archive, for whoever holds its address. ``ExportMissing`` for any other, and for one
        that is too old."""
        if hmac.compare_digest(signed.encode(), signature(self._secrets, export_id).encode()):
            async with self._begin() as uow:
                export = await uow.exports.get(export_id)
            if export is not None and export.can_be_fetched(self._clock.now()):
                content = await self._archives.get(export_id)
                if content is not None:
                    return export.user_id, content
        raise ExportMissing("This copy is gone, or never was. Ask for a new one in your settings.")

    async def make(self, _message: EventId, event: ExportRequested) -> None:
        """Listener: make the copy. Running again, or after the member was erased, leaves the same end."""
        async with self._begin() as uow:
            export = await uow.exports.get(event.export_id)
            if export is None or export.ready_at is not None:
                return
            records = await uow.member_records.of(event.user_id, exported_columns(self._register))
            photos = await uow.photos.of(event.user_id)
        content = await self._copy(export, records, photos)
        await self._archives.put(export.id, content)
        if not await retrying(lambda: self._finish(export, len(content))):
            await self._archives.delete(export.id)

    async def remove_archive(self, _message: EventId, event: ExportRemoved) -> None:
        """Listener: what may not be fetched any more is not kept either."""
        await self._archives.delete(event.export_id)

    async def send_ready(self, message: EventId, event: ExportReady) -> None:
        """Listener: mail the member the address of their copy (``export_ready``)."""
        async with self._begin() as uow:
            user = await uow.users.get(event.user_id)
        if user is not None:
            link = self._public_url + archive_path(self._secrets, event.export_id)
            await self._mailer.send(Mail(message, user.email, MailTemplate.EXPORT_READY, {"link": link}))

    async def late(self) -> int:
        """How many copies have waited for 80 % of the time in which they have to be ready, or longer."""
        async with self._begin() as uow:
            return await uow.exports.waiting_since(self._clock.now() - ALARM_AFTER)

    async def forget_expired(self) -> int:
        """Sweep: remove every copy that is a week old, and whatever was left behind by a process that ended; how many.

        An archive is as old as its request's ``ready_at`` or a moment older, so neither outlives the other long."""
        before = self._clock.now() - EXPORT_KEPT
        forgotten = await self._archives.forget(before)
        await sweep(self._begin, lambda uow, limit: uow.exports.forget(before, limit))
        return forgotten

    async def _copy(self, export: DataExport, records: Records, photos: Sequence[Photo]) -> bytes:
        pictures: dict[str, bytes] = {}
        files: dict[str, str] = {}
        for number, photo in enumerate(photos, 1):
            picture = await self._photos.get(rendition_key(photo, Size.LARGE, Format.JPEG))
            if picture is not None:
                files[str(photo.id)] = name = f"photos/{number}.jpg"
                pictures[name] = picture
        data = document(export.user_id, self._clock.now(), records, files)
        return await asyncio.to_thread(_packed, data, self._register, pictures)

    async def _finish(self, export: DataExport, size: int) -> bool:
        """Let it be ready, and those before it be gone; False when the member is."""
        async with self._begin() as uow:
            present = await uow.exports.get(export.id)
            if present is None:
                return False
            if present.ready_at is None:
                for older in await uow.exports.of(export.user_id):
                    if older.id != export.id:
                        await uow.exports.remove(older.id)
                        uow.emit(ExportRemoved(older.id))
                await uow.exports.save(attrs.evolve(present, ready_at=self._clock.now(), size=size))
                uow.emit(ExportReady(export.user_id, export.id))
                await uow.commit()
        return True


def _packed(data: Mapping[str, object], register: Register, pictures: Mapping[str, bytes]) -> bytes:
    return archive({"data.json": data_file(data), "index.html": page(data, register), **pictures})
