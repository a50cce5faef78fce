"""A push service on a port of this machine that checks what it is sent as RFC 8030 and RFC 8292 say, and a browser that
reads it as RFC 8291 says."""

import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import attrs
import jwt
import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.push.encryption import decoded, encoded, point


@attrs.frozen
class Browser:
    """Holds the keys of its subscription."""

    key: ec.EllipticCurvePrivateKey = attrs.field(factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"sixteen bytes..."

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": encoded(point(self.key.public_key())), "auth": encoded(self.auth)}

    def read(self, body: bytes) -> Any:
        """What a message says. Raises ``InvalidTag`` when it is for another browser."""
        salt, (size, length) = body[:16], struct.unpack("!IB", body[16:21])
        sender, record = body[21 : 21 + length], body[21 + length :]
        assert len(record) <= size <= 4096
        secret = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        info = b"WebPush: info\0" + point(self.key.public_key()) + sender
        shared = HKDF(hashes.SHA256(), 32, self.auth, info).derive(secret)
        key, nonce = (
            HKDF(hashes.SHA256(), length, salt, b"Content-Encoding: " + name + b"\0").derive(shared)
            for name, length in ((b"aes128gcm", 16), (b"nonce", 12))
        )
        said, mark, _ = AESGCM(key).decrypt(nonce, record, None).partition(b"\x02")
        assert mark
        return orjson.loads(said)


@attrs.define
class PushDouble:
    """Answers with ``status``, where it is 0 by hanging up, and keeps what it was sent."""

    url: str = ""
    status: int = 201
    taken: list[bytes] = attrs.field(factory=list)
    paths: list[str] = attrs.field(factory=list)
    headers: list[Any] = attrs.field(factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        scheme, _, rest = request.headers["Authorization"].partition(" ")
        given = dict(part.strip().split("=", 1) for part in rest.split(","))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(given["k"]))
        claims = jwt.decode(
            given["t"],
            key,
            ["ES256"],
            audience=self.url,
            options={"require": ["aud", "exp", "sub"], "verify_exp": False},
        )
        assert scheme == "vapid"
        assert claims["sub"].startswith(("mailto:", "https:"))
        assert request.headers["Content-Encoding"] == "aes128gcm"
        if self.status == 0:
            assert request.transport is not None
            request.transport.close()
        self.headers.append(request.headers)
        self.taken.append(await request.read())
        self.paths.append(request.path)
        return web.Response(status=self.status, headers={"Location": "http://127.0.0.1:1/inside"})


@asynccontextmanager
async def running_push_service(tls: ssl.SSLContext) -> AsyncIterator[PushDouble]:
    double = PushDouble()
    app = web.Application()
    app.router.add_post("/to/{device}", double.answer)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=tls)
    double.url = f"https://localhost:{server.port}"
    try:
        yield double
    finally:
        await server.close()
