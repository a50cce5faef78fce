"""Amazon SES as moto plays it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import boto3
from moto.backends import get_backend

from tests.doubles.aws import ACCOUNT, REGION, running_aws


@contextmanager
def running_ses(sender: str) -> Iterator[str]:
    """The address of an SES that knows this sender and has sent nothing yet."""
    with running_aws() as address:
        get_backend("ses").reset()
        know(sender, address)
        yield address


def know(sender: str, address: str) -> None:
    """Have the SES at this address know the sender. Whoever resets a service of moto's resets all of them."""
    client = boto3.session.Session().client("sesv2", region_name=REGION, endpoint_url=address)
    client.create_email_identity(EmailIdentity=sender.rpartition("<")[2].rstrip(">"))


def taken() -> Sequence[str]:
    """The raw messages that were handed over, oldest first."""
    return [message.raw_data for message in get_backend("ses")[ACCOUNT][REGION].sent_messages]
