"""Two ways through a database: rows by an ORM scored in Python, and the whole score in SQL over a clustered table."""

import asyncio
import time
from collections.abc import Sequence
from heapq import nsmallest
from typing import Any

import asyncpg
import numpy as np
from sqlalchemy import SmallInteger, select
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from adapters.matching.columns import Array
from adapters.matching.engine import Market
from adapters.matching.people import ATTACHED, HIDDEN, INTERESTED, VALUED
from adapters.matching.plain import tiles_near
from saltbitter_domain.compatibility.eligibility import eligible
from saltbitter_domain.compatibility.model import Attachment, Traits
from saltbitter_domain.compatibility.records import ANYWHERE
from saltbitter_domain.kernel import EARTH_RADIUS_KM, GridCell, UserId
from saltbitter_domain.profiles.model import (
    AgeRange,
    BasicValue,
    DealBreaker,
    Drinking,
    Gender,
    HasChildren,
    Importance,
    Intention,
    Religion,
    Smoking,
    Visibility,
    WantsChildren,
)

_FACTS = "answers refuses age youngest oldest genders seeks plans habits faith spoken known".split()
_REALS = "advantage weight anxiety avoidance length latitude longitude".split()
_CODES = {
    "intention": Intention,
    "has_children": HasChildren,
    "wants_children": WantsChildren,
    "smoking": Smoking,
    "drinking": Drinking,
    "religion": Religion,
    "religion_importance": Importance,
    "visibility": Visibility,
}


class Base(DeclarativeBase):
    pass


class Member(Base):
    """What the ORM needs to make somebody's traits."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    age: Mapped[int]
    youngest: Mapped[int]
    oldest: Mapped[int]
    genders: Mapped[int]
    seeks: Mapped[int]
    limit_km: Mapped[int]
    deal_breakers: Mapped[int]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    attachment: Mapped[list[float]] = mapped_column(ARRAY(DOUBLE_PRECISION))
    ratings: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    codes: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    interests: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    languages: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))


def traits(member: Member, words: Sequence[str], tongues: Sequence[str]) -> Traits:
    """The domain's object of a row."""
    answers = {
        name: None if code == 0 else list(choices)[code - 1]
        for (name, choices), code in zip(_CODES.items(), member.codes, strict=True)
    }
    anxiety, avoidance, reliability = member.attachment
    return Traits(
        user_id=UserId(_uuid(member.id)),
        age=member.age,
        genders=_set(Gender, member.genders),
        seeks=_set(Gender, member.seeks),
        ages=AgeRange(member.youngest, member.oldest),
        max_distance_km=None if member.limit_km == ANYWHERE else member.limit_km,
        deal_breakers=_set(DealBreaker, member.deal_breakers),
        cell=None if member.latitude is None else GridCell(member.latitude, member.longitude or 0.0),
        attachment=None if reliability != reliability else Attachment(anxiety, avoidance, reliability),
        values={} if member.ratings[0] < 0 else dict(zip(BasicValue, member.ratings, strict=True)),
        interests=frozenset(words[n] for n in member.interests),
        languages=frozenset(tongues[n] for n in member.languages),
        **answers,  # type: ignore[arg-type]
    )


def _set(choices: Any, mask: int) -> frozenset[Any]:
    return frozenset(choice for n, choice in enumerate(choices) if mask >> n & 1)


def _uuid(number: int) -> Any:
    from uuid import UUID

    return UUID(int=number + 1)


