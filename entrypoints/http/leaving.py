"""Leaving for good."""

from datetime import datetime
from typing import Annotated

import attrs
from msgspec import Meta

from entrypoints.http import sessions
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.users.model import Busy, PasswordRefused, SessionOver, SubscriptionRunning
from saltbitter_domain.users.service import LeavingService


@attrs.frozen
class ErasureRequest:
    """The password again, so that nobody is erased by whoever holds their phone."""

    password: Annotated[str, Meta(max_length=1024)] = attrs.field(repr=False)


@attrs.frozen
class ErasureView:
    """When everything is erased, unless the member signs in before."""

    erase_at: datetime


@attrs.frozen
class Leaving:
    leaving: LeavingService

    @route(
        "POST",
        "/api/me/erasure",
        audience=Audience.MEMBER,
        guarded=True,
        session=True,
        status=202,
        errors=(PasswordRefused, SubscriptionRunning, SessionOver, Busy),
    )
    async def request_erasure(self, call: Call, body: ErasureRequest) -> ErasureView:
        """Close the account and have everything erased in 30 days.

        The member is hidden at once and every session ends; signing in before then undoes it.
        Whoever pays for a subscription ends it first."""
        erase_at = await self.leaving.request_erasure(call.member, body.password)
        sessions.forget(call)
        return ErasureView(erase_at)
