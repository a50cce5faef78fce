"""What every store of notification settings and devices promises, and every push service."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import time, timedelta
from pathlib import Path

import aiohttp
import attrs
import pytest
from cryptography.exceptions import InvalidTag

from adapters.memory.notifications import MemoryPushService
from adapters.push.encryption import decoded, encoded, encrypted
from adapters.push.web_push import VapidKey, WebPush
from adapters.push.words import WORDS
from adapters.system.clock import ManualClock
from saltbitter_domain.compatibility.model import NoticeKind
from saltbitter_domain.kernel import Language
from saltbitter_domain.notifications.model import (
    TOLD,
    Frequency,
    HeldPush,
    NotificationSettings,
    PushAway,
    PushSubscription,
    QuietHours,
)
from saltbitter_domain.notifications.ports import NotificationChoices, PushService, PushSubscriptions
from tests.conftest import Run
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import NOW, a_profile, a_push_subscription, a_session, a_user
from tests.doubles.push import Browser, PushDouble, running_push_service
from tests.doubles.smtp import certificate

PORTS = (NotificationChoices, PushSubscriptions, PushService)
HOUR = timedelta(hours=1)
MORNING, MATCH = TOLD


async def signed_up(store: Store, **changes: object) -> PushSubscription:
    """A new member's device, in a session that is open at ``NOW``."""
    session = a_session(await store.member(), expires_at=NOW + HOUR)
    subscription = a_push_subscription(session, **changes)
    async with store.unit() as uow:
        await uow.sessions.add(session)
        await uow.push_subscriptions.put(subscription)
    return subscription


def held(subscription: PushSubscription, kind: NoticeKind = MORNING, hours: int = 0) -> HeldPush:
    return HeldPush(subscription.session_id, subscription.user_id, kind, NOW + hours * HOUR)


@pytest.mark.parametrize("quiet", [None, QuietHours(time(0), time(6, 30)), QuietHours()])
async def test_what_was_chosen_comes_back_in_place_of_what_was_chosen_before(
    store: Store, quiet: QuietHours | None
) -> None:
    user = await store.member()
    chosen = NotificationSettings(user.id, quiet, Frequency.NEVER, Frequency.DAILY)
    async with store.unit() as uow:
        assert await uow.notification_choices.get(user.id) == NotificationSettings(user.id)
        await uow.notification_choices.put(attrs.evolve(chosen, mutual_match=Frequency.NEVER))
        await uow.notification_choices.put(chosen)

    async with store.begin() as uow:
        assert await uow.notification_choices.get(user.id) == chosen


async def test_a_device_comes_back_as_it_signed_up_until_it_is_signed_off(store: Store) -> None:
    subscription, other = await signed_up(store), await signed_up(store)

    async with store.unit() as uow:
        assert await uow.push_subscriptions.get(subscription.session_id) == subscription
        await uow.push_subscriptions.hold(held(subscription))
        await uow.push_subscriptions.remove(subscription.session_id)
        await uow.push_subscriptions.remove()

    async with store.unit() as uow:
        assert await uow.push_subscriptions.get(subscription.session_id) is None
        assert await uow.push_subscriptions.get(other.session_id) == other
        await uow.push_subscriptions.hold(held(subscription))
        assert await uow.push_subscriptions.release(NOW, 9) == []


async def test_a_browser_and_a_session_each_have_one_subscription(store: Store) -> None:
    first, second = await signed_up(store), await signed_up(store)
    taken_over = attrs.evolve(second, endpoint=first.endpoint)
    async with store.unit() as uow:
        await uow.push_subscriptions.put(taken_over)

    async with store.begin() as uow:
        assert await uow.push_subscriptions.get(first.session_id) is None
        assert await uow.push_subscriptions.get(second.session_id) == taken_over


async def test_whoever_signs_up_one_browser_at_the_same_time_leaves_one_subscription(store: Store) -> None:
    devices = [await signed_up(store) for _ in range(4)]

    async def sign_up(device: PushSubscription) -> None:
        async with store.unit() as uow:
            await uow.push_subscriptions.put(attrs.evolve(device, endpoint="https://web.push.apple.com/one"))

    results = await outcomes(*map(sign_up, devices))
    async with store.begin() as uow:
        found = await uow.push_subscriptions.recipients([device.user_id for device in devices], NOW)
    assert None in results
    assert sum(each.subscription.endpoint.endswith("/one") for each in found) == 1


async def test_recipients_are_devices_in_open_sessions_with_what_their_member_chose(store: Store) -> None:
    device = await signed_up(store)
    ended = a_session(a_user(id=device.user_id), expires_at=NOW + HOUR, ended_at=NOW)
    chosen = NotificationSettings(device.user_id, None, Frequency.NEVER)
    async with store.unit() as uow:
        await uow.sessions.add(ended)
        await uow.push_subscriptions.put(a_push_subscription(ended))
        (before,) = await uow.push_subscriptions.recipients([device.user_id], NOW)
        await uow.notification_choices.put(chosen)
        await uow.profiles.add(a_profile(a_user(id=device.user_id), time_zone="Asia/Kathmandu"))

    async with store.begin() as uow:
        assert (before.subscription, before.settings) == (device, NotificationSettings(device.user_id))
        assert before.time_zone == a_user().time_zone
        (after,) = await uow.push_subscriptions.recipients([device.user_id, a_user().id], NOW)
        assert (after.settings, after.time_zone) == (chosen, "Asia/Kathmandu")
        assert await uow.push_subscriptions.recipients([device.user_id], NOW + HOUR) == []
        assert await uow.push_subscriptions.recipients([], NOW) == []


