"""Who is to get what from every route: one row each, kept by hand.

``test_authorisation_matrix`` makes the cases from it and from the routes themselves.
"""

import contextlib
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import orjson
import pyotp
from aiohttp import hdrs

from entrypoints.http.routing import Audience
from saltbitter_domain.assessments.catalogue import questionnaire
from saltbitter_domain.breaches.model import (
    Act,
    Confirmed,
    DataContext,
    Identification,
    Loss,
    Scope,
    Severity,
)
from saltbitter_domain.compatibility.model import DecisionKind
from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.kernel import BreachId, ReviewId, UserId
from saltbitter_domain.profiles.model import PhotoState
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.users.model import Role, SuspensionRefused
from saltbitter_domain.users.model.second_factor import Challenge, SecondFactor
from tests.doubles.passkeys import Authenticator
from tests.doubles.town import PASSWORD
from tests.http.stage import CARD, MOVED, SAID, Answer, Person, Scene, ask

BROWSER = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/abc",
    "p256dh": "B" * 87,
    "auth": "c" * 22,
    "language": "en",
}
PORTRAIT = Path(__file__).parents[1] / "data" / "photos" / "portrait.jpg"
NEW_PASSWORD = "seven loud geese at dawn"

Thing = Callable[[Person], UUID | str]


class Whose(Enum):
    """Whose things a route hands out or changes."""

    NOBODYS = "nobody's"
    OWN_ONLY = "the member's own"
    ACQUAINTANCES = "people the member knows of"
    BEARERS = "whoever's address is signed"
    ANYBODYS = "any member's, for staff"


@attrs.frozen
class Row:
    """What is expected of a route: ``status`` for whoever is entitled, ``refused`` for another's thing and for one
    that never was. ``body`` and ``path`` are made for the scene and the thing asked for."""

    audience: Audience
    status: int = 200
    whose: Whose = Whose.NOBODYS
    thing: Thing | None = None
    refused: int = 404
    body: Callable[[Scene, Any], Any] | None = None
    path: Callable[[Scene], Awaitable[str]] | None = None
    before: Callable[[Scene], Awaitable[Any]] | None = None
    if_match: bool = False


def probe() -> Row:
    return Row(Audience.PROBE)


def anyone(**expected: Any) -> Row:
    return Row(Audience.ANYONE, **expected)


def signing_in(status: int, body: Callable[[Scene, Any], Any], before: Any = None) -> Row:
    return Row(Audience.SIGNING_IN, status, body=body, before=before)


def member(status: int = 200, **expected: Any) -> Row:
    return Row(Audience.MEMBER, status, **expected)


def staff(status: int = 200, **expected: Any) -> Row:
    return Row(Audience.STAFF, status, **expected)


def admin(status: int = 200, **expected: Any) -> Row:
    return Row(Audience.ADMIN, status, **expected)


def own(thing: Thing, status: int = 200, **expected: Any) -> Row:
    return member(status, whose=Whose.OWN_ONLY, thing=thing, **expected)


def acquaintance(status: int = 200, **expected: Any) -> Row:
    return member(status, whose=Whose.ACQUAINTANCES, thing=lambda person: person.knows, **expected)


def registration(_scene: Scene, _thing: Any) -> Any:
    return {
        "email": "newcomer@saltbitter.example",
        "password": PASSWORD,
        "date_of_birth": "1987-06-05",
        "time_zone": "Europe/Lisbon",
        "terms_version": TEXTS[Purpose.TERMS].version,
        "privacy_policy_version": TEXTS[Purpose.PRIVACY_POLICY].version,
    }


async def mailed_token(scene: Scene, path: str, body: Any) -> Any:
    await scene.town.client.post(path, json=body)
    await scene.town.workers.settle()
    mails = scene.town.application.adapters.mailer().inbox(body["email"])
    return next(mail.mail.data["token"] for mail in mails if "token" in mail.mail.data)


async def verification(scene: Scene) -> Any:
    newcomer = {**registration(scene, None), "email": "second-newcomer@saltbitter.example"}
    return {"token": await mailed_token(scene, "/api/auth/register", newcomer)}


async def reset(scene: Scene) -> Any:
    forgotten = {"email": scene.town.email(scene.me.user_id)}
    return {"token": await mailed_token(scene, "/api/auth/password/forgot", forgotten), "password": NEW_PASSWORD}


