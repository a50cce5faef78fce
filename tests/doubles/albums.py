"""The use cases of photos over a store of their own, with pictures that are words."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from hashlib import blake2b

from adapters.memory.outbox import MemoryOutbox
from adapters.memory.photo_checks import MemoryModerator
from adapters.memory.photo_store import MemoryPhotoStore
from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.events import Event
from saltbitter_domain.kernel import PhotoId
from saltbitter_domain.profiles.model import (
    Format,
    Photo,
    PhotoCheckUnavailable,
    PhotoDecided,
    PhotoDeleted,
    PhotoState,
    PhotoUploaded,
    RefusalReason,
    Size,
)
from saltbitter_domain.profiles.ports import FaceDetector, PhotoEditor, Rendered, Rendition
from saltbitter_domain.profiles.service import FirstLookService, PhotoReviewService, PhotoService
from tests.doubles.builders import NOW, a_user
from tests.doubles.simultaneous import Simultaneous

ANA, BEA = a_user(), a_user()
KEYS = [(size, form) for size in Size for form in Format]


def sketch_hash(content: bytes) -> str:
    """The perceptual hash of a picture that is words."""
    return blake2b(content, digest_size=8).hexdigest()


class Sketches(PhotoEditor):
    """Reads pictures that are words: ``JPEG portrait 1`` shows one face; ``JPEG torn`` cannot be read.

    Something may happen ``meanwhile``, once."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    def sniff(self, content: bytes) -> str | None:
        return "image/jpeg" if content.startswith(b"JPEG") else None

    async def render(self, content: bytes) -> Rendered | RefusalReason:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        if content.startswith(b"JPEG torn"):
            return RefusalReason.UNREADABLE
        renditions = tuple(Rendition(size, form, f"{size} {form} ".encode() + content) for size, form in KEYS)
        return Rendered(renditions, 3000, 2000, "LEHV6n", sketch_hash(content))


class FacesByNumber(FaceDetector):
    """Sees as many faces as the picture's last word says, unless it is ``away``, and keeps count of the pictures."""

    def __init__(self) -> None:
        self.away, self.looked_at = False, 0

    async def count(self, image: bytes) -> int:
        if self.away:
            raise PhotoCheckUnavailable("Nobody counts faces just now.", retry_after=60)
        assert image.startswith(b"1080 jpeg")
        self.looked_at += 1
        return int(image.split()[-1])


class House:
    """The use cases and all they work with; units of work that come at the same time really meet.

    Without ``machines`` photos are judged by people alone."""

    def __init__(self, *, machines: bool = True) -> None:
        self.memory, self.clock = MemoryStore(), ManualClock(NOW)
        ids = UuidV7Ids(self.clock)
        self.files, self.moderator = MemoryPhotoStore(self.clock, b"secret"), MemoryModerator()
        self.editor, self.faces = Sketches(), FacesByNumber()
        self.begin = Simultaneous(MemoryUnitsOfWork(self.memory, self.clock, ids))
        self.service = PhotoService(
            begin=self.begin,
            clock=self.clock,
            ids=ids,
            store=self.files,
            editor=self.editor,
            faces=self.faces,
            moderator=self.moderator if machines else None,
        )
        self.reviews = PhotoReviewService(begin=self.begin, clock=self.clock, store=self.files)
        self.first_looks = FirstLookService(begin=self.begin, clock=self.clock)
        self.outbox = MemoryOutbox(self.memory)

    async def events(self, kind: type[Event] = Event) -> Sequence[Event]:
        """What was told and not yet delivered."""
        return [m.event for m in await self.outbox.due(self.clock.now(), 100) if isinstance(m.event, kind)]

    async def deliver(self) -> None:
        """Hand every waiting message to its listener, until none is left."""
        while messages := await self.outbox.due(self.clock.now(), 100):
            for message in messages:
                if isinstance(message.event, PhotoUploaded):
                    await self.service.process(message.id, message.event)
                if isinstance(message.event, PhotoDeleted):
                    await self.service.remove_files(message.id, message.event)
                if isinstance(message.event, PhotoDeleted | PhotoDecided):
                    await self.service.choose_first(message.id, message.event)
                await self.outbox.save(message.done(self.clock.now()))

    async def has(self, *pictures: str) -> list[Photo]:
        """Have Ana upload these one by one, each processed before the next; her photos then."""
        for picture in pictures:
            await self.service.upload_photo(ANA.id, f"JPEG {picture}".encode())
            await self.deliver()
        return list(await self.service.photos(ANA.id))

    async def removed(self, picture: bytes) -> None:
        """Have staff have removed this picture at some time."""
        async with self.begin() as uow:
            await uow.removed_photos.remember(sketch_hash(picture), self.clock.now())
            await uow.commit()

    async def photo(self, photo_id: PhotoId) -> Photo:
        return next(photo for photo in await self.service.photos(ANA.id) if photo.id == photo_id)

    async def kept(self, photo_id: PhotoId) -> list[str]:
        """The keys under which anything is kept of a photo."""
        every = await self.files.keys_older_than("", self.clock.now() + timedelta(seconds=1))
        return [key for key in every if str(photo_id) in key]


def states(photos: Sequence[Photo]) -> list[tuple[int, PhotoState, RefusalReason | None]]:
    """Where each photo stands, in what state, and why it was refused."""
    return [(photo.position, photo.state, photo.refusal) for photo in photos]
