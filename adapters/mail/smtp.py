"""A post office behind any server that speaks SMTP, always encrypted."""

import ssl
from urllib.parse import unquote, urlsplit

import aiosmtplib

from adapters.mail.letter import Envelopes, MailRefused
from saltbitter_domain.users.ports import Mail, Mailer

SECONDS = 10.0
"""How long each step of the conversation may take."""


class SmtpMailer(Mailer):
    """Hands each mail over at least once, over one connection a mail.

    ``url`` is ``smtp://user:password@host:587``, which goes on only after STARTTLS, or ``smtps://…:465``, which is TLS
    from the first byte; the certificate must be good. A mail is doubled, under the same ``Message-ID``, only where the
    server took it and its answer was lost, or the worker died before it could note the answer."""

    def __init__(
        self, envelopes: Envelopes, url: str, tls: ssl.SSLContext | None = None, seconds: float = SECONDS
    ) -> None:
        self._envelopes = envelopes
        self._server = urlsplit(url)
        self._tls = tls or ssl.create_default_context()
        self._seconds = seconds

    async def send(self, mail: Mail) -> None:
        server, at_once = self._server, self._server.scheme == "smtps"
        try:
            await aiosmtplib.send(
                self._envelopes.seal(mail),
                hostname=server.hostname,
                port=server.port or (465 if at_once else 587),
                username=unquote(server.username) if server.username else None,
                password=unquote(server.password) if server.password else None,
                use_tls=at_once,
                start_tls=not at_once,
                tls_context=self._tls,
                timeout=self._seconds,
            )
        except aiosmtplib.SMTPResponseException as error:
            reason = str(error.code)
        except (aiosmtplib.SMTPException, OSError) as error:
            reason = type(error).__name__
        else:
            return
        raise MailRefused(f"The mail server did not take the mail ({reason}).", retry_after=60)
