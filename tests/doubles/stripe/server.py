"""The server: what is asked of it over HTTP, and what a test makes happen there."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import attrs
from aiohttp import web
from aiohttp.test_utils import TestServer
from stripe import WebhookSignature

from adapters.stripe.client import API_VERSION, StripeAccount
from saltbitter_domain.kernel import Clock
from tests.doubles.stripe import objects
from tests.doubles.stripe.forms import decoded
from tests.doubles.stripe.money import Vault
from tests.doubles.stripe.reference import reference
from tests.doubles.stripe.selling import Refusal, Shop

KEY = "sk_test_51NbWq8Xr2Vt6Lk9Ha3Jd7Yp"
SECRET = "whsec_q7Kx2Vb9Tn4Ws8Lc3Hd6Zr1Fm5Pj0Yg"
NEWER = frozenset({"/v1/invoices/create_preview"})
"""What there was not yet in the year of the description."""
PREVIOUS_SECRET = "whsec_b3Rv8Jy1Xk6Qd9Mw4Tz7Gn2Hs5Lc0Pf"


@attrs.define
class StripeDouble:
    """An account at Stripe. ``faults`` are what becomes of the next requests: a status, ``timeout`` or
    ``disconnect``, each after the request was carried out where it begins with ``done``; ``fate`` says it of one when
    there are none. ``asked`` are the requests answered so far, ``refused`` what was wrong with those that were not."""

    clock: Clock
    url: str = ""
    faults: list[int | str | None] = attrs.field(factory=list)
    fate: Callable[[str], int | str | None] = lambda _request: None
    asked: list[str] = attrs.field(factory=list)
    refused: list[str] = attrs.field(factory=list)
    subscriptions: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    invoices: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    events: list[dict[str, Any]] = attrs.field(factory=list)
    money: Vault = attrs.field(default=attrs.Factory(lambda self: Vault(self.clock), takes_self=True))
    shop: Shop = attrs.field(init=False)
    _over: asyncio.Event = attrs.field(factory=asyncio.Event)

    def __attrs_post_init__(self) -> None:
        self.shop = Shop(self, self.subscriptions, self.invoices, self.money, self.happen)
        self.money.clock = self

    def now(self) -> datetime:
        """The present instant of the clock that the double has just now."""
        return self.clock.now()

    @property
    def account(self) -> StripeAccount:
        return StripeAccount(KEY, (SECRET, PREVIOUS_SECRET), live=False, base_url=self.url)

    def subscribe(
        self, id_: str, customer: str, member: UUID | str, product: str, status: str = "active", *, old: bool = False
    ) -> dict[str, Any]:
        """Begin or change a subscription, whose period begins now; the event that tells of it. One that is past due has
        an open invoice from then on, which is paid when it is active."""
        known = id_ in self.subscriptions
        number = f"in_{id_}"
        if status == "past_due" and number not in self.invoices:
            self.invoices[number] = objects.invoice(number, customer, id_, "open", self.clock.now(), old=old)
        if status == "active":
            self.invoices.pop(number, None)
        self.subscriptions[id_] = objects.subscription(
            id_, customer, member, product, status, self.clock.now(), old=old
        )
        ended = status == "canceled"
        return self.happen(
            f"customer.subscription.{'deleted' if ended else 'updated' if known else 'created'}",
            self.subscriptions[id_],
        )

    def happen(self, kind: str, about: dict[str, Any], *, live: bool = False) -> dict[str, Any]:
        """An event, listed from now on."""
        number = len(self.events) + 1
        made = objects.event(f"evt_{number:06}", kind, copy.deepcopy(about), self.clock.now(), live=live)
        self.events.append(made)
        return made

    def message(self, event: dict[str, Any], *, secret: str = SECRET, age: int = 0) -> tuple[bytes, dict[str, str]]:
        """The body and the headers with which an event is sent, signed ``age`` seconds ago."""
        body = json.dumps(event, indent=2)
        signature = WebhookSignature.generate_signature_header(body, secret, int(self.clock.now().timestamp()) - age)
        return body.encode(), {"Stripe-Signature": signature, "Content-Type": "application/json; charset=utf-8"}

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.json_response(objects.error("invalid_request_error", "Invalid API Key provided"), status=401)
        if request.headers.get("Stripe-Version") != API_VERSION:
            return self._refuse("The version is not the pinned one.")
        sent = parse_qsl(await request.text(), keep_blank_values=True) if request.method == "POST" else ()
        query = decoded([*request.query.items(), *sent])
        known = None if request.path in NEWER else reference()
        if known is not None and (fault := known.fault(request.method, request.path, query)):
            return self._refuse(fault)
        failure = self.faults.pop(0) if self.faults else self.fate(self.asked[-1])
        if failure is None:
            return self._carry_out(request, query)
        if isinstance(failure, str) and failure.startswith("done "):
            self._carry_out(request, query)
        return await self._fail(request, failure)

    def _carry_out(self, request: web.Request, query: dict[str, Any]) -> web.Response:
        try:
            sold = self.shop.answer(request.method, request.path, query, request.headers.get("Idempotency-Key"))
        except Refusal as refusal:
            return web.json_response(refusal.body, status=refusal.status)
        if sold is not None:
            return web.json_response(sold)
        if request.path == "/v1/subscriptions":
            return self._list_subscriptions(query)
        if charge := self.money.charges.get(request.path.removeprefix("/v1/charges/")):
            return web.json_response(charge)
        listings = {
            "/v1/invoices": self.invoices,
            "/v1/charges": self.money.charges,
            "/v1/disputes": self.money.disputes,
            "/v1/refunds": self.money.refunds,
        }
        if request.path in listings:
            found = objects.found(listings[request.path], query)
            return web.json_response(objects.listed(found, query, request.path))
        if request.path == "/v1/events":
            since = int(query["created"]["gte"])
            found = [event for event in reversed(self.events) if event["created"] >= since]
            return web.json_response(objects.listed(found, query, request.path))
        return web.json_response(
            objects.error("invalid_request_error", "Unrecognized request URL", "resource_missing"), status=404
        )

    def _list_subscriptions(self, query: dict[str, Any]) -> web.Response:
        found = list(reversed(self.subscriptions.values()))
        customer = query.get("customer")
        if customer is not None:
            found = [each for each in found if each["customer"] == customer]
            if not found:
                missing = objects.error("invalid_request_error", "No such customer", "resource_missing")
                return web.json_response(missing, status=400)
        if query.get("status") != "all":
            found = [each for each in found if each["status"] != "canceled"]
        return web.json_response(objects.listed(found, query, "/v1/subscriptions"))

    def _refuse(self, fault: str) -> web.Response:
        self.refused.append(fault)
        return web.json_response(objects.error("invalid_request_error", fault), status=400)

    async def _fail(self, request: web.Request, fault: int | str) -> web.Response:
        kind = str(fault).removeprefix("done ")
        if kind.isdigit():
            return web.json_response(objects.error("api_error", "Something went wrong."), status=int(kind))
        if kind == "timeout":
            await self._over.wait()
        if request.transport is not None:
            request.transport.abort() if kind == "disconnect" else request.transport.close()
        return web.Response(status=500)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["StripeDouble"]:
        """Listen for the block."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        server = TestServer(app)
        await server.start_server()
        self.url = str(server.make_url("")).rstrip("/")
        try:
            yield self
        finally:
            self._over.set()
            await server.close()
