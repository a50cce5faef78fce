"""What other parties call."""

import attrs

from entrypoints.http.routing import Audience, Call, Upload, route
from saltbitter_domain.payments.model import (
    MAX_EVENT_BYTES,
    GatewayEventRefused,
    GatewayEventTooLarge,
    GatewayOff,
)
from saltbitter_domain.payments.service import ReconciliationService

EVENT = Upload(None, ("application/json",), MAX_EVENT_BYTES, GatewayEventTooLarge)


@attrs.frozen
class Webhooks:
    reconciliation: ReconciliationService

    @route(
        "POST",
        "/api/webhooks/stripe",
        audience=Audience.ANYONE,
        upload=EVENT,
        errors=(GatewayEventRefused, GatewayEventTooLarge, GatewayOff),
    )
    async def stripe(self, call: Call) -> None:
        """Take in an event of the payment gateway.

        The body must be signed in ``Stripe-Signature``. The event is stored and the answer given; what follows from it
        is done by the workers."""
        await self.reconciliation.receive(call.upload, call.request.headers.get("Stripe-Signature", ""))
