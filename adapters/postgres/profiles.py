"""Profiles and what is known of photos."""

from collections.abc import Sequence
from typing import Any

import attrs
from sqlalchemy import bindparam, delete, func, select

from adapters.postgres import documents
from adapters.postgres.database import Query, Session
from adapters.postgres.statements import insertion, insertion_unless, replace, replacement, stored_columns
from adapters.postgres.tables import photos, profiles, users
from saltbitter_domain.kernel import GridCell, PhotoId, UserId
from saltbitter_domain.profiles.model import (
    MAX_PHOTOS,
    Photo,
    PhotoState,
    Profile,
    ProfileContent,
    ProfileExists,
    RefusalReason,
    TooManyPhotos,
    Visibility,
)
from saltbitter_domain.profiles.ports import Photos, Profiles

PROFILE_COLUMNS = [profiles.c[name] for name in stored_columns(profiles)]


class PostgresProfiles(Profiles):
    _ADD = insertion_unless(profiles, "user_id")
    _GET = Query(select(*PROFILE_COLUMNS).where(profiles.c.user_id == bindparam("user_id")))
    _SAVE = replacement(profiles, "user_id")

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, profile: Profile) -> None:
        if not await self._session.write(self._ADD, **_row(profile)):
            raise ProfileExists("You already have a profile. Edit it instead.")

    async def get(self, user_id: UserId) -> Profile | None:
        row = await self._session.row(self._GET, user_id=user_id)
        return row and profile_of(row)

    async def save(self, profile: Profile) -> None:
        await replace(self._session, self._SAVE, _row(profile), "user_id")


def _row(profile: Profile) -> dict[str, Any]:
    row = attrs.asdict(profile, recurse=False)
    cell: GridCell | None = row.pop("cell")
    return {
        **row,
        "content": documents.written(profile.content),
        "latitude": cell and cell.latitude,
        "longitude": cell and cell.longitude,
    }


def profile_of(row: Any) -> Profile:
    """The profile a row of ``profiles`` holds."""
    fields = {**row}
    latitude, longitude = fields.pop("latitude"), fields.pop("longitude")
    return Profile(
        **{
            **fields,
            "content": documents.read(row["content"], ProfileContent),
            "cell": None if latitude is None else GridCell(latitude, longitude),
            "visibility": Visibility(row["visibility"]),
        }
    )


class PostgresPhotos(Photos):
    # Whoever adds a photo holds their account's row, so that two uploads at once cannot both be the sixth.
    _HOLD = Query(select(users.c.id).where(users.c.id == bindparam("user_id")).with_for_update(key_share=True))
    _COUNT = Query(
        select(func.count().label("photos")).select_from(photos).where(photos.c.user_id == bindparam("user_id"))
    )
    _ADD = insertion(photos)
    _GET = Query(select(photos).where(photos.c.id == bindparam("id")))
    _OF = Query(select(photos).where(photos.c.user_id == bindparam("user_id")).order_by(photos.c.position, photos.c.id))
    _SAVE = replacement(photos)
    _REMOVE = Query(delete(photos).where(photos.c.id == bindparam("id")))

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, photo: Photo) -> None:
        await self._session.write(self._HOLD, user_id=photo.user_id)
        (row,) = await self._session.rows(self._COUNT, user_id=photo.user_id)
        if row["photos"] >= MAX_PHOTOS:
            raise TooManyPhotos(f"You already have {MAX_PHOTOS} photos. Delete one before you add another.")
        await self._session.write(self._ADD, **attrs.asdict(photo, recurse=False))

    async def get(self, photo_id: PhotoId) -> Photo | None:
        row = await self._session.row(self._GET, id=photo_id)
        return row and photo_of(row)

    async def of(self, user_id: UserId) -> Sequence[Photo]:
        return [photo_of(row) for row in await self._session.rows(self._OF, user_id=user_id)]

    async def save(self, photo: Photo) -> None:
        await replace(self._session, self._SAVE, attrs.asdict(photo, recurse=False))

    async def remove(self, photo_id: PhotoId) -> None:
        await self._session.write(self._REMOVE, id=photo_id)


def photo_of(row: Any) -> Photo:
    """The photo a row of ``photos`` holds."""
    refusal = row["refusal"]
    return Photo(**{**row, "state": PhotoState(row["state"]), "refusal": refusal and RefusalReason(refusal)})
