"""Roughly where networks are, from a file that an operator provides."""

import csv
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from saltbitter_domain.kernel import GridCell
from saltbitter_domain.users.model.devices import RoughPlace
from saltbitter_domain.users.ports import NetworkPlaces

_Key = tuple[int, int, int]
"""IP version, bits of the prefix, and the prefix."""


class NetworkTable(NetworkPlaces):
    """Networks with their places. Where one lies in another the smaller counts; an empty table knows none."""

    def __init__(self, rows: Iterable[tuple[str, str, float, float]] = ()) -> None:
        """``rows`` are network, name, latitude and longitude. Raises ``ValueError``."""
        self._places: dict[_Key, RoughPlace] = {}
        for network, name, latitude, longitude in rows:
            place = RoughPlace(name, GridCell.containing(latitude, longitude))
            whole = ip_network(network)
            self._places[_key(whole, whole.prefixlen)] = place
        self._bits = sorted({(version, bits) for version, bits, _ in self._places}, reverse=True)

    def of(self, network: str) -> RoughPlace | None:
        if not network:
            return None
        asked = ip_network(network)
        for version, bits in self._bits:
            if version == asked.version and bits <= asked.prefixlen:
                place = self._places.get(_key(asked, bits))
                if place is not None:
                    return place
        return None


def _key(network: IPv4Network | IPv6Network, bits: int) -> _Key:
    return network.version, bits, int(network.network_address) >> (network.max_prefixlen - bits)


def read_networks(path: Path) -> NetworkTable:
    """The table in a CSV file of UTF-8 with the columns network, name, latitude and longitude, without a heading.

    Raises ``OSError``, and ``ValueError`` that names the first line that is wrong."""
    rows = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, line in enumerate(csv.reader(file), 1):
            try:
                network, name, latitude, longitude = line
                rows.append((str(ip_network(network)), name, float(latitude), float(longitude)))
                GridCell.containing(*rows[-1][2:])
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from None
    return NetworkTable(rows)
