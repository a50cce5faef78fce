"""Profiles and what is known of photos."""

from collections.abc import Sequence
from datetime import datetime

from adapters.memory.store import Tables
from adapters.memory.table import replace
from adapters.memory.transaction import Transaction
from saltbitter_domain.compatibility.participation import missing_in_account
from saltbitter_domain.kernel import GridArea, GridCell, PhotoId, StaleWrite, UserId
from saltbitter_domain.profiles.model import MAX_PHOTOS, Photo, PhotoState, Profile, ProfileExists, TooManyPhotos
from saltbitter_domain.profiles.policies import is_unjudged
from saltbitter_domain.profiles.ports import SAME_PICTURE_BITS, Photos, Profiles, RemovedPhotos


class MemoryProfiles(Profiles):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, profile: Profile) -> None:
        def change(tables: Tables) -> None:
            if tables.profiles.get(profile.user_id) is not None:
                raise ProfileExists("You already have a profile. Edit it instead.")
            tables.profiles.put(profile.user_id, profile)

        self._transaction.write(change)

    async def get(self, user_id: UserId) -> Profile | None:
        return self._transaction.read(lambda tables: tables.profiles.get(user_id))

    async def save(self, profile: Profile) -> None:
        self._transaction.write(lambda tables: replace(tables.profiles, profile.user_id, profile))

    async def numbers_in(self, areas: Sequence[GridArea], up_to: int) -> Sequence[int]:
        def query(tables: Tables) -> list[GridCell]:
            found = (
                (profile.smallest_cell, tables.users.get(whose)) for whose, profile in tables.profiles.items().items()
            )
            return [cell for cell, user in found if cell and user and not missing_in_account(user)]

        cells = self._transaction.read(query)
        return [min(up_to, sum(map(area.holds, cells))) for area in areas]


class MemoryPhotos(Photos):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, photo: Photo) -> None:
        def change(tables: Tables) -> None:
            if len(tables.photos.where("user", photo.user_id)) >= MAX_PHOTOS:
                raise TooManyPhotos(f"You already have {MAX_PHOTOS} photos. Delete one before you add another.")
            if tables.photos.get(photo.id) is not None:
                raise StaleWrite("This photo is there already.")
            tables.photos.put(photo.id, photo)

        self._transaction.write(change)

    async def get(self, photo_id: PhotoId) -> Photo | None:
        return self._transaction.read(lambda tables: tables.photos.get(photo_id))

    async def of(self, user_id: UserId) -> Sequence[Photo]:
        photos = self._transaction.read(lambda tables: tables.photos.where("user", user_id))
        return sorted(photos, key=lambda photo: (photo.position, photo.id))

    async def beside(self, photo_id: PhotoId) -> Sequence[Photo]:
        photo = await self.get(photo_id)
        return await self.of(photo.user_id) if photo else []

    async def awaiting_staff(self, limit: int) -> Sequence[Photo]:
        photos = self._transaction.read(lambda tables: tables.photos.where("awaiting_staff", True))
        return sorted(photos, key=lambda photo: (photo.waits_since, photo.id))[:limit]

    async def in_review_since(self, instant: datetime) -> int:
        photos = self._transaction.read(lambda tables: tables.photos.where("awaiting_staff", True))
        return sum(photo.state is PhotoState.IN_REVIEW and photo.waits_since <= instant for photo in photos)

    async def unjudged(self, after: PhotoId, limit: int) -> Sequence[Photo]:
        photos = self._transaction.read(lambda tables: list(tables.photos.items().values()))
        found = (photo for photo in photos if photo.id > after and is_unjudged(photo))
        return sorted(found, key=lambda photo: photo.id)[:limit]

    async def save(self, *changed: Photo) -> None:
        def change(tables: Tables) -> None:
            for photo in changed:
                replace(tables.photos, photo.id, photo)

        self._transaction.write(change)

    async def remove(self, photo_id: PhotoId) -> None:
        self._transaction.write(lambda tables: tables.photos.drop(photo_id))


class MemoryRemovedPhotos(RemovedPhotos):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def remember(self, perceptual_hash: str, at: datetime) -> None:
        def put(tables: Tables) -> None:
            if tables.removed_photos.get(perceptual_hash) is None:
                tables.removed_photos.put(perceptual_hash, at)

        self._transaction.write(put)

    async def forget(self, perceptual_hash: str) -> None:
        def drop(tables: Tables) -> None:
            for alike in _alike(tables, perceptual_hash):
                tables.removed_photos.drop(alike)

        self._transaction.write(drop)

    async def resembles(self, perceptual_hash: str) -> bool:
        return bool(self._transaction.read(lambda tables: _alike(tables, perceptual_hash)))


def _alike(tables: Tables, perceptual_hash: str) -> list[str]:
    bits = int(perceptual_hash, 16)
    return [each for each in tables.removed_photos.items() if (bits ^ int(each, 16)).bit_count() <= SAME_PICTURE_BITS]
