"""Where a call to an address that others have named goes: out to the internet, and nowhere inside."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import IPv4Address, ip_address

import aiohttp
import attrs
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from adapters import outward
from adapters.aws.sns import download
from adapters.outward import is_outside, outward_connector, outward_session
from adapters.push.web_push import VapidKey, WebPush
from adapters.system.clock import ManualClock
from saltbitter_domain.compatibility.model import NoticeKind
from saltbitter_domain.notifications.model import PushAway
from saltbitter_domain.users.model.delivery import DeliveryReportUnchecked
from tests.doubles.builders import NOW, a_push_subscription, a_session, a_user
from tests.doubles.push import Browser

INSIDE = (
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",  # noqa: S104  to be refused, not to be listened on
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.251",
    "239.1.2.3",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
)
OUTSIDE = ("1.1.1.1", "142.250.184.206", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:101:101::1", "2600:1f18::1")


@attrs.define
class Names(AbstractResolver):
    """Leads every name to ``addresses``, whatever these are just now, and counts how often it is asked."""

    addresses: Sequence[str] = ()
    asked: int = 0

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002  as aiohttp asks
    ) -> list[ResolveResult]:
        self.asked += 1
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self.addresses
        ]

    async def close(self) -> None:
        """Nothing to close."""


@attrs.define
class Inside:
    """A server of this machine, which answers whoever comes and counts them."""

    port: int = 0
    came: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came += 1
        await reader.read(1)
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[Inside]:
    inside = Inside()
    async with await asyncio.start_server(inside.answer, "127.0.0.1", 0) as server:
        inside.port = server.sockets[0].getsockname()[1]
        yield inside


def test_what_is_no_machine_on_the_internet_is_inside_however_it_is_written() -> None:
    assert [address for address in INSIDE if is_outside(ip_address(address))] == []
    assert [address for address in OUTSIDE if not is_outside(ip_address(address))] == []


@pytest.mark.parametrize(
    "leads_to",
    [["127.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:127.0.0.1"], ["fd00:ec2::254"], ["10.0.0.1", "127.0.0.1"]],
    ids=",".join,
)
async def test_a_name_that_leads_inside_is_not_connected_to(leads_to: list[str]) -> None:
    names = Names(leads_to)
    async with listening() as inside, outward_session(5, outward_connector(names)) as http:
        with pytest.raises(aiohttp.ClientConnectorError, match="leads inside"):
            await http.get(f"http://push.example:{inside.port}/")
        assert (names.asked, inside.came) == (1, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "169.254.169.254"])
async def test_an_address_inside_that_is_named_itself_is_not_connected_to(host: str) -> None:
    async with listening() as inside, outward_session(5) as http:
        with pytest.raises(aiohttp.ClientConnectorError, match="leads inside"):
            await http.get(f"http://{host}:{inside.port}/")
        assert inside.came == 0


@pytest.mark.parametrize("later", ["127.0.0.2", "::1", "169.254.169.254"])
async def test_a_name_that_led_outside_and_leads_inside_later_is_looked_at_again(
    later: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One address of this machine stands for a server outside, since no test goes there."""
    public = IPv4Address("127.0.0.1")
    monkeypatch.setattr(outward, "is_outside", lambda address: address == public or is_outside(address))
    names = Names([str(public)])
    connector = outward_connector(names)
    async with listening() as server, outward_session(5, connector) as http:
        async with http.get(f"http://push.example:{server.port}/") as answer:
            assert (answer.status, server.came) == (204, 1)

        names.addresses = [later]
        connector.clear_dns_cache()
        with pytest.raises(aiohttp.ClientConnectorError, match="leads inside"):
            await http.get(f"http://push.example:{server.port}/")
        assert (names.asked, server.came) == (2, 1)


async def test_who_tells_browsers_and_who_has_certificates_of_sns_call_on_nobody_inside() -> None:
    push = WebPush(ManualClock(NOW), VapidKey.generated("mailto:help@saltbitter.example"))
    push.open()
    try:
        async with listening() as inside:
            device = a_push_subscription(
                a_session(a_user()), endpoint=f"https://localhost:{inside.port}/to/1", **Browser().keys
            )
            with pytest.raises(PushAway):
                await push.send(device, NoticeKind.DAILY_MATCHES, timedelta(hours=1))
            with pytest.raises(DeliveryReportUnchecked):
                await download(f"https://localhost:{inside.port}/SimpleNotificationService-0.pem")
            assert inside.came == 0
    finally:
        await push.close()