async def without_profile(scene: Scene) -> Any:
    content = await profile_content(scene)
    await scene.town.drop_profile(scene.me.user_id)
    return content


async def profile_content(scene: Scene) -> Any:
    return orjson.loads((await ask(scene.town, "GET /api/me/profile", token=scene.me.token)).body)["content"]


async def without_assessments(scene: Scene) -> None:
    await scene.town.application.attachment().delete_all(scene.me.user_id)
    scene.town.application.adapters.store().tables.assessments_taken.drop(scene.me.user_id)


async def liked(scene: Scene) -> None:
    scene.town.clock.advance(timedelta(seconds=1))
    await scene.town.application.decisions().decide(scene.me.user_id, scene.me.knows, DecisionKind.LIKE, None)


async def blocked(scene: Scene) -> None:
    await scene.town.application.decisions().block(scene.me.user_id, scene.me.knows)


async def picture(scene: Scene) -> str:
    photos = orjson.loads((await ask(scene.town, "GET /api/me/photos", token=scene.me.token)).body)["items"]
    address: str = photos[0]["addresses"][0]["url"]
    return "/media/" + address.partition("/media/")[2]


REVIEWS: dict[UserId, ReviewId] = {}
"""By who asked, the question that waits."""


async def asked_about(scene: Scene) -> str:
    """The address at which a question of another member is answered."""
    reviews = scene.town.application.reviews()
    waiting = [each for each in await reviews.reviews(scene.other.user_id) if each.decided_at is None]
    review = waiting[0] if waiting else await reviews.request(scene.other.user_id, "Why nobody near me?")
    REVIEWS[scene.other.user_id] = review.id
    return f"/api/staff/reviews/{review.id}/decision"


async def everything_asked(scene: Scene) -> str:
    """The list of questions, with one of another member's on it."""
    await asked_about(scene)
    return "/api/staff/reviews?limit=100"


async def form(scene: Scene) -> str:
    """Where a photo of the member's can be sent."""
    return (await scene.town.application.photos().await_upload(scene.me.user_id, "image/jpeg")).form.url


async def copied(scene: Scene) -> str:
    """The signed address of a copy of the member's data."""
    exports, workers = scene.town.application.exports(), scene.town.workers
    access = scene.town.application.auth().authenticate(scene.me.token)
    if not await exports.exports(scene.me.user_id):
        await exports.request(access, PASSWORD)
        await workers.settle()
    (export,) = await exports.exports(scene.me.user_id)
    return "/api/" + (exports.link(export) or "").partition("/api/")[2]


def answers(_scene: Scene, _thing: Any) -> Any:
    asked = questionnaire()
    given = {statement.id: 1 + place % 7 for place, statement in enumerate(asked.statements)}
    return {"questionnaire": asked.version, "answers": given, "seconds": 150.0}


async def without_subscription(scene: Scene) -> None:
    """Whoever leaves pays for nothing any more."""
    await scene.town.upgrade(scene.me.user_id, Tier.FREE)


async def appealed(scene: Scene) -> None:
    """Have another member have appealed against the refusal of a photo."""
    await _have_photo(scene, PhotoState.APPEALED, "It is me, with a new haircut.")


async def shown(scene: Scene) -> None:
    """Have others see that photo."""
    await _have_photo(scene, PhotoState.APPROVED, None)


async def _have_photo(scene: Scene, state: PhotoState, appeal: str | None) -> None:
    async with scene.town.application.adapters.begin()() as uow:
        photo = await uow.photos.get(scene.other.refused)
        await uow.photos.save(attrs.evolve(photo, state=state, refusal=None, appeal=appeal, decided_by=None))
        await uow.commit()


async def allowed_in(scene: Scene) -> None:
    """Have another member be shut out no more."""
    with contextlib.suppress(SuspensionRefused):
        await scene.town.application.suspensions().restore(scene.other.user_id, "It was a mistake.")


async def shut_out(scene: Scene) -> None:
    """Have another member shut out."""
    with contextlib.suppress(SuspensionRefused):
        await scene.town.application.suspensions().suspend(scene.other.user_id, "Insults.")


async def guarded(scene: Scene) -> None:
    """Have another member have a second factor."""
    now = scene.town.clock.now()
    async with scene.town.application.adapters.begin()() as uow:
        if await uow.second_factors.get(scene.other.user_id) is None:
            await uow.second_factors.add(SecondFactor(scene.other.user_id, "sealed", now, now))
            await uow.commit()


