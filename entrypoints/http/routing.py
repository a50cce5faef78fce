"""Routes as declarations: what a method of a resource accepts, answers and refuses, and who may call it.

A resource is a plain class that is given the services it needs. Its methods are declared with ``route``; the types of
their parameters are the request and the type of their result is the answer::

    class Accounts:
        def __init__(self, auth: AuthService) -> None: ...

        @route("POST", "/api/auth/login", audience=Audience.SIGNING_IN, errors=(CredentialsRefused,))
        async def login(self, call: Call, body: Login) -> SignedIn:
            \"\"\"Sign in with e-mail and password.\"\"\"
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from enum import Enum
from functools import cached_property
from http import HTTPStatus
from types import UnionType
from typing import Any, TypeVar, get_args
from uuid import UUID

import attrs
from aiohttp import web

from entrypoints.http.languages import spoken
from saltbitter_domain.breaches.model import Act
from saltbitter_domain.kernel import DomainError, Language, UserId
from saltbitter_domain.traffic import Address
from saltbitter_domain.users.ports import Access

JSON = "application/json"

Method = Callable[..., Awaitable[Any]]
Read = Callable[[], Awaitable[bytes]]
M = TypeVar("M", bound=Method)

_PARAMETER = re.compile(r"\{([a-z_]+)(:[^}]*)?\}")
_ATTRIBUTE = "__route__"


class Audience(Enum):
    """Who may call a route, and how often. There is no default: a route without an audience does not exist."""

    PROBE = "probe"
    """The platform's health checks: everyone, never limited."""
    ANYONE = "anyone"
    """Everyone, within a generous limit per address."""
    SIGNING_IN = "signing_in"
    """Everyone, within the narrow limit per address that guards passwords and tokens."""
    MEMBER = "member"
    """Whoever shows a valid access token, within the limit per member."""
    STAFF = "staff"
    """Whoever shows a valid access token of a moderator or an admin, within the limit per member."""
    ADMIN = "admin"
    """Whoever shows a valid access token of an admin, within the limit per member."""

    @property
    def signed_in(self) -> bool:
        """Whether only those who show a valid access token may call."""
        return self is Audience.MEMBER or self.of_staff

    @property
    def of_staff(self) -> bool:
        """Whether only staff may call, who say why."""
        return self in (Audience.STAFF, Audience.ADMIN)


async def no_body() -> bytes:
    """The body of what has none."""
    return b""


@attrs.frozen
class Call:
    """One request: what a method may need besides its body. To ``shown`` it adds the members of whom its answer tells,
    to ``acts`` what else is to be traced, and whom it is about. ``upload`` reads the bytes that are sent, once: before
    the method does anything, but after it has refused whoever may not send them."""

    id: str
    address: Address = attrs.field(repr=False)
    request: web.Request
    access: Access | None = None
    version: int | None = None
    upload: Read = attrs.field(default=no_body, repr=False)
    shown: set[UserId] = attrs.field(factory=set, repr=False)
    acts: list[tuple[Act, frozenset[UserId]]] = attrs.field(factory=list, repr=False)

    @property
    def member(self) -> Access:
        """The valid access token of the caller, on routes for members."""
        if self.access is None:
            raise RuntimeError("only routes for members know who is calling")
        return self.access

    @property
    def user_id(self) -> UserId:
        return self.member.user_id

    @property
    def language(self) -> Language:
        """The language in which the caller wants to read, on routes that are ``worded``."""
        return Language(spoken(self.request, tuple(Language)))

    @property
    def if_match(self) -> int:
        """The version named in ``If-Match``, on routes that ask for it."""
        if self.version is None:
            raise RuntimeError("only routes with if_match know a version")
        return self.version


@attrs.frozen
class Upload:
    """A body of bytes: sent as it is under one of ``media_types``, or as ``field`` of multipart/form-data, where one is
    named."""

    field: str | None
    media_types: tuple[str, ...]
    max_bytes: int
    too_large: type[DomainError]


@attrs.frozen
class Route:
    """A declaration, complete: the edge is built from it and the OpenAPI document tells of it."""

    method: str
    path: str
    audience: Audience
    name: str
    tag: str
    summary: str
    description: str
    status: HTTPStatus
    answer: Any
    produces: str
    parameters: Mapping[str, Any]
    query: type | None
    body: Any
    upload: Upload | None
    errors: tuple[type[DomainError], ...]
    idempotent: bool
    if_match: bool
    etag: bool
    cache: str
    guarded: bool
    a_day: int | None
    session: bool
    redirects: bool
    worded: bool

    @cached_property
    def answers(self) -> tuple[Any, ...]:
        """The types of the answer: one, or several where the method declares a union of them."""
        return get_args(self.answer) if isinstance(self.answer, UnionType) else (self.answer,)

    @property
    def proven_on_record(self) -> bool:
        """Whether the second factor of whoever is of the staff is looked at only as what they are about to do is put on
        record, which one statement does. Not where they only look, which is recorded afterwards, nor where an answer
        that was given before may be given again, which is not recorded."""
        return self.audience.of_staff and self.method != "GET" and not self.idempotent

    @property
    def pattern(self) -> str:
        """The path for aiohttp's router: a parameter matches only what its type can be, so that ``photos/order`` is
        never taken for a photo."""
        return _PARAMETER.sub(
            lambda found: f"{{{found[1]}{found[2] or _pattern(self.parameters[found[1]])}}}", self.path
        )

    @cached_property
    def public_path(self) -> str:
        """The path as documented and logged: parameters by name, without their patterns."""
        return _PARAMETER.sub(r"{\1}", self.path)


