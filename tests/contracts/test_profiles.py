"""What every store of profiles promises."""

import asyncio
from collections.abc import Mapping
from typing import Any

import attrs
import pytest

from saltbitter_domain.kernel import GridArea, GridCell, StaleWrite, UserId
from saltbitter_domain.profiles.model import ProfileExists, PromptAnswer
from saltbitter_domain.profiles.ports import Profiles
from saltbitter_domain.users.model import AccountStatus, User
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import (
    TEXTS,
    a_content,
    a_full_content,
    a_full_profile,
    a_profile,
    a_user,
    new_id,
    unset_fields,
)

PORT = Profiles


async def test_a_profile_comes_back_as_it_was_stored(store: Store) -> None:
    profile = a_full_profile(await store.member())
    assert unset_fields(profile) + unset_fields(profile.content) + unset_fields(profile.content.preferences) == []

    async with store.unit() as uow:
        await uow.profiles.add(profile)

    async with store.begin() as uow:
        assert await uow.profiles.get(profile.user_id) == profile


async def test_a_profile_that_says_no_more_than_it_must_comes_back_too(store: Store) -> None:
    profile = a_profile(await store.member())

    async with store.unit() as uow:
        await uow.profiles.add(profile)

    async with store.begin() as uow:
        assert await uow.profiles.get(profile.user_id) == profile


@pytest.mark.parametrize("text", TEXTS)
async def test_texts_come_back_unchanged(store: Store, text: str) -> None:
    content = a_content(name=text, pronouns=text, bio=text, prompts=(PromptAnswer("sunday", text),))
    profile = a_profile(await store.member(), content=content, city=text)

    async with store.unit() as uow:
        await uow.profiles.add(profile)

    async with store.begin() as uow:
        assert await uow.profiles.get(profile.user_id) == profile


async def test_whoever_has_no_profile_has_none(store: Store) -> None:
    async with store.begin() as uow:
        assert await uow.profiles.get(UserId(new_id())) is None


async def test_a_member_has_one_profile(store: Store) -> None:
    user = await store.member()
    async with store.unit() as uow:
        await uow.profiles.add(a_profile(user))

    with pytest.raises(ProfileExists):
        async with store.unit() as uow:
            await uow.profiles.add(a_profile(user))


async def test_of_two_profiles_created_at_once_one_is_kept(store: Store) -> None:
    user = await store.member()

    async def create() -> None:
        async with store.unit() as uow:
            await uow.profiles.add(a_profile(user))
            await asyncio.sleep(0)

    results = await outcomes(create(), create())

    assert [type(result) for result in results if result is not None] == [ProfileExists]


async def test_a_change_replaces_everything_under_the_next_version(store: Store) -> None:
    user = await store.member()
    async with store.unit() as uow:
        await uow.profiles.add(a_full_profile(user))

    async with store.unit() as uow:
        await uow.profiles.save(a_profile(user))
    async with store.unit() as uow:
        await uow.profiles.save(a_profile(user, content=a_full_content(), version=2))

    async with store.begin() as uow:
        assert await uow.profiles.get(user.id) == a_profile(user, content=a_full_content(), version=3)


async def test_a_change_made_to_an_older_version_is_refused(store: Store) -> None:
    user = await store.member()
    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.profiles.save(a_profile(user))
    async with store.unit() as uow:
        await uow.profiles.add(a_profile(user))
    async with store.unit() as uow:
        await uow.profiles.save(a_profile(user))

    for version in (1, 3):
        with pytest.raises(StaleWrite):
            async with store.unit() as uow:
                await uow.profiles.save(a_profile(user, version=version))


