"""The demo's own pages: what to try, the mailbox, the time machine, and the ready-made member's morning."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from importlib.resources import files
from zoneinfo import ZoneInfo

import attrs
import jinja2
from aiohttp import hdrs, web
from babel.numbers import format_decimal

from adapters.mail.letter import Letters
from adapters.memory.mailer import Delivered, MemoryMailer
from adapters.stripe.double.refusals import Refusal
from adapters.stripe.double.shop import Shop
from adapters.system.clock import MovableClock
from entrypoints.demo import words
from entrypoints.demo.seed import EMAIL, STAFF, Seeded
from entrypoints.http.headers import CONTENT_SECURITY_POLICY, PAGE_POLICY
from entrypoints.http.routing import Audience, Call, route
from saltbitter_domain.compatibility.calendar import current_day, next_morning
from saltbitter_domain.compatibility.model import AlreadyDecided, DecisionKind, NotReadyToMatch, PersonMissing
from saltbitter_domain.compatibility.service import DecisionService, MatchingService
from saltbitter_domain.kernel import Invalid, Language, UserId, is_time_zone
from saltbitter_domain.orders.model import OrderMissing

JUST_AFTER = timedelta(minutes=1)
LETTERS = {language: Letters(language) for language in Language}
STATIC = {"demo.css": "text/css", "demo.js": "text/javascript"}


class TimeZoneUnknown(Invalid):
    """The time machine was sent to a place that has no clock."""

    code = "time_zone_unknown"


@attrs.frozen
class MailboxQuery:
    to: str | None = attrs.field(default=None, repr=False)


@attrs.frozen
class MailView:
    to: str = attrs.field(repr=False)
    template: str
    language: Language
    subject: str
    text: str = attrs.field(repr=False)
    at: datetime
    data: dict[str, str] = attrs.field(repr=False)


@attrs.frozen
class Mailbox:
    """Newest first."""

    mails: tuple[MailView, ...]


@attrs.frozen
class Destination:
    """``time_zone`` is an IANA name: the clock moves to the next 06:00 there."""

    time_zone: str


@attrs.frozen
class Arrival:
    now: datetime


@attrs.frozen
class DemoChoice:
    user_id: UserId
    kind: DecisionKind


@attrs.frozen
class Confirmation:
    client_secret: str = attrs.field(repr=False)


@attrs.frozen
class PortalQuery:
    customer: str


@attrs.frozen
class CardChange:
    customer: str
    card: str


@attrs.frozen
class Demo:
    """The demo's pages, in the language of whoever looks. They exist in the demo only and need no sign-in: everybody in
    it is made up."""

    mailer: MemoryMailer
    clock: MovableClock
    matching: MatchingService
    decisions: DecisionService
    seeded: Seeded
    settle: Callable[[], Awaitable[None]]
    shop: Shop
    _templates: jinja2.Environment = attrs.field(
        init=False, factory=lambda: jinja2.Environment(loader=jinja2.PackageLoader("entrypoints.demo"), autoescape=True)
    )

    @route("GET", "/demo", audience=Audience.ANYONE, produces="text/html")
    async def home(self, call: Call) -> web.StreamResponse:
        """What there is to try."""
        size = format_decimal(len(self.seeded.members), locale=call.language)
        return self.page(call, "home.html", email=EMAIL, staff=STAFF, password=self.seeded.password, size=size)

    @route("GET", "/demo/morning", audience=Audience.ANYONE, produces="text/html")
    async def morning(self, call: Call) -> web.StreamResponse:
        """The ready-made member's matches of the day, with their explanations."""
        view = await self.matching.daily_matches(self.seeded.ready_made, language=call.language)
        matches = await self.matching.matches(self.seeded.ready_made)
        return self.page(call, "morning.html", view=view, matches=matches, short=words.SHORT)

    @route("POST", "/demo/morning", audience=Audience.ANYONE, errors=(PersonMissing, NotReadyToMatch))
    async def choose(self, _call: Call, body: DemoChoice) -> None:
        """Like or pass on behalf of the ready-made member."""
        try:
            await self.decisions.decide(self.seeded.ready_made, body.user_id, body.kind, None)
        except AlreadyDecided:
            return
        await self.settle()

    @route("GET", "/demo/mailbox", audience=Audience.ANYONE, produces="text/html")
    async def mailbox_page(self, call: Call, query: MailboxQuery) -> web.StreamResponse:
        """Every mail the demo sent, or those to one address."""
        return self.page(call, "mailbox.html", mails=self._mails(call, query.to), to=query.to or "")

    @route("GET", "/demo/mailbox.json", audience=Audience.ANYONE, worded=True)
    async def mailbox(self, call: Call, query: MailboxQuery) -> Mailbox:
        """Every mail the demo sent, or those to one address."""
        return Mailbox(self._mails(call, query.to))

    @route("POST", "/demo/time-machine", audience=Audience.ANYONE, errors=(TimeZoneUnknown,))
    async def time_machine(self, _call: Call, body: Destination) -> Arrival:
        """Move the demo's clock to the next 06:00 of a time zone, and wait until that morning's work is done."""
        if not is_time_zone(body.time_zone):
            raise TimeZoneUnknown("There is no such time zone. Name one of the IANA database, such as Europe/London.")
        now = self.clock.now()
        morning = next_morning(current_day(now, body.time_zone), body.time_zone)
        now = self.clock.advance(morning + JUST_AFTER - now)
        await self.settle()
        return Arrival(now)

    @route("POST", "/demo/bank", audience=Audience.ANYONE, errors=(OrderMissing,))
    async def bank(self, _call: Call, body: Confirmation) -> None:
        """Confirm a payment, as a member does with their bank."""
        try:
            self.shop.confirm(body.client_secret)
        except Refusal:
            raise OrderMissing("No payment waits for this confirmation. Look at what became of the order.") from None

    @route("GET", "/demo/portal", audience=Audience.ANYONE, produces="text/html")
    async def portal(self, call: Call, query: PortalQuery) -> web.StreamResponse:
        """Where a member sees to their card, as at the gateway's own pages."""
        return self.page(call, "portal.html", customer=query.customer)

    @route("POST", "/demo/portal", audience=Audience.ANYONE, errors=(OrderMissing,))
    async def change_card(self, _call: Call, body: CardChange) -> None:
        """Have another card pay from now on, and for what is owed."""
        try:
            self.shop.change_card(body.customer, body.card)
        except Refusal:
            raise OrderMissing("There is no such customer or card. Open this page from the membership anew.") from None
        await self.settle()

    @route("GET", "/demo/static/{name}", audience=Audience.ANYONE, produces="*/*")
    async def static(self, _call: Call, name: str) -> web.StreamResponse:
        """The style and the script of these pages."""
        if name not in STATIC:
            raise web.HTTPNotFound
        body = files("entrypoints.demo").joinpath("static", name).read_bytes()
        return web.Response(body=body, content_type=STATIC[name], charset="utf-8")

    def _mails(self, call: Call, to: str | None) -> tuple[MailView, ...]:
        return tuple(_mail_view(delivered, call.language) for delivered in self.mailer.inbox(to))

    def page(self, call: Call, template: str, **given: object) -> web.Response:
        """A page of the demo from its template, in the language that the caller asks for."""
        language = call.language
        text = self._templates.get_template(template).render(
            now=self.clock.now().astimezone(ZoneInfo("Europe/London")),
            language=language.value,
            say=partial(words.say, language),
            day=partial(words.day_of, language),
            moment=partial(words.moment_of, language),
            **given,
        )
        headers = {
            CONTENT_SECURITY_POLICY: PAGE_POLICY,
            hdrs.CONTENT_LANGUAGE: language.value,
            hdrs.VARY: hdrs.ACCEPT_LANGUAGE,
        }
        return web.Response(text=text, content_type="text/html", charset="utf-8", headers=headers)


