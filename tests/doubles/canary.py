"""A member with a marker of their own in every field that takes words, in every store of a unit of work."""

from datetime import datetime, timedelta
from typing import Any

import attrs

from saltbitter_domain.audit.model import AuditEntry
from saltbitter_domain.breaches.model import DETECTOR, Act, BreachKind, Entry, Opened, Scope
from saltbitter_domain.compatibility.model import Block, BlockMark, Decision, DecisionKind, Exposure, NoticeKind
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.exports.model import DataExport
from saltbitter_domain.kernel import (
    AssessmentId,
    BreachId,
    ExportId,
    Ids,
    Language,
    MatchId,
    Money,
    OrderId,
    PhotoId,
    ReviewId,
    SessionId,
    UserId,
)
from saltbitter_domain.ledger.model import FactKind, MoneyFact
from saltbitter_domain.notifications.model import Frequency, HeldPush, NotificationSettings, QuietHours
from saltbitter_domain.orders.model import Order, OrderKind, OrderState, Reason
from saltbitter_domain.profiles.model import Format, Photo, PromptAnswer, Size
from saltbitter_domain.profiles.policies import rendition_key
from saltbitter_domain.profiles.ports import PhotoStore
from saltbitter_domain.profiles.service.photos import UPLOADS
from saltbitter_domain.reviews.model import Outcome, Review
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.uow import UnitOfWork
from saltbitter_domain.users.model import OneTimeToken, TokenPurpose, User
from saltbitter_domain.users.model.delivery import ReportKind, Suppression
from tests.doubles.builders import (
    a_consent,
    a_daily_set,
    a_device,
    a_full_assessment,
    a_full_photo,
    a_full_profile,
    a_full_session,
    a_notice,
    a_passkey,
    a_push_subscription,
    a_second_factor,
    a_sign_in_alert,
    a_user,
)

MONTH = timedelta(days=30)


@attrs.frozen
class Canary:
    """``kept`` are the markers that belong in the member's own copy, ``withheld`` those that must be nowhere but in the
    store while the member is there."""

    user: User
    photo: Photo
    session: SessionId
    kept: frozenset[str]
    withheld: frozenset[str]

    @property
    def markers(self) -> frozenset[str]:
        return self.kept | self.withheld


def a_canary(name: str, ids: Ids, now: datetime, **changes: Any) -> User:
    """The account under whose name the markers are."""
    email = f"{name}-email@example.org"
    return a_user(id=UserId(ids.new()), email=email, created_at=now, email_verified_at=now, **changes)


