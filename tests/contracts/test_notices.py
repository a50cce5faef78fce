"""What every store of notices promises."""

from datetime import timedelta

import attrs
import pytest

from saltbitter_domain.compatibility.model import NoticeKind
from saltbitter_domain.compatibility.ports import Notices
from saltbitter_domain.kernel import NoticeId
from tests.contracts.stores import Store
from tests.doubles.builders import NOW, TEXTS, a_notice, new_id, unset_fields

PORT = Notices


@pytest.mark.parametrize("text", TEXTS)
async def test_a_notice_comes_back_as_it_was_given(store: Store, text: str) -> None:
    user = await store.member()
    notice = a_notice(user, kind=NoticeKind.MUTUAL_MATCH, subject=text, seen_at=NOW + timedelta(hours=1))
    assert unset_fields(notice) == []

    async with store.unit() as uow:
        await uow.notices.add(notice)

    async with store.begin() as uow:
        assert await uow.notices.of(user.id) == [notice]


async def test_notices_come_newest_first_in_pages_and_only_the_members_own(store: Store) -> None:
    user, other = await store.members(2)
    notices = [a_notice(user, at=NOW + timedelta(minutes=minute)) for minute in range(5)]
    async with store.unit() as uow:
        for notice in (*notices[::2], a_notice(other), *notices[1::2]):
            await uow.notices.add(notice)

    newest_first = notices[::-1]
    async with store.begin() as uow:
        assert await uow.notices.of(user.id) == newest_first
        assert await uow.notices.of(user.id, limit=2) == newest_first[:2]
        assert await uow.notices.of(user.id, before=newest_first[1].id, limit=2) == newest_first[2:4]
        assert await uow.notices.of(user.id, before=newest_first[4].id) == []
        assert await uow.notices.of(user.id, before=NoticeId(new_id())) == []


async def test_seeing_marks_what_was_unseen_of_the_member_and_nothing_else(store: Store) -> None:
    user, other = await store.members(2)
    seen, unseen, others = a_notice(user, seen_at=NOW), a_notice(user, at=NOW + timedelta(hours=1)), a_notice(other)
    async with store.unit() as uow:
        for notice in (seen, unseen, others):
            await uow.notices.add(notice)
    later = NOW + timedelta(hours=2)

    async with store.unit() as uow:
        await uow.notices.mark_seen(user.id, later)

    async with store.begin() as uow:
        assert await uow.notices.of(user.id) == [attrs.evolve(unseen, seen_at=later), seen]
        assert await uow.notices.of(other.id) == [others]
