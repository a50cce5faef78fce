"""Writing a profile, saying where one is, and who may see it."""

from collections.abc import Callable, Mapping
from functools import partial

import attrs

from saltbitter_domain.consent.model import ConsentRecord, ConsentWithdrawn, Purpose
from saltbitter_domain.consent.policies import granted, last_of
from saltbitter_domain.kernel import Clock, EventId, FieldProblem, GridCell, StaleWrite, UserId, is_time_zone
from saltbitter_domain.profiles.model import (
    LocationConsentNeeded,
    Profile,
    ProfileChanged,
    ProfileContent,
    ProfileCreated,
    ProfileInvalid,
    ProfileMissing,
    Visibility,
)
from saltbitter_domain.profiles.policies import (
    MEMBERS_IN_A_CELL,
    SENSITIVE,
    Completeness,
    Sensitive,
    areas_around,
    check,
    completeness,
    moves_to,
)
from saltbitter_domain.profiles.ports import Place, Places, Profiles
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, as_read, retrying
from saltbitter_domain.users.model import UserMissing


class ProfileService:
    """A member's own profile. Whatever asks for a ``version`` answers ``StaleWrite`` when it is not the latest, and
    whatever needs a profile answers ``ProfileMissing`` when there is none."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, places: Places) -> None:
        self._begin = begin
        self._clock = clock
        self._places = places

    async def create_profile(self, user_id: UserId, content: ProfileContent) -> Profile:
        """Write the first version. Date of birth and time zone are the account's.

        ``ProfileInvalid`` with everything that is wrong, the refusal of whatever ``SENSITIVE`` names without the
        consent to it, ``ProfileExists``."""
        _refuse_invalid(content)
        async with self._begin() as uow:
            user = await uow.users.get(user_id)
            if user is None:
                raise UserMissing("There is no such account.")
            await _refuse_sensitive(uow, user_id, content)
            now = self._clock.now()
            profile = Profile(user_id, user.date_of_birth, content, user.time_zone, created_at=now, updated_at=now)
            await uow.profiles.add(profile)
            uow.emit(ProfileCreated(user_id))
            await uow.commit()
        return profile

    async def get(self, user_id: UserId) -> Profile:
        """The member's profile as they see it themselves."""
        async with self._begin() as uow:
            return await _profile(uow, user_id)

    async def edit(self, user_id: UserId, content: ProfileContent, version: int) -> Profile:
        """Replace all that the member says of themselves. ``ProfileInvalid``, and the refusal of whatever ``SENSITIVE``
        names without the consent to it. What was agreed to in words that were reworded since may stay as it is."""
        _refuse_invalid(content)
        async with self._begin() as uow:
            profile = await _profile(uow, user_id, version)
            await _refuse_sensitive(uow, user_id, content, profile.content)
            rerated = bool(profile.content.values) and content.values != profile.content.values
            rerated_at = self._clock.now() if rerated else profile.rerated_at
            return await self._keep(uow, attrs.evolve(profile, content=content, rerated_at=rerated_at))

    async def set_visibility(self, user_id: UserId, visibility: Visibility, version: int) -> Profile:
        """Be seen, be seen only by those one likes, or take a break: for every tier alike."""
        async with self._begin() as uow:
            profile = await _profile(uow, user_id, version)
            return await self._keep(uow, attrs.evolve(profile, visibility=visibility))

    async def set_location(self, user_id: UserId, latitude: float, longitude: float) -> Profile:
        """Say where one is, in degrees (WGS 84). Only the centre of the cell is kept, with its city and time zone.

        The cell is the smallest with members enough at this moment. It stays as it is until the member moves, whoever
        else comes or goes, so that nobody can watch it change. Within two smallest cells of the present one nothing
        changes. ``ProfileInvalid`` outside the globe, ``LocationConsentNeeded``, ``LocationChangedTooSoon`` for moves
        too often or too fast."""
        smallest = _smallest_cell(latitude, longitude)
        async with self._begin() as uow:
            found = profile, _ = await _locatable(uow, user_id)
            if not moves_to(profile, smallest, self._clock.now()):
                return profile
            cell = await _grown(uow.profiles, smallest)
        move = partial(self._move, smallest, cell, await self._places.at(cell))

        async def read() -> tuple[Profile, ConsentRecord]:
            async with self._begin() as uow:
                return await _locatable(uow, user_id)

        return await as_read(found, read, move)

    async def set_time_zone(self, user_id: UserId, name: str) -> Profile:
        """Correct the time zone by hand; it holds until the member moves. ``ProfileInvalid`` for an unknown name."""
        if not is_time_zone(name):
            raise ProfileInvalid(
                "We do not know this time zone.",
                fields=(FieldProblem("time_zone", "unknown", "Give a time zone of the IANA list, as Europe/Lisbon."),),
            )
        return await retrying(lambda: self._set_time_zone(user_id, name))

    async def completeness(self, user_id: UserId) -> Completeness:
        """How much of the profile is there, what is missing and why it helps."""
        async with self._begin() as uow:
            return completeness(await _profile(uow, user_id), await uow.photos.of(user_id))

    async def forget_location(self, message: EventId, event: ConsentWithdrawn) -> None:
        """Listener: whoever takes the consent back is nowhere. The time zone stays, for their mornings."""
        if event.purpose is Purpose.LOCATION:
            await self._forget(message, event, _nowhere)

    async def forget_sensitive(self, message: EventId, event: ConsentWithdrawn) -> None:
        """Listener: whoever takes a consent back has not told what it was for."""
        for part in SENSITIVE:
            if event.purpose is part.purpose:
                await self._forget(message, event, partial(_without, part))

    async def forget_unagreed(self, message: EventId, event: ProfileCreated) -> None:
        """Listener: a profile written in the moment in which a consent was taken back says nothing of what it was for.

        Whoever took it back before the profile was there found none to change, so that it is looked at once more."""
        async with self._begin() as uow:
            if not await uow.first_time("profiles.forget_unagreed", message):
                return
            profile = await uow.profiles.get(event.user_id)
            consents = await uow.consents.current(event.user_id)
            kept = profile
            for part in SENSITIVE:
                if kept is not None and part.said(kept.content) and not _held(consents, part.purpose):
                    kept = _without(part, kept)
            if kept is not None and kept != profile:
                await self._keep(uow, kept)
            else:
                await uow.commit()

    async def _move(
        self, smallest: GridCell, cell: GridCell, place: Place | None, found: tuple[Profile, ConsentRecord]
    ) -> Profile:
        """Move whoever this is the latest version of, if they still do move; ``StaleWrite`` when they decided on
        anything after the consent that was found, which may have been to be nowhere."""
        now, (profile, agreed) = self._clock.now(), found
        if not moves_to(profile, smallest, now):
            return profile
        moved = attrs.evolve(
            profile,
            cell=cell,
            smallest_cell=smallest,
            located_at=now,
            city=place.city if place else None,
            time_zone=place.time_zone if place else profile.time_zone,
        )
        async with self._begin() as uow:
            await uow.consents.keep_to(agreed)
            return await self._keep(uow, moved)

    async def _set_time_zone(self, user_id: UserId, name: str) -> Profile:
        async with self._begin() as uow:
            return await self._keep(uow, attrs.evolve(await _profile(uow, user_id), time_zone=name))

    async def _forget(self, message: EventId, event: ConsentWithdrawn, change: Callable[[Profile], Profile]) -> None:
        """Once only: a message that comes again later must not take what the member has agreed to anew. A profile
        that says nothing of it gets a new version all the same, so that whoever is just writing it is refused."""
        async with self._begin() as uow:
            if not await uow.first_time(f"profiles.forget_{event.purpose}", message):
                return
            profile = await uow.profiles.get(event.user_id)
            if profile is not None and (changed := change(profile)) != profile:
                await self._keep(uow, changed)
                return
            if profile is not None:
                await uow.profiles.save(profile)
            await uow.commit()

    async def _keep(self, uow: UnitOfWork, changed: Profile) -> Profile:
        """Store the change, tell of it, and give back the profile under its new version."""
        changed = attrs.evolve(changed, updated_at=self._clock.now())
        await uow.profiles.save(changed)
        uow.emit(ProfileChanged(changed.user_id))
        await uow.commit()
        return attrs.evolve(changed, version=changed.version + 1)