async def fill(url: str, market: Market) -> None:
    """Two tables: ``members`` as a product would keep them, ``clustered`` with what a score needs, in slices' order."""
    layout, columns = market._layout, market.columns
    who = layout.people.who
    connection = await asyncpg.connect(url)
    await connection.execute("SET synchronous_commit = off")
    await connection.execute(
        "CREATE TABLE members (id int, age smallint, youngest smallint, oldest smallint, genders smallint,"
        " seeks smallint, limit_km int, deal_breakers smallint, latitude float8, longitude float8, attachment float8[],"
        " ratings smallint[], codes smallint[], interests smallint[], languages smallint[])"
    )
    rows = who["row"]
    codes = np.stack([getattr(columns, name)[rows] for name in _CODES], axis=1)
    named = ("age", "youngest", "oldest", "genders", "seeks", "limit")
    listed: list[list[Any]] = [np.arange(len(who)).tolist(), *(who[name].tolist() for name in named)]
    listed.append(columns.deal_breakers[rows].tolist())
    listed += [[None if x != x else x for x in who[name].tolist()] for name in ("latitude", "longitude")]
    listed += [columns.attachment[rows].tolist(), columns.ratings[rows].tolist(), codes.tolist()]
    listed += [_numbers(columns.interests.bits[rows]), _numbers(columns.languages.bits[rows])]
    await connection.copy_records_to_table("members", records=zip(*listed, strict=True))
    await connection.execute("CREATE INDEX ON members (age, latitude, longitude)")
    await connection.execute("ALTER TABLE members ADD PRIMARY KEY (id)")

    tile = np.where(layout.cell >= 0, np.append(layout.index.cells["tile"], -1)[layout.cell], -1)
    values = ", ".join(f"v{n} float8" for n in range(10))
    facts = ", ".join(f"{name} int" for name in _FACTS)
    reals = ", ".join(f"{name} float8" for name in _REALS)
    await connection.execute(
        f"CREATE TABLE clustered (id int, tile int, limit_km int, {facts}, {reals}, {values},"
        " i0 bigint, i1 bigint, languages bigint)"
    )
    bits = columns.interests.bits[rows].view(np.int64)
    columns_ = [np.arange(len(who)), tile, who["limit"], *(who[name] for name in _FACTS), *(who[n] for n in _REALS)]
    columns_ += [*who["values"].T, bits[:, 0], bits[:, 1], columns.languages.bits[rows].view(np.int64)[:, 0]]
    records = zip(*(column.tolist() for column in columns_), strict=True)
    await connection.copy_records_to_table("clustered", records=records)
    await connection.execute("CREATE INDEX ON clustered (tile, genders, age)")
    await connection.execute("ANALYZE")
    await connection.close()


def _numbers(bits: Array) -> list[list[int]]:
    flags = np.unpackbits(np.ascontiguousarray(bits).view(np.uint8), axis=1, bitorder="little")
    row, word = np.nonzero(flags)
    parts = np.split(word, np.cumsum(np.bincount(row, minlength=len(bits)))[:-1])
    return [part.tolist() for part in parts]


def orm(url: str, market: Market, viewers: Sequence[int]) -> tuple[float, list[list[int]]]:
    """Seconds for a viewer by candidates as rows, made into the domain's objects and scored by them; who was best."""
    return asyncio.run(_orm(url.replace("postgresql://", "postgresql+asyncpg://"), market, viewers))


async def _orm(url: str, market: Market, viewers: Sequence[int]) -> tuple[float, list[list[int]]]:
    engine = create_async_engine(url)
    words, tongues = market.columns.interests.vocabulary, market.columns.languages.vocabulary
    best = []
    async with AsyncSession(engine) as session:
        await session.get(Member, 0)
        started = time.perf_counter()
        for viewer in viewers:
            row = await session.get_one(Member, viewer)
            me = market.policy.prepare(traits(row, words, tongues))
            degrees = row.limit_km / 111.19
            assert row.latitude is not None
            assert row.longitude is not None
            east = degrees / np.cos(np.radians(abs(row.latitude) + degrees))
            query = select(Member).where(
                Member.age.between(row.youngest, row.oldest),
                Member.youngest <= row.age,
                Member.oldest >= row.age,
                Member.genders.bitwise_and(row.seeks) != 0,
                Member.seeks.bitwise_and(row.genders) != 0,
                Member.latitude.between(row.latitude - degrees, row.latitude + degrees),
                Member.longitude.between(row.longitude - float(east), row.longitude + float(east)),
            )
            scored = []
            for other in (await session.scalars(query)).all():
                candidate = traits(other, words, tongues)
                if eligible(me.traits, candidate):
                    prepared = market.policy.prepare(candidate)
                    total = market.policy.weigh(me, prepared).total
                    scored.append((market.policy.attachment_advantage(prepared.leaning) - total, other.id))
            best.append([number for _, number in nsmallest(50, scored)])
            session.expunge_all()
        seconds = time.perf_counter() - started
    await engine.dispose()
    return seconds / len(viewers), best


def clustered(url: str, market: Market, viewers: Sequence[int]) -> tuple[float, list[list[int]]]:
    """Seconds for a viewer by one statement that filters, scores and sorts; who was best."""
    return asyncio.run(_clustered(url, market, viewers))


