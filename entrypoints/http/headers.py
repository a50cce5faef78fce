"""The headers every answer carries, and which other origins may read it."""

from aiohttp import hdrs, web

CONTENT_SECURITY_POLICY = "Content-Security-Policy"
REQUEST_ID = "X-Request-ID"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The content security policy of a page with script and style in files of its own, and nothing from elsewhere."""

SECURITY = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    CONTENT_SECURITY_POLICY: (
        "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    hdrs.CACHE_CONTROL: "no-store",
}
"""Set unless the route chose otherwise (OWASP Secure Headers)."""

_ASKED_WITH = "Authorization, Content-Type, Idempotency-Key, If-Match, X-Audit-Reason, X-Request-ID"
_READABLE = "ETag, Idempotency-Replayed, Retry-After, X-Request-ID"


def secure(response: web.StreamResponse) -> None:
    """Add every security header the answer does not set itself, and keep what software we run to ourselves."""
    response.headers[hdrs.SERVER] = "saltbitter"
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)


def share(request: web.Request, response: web.StreamResponse, allowed_origins: tuple[str, ...]) -> None:
    """Let the page that asked read the answer if its origin is, exactly, one we know (Fetch standard, CORS).

    Credentials are never allowed: other origins know their members by bearer token. The cookie of a browser's
    session is for pages of this origin alone."""
    response.headers.add(hdrs.VARY, hdrs.ORIGIN)
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and origin in allowed_origins:
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
        response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = _READABLE


def options(request: web.Request, allowed_methods: set[str], allowed_origins: tuple[str, ...]) -> web.Response:
    """What may be asked of this address; to a known origin also how (the preflight of CORS)."""
    methods = ", ".join(sorted(allowed_methods | {hdrs.METH_OPTIONS}))
    response = web.Response(status=204, headers={hdrs.ALLOW: methods})
    if request.headers.get(hdrs.ORIGIN) in allowed_origins and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers:
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_METHODS] = methods
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = _ASKED_WITH
        response.headers[hdrs.ACCESS_CONTROL_MAX_AGE] = "600"
    return response