async def plant(uow: UnitOfWork, user: User, other: User, name: str, ids: Ids, now: datetime) -> Canary:
    """Fill every store with the member's markers, all beginning with ``name``. ``other`` is whom they decide about."""
    mark = {
        each: f"{name}-{each}"
        for each in (
            "label",
            "device",
            "passkey",
            "endpoint",
            "place",
            "prefix",
            "bio",
            "pronouns",
            "prompt",
            "city",
            "appeal",
            "ruling",
            "note",
            "hash",
            "fingerprint",
            "staff",
            "doubt",
            "answer",
        )
    }
    session = attrs.evolve(a_full_session(user), id=SessionId(ids.new()), label=mark["label"], ip_prefix=mark["prefix"])
    content = a_full_profile(user).content
    content = attrs.evolve(
        content,
        name=f"{name}-name",
        pronouns=mark["pronouns"],
        bio=mark["bio"],
        prompts=(PromptAnswer("small_joy", mark["prompt"]),),
    )
    photo = attrs.evolve(
        a_full_photo(user),
        id=PhotoId(ids.new()),
        position=1,
        appeal=mark["appeal"],
        reason=mark["ruling"],
        perceptual_hash=mark["fingerprint"],
        uploaded_at=now,
    )
    assessment = attrs.evolve(a_full_assessment(user), id=AssessmentId(ids.new()), taken_at=now)
    await uow.sessions.add(attrs.evolve(session, token_hash=mark["hash"], expires_at=now, last_used_at=now))
    await uow.profiles.add(attrs.evolve(a_full_profile(user), content=content, city=mark["city"]))
    await uow.photos.add(photo)
    await uow.assessments.add(assessment)
    terms = a_consent(user, at=now, language=Language.DE)
    await uow.consents.append(terms, a_consent(user, terms, Purpose.GENDERS_SOUGHT, at=now))
    await uow.one_time_tokens.add(
        OneTimeToken(
            mark["hash"], user.id, TokenPurpose.KEEP_EMAIL, now, now + timedelta(days=7), used_at=now, email=user.email
        )
    )
    await uow.second_factors.add(
        a_second_factor(
            user,
            created_at=now,
            confirmed_at=now,
            sealed_secret=mark["hash"],
            recovery_hashes=(mark["hash"],),
            failures=1,
            failed_at=now,
        )
    )
    await uow.passkeys.add(
        a_passkey(
            user,
            name=mark["passkey"],
            credential_id=mark["hash"],
            public_key=mark["hash"],
            created_at=now,
            last_used_at=now,
        )
    )
    await uow.devices.add(
        a_device(user, label=mark["device"], ip_prefix=mark["prefix"], token_hash=mark["hash"], last_seen_at=now)
    )
    await uow.sign_in_alerts.add(
        a_sign_in_alert(user, at=now, label=mark["device"], ip_prefix=mark["prefix"], place=mark["place"])
    )
    await uow.subscriptions.set_tier(user.id, Tier.PREMIUM)
    await uow.daily_matches.add(a_daily_set(user, other, day=now.date(), made_at=now, short_because="too_few"))
    await uow.decisions.add(Decision(user.id, other.id, DecisionKind.LIKE, now, mark["note"]), MatchId(ids.new()))
    await _about_blocks(uow, user, other, f"{name}-mark", ids, now)
    await uow.exposures.add([Exposure(user.id, now.date(), 3, 2.5)])
    await uow.notices.add(
        a_notice(user, id=ids.new(), kind=NoticeKind.MUTUAL_MATCH, subject=str(other.id), at=now, seen_at=now)
    )
    await uow.reviews.add(Review(ReviewId(ids.new()), user.id, now, mark["doubt"], now, Outcome.STANDS, mark["answer"]))
    await uow.notification_choices.put(NotificationSettings(user.id, QuietHours(), Frequency.NEVER))
    device = a_push_subscription(session, endpoint=mark["endpoint"], p256dh=mark["hash"], auth=mark["hash"])
    await uow.push_subscriptions.put(device)
    await uow.push_subscriptions.hold(HeldPush(session.id, user.id, NoticeKind.MUTUAL_MATCH, now + timedelta(days=1)))
    payment = f"{name}-payment"
    money = Money(1999, "USD")
    await uow.ledger.record(
        [MoneyFact(payment, FactKind.SUCCEEDED, payment, user.id, money, now, "premium", now, now + MONTH)]
    )
    staff, action = mark["staff"], "GET /api/staff/people/{user_id}"
    await _about_breaches(uow, user, f"{name}-breach", ids, now)
    await uow.bars.put([f"{name}-bar"], now + timedelta(days=365))
    await uow.suppressions.put(Suppression(f"{name}-suppressed", ReportKind.BOUNCE, now))
    await uow.removed_photos.remember(removed_photo(name), now)
    await uow.audit_log.append(AuditEntry(now, str(other.id), action, staff, "request-1", frozenset({user.id})))
    await uow.orders.add(
        Order(
            OrderId(ids.new()), user.id, f"{name}-customer", OrderKind.UPGRADE, "elite", money, now, f"{name}-key",
            f"{name}-subscription", OrderState.REFUSED, f"{name}-reference", Reason.LAPSED, now,
            plan_version=1,
        )
    )  # fmt: skip
    ordered = {f"{name}-{each}" for each in ("customer", "key", "subscription", "reference")}
    kept = frozenset(
        {*mark.values(), user.email, f"{name}-name", payment, *ordered} - {mark["hash"], mark["fingerprint"]}
    )
    withheld = {
        mark["hash"],
        mark["fingerprint"],
        f"{name}-breach",
        f"{name}-suppressed",
        f"{name}-mark",
        removed_photo(name),
    }
    return Canary(user, photo, session.id, kept, frozenset(withheld))


async def _about_blocks(uow: UnitOfWork, user: User, other: User, mark: str, ids: Ids, now: datetime) -> None:
    """Somebody blocked them and an account that was erased; what they blocked in another followed to that somebody."""
    stranger, a_year = UserId(ids.new()), now + timedelta(days=365)
    await uow.users.add(a_user(id=stranger, email=f"{stranger}@example.org", created_at=now))
    await uow.blocks.carry(Block(user.id, stranger, now, other.id, a_year))
    await uow.blocks.keep([BlockMark(stranger, mark, now, other.id, a_year)])
    await uow.decisions.block(stranger, user.id, now)


def removed_photo(name: str) -> str:
    """The perceptual hash of a picture of theirs that staff removed: 16 hexadecimal digits."""
    return f"{name.encode().hex():0<16}"


async def _about_breaches(uow: UnitOfWork, user: User, key: str, ids: Ids, now: datetime) -> None:
    """They were suspected of a breach, which is about everybody, and were told."""
    scope = Scope(now, None, (Act.PROFILE_READ,), (str(user.id),))
    entry = Entry(BreachId(ids.new()), 1, now, DETECTOR, "A test.", Opened(BreachKind.SCRAPING, scope, 1))
    await uow.breaches.open(entry, key)
    await uow.breaches.affect(entry.breach_id, Scope(now, everybody=True), now + timedelta(days=1))
    await uow.breaches.told(entry.breach_id, user.id, 1, Language.EN, now)


async def plant_export(uow: UnitOfWork, user: User, ids: Ids, now: datetime) -> DataExport:
    """A copy that was made an hour ago."""
    export = DataExport(ExportId(ids.new()), user.id, now - timedelta(hours=2), now - timedelta(hours=1), 1234)
    await uow.exports.add(export)
    return export


async def plant_picture(photos: PhotoStore, photo: Photo, name: str) -> bytes:
    """The picture others see of the photo, with a marker in its bytes, which is given back, and the original that was
    left behind, with another."""
    marker = f"{name}-pixels".encode()
    await photos.put(f"{UPLOADS}{photo.user_id}/{photo.id}", b"\xff\xd8" + f"{name}-original".encode(), "image/jpeg")
    await photos.put(rendition_key(photo, Size.LARGE, Format.JPEG), b"\xff\xd8" + marker, "image/jpeg")
    return marker
