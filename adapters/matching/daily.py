"""A day's run over records: the market laid out, scored, allocated, and given back as columns."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime

import attrs
import numpy as np

from adapters.matching.allocation import ALLOCATIONS, SparseAllocation
from adapters.matching.columns import Array, Columns, Words, names
from adapters.matching.edges import Bounds, History, SparseEdges
from adapters.matching.engine import TOP, Market
from adapters.matching.figures import report, styles_of
from adapters.matching.lottery import lots
from adapters.matching.options import Edges, Lists
from adapters.matching.people import leanings
from adapters.matching.people import population as population_of
from saltbitter_domain.compatibility.allocation import daily_run, next_page
from saltbitter_domain.compatibility.allocation.packed import packed, unpacked
from saltbitter_domain.compatibility.allocation.stable import FLOOR_DAYS
from saltbitter_domain.compatibility.model import PASS_RESTS_FOR, DecisionKind, Leaning
from saltbitter_domain.compatibility.policies import WeightedV1
from saltbitter_domain.compatibility.ports import MatchEngine, Progress, RunRequest, RunResult
from saltbitter_domain.compatibility.records import (
    ANYWHERE,
    EXPOSURE,
    ID,
    LETTERS,
    PAIR,
    PERSON,
    ZONE,
    interest_number,
    number,
)
from saltbitter_domain.kernel import EARTH_RADIUS_KM, local_date
from saltbitter_domain.profiles.catalogue import INTERESTS
from saltbitter_domain.profiles.model import MAX_INTERESTS, MAX_LANGUAGES, BasicValue, Visibility

PERSON_COLUMNS = np.dtype(
    [
        ("id", "S16"),
        ("zone", f"S{ZONE}"),
        ("born", "<i4"),
        ("youngest", "u1"),
        ("oldest", "u1"),
        ("genders", "u1"),
        ("seeks", "u1"),
        ("limit", "<u2"),
        ("deal_breakers", "u1"),
        ("visibility", "u1"),
        ("cell", "<f8", 2),
        ("attachment", "<f8", 3),
        ("ratings", "i1", len(BasicValue)),
        ("intention", "u1"),
        ("has_children", "u1"),
        ("wants_children", "u1"),
        ("smoking", "u1"),
        ("drinking", "u1"),
        ("religion", "u1"),
        ("religion_importance", "u1"),
        ("interests", "<u4", MAX_INTERESTS),
        ("languages", f"S{LETTERS}", MAX_LANGUAGES),
    ]
)
"""``records.PERSON`` as columns."""
_PAIR = np.dtype([("low", "S16"), ("high", "S16"), ("kind", "u1", 2), ("at", "<i8", 2)])
_EXPOSURE = np.dtype([("id", "S16"), ("day", "<i4"), ("shown", "<i4"), ("fair", "<f8")])
SMALL = 500
"""People whom the plain rules judge in a tenth of a second."""
_FURTHER = 500
"""Options looked for on behalf of a viewer whose best ones are all taken."""
_HAIR_KM = 1e-3
"""A metre more, so that no rounding keeps anybody at the very limit from the rules that decide."""
_HAIR = 1e-9
"""As in ``stable``: the least that a share is divided by."""
assert (PERSON_COLUMNS.itemsize, _PAIR.itemsize, _EXPOSURE.itemsize) == (PERSON.size, PAIR.size, EXPOSURE.size)  # noqa: S101


class ColumnarEngine(MatchEngine):
    """The engine over columns, with one of ``ALLOCATIONS`` over the ``top`` options of every viewer.

    Up to ``small`` people are judged by the plain rules, in less time than it takes to load what is compiled."""

    name = "columns-v1"

    def __init__(
        self, allocation: str = "stable-v1", *, top: int = TOP, threads: int | None = None, small: int = SMALL
    ) -> None:
        self.allocation = allocation
        self._top = top
        self._threads = threads
        self._small = small

    async def run(self, request: RunRequest, progress: Progress | None = None) -> RunResult:
        return await asyncio.to_thread(self._run, request, progress)

    async def next_page(self, request: RunRequest) -> RunResult:
        return await asyncio.to_thread(lambda: packed(next_page(unpacked(_narrowed(request)))))

    def _run(self, request: RunRequest, progress: Progress | None) -> RunResult:
        if len(request.viewers) == ID.size:
            return packed(daily_run(unpacked(_narrowed(request)), progress=progress, allocation=self.allocation))
        if len(request.people) <= self._small * PERSON.size:
            return packed(daily_run(unpacked(request), progress=progress, allocation=self.allocation))
        stages: dict[str, int] = {}
        with _timed(stages, "lay_out"):
            columns = columns_of(request.people, request.at)
            exposures = np.frombuffer(request.exposures, _EXPOSURE)
            exposures = exposures[exposures["day"] > request.day.toordinal() - FLOOR_DAYS]
            with ThreadPoolExecutor(2) as pool:
                preceding = pool.submit(precedence, columns, exposures, request.day)
                standing = pool.submit(_standing, columns, request.pairs, request.at)
                policy = WeightedV1(request.population or population_of(columns, request.day.isoformat()))
                order, (excluded, likers) = preceding.result(), standing.result()
            market = Market.of(columns, policy, order=order, excluded=excluded, likers=likers, threads=self._threads)
            rows = _rows(columns, np.frombuffer(request.viewers, "S16"))
            viewers = order[rows[rows >= 0]]
        with _timed(stages, "score"):
            edges = market.edges(viewers, self._top, progress)
        with _timed(stages, "fair_shares"):
            fair = market.fair_shares(edges, request.quota)
        with _timed(stages, "allocate"):
            own = np.empty(len(columns))
            own[order] = policy.attachment_advantage(Leaning(*leanings(columns).T))
            options = _Options(market, own, edges, excluded, likers, order)
            sparse = options.sparse(edges)
            bounds = Bounds.of(fair, _history(columns, order, exposures, request.day))
            allocate = ALLOCATIONS[self.allocation]
            allocation = allocate(sparse, bounds, request.quota, more=options.more, reach=options.reach)
        with _timed(stages, "figures"):
            styles = styles_of(*columns.attachment[_rows_at(order), :2].T)
            with ThreadPoolExecutor(1) as pool:
                figures = pool.submit(report, sparse, allocation, fair, styles) if len(edges.viewers) else None
                made = _result(columns, order, edges.viewers, fair, allocation, own, policy, request.day, stages)
                return attrs.evolve(made, figures=None if figures is None else figures.result())


@attrs.frozen(eq=False)
class _Options:
    """Who may be shown to whom, beyond the best of each viewer."""

    market: Market
    own: Array
    best: Edges
    excluded: Lists
    likers: Lists
    order: Array

    def sparse(self, edges: Edges) -> SparseEdges:
        return SparseEdges.of(
            len(self.market), edges.viewers, edges.indptr, edges.candidates, edges.merits, edges.eligible, self.own
        )

    def more(self, positions: Array) -> SparseEdges:
        """Further candidates of these viewers, far more than a list has."""
        return self.sparse(self.market.edges(positions, _FURTHER))

    def reach(self, positions: Array) -> SparseEdges:
        """These people as candidates of those who suit them best, as far as they may be shown to those.

        Wishes meet or do not whoever is asked, and the score is the pair's; only who was decided about and who is
        incognito depends on the direction. Whoever may not be shown to them is not thought of as their viewer here."""
        suited = self._suited(positions)
        candidates = np.repeat(suited.viewers, np.diff(suited.indptr))
        viewers, scores = suited.candidates, suited.scores
        row_at = _rows_at(self.order)
        pairs = (row_at[viewers], row_at[candidates])
        hidden = self.market.columns.visibility[pairs[1]] == number(Visibility.INCOGNITO)
        shown = (
            np.isin(viewers, self.best.viewers)
            & ~_listed(self.excluded, *pairs)
            & (~hidden | _listed(self.likers, *pairs))
        )
        viewers, candidates, scores = viewers[shown], candidates[shown], scores[shown]
        by_viewer = np.argsort(viewers, kind="stable")
        asked, lengths = np.unique(viewers, return_counts=True)
        return SparseEdges.of(
            len(self.market),
            asked,
            np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
            candidates[by_viewer],
            (scores - self.own[candidates])[by_viewer],
            advantages=self.own,
        )

    def _suited(self, positions: Array) -> Edges:
        """Whom these people suit best, looked for only where they are not viewers themselves."""
        known = np.isin(self.best.viewers, positions)
        others = np.setdiff1d(positions, self.best.viewers[known])
        return Edges.joined([self.best.take(np.flatnonzero(known)), self.market.edges(others, TOP)])


def _narrowed(request: RunRequest) -> RunRequest:
    """The same request for its one viewer, with no more people than those who could be theirs by wishes, age and
    distance: few enough for the rules of the domain, which decide."""
    people = np.frombuffer(request.people, PERSON_COLUMNS)
    ages = _ages(people["born"], people["zone"], request.at)
    mine = np.flatnonzero(people["id"] == np.frombuffer(request.viewers, "S16"))
    if not len(mine):
        return attrs.evolve(request, people=b"")
    me, age = people[mine[0]], ages[mine[0]]
    near = _kilometres(people["cell"], me["cell"])
    limit = np.minimum(people["limit"], me["limit"])
    suited = (people["seeks"] & me["genders"] > 0) & (me["seeks"] & people["genders"] > 0)
    suited &= (
        (people["youngest"] <= age) & (age <= people["oldest"]) & (me["youngest"] <= ages) & (ages <= me["oldest"])
    )
    suited &= (limit == ANYWHERE) | (near <= limit + _HAIR_KM)
    suited[mine] = True
    population = request.population
    if population is None:
        population = population_of(columns_of(request.people, request.at), request.day.isoformat())
    return attrs.evolve(request, people=people[suited].tobytes(), population=population)


def _kilometres(cells: Array, cell: Array) -> Array:
    """Great-circle distances by the haversine formula (Sinnott 1984), NaN where one is unknown."""
    north, east = np.radians(cells).T
    here_north, here_east = np.radians(cell)
    half = np.sin((north - here_north) / 2) ** 2
    half += np.cos(north) * np.cos(here_north) * np.sin((east - here_east) / 2) ** 2
    distance: Array = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(half)))
    return distance


def columns_of(records: bytes, at: datetime) -> Columns:
    """The columns of the people of these records, as old as they are ``at`` that instant where they live."""
    people = np.frombuffer(records, PERSON_COLUMNS)
    taken = {"interests", "languages", "age"}
    return Columns.of_arrays(
        np.ascontiguousarray(people["id"]),
        interests=Words.of_rows({interest_number(word): word for word in INTERESTS}, people["interests"]),
        languages=_languages(np.ascontiguousarray(people["languages"])),
        age=_ages(people["born"], people["zone"], at),
        **{name: np.ascontiguousarray(people[name]) for name in names() if name not in taken},
    )


def _languages(given: Array) -> Words:
    """Of each person the codes of a row, filled up with zeros."""
    letters = given.view(np.uint8).reshape(*given.shape, LETTERS).astype(np.uint32)
    codes = letters @ (np.uint32(256) ** np.arange(LETTERS, dtype=np.uint32))
    told = np.zeros(1 << 8 * LETTERS, bool)
    told[codes] = True
    words = {int(code): int(code).to_bytes(LETTERS, "little").rstrip(b"\0").decode() for code in np.flatnonzero(told)}
    return Words.of_rows(words, codes)


def _distinct(given: Array) -> tuple[Array, Array]:
    """The different ones, sorted, and which of them each is. They are few among many, so that looking each up takes a
    fifth of the time that ``return_inverse`` does."""
    different = np.unique(given)
    return different, np.searchsorted(different, given)


def _ages(born: Array, zone: Array, at: datetime) -> Array:
    """Whole years on the calendar of each zone."""
    zones, where = _distinct(zone)
    today = [local_date(at, name.decode()) for name in zones]
    birth = _dates(born)
    months = birth.astype("M8[M]").astype(np.int64)
    days = (birth - birth.astype("M8[M]")).astype(np.int64)
    this = np.array([(day.year - 1970) * 12 + day.month - 1 for day in today])[where]
    this_day = np.array([day.day - 1 for day in today])[where]
    lived: Array = (this - months - (this_day < days)) // 12
    return lived.astype(np.uint8)


def _dates(ordinals: Array) -> Array:
    """Days counted from 1 January of the year 1 as dates."""
    dates: Array = (ordinals.astype(np.int64) - date(1970, 1, 1).toordinal()).astype("M8[D]")
    return dates


def precedence(columns: Columns, exposures: Array, day: date) -> Array:
    """``stable.precedence`` of the domain: the position of each row."""
    rows = _rows(columns, exposures["id"])
    here = rows >= 0
    rows, past = rows[here], exposures[here]
    last = np.zeros(len(columns), np.int64)
    shown = past["shown"] > 0
    np.maximum.at(last, rows[shown], past["day"][shown])
    had = np.bincount(rows, weights=past["shown"], minlength=len(columns))
    due = np.bincount(rows, weights=past["fair"], minlength=len(columns))
    first, second = lots(columns.ids, day.isoformat().encode()).T
    by_rank = np.lexsort((second, first, had / np.maximum(_HAIR, due), last))
    order = np.empty(len(columns), np.int32)
    order[by_rank] = np.arange(len(columns), dtype=np.int32)
    return order


def _standing(columns: Columns, records: bytes, at: datetime) -> tuple[Lists, Lists]:
    """Who may not be shown to whom, and who likes whom, as in ``Decisions.excluded`` and ``.likers``."""
    pairs = np.frombuffer(records, _PAIR)
    sides = [_rows(columns, pairs[side]) for side in ("low", "high")]
    rested = round((at - PASS_RESTS_FOR).timestamp() * 1e6)
    excluded, likers = list[tuple[Array, Array]](), list[tuple[Array, Array]]()
    for side, (by, about) in enumerate((sides, sides[::-1])):
        kind, when = pairs["kind"][:, side], pairs["at"][:, side]
        likes = kind == number(DecisionKind.LIKE)
        parts = (kind == number(DecisionKind.BLOCK)) | ((kind == number(DecisionKind.PASS)) & (when > rested))
        excluded += [(by[likes | parts], about[likes | parts]), (about[parts], by[parts])]
        likers.append((about[likes], by[likes]))
    return _lists(len(columns), excluded), _lists(len(columns), likers)


def _lists(size: int, pairs: Sequence[tuple[Array, Array]]) -> Lists:
    of, others = (np.concatenate(part) for part in zip(*pairs, strict=True))
    return Lists.of_pairs(size, of, others)


def _history(columns: Columns, order: Array, exposures: Array, day: date) -> History:
    rows = _rows(columns, exposures["id"])
    here = rows >= 0
    past = exposures[here]
    return History(
        person=order[rows[here]],
        days_ago=(day.toordinal() - past["day"]).astype(np.int32),
        shown=past["shown"].astype(np.int32),
        fair=past["fair"].astype(np.float64),
    )


def _result(
    columns: Columns,
    order: Array,
    viewers: Array,
    fair: Array,
    allocation: SparseAllocation,
    own: Array,
    policy: WeightedV1,
    day: date,
    stages: Mapping[str, int],
) -> RunResult:
    rows = _rows_at(order)
    ids = columns.ids[rows]
    # By id, as a database keeps them: it then writes one page after another.
    by_id = np.argsort(rows[viewers])
    lists = allocation.lists[by_id]
    listed = lists >= 0
    candidates = lists[listed]
    exposed = order[(fair[order] > 0.0) | (allocation.shown[order] > 0)]
    exposures = np.empty(len(exposed), _EXPOSURE)
    exposures["id"], exposures["day"] = ids[exposed], day.toordinal()
    exposures["shown"], exposures["fair"] = allocation.shown[exposed], fair[exposed]
    return RunResult(
        viewers=_bytes(ids[viewers[by_id]]),
        counts=listed.sum(axis=1).astype(np.uint8).tobytes(),
        candidates=_bytes(ids[candidates]),
        scores=(allocation.merits[by_id][listed] + own[candidates]).astype("<f8").tobytes(),
        short=allocation.short[by_id].astype(np.uint8).tobytes(),
        exposures=exposures.tobytes(),
        population=policy.population,
        figures=None,
        stages=stages,
    )


def _rows(columns: Columns, ids: Array) -> Array:
    """The row of each id, -1 of whoever is not here."""
    found = np.minimum(np.searchsorted(columns.ids, ids), max(0, len(columns) - 1))
    return np.where(columns.ids[found] == ids, found, -1) if len(columns) else np.full(len(ids), -1)


def _rows_at(order: Array) -> Array:
    """The row at each position."""
    rows = np.empty(len(order), np.int32)
    rows[order] = np.arange(len(order), dtype=np.int32)
    return rows


def _listed(lists: Lists, of: Array, rows: Array) -> Array:
    """Whether each of the rows is in the list of the one beside it."""
    owners = np.repeat(np.arange(len(lists.first) - 1, dtype=np.int64), np.diff(lists.first))
    known, asked = owners << 32 | lists.rows, of.astype(np.int64) << 32 | rows
    place = np.minimum(np.searchsorted(known, asked), max(0, len(known) - 1))
    return known[place] == asked if len(known) else np.zeros(len(asked), bool)


def _bytes(ids: Array) -> bytes:
    return np.ascontiguousarray(ids).view(np.uint8).tobytes()


@contextmanager
def _timed(stages: dict[str, int], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    stages[name] = round((time.perf_counter() - started) * 1000)
