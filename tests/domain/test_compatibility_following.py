"""Blocks follow whoever is blocked to another account, and nobody else."""

from datetime import timedelta

import attrs

from adapters.system.ids import UuidV7Ids
from adapters.system.secrets import SystemSecrets
from saltbitter_domain.compatibility.model import BLOCKS_FOLLOW_FOR, Block, left_of
from saltbitter_domain.compatibility.service import FollowingService
from saltbitter_domain.events import Event
from saltbitter_domain.kernel import EventId, UserId
from saltbitter_domain.users.model import EmailVerified, Registered, Tokens
from saltbitter_domain.users.model.devices import DEVICE_KNOWN_FOR, DeviceShown
from saltbitter_domain.users.policies import blocked_mark, hash_token
from tests.doubles.users import NOW, Accounts

EVE, EVES = "eve@example.test", "eves-other@example.test"
A_MINUTE = timedelta(minutes=1)


class Neighbours(Accounts):
    """Members who block one another, with what listens to them."""

    def __init__(self) -> None:
        super().__init__()
        self.following = FollowingService(begin=self.begin, clock=self.clock, secrets=self.secrets)

    async def joined(self, email: str, device: str | None = None) -> Tokens:
        """A new account, signed in on a device."""
        self.clock.advance(A_MINUTE)
        await self.register(email, device=device)
        tokens = await self.login(email, device=device)
        assert isinstance(tokens, Tokens)
        return tokens

    async def block(self, by: Tokens, about: Tokens) -> None:
        self.clock.advance(A_MINUTE)
        async with self.begin() as uow:
            await uow.decisions.block(by.user_id, about.user_id, self.clock.now())
            await uow.commit()

    async def unblock(self, by: Tokens, about: Tokens) -> None:
        async with self.begin() as uow:
            await uow.decisions.unblock(by.user_id, about.user_id)
            await uow.commit()

    async def follow(self) -> None:
        """Deliver what was emitted; as ever, more than once."""
        for event in (await self.events()) * 2:
            await self._heard(event)

    async def _heard(self, event: Event) -> None:
        message = EventId(self.ids.new())
        if isinstance(event, DeviceShown):
            await self.following.follow_device(message, event)
        elif isinstance(event, Registered | EmailVerified):
            await self.following.follow_address(message, event)

    async def erase(self, who: Tokens) -> None:
        async with self.begin() as uow:
            user = await uow.users.get(who.user_id)
            assert user
            await uow.users.save(attrs.evolve(user.leaving(self.clock.now()), email_verified_at=self.clock.now()))
            await uow.commit()
        self.clock.advance(timedelta(days=30))
        assert await self.erasure.erase_due() == 1

    async def apart(self, one: Tokens, other: Tokens) -> bool:
        async with self.begin() as uow:
            found = await uow.decisions.excluded(self.clock.now(), [one.user_id, other.user_id])
        hidden = other.user_id in found[one.user_id]
        assert (one.user_id in found[other.user_id]) is hidden
        return hidden

    async def blocks(self, by: Tokens) -> list[UserId]:
        """Whom the member is told that they block."""
        async with self.begin() as uow:
            return [block.about for block in await uow.decisions.blocks_of(by.user_id)]


async def test_a_new_account_on_a_device_of_whoever_is_blocked_is_parted_too_and_not_listed() -> None:
    here = Neighbours()
    ada, eve = await here.joined("ada@example.test"), await here.joined(EVE)
    await here.block(ada, eve)

    again = await here.joined(EVES, eve.device_token)
    await here.follow()

    assert await here.apart(ada, again)
    assert await here.blocks(ada) == [eve.user_id]
    third = await here.joined("third@example.test", again.device_token)
    await here.follow()
    assert await here.apart(ada, third), "and so on"
    await here.unblock(ada, eve)
    assert not await here.apart(ada, again)
    assert not await here.apart(ada, third)


async def test_registering_there_is_enough() -> None:
    here = Neighbours()
    ada, eve = await here.joined("ada@example.test"), await here.joined(EVE)
    await here.block(ada, eve)
    here.clock.advance(A_MINUTE)
    await here.register(EVES, device=eve.device_token)
    await here.follow()

    assert await here.apart(ada, await here.login(EVES, device="another device"))


async def test_so_is_signing_in_there_later_on() -> None:
    here = Neighbours()
    ada, eve = await here.joined("ada@example.test"), await here.joined(EVE)
    await here.block(ada, eve)
    again = await here.joined(EVES)
    await here.follow()
    assert not await here.apart(ada, again)

    await here.login(EVES, device=eve.device_token)
    await here.follow()
    assert await here.apart(ada, again)


async def test_whoever_shares_the_device_and_was_there_before_stays_as_they_were() -> None:
    here = Neighbours()
    ada, eve, partner = [await here.joined(f"{name}@example.test") for name in ("ada", "eve", "partner")]
    await here.block(ada, eve)

    await here.login("partner@example.test", device=eve.device_token)
    await here.follow()

    assert not await here.apart(ada, partner)


