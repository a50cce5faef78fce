"""How a browser stays signed in: its refresh token lives in a cookie that no script can read.

A page asks for it with ``X-Session: cookie``. Other clients do not send the header and keep the token themselves, as in
the body of the answer. The header is the defence against forged requests too: a page of another origin cannot send it
without asking first (Fetch standard, CORS), and nobody else is let. ``SameSite=Strict`` and ``Sec-Fetch-Site`` stand
behind it (OWASP, cross-site request forgery prevention).
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import attrs
from aiohttp import web
from aiohttp.web import RequestKey

from entrypoints.http.routing import Call
from saltbitter_domain.kernel import Malformed, NotAllowed, NotAuthenticated, SessionId, UserId
from saltbitter_domain.users.model import REFRESH_TOKEN_LIFETIME, UNDER_AGE_REMEMBERED_FOR, Tokens
from saltbitter_domain.users.model.devices import DEVICE_KNOWN_FOR, SIGN_UPS_PER

ASK = "X-Session"
BY_COOKIE = "cookie"
COOKIE = "__Host-saltbitter-refresh"
"""By this prefix a browser sees to it that the cookie is secure, and of this host alone (RFC 6265bis)."""

DEVICE_COOKIE = "__Host-saltbitter-device"
"""Stays when the session ends: by it the browser is known at the next sign-in."""

UNDER_AGE_COOKIE = "__Host-saltbitter-later"
"""Kept for a day where somebody gave a date of birth of a minor."""

JOINED_COOKIE = "__Host-saltbitter-joined"
"""Kept for a day where an account was opened: by it those are counted that are opened in one browser."""

_TO_DELIVER = RequestKey("refresh_token", str)
_DEVICE = RequestKey("device_token", str)
_UNDER_AGE = RequestKey("under_age_mark", str)
_JOINED = RequestKey("joined_mark", str)


class SessionHeaderMalformed(Malformed):
    """``X-Session`` says something else than where the refresh token is to be kept."""

    code = "session_header_malformed"


class CrossSiteSession(NotAllowed):
    """Only a page of this very origin may use the session that a browser keeps."""

    code = "cross_site_session"


class RefreshTokenMissing(NotAuthenticated):
    """Neither the body nor the cookie holds a refresh token."""

    code = "refresh_token_missing"


@attrs.frozen
class SessionTokens:
    """A short-lived access token, and the refresh token that renews both; null where it is in the browser's cookie.

    ``device_token`` is what the device keeps and shows at its next sign-in, to be known; null where nobody signed in
    just now, or where it is in the browser's other cookie."""

    access_token: str = attrs.field(repr=False)
    access_expires_at: datetime
    refresh_token: str | None = attrs.field(repr=False)
    refresh_expires_at: datetime
    session_id: SessionId
    user_id: UserId
    device_token: str | None = attrs.field(default=None, repr=False)


def handed_out(call: Call, tokens: Tokens) -> SessionTokens:
    """The tokens as they are answered; the refresh token goes with the answer as a cookie if that was asked for."""
    by_cookie = kept_by_browser(call)
    if by_cookie:
        call.request[_TO_DELIVER] = tokens.refresh_token
        if tokens.device_token:
            call.request[_DEVICE] = tokens.device_token
    return SessionTokens(
        tokens.access_token,
        tokens.access_expires_at,
        None if by_cookie else tokens.refresh_token,
        tokens.refresh_expires_at,
        tokens.session_id,
        tokens.user_id,
        None if by_cookie else tokens.device_token,
    )


def known_as(call: Call, in_body: str | None) -> str | None:
    """The token by which the device is known: that of the cookie, if the page says so, or that of the body."""
    return call.request.cookies.get(DEVICE_COOKIE) if kept_by_browser(call) else in_body


def marked_under_age(call: Call) -> str | None:
    """What the browser keeps of an earlier try to join by a minor, if the page asks with its cookies."""
    return call.request.cookies.get(UNDER_AGE_COOKIE) if kept_by_browser(call) else None


def mark_under_age(call: Call, mark: str) -> None:
    """Have the browser keep that somebody under age tried to join."""
    if kept_by_browser(call):
        call.request[_UNDER_AGE] = mark


def joins_as(call: Call, in_body: str | None, new_mark: Callable[[], str]) -> str | None:
    """By what accounts are counted that are opened on this device: the mark of the browser, which is given a new one
    where it has none of ours, or the device token of the body, if any."""
    if not kept_by_browser(call):
        return in_body
    mark = call.request.cookies.get(JOINED_COOKIE, "")
    return mark if re.fullmatch(r"[A-Za-z0-9_-]{43}", mark) else new_mark()


def mark_joined(call: Call, mark: str | None) -> None:
    """Have the browser keep the mark for another day."""
    if mark and kept_by_browser(call):
        call.request[_JOINED] = mark


def presented(call: Call, in_body: str | None) -> str:
    """The refresh token of the request: that of the cookie, if the page says so, or that of the body."""
    token = call.request.cookies.get(COOKIE) if kept_by_browser(call) else in_body
    if not token:
        raise RefreshTokenMissing("There is no session to go on with. Sign in.")
    return token


def forget(call: Call) -> None:
    """Have the browser delete its cookie with the answer."""
    if kept_by_browser(call):
        call.request[_TO_DELIVER] = ""


def kept_by_browser(call: Call) -> bool:
    """Whether the page asks for the cookie."""
    return ASK in call.request.headers


def admit(request: web.Request) -> None:
    """Look at the header before anything is done. Raises ``SessionHeaderMalformed`` for what it cannot say, and
    ``CrossSiteSession`` for a page of elsewhere."""
    asked = request.headers.get(ASK)
    if asked is None:
        return
    if asked != BY_COOKIE:
        raise SessionHeaderMalformed(
            f"{ASK} can only say '{BY_COOKIE}'. Without it the answer holds the refresh token."
        )
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise CrossSiteSession("Only SaltBitter's own pages can use the session of this browser.")


def deliver(request: web.Request, response: web.StreamResponse) -> None:
    """Put into the answer what its route decided about the cookies."""
    if mark := request.get(_UNDER_AGE):
        _keep(response, UNDER_AGE_COOKIE, mark, UNDER_AGE_REMEMBERED_FOR)
    if mark := request.get(_JOINED):
        _keep(response, JOINED_COOKIE, mark, SIGN_UPS_PER)
    token = request.get(_TO_DELIVER)
    if token is None:
        return
    _keep(response, COOKIE, token, REFRESH_TOKEN_LIFETIME if token else timedelta(0))
    if device_token := request.get(_DEVICE):
        _keep(response, DEVICE_COOKIE, device_token, DEVICE_KNOWN_FOR)


def _keep(response: web.StreamResponse, name: str, value: str, lifetime: timedelta) -> None:
    seconds = int(lifetime.total_seconds())
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="Strict")
