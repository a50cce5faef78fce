"""Amazon's services as moto plays them, over real HTTP on a port of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest
from moto.server import ThreadedMotoServer

REGION = "eu-west-1"
ACCOUNT = "123456789012"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}


@contextmanager
def running_aws() -> Iterator[str]:
    """Its address, with credentials for it in the environment."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        yield _address()


@cache
def _address() -> str:
    """One server for all tests of a process, in a thread that ends with it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    return "http://{}:{}".format(*server.get_host_and_port())
