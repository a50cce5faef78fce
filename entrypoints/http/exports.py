"""A member's copy of everything that is kept about them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import attrs
from aiohttp import hdrs, web
from msgspec import Meta

from entrypoints.http.paging import Items
from entrypoints.http.routing import Audience, Call, route
from entrypoints.http.second_factor import Code
from saltbitter_domain.breaches.model import Act
from saltbitter_domain.exports.model import DataExport, ExportMissing, ExportRunning
from saltbitter_domain.exports.service import ExportService
from saltbitter_domain.kernel import ExportId
from saltbitter_domain.users.model import Busy, PasswordRefused, SessionOver
from saltbitter_domain.users.model.second_factor import CodeRefused, CodesPaused

ZIP = "application/zip"


@attrs.frozen
class ExportRequest:
    """The password again, so that nothing is copied by whoever holds the member's phone; and where the member has a
    second factor a code of it, or one of the recovery codes."""

    password: Annotated[str, Meta(max_length=1024)] = attrs.field(repr=False)
    code: Code | None = attrs.field(default=None, repr=False)


@attrs.frozen
class ExportView:
    """A copy: ready by ``due_at`` at the latest, and to be fetched from ``url`` until ``expires_at``.

    The last three are null while it is being made; ``size`` is in bytes."""

    id: ExportId
    requested_at: datetime
    due_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
    size: int | None
    url: str | None = attrs.field(repr=False)


@attrs.frozen
class SignedFor:
    signature: Annotated[str, Meta(max_length=128)] = attrs.field(repr=False)


@attrs.frozen
class Exports:
    exports: ExportService

    @route(
        "POST",
        "/api/me/exports",
        audience=Audience.MEMBER,
        guarded=True,
        a_day=10,
        status=202,
        errors=(PasswordRefused, CodeRefused, CodesPaused, ExportRunning, SessionOver, Busy),
    )
    async def request_export(self, call: Call, body: ExportRequest) -> ExportView:
        """Have a copy made of everything that is kept about the member.

        One is made at a time, usually within minutes; a mail has its address. A new one takes the place of the last."""
        return self._view(await self.exports.request(call.member, body.password, body.code))

    @route("GET", "/api/me/exports", audience=Audience.MEMBER)
    async def list_exports(self, call: Call) -> Items[ExportView]:
        """The copies being made and those that can be fetched, newest first."""
        return Items(tuple(map(self._view, await self.exports.exports(call.user_id))))

    @route("GET", "/api/exports/{export_id}/archive", audience=Audience.ANYONE, produces=ZIP, errors=(ExportMissing,))
    async def fetch_export(self, call: Call, export_id: UUID, query: SignedFor) -> web.StreamResponse:
        """The copy as a ZIP, for whoever holds its signed address: `data.json`, `index.html` and the photos.

        `data.json` is described by `docs/export.schema.json`."""
        owner, content = await self.exports.fetch(ExportId(export_id), query.signature)
        call.acts.append((Act.COPY_FETCHED, frozenset({owner})))
        headers = {hdrs.CONTENT_DISPOSITION: 'attachment; filename="saltbitter-export.zip"'}
        return web.Response(body=content, content_type=ZIP, headers=headers)

    def _view(self, export: DataExport) -> ExportView:
        return ExportView(
            id=export.id,
            requested_at=export.requested_at,
            due_at=export.due_at,
            ready_at=export.ready_at,
            expires_at=export.expires_at,
            size=export.size,
            url=self.exports.link(export),
        )
