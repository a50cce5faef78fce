"""Amazon SES as moto plays it, over real HTTP on a port of this machine."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import boto3
import pytest
from moto.backends import get_backend
from moto.server import ThreadedMotoServer

REGION = "eu-west-1"
ACCOUNT = "123456789012"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}


@contextmanager
def running_ses(sender: str) -> Iterator[str]:
    """The address of an SES that knows this sender and has sent nothing yet."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        with pytest.MonkeyPatch.context() as environment:
            for name, value in CREDENTIALS.items():
                environment.setenv(name, value)
            address = "http://{}:{}".format(*server.get_host_and_port())
            get_backend("ses").reset()
            client = boto3.session.Session().client("sesv2", region_name=REGION, endpoint_url=address)
            client.create_email_identity(EmailIdentity=sender.rpartition("<")[2].rstrip(">"))
            yield address
    finally:
        server.stop()


def taken() -> Sequence[str]:
    """The raw messages that were handed over, oldest first."""
    return [message.raw_data for message in get_backend("ses")[ACCOUNT][REGION].sent_messages]
