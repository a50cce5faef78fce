"""A mail server on a port of this machine that speaks SMTP over TLS, and keeps what it was handed."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@attrs.define
class MailServer:
    """``refusal`` answers every recipient when it is set; ``silent`` never greets."""

    port: int = 0
    at_once: bool = False
    refusal: str = ""
    silent: bool = False
    offers_tls: bool = True
    taken: list[EmailMessage] = attrs.Factory(list)
    in_clear: list[bytes] = attrs.Factory(list)
    """Every command that was said before the line was encrypted."""

    async def serve(  # noqa: C901  one arm a command
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: ssl.SSLContext
    ) -> None:
        encrypted = self.at_once

        async def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        try:
            if self.silent:
                await reader.read()
                return
            await say("220 double.example ESMTP")
            while line := await reader.readline():
                if not encrypted:
                    self.in_clear.append(line.strip())
                match line.split(b":")[0].split()[0].upper():
                    case b"EHLO" if not encrypted and self.offers_tls:
                        await say("250-double.example\r\n250 STARTTLS")
                    case b"STARTTLS":
                        await say("220 go on")
                        await writer.start_tls(tls)
                        encrypted = True
                    case b"RCPT" if self.refusal:
                        await say(self.refusal)
                    case b"DATA":
                        await say("354 go on")
                        body = (await reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
                        message = BytesParser(policy=default).parsebytes(body)
                        assert isinstance(message, EmailMessage)
                        self.taken.append(message)
                        await say("250 taken")
                    case b"QUIT":
                        await say("221 bye")
                        return
                    case _:
                        await say("250 well")
        except (ConnectionError, ssl.SSLError):
            pass  # the client hung up
        finally:
            writer.close()


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's side of TLS for 127.0.0.1, by a certificate that only this client trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    file = folder / "localhost.pem"
    file.write_bytes(
        pem
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=pem.decode())


@asynccontextmanager
async def running_mail_server(server: MailServer, tls: ssl.SSLContext) -> AsyncIterator[MailServer]:
    listening = await asyncio.start_server(
        lambda reader, writer: server.serve(reader, writer, tls),
        "127.0.0.1",
        0,
        ssl=tls if server.at_once else None,
    )
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
