"""The engine: who suits whom best among everybody, exactly, in one process and as many threads as there are cores."""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import Any, NamedTuple, Self

import attrs
import numpy as np

from adapters.matching.columns import Array, Columns
from adapters.matching.options import Edges, Found, Lists, edges_of
from adapters.matching.people import People, figures, people_of, rarities
from adapters.matching.slices import Layout, laid_out
from adapters.matching.tables import Tables, tables
from saltbitter_domain.compatibility.model import DAILY_QUOTA, Traits
from saltbitter_domain.compatibility.policies import WeightedV1
from saltbitter_domain.compatibility.records import ANYWHERE
from saltbitter_domain.kernel import UserId

TOP = 50
"""How many options of each viewer a run keeps for the allocation to choose from."""

_AT_ONCE = 2_048
"""Viewers a thread takes at a time: enough that starting costs nothing, few enough that all threads end together."""

_NOTHING = 1e-9
"""Fair shares are differences of sums; what is less than this is none. The least that is one is a thousand times it."""


class _Passes(NamedTuple):
    """One way to go through everybody; ``scan`` with ``shares``, and ``plain``, each are one."""

    name: str
    workspace: Callable[..., Any]
    best: Callable[..., None]
    chances: Callable[..., None]
    exceptions: Callable[..., None]


def passes(compiled: bool | None = None) -> _Passes:
    """The compiled passes where numba is installed, or else those of numpy, which give the same and take longer; or
    those asked for."""
    if compiled is not False:
        try:
            from adapters.matching import scan, shares
        except ImportError:
            if compiled:
                raise
        else:
            return _Passes("numba", scan.workspace, scan.best, shares.chances, shares.exceptions)
    from adapters.matching import plain

    return _Passes("numpy", plain.workspace, plain.best, plain.chances, plain.exceptions)