async def test_members_are_counted_by_their_smallest_cells(store: Store) -> None:
    area = GridArea.containing(-41.3, 174.8, 8.0)
    corner = GridCell(area.south, area.west)
    inside = GridCell(*area.middle)
    outside = GridCell(area.north, inside.longitude), GridCell(inside.latitude, area.east)
    async with store.begin() as uow:
        (before,) = await uow.profiles.numbers_in([area], 1000)
    for smallest in (corner, inside, inside, *outside, None):
        async with store.unit() as uow:
            await uow.profiles.add(a_profile(await store.member(), cell=inside, smallest_cell=smallest))

    async with store.begin() as uow:
        tiny = attrs.evolve(area, north=area.south, east=area.west)
        assert await uow.profiles.numbers_in([tiny, area], 1000) == [0, before + 3]
        assert await uow.profiles.numbers_in([area], before + 2) == [before + 2]


@pytest.mark.parametrize(
    "unseen",
    [{"email_verified_at": None}, {"status": AccountStatus.SUSPENDED}, {"status": AccountStatus.LEAVING}],
    ids=["unverified", "suspended", "leaving"],
)
async def test_nobody_is_counted_among_whom_a_member_could_not_be_mistaken(
    store: Store, unseen: Mapping[str, Any]
) -> None:
    area = GridArea.containing(-41.3, 174.8, 8.0)
    async with store.begin() as uow:
        before = await uow.profiles.numbers_in([area], 1000)
    user = a_user(**unseen)
    async with store.unit() as uow:
        await uow.users.add(user)
        await uow.profiles.add(a_profile(user, smallest_cell=GridCell(*area.middle)))

    async with store.begin() as uow:
        assert await uow.profiles.numbers_in([area], 1000) == before


async def test_fifty_writers_at_once_lose_no_change(store: Store) -> None:
    user = await store.member()
    async with store.unit() as uow:
        await uow.profiles.add(a_profile(user, content=a_content(bio="")))

    refusals = [
        refusal for writer in await outcomes(*(_add_a_letter(store, user) for _ in range(50))) for refusal in writer
    ]

    async with store.begin() as uow:
        profile = await uow.profiles.get(user.id)
    assert profile is not None
    assert (profile.content.bio, profile.version) == ("x" * 50, 51)
    assert set(refusals) == {StaleWrite}


async def test_of_fifty_writers_with_twenty_edits_each_every_edit_is_kept_or_refused_and_the_last_kept_stays(
    store: Store,
) -> None:
    user = await store.member()
    async with store.unit() as uow:
        await uow.profiles.add(a_profile(user))
    kept, refused = dict[int, str](), list[StaleWrite]()

    async def write(writer: int) -> None:
        for edit in range(20):
            said = f"{writer}, {edit}"
            try:
                async with store.unit() as uow:
                    profile = await uow.profiles.get(user.id)
                    assert profile is not None
                    await asyncio.sleep(0)
                    await uow.profiles.save(attrs.evolve(profile, content=a_content(bio=said)))
            except StaleWrite as refusal:
                refused.append(refusal)
            else:
                assert kept.setdefault(profile.version + 1, said) == said, "two were told that they wrote one version"

    await asyncio.gather(*(write(writer) for writer in range(50)))

    assert len(kept) + len(refused) == 50 * 20
    assert refused
    assert sorted(kept) == list(range(2, len(kept) + 2))
    async with store.begin() as uow:
        profile = await uow.profiles.get(user.id)
    assert profile is not None
    assert (profile.version, profile.content.bio) == max(kept.items())


async def _add_a_letter(store: Store, user: User) -> list[type[Exception]]:
    """Lengthen the biography by one letter, as often as it takes; the refusals on the way."""
    refusals: list[type[Exception]] = []
    while True:
        try:
            async with store.unit() as uow:
                profile = await uow.profiles.get(user.id)
                assert profile is not None
                await asyncio.sleep(0)
                content = attrs.evolve(profile.content, bio=profile.content.bio + "x")
                await uow.profiles.save(attrs.evolve(profile, content=content))
                await asyncio.sleep(0)
        except StaleWrite as refusal:
            refusals.append(type(refusal))
        else:
            return refusals
