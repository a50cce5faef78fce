"""What every store of known devices, of tries and of alerts promises, and who knows where networks are."""

import asyncio
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from adapters.local.networks import NetworkTable, read_networks
from saltbitter_domain.kernel import AlertId, StaleWrite
from saltbitter_domain.users.model.devices import PAUSES, AlertKind
from saltbitter_domain.users.ports import Devices, NetworkPlaces, SignInAlerts, SignInTries
from tests.contracts.stores import Store
from tests.doubles.builders import NOW, a_device, a_sign_in_alert, new_id, unset_fields

PORTS = (Devices, SignInTries, SignInAlerts, NetworkPlaces)
SECOND = timedelta(seconds=1)


async def test_a_device_comes_back_as_it_was_stored_and_is_found_by_its_token(store: Store) -> None:
    device = a_device(await store.member())
    assert unset_fields(device) == []

    async with store.unit() as uow:
        await uow.devices.add(device)

    async with store.begin() as uow:
        assert await uow.devices.by_token(device.token_hash) == device
        assert await uow.devices.by_token("never given") is None
        assert list(await uow.devices.of(device.user_id)) == [device]


async def test_devices_are_listed_the_latest_first_and_only_the_members_own(store: Store) -> None:
    user, other = await store.members(2)
    devices = [a_device(user, last_seen_at=NOW + after * SECOND) for after in (1, 3, 2)]
    async with store.unit() as uow:
        for device in [*devices, a_device(other)]:
            await uow.devices.add(device)

    async with store.unit() as uow:
        assert list(await uow.devices.of(user.id)) == [devices[1], devices[2], devices[0]]
        await uow.devices.remove(devices[0].id, devices[1].id)
        await uow.devices.remove()
        assert list(await uow.devices.of(user.id)) == [devices[2]]
        await uow.devices.remove_all(user.id)
        assert list(await uow.devices.of(user.id)) == []
        assert len(await uow.devices.of(other.id)) == 1


async def test_an_outdated_device_is_not_saved(store: Store) -> None:
    device = a_device(await store.member())
    async with store.unit() as uow:
        await uow.devices.add(device)
    async with store.unit() as uow:
        await uow.devices.save(attrs.evolve(device, label="Another"))

    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.devices.save(device)
    async with store.begin() as uow:
        assert await uow.devices.by_token(device.token_hash) == attrs.evolve(device, label="Another", version=2)


async def test_devices_and_alerts_of_long_ago_are_forgotten_so_many_at_a_time(store: Store) -> None:
    user = await store.member()
    async with store.unit() as uow:
        for age in range(4):
            await uow.devices.add(a_device(user, last_seen_at=NOW - age * SECOND))
            await uow.sign_in_alerts.add(a_sign_in_alert(user, at=NOW - age * SECOND))

    for forgotten in (2, 1, 0):
        async with store.unit() as uow:
            assert await uow.devices.forget(NOW, limit=2) == forgotten
            assert await uow.sign_in_alerts.forget(NOW, limit=2) == forgotten
    async with store.begin() as uow:
        assert [device.last_seen_at for device in await uow.devices.of(user.id)] == [NOW]
        assert [alert.at for alert in await uow.sign_in_alerts.of(user.id, 10)] == [NOW]


async def test_alerts_come_back_as_they_were_stored_the_latest_first(store: Store) -> None:
    user, other = await store.members(2)
    alerts = [
        a_sign_in_alert(user, id=AlertId(new_id()), kind=kind, at=NOW + place * SECOND)
        for place, kind in enumerate(AlertKind)
    ]
    async with store.unit() as uow:
        for alert in [*alerts, a_sign_in_alert(other)]:
            await uow.sign_in_alerts.add(alert)

    async with store.begin() as uow:
        assert list(await uow.sign_in_alerts.of(user.id, len(alerts))) == alerts[::-1]
        assert list(await uow.sign_in_alerts.of(user.id, 1)) == alerts[:-2:-1]


