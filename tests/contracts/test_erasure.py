"""What every store promises of members who leave for good: nothing of theirs stays, and nobody else loses anything."""

from datetime import timedelta

import attrs
import pytest

from adapters.memory.erasures import MemoryErasureLedger
from adapters.memory.mailer import MemoryMailer
from adapters.stripe.gateway import StripeGateway
from adapters.stripe.records import StripeRecords
from adapters.system.ids import UuidV7Ids
from adapters.system.secrets import SystemSecrets
from config.data_register import data_register
from saltbitter_domain.kernel import EventId, Money, OrderId, StaleWrite
from saltbitter_domain.orders.model import Means, Order, OrderKind, OrderState
from saltbitter_domain.payments.model import CustomerChanged, GatewayAway
from saltbitter_domain.payments.service import ReconciliationService
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.users.model import User
from saltbitter_domain.users.ports import ErasureLedger
from saltbitter_domain.users.service.erasure import ErasureService
from tests.contracts.stores import Store
from tests.doubles.builders import (
    NOW,
    a_consent,
    a_passkey,
    a_photo,
    a_profile,
    a_second_factor,
    a_session,
    a_token,
    new_id,
)
from tests.doubles.stripe.server import StripeDouble

WAIT = timedelta(days=30)


async def leaving(store: Store, email: str, days: int = 0) -> User:
    user = await store.member(email=email)
    async with store.unit() as uow:
        await uow.users.save(user.leaving(NOW + timedelta(days=days)))
    return attrs.evolve(user.leaving(NOW + timedelta(days=days)), version=2)


async def test_those_who_have_waited_are_due_the_longest_waiting_first(store: Store) -> None:
    await store.member(email="stays@example.org")
    later = await leaving(store, "later@example.org", days=1)
    first = await leaving(store, "first@example.org")

    async with store.begin() as uow:
        assert list(await uow.users.due_for_erasure(NOW + WAIT - timedelta(seconds=1), 10)) == []
        assert list(await uow.users.due_for_erasure(NOW + WAIT, 10)) == [first.id]
        assert list(await uow.users.due_for_erasure(NOW + WAIT * 2, 10)) == [first.id, later.id]
        assert list(await uow.users.due_for_erasure(NOW + WAIT * 2, 1)) == [first.id]


async def test_everything_of_an_erased_member_goes_and_everything_of_others_stays(store: Store) -> None:
    gone, stays = await leaving(store, "gone@example.org"), await store.member(email="stays@example.org")
    for user in (gone, stays):
        async with store.unit() as uow:
            await uow.profiles.add(a_profile(user))
            await uow.photos.add(a_photo(user))
            await uow.consents.append(a_consent(user))
            await uow.sessions.add(a_session(user, token_hash=user.email))
            await uow.one_time_tokens.add(a_token(user, token_hash=user.email))
            await uow.second_factors.add(a_second_factor(user))
            await uow.passkeys.add(a_passkey(user))

    async with store.unit() as uow:
        await uow.users.erase(gone)

    async with store.begin() as uow:
        for user, kept in ((gone, False), (stays, True)):
            assert (await uow.users.get(user.id) is not None) is kept
            assert (await uow.users.by_email(user.email) is not None) is kept
            assert (await uow.profiles.get(user.id) is not None) is kept
            assert bool(await uow.photos.of(user.id)) is kept
            assert bool(await uow.consents.chain(user.id)) is kept
            assert (await uow.sessions.by_token(user.email) is not None) is kept
            assert (await uow.one_time_tokens.get(user.email) is not None) is kept
            assert (await uow.second_factors.get(user.id) is not None) is kept
            assert bool(await uow.passkeys.of(user.id)) is kept


async def test_who_came_back_meanwhile_is_not_erased(store: Store) -> None:
    user = await leaving(store, "ada@example.org")
    async with store.unit() as uow:
        await uow.users.save(user.back())

    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.users.erase(user)

    async with store.begin() as uow:
        assert await uow.users.get(user.id) == attrs.evolve(user.back(), version=3)


def erasing(store: Store, ledger: ErasureLedger, gateway: StripeGateway | None = None) -> ErasureService:
    return ErasureService(
        begin=store.begin,
        clock=store.clock,
        ids=UuidV7Ids(store.clock),
        ledger=ledger,
        mailer=MemoryMailer(store.clock),
        register=data_register(),
        secrets=SystemSecrets(key=b"a key of these tests, which is long"),
        public_url="https://saltbitter.example",
        gateway=gateway,
    )


@pytest.mark.parametrize("fault", ["done timeout", 500])
async def test_nobody_is_erased_before_stripe_has_forgotten_them(store: Store, fault: str | int) -> None:
    pays = await leaving(store, "pays@example.org")
    never_paid = await leaving(store, "free@example.org", days=1)
    store.clock.advance(WAIT + timedelta(days=1))
    async with StripeDouble(store.clock).serving() as stripe:
        gateway, records = StripeGateway(stripe.account, seconds=1.0), StripeRecords(stripe.account, store.clock)
        ledger = MemoryErasureLedger()
        erasure = erasing(store, ledger, gateway)
        customer = await gateway.customer(pays.id)
        order = Order(OrderId(new_id()), pays.id, customer, OrderKind.SUBSCRIBE, Tier.PREMIUM, Money(1999, "USD"), NOW)
        await gateway.send(order, Means(payment_method="pm_card_visa"))
        async with store.unit() as uow:
            await uow.orders.add(attrs.evolve(order, state=OrderState.DONE, settled_at=NOW))

        stripe.faults = [None, fault]
        with pytest.raises(GatewayAway):
            await erasure.erase_due()
        assert await ledger.erased() == [never_paid.id]
        async with store.begin() as uow:
            assert await uow.users.get(pays.id) is not None
            assert await uow.orders.customer_of(pays.id) == customer

        assert await erasure.erase_due() == 1
        async with store.begin() as uow:
            assert await uow.users.get(pays.id) is None
        store.clock.advance(timedelta(days=70))
        stripe.shop.renew()
        assert [charge.amount for charge in stripe.shop.charges] == [1999]
        assert [each["status"] for each in stripe.subscriptions.values()] == ["canceled"]
        assert "deleted" in stripe.shop.customers[customer]

        # What Stripe tells of it has nobody to be told of, and is no reason to try again.
        reading = ReconciliationService(begin=store.begin, clock=store.clock, records=records)
        await reading.read_customer(EventId(new_id()), CustomerChanged(customer))
        assert await reading.forget_events() == 1
        await gateway.close()
        await records.close()


async def test_whoever_is_a_customer_of_a_gateway_that_is_not_configured_any_more_stays_due(store: Store) -> None:
    pays = await leaving(store, "pays@example.org")
    store.clock.advance(WAIT)
    async with store.unit() as uow:
        await uow.orders.add(
            Order(OrderId(new_id()), pays.id, "cus_1", OrderKind.PURCHASE, "report", Money(699, "USD"), NOW)
        )

    with pytest.raises(GatewayAway):
        await erasing(store, MemoryErasureLedger()).erase_due()