async def email_change(scene: Scene) -> tuple[str, str]:
    """Have a link mailed to another address; the tokens of the new and of the old one."""
    town, new = scene.town, "moved@saltbitter.example"
    access = town.application.auth().authenticate(scene.me.token)
    await town.application.email_changes().request(access, email=new, password=PASSWORD, code=None)
    await town.workers.settle()
    inboxes = (town.application.adapters.mailer().inbox(to) for to in (new, town.email(scene.me.user_id)))
    to_new, to_old = (next(each.mail.data["token"] for each in inbox if "token" in each.mail.data) for inbox in inboxes)
    return to_new, to_old


async def to_new_address(scene: Scene) -> Any:
    return {"token": (await email_change(scene))[0]}


async def to_old_address(scene: Scene) -> Any:
    return {"token": (await email_change(scene))[1]}


async def app_set_up(scene: Scene) -> pyotp.TOTP:
    """An authenticator app that a secret was asked for, and that has not confirmed it yet."""
    access = scene.town.application.auth().authenticate(scene.me.token)
    enrolment = await scene.town.application.second_factors().enrol(access, PASSWORD)
    return pyotp.TOTP(enrolment.secret)


async def first_code(scene: Scene) -> Any:
    return {"code": (await app_set_up(scene)).at(scene.town.clock.now())}


async def second_factor(scene: Scene) -> Any:
    """Turn it on; the password and the next code."""
    app, now = await app_set_up(scene), scene.town.clock.now()
    access = scene.town.application.auth().authenticate(scene.me.token)
    await scene.town.application.second_factors().confirm(access, app.at(now))
    return {"password": PASSWORD, "code": app.at(now + timedelta(seconds=30))}


PROOFS: dict[UserId, Any] = {}
"""By whose second factor it is, their password and the next code."""


async def proof(scene: Scene) -> None:
    PROOFS[scene.me.user_id] = await second_factor(scene)


async def passkey_asked(scene: Scene) -> Any:
    """What a browser answers that was asked for a passkey, and the next code."""
    proof = await second_factor(scene)
    access = scene.town.application.auth().authenticate(scene.me.token)
    options = await scene.town.application.passkeys().creation_options(access, **proof)
    return {"name": "Laptop", "credential": Authenticator(_origin(scene)).create(options)}


async def passkey_challenged(scene: Scene) -> Any:
    """A sign-in that waits, of a member with a passkey, and the signature that it waits for."""
    passkeys, auth, proof = scene.town.application.passkeys(), scene.town.application.auth(), await second_factor(scene)
    access, authenticator = auth.authenticate(scene.me.token), Authenticator(_origin(scene))
    await passkeys.add(access, "Laptop", authenticator.create(await passkeys.creation_options(access, **proof)))
    waiting = await auth.login(email=scene.town.email(scene.me.user_id), password=PASSWORD, label="", ip="")
    assert isinstance(waiting, Challenge)
    options = await passkeys.request_options(waiting.challenge_token)
    return {"challenge_token": waiting.challenge_token, "credential": authenticator.get(options)}


def _origin(scene: Scene) -> str:
    origin: str = scene.town.application.adapters.settings().public_url
    return origin


async def challenge(scene: Scene) -> Any:
    code = (await second_factor(scene))["code"]
    answer = await scene.town.application.auth().login(
        email=scene.town.email(scene.me.user_id), password=PASSWORD, label="", ip=""
    )
    assert isinstance(answer, Challenge)
    return {"challenge_token": answer.challenge_token, "code": code}


BREACHES: dict[UUID, BreachId] = {}
"""By whom a breach is about."""
SEVERITY = Severity(DataContext.SENSITIVE, Identification.MAXIMUM, Loss.LIMITED)


