"""The OpenAPI 3.1 document, made from the routes and the very classes that read and write their JSON."""

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

import attrs
import msgspec
from aiohttp import hdrs, web

from entrypoints.http.errors import (
    PROBLEM_JSON,
    AdminsOnly,
    AuditReasonRequired,
    BodiesExhausted,
    BodyIncomplete,
    BodyTooLarge,
    IdempotencyKeyMalformed,
    IfMatchMalformed,
    IfMatchRequired,
    MediaTypeRefused,
    Problem,
    RouteMissing,
    StaffOnly,
    TokenMissing,
    status_of,
)
from entrypoints.http.routing import JSON, Audience, Route, routes_of
from entrypoints.http.sessions import ASK, BY_COOKIE, CrossSiteSession, SessionHeaderMalformed
from entrypoints.http.wire import JsonMalformed, RequestInvalid
from saltbitter_domain.kernel import DomainError, Language, StaleWrite
from saltbitter_domain.traffic import IdempotencyKeyReused, RateLimited, RequestInProgress
from saltbitter_domain.users.model import AccessTokenRefused, SessionOver
from saltbitter_domain.users.model.second_factor import SecondFactorNeeded

Schema = dict[str, Any]

INFO = {
    "title": "SaltBitter",
    "version": "1",
    "summary": "Introductions that explain themselves.",
    "description": (
        "JSON in UTF-8, strict: unknown keys and values of another type are refused. Errors are "
        "`application/problem+json` (RFC 9457) with a stable `code`. Lists come in pages: send `next` back as "
        "`cursor`. Instants are RFC 3339 in UTC. Send `Idempotency-Key` with a POST that creates something, and a "
        "retry will not create it twice."
    ),
}


Limits = Mapping[type, Mapping[str, Schema]]
"""Bounds that the domain sees to, by class and field, for the document to tell of: ``limits`` of a resource."""


def document(resources: Sequence[type]) -> Schema:
    """The whole document for the routes that these classes declare."""
    routes = [route for resource in resources for route in routes_of(resource)]
    types = list(dict.fromkeys(type_ for route in routes for type_ in _types(route)))
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    _complete(components, types, asked=[route.body for route in routes if route.body is not None])
    for resource in resources:
        limits: Limits = getattr(resource, "limits", {})
        for cls, fields in limits.items():
            for name, limit in fields.items():
                _typed(components[_name(cls)]["properties"][name]).update(limit)
    schema_of = dict(zip(types, schemas, strict=True))
    paths: dict[str, Schema] = {}
    for route in routes:
        paths.setdefault(route.public_path, {})[route.method.lower()] = _operation(route, schema_of)
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _is_schema(route: Route) -> bool:
    """Whether the answer is a value of a declared type and not a response made by hand."""
    return route.answer is not None and not issubclass(get_origin(route.answer) or route.answer, web.StreamResponse)


def _types(route: Route) -> Iterator[Any]:
    yield Problem
    yield from route.parameters.values()
    if route.body is not None:
        yield route.body
    if route.query is not None:
        yield from get_type_hints(route.query, include_extras=True).values()
    if _is_schema(route):
        yield from route.answers


def _operation(route: Route, schema_of: Mapping[Any, Schema]) -> Schema:
    operation: Schema = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "parameters": [*_parameters(route, schema_of)],
        "responses": _responses(route, schema_of),
    }
    if route.description:
        operation["description"] = route.description
    if route.audience.signed_in:
        operation["security"] = [{"accessToken": []}]
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schema_of[route.body]}}}
    elif route.upload is not None:
        content: Schema = {media_type: {} for media_type in route.upload.media_types}
        if field := route.upload.field:
            form = {
                "type": "object",
                "properties": {field: {"type": "string", "contentMediaType": "application/octet-stream"}},
                "required": [field],
                "additionalProperties": False,
            }
            content["multipart/form-data"] = {"schema": form}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(route: Route, schema_of: Mapping[Any, Schema]) -> Iterator[Schema]:
    for name, type_ in route.parameters.items():
        yield {"name": name, "in": "path", "required": True, "schema": schema_of[type_]}
    if route.query is not None:
        types = get_type_hints(route.query, include_extras=True)
        for field in attrs.fields(route.query):
            schema = _without_null(schema_of[types[field.name]])
            required = field.default is attrs.NOTHING
            yield {"name": field.name, "in": "query", "required": required, "schema": schema}
    if route.idempotent:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "A UUID or the like. Repeated with the same content, the request is answered as before.",
            "schema": {"type": "string", "minLength": 8, "maxLength": 64, "pattern": "^[!-~]*$"},
        }
    if route.session:
        yield {
            "name": ASK,
            "in": "header",
            "description": "How a page of this origin has the refresh token kept in a cookie that no script can read.",
            "schema": {"type": "string", "enum": [BY_COOKIE]},
        }
    if route.worded:
        yield {
            "name": "Accept-Language",
            "in": "header",
            "description": "Which language to answer in: English, or German for whoever weighs that most.",
            "schema": {"type": "string", "examples": ["de-AT, de;q=0.9, en;q=0.5"]},
        }
    if route.if_match:
        yield {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": "The ETag the edit was made from.",
            "schema": {"type": "string", "pattern": '^"[0-9]{1,18}"$', "examples": ['"3"']},
        }
    if route.audience.of_staff:
        yield {
            "name": "X-Audit-Reason",
            "in": "header",
            "required": True,
            "description": "Why this is needed, such as a ticket's number. It is kept with what was asked.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "examples": ["ticket 4711"]},
        }


