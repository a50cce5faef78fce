"""Clients of AWS that give up in time."""

from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config

CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 8.0
ATTEMPTS: Final = 3
CONNECTIONS: Final = 16
"""As many as an adapter has threads to wait in."""


def client(service: str, region: str, endpoint: str | None = None, **options: Any) -> Any:
    """A client of ``service``, to be used from any thread.

    It takes its credentials from where boto3 looks for them, best the role of the machine. An answer that does not come
    in time, a throttled call and a fault of the service are tried ``ATTEMPTS`` times in all, then raised. ``options``
    are botocore's own."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=CONNECTIONS,
        **options,
    )
    return _session().client(service, region_name=region, endpoint_url=endpoint, config=config)


@cache
def _session() -> Any:
    """Shared, since each reads the descriptions of services from files, which takes half a second."""
    return boto3.session.Session()
