"""Writing one's profile, saying where one is, and taking consent back."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from uuid import UUID

import attrs
import pytest

from adapters.memory.outbox import MemoryOutbox
from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.consent.model import ConsentWithdrawn, Purpose
from saltbitter_domain.consent.policies import last_of
from saltbitter_domain.consent.service import ConsentService
from saltbitter_domain.events import Event, OutboxMessage
from saltbitter_domain.kernel import EventId, GridArea, GridCell, StaleWrite, UserId
from saltbitter_domain.profiles.model import (
    GendersSoughtConsentNeeded,
    Importance,
    LocationChangedTooSoon,
    LocationConsentNeeded,
    Orientation,
    OrientationConsentNeeded,
    PhotoState,
    Profile,
    ProfileChanged,
    ProfileCreated,
    ProfileExists,
    ProfileInvalid,
    ProfileMissing,
    Religion,
    ReligionConsentNeeded,
    Visibility,
)
from saltbitter_domain.profiles.policies import areas_around
from saltbitter_domain.profiles.ports import Place, Places
from saltbitter_domain.profiles.service import ProfileService
from saltbitter_domain.users.model import UserMissing
from tests.doubles.builders import NOW, a_consent, a_content, a_photo, a_profile, a_user
from tests.doubles.refusals import told
from tests.doubles.simultaneous import Simultaneous

TEXT = "2026-11-01"
LISBON, PORTO, ATLANTIC = (38.7223, -9.1393), (41.1579, -8.6291), (30.0, -40.0)
LONELY = GridCell(*GridArea.containing(*LISBON, 64).middle)
"""What is kept of Lisbon where few members live."""
ORIENTED = a_content(orientation=Orientation.GAY)
ANA = a_user(time_zone="America/Bogota", date_of_birth=date(1990, 2, 28))


class Iberia(Places):
    """Knows two cities and the sea between here and America. Something may happen ``meanwhile``, once."""

    def __init__(self) -> None:
        self.asked = 0
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def at(self, cell: GridCell) -> Place | None:
        self.asked += 1
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        if cell.longitude < -20:
            return None
        return Place("Porto" if cell.latitude > 40 else "Lisbon", "Europe/Lisbon")


class House:
    def __init__(self) -> None:
        self.store, self.clock = MemoryStore(), ManualClock(NOW)
        ids = UuidV7Ids(self.clock)
        self.begin = Simultaneous(MemoryUnitsOfWork(self.store, self.clock, ids))
        self.places = Iberia()
        self.service = ProfileService(begin=self.begin, clock=self.clock, places=self.places)
        self.consents = ConsentService(begin=self.begin, clock=self.clock, ids=ids)

    async def messages(self) -> Sequence[OutboxMessage]:
        return await MemoryOutbox(self.store).due(self.clock.now(), 100)

    async def events(self, kind: type[Event]) -> Sequence[Event]:
        return [message.event for message in await self.messages() if isinstance(message.event, kind)]

    async def consent(self, purpose: Purpose, *, yes: bool = True) -> None:
        version = next(text.version for text in self.consents.texts() if text.purpose is purpose)
        await self.consents.decide(ANA.id, purpose, yes, version, "web")

    async def settle(self, cell: GridCell, members: int) -> None:
        async with self.begin() as uow:
            for _ in range(members):
                user = a_user()
                await uow.users.add(user)
                await uow.profiles.add(a_profile(user, smallest_cell=cell))
            await uow.commit()

    async def withdrawal(self) -> tuple[EventId, ConsentWithdrawn]:
        """The latest message of a consent taken back."""
        return next(
            (message.id, message.event)
            for message in reversed(await self.messages())
            if isinstance(message.event, ConsentWithdrawn)
        )


def somewhere_in(area: GridArea, smaller: Sequence[GridArea]) -> GridCell:
    """A smallest cell in the area and in none of the smaller ones."""
    tenths = [(n + 0.5) / 10 for n in range(10)]
    cells = (
        GridCell.containing(area.south + north * (area.north - area.south), area.west + east * (area.east - area.west))
        for north in tenths
        for east in tenths
    )
    return next(cell for cell in cells if area.holds(cell) and not any(other.holds(cell) for other in smaller))


@pytest.fixture
def house(runner: asyncio.Runner) -> House:
    house = House()

    async def move_in() -> None:
        async with house.begin() as uow:
            await uow.users.add(ANA)
            await uow.consents.append(a_consent(ANA, purpose=Purpose.GENDERS_SOUGHT))
            await uow.commit()

    runner.run(move_in())
    return house


@pytest.fixture
def ana(house: House, runner: asyncio.Runner) -> Profile:
    profile: Profile = runner.run(house.service.create_profile(ANA.id, a_content()))
    return profile


async def test_a_new_profile_takes_birth_date_and_time_zone_from_the_account(house: House) -> None:
    profile = await house.service.create_profile(ANA.id, a_content(name="Ana"))

    assert profile == await house.service.get(ANA.id)
    assert profile == Profile(ANA.id, date(1990, 2, 28), a_content(name="Ana"), "America/Bogota", NOW, NOW)
    assert [message.event for message in await house.messages()] == [ProfileCreated(ANA.id)]


async def test_text_is_kept_as_it_was_written(house: House) -> None:
    content = a_content(name=" e\u0301 é 👩‍👩‍👧 ", bio="مرحبا\r\n\u202bשלום")
    await house.service.create_profile(ANA.id, content)
    assert (await house.service.get(ANA.id)).content == content


async def test_a_member_has_one_profile(house: House, ana: Profile) -> None:
    with pytest.raises(ProfileExists):
        await house.service.create_profile(ANA.id, a_content(name="Other"))
    assert await house.service.get(ANA.id) == ana


async def test_of_two_profiles_written_at_once_one_stays(house: House) -> None:
    results = await asyncio.gather(
        house.service.create_profile(ANA.id, a_content(name="One")),
        house.service.create_profile(ANA.id, a_content(name="Two")),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["Profile", "ProfileExists"]
    assert len(await house.events(ProfileCreated)) == 1


async def test_nobody_has_a_profile_without_an_account(house: House) -> None:
    with pytest.raises(UserMissing) as refused:
        await house.service.create_profile(UserId(UUID(int=99)), a_content())
    assert told(refused.value) == []


async def test_before_there_is_a_profile_it_is_missing(house: House) -> None:
    await house.consent(Purpose.LOCATION)
    for attempt in (
        house.service.get(ANA.id),
        house.service.edit(ANA.id, a_content(), 1),
        house.service.set_visibility(ANA.id, Visibility.PAUSED, 1),
        house.service.set_location(ANA.id, *LISBON),
        house.service.set_time_zone(ANA.id, "Europe/Lisbon"),
        house.service.completeness(ANA.id),
    ):
        with pytest.raises(ProfileMissing) as refused:
            await attempt
        assert told(refused.value) == []


async def test_a_wrong_profile_is_refused_with_every_problem_and_nothing_is_kept(house: House) -> None:
    with pytest.raises(ProfileInvalid) as refused:
        await house.service.create_profile(ANA.id, a_content(name="", bio="x" * 501))
    assert told(refused.value) == [("name", "blank"), ("bio", "too_long")]
    with pytest.raises(ProfileMissing):
        await house.service.get(ANA.id)


async def test_an_edit_replaces_what_is_said_and_makes_a_new_version(house: House, ana: Profile) -> None:
    house.clock.advance(timedelta(hours=1))
    edited = await house.service.edit(ANA.id, a_content(bio="New."), ana.version)

    assert edited == await house.service.get(ANA.id)
    assert (edited.content, edited.version) == (a_content(bio="New."), 2)
    assert (edited.created_at, edited.updated_at) == (NOW, NOW + timedelta(hours=1))
    assert await house.events(ProfileChanged) == [ProfileChanged(ANA.id)]


async def test_an_edit_of_an_older_version_changes_nothing(house: House, ana: Profile) -> None:
    edited = await house.service.edit(ANA.id, a_content(bio="First."), ana.version)
    for attempt in (
        house.service.edit(ANA.id, a_content(bio="Second."), ana.version),
        house.service.set_visibility(ANA.id, Visibility.PAUSED, ana.version),
        house.service.edit(ANA.id, a_content(bio="From the future."), 3),
    ):
        with pytest.raises(StaleWrite) as refused:
            await attempt
        assert told(refused.value) == []
    assert await house.service.get(ANA.id) == edited


async def test_of_many_edits_of_one_version_exactly_one_stays(house: House, ana: Profile) -> None:
    results = await asyncio.gather(
        *(house.service.edit(ANA.id, a_content(bio=f"{n}"), ana.version) for n in range(20)), return_exceptions=True
    )
    (kept,) = [result for result in results if isinstance(result, Profile)]
    assert all(isinstance(result, Profile | StaleWrite) for result in results)
    assert await house.service.get(ANA.id) == kept
    assert len(await house.events(ProfileChanged)) == 1


async def test_an_edit_is_checked_like_the_first_version(house: House, ana: Profile) -> None:
    with pytest.raises(ProfileInvalid):
        await house.service.edit(ANA.id, a_content(name=""), ana.version)
    assert await house.service.get(ANA.id) == ana


async def test_orientation_is_kept_only_by_consent(house: House) -> None:
    with pytest.raises(OrientationConsentNeeded) as refused:
        await house.service.create_profile(ANA.id, ORIENTED)
    assert told(refused.value) == [("orientation", "consent_needed")]

    await house.consent(Purpose.ORIENTATION)
    profile = await house.service.create_profile(ANA.id, ORIENTED)
    assert profile.content.orientation is Orientation.GAY
    profile = await house.service.edit(ANA.id, ORIENTED, profile.version)
    assert profile.content.orientation is Orientation.GAY

    await house.consent(Purpose.ORIENTATION, yes=False)
    with pytest.raises(OrientationConsentNeeded):
        await house.service.edit(ANA.id, ORIENTED, profile.version)


@pytest.mark.parametrize("visibility", list(Visibility))
async def test_every_member_decides_who_sees_them(house: House, ana: Profile, visibility: Visibility) -> None:
    changed = await house.service.set_visibility(ANA.id, visibility, ana.version)
    assert changed == await house.service.get(ANA.id)
    assert (changed.visibility, changed.version) == (visibility, 2)


async def test_a_place_is_kept_as_a_cell_with_its_city_and_time_zone(house: House, ana: Profile) -> None:
    await house.consent(Purpose.LOCATION)
    placed = await house.service.set_location(ANA.id, *LISBON)

    assert placed == await house.service.get(ANA.id)
    assert (placed.cell, placed.city, placed.time_zone) == (LONELY, "Lisbon", "Europe/Lisbon")
    assert (placed.located_at, placed.version) == (NOW, ana.version + 1)
    assert "38.7223" not in repr(placed)
    assert await house.events(ProfileChanged) == [ProfileChanged(ANA.id)]


@pytest.mark.parametrize("side", range(6))
async def test_a_cell_grows_until_it_has_fifty_members(house: House, ana: Profile, side: int) -> None:
    *smaller, area = list(areas_around(GridCell.containing(*LISBON)))[: side + 1]
    await house.settle(somewhere_in(area, smaller), 50)
    await house.consent(Purpose.LOCATION)

    placed = await house.service.set_location(ANA.id, *LISBON)

    assert placed.cell == GridCell(*area.middle)
    assert placed.smallest_cell == GridCell.containing(*LISBON)


async def test_where_fewer_live_the_largest_cell_is_kept(house: House, ana: Profile) -> None:
    await house.settle(GridCell.containing(*LISBON), 49)
    await house.consent(Purpose.LOCATION)
    assert (await house.service.set_location(ANA.id, *LISBON)).cell == LONELY


async def test_where_exactly_somebody_was_is_written_nowhere(house: House, ana: Profile) -> None:
    await house.consent(Purpose.LOCATION)
    await house.service.set_location(ANA.id, 38.713872, -9.144261)

    rows = [row for table in house.store.tables.every().values() for row in table.items().values()]
    written = str([attrs.asdict(row) if attrs.has(type(row)) else row for row in rows])
    assert str(LONELY.latitude) in written, "a cell would be seen here"
    assert not [digits for digits in ("38.7138", "38.7139", "9.1442", "9.1443") if digits in written]


async def test_whoever_comes_later_changes_nobody_else_s_cell(house: House, ana: Profile) -> None:
    await house.consent(Purpose.LOCATION)
    placed = await house.service.set_location(ANA.id, *LISBON)
    await house.settle(GridCell.containing(*LISBON), 50)
    house.clock.advance(timedelta(days=1))
    assert await house.service.set_location(ANA.id, LISBON[0] + 0.02, LISBON[1]) == placed


async def test_a_place_is_used_only_by_consent(house: House, ana: Profile) -> None:
    with pytest.raises(LocationConsentNeeded) as refused:
        await house.service.set_location(ANA.id, *LISBON)
    assert told(refused.value) == []
    assert await house.service.get(ANA.id) == ana


@pytest.mark.parametrize(
    ("latitude", "longitude", "paths"),
    [
        (91.0, 0.0, ["latitude"]),
        (0.0, -180.5, ["longitude"]),
        (float("nan"), float("inf"), ["latitude", "longitude"]),
    ],
)
async def test_there_is_no_place_off_the_globe(
    house: House, ana: Profile, latitude: float, longitude: float, paths: list[str]
) -> None:
    with pytest.raises(ProfileInvalid) as refused:
        await house.service.set_location(ANA.id, latitude, longitude)
    assert told(refused.value) == [(path, "out_of_range") for path in paths]


async def test_the_edges_of_the_globe_are_places(house: House, ana: Profile) -> None:
    await house.consent(Purpose.LOCATION)
    await house.service.set_location(ANA.id, 90, 180)
    house.clock.advance(timedelta(days=1))
    assert (await house.service.set_location(ANA.id, -90, -180)).smallest_cell == GridCell.containing(-90, -180)


async def test_at_sea_there_is_no_city_and_the_time_zone_stays(house: House, ana: Profile) -> None:
    await house.consent(Purpose.LOCATION)
    sailing = await house.service.set_location(ANA.id, *ATLANTIC)
    assert (sailing.smallest_cell, sailing.city) == (GridCell.containing(*ATLANTIC), None)
    assert sailing.time_zone == ana.time_zone


async def test_a_step_round_the_corner_changes_nothing(house: House, ana: Profile) -> None:
    await house.consent(Purpose.LOCATION)
    placed = await house.service.set_location(ANA.id, *LISBON)
    corrected = await house.service.set_time_zone(ANA.id, "Europe/Madrid")
    assert await house.service.set_location(ANA.id, LISBON[0] + 0.02, LISBON[1]) == corrected
    assert corrected == attrs.evolve(placed, time_zone="Europe/Madrid", version=placed.version + 1)


async def test_a_place_is_looked_up_once_and_holds_up_nothing_meanwhile(house: House, ana: Profile) -> None:
    await house.consent(Purpose.LOCATION)
    house.places.meanwhile = lambda: house.service.edit(ANA.id, a_content(name="Ana Maria"), ana.version)
    placed = await house.service.set_location(ANA.id, *LISBON)
    assert (placed.content.name, placed.city) == ("Ana Maria", "Lisbon")
    assert house.places.asked == 1


async def test_whoever_takes_their_yes_back_while_their_place_is_looked_up_is_nowhere(
    house: House, ana: Profile
) -> None:
    await house.consent(Purpose.LOCATION)
    house.places.meanwhile = lambda: house.consent(Purpose.LOCATION, yes=False)

    with pytest.raises(LocationConsentNeeded):
        await house.service.set_location(ANA.id, *LISBON)

    assert await house.service.get(ANA.id) == ana


async def test_whoever_decides_on_something_else_while_their_place_is_looked_up_is_there(
    house: House, ana: Profile
) -> None:
    await house.consent(Purpose.LOCATION)
    house.places.meanwhile = lambda: house.consent(Purpose.ANALYTICS)

    assert (await house.service.set_location(ANA.id, *LISBON)).city == "Lisbon"


async def test_a_move_takes_time(house: House, ana: Profile) -> None:
    await house.consent(Purpose.LOCATION)
    await house.service.set_location(ANA.id, *LISBON)
    with pytest.raises(LocationChangedTooSoon) as refused:
        await house.service.set_location(ANA.id, *PORTO)
    assert (await house.service.get(ANA.id)).city == "Lisbon"

    assert refused.value.retry_after is not None
    house.clock.advance(timedelta(seconds=refused.value.retry_after))
    moved = await house.service.set_location(ANA.id, *PORTO)
    assert (moved.city, moved.located_at) == ("Porto", house.clock.now())


async def test_two_corrections_at_the_same_moment_both_succeed(house: House, ana: Profile) -> None:
    names = ("Europe/Lisbon", "Europe/Madrid")
    first, second = await asyncio.gather(*(house.service.set_time_zone(ANA.id, name) for name in names))
    assert (first.time_zone, second.time_zone) == names
    assert await house.service.get(ANA.id) == second
    assert second.version == ana.version + 2


async def test_a_place_given_twice_at_the_same_moment_is_one_move(house: House, ana: Profile) -> None:
    await house.consent(Purpose.LOCATION)
    first, second = await asyncio.gather(*(house.service.set_location(ANA.id, *LISBON) for _ in range(2)))
    assert first == second == await house.service.get(ANA.id)
    assert await house.events(ProfileChanged) == [ProfileChanged(ANA.id)]


async def test_a_time_zone_must_be_a_known_one(house: House, ana: Profile) -> None:
    assert (await house.service.set_time_zone(ANA.id, "Europe/Madrid")).time_zone == "Europe/Madrid"
    with pytest.raises(ProfileInvalid) as refused:
        await house.service.set_time_zone(ANA.id, "Mars/Olympus_Mons")
    assert told(refused.value) == [("time_zone", "unknown")]


async def test_completeness_looks_at_profile_and_photos(house: House, ana: Profile) -> None:
    assert (await house.service.completeness(ANA.id)).percent == 0
    async with house.begin() as uow:
        await uow.photos.add(a_photo(ANA, state=PhotoState.APPROVED))
        await uow.commit()
    assert (await house.service.completeness(ANA.id)).percent == 20


async def test_taking_back_the_consent_forgets_the_place_but_not_when_one_moved(house: House, ana: Profile) -> None:
    await house.consent(Purpose.LOCATION)
    placed = await house.service.set_location(ANA.id, *LISBON)
    await house.consent(Purpose.LOCATION, yes=False)
    message, event = await house.withdrawal()
    await house.service.forget_sensitive(message, event)
    assert await house.service.get(ANA.id) == placed

    await house.service.forget_location(message, event)

    assert await house.service.get(ANA.id) == attrs.evolve(
        placed, cell=None, smallest_cell=None, city=None, version=placed.version + 1
    )
    assert len(await house.events(ProfileChanged)) == 2


async def test_taking_back_the_consent_and_giving_it_again_is_no_way_to_move_faster(house: House, ana: Profile) -> None:
    await house.consent(Purpose.LOCATION)
    await house.service.set_location(ANA.id, *LISBON)
    await house.consent(Purpose.LOCATION, yes=False)
    await house.service.forget_location(*await house.withdrawal())
    await house.consent(Purpose.LOCATION)

    house.clock.advance(timedelta(hours=22))
    with pytest.raises(LocationChangedTooSoon):
        await house.service.set_location(ANA.id, *PORTO)
    house.clock.advance(timedelta(minutes=15))
    assert (await house.service.set_location(ANA.id, *PORTO)).city == "Porto"


async def test_taking_back_the_consent_forgets_the_orientation(house: House) -> None:
    await house.consent(Purpose.ORIENTATION)
    told = await house.service.create_profile(ANA.id, ORIENTED)
    await house.consent(Purpose.ORIENTATION, yes=False)
    message, event = await house.withdrawal()
    await house.service.forget_location(message, event)
    assert await house.service.get(ANA.id) == told

    await house.service.forget_sensitive(message, event)

    assert await house.service.get(ANA.id) == attrs.evolve(told, content=a_content(), version=2)
    assert len(await house.events(ProfileChanged)) == 1


async def test_an_orientation_told_again_can_be_taken_back_again(house: House, ana: Profile) -> None:
    for version in (1, 3):
        await house.consent(Purpose.ORIENTATION)
        await house.service.edit(ANA.id, ORIENTED, version)
        await house.consent(Purpose.ORIENTATION, yes=False)
        await house.service.forget_sensitive(*await house.withdrawal())
        assert (await house.service.get(ANA.id)).content.orientation is None


async def test_a_withdrawal_that_comes_again_takes_nothing_that_was_agreed_to_since(house: House, ana: Profile) -> None:
    await house.consent(Purpose.LOCATION)
    await house.consent(Purpose.LOCATION, yes=False)
    message, event = await house.withdrawal()
    await house.service.forget_location(message, event)
    await house.consent(Purpose.LOCATION)
    placed = await house.service.set_location(ANA.id, *LISBON)

    await house.service.forget_location(message, event)

    assert await house.service.get(ANA.id) == placed


async def test_where_nothing_was_told_nothing_changes_but_the_version(house: House, ana: Profile) -> None:
    """Whoever read the profile before the consent was taken back cannot add to it what needed the consent."""
    event = ConsentWithdrawn(ANA.id, Purpose.LOCATION)
    await house.service.forget_location(EventId(UUID(int=5)), event)
    await house.service.forget_sensitive(EventId(UUID(int=6)), ConsentWithdrawn(ANA.id, Purpose.ORIENTATION))
    assert await house.service.get(ANA.id) == attrs.evolve(ana, version=ana.version + 2)
    assert await house.events(ProfileChanged) == []
    with pytest.raises(StaleWrite):
        await house.service.edit(ANA.id, a_content(bio="Written before."), ana.version)


async def test_taking_back_the_consents_forgets_whom_one_seeks_and_a_religion(house: House) -> None:
    await house.consent(Purpose.RELIGION)
    content = a_content(religion=Religion.HINDU, religion_importance=Importance.VERY)
    await house.service.create_profile(ANA.id, content)
    for purpose in (Purpose.RELIGION, Purpose.GENDERS_SOUGHT):
        await house.consent(purpose, yes=False)
        await house.service.forget_sensitive(*await house.withdrawal())

    left = (await house.service.get(ANA.id)).content
    assert left == attrs.evolve(a_content(), preferences=attrs.evolve(content.preferences, genders=frozenset()))
    with pytest.raises(GendersSoughtConsentNeeded):
        await house.service.edit(ANA.id, a_content(), 3)
    with pytest.raises(ReligionConsentNeeded):
        await house.service.edit(ANA.id, attrs.evolve(left, religion=Religion.HINDU), 3)
    assert (await house.service.edit(ANA.id, attrs.evolve(left, bio="Without it."), 3)).version == 4


async def test_what_was_agreed_to_in_older_words_may_stay_as_it_is_but_not_be_changed(house: House) -> None:
    async with house.begin() as uow:
        last = last_of(await uow.consents.current(ANA.id))
        yes = a_consent(ANA, last, Purpose.RELIGION)
        await uow.consents.append(yes)
        await uow.commit()
    religious = a_content(religion=Religion.HINDU)
    await house.service.create_profile(ANA.id, religious)
    async with house.begin() as uow:
        await uow.consents.append(a_consent(ANA, yes, Purpose.RELIGION, text_version="2025-01-01"))
        await uow.commit()

    assert (await house.service.edit(ANA.id, attrs.evolve(religious, bio="Waiting."), 1)).version == 2
    with pytest.raises(ReligionConsentNeeded):
        await house.service.edit(ANA.id, a_content(religion=Religion.JEWISH), 2)
    assert (await house.service.edit(ANA.id, a_content(), 2)).content.religion is None


async def test_a_withdrawal_without_a_profile_is_fine(house: House) -> None:
    await house.service.forget_location(EventId(UUID(int=5)), ConsentWithdrawn(ANA.id, Purpose.LOCATION))
    with pytest.raises(ProfileMissing):
        await house.service.get(ANA.id)
