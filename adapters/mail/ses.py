"""A post office at Amazon SES, spoken to through boto3 in threads."""

import asyncio

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from adapters.mail.letter import Envelopes, MailRefused
from saltbitter_domain.users.ports import Mail, Mailer

CONNECT_SECONDS = 3
ANSWER_SECONDS = 10


class SesMailer(Mailer):
    """Hands each mail over at least once.

    SES knows no idempotency key. A mail is doubled only where SES took it and the answer was lost, or the worker died
    before it could note the answer; boto3 does not try again by itself, the outbox does. Credentials come the way of
    every AWS client (role, environment)."""

    def __init__(self, envelopes: Envelopes, region: str, endpoint: str | None = None) -> None:
        self._envelopes = envelopes
        self._client = boto3.session.Session().client(
            "sesv2",
            region_name=region,
            endpoint_url=endpoint,
            config=Config(
                connect_timeout=CONNECT_SECONDS, read_timeout=ANSWER_SECONDS, retries={"total_max_attempts": 1}
            ),
        )

    async def send(self, mail: Mail) -> None:
        message = bytes(self._envelopes.seal(mail))
        try:
            await asyncio.to_thread(
                self._client.send_email, Destination={"ToAddresses": [mail.to]}, Content={"Raw": {"Data": message}}
            )
        except ClientError as error:
            reason = str(error.response.get("Error", {}).get("Code", "unknown"))
        except BotoCoreError as error:
            reason = type(error).__name__
        else:
            return
        raise MailRefused(f"Amazon SES did not take the mail ({reason}).", retry_after=60)
