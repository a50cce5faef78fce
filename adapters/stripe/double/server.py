"""The server: what is asked of it over HTTP, what happens there, and the webhooks that tell of it."""

import asyncio
import contextlib
import copy
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self
from urllib.parse import parse_qsl
from uuid import UUID

import aiohttp
import attrs
from aiohttp import web
from stripe import WebhookSignature

from adapters.stripe.client import API_VERSION, StripeAccount
from adapters.stripe.double import objects
from adapters.stripe.double.clock import TestClock
from adapters.stripe.double.counter import Counter
from adapters.stripe.double.forms import decoded
from adapters.stripe.double.money import Vault
from adapters.stripe.double.refusals import Refusal
from adapters.stripe.double.shop import Shop
from saltbitter_domain.kernel import Clock

PORTAL = "https://billing.stripe.example"
TOLD_WITHIN = aiohttp.ClientTimeout(total=10)


@attrs.define
class StripeDouble:
    """An account at Stripe. ``faults`` are what becomes of the next requests: a status, ``timeout`` or
    ``disconnect``, each after the request was carried out where it begins with ``done``; ``fate`` says it of one when
    there are none. ``check`` judges the method, path and parameters of each, and says what is wrong. ``asked`` are the
    requests answered so far, ``refused`` what was wrong with those that were not. ``tells`` is whom webhooks are sent
    to; what they do not take is only listed."""

    clock: Clock
    portal_page: str = PORTAL
    key: str = attrs.field(factory=lambda: f"sk_test_{secrets.token_hex(16)}", repr=False)
    webhook_secrets: tuple[str, ...] = attrs.field(factory=lambda: (f"whsec_{secrets.token_hex(16)}",), repr=False)
    check: Callable[[str, str, Mapping[str, Any]], str | None] = lambda *_request: None
    tells: str | None = None
    url: str = ""
    faults: list[int | str | None] = attrs.field(factory=list)
    fate: Callable[[str], int | str | None] = lambda _request: None
    asked: list[str] = attrs.field(factory=list)
    refused: list[str] = attrs.field(factory=list)
    subscriptions: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    invoices: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    events: list[dict[str, Any]] = attrs.field(factory=list)
    test_clock: TestClock = attrs.field(init=False)
    money: Vault = attrs.field(init=False)
    shop: Shop = attrs.field(init=False)
    _counter: Counter = attrs.field(init=False)
    _over: asyncio.Event = attrs.field(factory=asyncio.Event, init=False)
    _runner: web.AppRunner | None = attrs.field(default=None, init=False)
    _telling: set[asyncio.Task[None]] = attrs.field(factory=set, init=False)

    def __attrs_post_init__(self) -> None:
        self.test_clock = TestClock(lambda: self.clock.now())  # noqa: PLW0108  a test may put in another clock
        self.money = Vault(self.test_clock)
        self.shop = Shop(
            self.test_clock,
            self.money,
            self.happen,
            self.portal_page,
            subscriptions=self.subscriptions,
            invoices=self.invoices,
        )
        self._counter = Counter(self.shop)

    @property
    def account(self) -> StripeAccount:
        """How it is asked, once it is open."""
        return StripeAccount(self.key, self.webhook_secrets, live=False, base_url=self.url)

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
        made = objects.event(f"evt_{number:06}", kind, copy.deepcopy(about), self.test_clock.now(), live=live)
        self.events.append(made)
        if self.tells is not None:
            telling = asyncio.get_running_loop().create_task(self._tell(self.tells, made))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)
        return made

    async def _tell(self, url: str, event: dict[str, Any]) -> None:
        body, headers = self.message(event)
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with aiohttp.ClientSession(timeout=TOLD_WITHIN) as http, http.post(url, data=body, headers=headers):
                pass

    def message(
        self, event: dict[str, Any], *, secret: str | None = None, age: int = 0
    ) -> tuple[bytes, dict[str, str]]:
        """The body and the headers with which an event is sent, signed ``age`` seconds ago."""
        body = json.dumps(event, indent=2)
        at = int(self.clock.now().timestamp()) - age
        signature = WebhookSignature.generate_signature_header(body, secret or self.webhook_secrets[0], at)
        return body.encode(), {"Stripe-Signature": signature, "Content-Type": "application/json; charset=utf-8"}

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response(objects.error("invalid_request_error", "Invalid API Key provided"), status=401)
        if request.headers.get("Stripe-Version") != API_VERSION:
            return self._refuse("The version is not the pinned one.")
        sent = parse_qsl(await request.text(), keep_blank_values=True) if request.method == "POST" else ()
        query = decoded([*request.query.items(), *sent])
        if fault := self.check(request.method, request.path, query):
            return self._refuse(fault)
        self.shop.renew()
        failure = self.faults.pop(0) if self.faults else self.fate(self.asked[-1])
        if failure is None:
            return self._carry_out(request, query)
        if isinstance(failure, str) and failure.startswith("done "):
            self._carry_out(request, query)
        return await self._fail(request, failure)

    def _carry_out(self, request: web.Request, query: dict[str, Any]) -> web.Response:
        try:
            sold = self._counter.answer(request.method, request.path, query, request.headers.get("Idempotency-Key"))
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

    async def open(self) -> None:
        """Listen on this machine, at ``url``."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def close(self) -> None:
        """Answer nobody any more."""
        self._over.set()
        for telling in self._telling:
            telling.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Self]:
        """Be open for the block."""
        await self.open()
        try:
            yield self
        finally:
            await self.close()
