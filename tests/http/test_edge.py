"""Where our outermost proxy adds a secret to what it forwards, nobody is answered who comes past it."""

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from multidict import CIMultiDict
from structlog.testing import capture_logs

from entrypoints.probe import ProbeFailed, probe
from tests.http.conftest import ANNA, ORIGIN, Client, Serve

Build = Callable[..., web.Application]

NOW, NEXT = "Hb4Xs9Lq2Wd7Vn5Ky8Rt1Cm6Pj3Fz0Ge", "Zt1Ny6Qc8Mk3Bw5Xr9Hd2Lf7Sv4Jg0Pa"
ASKED = (("GET", "/ping/seen"), ("GET", "/ping/me"), ("POST", "/ping/login"), ("OPTIONS", "/ping/seen"), ("GET", "/no"))
"""For everybody, for members, guarded, a preflight, and nothing at all."""


async def statuses(api: Client, *shown: str) -> list[int]:
    headers = CIMultiDict({**ANNA, "Origin": ORIGIN, "Access-Control-Request-Method": "GET"})
    headers.extend([("X-Saltbitter-Edge", each) for each in shown])
    return [
        (await api.request(method, path, json={"words": "x"} if method == "POST" else None, headers=headers)).status
        for method, path in ASKED
    ]


@pytest.mark.parametrize(
    "shown",
    [
        (),
        ("",),
        ("guess",),
        (NOW[:-1],),
        (NOW + "x",),
        (NOW.lower(),),
        (f"{NOW}, {NOW}",),
        ("guess", NOW),
        ("\N{SNOWMAN}" * 32,),
        (NEXT,),
    ],
)
async def test_whoever_comes_past_the_edge_is_refused_in_words(
    build_ping: Build, serve: Serve, shown: tuple[str, ...]
) -> None:
    api = await serve(build_ping(edge_secrets=(NOW,)))

    assert await statuses(api, *shown) == [403] * len(ASKED)
    answer = await api.get("/ping/seen", headers=CIMultiDict([("X-Saltbitter-Edge", each) for each in shown]))
    said = await answer.json(content_type=None)
    assert (said["code"], said["detail"]) == (
        "not_by_the_edge",
        "SaltBitter answers at its public address only. Ask there.",
    )


async def test_whoever_comes_by_the_edge_is_answered_and_so_is_everybody_where_there_is_none(
    build_ping: Build, serve: Serve
) -> None:
    answered = [200, 200, 202, 204, 404]

    assert await statuses(await serve(build_ping(edge_secrets=(NOW,))), NOW) == answered
    assert await statuses(await serve(build_ping())) == answered
    assert await statuses(await serve(build_ping()), "whatever") == answered


async def test_platforms_ask_how_the_process_is_without_it(build_ping: Build, serve: Serve) -> None:
    api = await serve(build_ping(edge_secrets=(NOW,)))

    assert [(await api.get(path)).status for path in ("/livez", "/readyz")] == [200, 200]


async def test_whom_somebody_past_the_edge_claims_to_be_is_not_counted_as_them(build_ping: Build, serve: Serve) -> None:
    api = await serve(build_ping(edge_secrets=(NOW,), trusted_proxies=2))
    claimed = {"X-Forwarded-For": "198.51.100.1, 10.0.0.1"}

    async def sign_in(more: dict[str, str]) -> int:
        return (await api.post("/ping/login", json={"words": "x"}, headers={**claimed, **more})).status

    assert {await sign_in({}) for _ in range(30)} == {403}
    assert [await sign_in({"X-Saltbitter-Edge": NOW}) for _ in range(11)] == [202] * 10 + [429]


async def test_while_the_secret_changes_nobody_is_refused_who_comes_by_the_edge(
    build_ping: Build, serve: Serve
) -> None:
    """The steps of .env.example: a new one is accepted everywhere, then the proxy adds it, then the old one goes."""
    before, during, after = [await serve(build_ping(edge_secrets=each)) for each in ((NOW,), (NOW, NEXT), (NEXT,))]

    for servers, added in (((before, during), NOW), ((during,), NEXT), ((during, after), NEXT)):
        for server in servers:
            assert 403 not in await statuses(server, added)
    assert await statuses(after, NOW) == [403] * len(ASKED)


async def test_neither_the_log_nor_an_answer_tells_what_was_shown(build_ping: Build, serve: Serve) -> None:
    api = await serve(build_ping(edge_secrets=(NOW,)))
    with capture_logs() as lines:
        answers: list[Any] = [
            await api.get("/ping/seen", headers={"X-Saltbitter-Edge": each}) for each in (NOW, NOW + "x")
        ]

    assert [answer.status for answer in answers] == [200, 403]
    told = str([lines, *[(await answer.text(), answer.headers) for answer in answers]])
    assert (NOW in told, "not_by_the_edge" in told) == (False, True)


@pytest.mark.parametrize(("shown", "answered"), [(None, 403), (NEXT, 403), (NOW, 404)])
async def test_the_probe_comes_by_the_edge_where_it_has_the_secret(
    build_ping: Build, serve: Serve, shown: str | None, answered: int
) -> None:
    """There are no texts to read here; whoever is let in is told so."""
    api = await serve(build_ping(edge_secrets=(NOW,)))

    with pytest.raises(ProbeFailed, match=f"answered {answered}, expected 200"):
        await probe(str(api.make_url("")), print, edge_secret=shown)


async def test_no_answer_takes_the_secret_elsewhere(serve: Serve) -> None:
    asked: list[str] = []

    async def leads_on(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_get("/{path:.*}", leads_on)
    api = await serve(app)

    with pytest.raises(ProbeFailed, match="answered 302, expected 200"):
        await probe(str(api.make_url("")), print, edge_secret=NOW)
    assert asked == ["/api/consents/texts"]
