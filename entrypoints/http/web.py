"""The web client, where this process serves it: a page that starts it and the files it is built of."""

import gzip
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import attrs
from aiohttp import hdrs, web

from entrypoints.http.headers import CONTENT_SECURITY_POLICY
from entrypoints.http.languages import spoken
from entrypoints.http.routing import Audience, Call, route

BUILT = Path(str(files("entrypoints"))) / "web" / "dist"
"""Where ``make web`` puts the built client."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'{pictures}; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'"
)
"""Scripts, styles and fonts in files of our own only; pictures from where the photos are delivered too."""

CHECKOUT_POLICY = (
    "default-src 'none'; script-src 'self' https://js.stripe.com https://*.js.stripe.com; style-src 'self'; "
    "img-src 'self'; connect-src 'self' https://api.stripe.com; font-src 'self'; manifest-src 'self'; "
    "frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""The one page that asks elsewhere: card numbers are entered in Stripe's own frames, which its script makes
(docs.stripe.com/security/guide, "Content Security Policy"). That script makes no trusted types."""
WORKER_POLICY = "default-src 'none'; connect-src 'self'"
"""The service worker fetches what it keeps of the client, and nothing else."""

PERMISSIONS = "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"
"""Where a member is, is asked for when they say they want to share it."""

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
A_DAY = "public, max-age=86400"
PACKED = {".js", ".css", ".svg", ".webmanifest"}
"""What becomes much smaller by gzip; pictures and fonts are small already."""

LANGUAGES = ("en", "de")
"""In which the client's pages are built: each fetches the words of one beforehand."""

NO_MORE: Mapping[str, str] = MappingProxyType({})
UNCHANGING = "public, max-age=31536000, immutable"
OWN = r"(?!api(?:/|$)|media(?:/|$)|demo(?:/|$)|assets/|livez|readyz)[^.]*"
"""Every address that is a page of the client: which there are is the client's affair."""


