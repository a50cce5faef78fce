"""A small resource with every kind of route, to test the edge by itself."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import attrs
from msgspec import Meta

from entrypoints.http.paging import Page, PageQuery, page
from entrypoints.http.routing import Audience, Call, Upload, route
from saltbitter_domain.kernel import (
    Conflict,
    Invalid,
    NotAllowed,
    SessionId,
    Stale,
    TooLarge,
    TooMany,
    Unavailable,
    UserId,
)
from saltbitter_domain.users.model import AccessTokenRefused, Role
from saltbitter_domain.users.ports import Access

ANNA, BEN = (UserId(UUID(int=number)) for number in (1, 2))
TOKENS = {"anna": ANNA, "ben": BEN}
MOST_BYTES = 1000


class Authenticator:
    """Knows the two members by their names."""

    def authenticate(self, access_token: str) -> Access:
        if access_token not in TOKENS:
            raise AccessTokenRefused("Sign in again.")
        return Access(TOKENS[access_token], SessionId(UUID(int=9)), Role.MEMBER, datetime(2030, 1, 1, tzinfo=UTC))

    async def has_second_factor(self, user_id: UserId) -> bool:
        return user_id == ANNA


class PingTooLarge(TooLarge):
    code = "test_ping_too_large"


class PingRefused(NotAllowed):
    code = "test_ping_refused"


class PingBusy(Unavailable):
    code = "test_ping_busy"


class PingStale(Stale):
    code = "test_ping_stale"


class PingTooOften(TooMany):
    code = "test_ping_too_often"


class PingTaken(Conflict):
    code = "test_ping_taken"


class PingWrong(Invalid):
    code = "test_ping_wrong"


REFUSALS = {error.code: error for error in (PingRefused, PingBusy, PingStale, PingTooOften, PingTaken, PingWrong)}


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@attrs.frozen
class Span:
    min: int
    max: int

    def __attrs_post_init__(self) -> None:
        if self.min > self.max:
            raise ValueError("the lower end comes first")


@attrs.frozen
class Ping:
    """One field of every type there is."""

    text: Annotated[str, Meta(min_length=1, max_length=10)]
    whole: Annotated[int, Meta(ge=-5, lt=100)] = 0
    number: Annotated[float, Meta(gt=0, le=2)] = 1.0
    flag: bool = False
    maybe: str | None = None
    colour: Colour = Colour.RED
    day: date | None = None
    at: datetime | None = None
    id: UUID | None = None
    user_id: UserId | None = None
    words: Annotated[tuple[str, ...], Meta(max_length=3)] = ()
    colours: frozenset[Colour] = frozenset()
    ratings: Mapping[Colour, int] = attrs.field(factory=dict)
    code: Annotated[str, Meta(pattern="^[a-z]+$")] = "a"
    span: Span | None = None
    spans: tuple[Span, ...] = ()


@attrs.frozen
class Note:
    id: UUID
    at: datetime
    secret: str = attrs.field(default="", repr=False)


@attrs.frozen
class NoteView:
    id: UUID


@attrs.frozen
class Document:
    words: str
    version: int = 1


@attrs.frozen
class Words:
    words: str


@attrs.frozen
class Made:
    number: int
    by: UserId


@attrs.frozen
class Seen:
    address: str
    id: str


class Pings:
    """Answers everything and remembers how often."""

    def __init__(self) -> None:
        self.made = 0
        self.document = Document("first")
        self.notes = [Note(UUID(int=n), datetime(2026, 1, 1, tzinfo=UTC) - timedelta(seconds=n)) for n in range(1, 6)]
        self.hold = None

    @route("POST", "/ping/echo", audience=Audience.ANYONE)
    async def echo(self, _call: Call, body: Ping) -> Ping:
        """Say it again."""
        return body

    @route("GET", "/ping/seen", audience=Audience.ANYONE)
    async def seen(self, call: Call) -> Seen:
        """Say who is seen to be asking."""
        return Seen(str(call.address), call.id)

    @route("POST", "/ping/login", audience=Audience.SIGNING_IN, status=202)
    async def login(self, _call: Call, body: Words) -> None:
        """Pretend to sign in."""

    @route("GET", "/ping/me", audience=Audience.MEMBER)
    async def me(self, call: Call) -> Made:
        """Say who is signed in."""
        return Made(self.made, call.user_id)

    @route("POST", "/ping/guess", audience=Audience.MEMBER, guarded=True)
    async def guess(self, call: Call, body: Words) -> None:
        """Guess a password."""

    @route("GET", "/ping/rare", audience=Audience.MEMBER, a_day=3)
    async def rare(self, call: Call) -> None:
        """Ask for what is not had often."""

    @route("GET", "/ping/rare-for-all", audience=Audience.ANYONE, a_day=2)
    async def rare_for_all(self, call: Call) -> None:
        """Ask for what nobody has often."""

    @route("POST", "/ping/things", audience=Audience.MEMBER, status=201, idempotent=True, errors=(PingTaken,))
    async def make(self, call: Call, body: Words) -> Made:
        """Make a thing, or fail in the way the words say."""
        self.made += 1
        if body.words in REFUSALS:
            raise REFUSALS[body.words](f"It is {body.words}.", retry_after=7)
        if body.words == "bug":
            raise RuntimeError("a secret in an exception")
        return Made(self.made, call.user_id)

    @route("POST", "/ping/registrations", audience=Audience.SIGNING_IN, status=202, idempotent=True)
    async def register(self, _call: Call, body: Words) -> None:
        """Make a thing without being known."""
        self.made += bool(body.words)

    @route("GET", "/ping/document", audience=Audience.MEMBER, etag=True)
    async def read(self, _call: Call) -> Document:
        """Read the document."""
        return self.document

    @route("PUT", "/ping/document", audience=Audience.MEMBER, etag=True, if_match=True)
    async def write(self, call: Call, body: Words) -> Document:
        """Write the document."""
        if call.if_match != self.document.version:
            raise PingStale("Somebody was faster.")
        self.document = Document(body.words, self.document.version + 1)
        return self.document

    @route("GET", "/ping/notes", audience=Audience.ANYONE, cache="public, max-age=60")
    async def list_notes(self, _call: Call, query: PageQuery) -> Page[NoteView]:
        """A page of notes."""
        after = query.after_id()
        rest = [note for note in self.notes if after is None or note.id > after]
        return page(rest[: query.limit + 1], lambda note: NoteView(note.id), query.limit, lambda note: note.id)

    @route("GET", "/ping/notes/by-time", audience=Audience.ANYONE)
    async def notes_by_time(self, _call: Call, query: PageQuery) -> Page[Note]:
        """A page of notes by time."""
        before = query.after_moment()
        rest = [note for note in self.notes if before is None or (note.at, note.id) < before]
        return page(rest[: query.limit + 1], lambda note: note, query.limit, lambda note: (note.at, note.id))

    @route("GET", "/ping/notes/{note_id}", audience=Audience.ANYONE)
    async def note(self, _call: Call, note_id: UUID) -> NoteView:
        """One note."""
        return NoteView(note_id)

    @route("GET", "/ping/colours/{colour}", audience=Audience.ANYONE)
    async def colour(self, _call: Call, colour: Colour) -> tuple[Colour, ...]:
        """One colour."""
        return (colour,)

    @route(
        "POST",
        "/ping/files",
        audience=Audience.MEMBER,
        status=201,
        upload=Upload("photo", ("image/png",), MOST_BYTES, PingTooLarge),
        idempotent=True,
    )
    async def file(self, call: Call) -> Made:
        """Send a file."""
        size = len(await call.upload())
        self.made += 1
        return Made(size, call.user_id)
