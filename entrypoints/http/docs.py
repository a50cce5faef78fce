"""The OpenAPI document, and Swagger UI to read and try it, served whole from this machine."""

from importlib.util import find_spec
from pathlib import Path

import orjson
from aiohttp import hdrs, web

from entrypoints.http.headers import CONTENT_SECURITY_POLICY, PAGE_POLICY
from entrypoints.http.routing import JSON, Audience, Call, route

_HERE = Path(__file__).parent / "static"
FILES = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "favicon-32x32.png": "image/png",
}


def _swagger_ui() -> Path:
    """Where the package keeps Swagger UI. It is found, not imported: only its files are wanted."""
    spec = find_spec("swagger_ui")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("swagger-ui-py is not installed; it carries Swagger UI")
    return Path(spec.submodule_search_locations[0], "static")


class Documentation:
    def __init__(self, document: dict[str, object]) -> None:
        self._document = orjson.dumps(document)
        self._page = (_HERE / "docs.html").read_bytes()
        self._start = (_HERE / "docs.js").read_bytes()
        # Served whole from memory: by ranges and preconditions a cache would be given refusals to keep for a day.
        self._files = {name: (_swagger_ui() / name).read_bytes() for name in FILES}

    @route("GET", "/api/openapi.json", audience=Audience.ANYONE, produces=JSON, cache="no-cache")
    async def openapi(self, _call: Call) -> web.StreamResponse:
        """This API, as OpenAPI 3.1."""
        return web.Response(body=self._document, content_type=JSON)

    @route("GET", "/api/docs", audience=Audience.ANYONE, produces="text/html", cache="no-cache")
    async def page(self, _call: Call) -> web.StreamResponse:
        """Swagger UI."""
        headers = {CONTENT_SECURITY_POLICY: PAGE_POLICY}
        return web.Response(body=self._page, content_type="text/html", charset="utf-8", headers=headers)

    @route("GET", "/api/docs/start.js", audience=Audience.ANYONE, produces="text/javascript", cache="no-cache")
    async def start(self, _call: Call) -> web.StreamResponse:
        """The lines that start Swagger UI; in a file, since the page runs no inline script."""
        return web.Response(body=self._start, content_type="text/javascript", charset="utf-8")

    @route("GET", "/api/docs/{file}", audience=Audience.ANYONE, produces="*/*", cache="public, max-age=86400")
    async def file(self, _call: Call, file: str) -> web.StreamResponse:
        """A file of Swagger UI."""
        if file not in FILES:
            raise web.HTTPNotFound
        return web.Response(body=self._files[file], headers={hdrs.CONTENT_TYPE: FILES[file]})