async def test_of_a_device_and_a_kind_one_thing_is_held_and_released_once(store: Store) -> None:
    one, other = await signed_up(store), await signed_up(store)
    async with store.unit() as uow:
        await uow.push_subscriptions.hold(held(one, hours=3), held(one, MATCH, 2), held(other, hours=1))
        await uow.push_subscriptions.hold(held(one, hours=1), held(other, hours=5))

    async def release(hours: int, limit: int = 9) -> set[HeldPush]:
        async with store.unit() as uow:
            return set(await uow.push_subscriptions.release(NOW + hours * HOUR, limit))

    assert await release(0) == set()
    at_once = await outcomes(*(release(1, limit=1) for _ in range(4)))
    assert sorted(map(len, at_once)) == [0, 0, 1, 1]
    assert set().union(*at_once) == {held(one, hours=1), held(other, hours=1)}
    assert await release(9) == {held(one, MATCH, 2)}


async def test_a_device_is_forgotten_with_its_session(store: Store) -> None:
    device = await signed_up(store)
    async with store.unit() as uow:
        await uow.push_subscriptions.hold(held(device))
        assert await uow.sessions.forget(NOW + 2 * HOUR, 9) == 1

    async with store.unit() as uow:
        assert await uow.push_subscriptions.get(device.session_id) is None
        assert await uow.push_subscriptions.release(NOW, 9) == []


@attrs.frozen
class Post:
    """A push service, an endpoint of it, and how to have it answer that this is gone."""

    service: PushService
    endpoint: str
    lose: Callable[[], object]


@asynccontextmanager
async def in_memory() -> AsyncIterator[Post]:
    service, endpoint = MemoryPushService(), "https://localhost/to/1"
    yield Post(service, endpoint, lambda: service.gone.add(endpoint))


@asynccontextmanager
async def over_the_web(folder: Path) -> AsyncIterator[tuple[Post, PushDouble]]:
    server, client = certificate(folder)
    async with running_push_service(server) as double:
        key = VapidKey.generated("mailto:help@saltbitter.example")
        service = WebPush(ManualClock(NOW), key, connector=aiohttp.TCPConnector(ssl=client))
        service.open()
        yield Post(service, f"{double.url}/to/1", lambda: setattr(double, "status", 410)), double
        await service.close()


@pytest.fixture
def web(run: Run, tmp_path: Path) -> Iterator[tuple[Post, PushDouble]]:
    way = over_the_web(tmp_path)
    yield run(way.__aenter__())
    run(way.__aexit__(None, None, None))


@pytest.fixture(params=["memory", "web"])
def post(run: Run, request: pytest.FixtureRequest) -> Post:
    found: Post = run(in_memory().__aenter__()) if request.param == "memory" else request.getfixturevalue("web")[0]
    return found


def device(post: Post, browser: Browser, **changes: object) -> PushSubscription:
    return a_push_subscription(a_session(a_user()), endpoint=post.endpoint, **{**browser.keys, **changes})


async def test_a_device_is_told_or_gone_for_good(post: Post) -> None:
    told = device(post, Browser())
    assert await post.service.send(told, MORNING, HOUR)
    post.lose()
    assert not await post.service.send(told, MORNING, HOUR)
    assert len(decoded(post.service.public_key)) == 65


async def test_only_the_browser_reads_what_it_is_told_which_names_nobody(web: tuple[Post, PushDouble]) -> None:
    post, double = web
    for language in Language:
        for kind in TOLD:
            browser = Browser()
            assert await post.service.send(device(post, browser, language=language), kind, 2 * HOUR)
            sent, words = double.taken[-1], WORDS[kind][language]
            assert browser.read(sent) == {"kind": kind, "title": words.title, "path": words.path}
            with pytest.raises(InvalidTag):
                Browser().read(sent)
            headers = double.headers[-1]
            assert (headers["TTL"], headers["Topic"], "Cookie" in headers) == ("7200", kind, False)
    assert len({len(sent) for sent in double.taken}) == 1


async def test_whatever_else_is_answered_is_tried_again_and_no_redirect_is_followed(
    web: tuple[Post, PushDouble],
) -> None:
    post, double = web
    for status in (0, 302, 400, 403, 413, 429, 500, 503):
        double.status = status
        with pytest.raises(PushAway) as refusal:
            await post.service.send(device(post, Browser()), MORNING, HOUR)
        assert "localhost" not in refusal.value.detail
        assert str(status or "reached") in refusal.value.detail


async def test_keys_no_browser_made_are_gone(web: tuple[Post, PushDouble]) -> None:
    post, double = web
    assert not await post.service.send(device(post, Browser(), p256dh="B" * 87), MORNING, HOUR)
    assert double.taken == []


def test_messages_are_encrypted_as_the_standard_says() -> None:
    """RFC 8291, section 5 and appendix A."""
    key = VapidKey.read("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", "mailto:a@b.example")
    browser = a_push_subscription(a_session(a_user()))
    sent = encrypted(
        b"When I grow up, I want to be a watermelon",
        decoded(browser.p256dh),
        decoded(browser.auth),
        length=0,
        salt=decoded("DGv6ra1nlYgDCS1FRnbzlw"),
        key=key.private,
    )
    assert key.public == "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
    assert encoded(sent) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
        "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("text", ["", "AAAA", encoded(bytes(32)), encoded(b"\xff" * 32), "*" * 43])
def test_a_number_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"key|padding|base64|Only"):
        VapidKey.read(text, "mailto:a@b.example")
