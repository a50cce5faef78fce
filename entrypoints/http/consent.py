"""What a member agreed to, and in which words."""

from collections.abc import Mapping
from typing import Annotated

import attrs
from msgspec import Meta

from entrypoints.http.paging import Items, Page, PageQuery, page
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.consent.model import (
    ConsentOutdated,
    ConsentRecord,
    ConsentRequired,
    ConsentText,
    Purpose,
)
from saltbitter_domain.consent.service import ConsentService
from saltbitter_domain.kernel import ConsentRecordId, Language

CHANNEL = "api"


@attrs.frozen
class ConsentDecision:
    """A yes names the version of the text it was given to, and the ``language`` in which it was read."""

    granted: bool
    text_version: Annotated[str, Meta(max_length=64)]
    language: Language | None = None


@attrs.frozen
class LatestConsent(ConsentRecord):
    """The latest decision on a purpose. A yes is outdated when its text was reworded since: it allows nothing until
    it is given anew."""

    outdated: bool


@attrs.frozen
class Consents:
    consents: ConsentService

    @route("GET", "/api/consents/texts", audience=Audience.ANYONE, cache="public, max-age=300", worded=True)
    async def consent_texts(self, call: Call) -> Items[ConsentText]:
        """The texts in force, one for each purpose."""
        return Items(tuple(self.consents.texts(call.language)))

    @route("GET", "/api/me/consents", audience=Audience.MEMBER)
    async def consent_state(self, call: Call) -> Mapping[Purpose, LatestConsent | None]:
        """The latest decision on every purpose; null where there was none."""
        state = await self.consents.state(call.user_id)
        return {purpose: self._latest(record) if record else None for purpose, record in state.items()}

    @route(
        "PUT",
        "/api/me/consents/{purpose}",
        audience=Audience.MEMBER,
        a_day=200,
        errors=(ConsentOutdated, ConsentRequired),
    )
    async def decide_consent(self, call: Call, body: ConsentDecision, purpose: Purpose) -> ConsentRecord:
        """Agree to a purpose, or take it back. Taking back acts within a minute."""
        return await self.consents.decide(
            call.user_id, purpose, body.granted, body.text_version, CHANNEL, body.language
        )

    @route("GET", "/api/me/consents/history", audience=Audience.MEMBER)
    async def consent_history(self, call: Call, query: PageQuery) -> Page[ConsentRecord]:
        """Every decision, oldest first, as a chain: each record holds the hash of the one before."""
        after = query.after_id()
        found = await self.consents.history(call.user_id, ConsentRecordId(after) if after else None, query.limit + 1)
        return page(found, lambda record: record, query.limit, lambda record: record.id)

    def _latest(self, record: ConsentRecord) -> LatestConsent:
        return LatestConsent(**attrs.asdict(record, recurse=False), outdated=self.consents.is_outdated(record))