@attrs.frozen(eq=False)
class Market:
    """Everybody as one policy sees them, laid out to be searched. ``backend`` says what searches: numba or numpy.

    It is made for one day: whoever changes is seen by the next."""

    columns: Columns = attrs.field(repr=False)
    policy: WeightedV1 = attrs.field(repr=False)
    excluded: Lists = attrs.field(repr=False)
    likers: Lists = attrs.field(repr=False)
    threads: int
    _layout: Layout = attrs.field(repr=False)
    _tables: Tables = attrs.field(repr=False)
    _rarity: Array = attrs.field(repr=False)
    _figures: Array = attrs.field(repr=False)
    _passes: _Passes = attrs.field(repr=False)
    _row_at: Array = attrs.field(repr=False)
    _near_one_another: Array = attrs.field(repr=False)

    @classmethod
    def of(
        cls,
        columns: Columns,
        policy: WeightedV1,
        *,
        order: Array | None = None,
        excluded: Lists | None = None,
        likers: Lists | None = None,
        threads: int | None = None,
        compiled: bool | None = None,
    ) -> Self:
        """``order`` is the position of each row in the order of precedence (int32, each once; by id if None).

        ``excluded`` are by row the people who may not be shown to whom, and ``likers`` those who like them, as in
        ``MatchRequest``. ``compiled`` asks for numba or for numpy."""
        size = len(columns)
        precedence = np.arange(size, dtype=np.int32) if order is None else np.asarray(order, np.int32)
        layout = laid_out(people_of(columns, policy, precedence), len(columns.interests.vocabulary), policy)
        who = layout.people.who
        row_at = np.empty(size, np.int32)
        row_at[who["order"]] = np.arange(size, dtype=np.int32)
        return cls(
            columns=columns,
            policy=policy,
            excluded=Lists.none(size) if excluded is None else excluded,
            likers=Lists.none(size) if likers is None else likers,
            threads=threads or len(os.sched_getaffinity(0)),
            layout=layout,
            tables=tables(),
            rarity=np.array(rarities(columns, policy)),
            figures=figures(policy),
            passes=passes(compiled),
            row_at=row_at,
            near_one_another=np.lexsort(
                (who["age"], layout.cell, who["seeks"], who["limit"] == ANYWHERE, _tile(layout))
            ).astype(np.int32),
        )

    @property
    def backend(self) -> str:
        return self._passes.name

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def _who(self) -> Array:
        return self._layout.people.who

    def positions(self, users: Sequence[UserId]) -> Array:
        """int32: the position of each of these in the order of precedence; whoever is not here is left out."""
        rows = self.columns.rows(users)
        return self._who["order"][self._layout.inner[rows[rows >= 0]]]

    def users(self, positions: Array) -> list[bytes]:
        """The ids at these positions, 16 bytes each."""
        raw = np.ascontiguousarray(self.columns.ids[self._who["row"][self._row_at[positions]]]).view(np.uint8).tobytes()
        return [raw[at : at + 16] for at in range(0, len(raw), 16)]

    def shards(self, count: int, viewers: Array | None = None) -> list[Array]:
        """The viewers (positions; all if None) in ``count`` parts of about one size, each ascending and of people who
        live near one another, so that a worker reads only its part of the Earth."""
        wanted = np.zeros(len(self), bool)
        wanted[self._row_at if viewers is None else self._row_at[viewers]] = True
        rows = self._near_one_another[wanted[self._near_one_another]]
        return [np.sort(self._who["order"][part]) for part in np.array_split(rows, count)]

    def edges(
        self, viewers: Array | None = None, k: int = TOP, progress: Callable[[int, int], None] | None = None
    ) -> Edges:
        """The ``k`` best options of each of these viewers (positions; all if None), without fair shares.

        However the viewers are split over calls, threads and machines, each gets the same."""
        wanted = np.arange(len(self), dtype=np.int32) if viewers is None else np.unique(viewers).astype(np.int32)
        place = np.full(len(self), -1, np.int64)
        place[self._row_at[wanted]] = np.arange(len(wanted))
        rows = self._near_one_another[place[self._near_one_another] >= 0]
        out = Found.of(len(wanted), k)

        def search(part: Array, workspace: Any) -> int:
            self._best(self._layout.people, part, part, place[part], self.excluded, self.likers, k, workspace, out)
            return len(part)

        done = 0
        for number in self._in_threads(search, rows, k):
            done += number
            if progress:
                progress(done, len(rows))
        return edges_of(wanted, out)

    def all_edges(self, viewers: Array) -> Edges:
        """Every option of these viewers, for lists to be filled from; as many as there are, so ask for few."""
        first = self.edges(viewers, k=1)
        return self.edges(viewers, k=max(1, int(first.eligible.max(initial=0))))

    def fair_shares(self, edges: Edges, quota: int = DAILY_QUOTA) -> Array:
        """float64, by position: the exposure each would get if every viewer of ``edges``, which must be those of the
        whole run, drew their list at random from all who are eligible."""
        layout = self._layout
        weight = np.zeros(len(self))
        rows = self._row_at[edges.viewers]
        weight[rows] = np.minimum(1.0, quota / np.maximum(1, edges.eligible))
        chance = weight[self._layout.slots.row]
        fair = np.zeros(len(self))

        def add(part: Array, workspace: Any) -> None:
            self._passes.chances(
                layout.people, part, chance, layout.slots, layout.index, self._figures, workspace, fair
            )

        def correct(low: int, high: int) -> None:
            self._passes.exceptions(
                layout.people.who, rows, weight, self.excluded, self.likers, layout.inner, low, high, fair
            )

        for _ in self._in_threads(add, self._near_one_another, 0):
            pass
        with ThreadPoolExecutor(self.threads) as pool:
            bounds = np.linspace(0, len(self), self.threads + 1).astype(int).tolist()
            list(pool.map(correct, bounds[:-1], bounds[1:]))
        by_position = fair[self._row_at]
        return np.where(by_position < _NOTHING, 0.0, by_position)

    def run(self, viewers: Array | None = None, k: int = TOP, quota: int = DAILY_QUOTA) -> Edges:
        """``edges`` with their fair shares."""
        edges = self.edges(viewers, k)
        return attrs.evolve(edges, fair=self.fair_shares(edges, quota))

    def options(
        self,
        person: Traits,
        k: int = TOP,
        excluded: Collection[UserId] = (),
        liked_by: Collection[UserId] = (),
    ) -> Edges:
        """The ``k`` best options of somebody as they are now, whether or not they are in the columns: a row whose
        viewer is -1 if they are not."""
        own = Columns.of([person])
        alone = people_of(own, self.policy, np.zeros(1, np.int32))
        viewer = alone._replace(
            interests=own.interests.within(self.columns.interests.vocabulary),
            languages=own.languages.within(self.columns.languages.vocabulary),
        )
        row = self.columns.rows([person.user_id])
        mine = self._layout.inner[row].astype(np.int32) if row[0] >= 0 else np.full(1, -1, np.int32)

        def listed(users: Collection[UserId]) -> Lists:
            rows = self.columns.rows(list(users))
            return Lists.of_pairs(1, np.zeros(len(rows), np.int64), rows)

        out = Found.of(1, k)
        one = np.zeros(1, np.int64)
        self._best(
            viewer, one.astype(np.int32), mine, one, listed(excluded), listed(liked_by), k, self._workspace(k, 1), out
        )
        return edges_of(self._who["order"][mine] if mine[0] >= 0 else mine, out)

    def _best(
        self,
        v: People,
        rows: Array,
        mine: Array,
        places: Array,
        excluded: Lists,
        likers: Lists,
        k: int,
        workspace: Any,
        out: Found,
    ) -> None:
        layout = self._layout
        self._passes.best(
            v,
            rows,
            mine,
            places,
            excluded,
            likers,
            layout.inner,
            layout.people,
            layout.slots,
            layout.index,
            self._tables,
            self._rarity,
            self._figures,
            k,
            workspace,
            out,
        )

    def _workspace(self, k: int, cells: int | None = None) -> Any:
        return self._passes.workspace(self._layout.index, len(self._rarity), k, cells or self._layout.most_cells)

    def _in_threads(self, work: Callable[[Array, Any], Any], rows: Array, k: int) -> Iterator[Any]:
        """What comes of parts of the rows, in order; every thread has one workspace."""
        own = local()

        def with_workspace(part: Array) -> Any:
            if not hasattr(own, "workspace"):
                own.workspace = self._workspace(k)
            return work(part, own.workspace)

        parts = [rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE)]
        with ThreadPoolExecutor(self.threads) as pool:
            yield from pool.map(with_workspace, parts)


def _tile(layout: Layout) -> Array:
    """The tile everybody lives in, -1 where it is unknown."""
    return np.where(layout.cell >= 0, np.append(layout.index.cells["tile"], -1)[layout.cell], -1)
