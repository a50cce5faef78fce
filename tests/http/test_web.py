"""How the built web client is served: pages that start it, files that never change, and nothing else of the folder."""

import asyncio
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
    (tmp_path / "icons").mkdir()
    (tmp_path / "icons" / "icon-192.png").write_bytes(b"png")
    (tmp_path / "manifest.webmanifest").write_text("{}")
    (tmp_path / "sw.js").write_text("self")
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


async def test_a_page_that_the_build_made_of_its_name_is_sent_instead_of_the_first_one(
    client: WebClient, serve: Serve, ports: Ports, pings: Pings
) -> None:
    (client.folder / "join.en.html").write_text('<html lang="en"><link rel="modulepreload" href="/assets/Join-Cd2.js">')
    http = await serve(build([pings, WebClient(client.folder, demo=True)], Authenticator(), ports, SETTINGS))
    joining = await (await http.get("/join")).text()
    assert "Join-Cd2.js" in joining
    assert "data-demo" in joining
    for other in ("/", "/joined", "/join/photos", "/index"):
        assert "Join-Cd2.js" not in await (await http.get(other)).text(), other


async def test_a_page_fetches_the_words_of_the_language_that_its_reader_asks_for(
    client: WebClient, serve: Serve, ports: Ports, pings: Pings
) -> None:
    for name in ("index", "join"):
        for language in ("en", "de"):
            page = f'<html lang="en"><link rel="modulepreload" href="/assets/{name}-{language}.js">'
            (client.folder / f"{name}.{language}.html").write_text(page)
    http = await serve(build([pings, WebClient(client.folder)], Authenticator(), ports, SETTINGS))
    for wishes, language in {"de-AT,en;q=0.5": "de", "en-GB,de;q=0.9": "en", "fr": "en", "fr,de;q=0.1": "de"}.items():
        for path, name in {"/": "index", "/people/018f": "index", "/join": "join"}.items():
            answer = await http.get(path, headers={"Accept-Language": wishes})
            assert f"/assets/{name}-{language}.js" in await answer.text(), (path, wishes)
            assert "Accept-Language" in answer.headers["Vary"]


async def test_only_the_page_where_members_pay_asks_elsewhere_and_only_where_cards_are_taken(
    client: WebClient, serve: Serve, ports: Ports, pings: Pings
) -> None:
    index = client.folder / "index.html"
    index.write_text(index.read_text().replace("<script", '<html lang="en"><script'))
    selling = WebClient(client.folder, stripe='pk_live_"8Xr2', contact="help@saltbitter.example")
    http = await serve(build([pings, selling], Authenticator(), ports, SETTINGS))

    async def page(path: str) -> tuple[str, str, str]:
        answer = await http.get(path)
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        return (
            await answer.text(),
            answer.headers["Content-Security-Policy"],
            answer.headers["Cross-Origin-Embedder-Policy"],
        )

    text, policy, embedder = await page("/checkout/subscribe/premium")
    assert 'data-checkout="pk_live_&quot;8Xr2"' in text
    hosts = {part for part in policy.replace(";", "").split() if part.startswith("http")}
    assert hosts == {f"https://{name}.stripe.com" for name in ("js", "*.js", "api", "hooks")}
    assert embedder == "unsafe-none"
    for path in ("/subscription", "/checkout", "/checkouts/premium", "/login"):
        text, policy, embedder = await page(path)
        assert ("stripe" in policy, "pk_live" in text, embedder) == (False, False, "credentialless"), path
        assert 'data-contact="help@saltbitter.example"' in text

    http = await serve(build([pings, WebClient(client.folder, demo=True)], Authenticator(), ports, SETTINGS))
    text, policy, embedder = await page("/checkout/subscribe/premium")
    assert ("stripe" in policy, embedder) == (False, "credentialless")
    assert 'data-demo=""' in text


async def test_a_file_named_by_its_content_is_kept_for_good(
    client: WebClient, serve: Serve, ports: Ports, pings: Pings
) -> None:
    http = await serve(build([pings, client], Authenticator(), ports, SETTINGS))
    script = await http.get("/assets/main-Ab1.js")
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert script.headers["X-Content-Type-Options"] == "nosniff"
    assert (await http.get("/icon.svg")).headers["Content-Type"] == "image/svg+xml; charset=utf-8"


async def test_a_script_is_sent_packed_to_whoever_can_unpack_it(
    client: WebClient, serve: Serve, ports: Ports, pings: Pings
) -> None:
    http = await serve(build([pings, client], Authenticator(), ports, SETTINGS))
    packed = await http.get("/assets/main-Ab1.js", headers={"Accept-Encoding": "gzip, br"})
    plain = await http.get("/assets/main-Ab1.js", headers={"Accept-Encoding": "identity"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert await packed.text() == await plain.text() == "document.title = 'SaltBitter'"
    for answer in (packed, plain):
        assert "Accept-Encoding" in answer.headers.getall("Vary")
    picture = await http.get("/icons/icon-192.png", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in picture.headers


async def test_where_the_build_has_packed_it_smaller_that_is_sent(
    client: WebClient, serve: Serve, ports: Ports, pings: Pings
) -> None:
    (client.folder / "assets" / "main-Ab1.js.br").write_bytes(b"by Brotli")
    http = await serve(build([pings, WebClient(client.folder)], Authenticator(), ports, SETTINGS))
    reader, writer = await asyncio.open_connection(http.host, http.port)  # aiohttp does not unpack it.
    writer.write(b"GET /assets/main-Ab1.js HTTP/1.0\r\nHost: x\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()

    assert b"Content-Encoding: br" in head
    assert body == b"by Brotli"
    assert (await http.get("/assets/main-Ab1.js", headers={"Accept-Encoding": "gzip"})).headers[
        "Content-Encoding"
    ] == "gzip"
    assert (await http.get("/assets/main-Ab1.js.br")).status == 404


async def test_what_a_device_installs_is_served_and_its_worker_may_fetch_here_alone(
    client: WebClient, serve: Serve, ports: Ports, pings: Pings
) -> None:
    http = await serve(build([pings, client], Authenticator(), ports, SETTINGS))
    assert (await http.get("/icons/icon-192.png")).content_type == "image/png"
    assert (await http.get("/manifest.webmanifest")).content_type == "application/manifest+json"
    worker = await http.get("/sw.js")
    assert worker.content_type == "text/javascript"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"
    assert (await http.get("/icons/..%2Fsw.js")).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/assets/notes.txt",
        "/assets/..%2Findex.html",
        "/assets/other.js",
        "/favicon.ico",
        "/.git/config",
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
