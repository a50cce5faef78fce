"""What Stripe is told beside what it is asked."""

import json

from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.stripe.client import StripeAccount, connected


async def test_stripe_is_told_nothing_of_the_machine_that_asks() -> None:
    told: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        told.append(dict(request.headers))
        return web.json_response({"id": "cus_1", "object": "customer"}, headers={"Request-Id": "req_1"})

    app = web.Application()
    app.router.add_get("/v1/customers/cus_1", answer)
    async with TestServer(app) as server:
        account = StripeAccount("sk_test_1", ("whsec_1",), live=False, base_url=str(server.make_url("")).rstrip("/"))
        client, http = connected(account, seconds=5)
        await client.v1.customers.retrieve_async("cus_1")
        await client.v1.customers.retrieve_async("cus_1")  # Only now is there something to tell of the one before.
        await http.close_async()  # type: ignore[no-untyped-call]

    assert len(told) == 2
    for headers in told:
        assert "X-Stripe-Client-Telemetry" not in headers
        assert not {"telemetry_id", "platform"} & json.loads(headers["X-Stripe-Client-User-Agent"]).keys()