def on_breach(rest: str = "") -> Callable[[Scene], Awaitable[str]]:
    """The address of a breach that is confirmed and about one other member, who was not told yet."""

    async def path(scene: Scene) -> str:
        application, about = scene.town.application, scene.other.user_id
        if about not in BREACHES:
            now, by = scene.town.clock.now(), scene.me.user_id
            application.detection().note(Act.PROFILE_READ, str(by), {about})
            await application.detection().flush()
            scene.town.clock.advance(timedelta(minutes=2))
            scope = Scope(now, None, (Act.PROFILE_READ,), (str(by),))
            words = {"consequences": "They may be known.", "measures": "It is shut.", "words": "Seen."}
            BREACHES[about] = breach_id = (await application.breaches().report(by, scope, "A lost phone.")).id
            await application.breaches().assess(breach_id, by, SEVERITY, scope, **words)
            await application.breaches().add(breach_id, by, Confirmed(now), "It was unlocked.")
        await scene.town.workers.settle()
        return f"/api/staff/breaches/{BREACHES[about]}{rest}"

    return path


ACTORS = {"acts": ["profile_read"], "actors": ["10.0.0.0/24"]}


def everybody(scene: Scene) -> Any:
    return {"since": (scene.town.clock.now() - timedelta(days=1)).isoformat(), "everybody": True, **ACTORS}


async def subscribed(scene: Scene) -> None:
    await scene.town.application.orders().subscribe(scene.me.user_id, Tier.PREMIUM, CARD, None)


async def cancelled(scene: Scene) -> None:
    await subscribed(scene)
    await scene.town.application.orders().cancel(scene.me.user_id)


async def quoted(scene: Scene) -> Any:
    await subscribed(scene)
    quote = await scene.town.application.orders().quote(scene.me.user_id, Tier.ELITE)
    return {"tier": "elite", "quoted_at": quote.quoted_at.isoformat()}