def _mail_view(delivered: Delivered, asked: Language) -> MailView:
    """The mail in the language it has, or else in the one asked for: the demo's mails have no other."""
    mail = delivered.mail
    language = mail.language or asked
    letter = LETTERS[language].write(mail)
    return MailView(mail.to, mail.template, language, letter.subject, letter.text, delivered.at, dict(mail.data))


@attrs.frozen
class WithoutClient:
    """What stands in for the web client where it was not built: the demo's own page, and where links of mails lead."""

    demo: Demo

    @route("GET", "/", audience=Audience.ANYONE, produces="text/html")
    async def start(self, call: Call) -> web.StreamResponse:
        """The demo's home."""
        return await self.demo.home(call)

    @route("GET", "/verify", audience=Audience.ANYONE, produces="text/html")
    async def verify_page(self, call: Call) -> web.StreamResponse:
        """Where the link of the verification mail leads."""
        return self.demo.page(call, "verify.html")

    @route("GET", "/confirm-email", audience=Audience.ANYONE, produces="text/html")
    async def confirm_email_page(self, call: Call) -> web.StreamResponse:
        """Where the link leads that was mailed to a new address."""
        return self.demo.page(call, "confirm_email.html")

    @route("GET", "/keep-email", audience=Audience.ANYONE, produces="text/html")
    async def keep_email_page(self, call: Call) -> web.StreamResponse:
        """Where the link leads that was mailed to the old address."""
        return self.demo.page(call, "keep_email.html")

    @route("GET", "/reset-password", audience=Audience.ANYONE, produces="text/html")
    async def reset_page(self, call: Call) -> web.StreamResponse:
        """Where the link of the reset mail leads."""
        return self.demo.page(call, "reset.html")
