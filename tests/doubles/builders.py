"""Valid entities, plain unless told otherwise. ``a_full_...`` fills every field, for round trips."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import attrs

from saltbitter_domain.assessments.model import (
    Assessment,
    AttachmentScores,
    Classification,
    QualityFlag,
    Style,
)
from saltbitter_domain.compatibility.model import (
    DailyMatches,
    Decision,
    DecisionKind,
    Notice,
    NoticeKind,
    Suggestion,
    Traits,
)
from saltbitter_domain.compatibility.participation import traits_of
from saltbitter_domain.consent import catalogue as consent_texts
from saltbitter_domain.consent.model import ConsentRecord, Purpose
from saltbitter_domain.consent.policies import next_record
from saltbitter_domain.kernel import (
    AlertId,
    AssessmentId,
    ConsentRecordId,
    DeviceId,
    GridCell,
    Language,
    NoticeId,
    PasskeyId,
    PhotoId,
    SessionId,
    UserId,
)
from saltbitter_domain.notifications.model import PushSubscription
from saltbitter_domain.profiles.model import (
    AgeRange,
    BasicValue,
    DealBreaker,
    Drinking,
    Education,
    Gender,
    HasChildren,
    Importance,
    Intention,
    Orientation,
    Photo,
    PhotoState,
    Preferences,
    Profile,
    ProfileContent,
    PromptAnswer,
    RefusalReason,
    Religion,
    Smoking,
    Visibility,
    WantsChildren,
)
from saltbitter_domain.users.model import (
    AccountStatus,
    EndReason,
    OneTimeToken,
    Role,
    Session,
    TokenPurpose,
    User,
)
from saltbitter_domain.users.model.devices import AlertKind, Device, SignInAlert
from saltbitter_domain.users.model.passkeys import Passkey
from saltbitter_domain.users.model.second_factor import SecondFactor

NOW = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)
TEXTS = (
    "Zoë",
    "Владимир",
    "يوسف",
    "林さくら",
    "👩‍👩‍👧 & co",
    "e\u0301 é",
    "two\nlines\ttab",
    "'; --",
    "  spaces  ",
    "ß" * 500,
)
"""Texts that have been lost or mangled on their way into some store."""

PARIS = GridCell.containing(48.8566, 2.3522)

_numbers = count(1)


def new_id() -> UUID:
    """A UUIDv7 later than every one before it."""
    return UUID(int=next(_numbers) << 80 | 0x7 << 76 | 0b10 << 62)


def unset_fields(entity: attrs.AttrsInstance) -> list[str]:
    """The fields that still have their default. A round trip proves nothing about those."""
    plain = attrs.fields(type(entity))
    return [field.name for field in plain if field.name != "version" and getattr(entity, field.name) == field.default]


def a_user(**changes: Any) -> User:
    """A verified member of 35 in Paris."""
    user_id = changes.pop("id", None) or UserId(new_id())
    user = User(
        id=user_id,
        email=f"{user_id}@example.org",
        password_hash="$plain$secret",
        date_of_birth=date(1991, 2, 28),
        time_zone="Europe/Paris",
        created_at=NOW,
        email_verified_at=NOW,
    )
    return attrs.evolve(user, **changes)


def a_full_user() -> User:
    """A user with every field set."""
    return a_user(
        role=Role.MODERATOR,
        status=AccountStatus.LEAVING,
        erase_at=NOW + timedelta(days=30),
    )


def a_session(user: User, **changes: Any) -> Session:
    """A session just begun."""
    session_id = SessionId(new_id())
    session = Session(
        id=session_id,
        user_id=user.id,
        label="Firefox on Linux",
        ip_prefix="192.0.2.0/24",
        created_at=NOW,
        last_used_at=NOW,
        expires_at=NOW + timedelta(days=7),
        token_hash=f"hash-of-{session_id}",
    )
    return attrs.evolve(session, **changes)


def a_full_session(user: User) -> Session:
    """A session with every field set."""
    return a_session(
        user,
        previous_hash="earlier",
        rotated_at=NOW + timedelta(hours=1),
        ended_at=NOW + timedelta(hours=2),
        ended_because=EndReason.LOGOUT,
    )


def a_token(user: User, **changes: Any) -> OneTimeToken:
    """An unused token to verify an address with."""
    token = OneTimeToken(
        token_hash=f"hash-of-{new_id()}",
        user_id=user.id,
        purpose=TokenPurpose.VERIFY_EMAIL,
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    return attrs.evolve(token, **changes)


def a_second_factor(user: User, **changes: Any) -> SecondFactor:
    """A second factor that is on."""
    factor = SecondFactor(
        user_id=user.id,
        sealed_secret="test.sealed",
        created_at=NOW,
        confirmed_at=NOW,
        last_step=59_000_000,
        recovery_hashes=("hash-of-one", "hash-of-another"),
    )
    return attrs.evolve(factor, **changes)


def a_passkey(user: User, **changes: Any) -> Passkey:
    """A passkey that was used an hour ago."""
    passkey = Passkey(
        id=PasskeyId(new_id()),
        user_id=user.id,
        name="Laptop",
        credential_id=f"id-of-{new_id()}",
        public_key="a-public-key",
        sign_count=7,
        transports=("internal", "hybrid"),
        created_at=NOW - timedelta(days=3),
        last_used_at=NOW - timedelta(hours=1),
    )
    return attrs.evolve(passkey, **changes)


def a_device(user: User, **changes: Any) -> Device:
    """A laptop that was signed in on an hour ago."""
    device = Device(
        id=DeviceId(new_id()),
        user_id=user.id,
        token_hash=f"hash-of-{new_id()}",
        label="Firefox on Linux",
        ip_prefix="192.0.2.0/24",
        first_seen_at=NOW - timedelta(days=3),
        last_seen_at=NOW - timedelta(hours=1),
    )
    return attrs.evolve(device, **changes)


def a_push_subscription(session: Session, **changes: Any) -> PushSubscription:
    """The browser of a session, to be told in German. Its keys are those of RFC 8291, section 5."""
    subscription = PushSubscription(
        session_id=session.id,
        user_id=session.user_id,
        endpoint=f"https://fcm.googleapis.com/fcm/send/{new_id()}",
        p256dh="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth="BTBZMqHH6r4Tts7J_aSIgg",
        language=Language.DE,
        created_at=NOW,
    )
    return attrs.evolve(subscription, **changes)


def a_sign_in_alert(user: User, **changes: Any) -> SignInAlert:
    """A warning of a new device in Lisbon."""
    alert = SignInAlert(
        id=AlertId(new_id()),
        user_id=user.id,
        kind=AlertKind.NEW_DEVICE,
        at=NOW,
        label="Firefox on Linux",
        ip_prefix="192.0.2.0/24",
        place="Lisbon",
    )
    return attrs.evolve(alert, **changes)


def a_content(**changes: Any) -> ProfileContent:
    """A woman who seeks men and women of 30 to 45, and says no more than she must."""
    content = ProfileContent(
        name="Ada",
        genders=frozenset({Gender.WOMAN}),
        preferences=Preferences(genders=frozenset({Gender.MAN, Gender.WOMAN}), ages=AgeRange(30, 45)),
    )
    return attrs.evolve(content, **changes)


def a_full_content() -> ProfileContent:
    """A content with every field set."""
    return ProfileContent(
        name="Ada",
        genders=frozenset({Gender.WOMAN, Gender.NON_BINARY}),
        preferences=Preferences(
            genders=frozenset(Gender),
            ages=AgeRange(18, 120),
            max_distance_km=25,
            deal_breakers=frozenset({DealBreaker.SMOKES, DealBreaker.OTHER_RELIGION}),
        ),
        pronouns="she/they",
        orientation=Orientation.BISEXUAL,
        intention=Intention.LONG_TERM,
        has_children=HasChildren.NO,
        wants_children=WantsChildren.MAYBE,
        smoking=Smoking.NEVER,
        drinking=Drinking.RARELY,
        education=Education.MASTER,
        religion=Religion.AGNOSTIC,
        religion_importance=Importance.NOT,
        languages=("fr", "en", "de"),
        bio="Reads on trains.",
        prompts=(PromptAnswer("small_joy", "The first coffee."), PromptAnswer("sunday", "A long walk.")),
        interests=frozenset({"hiking", "chess", "poetry", "cooking", "jazz"}),
        values={value: rating % 8 for rating, value in enumerate(BasicValue)},
    )


def a_profile(user: User, **changes: Any) -> Profile:
    """The plain profile of a member."""
    profile = Profile(
        user_id=user.id,
        date_of_birth=user.date_of_birth,
        content=a_content(),
        time_zone=user.time_zone,
        created_at=NOW,
        updated_at=NOW,
    )
    return attrs.evolve(profile, **changes)


def a_full_profile(user: User) -> Profile:
    """A profile with every field set."""
    return a_profile(
        user,
        content=a_full_content(),
        cell=PARIS,
        smallest_cell=GridCell.containing(48.86, 2.39),
        city="Paris",
        located_at=NOW + timedelta(minutes=3),
        rerated_at=NOW + timedelta(minutes=4),
        visibility=Visibility.INCOGNITO,
    )


def a_photo(user: User, **changes: Any) -> Photo:
    """A photo just uploaded as the primary one."""
    photo = Photo(id=PhotoId(new_id()), user_id=user.id, position=0, state=PhotoState.PROCESSING, uploaded_at=NOW)
    return attrs.evolve(photo, **changes)


def a_full_photo(user: User) -> Photo:
    """A photo with every field set."""
    return a_photo(
        user,
        state=PhotoState.APPEALED,
        blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        perceptual_hash="f0e1d2c3b4a59687",
        width=3024,
        height=4032,
        faces=2,
        refusal=RefusalReason.SEVERAL_FACES,
        appeal="The other face is a statue.",
        decided_by=UserId(new_id()),
        reason="It is a person.",
        moderated=True,
        asked_at=NOW + timedelta(hours=1),
        look=new_id(),
    )


def an_assessment(user: User, **changes: Any) -> Assessment:
    """A careful answer of every statement."""
    assessment = Assessment(
        id=AssessmentId(new_id()),
        user_id=user.id,
        questionnaire="own-18-v1",
        answers={"anxiety-1": 2, "avoidance-1": 6},
        seconds=143.25,
        scores=AttachmentScores(anxiety=2.0, avoidance=6.0),
        classification=Classification(Style.AVOIDANT, (Style.AVOIDANT, Style.FEARFUL)),
        quality=frozenset(),
        taken_at=NOW,
    )
    return attrs.evolve(assessment, **changes)


def a_full_assessment(user: User) -> Assessment:
    """An assessment with every field set."""
    return an_assessment(user, quality=frozenset(QualityFlag), language=Language.DE)


def a_consent(
    user: User,
    previous: ConsentRecord | None = None,
    purpose: Purpose = Purpose.TERMS,
    granted: bool = True,
    at: datetime = NOW,
    text_version: str | None = None,
    language: Language | None = None,
) -> ConsentRecord:
    """The next link of the member's chain, about the words in force unless others are named."""
    return next_record(
        previous,
        id=ConsentRecordId(new_id()),
        user_id=user.id,
        purpose=purpose,
        granted=granted,
        text_version=text_version or consent_texts.TEXTS[purpose].version,
        channel="web",
        at=at,
        language=language,
    )