TABLE: Mapping[str, Row] = {
    "GET /livez": probe(),
    "GET /readyz": probe(),
    "GET /api/openapi.json": anyone(),
    "GET /api/docs": anyone(),
    "GET /api/docs/start.js": anyone(),
    "GET /api/docs/{file}": anyone(path=lambda _: _said("/api/docs/swagger-ui.css")),
    "GET /api/catalogue": anyone(),
    "GET /api/consents/texts": anyone(),
    "GET /api/plans": anyone(),
    "GET /api/products": anyone(),
    "GET /api/transparency/matching": anyone(),
    "POST /api/webhooks/stripe": anyone(status=400, body=lambda *_: {}),  # It is not signed.
    "POST /api/webhooks/sns": anyone(status=404, body=lambda *_: {}),
    "GET /media/{key}": anyone(whose=Whose.BEARERS, path=picture),
    "POST /media/{key}": anyone(status=204, whose=Whose.BEARERS, path=form, body=lambda *_: PORTRAIT.read_bytes()),
    "POST /api/auth/password/strength": signing_in(200, lambda *_: {"password": PASSWORD, "hints": ["heron"]}),
    "POST /api/auth/register": signing_in(202, registration),
    "POST /api/auth/verify": signing_in(204, lambda _, made: made, verification),
    "POST /api/auth/verify/resend": signing_in(202, lambda scene, _: {"email": scene.town.email(scene.me.user_id)}),
    "POST /api/auth/login": signing_in(
        200, lambda scene, _: {"email": scene.town.email(scene.me.user_id), "password": PASSWORD}
    ),
    "POST /api/auth/second-factor": signing_in(200, lambda _, made: made, challenge),
    "POST /api/auth/second-factor/passkey/options": signing_in(
        200, lambda _, made: {"challenge_token": made["challenge_token"]}, passkey_challenged
    ),
    "POST /api/auth/second-factor/passkey": signing_in(200, lambda _, made: made, passkey_challenged),
    "POST /api/auth/refresh": anyone(body=lambda scene, _: {"refresh_token": scene.me.tokens.refresh_token}),
    "POST /api/auth/password/forgot": signing_in(202, lambda scene, _: {"email": scene.town.email(scene.me.user_id)}),
    "POST /api/auth/password/reset": signing_in(204, lambda _, made: made, reset),
    "POST /api/auth/password/change": member(
        body=lambda *_: {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    ),
    "GET /api/me/notifications": member(),
    "PUT /api/me/notifications": member(
        body=lambda *_: {
            "quiet_hours": {"start": "22:00", "end": "08:00"},
            "daily_matches": "at_once",
            "mutual_match": "never",
        }
    ),
    "POST /api/me/push-subscriptions": member(204, body=lambda *_: BROWSER),
    "DELETE /api/me/push-subscriptions": member(204),
    "GET /api/me/devices": member(),
    "DELETE /api/me/devices/{device_id}": own(lambda person: person.device, 204),
    "GET /api/me/sign-in-alerts": member(),
    "POST /api/me/email": member(
        202, body=lambda *_: {"email": "moved@saltbitter.example", "password": PASSWORD, "code": None}
    ),
    "POST /api/auth/email/confirm": signing_in(204, lambda _, made: made, to_new_address),
    "POST /api/auth/email/keep": signing_in(204, lambda _, made: made, to_old_address),
    "POST /api/auth/logout": member(204),
    "POST /api/auth/logout-everywhere": member(204),
    "POST /api/me/erasure": member(202, body=lambda *_: {"password": PASSWORD}, before=without_subscription),
    "POST /api/me/reviews": member(201, body=lambda *_: {"words": "Why nobody near me?"}),
    "GET /api/me/reviews": member(),
    "POST /api/me/exports": member(202, body=lambda *_: {"password": PASSWORD}),
    "GET /api/me/exports": member(),
    "GET /api/exports/{export_id}/archive": anyone(whose=Whose.BEARERS, path=copied),
    "GET /api/me/second-factor": member(),
    "POST /api/me/second-factor": member(201, body=lambda *_: {"password": PASSWORD}),
    "POST /api/me/second-factor/confirm": member(before=first_code, body=lambda _, made: made),
    "POST /api/me/second-factor/recovery-codes": member(before=second_factor, body=lambda _, made: made),
    "POST /api/me/second-factor/remove": member(204, before=second_factor, body=lambda _, made: made),
    "GET /api/me/passkeys": member(),
    "POST /api/me/passkeys/options": member(before=second_factor, body=lambda _, made: made),
    "POST /api/me/passkeys": member(201, before=passkey_asked, body=lambda _, made: made),
    "POST /api/me/passkeys/{passkey_id}/remove": own(
        lambda person: person.passkey, 204, before=proof, body=lambda scene, _: PROOFS[scene.me.user_id]
    ),
    "GET /api/me": member(),
    "GET /api/me/sessions": member(),
    "DELETE /api/me/sessions/{session_id}": own(lambda person: person.session, 204),
    "GET /api/me/consents": member(),
    "GET /api/me/consents/history": member(),
    "PUT /api/me/consents/{purpose}": member(
        path=lambda _: _said("/api/me/consents/analytics"),
        body=lambda *_: {"granted": True, "text_version": TEXTS[Purpose.ANALYTICS].version},
    ),
    "POST /api/me/profile": member(201, before=without_profile, body=lambda _, made: made),
    "GET /api/me/profile": member(),
    "PUT /api/me/profile": member(before=profile_content, body=lambda _, made: made, if_match=True),
    "GET /api/me/profile/completeness": member(),
    "PUT /api/me/visibility": member(body=lambda *_: {"visibility": "incognito"}, if_match=True),
    "PUT /api/me/location": member(body=lambda *_: MOVED),
    "PUT /api/me/time-zone": member(body=lambda *_: {"time_zone": "Asia/Tokyo"}),
    "POST /api/me/photos": member(201, body=lambda *_: PORTRAIT.read_bytes()),
    "POST /api/me/photos/uploads": member(201, body=lambda *_: {"media_type": "image/jpeg"}),
    "PUT /api/me/photos/{photo_id}": own(lambda person: person.photo),
    "GET /api/me/photos": member(),
    "PUT /api/me/photos/order": own(
        lambda person: person.refused,
        refused=422,
        body=lambda scene, thing: {"photo_ids": [str(scene.me.photo), str(thing)]},
    ),
    "DELETE /api/me/photos/{photo_id}": own(lambda person: person.photo, 204),
    "POST /api/me/photos/{photo_id}/appeal": own(
        lambda person: person.refused, body=lambda *_: {"words": "It is me, with a new haircut."}
    ),
    "GET /api/questionnaires/attachment": member(),
    "POST /api/me/assessments": member(201, before=without_assessments, body=answers),
    "GET /api/me/assessments": member(),
    "GET /api/me/assessments/latest": member(),
    "DELETE /api/me/assessments": member(),
    "GET /api/me/daily-matches": member(),
    "POST /api/me/daily-matches/next-page": member(),
    "GET /api/people/{user_id}": acquaintance(),
    "POST /api/me/decisions": acquaintance(
        201, body=lambda _, thing: {"user_id": str(thing), "kind": "like", "note": "Hello."}
    ),
    "POST /api/me/decisions/undo": member(before=liked, body=lambda scene, _: {"user_id": str(scene.me.knows)}),
    "POST /api/me/filter-costs": member(
        body=lambda *_: {"preferences": {"genders": ["man"], "ages": {"min": 25, "max": 40}, "deal_breakers": []}}
    ),
    "POST /api/me/blocks": acquaintance(204, body=lambda _, thing: {"user_id": str(thing)}),
    "DELETE /api/me/blocks/{user_id}": own(lambda person: person.knows, 204, refused=204, before=blocked),
    "GET /api/me/blocks": member(before=blocked),
    "GET /api/me/matches": member(),
    "GET /api/me/acquaintances": member(path=lambda _: _said(f"/api/me/acquaintances?words={SAID}")),
    "GET /api/me/likes-received": member(),
    "GET /api/me/notices": member(),
    "POST /api/me/notices/seen": member(204),
    "GET /api/me/subscription": member(),
    "GET /api/me/payments": member(),
    "GET /api/me/payments/{payment_id}/receipt": own(lambda person: person.payment),
    "GET /api/me/payments/{payment_id}/receipt.html": own(lambda person: person.payment),
    "GET /api/me/refunds/{refund_id}/credit-note": own(lambda person: person.refund),
    "GET /api/me/refunds/{refund_id}/credit-note.html": own(lambda person: person.refund),
    "POST /api/subscriptions": member(body=lambda *_: {"tier": "premium", "payment_method": CARD}),
    "GET /api/me/subscription/contract": member(before=subscribed),
    "GET /api/me/subscription/changes": member(
        path=lambda _: _said("/api/me/subscription/changes?tier=elite"), before=subscribed
    ),
    "POST /api/me/subscription/changes": member(before=quoted, body=lambda _, made: made),
    "POST /api/me/subscription/cancel": member(before=subscribed),
    "POST /api/me/subscription/resume": member(before=cancelled),
    "POST /api/me/subscription/withdraw": member(before=subscribed),
    "POST /api/me/subscription/portal": member(),
    "POST /api/purchases": member(body=lambda *_: {"product": "practice_pack", "payment_method": CARD}),
    "GET /api/me/purchases": member(),
    "GET /api/me/orders/{order_id}": own(lambda person: person.order),
    "GET /api/staff/matching-runs": staff(),
    "GET /api/staff/reviews": staff(path=everything_asked),
    "POST /api/staff/reviews/{review_id}/decision": staff(
        path=asked_about,
        whose=Whose.ANYBODYS,
        body=lambda *_: {"outcome": "stands", "answer": "Nobody near you was left out."},
    ),
    "GET /api/staff/photos/waiting": staff(before=appealed),
    "POST /api/staff/photos/{photo_id}/review": staff(
        path=lambda scene: _said(f"/api/staff/photos/{scene.other.refused}/review"),
        whose=Whose.ANYBODYS,
        before=appealed,
        body=lambda *_: {"refusal": None, "reason": "The haircut is new."},
    ),
    "POST /api/staff/photos/{photo_id}/removal": staff(
        path=lambda scene: _said(f"/api/staff/photos/{scene.other.refused}/removal"),
        whose=Whose.ANYBODYS,
        before=shown,
        body=lambda *_: {"reason": "It is not you."},
    ),
    "POST /api/staff/members/{user_id}/suspension": staff(
        204,
        path=lambda scene: _said(f"/api/staff/members/{scene.other.user_id}/suspension"),
        whose=Whose.ANYBODYS,
        before=allowed_in,
        body=lambda *_: {"reason": "You seem to be 16.", "under_age": True},
    ),
    "POST /api/staff/members/{user_id}/restoration": staff(
        204,
        path=lambda scene: _said(f"/api/staff/members/{scene.other.user_id}/restoration"),
        whose=Whose.ANYBODYS,
        before=shut_out,
        body=lambda *_: {"reason": "You have proven your age."},
    ),
    "POST /api/staff/members/{user_id}/second-factor/removal": admin(
        204,
        path=lambda scene: _said(f"/api/staff/members/{scene.other.user_id}/second-factor/removal"),
        whose=Whose.ANYBODYS,
        before=guarded,
        body=lambda *_: {"reason": "You have shown us that it is you."},
    ),
    "GET /api/staff/audit-records": admin(),
    "GET /api/staff/breaches": staff(),
    "POST /api/staff/breaches": staff(
        201, body=lambda scene, _: {"scope": everybody(scene), "words": "A lost laptop."}
    ),
    "GET /api/staff/breaches/{breach_id}": staff(path=on_breach(), whose=Whose.ANYBODYS),
    "GET /api/staff/breaches/{breach_id}/notification": staff(path=on_breach("/notification"), whose=Whose.ANYBODYS),
    "GET /api/staff/breaches/{breach_id}/members": admin(path=on_breach("/members"), whose=Whose.ANYBODYS),
    "POST /api/staff/breaches/{breach_id}/decisions": admin(
        path=on_breach("/decisions"),
        whose=Whose.ANYBODYS,
        body=lambda *_: {"decision": "note", "words": "Still there."},
    ),
    "POST /api/staff/breaches/{breach_id}/assessment": admin(
        path=on_breach("/assessment"),
        whose=Whose.ANYBODYS,
        body=lambda scene, _: {
            "severity": {"context": "simple", "identification": "limited", "confidentiality": "limited"},
            "scope": everybody(scene),
            "consequences": "None.",
            "measures": "It is shut.",
            "words": "It was locked.",
        },
    ),
    "POST /api/staff/breaches/{breach_id}/member-notices": admin(
        path=on_breach("/member-notices"),
        whose=Whose.ANYBODYS,
        body=lambda *_: {
            "notices": {
                "en": {
                    "happened": "A phone was lost.",
                    "consequences": "Your profile may be known.",
                    "measures": "It is shut.",
                },
                "de": {
                    "happened": "Ein Telefon ging verloren.",
                    "consequences": "Ihr Profil ist vielleicht bekannt.",
                    "measures": "Es ist gesperrt.",
                },
            },
            "words": "A high risk.",
        },
    ),
}
FOR_MEMBERS = [call for call, row in TABLE.items() if row.audience.signed_in]
FOR_STAFF = [call for call, row in TABLE.items() if row.audience.of_staff]
FOR_ADMINS = [call for call in FOR_STAFF if TABLE[call].audience is Audience.ADMIN]
WITH_THINGS = [call for call, row in TABLE.items() if row.thing]


async def _said(path: str) -> str:
    return path


async def entitled(scene: Scene, call: str) -> str | None:
    """A token that is good for the route, None where none is asked for."""
    audience = TABLE[call].audience
    if audience.of_staff:
        return await staff_token(scene, Role.MODERATOR if audience is Audience.STAFF else Role.ADMIN)
    return scene.me.token if audience is Audience.MEMBER else None


async def token_as(scene: Scene, role: Role) -> str:
    """A token of the member's after they were given this role."""
    async with scene.town.application.adapters.begin()() as uow:
        user = await uow.users.get(scene.me.user_id)
        await uow.users.save(attrs.evolve(user, role=role))
        await uow.commit()
    return (await scene.town.sign_in(scene.me.user_id, role)).access_token


async def without_second_factor(scene: Scene) -> None:
    async with scene.town.application.adapters.begin()() as uow:
        if found := await uow.second_factors.get(scene.me.user_id):
            await uow.second_factors.remove(found)
            await uow.commit()


async def staff_token(scene: Scene, role: Role) -> str:
    """A token of the member's after they were given this role and have set up the second factor that it needs."""
    token = await token_as(scene, role)
    async with scene.town.application.adapters.begin()() as uow:
        now = scene.town.clock.now()
        await uow.second_factors.add(SecondFactor(scene.me.user_id, "sealed", now, now))
        await uow.commit()
    return token


async def ask_for(
    scene: Scene, call: str, thing: object, token: str | None, made: Any = None, path: str | None = None
) -> Answer:
    """Ask for a thing as the row of the table says it is asked for, under its ``path`` if that was made before."""
    row = TABLE[call]
    if path is None and row.path:
        path = await row.path(scene)
    path = path or re.sub(r"\{[a-z_]+\}", str(thing), call.partition(" ")[2])
    headers = {}
    if row.if_match and token:
        read = await ask(scene.town, "GET /api/me/profile", token=token)
        headers[hdrs.IF_MATCH] = read.headers.get(hdrs.ETAG, "")
    body = row.body(scene, thing if row.thing else made) if row.body else None
    return await ask(scene.town, call, path=path, token=token, body=body, **headers)