@attrs.frozen
class WebClient:
    """The built client in ``folder``, read once. In a ``demo`` its page says so, and the client shows the way to the
    mailbox and the time machine. ``pictures`` is the origin that delivers photos, where that is another than ours.
    ``stripe`` is the key by which the page where members pay is known to Stripe; ``contact`` is the address that
    answers whoever cannot sign in."""

    folder: Path
    demo: bool = False
    pictures: str | None = None
    stripe: str | None = None
    contact: str | None = None
    _page: str = attrs.field(init=False, repr=False)
    _pages: dict[str, str] = attrs.field(init=False, repr=False)
    _files: dict[str, bytes] = attrs.field(init=False, repr=False)
    _packed: dict[str, Mapping[str, bytes]] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        read = {
            file.relative_to(self.folder).as_posix(): file.read_bytes()
            for file in self.folder.rglob("*")
            if file.suffix in TYPES
        }
        marks = {"data-demo": "" if self.demo else None, "data-contact": self.contact}
        pages = {
            file.stem: _marked(file.read_text(encoding="utf-8"), marks) for file in sorted(self.folder.glob("*.html"))
        }
        object.__setattr__(self, "_page", pages.pop("index"))
        object.__setattr__(self, "_pages", pages)
        packed = {name: self._packings(name, body) for name, body in read.items() if Path(name).suffix in PACKED}
        object.__setattr__(self, "_files", read)
        object.__setattr__(self, "_packed", packed)

    @route("GET", "/assets/{file}", audience=Audience.ANYONE, produces="*/*", cache=UNCHANGING)
    async def asset(self, call: Call, file: str) -> web.StreamResponse:
        """A file of the client. Its name holds the hash of its content, so that it never changes."""
        return self._file(call, f"assets/{file}")

    @route("GET", "/icon.svg", audience=Audience.ANYONE, produces="image/svg+xml", cache=A_DAY)
    async def icon(self, call: Call) -> web.StreamResponse:
        """The icon of the client."""
        return self._file(call, "icon.svg")

    @route("GET", "/icons/{file}", audience=Audience.ANYONE, produces="image/png", cache=A_DAY)
    async def installed_icon(self, call: Call, file: str) -> web.StreamResponse:
        """An icon of the installed client."""
        return self._file(call, f"icons/{file}")

    @route("GET", "/manifest.webmanifest", audience=Audience.ANYONE, produces="application/manifest+json", cache=A_DAY)
    async def manifest(self, call: Call) -> web.StreamResponse:
        """What a device needs to know to install the client."""
        return self._file(call, "manifest.webmanifest")

    @route("GET", "/sw.js", audience=Audience.ANYONE, produces="text/javascript", cache="no-cache")
    async def worker(self, call: Call) -> web.StreamResponse:
        """The service worker, which starts the client where there is no network."""
        return self._file(call, "sw.js", {CONTENT_SECURITY_POLICY: WORKER_POLICY})

    @route("GET", f"/{{page:{OWN}}}", audience=Audience.ANYONE, produces="text/html")
    async def page(self, call: Call, page: str) -> web.StreamResponse:
        """The page that starts the client, whatever it is to show. Where the build made one of this name, that fetches
        what it will show at once; in the language that the browser asks for, its words too."""
        pictures = f" {self.pictures}" if self.pictures else ""
        headers = {
            CONTENT_SECURITY_POLICY: POLICY.format(pictures=pictures),
            "Permissions-Policy": PERMISSIONS,
            "Cross-Origin-Embedder-Policy": "credentialless",
            hdrs.VARY: hdrs.ACCEPT_LANGUAGE,
        }
        paying = page.startswith("checkout/")
        if paying and self.stripe:  # Stripe's frames do not say that they may be embedded.
            headers |= {CONTENT_SECURITY_POLICY: CHECKOUT_POLICY, "Cross-Origin-Embedder-Policy": "unsafe-none"}
        language = spoken(call.request, LANGUAGES)
        first = self._pages.get(f"index.{language}", self._page)
        text = self._pages.get(f"{page}.{language}", first)
        if paying:
            text = _marked(text, {"data-checkout": self.stripe or ""})
        return web.Response(text=text, content_type="text/html", charset="utf-8", headers=headers)

    def _file(self, call: Call, name: str, headers: Mapping[str, str] = NO_MORE) -> web.StreamResponse:
        """A file, packed for whoever says they can unpack it (RFC 9110, 12.5.3)."""
        body, packed = self._files.get(name), self._packed.get(name)
        if body is None:
            raise web.HTTPNotFound
        told = {hdrs.CONTENT_TYPE: TYPES[Path(name).suffix], **headers}
        if packed is not None:
            told[hdrs.VARY] = hdrs.ACCEPT_ENCODING
            understood = {coding.strip() for coding in call.request.headers.get(hdrs.ACCEPT_ENCODING, "").split(",")}
            for coding, smaller in packed.items():
                if coding in understood:
                    return web.Response(body=smaller, headers={**told, hdrs.CONTENT_ENCODING: coding})
        return web.Response(body=body, headers=told)

    def _packings(self, name: str, body: bytes) -> Mapping[str, bytes]:
        """The file by each coding that it is kept in, the smallest first: by Brotli where the build has made that."""
        by_gzip, smallest = {"gzip": gzip.compress(body, mtime=0)}, self.folder / f"{name}.br"
        return {"br": smallest.read_bytes(), **by_gzip} if smallest.exists() else by_gzip


def _marked(page: str, marks: Mapping[str, str | None]) -> str:
    """The page with these attributes on its root, by which the client knows where it runs."""
    written = "".join(f'{name}="{escape(value)}" ' for name, value in marks.items() if value is not None)
    return page.replace("<html ", f"<html {written}", 1)


def built_client(
    *, demo: bool = False, pictures: str | None = None, stripe: str | None = None, contact: str | None = None
) -> list[object]:
    """The client as a resource, if it was built."""
    return [WebClient(BUILT, demo, pictures, stripe, contact)] if (BUILT / "index.html").exists() else []