async def test_an_account_on_another_device_or_of_whoever_blocked_is_left_alone() -> None:
    here = Neighbours()
    ada, eve = await here.joined("ada@example.test"), await here.joined(EVE)
    await here.block(ada, eve)

    others = [await here.joined("bob@example.test", "a device of nobody"), await here.joined("cleo@example.test")]
    await here.login("ada@example.test", device=eve.device_token)
    await here.follow()

    assert [await here.apart(ada, other) for other in others] == [False, False]
    assert await _about(here, ada) == []


async def test_a_new_account_with_the_address_or_on_the_device_of_whoever_was_erased_is_parted_for_a_year() -> None:
    for email, with_device in ((EVE, False), ("eve+again@example.test", False), (EVES, True)):
        here = Neighbours()
        ada, eve = await here.joined("ada@example.test"), await here.joined(EVE)
        await here.block(ada, eve)
        await here.erase(eve)
        assert await here.blocks(ada) == []

        again = await here.joined(email, eve.device_token if with_device else None)
        await here.follow()

        assert await here.apart(ada, again)
        assert await here.blocks(ada) == []
        here.clock.advance(BLOCKS_FOLLOW_FOR - timedelta(hours=1))
        assert (await here.following.lift_ended(), await here.following.forget_marks()) == (0, 0)
        here.clock.advance(timedelta(hours=1))
        assert (await here.following.lift_ended(), await here.following.forget_marks()) == (1, 2)
        assert not await here.apart(ada, again)


async def test_what_had_followed_before_the_erasure_ends_with_the_rest() -> None:
    here = Neighbours()
    ada, eve = await here.joined("ada@example.test"), await here.joined(EVE)
    await here.block(ada, eve)
    again = await here.joined(EVES, eve.device_token)
    await here.follow()

    await here.erase(eve)
    assert await here.apart(ada, again)
    (block,) = await _about(here, again)
    assert block.origin is None
    assert block.until == here.clock.now() + BLOCKS_FOLLOW_FOR

    await here.erase(again)
    third = await here.joined(EVES)
    await here.follow()
    assert [each.until for each in await _about(here, third)] == [block.until], "being erased again puts nothing off"


async def test_a_block_that_is_lifted_leaves_nothing_of_an_account_that_it_had_followed_to_and_that_is_erased() -> None:
    here = Neighbours()
    ada, eve = await here.joined("ada@example.test"), await here.joined(EVE)
    await here.block(ada, eve)
    again = await here.joined(EVES, eve.device_token)
    await here.follow()
    await here.erase(again)

    await here.unblock(ada, eve)
    third = await here.joined(EVES)
    await here.follow()

    assert not await here.apart(ada, third)


async def test_somebody_who_was_blocked_by_nobody_leaves_nothing() -> None:
    here = Neighbours()
    eve = await here.joined(EVE)
    await here.erase(eve)
    here.clock.advance(BLOCKS_FOLLOW_FOR * 2)
    assert await here.following.forget_marks() == 0


async def test_a_person_can_lift_what_followed_to_somebody_who_objects() -> None:
    here = Neighbours()
    ada, eve = await here.joined("ada@example.test"), await here.joined(EVE)
    await here.block(ada, eve)
    again = await here.joined(EVES, eve.device_token)
    await here.follow()

    assert [await here.following.lift_carried(again.user_id) for _ in range(2)] == [1, 0]

    assert not await here.apart(ada, again)
    assert await here.apart(ada, eve)


async def test_whoever_was_erased_meanwhile_is_not_looked_for() -> None:
    here = Neighbours()
    nobody = UserId(here.ids.new())
    await here.following.follow_device(EventId(here.ids.new()), DeviceShown(nobody, hash_token("a token")))
    await here.following.follow_address(EventId(here.ids.new()), Registered(nobody))
    assert "a token" not in repr(DeviceShown(nobody, "a token"))


def test_what_is_kept_is_a_keyed_hash_for_as_long_as_a_device_is_known() -> None:
    secrets, other = (SystemSecrets(key=letter * 32) for letter in (b"a", b"b"))
    assert blocked_mark(secrets, EVE) == blocked_mark(secrets, EVE)
    assert blocked_mark(secrets, EVE) not in {blocked_mark(other, EVE), blocked_mark(secrets, EVES), EVE}
    assert blocked_mark(secrets, EVE) == blocked_mark(secrets, "eve+more+of-it@example.test")
    others = (EVE, "+eve@example.test", "+ada@example.test", "ada+eve@example.test", "eve@mail.example.test")
    assert len({blocked_mark(secrets, each) for each in others}) == len(others)
    assert BLOCKS_FOLLOW_FOR == DEVICE_KNOWN_FOR
    ids = UuidV7Ids(Accounts().clock)
    by, about = UserId(ids.new()), UserId(ids.new())
    mark = left_of(Block(by, about, NOW, about), "a hash", NOW)
    assert "a hash" not in repr(mark)
    assert mark.until == NOW + BLOCKS_FOLLOW_FOR


async def _about(here: Neighbours, who: Tokens) -> list[Block]:
    async with here.begin() as uow:
        return list(await uow.blocks.about(who.user_id))