def _without_null(schema: Schema) -> Schema:
    """A parameter is left out where a body would say null."""
    return _typed(schema)


def _responses(route: Route, schema_of: Mapping[Any, Schema]) -> Schema:
    success: Schema = {"description": route.status.phrase}
    if _is_schema(route):
        schemas = [schema_of[answer] for answer in route.answers]
        success["content"] = {JSON: {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}}
    elif route.answer is not None:
        success["content"] = {route.produces: {}}
    headers: Schema = {}
    if route.etag:
        headers["ETag"] = {"description": "The version, for If-Match.", "schema": {"type": "string"}}
    if route.worded:
        languages = {"type": "string", "enum": [language.value for language in Language]}
        headers["Content-Language"] = {"description": "The language of the words in it.", "schema": languages}
    if headers:
        success["headers"] = headers
    responses: Schema = {str(int(route.status)): success}
    if route.redirects:
        where = {"description": "Where it is.", "schema": {"type": "string", "format": "uri"}}
        responses["302"] = {"description": "It is delivered elsewhere.", "headers": {"Location": where}}
    by_status: dict[int, list[str]] = {}
    for error in dict.fromkeys((*route.errors, *_implied(route))):
        by_status.setdefault(int(status_of(error, if_match=route.if_match)), []).append(error.code)
    for status, codes in sorted(by_status.items()):
        responses[str(status)] = _refusal(status, codes)
    return responses


def _refusal(status: int, codes: list[str]) -> Schema:
    response: Schema = {
        "description": f"One of: {', '.join(f'`{code}`' for code in codes)}.",
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in {429, 503}:
        seconds = {"type": "integer", "minimum": 1}
        response["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": seconds}}
    if status == 401:
        response["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return response


def _implied(route: Route) -> Iterator[type[DomainError]]:
    """What the edge itself may refuse on such a route."""
    yield from _implied_by_audience(route.audience)
    if route.parameters:
        yield RouteMissing
    if route.body is not None:
        yield from (JsonMalformed, BodyIncomplete, BodyTooLarge, BodiesExhausted, MediaTypeRefused, RequestInvalid)
    if route.upload is not None:
        yield from (BodyIncomplete, BodiesExhausted, route.upload.too_large, MediaTypeRefused)
    if route.query is not None:
        yield RequestInvalid
    if route.if_match:
        yield from (IfMatchRequired, IfMatchMalformed)
    if route.session:
        yield from (SessionHeaderMalformed, CrossSiteSession)
    if route.method != hdrs.METH_GET:
        yield StaleWrite
    if route.idempotent:
        yield from (IdempotencyKeyMalformed, IdempotencyKeyReused, RequestInProgress)


def _implied_by_audience(audience: Audience) -> Iterator[type[DomainError]]:
    if audience is not Audience.PROBE:
        yield RateLimited
    if audience.signed_in:
        yield from (TokenMissing, AccessTokenRefused, SessionOver)
    if audience.of_staff:
        yield from (StaffOnly, SecondFactorNeeded, AuditReasonRequired)
    if audience is Audience.ADMIN:
        yield AdminsOnly


def _complete(components: dict[str, Schema], types: Iterable[Any], asked: Iterable[Any]) -> None:
    """Say what msgspec leaves out: no other keys, instants, the keys of mappings, and that answers give every field."""
    optional = {_name(cls) for cls in _classes(asked)}
    for cls in _classes(types):
        schema = components[_name(cls)]
        schema["additionalProperties"] = False
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"]).replace("``", "`")
        if _name(cls) not in optional:
            schema["required"] = list(schema["properties"])
        for name, type_ in get_type_hints(get_origin(cls) or cls).items():
            if datetime in (type_, *get_args(type_)):
                _typed(schema["properties"][name])["format"] = "date-time"
            if get_origin(type_) is Mapping or getattr(get_origin(type_), "__name__", "") == "Mapping":
                key = get_args(type_)[0]
                if isinstance(key, type) and issubclass(key, Enum):
                    schema["properties"][name]["propertyNames"] = {"enum": [member.value for member in key]}


def _typed(schema: Schema) -> Schema:
    """The part of a schema that says what the value is when it is not null."""
    return next(choice for choice in schema.get("anyOf", (schema,)) if choice.get("type") != "null")


def _classes(types: Iterable[Any]) -> set[Any]:
    """Every attrs class that appears in these types, at any depth."""
    found: set[Any] = set()
    waiting = list(types)
    while waiting:
        type_ = waiting.pop()
        waiting.extend(get_args(type_))
        cls = get_origin(type_) or type_
        if isinstance(cls, type) and attrs.has(cls) and type_ not in found:
            found.add(type_)
            waiting.extend(get_type_hints(cls).values())
    return found


def _name(cls: Any) -> str:
    """The name msgspec gives the component of a class: ``Page[Notice]`` is ``Page_Notice_``."""
    if arguments := get_args(cls):
        return f"{get_origin(cls).__name__}_{'_'.join(argument.__name__ for argument in arguments)}_"
    return str(cls.__name__)