async def _profile(uow: UnitOfWork, user_id: UserId, version: int | None = None) -> Profile:
    profile = await uow.profiles.get(user_id)
    if profile is None:
        raise ProfileMissing("There is no profile yet. Create it first.")
    if version is not None and version != profile.version:
        raise StaleWrite("Your profile was changed in the meantime. Read it again and repeat the change.")
    return profile


async def _locatable(uow: UnitOfWork, user_id: UserId) -> tuple[Profile, ConsentRecord]:
    """The profile of a member who has agreed to be located, and the last that they decided, of one moment."""
    profile, consents = await uow.together(_profile(uow, user_id), uow.consents.current(user_id))
    last = last_of(consents)
    if last is None or not granted(consents, Purpose.LOCATION):
        raise LocationConsentNeeded("We may use your location only once you have agreed to it.")
    return profile, last


def _without(part: Sensitive, profile: Profile) -> Profile:
    return attrs.evolve(profile, content=part.without(profile.content))


def _nowhere(profile: Profile) -> Profile:
    return attrs.evolve(profile, cell=None, smallest_cell=None, city=None)


async def _grown(profiles: Profiles, smallest: GridCell) -> GridCell:
    """The smallest cell around in which there are members enough; the largest where there are too few."""
    areas = tuple(areas_around(smallest))
    numbers = await profiles.numbers_in(areas, MEMBERS_IN_A_CELL)
    enough = (area for area, number in zip(areas, numbers, strict=True) if number == MEMBERS_IN_A_CELL)
    return GridCell(*next(enough, areas[-1]).middle)


def _refuse_invalid(content: ProfileContent) -> None:
    if problems := check(content):
        raise ProfileInvalid("Some of your answers need another look.", fields=problems)


async def _refuse_sensitive(
    uow: UnitOfWork, user_id: UserId, content: ProfileContent, before: ProfileContent | None = None
) -> None:
    told = [part for part in SENSITIVE if part.said(content)]
    consents = await uow.consents.current(user_id) if told else {}
    for part in told:
        waits = before is not None and part.said(content) == part.said(before) and _held(consents, part.purpose)
        if not granted(consents, part.purpose) and not waits:
            raise part.refused()


def _held(consents: Mapping[Purpose, ConsentRecord], purpose: Purpose) -> bool:
    """Whether what they say stands, be it to words that were reworded since."""
    held = consents.get(purpose)
    return held is not None and held.granted


def _smallest_cell(latitude: float, longitude: float) -> GridCell:
    problems = [
        FieldProblem(path, "out_of_range", f"Give degrees from -{limit} to {limit}.")
        for path, degrees, limit in (("latitude", latitude, 90), ("longitude", longitude, 180))
        if not -limit <= degrees <= limit
    ]
    if problems:
        raise ProfileInvalid("There is no such place.", fields=tuple(problems))
    return GridCell.containing(latitude, longitude)
