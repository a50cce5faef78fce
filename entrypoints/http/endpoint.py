"""From a request to the method that answers it, and back: read, structure, call, write."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

import attrs
from aiohttp import BodyPartReader, MultipartReader, hdrs, web
from aiohttp.http import HttpProcessingError
from aiohttp.web import RequestKey

from entrypoints.http import sessions, wire
from entrypoints.http.dependencies import Audit, HttpSettings, Ports
from entrypoints.http.errors import (
    AuditReasonRequired,
    BodyIncomplete,
    BodyTooLarge,
    IdempotencyKeyMalformed,
    IfMatchMalformed,
    IfMatchRequired,
    MediaTypeRefused,
    RouteMissing,
    refused,
    second_factor_needed,
)
from entrypoints.http.room import Room, Take
from entrypoints.http.routing import JSON, Call, Method, Read, Route, Upload, no_body
from saltbitter_domain.audit.model import MAX_AUDIT_REASON
from saltbitter_domain.breaches.model import Act
from saltbitter_domain.kernel import DomainError, Stale, TooMany, Unavailable
from saltbitter_domain.traffic import StoredAnswer

CALL = RequestKey("call", Call)
MAX_JSON_BYTES = 1024 * 1024
MAX_MEDIA_TYPE = 256
"""Characters of a Content-Type, which it takes over a second to read at eight thousand."""
AUDIT_REASON = "X-Audit-Reason"
REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = (hdrs.CONTENT_TYPE, hdrs.CONTENT_LANGUAGE, hdrs.ETAG, hdrs.WWW_AUTHENTICATE)

PASSING = (Stale, TooMany, Unavailable)
"""Refusals that are not remembered for a retry, since trying again may well end differently."""

_KEY = re.compile(r"[!-~]{8,64}")
_ETAG = re.compile(r'"([0-9]{1,18})"')

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
TooLarge = Callable[[], DomainError]


def endpoint(route: Route, method: Method, ports: Ports, settings: HttpSettings, room: Room) -> Handler:
    """The aiohttp handler of a route. It raises refusals; the middleware around it turns them into answers."""
    for type_ in (route.body, route.query, *route.parameters.values()):
        if type_ is not None:
            wire.prepare(type_)

    async def handle(request: web.Request) -> web.StreamResponse:
        if route.body is None and route.upload is None:
            return await respond(request, no_body)
        with room.lent() as take:
            return await respond(request, partial(_payload, request, route, settings.body_seconds, take))

    async def respond(request: web.Request, read: Read) -> web.StreamResponse:
        call = request[CALL]
        key = _idempotency_key(request) if route.idempotent else None
        if key is None:
            return await _answer(route, method, call, read, ports.audit, settings.honey)
        payload = await read()
        owner = f"user:{call.user_id}" if call.access else f"address:{call.address}"
        fingerprint = hashlib.sha256(f"{request.method} {request.path_qs}\n".encode() + payload).hexdigest()
        stored = await ports.idempotency.begin(owner, key, fingerprint)
        if stored is not None:
            return web.Response(status=stored.status, headers=[*stored.headers, (REPLAYED, "true")], body=stored.body)
        answer = None
        try:
            try:
                response = await _answer(route, method, call, _kept(payload), ports.audit, settings.honey)
            except PASSING:
                raise
            except DomainError as refusal:
                response = refused(refusal, call.id, if_match=route.if_match)
            answer = _to_store(response)
        finally:
            await ports.idempotency.finish(owner, key, answer)
        return response

    return handle


async def _answer(
    route: Route, method: Method, call: Call, read: Read, audit: Audit, honey: frozenset[str]
) -> web.StreamResponse:
    if route.session:
        sessions.admit(call.request)
    arguments: dict[str, object] = {}
    for name, type_ in route.parameters.items():
        arguments[name] = wire.read_text(call.request.match_info[name], type_)
        if arguments[name] is None:
            raise RouteMissing("There is nothing at this address.")
    if route.if_match:
        call = attrs.evolve(call, version=_if_match(call.request))
    if route.query is not None:
        arguments["query"] = wire.read_query(call.request.query, route.query)
    if route.body is not None:
        arguments["body"] = wire.read_body(await read(), route.body)
    elif route.upload is not None:
        call = attrs.evolve(call, upload=read)
    if honey and _touches(honey, arguments):
        call.acts.append((Act.HONEY_TOUCHED, frozenset()))
    asked = _on_record(route, method, call, arguments, audit) if route.audience.of_staff else method(call, **arguments)
    value = await asked
    return value if isinstance(value, web.StreamResponse) else _written(route, call, value)


def _kept(payload: bytes) -> Read:
    """What was read already, to be asked for as if it were not."""

    async def read() -> bytes:
        return payload

    return read


def _touches(honey: frozenset[str], arguments: Mapping[str, object]) -> bool:
    """Whether it is about somebody nobody has a reason to ask for, or is an attempt to sign in as them."""
    body = arguments.get("body")
    asked = [*arguments.values(), getattr(body, "user_id", None), getattr(body, "email", None)]
    return any(str(each).strip().casefold() in honey for each in asked if isinstance(each, UUID | str))


async def _on_record(route: Route, method: Method, call: Call, arguments: Mapping[str, object], audit: Audit) -> Any:
    """What staff asked for, once it is on record. What they only look at is read first, so that the record names whom
    it tells of, and a look at what is not there is on record too."""
    reason = _audit_reason(call.request)
    things = {name: value for name, value in arguments.items() if isinstance(value, UUID)}
    action = f"{route.method} {route.public_path}"

    if route.method != hdrs.METH_GET:
        if not await audit.record_if_proven(call.user_id, action, reason, things, call.id):
            raise second_factor_needed()
        return await method(call, **arguments)
    try:
        return await method(call, **arguments)
    finally:
        await audit.record(str(call.user_id), action, reason, things, call.id, call.shown)


def _written(route: Route, call: Call, value: Any) -> web.Response:
    if route.answer is None:
        return web.Response(status=route.status)
    as_type = route.answer if len(route.answers) == 1 else type(value)
    response = web.Response(status=route.status, body=wire.written(value, as_type), content_type=JSON)
    if route.etag:
        response.headers[hdrs.ETAG] = f'"{value.version}"'
    if route.worded:
        response.headers[hdrs.CONTENT_LANGUAGE] = call.language
        response.headers.add(hdrs.VARY, hdrs.ACCEPT_LANGUAGE)
    return response


def _if_match(request: web.Request) -> int:
    given = request.headers.get(hdrs.IF_MATCH, "").strip()
    if given in {"", "*"}:
        raise IfMatchRequired("Read the resource, then send its ETag in If-Match with the edit.")
    match = _ETAG.fullmatch(given)
    if match is None:
        raise IfMatchMalformed('Send the ETag in If-Match as it was given to you, such as "3" with its quotes.')
    return int(match[1])


def _audit_reason(request: web.Request) -> str:
    reason = request.headers.get(AUDIT_REASON, "").strip()
    # Bytes that are no UTF-8 come as halves of surrogates, which no record can hold.
    if not 0 < len(reason) <= MAX_AUDIT_REASON or any("\ud800" <= each <= "\udfff" for each in reason):
        raise AuditReasonRequired(
            f"Say in {AUDIT_REASON} why, in 1 to {MAX_AUDIT_REASON} characters (UTF-8), such as the number of a ticket."
        )
    return reason


def _idempotency_key(request: web.Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise IdempotencyKeyMalformed("An Idempotency-Key is 8 to 64 visible ASCII characters, such as a UUID.")
    return key


def _to_store(response: web.StreamResponse) -> StoredAnswer | None:
    """What a retry is to be answered with; None for a response made by hand that cannot be kept."""
    if not isinstance(response, web.Response):
        return None
    headers = tuple((name, response.headers[name]) for name in KEPT_HEADERS if name in response.headers)
    body = response.body
    return StoredAnswer(response.status, headers, body if isinstance(body, bytes) else b"")


async def _payload(request: web.Request, route: Route, seconds: float, take: Take) -> bytes:
    """The bytes of the JSON body or of the uploaded file."""
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        raise MediaTypeRefused("Send the body without a Content-Encoding.")
    if len(request.headers.get(hdrs.CONTENT_TYPE, "")) > MAX_MEDIA_TYPE:
        raise MediaTypeRefused(f"A Content-Type has at most {MAX_MEDIA_TYPE} characters.")
    try:
        async with asyncio.timeout(seconds):
            return await (_json(request, take) if route.upload is None else _uploaded(request, route.upload, take))
    except TimeoutError:
        raise BodyIncomplete(f"The body did not arrive within {seconds:g} seconds.") from None
    except (web.RequestPayloadError, ConnectionError):
        raise BodyIncomplete("The body ended before it was complete.") from None
    except (ValueError, RuntimeError, HttpProcessingError):  # RuntimeError: of a form, its default charset
        raise BodyIncomplete("The body is not the form it claims to be.") from None


async def _json(request: web.Request, take: Take) -> bytes:
    if request.content_type != JSON or (request.charset or "utf-8").lower() != "utf-8":
        raise MediaTypeRefused(f"Send the body as {JSON}, in UTF-8.")
    too_large = partial(BodyTooLarge, f"The body may have at most {MAX_JSON_BYTES} bytes.")
    if (request.content_length or 0) > MAX_JSON_BYTES:
        raise too_large()
    return await _read(request.content.readany, MAX_JSON_BYTES, too_large, take)


async def _uploaded(request: web.Request, upload: Upload, take: Take) -> bytes:
    too_large = partial(upload.too_large, f"The file may have at most {upload.max_bytes} bytes.")
    if upload.field and request.content_type == "multipart/form-data":
        return await _from_form(await request.multipart(), upload.field, upload.max_bytes, too_large, take)
    if request.content_type not in (*upload.media_types, *(["application/octet-stream"] if upload.field else [])):
        accepted = ", ".join(upload.media_types)
        in_form = f", or as the field '{upload.field}' of multipart/form-data" if upload.field else ""
        raise MediaTypeRefused(f"Send the body as {accepted}{in_form}.")
    if (request.content_length or 0) > upload.max_bytes:
        raise too_large()
    return await _read(request.content.readany, upload.max_bytes, too_large, take)


async def _from_form(form: MultipartReader, field: str, max_bytes: int, too_large: TooLarge, take: Take) -> bytes:
    # It begins with its boundary. aiohttp would look for that line by line, in megabytes of lines without an end, and
    # nobody else would be answered meanwhile.
    form._at_bof = False  # noqa: SLF001  nothing else says so
    part = await form.next()
    if not isinstance(part, BodyPartReader) or part.name != field:
        raise BodyIncomplete(f"The form does not begin with a file in the field '{field}'.")
    content = await _read(part.read_chunk, max_bytes, too_large, take)
    if await form.next() is not None:
        raise BodyIncomplete("The form holds more than one file.")
    return content


async def _read(chunk: Callable[[], Awaitable[bytes]], max_bytes: int, too_large: TooLarge, take: Take) -> bytes:
    """A refusal is made where it is raised: one that is at hand before is in a circle with what was read until then,
    which then stays in memory until the collector comes by."""
    body = bytearray()
    while part := await chunk():
        if len(body) + len(part) > max_bytes:
            raise too_large()
        take(len(part))
        body += part
    return bytes(body)
