"""Pages of a list, newest first: opaque cursors over the last item's id, or its instant and an id."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import attrs
from msgspec import Meta

from entrypoints.http.wire import RequestInvalid
from saltbitter_domain.kernel import FieldProblem

T = TypeVar("T")
S = TypeVar("S")
Position = UUID | tuple[datetime, UUID]


@attrs.frozen
class PageQuery:
    """``cursor`` is the ``next`` of the page before, ``limit`` how many items a page has at most."""

    cursor: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20

    def after_id(self) -> UUID | None:
        """The id in the cursor. Raises ``RequestInvalid`` when it was not made here."""
        return None if self.cursor is None else _read(self.cursor, lambda raw: UUID(bytes=raw))

    def after_moment(self) -> tuple[datetime, UUID] | None:
        """The instant and the id in the cursor. Raises ``RequestInvalid`` when it was not made here."""
        return None if self.cursor is None else _read(self.cursor, _moment)


@attrs.frozen
class WaitingQuery:
    """Of what waits for staff, how much; the longest waiting comes first."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 20


@attrs.frozen
class Items(Generic[T]):
    """All of a short list."""

    items: tuple[T, ...]


@attrs.frozen
class Page(Generic[T]):
    """``next`` is the cursor of the page after this one, null on the last."""

    items: tuple[T, ...]
    next: str | None


def page(items: Sequence[S], shown: Callable[[S], T], limit: int, position: Callable[[S], Position]) -> Page[T]:
    """A page of at most ``limit`` from one item more than that, so that the last page is known to be the last."""
    kept = items[:limit]
    more = len(items) > limit
    return Page(tuple(map(shown, kept)), cursor(position(kept[-1])) if more else None)


def cursor(position: Position) -> str:
    """The position of an item, in a form that is not meant to be read or made by others."""
    raw = position.bytes if isinstance(position, UUID) else _microseconds(position[0]).to_bytes(8) + position[1].bytes
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _microseconds(at: datetime) -> int:
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _moment(raw: bytes) -> tuple[datetime, UUID]:
    if len(raw) != 24:
        raise ValueError("an instant has eight bytes and an id sixteen")
    return _EPOCH + timedelta(microseconds=int.from_bytes(raw[:8])), UUID(bytes=raw[8:])


def _read(given: str, parse: Callable[[bytes], S]) -> S:
    try:
        value = parse(urlsafe_b64decode(given + "=" * (-len(given) % 4)))
    except (ValueError, OverflowError):
        problem = FieldProblem("cursor", "cursor_unknown", "Send the 'next' of an earlier page, or leave it out.")
        raise RequestInvalid("The cursor is not one of ours.", fields=(problem,)) from None
    return value