async def _clustered(url: str, market: Market, viewers: Sequence[int]) -> tuple[float, list[list[int]]]:
    connection = await asyncpg.connect(url)
    await connection.execute("SET max_parallel_workers_per_gather = 0")
    statements = [_statement(market, viewer) for viewer in viewers]
    await connection.fetch(*statements[0])
    started = time.perf_counter()
    best = [[row["id"] for row in await connection.fetch(*statement)] for statement in statements]
    seconds = time.perf_counter() - started
    await connection.close()
    return seconds / len(viewers), best


def _statement(market: Market, viewer: int) -> tuple[Any, ...]:
    """``weighted-v1`` of one viewer with the best fifty, all factors, and its parameters."""
    people, tables, f = market._layout.people, market._tables, market._figures[0]
    a = people.who[viewer]
    tiles = tiles_near(a, market._layout.index.tiles).tolist()
    genders = [mask for mask in range(1, 8) if mask & int(a["seeks"])]
    fit, points, means = f["points"][0] * a["fit"], f["points"], f["means"]
    attachment = f"{means[0] * points[0]} + {fit[0]} * weight + {fit[1]} * anxiety + {fit[2]} * avoidance"
    known = int(a["known"])
    terms = [f"greatest(0, least({points[0]}, {attachment}))" if known & ATTACHED else str(means[0] * points[0])]
    agreement = " + ".join(f"{a['values'][n]} * v{n}" for n in range(10))
    if known & VALUED:
        agreed = f"{points[2] / 2} * (1 + {agreement})"
        terms.append(f"CASE WHEN known & {VALUED} > 0 THEN {agreed} ELSE {means[2] * points[2]} END")
    else:
        terms.append(str(means[2] * points[2]))
    if known & INTERESTED:
        held = [n for n in range(len(market._rarity)) if int(people.interests[viewer, n >> 6]) >> (n & 63) & 1]
        shared = " + ".join(
            f"(i{n >> 6} >> {n & 63} & 1) * {points[1] * market._rarity[n] ** 2 / a['length']}" for n in held
        )
        terms.append(f"CASE WHEN known & {INTERESTED} > 0 THEN ({shared}) / length ELSE {means[1] * points[1]} END")
    else:
        terms.append(str(means[1] * points[1]))
    arrays = [
        getattr(tables, name)[int(a[name]), :, part].astype(float).tolist()
        for name in ("plans", "habits", "faith")
        for part in (0, 1)
    ]
    weight = "6 + $1[plans + 1] + $3[habits + 1] + $5[faith + 1]"
    total = "$7[abs(age - {age}) + 1] + 3 * power(2, -km / 25) + $2[plans + 1] + $4[habits + 1] + $6[faith + 1]"
    total = total.format(age=int(a["age"]))
    if a["spoken"]:
        words = int(people.languages[viewer, 0])
        weight += " + CASE WHEN spoken > 0 THEN 1 ELSE 0 END"
        least = f"nullif(least(spoken, {a['spoken']}), 0)"
        total += f" + coalesce(bit_count((languages & {words})::bit(64))::float8 / {least}, 0)"
    merit = f"{' + '.join(terms)} + {points[3]} * ({total}) / ({weight}) - advantage"
    lat, lon = float(a["latitude"]), float(a["longitude"])
    km = (
        f"{2 * EARTH_RADIUS_KM} * asin(sqrt(sind((latitude - {lat}) / 2) ^ 2"
        f" + cosd(latitude) * {np.cos(np.radians(lat))} * sind((longitude - ({lon})) / 2) ^ 2))"
    )
    text = f"""
        SELECT id, {merit} AS merit FROM (
            SELECT *, {km} AS km FROM clustered
            WHERE tile = ANY($8::int[]) AND genders = ANY($9::int[]) AND age BETWEEN {a["youngest"]} AND {a["oldest"]}
              AND youngest <= {a["age"]} AND oldest >= {a["age"]}
              AND answers & {int(a["refuses"]) | HIDDEN} = 0 AND refuses & {a["answers"]} = 0 AND id <> {viewer}
            OFFSET 0
        ) near WHERE km <= least(limit_km, {a["limit"]})
        ORDER BY merit DESC LIMIT 50"""  # noqa: S608  numbers of our own
    for n in range(1, 8):
        text = text.replace(f"${n}[", f"(${n}::float8[])[")
    return text, *arrays, tables.years.astype(float).tolist(), tiles, genders
