"""One event of Stripe's, delivered to two copies of the application over one database, takes effect once."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from dependency_injector import providers

from adapters.stripe.records import StripeRecords
from adapters.system.clock import ManualClock
from config import test_postgres as mode
from config.start import running
from config.test import START
from entrypoints.site import relay_of, site
from saltbitter_domain.subscriptions.model import Tier
from tests.doubles.builders import a_user
from tests.doubles.stripe.server import StripeDouble


async def test_an_event_delivered_a_hundred_times_to_two_copies_takes_effect_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, adapters = ManualClock(START), mode.adapters
    async with AsyncExitStack() as stack:
        stripe = await stack.enter_async_context(StripeDouble(clock).serving())

        def with_stripe(settings: Any) -> Any:
            container = adapters(settings)
            container.payment_records = providers.Singleton(StripeRecords, stripe.account, container.clock)
            return container

        monkeypatch.setattr(mode, "adapters", with_stripe)
        copies = [
            await stack.enter_async_context(running("test_postgres", mode.settings(database_url))) for _ in range(2)
        ]
        clients = [await stack.enter_async_context(TestClient(TestServer(site(copy)))) for copy in copies]
        user = a_user()
        async with copies[0].adapters.begin()() as uow:
            await uow.users.add(user)
            await uow.commit()
        body, headers = stripe.message(stripe.subscribe("sub_1", "cus_1", user.id, "saltbitter_premium"))

        async def deliver(number: int) -> int:
            async with clients[number % 2].post("/api/webhooks/stripe", data=body, headers=headers) as answer:
                return answer.status

        assert await asyncio.gather(*map(deliver, range(100))) == [204] * 100
        sent: list[str] = []
        relays = [relay_of(copy) for copy in copies]
        await asyncio.gather(*(relay.publish(sent.append) for relay in relays))
        assert len(sent) == 1
        await asyncio.gather(*(relay.deliver(sent[0]) for relay in relays))

        async with copies[1].adapters.begin()() as uow:
            assert await uow.subscriptions.tier(user.id) is Tier.PREMIUM
