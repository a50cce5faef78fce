"""The one middleware: who asks, may they, how often; refusals become answers; one line in the log.

It is a single function because every layer of middleware costs each request more than all of this does together.
"""

import math
import time
from collections.abc import Mapping
from datetime import timedelta

import structlog
from aiohttp import hdrs, web
from aiohttp.web import RequestKey

from entrypoints.http import callers, errors, headers, sessions
from entrypoints.http.dependencies import Authenticator, HttpSettings, Ports
from entrypoints.http.endpoint import CALL, Handler
from entrypoints.http.routing import JSON, Audience, Call, Route
from saltbitter_domain.breaches.model import Act
from saltbitter_domain.kernel import DomainError, NotAuthenticated
from saltbitter_domain.traffic import RateLimited, network_of
from saltbitter_domain.users.model import CredentialsRefused, Role
from saltbitter_domain.users.ports import Access

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_ID = RequestKey("request_id", str)
_log = structlog.get_logger("http")


class Gate:
    """Stands before every route. ``routes`` knows each aiohttp handler's declaration; what it does not know is shut."""

    def __init__(
        self, routes: Mapping[Handler, Route], authenticator: Authenticator, ports: Ports, settings: HttpSettings
    ) -> None:
        self._routes = routes
        self._authenticator = authenticator
        self._ports = ports
        self._settings = settings

    async def stamp(self, request: web.Request, response: web.StreamResponse) -> None:
        """Runs as every answer's headers are written, also those that aiohttp makes by itself."""
        headers.secure(response)
        headers.share(request, response, self._settings.allowed_origins)
        if (request_id := request.get(_ID)) is not None:
            response.headers[headers.REQUEST_ID] = request_id

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer the request, whatever happens, and log that it was answered."""
        started = time.perf_counter()
        request_id = callers.request_id_of(request) or str(self._ports.ids.new())
        address = callers.client_address(
            request.remote, request.headers.getall(hdrs.X_FORWARDED_FOR, ()), self._settings.trusted_proxies
        )
        request[_ID] = request_id
        call = request[CALL] = Call(request_id, address, request)
        route = self._routes.get(request.match_info.handler)
        response: web.StreamResponse
        code = None
        try:
            response = await self._admit(call, route, handler)
        except DomainError as refusal:
            code = refusal.code
            response = errors.refused(refusal, request_id, if_match=route is not None and route.if_match)
        except web.HTTPException as error:
            response = errors.from_aiohttp(error, request_id)
        except Exception as error:  # noqa: BLE001  our own mistakes are answered too, and logged
            code = "internal_error"
            _log.error("request_failed", request_id=request_id, exc_info=error)
            response = errors.unexpected(request_id)
        sessions.deliver(request, response)
        # A request and its call hold one another: apart, both are freed at once and not at the collector's next look.
        call = request.pop(CALL)
        self._trace(call, route, code)
        _log.info(
            "request",
            method=request.method,
            route=route.public_path if route else None,
            status=response.status,
            ms=round((time.perf_counter() - started) * 1000, 2),
            request_id=request_id,
            user_id=str(call.access.user_id) if call.access else None,
            code=code,
        )
        return response

    async def _admit(self, call: Call, route: Route | None, handler: Handler) -> web.StreamResponse:
        request = call.request
        self._refuse_past_the_edge(request, route)
        if route is None:
            await self._limit("address", callers.limited_as(call.address), self._settings.address_limit)
            return await self._unknown(request, handler)
        if route.audience.signed_in:
            access = await self._member(call)
            request[CALL] = Call(call.id, call.address, request, access)
            await self._limit("member", str(access.user_id), self._settings.member_limit)
            if route.audience.of_staff:
                _refuse_unless_staff(access, route.audience)
                if not (route.proven_on_record or await self._authenticator.has_second_factor(access.user_id)):
                    raise errors.second_factor_needed()
            if route.guarded:
                for key in (str(access.user_id), callers.limited_as(call.address)):
                    await self._limit("signing_in", key, self._settings.signing_in_limit)
        elif route.audience is Audience.SIGNING_IN:
            await self._limit("signing_in", callers.limited_as(call.address), self._settings.signing_in_limit)
        elif route.audience is Audience.ANYONE:
            await self._limit("address", callers.limited_as(call.address), self._settings.address_limit)
        if route.a_day is not None and self._settings.limited_by_day:
            asking = request[CALL].access
            key = str(asking.user_id) if asking else callers.limited_as(call.address)
            await self._limit(route.name, key, route.a_day, _DAY)
        response = await handler(request)
        _say_who_may_keep(response, route)
        return response

    def _trace(self, call: Call, route: Route | None, code: str | None) -> None:
        """Note whom the answer told of, and what else was done, by whom: a member, staff or a network."""
        actor = str(call.access.user_id) if call.access else network_of(call.address, 24)
        note = self._ports.detection.note
        if call.shown:
            note(Act.STAFF_READ if route and route.audience.of_staff else Act.PROFILE_READ, actor, call.shown)
        for act, subjects in call.acts:
            note(act, actor, subjects)
        if self._settings.honey & set(map(str, call.shown.union(*(subjects for _, subjects in call.acts)))):
            note(Act.HONEY_TOUCHED, actor)
        if code == CredentialsRefused.code:
            note(Act.SIGN_IN_FAILED, actor)

    def _refuse_past_the_edge(self, request: web.Request, route: Route | None) -> None:
        """Before anything is counted: what a request says that came past our proxies, it says of itself. Platforms ask
        how the process is without any of them."""
        secrets = self._settings.edge_secrets
        probed = route is not None and route.audience is Audience.PROBE
        if secrets and not probed and not callers.came_by_the_edge(request, secrets):
            raise errors.NotByTheEdge("SaltBitter answers at its public address only. Ask there.")

    async def _unknown(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        missing = request.match_info.http_exception
        if isinstance(missing, web.HTTPMethodNotAllowed) and request.method == hdrs.METH_OPTIONS:
            return headers.options(request, missing.allowed_methods, self._settings.allowed_origins)
        if missing is None:
            raise errors.RouteMissing("There is nothing at this address.")
        return await handler(request)

    async def _member(self, call: Call) -> Access:
        try:
            return self._authenticator.authenticate(callers.bearer_token(call.request))
        except NotAuthenticated:
            # Guessing tokens is counted by address, since there is no member to count it by.
            await self._limit("address", callers.limited_as(call.address), self._settings.address_limit)
            raise

    async def _limit(self, scope: str, key: str, limit: int, window: timedelta = _MINUTE) -> None:
        wait = await self._ports.rate_limits.hit(scope, key, limit, window)
        if wait is not None:
            raise RateLimited(f"That was a lot at once. Please wait {_told(wait)}.", retry_after=wait)


def _say_who_may_keep(response: web.StreamResponse, route: Route) -> None:
    """What is the same for everybody is packed too: it holds no secret that its length could tell of (BREACH)."""
    response.headers.setdefault(hdrs.CACHE_CONTROL, route.cache)
    if route.produces == JSON and route.cache.startswith("public"):
        response.headers.add(hdrs.VARY, hdrs.ACCEPT_ENCODING)
        response.enable_compression()


def _refuse_unless_staff(access: Access, audience: Audience) -> None:
    if access.role is Role.MEMBER:
        raise errors.StaffOnly("This is for SaltBitter's staff.")
    if audience is Audience.ADMIN and access.role is not Role.ADMIN:
        raise errors.AdminsOnly("This is for admins among SaltBitter's staff. Ask one of them.")


def _told(seconds: int) -> str:
    return f"{seconds} seconds" if seconds <= 120 else f"{math.ceil(seconds / 60)} minutes"
