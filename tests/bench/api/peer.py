"""The same routes as FastAPI documents them: Pydantic, SQLAlchemy's ORM, a dependency that reads the token.

It has what ours has: signed tokens with every claim, the member looked up, bounds on every field, a limit of requests a
minute counted in Redis, an edit refused when its version is old, the event stored with the change, a line in the log
for each request. Its settings come from the environment, as those of any program of its kind."""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

import jwt
import structlog
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.security import OAuth2PasswordBearer
from limits import parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import DateTime, Uuid, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint

_env = os.environ  # noqa: TID251  a program of its own
engine = create_async_engine(_env["PEER_DATABASE_URL"], pool_size=10, max_overflow=0)
new_session = async_sessionmaker(engine, expire_on_commit=False)
limiter = MovingWindowRateLimiter(RedisStorage(f"async+{_env['PEER_REDIS_URL']}", implementation="redispy"))
PER_MEMBER = parse("100/minute")
log = structlog.get_logger()
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(),
    ]
)
signed_in = OAuth2PasswordBearer(tokenUrl="/api/auth/login")
app = FastAPI()

Word = Annotated[str, Field(min_length=1, max_length=60)]


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    date_of_birth: Mapped[date]
    time_zone: Mapped[str]
    status: Mapped[str]


class Profile(Base):
    __tablename__ = "profiles"
    user_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    date_of_birth: Mapped[date]
    content: Mapped[Any] = mapped_column(JSONB)
    time_zone: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    city: Mapped[str | None]
    visibility: Mapped[str]
    version: Mapped[int]


class Subscription(Base):
    __tablename__ = "subscriptions"
    user_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    tier: Mapped[str]


class Photo(Base):
    __tablename__ = "photos"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID]
    position: Mapped[int]
    state: Mapped[str]


class DailyMatches(Base):
    __tablename__ = "daily_matches"
    user_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    candidates: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))


class Pair(Base):
    __tablename__ = "pairs"
    low: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    high: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    low_kind: Mapped[str | None]
    low_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    low_note: Mapped[str | None]
    high_kind: Mapped[str | None]
    high_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    high_note: Mapped[str | None]
    match_id: Mapped[uuid.UUID | None]
    matched_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Outbox(Base):
    __tablename__ = "outbox"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    topic: Mapped[str]
    payload: Mapped[Any] = mapped_column(JSONB)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int]
    starts: Mapped[int]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AgeRange(Strict):
    min: int = Field(ge=18, le=120)
    max: int = Field(ge=18, le=120)


class Preferences(Strict):
    genders: list[Word] = Field(min_length=1)
    ages: AgeRange
    max_distance_km: int | None = Field(default=None, ge=5, le=500)
    deal_breakers: list[Word] = []


class Prompt(Strict):
    prompt: Word
    answer: str = Field(min_length=1, max_length=300)


class Content(Strict):
    name: str = Field(min_length=1, max_length=50)
    genders: list[Word] = Field(min_length=1)
    preferences: Preferences
    pronouns: str | None = Field(default=None, min_length=1, max_length=30)
    orientation: Word | None = None
    intention: Word | None = None
    has_children: Word | None = None
    wants_children: Word | None = None
    smoking: Word | None = None
    drinking: Word | None = None
    education: Word | None = None
    religion: Word | None = None
    religion_importance: Word | None = None
    languages: list[Word] = Field(default=[], max_length=10)
    bio: str = Field(default="", max_length=500)
    prompts: list[Prompt] = Field(default=[], max_length=3)
    interests: list[Word] = Field(default=[], max_length=15)
    values: dict[Word, Annotated[int, Field(ge=0, le=7)]] = {}


class Visibility(Strict):
    visibility: Literal["active", "incognito", "paused"]


class Decision(Strict):
    user_id: uuid.UUID
    kind: Literal["like", "pass"]
    note: str | None = Field(default=None, max_length=300)


class DecisionView(BaseModel):
    about: uuid.UUID
    kind: str
    at: datetime
    match_id: uuid.UUID | None


