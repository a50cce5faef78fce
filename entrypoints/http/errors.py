"""Refusals as answers: one table from families to statuses, one body (RFC 9457) for every error."""

from http import HTTPStatus

import attrs
from aiohttp import hdrs, web

from entrypoints.http import wire
from saltbitter_domain.kernel import (
    Conflict,
    DomainError,
    FieldProblem,
    Invalid,
    Malformed,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    PaymentNeeded,
    Stale,
    TooLarge,
    TooMany,
    Unavailable,
    UnsupportedMedia,
)
from saltbitter_domain.users.model.second_factor import SecondFactorNeeded

PROBLEM_JSON = "application/problem+json"
MAX_MESSAGE = 500
"""Characters; the longest of our own sentences, which lists the words to choose from, has fewer."""


class PreconditionMissing(DomainError):
    """The request must say which version it changes."""


class MethodUnknown(DomainError):
    """The resource does not answer this method."""


STATUS: dict[type[DomainError], HTTPStatus] = {
    Malformed: HTTPStatus.BAD_REQUEST,
    NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    PaymentNeeded: HTTPStatus.PAYMENT_REQUIRED,
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    MethodUnknown: HTTPStatus.METHOD_NOT_ALLOWED,
    Conflict: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.PRECONDITION_FAILED,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMedia: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    PreconditionMissing: HTTPStatus.PRECONDITION_REQUIRED,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


class RouteMissing(NotFound):
    code = "route_missing"


class MethodNotSupported(MethodUnknown):
    code = "method_not_supported"


class IfMatchRequired(PreconditionMissing):
    """An edit must carry the ETag it was made from in ``If-Match``."""

    code = "if_match_required"


class AuditReasonRequired(PreconditionMissing):
    """Staff say in ``X-Audit-Reason`` why they look or act, in 1 to 200 characters; it is kept with what they did."""

    code = "audit_reason_required"


def second_factor_needed() -> SecondFactorNeeded:
    """What staff without a second factor are told."""
    return SecondFactorNeeded("Staff need a second factor. Set one up with POST /api/me/second-factor, then ask again.")


class IfMatchMalformed(Malformed):
    """``If-Match`` is not an ETag of ours, which is a version in double quotes."""

    code = "if_match_malformed"


class BodyTooLarge(TooLarge):
    code = "body_too_large"


class BodyIncomplete(Malformed):
    """The body ended early, or did not arrive in time."""

    code = "body_incomplete"


class BodiesExhausted(Unavailable):
    """So much of other bodies is in memory that this one has no room."""

    code = "bodies_exhausted"


class MediaTypeRefused(UnsupportedMedia):
    code = "media_type_refused"


class IdempotencyKeyMalformed(Malformed):
    """An ``Idempotency-Key`` has 8 to 64 visible ASCII characters."""

    code = "idempotency_key_malformed"


class TokenMissing(NotAuthenticated):
    code = "access_token_missing"


class NotByTheEdge(NotAllowed):
    """The request came past the proxy that stands before everything, so that nobody knows who sent it."""

    code = "not_by_the_edge"


class StaffOnly(NotAllowed):
    """The access token is not that of a moderator or an admin."""

    code = "staff_only"


class AdminsOnly(NotAllowed):
    """The access token is that of staff who are no admins."""

    code = "admins_only"


@attrs.frozen
class Problem:
    """What went wrong (RFC 9457). ``code`` is stable; ``fields`` names every field at fault."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    fields: tuple[FieldProblem, ...] = ()


def status_of(refusal: type[DomainError], *, if_match: bool = False) -> HTTPStatus:
    """The status of a refusal: that of its family.

    What is stale failed a precondition only where the route asks for one in ``If-Match`` (RFC 9110, 13.1.1); elsewhere
    the request met others at the same moment, which is a conflict."""
    status = next(STATUS[cls] for cls in refusal.__mro__ if cls in STATUS)
    return STATUS[Conflict] if issubclass(refusal, Stale) and not if_match else status


def refused(refusal: DomainError, request_id: str, *, if_match: bool = False) -> web.Response:
    """The answer that carries a refusal, on a route that asks for ``If-Match`` or on another."""
    status = status_of(type(refusal), if_match=if_match)
    response = _answer(status, refusal.code, refusal.detail, request_id, refusal.fields)
    if status is HTTPStatus.UNAUTHORIZED:
        refused_token = "" if isinstance(refusal, TokenMissing) else ', error="invalid_token"'
        response.headers[hdrs.WWW_AUTHENTICATE] = f'Bearer realm="saltbitter"{refused_token}'
    if refusal.retry_after is not None:
        response.headers[hdrs.RETRY_AFTER] = str(max(1, refusal.retry_after))
    return response


def from_aiohttp(error: web.HTTPException, request_id: str) -> web.Response:
    """The answer for what aiohttp itself refuses: unknown paths and methods above all."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        response = refused(MethodNotSupported(f"This address answers {allowed}."), request_id)
        response.headers[hdrs.ALLOW] = allowed
        return response
    if isinstance(error, web.HTTPNotFound):
        return refused(RouteMissing("There is nothing at this address."), request_id)
    status = HTTPStatus(error.status)
    return _answer(status, "http_error", status.description or status.phrase, request_id)


def unexpected(request_id: str) -> web.Response:
    """The answer to our own mistakes: it tells nothing but where to ask."""
    return _answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal_error",
        "Something went wrong on our side. If it happens again, tell us the request id.",
        request_id,
    )


def _answer(
    status: HTTPStatus, code: str, detail: str, request_id: str, fields: tuple[FieldProblem, ...] = ()
) -> web.Response:
    # What a request said may come back in them, and answers are remembered: none grows with its request.
    shown = tuple(
        FieldProblem(field.path[: wire.MAX_PATH], field.code, field.message[:MAX_MESSAGE])
        for field in fields[: wire.MAX_PROBLEMS]
    )
    problem = Problem("about:blank", status.phrase, int(status), detail, code, request_id, shown)
    return web.Response(status=status, body=wire.written(problem, Problem), content_type=PROBLEM_JSON)
