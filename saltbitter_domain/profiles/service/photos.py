"""From an uploaded picture to a photo others may see, and what its owner can do about it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import attrs

from saltbitter_domain.kernel import Clock, DomainError, EventId, Ids, PhotoId, StaleWrite, UserId
from saltbitter_domain.profiles.model import (
    CHECKS_AWAITED,
    MAX_APPEAL,
    MAX_PHOTO_BYTES,
    MAX_PHOTOS,
    UPLOAD_LIFETIME,
    AppealInvalid,
    AppealNotPossible,
    AwaitedUpload,
    Format,
    Photo,
    PhotoAddress,
    PhotoCheckUnavailable,
    PhotoDecided,
    PhotoDeleted,
    PhotoMissing,
    PhotoState,
    PhotoTooLarge,
    PhotoTypeNotAccepted,
    PhotoUploaded,
    PrimaryPhotoUnfit,
    ProfileChanged,
    RefusalReason,
    Size,
    TooManyPhotos,
    UploadMissing,
)
from saltbitter_domain.profiles.policies import (
    LINE_BREAKS,
    Examined,
    arranged,
    decided,
    free_position,
    in_order,
    is_uncounted,
    lacks_first,
    look_prefix,
    photo_addresses,
    rendition_key,
    renditions_prefix,
    text_problems,
)
from saltbitter_domain.profiles.ports import FaceDetector, PhotoEditor, PhotoModerator, PhotoStore, Rendered
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, as_read, retrying

UPLOADS = "uploads/"
"""Where originals lie until they were processed, by member, so that nobody completes what another sent."""

ORPHANED_AFTER = timedelta(days=1)
"""No upload takes so long; an original this old is waited for by its message or by nobody."""


class PhotoService:
    """A member's own photos; somebody else's are ``PhotoMissing``.

    Where there is no ``moderator``, every photo that is not refused waits for staff."""

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        ids: Ids,
        store: PhotoStore,
        editor: PhotoEditor,
        faces: FaceDetector,
        moderator: PhotoModerator | None,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids
        self._store = store
        self._editor = editor
        self._faces = faces
        self._moderator = moderator

    async def upload_photo(self, user_id: UserId, content: bytes) -> Photo:
        """Take in a JPEG, PNG, WebP or HEIC of at most 10 MiB; others see it once it was processed and approved.

        ``PhotoTooLarge``, ``PhotoTypeNotAccepted``, ``TooManyPhotos``."""
        media_type = self._accepted(content)
        photo_id = PhotoId(self._ids.new())
        try:
            await self._store.put(_original(user_id, photo_id), content, media_type)
            return await self._add(user_id, photo_id)
        except BaseException:  # Also when the request is broken off: a picture that nobody has must not be kept.
            await self._store.delete(_original(user_id, photo_id))
            raise

    async def await_upload(self, user_id: UserId, media_type: str) -> AwaitedUpload:
        """Let the member send a photo of up to 10 MiB straight to the store within 10 minutes, under a key of ours.

        Nothing is a photo before ``complete_upload``; what nobody completes is removed after a day.
        ``TooManyPhotos``."""
        if len(await self.photos(user_id)) >= MAX_PHOTOS:
            raise TooManyPhotos(f"You already have {MAX_PHOTOS} photos. Delete one before you add another.")
        photo_id, expires_at = PhotoId(self._ids.new()), self._clock.now() + UPLOAD_LIFETIME
        form = await self._store.form(_original(user_id, photo_id), media_type, MAX_PHOTO_BYTES, UPLOAD_LIFETIME)
        return AwaitedUpload(photo_id, form, expires_at)

    async def complete_upload(self, user_id: UserId, photo_id: PhotoId) -> Photo:
        """Take in what the member sent to the store, as ``upload_photo`` would; asking again gives the same photo.

        ``UploadMissing`` when nothing is there, ``PhotoTooLarge``, ``PhotoTypeNotAccepted``, ``TooManyPhotos``."""
        return await retrying(lambda: self._complete(user_id, photo_id))

    async def photos(self, user_id: UserId) -> Sequence[Photo]:
        """The member's photos in their order, in whatever state."""
        async with self._begin() as uow:
            return await uow.photos.of(user_id)

    def urls(self, photo: Photo) -> tuple[PhotoAddress, ...]:
        """Signed addresses of the renditions for the photo's owner, good for 15 minutes; none while it is processed."""
        return photo_addresses(photo, self._store, photo.user_id)

    async def arrange(self, user_id: UserId, photo_ids: Sequence[PhotoId]) -> Sequence[Photo]:
        """Put all photos in this order. Where nobody has counted the faces of the one that is to be the first, they are
        counted now. ``PhotoOrderInvalid``, ``PrimaryPhotoUnfit``, ``PhotoCheckUnavailable``."""

        async def read() -> Sequence[Photo]:
            return await self.photos(user_id)

        await as_read(await read(), read, lambda photos: self._arrange(user_id, photos, photo_ids))
        return await read()

    async def delete_photo(self, user_id: UserId, photo_id: PhotoId) -> None:
        """Delete a photo for good; the others close up."""
        await retrying(lambda: self._delete(user_id, photo_id))

    async def appeal(self, user_id: UserId, photo_id: PhotoId, words: str) -> Photo:
        """Ask a person to look at a refused photo again, once, saying why in 1 to 500 characters.

        ``AppealInvalid``, ``AppealNotPossible``."""
        if problems := tuple(text_problems("words", words, MAX_APPEAL, breaks=LINE_BREAKS)):
            raise AppealInvalid("Please tell us in your own words why we should look again.", fields=problems)
        return await retrying(lambda: self._appeal(user_id, photo_id, words))

    async def process(self, _message: EventId, event: PhotoUploaded) -> None:
        """Listener: look at an uploaded photo, keep its renditions, decide on it, and forget the original.

        Running again, at the same time or after the photo was deleted, leaves the same end."""
        photo = await self._present(event.photo_id)
        if photo is not None and photo.state is PhotoState.PROCESSING:
            photo = await self._look_at(photo)
        await self._store.delete(_original(event.user_id, event.photo_id))
        if photo is None:
            await self._store.delete(renditions_prefix(event.photo_id))

    async def remove_files(self, _message: EventId, event: PhotoDeleted) -> None:
        """Listener: a deleted photo leaves nothing behind."""
        await self._store.delete(_original(event.user_id, event.photo_id))
        await self._store.delete(renditions_prefix(event.photo_id))

    async def choose_first(self, _message: EventId, event: PhotoDeleted | PhotoDecided) -> None:
        """Listener: where no photo is fit to be the first, count the faces of those in which nobody has, one after the
        other, until one is. Fails while nobody counts; running again changes nothing."""

        async def read() -> Sequence[Photo]:
            return await self.photos(event.user_id)

        await as_read(await read(), read, self._choose_first)

    async def forget_orphans(self) -> int:
        """Sweep: remove originals that have lain for a day though their photo is gone or was decided on; how many.

        They are left behind when a process ends between storing the picture and storing the photo, or before it could
        remove what it no longer needs. An original that still waits to be looked at stays."""
        before, last, removed = self._clock.now() - ORPHANED_AFTER, "", 0
        while keys := await self._store.keys_older_than(UPLOADS, before, after=last):
            for key in keys:
                photo = await self._present(PhotoId(UUID(key.rpartition("/")[2])))
                if photo is None or photo.state is not PhotoState.PROCESSING:
                    await self._store.delete(key)
                    removed += 1
            last = keys[-1]
        return removed

    def _accepted(self, content: bytes) -> str:
        """Its media type; ``PhotoTooLarge``, ``PhotoTypeNotAccepted``."""
        if len(content) > MAX_PHOTO_BYTES:
            raise PhotoTooLarge(
                f"A photo may have at most {MAX_PHOTO_BYTES // 2**20} MB. Save it smaller and try again."
            )
        media_type = self._editor.sniff(content)
        if media_type is None:
            raise PhotoTypeNotAccepted("Send the photo as JPEG, PNG, WebP or HEIC.")
        return media_type

    async def _complete(self, user_id: UserId, photo_id: PhotoId) -> Photo:
        photo = await self._present(photo_id)
        if photo is not None and photo.user_id == user_id:
            return photo
        content = await self._store.get(_original(user_id, photo_id))
        if content is None:
            raise UploadMissing("Nothing of yours was sent to the store under this id. Send the photo first.")
        try:
            self._accepted(content)
            del content  # Many may wait for the database at once.
            return await self._add(user_id, photo_id)
        except DomainError as refusal:
            if not isinstance(refusal, StaleWrite):  # Then it was completed at the same moment, and is being looked at.
                await self._store.delete(_original(user_id, photo_id))
            raise

    async def _add(self, user_id: UserId, photo_id: PhotoId) -> Photo:
        async with self._begin() as uow:
            position = free_position(await uow.photos.of(user_id))
            photo = Photo(photo_id, user_id, position, PhotoState.PROCESSING, uploaded_at=self._clock.now())
            await uow.photos.add(photo)
            uow.emit(PhotoUploaded(user_id, photo_id))
            await uow.commit()
        return photo

    async def _arrange(self, user_id: UserId, before: Sequence[Photo], photo_ids: Sequence[PhotoId]) -> None:
        counted = [await self._counted(photo) if photo.id in photo_ids[:1] else photo for photo in before]
        unfit: PrimaryPhotoUnfit | None = None
        try:
            after: Sequence[Photo] = arranged(counted, photo_ids)
        except PrimaryPhotoUnfit as refusal:
            unfit, after = refusal, counted  # What was counted is kept all the same, so that nobody counts again.
        async with self._begin() as uow:
            await save_changes(uow, before, after)
            if unfit is None:
                uow.emit(ProfileChanged(user_id))
            await uow.commit()
        if unfit is not None:
            raise unfit

    async def _choose_first(self, before: Sequence[Photo]) -> None:
        after = in_order(before)
        for uncounted in filter(is_uncounted, before):
            if lacks_first(after):
                photo = await self._counted(uncounted)
                after = in_order([photo if each.id == photo.id else each for each in after])
        if tuple(before) != after:
            async with self._begin() as uow:
                await save_changes(uow, before, after)
                uow.emit(ProfileChanged(before[0].user_id))
                await uow.commit()

    async def _counted(self, photo: Photo) -> Photo:
        """The photo with its faces counted, if nobody has."""
        picture = await self._store.get(rendition_key(photo, Size.LARGE, Format.JPEG)) if is_uncounted(photo) else None
        return photo if picture is None else attrs.evolve(photo, faces=await self._faces.count(picture))

    async def _delete(self, user_id: UserId, photo_id: PhotoId) -> None:
        async with self._begin() as uow:
            own = await uow.photos.of(user_id)
            others = [photo for photo in own if photo.id != photo_id]
            if len(others) == len(own):
                raise _photo_missing()
            await uow.photos.remove(photo_id)
            await save_changes(uow, others, in_order(others))
            uow.emit(PhotoDeleted(user_id, photo_id))
            await uow.commit()

    async def _appeal(self, user_id: UserId, photo_id: PhotoId, words: str) -> Photo:
        async with self._begin() as uow:
            photo = await _own(uow, user_id, photo_id)
            if photo.state is not PhotoState.REFUSED or photo.appeal is not None:
                raise AppealNotPossible("A photo can be appealed once, when it was refused.")
            if photo.refusal is RefusalReason.UNREADABLE:
                raise AppealNotPossible("Nobody could open this picture. Save it again and upload it once more.")
            appealed = attrs.evolve(photo, state=PhotoState.APPEALED, appeal=words)
            await uow.photos.save(appealed)
            await uow.commit()
        return attrs.evolve(appealed, version=appealed.version + 1)

    async def _present(self, photo_id: PhotoId) -> Photo | None:
        async with self._begin() as uow:
            return await uow.photos.get(photo_id)

    async def _look_at(self, photo: Photo) -> Photo | None:
        """The photo after a look at its original, unless it is gone or another look came first.

        Others may be under way, at what was sent in its place meanwhile. Each keeps the renditions that it made for
        itself, so that those of the look that decides are seen and no others."""
        look = self._ids.new()
        try:
            found = await self._examine(attrs.evolve(photo, look=look))
        except BaseException:  # Also when time is up: the next look makes its own.
            await self._store.delete(look_prefix(photo.id, look))
            raise
        decided = await retrying(lambda: self._decide(photo, look, found))
        if decided is None or decided.look != look:
            await self._store.delete(look_prefix(photo.id, look))
        return decided

    async def _examine(self, photo: Photo) -> Examined | RefusalReason:
        """Render the original, then store the renditions and have it checked at once, outside any transaction."""
        original = await self._store.get(_original(photo.user_id, photo.id))
        rendered = RefusalReason.UNREADABLE if original is None else await self._editor.render(original)
        if isinstance(rendered, RefusalReason):
            return rendered
        async with asyncio.TaskGroup() as tasks:
            examined = tasks.create_task(self._check(photo, rendered))
            for each in rendered.renditions:
                key = rendition_key(photo, each.size, each.format)
                tasks.create_task(self._store.put(key, each.content, f"image/{each.format}"))
        return examined.result()

    async def _check(self, photo: Photo, rendered: Rendered) -> Examined:
        """Ask the machines there are. While one is away the photo waits (``PhotoCheckUnavailable``), and when that has
        lasted for 4 hours what it would have said is left to staff: silence is never consent. What the other one said
        counts."""
        picture = _rendition(rendered, Size.LARGE)
        async with self._begin() as uow:
            removed = await uow.removed_photos.resembles(rendered.perceptual_hash)
        known = RefusalReason.REMOVED_BEFORE if removed else None
        moderator = None if removed else self._moderator
        faces, objection = await asyncio.gather(
            self._faces.count(picture), _judged(moderator, picture), return_exceptions=True
        )
        awaited = self._clock.now() < photo.uploaded_at + CHECKS_AWAITED
        for answer in (faces, objection):
            if isinstance(answer, BaseException) and (awaited or not isinstance(answer, PhotoCheckUnavailable)):
                raise answer
        counted = None if isinstance(faces, BaseException) else faces
        if isinstance(objection, BaseException):
            return Examined(rendered, counted, known, moderated=False)
        return Examined(rendered, counted, known or objection, moderated=moderator is not None)

    async def _decide(self, looked_at: Photo, look: UUID, found: Examined | RefusalReason) -> Photo | None:
        """Store the decision, unless the photo is gone (None), was decided on meanwhile, or was deleted and sent again.

        Uploads at the same moment may have chosen the same position, which is mended here."""
        async with self._begin() as uow:
            before = await uow.photos.of(looked_at.user_id)
            photo = next((photo for photo in before if photo.id == looked_at.id), None)
            if photo is None or photo.state is not PhotoState.PROCESSING or photo.uploaded_at != looked_at.uploaded_at:
                return photo
            placed = in_order(before)
            seen = [attrs.evolve(decided(p, found), look=look) if p.id == photo.id else p for p in placed]
            after = in_order(seen)
            await save_changes(uow, before, after)
            await uow.commit()
            return next(p for p in after if p.id == photo.id)


async def _judged(moderator: PhotoModerator | None, picture: bytes) -> RefusalReason | None:
    return None if moderator is None else await moderator.judge(picture)


async def _own(uow: UnitOfWork, user_id: UserId, photo_id: PhotoId) -> Photo:
    photo = await uow.photos.get(photo_id)
    if photo is None or photo.user_id != user_id:
        raise _photo_missing()
    return photo


def _photo_missing() -> PhotoMissing:
    return PhotoMissing("There is no such photo among yours.")


async def save_changes(uow: UnitOfWork, before: Sequence[Photo], after: Sequence[Photo]) -> None:
    """Store the photos that changed, and tell of each new state."""
    known = {photo.id: photo for photo in before}
    await uow.photos.save(*(photo for photo in after if photo != known[photo.id]))
    for photo in after:
        if photo.state is not known[photo.id].state:
            uow.emit(PhotoDecided(photo.user_id, photo.id, photo.state))


def _original(user_id: UserId, photo_id: PhotoId) -> str:
    return f"{UPLOADS}{user_id}/{photo_id}"


def _rendition(rendered: Rendered, size: Size) -> bytes:
    return next(r.content for r in rendered.renditions if r.size is size and r.format is Format.JPEG)