class ProfileView(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    user_id: uuid.UUID
    age: int
    content: Content
    time_zone: str
    city: str | None
    visibility: str
    created_at: datetime
    updated_at: datetime
    version: int


class SubscriptionView(BaseModel):
    tier: str


class RequestLog(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        started = datetime.now(UTC)  # noqa: TID251  a program of its own
        response = await call_next(request)
        ms = (datetime.now(UTC) - started).total_seconds() * 1000  # noqa: TID251
        log.info("request", method=request.method, route=request.url.path, status=response.status_code, ms=ms)
        return response


app.add_middleware(RequestLog)


async def get_session() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


async def current_user(token: Annotated[str, Depends(signed_in)], session: Session) -> User:
    try:
        claims = jwt.decode(
            token,
            _env["PEER_TOKEN_KEY"],
            algorithms=["HS256"],
            audience="saltbitter-api",
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None
    user = await session.get(User, uuid.UUID(claims["sub"]))
    if user is None or user.status != "active":
        raise HTTPException(401)
    if not await limiter.hit(PER_MEMBER, str(user.id)):
        raise HTTPException(429)
    return user


Member = Annotated[User, Depends(current_user)]


def _view(profile: Profile) -> ProfileView:
    today, born = datetime.now(UTC).date(), profile.date_of_birth  # noqa: TID251
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return ProfileView.model_validate(
        {**{name: getattr(profile, name, None) for name in ProfileView.model_fields}, "age": age}
    )


@asynccontextmanager
async def _edited(session: AsyncSession, user: User, if_match: str) -> AsyncIterator[Profile]:
    async with session.begin_nested() if session.in_transaction() else session.begin():
        found = await session.execute(select(Profile).where(Profile.user_id == user.id).with_for_update())
        profile = found.scalar_one()
        if if_match.strip('"') != str(profile.version):
            raise HTTPException(412)
        yield profile
        now = datetime.now(UTC)  # noqa: TID251
        profile.updated_at, profile.version = now, profile.version + 1
        session.add(_event("profiles.changed", {"user_id": str(user.id)}, now))
    await session.commit()


def _event(topic: str, payload: Any, now: datetime) -> Outbox:
    return Outbox(
        id=uuid.uuid4(),  # noqa: TID251
        topic=topic,
        payload=payload,
        occurred_at=now,
        due_at=now,
        attempts=0,
        starts=0,
    )


@app.get("/api/me/profile", response_model=ProfileView)
async def read_profile(user: Member, session: Session) -> ProfileView:
    profile = await session.get(Profile, user.id)
    if profile is None:
        raise HTTPException(404)
    return _view(profile)


@app.get("/api/me/subscription", response_model=SubscriptionView)
async def read_subscription(user: Member, session: Session) -> SubscriptionView:
    subscription = await session.get(Subscription, user.id)
    return SubscriptionView(tier=subscription.tier if subscription else "free")


@app.put("/api/me/profile", response_model=ProfileView)
async def edit_profile(
    content: Content, user: Member, session: Session, if_match: Annotated[str, Header()]
) -> ProfileView:
    async with _edited(session, user, if_match) as profile:
        profile.content = content.model_dump()
    return _view(profile)


@app.put("/api/me/visibility", response_model=ProfileView)
async def choose(body: Visibility, user: Member, session: Session, if_match: Annotated[str, Header()]) -> ProfileView:
    async with _edited(session, user, if_match) as profile:
        profile.visibility = body.visibility
    return _view(profile)


@app.post("/api/me/decisions", response_model=DecisionView, status_code=201)
async def decide(body: Decision, user: Member, session: Session) -> DecisionView:
    now = datetime.now(UTC)  # noqa: TID251
    both = [user.id, body.user_id]
    taking_part = await session.execute(
        select(Profile.user_id)
        .join(Photo, Photo.user_id == Profile.user_id)
        .join(User, User.id == Profile.user_id)
        .where(Profile.user_id.in_(both), Profile.visibility != "paused", User.status == "active")
        .where(Photo.position == 0, Photo.state == "approved")
    )
    suggested = await session.execute(
        select(DailyMatches.day)
        .where(DailyMatches.user_id == user.id, DailyMatches.day >= now.date() - timedelta(days=30))
        .where(DailyMatches.candidates.contains([body.user_id]))
    )
    if set(taking_part.scalars()) != set(both) or suggested.first() is None:
        raise HTTPException(404)
    mine, theirs = ("low", "high") if user.id < body.user_id else ("high", "low")
    pair = await session.get(Pair, (min(both), max(both)), with_for_update=True)
    if pair is None:
        pair = Pair(low=min(both), high=max(both))
        session.add(pair)
    elif getattr(pair, f"{mine}_kind") is not None:
        raise HTTPException(409)
    for name, value in (("kind", body.kind), ("at", now), ("note", body.note)):
        setattr(pair, f"{mine}_{name}", value)
    if body.kind == getattr(pair, f"{theirs}_kind") == "like":
        pair.match_id, pair.matched_at = uuid.uuid4(), now  # noqa: TID251
    session.add(_event("compatibility.liked", {"by": str(user.id), "about": str(body.user_id)}, now))
    await session.commit()
    return DecisionView(about=body.user_id, kind=body.kind, at=now, match_id=pair.match_id)