async def test_tries_count_up_and_not_at_all_during_a_pause(store: Store) -> None:
    pauses, now, counted = (timedelta(0), 2 * SECOND, 5 * SECOND), NOW, []
    for seconds in (0, 0, 1, 1, 4, 1, 5, 4):
        now += seconds * SECOND
        async with store.unit() as uow:
            counted.append(await uow.sign_in_tries.count("ada", now, pauses))

    assert counted == [1, 2, None, 3, None, 4, 5, None]
    async with store.unit() as uow:
        assert await uow.sign_in_tries.count("bob", now, pauses) == 1
        await uow.sign_in_tries.clear("ada")
    async with store.unit() as uow:
        assert await uow.sign_in_tries.count("ada", now, pauses) == 1
        await uow.sign_in_tries.clear("never tried", "ada", "bob")
    async with store.unit() as uow:
        assert [await uow.sign_in_tries.count(key, now, pauses) for key in ("ada", "bob")] == [1, 1]


async def test_a_try_that_was_not_looked_at_is_given_back_with_its_pause(store: Store) -> None:
    pauses = (timedelta(0), 2 * SECOND, 5 * SECOND)

    async def count() -> int | None:
        async with store.unit() as uow:
            return await uow.sign_in_tries.count("ada", NOW, pauses)

    async def give_back() -> None:
        async with store.unit() as uow:
            await uow.sign_in_tries.give_back("ada")

    await give_back()
    assert [await count(), await count(), await count()] == [1, 2, None]
    await give_back()
    assert [await count(), await count()] == [2, None]
    for _ in range(3):
        await give_back()
    assert await count() == 1


async def test_of_many_tries_at_once_each_counts_once(store: Store) -> None:
    async def one() -> int | None:
        async with store.unit() as uow:
            return await uow.sign_in_tries.count("ada", NOW, PAUSES)

    results = await asyncio.gather(*(one() for _ in range(25)))

    assert sorted(result for result in results if result is not None) == list(range(1, 11))


async def test_counts_without_a_try_for_long_are_forgotten(store: Store) -> None:
    async with store.unit() as uow:
        for age in range(3):
            await uow.sign_in_tries.count(f"key {age}", NOW - age * SECOND, PAUSES)

    for forgotten in (1, 1, 0):
        async with store.unit() as uow:
            assert await uow.sign_in_tries.forget(NOW, limit=1) == forgotten
    async with store.unit() as uow:
        assert await uow.sign_in_tries.count("key 0", NOW, PAUSES) == 2


async def test_a_count_is_not_forgotten_while_its_pause_goes_on(store: Store) -> None:
    async with store.unit() as uow:
        await uow.sign_in_tries.count("ada", NOW, (2 * SECOND,))

    for seconds, forgotten in ((1, 0), (2, 0), (3, 1)):
        async with store.unit() as uow:
            assert await uow.sign_in_tries.forget(NOW + seconds * SECOND, limit=9) == forgotten


def test_the_smallest_network_that_holds_another_says_where_it_is(tmp_path: Path) -> None:
    file = tmp_path / "networks.csv"
    file.write_text('10.0.0.0/8,Here,1,2\n10.1.2.0/24,"There, of all",3,4\n2001:db8::/32,Far,5,6\n', "utf-8")
    table = read_networks(file)

    asked = ("10.1.2.0/24", "10.1.3.0/24", "11.0.0.0/24", "2001:db8:1::/64", "::/64", "")
    names = [place.name if (place := table.of(network)) else None for network in asked]
    assert names == ["There, of all", "Here", None, "Far", None, None]
    assert NetworkTable().of("10.1.2.0/24") is None


@pytest.mark.parametrize("line", ["10.0.0.0/8,Here,1", "10.0.0.1/8,Here,1,2", "10.0.0.0/8,Here,north,2", "::/0,X,91,2"])
def test_a_line_that_is_wrong_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "networks.csv").write_text(f"192.0.2.0/24,Lisbon,38.7,-9.1\n{line}\n", "utf-8")
    with pytest.raises(ValueError, match="line 2"):
        read_networks(tmp_path / "networks.csv")
