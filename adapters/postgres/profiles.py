"""Profiles and what is known of photos."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import bindparam, delete, exists, func, literal_column, select, text

from adapters.postgres import documents
from adapters.postgres.database import Session
from adapters.postgres.query import KeyedQuery, Query
from adapters.postgres.statements import (
    columns,
    insertion_unless,
    insertion_where,
    replace,
    replacement,
    replacement_of_all,
    stored_columns,
)
from adapters.postgres.tables import photos, profiles, removed_photos, users
from saltbitter_domain.kernel import GridArea, GridCell, PhotoId, StaleWrite, UserId
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
from saltbitter_domain.profiles.ports import SAME_PICTURE_BITS, Photos, Profiles, RemovedPhotos

PROFILE_COLUMNS = [profiles.c[name] for name in stored_columns(profiles)]


class PostgresProfiles(Profiles):
    _ADD = insertion_unless(profiles, "user_id")
    _GET = KeyedQuery(select(*PROFILE_COLUMNS), profiles.c.user_id)
    _SAVE = replacement(profiles, "user_id")
    _NUMBERS_IN = Query(
        text(
            """
            SELECT (SELECT count(*)
                      FROM (SELECT FROM profiles JOIN users ON users.id = profiles.user_id
                             WHERE smallest_latitude >= south AND smallest_latitude < north
                               AND smallest_longitude >= west AND smallest_longitude < east
                               AND users.email_verified_at IS NOT NULL AND users.status = 'active'
                             LIMIT CAST(:up_to AS int)) AS members)
              FROM unnest(CAST(:south AS float8[]), CAST(:north AS float8[]), CAST(:west AS float8[]),
                          CAST(:east AS float8[])) WITH ORDINALITY AS area (south, north, west, east, place)
             ORDER BY place
            """
        )
    )

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, profile: Profile) -> None:
        await self._session.change(self._ADD, _row(profile), rows=1, refusal=_profile_exists)

    async def get(self, user_id: UserId) -> Profile | None:
        row = await self._session.by_key(self._GET, user_id)
        return row and profile_of(row)

    async def save(self, profile: Profile) -> None:
        await replace(self._session, self._SAVE, _row(profile), "user_id")

    async def numbers_in(self, areas: Sequence[GridArea], up_to: int) -> Sequence[int]:
        edges = {name: [getattr(area, name) for area in areas] for name in ("south", "north", "west", "east")}
        rows = await self._session.rows(self._NUMBERS_IN, **edges, up_to=up_to)
        return [int(row[0]) for row in rows]


def _profile_exists() -> ProfileExists:
    return ProfileExists("You already have a profile. Edit it instead.")


def _row(profile: Profile) -> dict[str, Any]:
    row = attrs.asdict(profile, recurse=False)
    cell: GridCell | None = row.pop("cell")
    smallest: GridCell | None = row.pop("smallest_cell")
    return {
        **row,
        "content": documents.written(profile.content),
        "latitude": cell and cell.latitude,
        "longitude": cell and cell.longitude,
        "smallest_latitude": smallest and smallest.latitude,
        "smallest_longitude": smallest and smallest.longitude,
    }


def profile_of(row: Any) -> Profile:
    """The profile a row of ``profiles`` holds."""
    fields = {**row}
    return Profile(
        **{
            "cell": _cell(fields.pop("latitude"), fields.pop("longitude")),
            "smallest_cell": _cell(fields.pop("smallest_latitude"), fields.pop("smallest_longitude")),
            **fields,
            "content": documents.read(row["content"], ProfileContent),
            "visibility": Visibility(row["visibility"]),
        }
    )


def _cell(latitude: float | None, longitude: float | None) -> GridCell | None:
    return None if latitude is None or longitude is None else GridCell(latitude, longitude)


_waits_since = func.coalesce(photos.c.asked_at, photos.c.uploaded_at)


class PostgresPhotos(Photos):
    # Whoever adds a photo holds their account's row, so that two uploads at once cannot both be the sixth.
    _HOLD = Query(select(users.c.id).where(users.c.id == bindparam("user_id")).with_for_update(key_share=True))
    _COUNT = select(func.count()).select_from(photos).where(photos.c.user_id == bindparam("user_id")).scalar_subquery()
    _ADD = insertion_where(photos, _COUNT < MAX_PHOTOS)
    _GET = Query(select(photos).where(photos.c.id == bindparam("id")))
    _OF = Query(select(photos).where(photos.c.user_id == bindparam("user_id")).order_by(photos.c.position, photos.c.id))
    _own = photos.alias("own")
    _BESIDE = Query(
        select(photos)
        .where(photos.c.user_id == select(_own.c.user_id).where(_own.c.id == bindparam("id")).scalar_subquery())
        .order_by(photos.c.position, photos.c.id)
    )
    _AWAITING_STAFF = Query(
        select(photos)
        .where(photos.c.state.in_((literal_column("'in_review'"), literal_column("'appealed'"))))
        .order_by(_waits_since, photos.c.id)
        .limit(bindparam("limit"))
    )
    _IN_REVIEW_SINCE = Query(
        select(func.count().label("found"))
        .select_from(photos)
        .where(photos.c.state == literal_column("'in_review'"), _waits_since <= bindparam("instant"))
    )
    _UNJUDGED = Query(
        select(photos)
        .where(
            photos.c.id > bindparam("after"),
            photos.c.state == literal_column("'approved'"),
            photos.c.moderated.is_(False),
            photos.c.decided_by.is_(None),
        )
        .order_by(photos.c.id)
        .limit(bindparam("limit"))
    )
    _SAVE = replacement_of_all(photos)
    _REMOVE = Query(delete(photos).where(photos.c.id == bindparam("id")))

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, photo: Photo) -> None:
        await self._session.write(self._HOLD, user_id=photo.user_id)
        await self._session.change(
            self._ADD, attrs.asdict(photo, recurse=False), rows=1, refusal=_too_many_photos, taken=_taken
        )

    async def get(self, photo_id: PhotoId) -> Photo | None:
        row = await self._session.row(self._GET, id=photo_id)
        return row and photo_of(row)

    async def of(self, user_id: UserId) -> Sequence[Photo]:
        return [photo_of(row) for row in await self._session.rows(self._OF, user_id=user_id)]

    async def beside(self, photo_id: PhotoId) -> Sequence[Photo]:
        return [photo_of(row) for row in await self._session.rows(self._BESIDE, id=photo_id)]

    async def awaiting_staff(self, limit: int) -> Sequence[Photo]:
        return [photo_of(row) for row in await self._session.rows(self._AWAITING_STAFF, limit=limit)]

    async def in_review_since(self, instant: datetime) -> int:
        row = await self._session.row(self._IN_REVIEW_SINCE, instant=instant)
        return int(row["found"]) if row else 0

    async def unjudged(self, after: PhotoId, limit: int) -> Sequence[Photo]:
        return [photo_of(row) for row in await self._session.rows(self._UNJUDGED, after=after, limit=limit)]

    async def save(self, *changed: Photo) -> None:
        if changed:
            rows = columns(attrs.asdict(photo, recurse=False) for photo in changed)
            await self._session.change(self._SAVE, rows, rows=len(changed))

    async def remove(self, photo_id: PhotoId) -> None:
        await self._session.change(self._REMOVE, {"id": photo_id})


class PostgresRemovedPhotos(RemovedPhotos):
    _ALIKE = text(
        "picture_parts(perceptual_hash) && picture_parts(CAST(:alike AS text)) AND "
        f"bit_count(('x' || perceptual_hash)::bit(64) # ('x' || CAST(:alike AS text))::bit(64)) <= {SAME_PICTURE_BITS}"
    )
    _REMEMBER = insertion_unless(removed_photos, "perceptual_hash")
    _FORGET = Query(delete(removed_photos).where(_ALIKE))
    _RESEMBLES = Query(select(exists().where(_ALIKE).select_from(removed_photos).label("found")))

    def __init__(self, session: Session) -> None:
        self._session = session

    async def remember(self, perceptual_hash: str, at: datetime) -> None:
        await self._session.change(self._REMEMBER, {"perceptual_hash": perceptual_hash, "removed_at": at})

    async def forget(self, perceptual_hash: str) -> None:
        await self._session.change(self._FORGET, {"alike": perceptual_hash})

    async def resembles(self, perceptual_hash: str) -> bool:
        row = await self._session.row(self._RESEMBLES, alike=perceptual_hash)
        return bool(row and row["found"])


def _taken() -> StaleWrite:
    return StaleWrite("This photo is there already.")


def _too_many_photos() -> TooManyPhotos:
    return TooManyPhotos(f"You already have {MAX_PHOTOS} photos. Delete one before you add another.")


def photo_of(row: Any) -> Photo:
    """The photo a row of ``photos`` holds."""
    refusal = row["refusal"]
    return Photo(**{**row, "state": PhotoState(row["state"]), "refusal": refusal and RefusalReason(refusal)})
