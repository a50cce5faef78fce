"""How the built web client is served: pages that start it, files that never change, and nothing else of the folder."""

from pathlib import Path

import pytest

from entrypoints.http.app import build
from entrypoints.http.dependencies import Ports
from entrypoints.http.web import WebClient
from tests.http.conftest import SETTINGS, Serve
from tests.http.ping import Authenticator, Pings


@pytest.fixture
def client(tmp_path: Path) -> WebClient:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<!doctype html><script type="module" src="/assets/main-Ab1.js"></script>')
    (tmp_path / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "assets" / "main-Ab1.js").write_text("document.title = 'SaltBitter'")
    (tmp_path / "assets" / "notes.txt").write_text("not for members")
    return WebClient(tmp_path)


async def test_every_page_of_the_client_starts_it_and_is_never_kept(
    client: WebClient, serve: Serve, ports: Ports, pings: Pings
) -> None:
    http = await serve(build([pings, client], Authenticator(), ports, SETTINGS))
    for path in ("/", "/today", "/verify?token=x", "/join/photos", "/apiary", "/people/018f"):
        answer = await http.get(path)
        assert (answer.status, answer.content_type) == (200, "text/html"), path
        assert answer.headers["Cache-Control"] == "no-store"
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "http" not in policy


async def test_a_file_named_by_its_content_is_kept_for_good(
    client: WebClient, serve: Serve, ports: Ports, pings: Pings
) -> None:
    http = await serve(build([pings, client], Authenticator(), ports, SETTINGS))
    script = await http.get("/assets/main-Ab1.js")
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert script.headers["X-Content-Type-Options"] == "nosniff"
    assert (await http.get("/icon.svg")).content_type == "image/svg+xml"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/notes.txt",
        "/assets/..%2Findex.html",
        "/assets/other.js",
        "/favicon.ico",
        "/.env",
        "/api/nothing",
        "/api",
        "/demo/nothing",
        "/media/nothing",
    ],
)
async def test_nothing_else_is_served(client: WebClient, serve: Serve, ports: Ports, pings: Pings, path: str) -> None:
    http = await serve(build([pings, client], Authenticator(), ports, SETTINGS))
    answer = await http.get(path)
    assert answer.status == 404
    assert (await answer.json())["code"] == "route_missing"


async def test_a_known_address_of_the_api_keeps_its_method(
    client: WebClient, serve: Serve, ports: Ports, pings: Pings
) -> None:
    http = await serve(build([pings, client], Authenticator(), ports, SETTINGS))
    assert (await http.post("/today")).status == 405
    assert (await http.get("/ping/notes")).status != 404
