"""Builds the aiohttp application from resources and what they need."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import hdrs, web

from entrypoints.http import openapi
from entrypoints.http.dependencies import Authenticator, HttpSettings, Ports
from entrypoints.http.docs import Documentation
from entrypoints.http.endpoint import Handler, endpoint
from entrypoints.http.health import Health
from entrypoints.http.middleware import Gate
from entrypoints.http.room import Room
from entrypoints.http.routing import Route, bound_routes

ROUTES = web.AppKey("routes", tuple[Route, ...])
"""Every route the application answers, with its audience: what the tests of authorisation go through."""


def build(
    resources: Sequence[object], authenticator: Authenticator, ports: Ports, settings: HttpSettings
) -> web.Application:
    """An application that answers the routes these resources declare, its health and its documentation, no more."""
    documentation = Documentation(openapi.document([type(resource) for resource in resources]))
    declarations: dict[Handler, Route] = {}
    gate = Gate(declarations, authenticator, ports, settings)
    room = Room(settings.bodies_bytes)
    app = web.Application(middlewares=[gate.middleware])
    for resource in (*resources, documentation, Health(ports.ready)):
        for route, method in bound_routes(resource):
            handler = endpoint(route, method, ports, settings, room)
            declarations[handler] = route
            app.router.add_route(route.method, route.pattern, handler)
            if route.method == hdrs.METH_GET:
                app.router.add_route(hdrs.METH_HEAD, route.pattern, handler)
    app[ROUTES] = tuple(declarations.values())
    app.on_response_prepare.append(gate.stamp)
    app.on_startup.append(_refuse_undeclared(declarations))
    return app


def _refuse_undeclared(declarations: Mapping[Handler, Route]) -> Callable[[web.Application], Awaitable[None]]:
    async def check(app: web.Application) -> None:
        for added in app.router.routes():
            if added.handler not in declarations:
                raise RuntimeError(f"{added.method} {added.resource} does not declare who may call it")

    return check
