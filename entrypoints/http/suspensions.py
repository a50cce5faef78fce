"""Shutting members out and letting them in again, by staff."""

from typing import Annotated
from uuid import UUID

import attrs
from msgspec import Meta

from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.model import MAX_REASON, SuspensionRefused, UserMissing
from saltbitter_domain.users.service import SuspensionService

Reason = Annotated[str, Meta(min_length=1, max_length=MAX_REASON)]


@attrs.frozen
class Suspension:
    """The member reads the ``reason``. ``under_age`` where they seem to be a minor: they are then told how to prove
    their age."""

    reason: Reason = attrs.field(repr=False)
    under_age: bool = False


@attrs.frozen
class Restoration:
    """The member reads the ``reason``."""

    reason: Reason = attrs.field(repr=False)


@attrs.frozen
class Suspensions:
    service: SuspensionService

    @route(
        "POST",
        "/api/staff/members/{user_id}/suspension",
        audience=Audience.STAFF,
        errors=(UserMissing, SuspensionRefused),
    )
    async def suspend(self, call: Call, body: Suspension, user_id: UUID) -> None:
        """Shut a member out at once, on every device.

        They are mailed the reason and how to appeal. Nobody registers on their devices until they are restored. Others
        of the staff are shut out by admins only."""
        await self.service.suspend(UserId(user_id), body.reason, under_age=body.under_age, by=call.member.role)

    @route(
        "POST",
        "/api/staff/members/{user_id}/restoration",
        audience=Audience.STAFF,
        errors=(UserMissing, SuspensionRefused),
    )
    async def restore(self, call: Call, body: Restoration, user_id: UUID) -> None:
        """Let a suspended member in again, as when an appeal is granted.

        They are mailed the reason. Others of the staff are let in by admins only."""
        await self.service.restore(UserId(user_id), body.reason, by=call.member.role)
