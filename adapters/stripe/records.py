"""Stripe's records: its events, and the subscriptions of its customers in old and in current shapes."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import attrs
from stripe import AIOHTTPClient, InvalidRequestError, StripeClient

from adapters.stripe.signatures import signed
from saltbitter_domain.kernel import Clock, UserId
from saltbitter_domain.payments.model import GatewayAway, GatewayEvent, GatewayEventRefused, Held, Standing
from saltbitter_domain.payments.ports import PaymentRecords
from saltbitter_domain.subscriptions.model import Tier

API_VERSION = "2026-10-28.endive"
"""Pinned: Stripe answers in the shapes of this version, whatever the account is set to."""

SECONDS = 20.0
PAGE = 100
MEMBER = "saltbitter_member"
"""The metadata of a subscription that name its member; ours are recognised by it."""
PRODUCTS = {"saltbitter_premium": Tier.PREMIUM, "saltbitter_elite": Tier.ELITE}
"""The ids of the products at Stripe, which are ours to choose."""

_STANDINGS = {"active": Standing.PAID, "trialing": Standing.PAID, "past_due": Standing.PAST_DUE}


@attrs.frozen
class StripeAccount:
    """Where and as whom Stripe is asked, and with what it signs: the present secret, and the one before it."""

    secret_key: str = attrs.field(repr=False)
    webhook_secrets: tuple[str, ...] = attrs.field(repr=False)
    live: bool
    base_url: str = "https://api.stripe.com"


class StripeRecords(PaymentRecords):
    def __init__(self, account: StripeAccount, clock: Clock, seconds: float = SECONDS) -> None:
        self._account = account
        self._clock = clock
        self._http = AIOHTTPClient(timeout=seconds)
        self._client = StripeClient(
            account.secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": account.base_url},
            max_network_retries=0,
            http_client=self._http,
        )

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]  # not annotated by stripe

    def read_event(self, body: bytes, signature: str) -> GatewayEvent | None:
        if not signed(body, signature, self._account.webhook_secrets, self._clock.now()):
            raise GatewayEventRefused("This was not signed for us, or not within the last five minutes.")
        try:
            document = json.loads(body)
            if document["livemode"] is not self._account.live:
                raise GatewayEventRefused("This comes from the other mode (live or test) than the one we run in.")
            return _event(document)
        except (ValueError, KeyError, TypeError):
            raise GatewayEventRefused("This is signed, but no event.") from None

    async def events_since(self, since: datetime) -> Sequence[GatewayEvent]:
        created = {"gte": int(since.timestamp())}
        found = await self._pages(self._client.v1.events.list_async, {"created": created})
        return [event for each in reversed(found) if (event := _event(each)) is not None]

    async def held_by(self, customer: str) -> Sequence[Held]:
        found = await self._pages(self._client.v1.subscriptions.list_async, {"customer": customer, "status": "all"})
        return [held for each in found if (held := _held(each)) is not None]

    async def everything_held(self) -> Mapping[str, Sequence[Held]]:
        by_customer: dict[str, list[Held]] = {}
        for each in await self._pages(self._client.v1.subscriptions.list_async, {"status": "all"}):
            if (held := _held(each)) is not None:
                by_customer.setdefault(_reference(each["customer"]), []).append(held)
        return by_customer

    async def _pages(
        self, listing: Callable[[Any], Awaitable[Any]], parameters: Mapping[str, Any]
    ) -> Sequence[Mapping[str, Any]]:
        """Everything the listing has, newest first as Stripe lists it."""
        found: list[Mapping[str, Any]] = []
        more = True
        while more:
            after = {"starting_after": found[-1]["id"]} if found else {}
            try:
                page = (await listing({**parameters, **after, "limit": PAGE})).to_dict()
            except InvalidRequestError as error:
                if error.code == "resource_missing":  # a customer who was never there
                    return []
                raise GatewayAway("The payment gateway does not understand us.", retry_after=60) from error
            except Exception as error:  # whatever went wrong, reading again is harmless; some of aiohttp's come bare
                raise GatewayAway("The payment gateway does not answer.", retry_after=60) from error
            found += page["data"]
            more = page["has_more"] and bool(page["data"])
        return found


def _event(document: Mapping[str, Any]) -> GatewayEvent | None:
    subject = document["data"]["object"]
    customer = subject["id"] if subject.get("object") == "customer" else subject.get("customer")
    if not customer:
        return None
    return GatewayEvent(str(document["id"]), _reference(customer), _instant(document["created"]))


def _held(subscription: Mapping[str, Any]) -> Held | None:
    """The subscription in our words; None for one that is not ours."""
    items = subscription["items"]["data"]
    member = (subscription.get("metadata") or {}).get(MEMBER)
    tier = PRODUCTS.get(_reference(items[0]["price"]["product"])) if items else None
    if not member or tier is None:
        return None
    # Since 2025-03-31 the period belongs to the item; before it was the subscription's.
    start = items[0].get("current_period_start") or subscription.get("current_period_start")
    standing = _STANDINGS.get(subscription["status"], Standing.ENDED)
    return Held(UserId(UUID(member)), tier, standing, _instant(start or subscription["created"]))


def _reference(value: Any) -> str:
    """The id of an object that may have been given whole."""
    return str(value["id"] if isinstance(value, Mapping) else value)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
