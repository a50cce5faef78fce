"""Where and as whom Stripe is asked, how questions to it end, and the metadata by which orders are known there."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import attrs
import stripe
from stripe import AIOHTTPClient, InvalidRequestError, StripeClient

from saltbitter_domain.payments.model import GatewayAway

API_VERSION = "2026-10-28.endive"
"""Pinned: Stripe answers in the shapes of this version, whatever the account is set to."""

stripe.enable_telemetry = False
# Else the library tells Stripe an id that it keeps in the home directory, the platform, and how long answers took.

SECONDS = 20.0
PAGE = 100

ORDER = "saltbitter_order"
"""The metadata of what was made for an order, by which it is found again."""
KEPT = "saltbitter_kept"
KEPT_UNTIL = "saltbitter_kept_until"
"""The metadata of a subscription that was changed to a lower tier: the tier that was paid, and until when."""


@attrs.frozen
class StripeAccount:
    """Where and as whom Stripe is asked, and with what it signs: the present secret, and the one before it."""

    secret_key: str = attrs.field(repr=False)
    webhook_secrets: tuple[str, ...] = attrs.field(repr=False)
    live: bool
    base_url: str = "https://api.stripe.com"
    publishable_key: str | None = None
    """By which members' browsers know the account; it is no secret. None where the web client takes no cards."""


def connected(account: StripeAccount, seconds: float) -> tuple[StripeClient, AIOHTTPClient]:
    """A client of the account, and what it holds open. It sends nothing a second time by itself."""
    http = AIOHTTPClient(timeout=seconds)
    client = StripeClient(
        account.secret_key,
        stripe_version=API_VERSION,
        base_addresses={"api": account.base_url},
        max_network_retries=0,
        http_client=http,
    )
    return client, http


async def answered(asking: Awaitable[Any]) -> Mapping[str, Any]:
    """What Stripe answers to a question. ``GatewayAway`` whatever goes wrong: asking again is harmless."""
    try:
        answer: Mapping[str, Any] = (await asking).to_dict()
    except InvalidRequestError as error:
        raise GatewayAway("The payment gateway does not understand us.", retry_after=60) from error
    except Exception as error:  # some of aiohttp's come bare
        raise GatewayAway("The payment gateway does not answer.", retry_after=60) from error
    return answer


def missing(away: GatewayAway) -> bool:
    """Whether what Stripe was asked about is not there."""
    return isinstance(away.__cause__, InvalidRequestError) and away.__cause__.code == "resource_missing"


async def every(listing: Callable[[Any], Awaitable[Any]], parameters: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Everything the listing has, newest first as Stripe lists it; nothing of a customer who was never there."""
    found: list[Mapping[str, Any]] = []
    more = True
    while more:
        after = {"starting_after": found[-1]["id"]} if found else {}
        try:
            page = await answered(listing({**parameters, **after, "limit": PAGE}))
        except GatewayAway as away:
            if missing(away):
                return []
            raise
        found += page["data"]
        more = page["has_more"] and bool(page["data"])
    return found
