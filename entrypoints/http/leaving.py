"""Leaving for good."""

from datetime import date, datetime
from typing import Annotated

import attrs
from msgspec import Meta

from entrypoints.http import sessions
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.users.model import Busy, PasswordRefused, SessionOver
from saltbitter_domain.users.service import LeavingService


@attrs.frozen
class ErasureRequest:
    """The password again, so that nobody is erased by whoever holds their phone."""

    password: Annotated[str, Meta(max_length=1024)] = attrs.field(repr=False)


@attrs.frozen
class KeptView:
    """Something that stays: ``purpose`` is what it is for, ``why`` the reason. It is gone at the latest after the day
    ``until``; from then on, if somebody else keeps it for us. ``place`` is its name for programs."""

    place: str
    purpose: str
    why: str
    until: date


@attrs.frozen
class ErasureView:
    """When everything is erased, unless the member signs in before, and what is kept all the same. ``paid_tier`` is
    paid for and does not renew any more; whoever comes back before it ends has it still, and may resume it."""

    erase_at: datetime
    paid_tier: Tier
    kept: tuple[KeptView, ...]


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
        errors=(PasswordRefused, SessionOver, Busy),
    )
    async def request_erasure(self, call: Call, body: ErasureRequest) -> ErasureView:
        """Close the account and have everything erased in 30 days.

        The member is hidden at once and every session ends; signing in before then undoes it.
        A subscription is cancelled with it, and nothing more is charged."""
        leave = await self.leaving.request_erasure(call.member, body.password)
        sessions.forget(call)
        kept = tuple(
            KeptView(each.place, each.purpose, each.why, each.until) for each in self.leaving.kept(leave.erase_at)
        )
        return ErasureView(leave.erase_at, leave.paid_tier, kept)
