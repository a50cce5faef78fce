"""Members to copy and to erase, in the database and the folder of photos of a house."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from adapters.local.photo_files import FilePhotoStore
from saltbitter_domain.compatibility.model import DailyMatches, Decision, DecisionKind, Suggestion
from saltbitter_domain.kernel import MatchId, PhotoId, SessionId, UserId
from saltbitter_domain.profiles.model import Format, Photo, Size
from saltbitter_domain.profiles.policies import rendition_key
from saltbitter_domain.uow import UnitOfWork
from saltbitter_domain.users.model import User
from tests.doubles.builders import a_consent, a_full_photo, a_full_profile, a_full_session, a_user, new_id
from tests.faults.house import House

YEARS = 5
INTRODUCTIONS, DECISIONS, PHOTOS = 10_000, 2_000, 6
STAYING = 50
CHUNK = 100


def photo_store(home: House) -> FilePhotoStore:
    """The folder in which the workers of the house keep photos."""
    return FilePhotoStore(home.clock, str(home.mails.parent / "photos"), b"signs nothing here")


async def settle_in(uow: UnitOfWork, name: str, now: datetime, photos: int) -> tuple[User, Sequence[Photo]]:
    """A member with an account, a session, a profile, a consent and photos, whose files are not there yet."""
    user = a_user(id=UserId(new_id()), email=f"{name}@example.org", created_at=now, email_verified_at=now)
    album = [
        attrs.evolve(a_full_photo(user), id=PhotoId(new_id()), position=at, uploaded_at=now) for at in range(photos)
    ]
    await uow.users.add(user)
    session = attrs.evolve(a_full_session(user), id=SessionId(new_id()), token_hash=f"token-{name}")
    await uow.sessions.add(attrs.evolve(session, expires_at=now + timedelta(days=7), last_used_at=now))
    await uow.profiles.add(a_full_profile(user))
    await uow.consents.append(a_consent(user, at=now))
    for photo in album:
        await uow.photos.add(photo)
    return user, album


async def long_a_member(home: House, picture: bytes) -> UserId:
    """A member of five years: introduced to 10,000 people, of whom they decided about 2,000, with six photos."""
    now, days = home.clock.now(), YEARS * 365
    people = [UserId(new_id()) for _ in range(DECISIONS)]
    async with home.begin() as begin:
        async with begin() as uow:
            user, album = await settle_in(uow, "long", now - timedelta(days=days), PHOTOS)
            await uow.commit()
        for photo in album:
            await photo_store(home).put(rendition_key(photo, Size.LARGE, Format.JPEG), picture, "image/jpeg")
        for first in range(0, DECISIONS, CHUNK):
            async with begin() as uow:
                for number in range(first, first + CHUNK):
                    await uow.users.add(a_user(id=people[number], email=f"person{number}@example.org"))
                await uow.commit()
        for first in range(0, DECISIONS, CHUNK):
            async with begin() as uow:
                for about in people[first : first + CHUNK]:
                    like = Decision(user.id, about, DecisionKind.LIKE, now, "Let us row to the island.")
                    await uow.decisions.add(like, MatchId(new_id()))
                await uow.commit()
        for first in range(0, days, CHUNK):
            async with begin() as uow:
                for day in range(first, min(first + CHUNK, days)):
                    a_day = INTRODUCTIONS * (day + 1) // days - INTRODUCTIONS * day // days
                    seen = [people[(day * 7 + number) % len(people)] for number in range(a_day)]
                    listed = tuple(Suggestion(each, rank, 0.5) for rank, each in enumerate(seen, 1))
                    at = now - timedelta(days=day)
                    await uow.daily_matches.add(DailyMatches(user.id, at.date(), at, listed))
                await uow.commit()
    return user.id


async def many_who_leave(home: House, size: int) -> tuple[list[User], list[Photo]]:
    """Members who have just asked to be erased, each matched with one of a few who stay, and their photos, whose files
    are there."""
    now, album, leaving = home.clock.now(), list[Photo](), list[User]()
    async with home.begin() as begin:
        async with begin() as uow:
            staying = [(await settle_in(uow, f"stays{number}", now, 1))[0] for number in range(STAYING)]
            await uow.commit()
        for first in range(0, size, CHUNK):
            async with begin() as uow:
                for number in range(first, min(first + CHUNK, size)):
                    user, photos = await settle_in(uow, f"leaves{number}", now - timedelta(days=40), 1)
                    other = staying[number % STAYING]
                    for by, about in ((user, other), (other, user)):
                        like = Decision(by.id, about.id, DecisionKind.LIKE, now - timedelta(days=40))
                        await uow.decisions.add(like, MatchId(new_id()))
                    leaving.append(user)
                    album += photos
                await uow.commit()
        for photo in album:
            await photo_store(home).put(rendition_key(photo, Size.LARGE, Format.JPEG), b"pixels", "image/jpeg")
        for first in range(0, size, CHUNK):
            async with begin() as uow:
                for user in leaving[first : first + CHUNK]:
                    await uow.users.save(user.leaving(now))
                await uow.commit()
    return leaving, album