def route(
    method: str,
    path: str,
    *,
    audience: Audience,
    status: int = 200,
    errors: tuple[type[DomainError], ...] = (),
    upload: Upload | None = None,
    produces: str = JSON,
    idempotent: bool = False,
    if_match: bool = False,
    etag: bool = False,
    cache: str = "no-store",
    guarded: bool = False,
    a_day: int | None = None,
    session: bool = False,
    redirects: bool = False,
    worded: bool = False,
) -> Callable[[M], M]:
    """Declare a method as the answer to ``method path``.

    The method takes a ``Call`` and, by these names, ``body`` (JSON), ``query`` (an attrs class) and every parameter of
    the path. It answers a value of its declared type or of one of several (``A | B``), None for no content, or a ready
    ``web.StreamResponse`` where ``produces`` is not JSON. ``idempotent`` honours ``Idempotency-Key``; a fast hash of
    the body is then kept for a day, so it is not for bodies with secrets. ``if_match`` demands ``If-Match``; ``etag``
    sends the ``version`` of the answer as ``ETag``; ``cache`` is the answer's ``Cache-Control``. ``guarded`` puts a
    route for members, where a password could be guessed, under the narrow limit of signing in too. ``a_day`` is
    how often the route may be asked in 24 hours, by a member or, where nobody is signed in, from an address: more than
    any person needs, and little for a script. ``session`` tells that the route honours ``X-Session``, by which a
    browser keeps its session in a cookie; ``redirects`` that its answer may be the way to another address;
    ``worded`` that it has words in the language that ``Accept-Language`` asks for (``Call.language``)."""

    def declare(function: M) -> M:
        types = {
            name: parameter.annotation
            for name, parameter in list(inspect.signature(function).parameters.items())[2:]  # after self and call
        }
        in_path = [name for name, _ in _PARAMETER.findall(path)]
        if stray := set(types) - set(in_path) - {"body", "query"} | set(in_path) - set(types):
            raise TypeError(f"{function.__qualname__} and {path} disagree on {', '.join(sorted(stray))}")
        summary, _, description = inspect.cleandoc(function.__doc__ or "").partition("\n")
        if not summary:
            raise TypeError(
                f"{function.__qualname__} needs a docstring: it is what the documentation says of the route"
            )
        answer = inspect.signature(function).return_annotation
        declaration = Route(
            method=method,
            path=path,
            audience=audience,
            name=function.__name__,
            tag=_tag(function),
            summary=summary.rstrip("."),
            description=description.strip(),
            status=HTTPStatus(204 if answer is None and status == 200 else status),
            answer=answer,
            produces=produces,
            parameters={name: types[name] for name in in_path},
            query=types.get("query"),
            body=types.get("body"),
            upload=upload,
            errors=errors,
            idempotent=idempotent,
            if_match=if_match,
            etag=etag,
            cache=cache,
            guarded=guarded,
            a_day=a_day,
            session=session,
            redirects=redirects,
            worded=worded,
        )
        setattr(function, _ATTRIBUTE, declaration)
        return function

    return declare


def _pattern(type_: Any) -> str:
    if isinstance(type_, type) and issubclass(type_, Enum):
        return ":" + "|".join(re.escape(member.value) for member in type_)
    return ":[0-9a-fA-F-]{36}" if type_ is UUID else ""


def routes_of(resource: type) -> Iterator[Route]:
    """The routes a resource declares, in the order they are written."""
    for attribute in vars(resource).values():
        declaration = getattr(attribute, _ATTRIBUTE, None)
        if isinstance(declaration, Route):
            yield declaration


def bound_routes(resource: object) -> Iterator[tuple[Route, Method]]:
    """The routes of a resource with the methods that answer them."""
    for declaration in routes_of(type(resource)):
        yield declaration, getattr(resource, declaration.name)


def _tag(function: Method) -> str:
    """The resource's name in words: ``DailyMatches`` is documented as "Daily matches"."""
    owner = function.__qualname__.rpartition(".")[0].rpartition(".")[2]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", owner).capitalize()