MATCHED_BY = (Purpose.GENDERS_SOUGHT, Purpose.RELIGION, Purpose.LOCATION, Purpose.PSYCHOLOGICAL_PROFILE)
"""All that matching asks before it uses it."""


def consents_to(user: User, *purposes: Purpose) -> Sequence[ConsentRecord]:
    """A chain with a yes to each of these."""
    chain: list[ConsentRecord] = []
    for purpose in purposes:
        chain.append(a_consent(user, chain[-1] if chain else None, purpose))
    return chain


def a_daily_set(user: User, *candidates: User, **changes: Any) -> DailyMatches:
    """A member's suggestions of 2 March 2026, in this order."""
    matches = DailyMatches(
        user_id=user.id,
        day=date(2026, 3, 2),
        made_at=NOW,
        suggestions=tuple(
            Suggestion(candidate.id, rank, 75.125 - rank) for rank, candidate in enumerate(candidates, 1)
        ),
    )
    return attrs.evolve(matches, **changes)


def a_like(by: User, about: User, **changes: Any) -> Decision:
    """A like without a note."""
    return attrs.evolve(Decision(by.id, about.id, DecisionKind.LIKE, NOW), **changes)


def a_pass(by: User, about: User, **changes: Any) -> Decision:
    """A pass."""
    return attrs.evolve(Decision(by.id, about.id, DecisionKind.PASS, NOW), **changes)


def a_notice(user: User, **changes: Any) -> Notice:
    """A notice that new matches are there, not yet seen."""
    notice = Notice(NoticeId(new_id()), user.id, NoticeKind.DAILY_MATCHES, NOW, "2026-03-02")
    return attrs.evolve(notice, **changes)


def a_full_traits(**changes: Any) -> Traits:
    """Somebody of whom everything is known."""
    user = a_user()
    traits = traits_of(
        a_full_profile(user),
        {purpose: a_consent(user, purpose=purpose) for purpose in Purpose},
        an_assessment(user, scores=AttachmentScores(2.5, 3.0)),
        NOW,
    )
    return attrs.evolve(traits, **{"visibility": Visibility.ACTIVE} | changes)
