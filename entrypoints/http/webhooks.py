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
from saltbitter_domain.users.model.delivery import (
    MAX_REPORT_BYTES,
    DeliveryReportRefused,
    DeliveryReportsOff,
    DeliveryReportTooLarge,
    DeliveryReportUnchecked,
)
from saltbitter_domain.users.service import DeliveryService

REPORT = Upload(None, ("text/plain", "application/json"), MAX_REPORT_BYTES, DeliveryReportTooLarge)
EVENT = Upload(None, ("application/json",), MAX_EVENT_BYTES, GatewayEventTooLarge)


@attrs.frozen
class Webhooks:
    reconciliation: ReconciliationService
    delivery: DeliveryService

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
        await self.reconciliation.receive(await call.upload(), call.request.headers.get("Stripe-Signature", ""))

    @route(
        "POST",
        "/api/webhooks/sns",
        audience=Audience.ANYONE,
        upload=REPORT,
        errors=(DeliveryReportRefused, DeliveryReportTooLarge, DeliveryReportUnchecked, DeliveryReportsOff),
    )
    async def sns(self, call: Call) -> None:
        """Take in a message of Amazon SNS about mails that came back or were called spam.

        It must be signed by SNS and of a topic of ours. A subscription is confirmed by asking SNS."""
        await self.delivery.receive(await call.upload())
