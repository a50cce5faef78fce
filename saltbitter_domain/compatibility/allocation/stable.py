"""``stable-v1``: who is shown to whom, fairly to those shown.

Suggestions are accepted in descending merit while the viewer has quota and the candidate has capacity, in rounds that
raise everybody's capacity: first what the last days still owe, then half the fair share, then the whole, then the
ceiling. Within a round that is the one stable assignment of the two sides, found here by deferred acceptance
(Gale & Shapley 1962, Am Math Mon 69, 9), which looks at no more than the top of each list. Two repairs follow: whoever
is still below their floor replaces somebody above theirs, and lists left short by ceilings are refilled by exchange.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from hashlib import blake2b
from heapq import heappush, heapreplace

import attrs

from saltbitter_domain.compatibility.model import DAILY_QUOTA, Exposure
from saltbitter_domain.kernel import UserId

FLOOR, CEILING = 0.5, 1.5
"""Least and most exposure, as multiples of the fair share."""

CEILING_AT_LEAST = 3
FLOOR_DAYS = 3
"""The floor holds over this many days, today included."""

_HAIR = 1e-9
"""Fair shares are sums of fractions; what lies this close to a whole number is that number."""

History = Mapping[UserId, Sequence[Exposure]]


@attrs.frozen
class Edges:
    """Who may be shown to whom, in columns of positions in ``people``, who come in order of precedence.

    ``candidates[n]`` and ``merits[n]`` are the options of the viewer at position ``viewers[n]``; more merit is better,
    and where it is equal precedence decides. ``viewers`` ascend. ``advantages`` say by position how much score somebody
    brings whoever looks: the score of an option is its merit and that; none where the two are the same."""

    people: Sequence[UserId]
    viewers: Sequence[int]
    candidates: Sequence[Sequence[int]]
    merits: Sequence[Sequence[float]]
    advantages: Sequence[float] = ()


@attrs.frozen
class Allocation:
    """``lists`` has each viewer's suggestions, most merit first, and ``short`` why a list has fewer than the quota:
    ``nobody_eligible``, ``fewer_eligible_than_quota`` (all of them are in it) or ``ceilings``.

    For everybody, ``fair`` is the exposure chance would give them in this run and ``shown`` what they got."""

    lists: Mapping[UserId, tuple[UserId, ...]]
    fair: Mapping[UserId, float]
    shown: Mapping[UserId, int]
    short: Mapping[UserId, str]


@attrs.frozen
class Bounds:
    """How often someone is to be shown in this run: ``owed`` from before, at least ``floor``, by rights ``share``, at
    most ``ceiling``; each at least 0 and none above the ceiling."""

    owed: int
    floor: int
    share: int
    ceiling: int

    @classmethod
    def of(cls, fair: float, past: Sequence[Exposure], day: date) -> "Bounds":
        """From the fair share of this run and the exposures of the last days; those of ``day`` itself, made by
        earlier runs, count towards its floor and its ceiling."""
        window = [e for e in past if day - timedelta(days=FLOOR_DAYS) < e.day <= day]
        due, had = math.fsum(e.fair for e in window), sum(e.shown for e in window)
        due_today = math.fsum(e.fair for e in window if e.day == day) + fair
        had_today = sum(e.shown for e in window if e.day == day)
        ceiling = max(0, ceiling_of(due_today) - had_today)
        owed = _up(FLOOR * due) - had
        floor = max(_up(FLOOR * (due + fair)) - had, _up(FLOOR * due_today) - had_today)
        share = max(floor, _up(due_today) - had_today)
        return cls(*(min(max(0, bound), ceiling) for bound in (owed, floor, share, ceiling)))


def ceiling_of(fair: float) -> int:
    """How often someone with this fair share of a day may be shown on it: 1.5 times that, but at least 3."""
    return max(CEILING_AT_LEAST, math.floor(CEILING * fair + _HAIR))


def _up(amount: float) -> int:
    return math.ceil(amount - _HAIR)


def why_short(listed: int, eligible: int, quota: int) -> str | None:
    """Why a list has fewer than ``quota``, as in ``Allocation.short``; None when it has not."""
    if listed >= quota:
        return None
    if listed < eligible:
        return "ceilings"
    return "fewer_eligible_than_quota" if eligible else "nobody_eligible"


def fair_shares(edges: Edges, quota: int) -> list[float]:
    """By position, the exposure each would get if every viewer drew their list at random from those eligible."""
    chances = defaultdict[int, list[float]](list)
    for candidates in edges.candidates:
        for candidate in candidates:
            chances[candidate].append(min(1.0, quota / len(candidates)))
    return [math.fsum(chances[position]) for position in range(len(edges.people))]


def precedence(people: Sequence[UserId], history: History, day: date) -> list[UserId]:
    """Who goes first where nothing else decides: whoever was shown least lately, by the last day they were shown and
    then by how much of their fair share they got; then by a lottery of the day, so that no id is always first."""

    def waited(person: UserId) -> tuple[date, float, bytes]:
        past = history.get(person, ())
        last = max((e.day for e in past if e.shown), default=date.min)
        share = sum(e.shown for e in past) / max(_HAIR, math.fsum(e.fair for e in past))
        return last, share, blake2b(person.bytes, key=day.isoformat().encode()).digest()

    return sorted(people, key=waited)


def allocate(
    edges: Edges,
    *,
    history: History,
    day: date,
    quota: int = DAILY_QUOTA,
    fair: Sequence[float] | None = None,
    eligible: Sequence[int] | None = None,
) -> Allocation:
    """The lists of all viewers, decided together. The same edges give the same lists.

    Where the edges are only the best of all that could be drawn, ``fair`` has the fair share of everybody over all of
    them and ``eligible`` how many they are for each viewer; without these, the edges are all there are."""
    fair = fair_shares(edges, quota) if fair is None else fair
    bounds = bounds_of(edges, fair, history, day)
    draft = Draft.open(edges, quota)
    floors, ceilings = [b.floor for b in bounds], [b.ceiling for b in bounds]
    for targets in ([b.owed for b in bounds], floors, [b.share for b in bounds], ceilings):
        draft.settle(targets)
    draft.lift(floors)
    draft.refill(ceilings)
    return draft.close(edges, fair, eligible)


def bounds_of(edges: Edges, fair: Sequence[float], history: History, day: date) -> list[Bounds]:
    """By position, everybody's bounds for the run."""
    return [Bounds.of(fair[n], history.get(person, ()), day) for n, person in enumerate(edges.people)]


@attrs.define
class Draft:
    """The lists in the making. A row is a viewer's; ``ranked`` has their candidates best first, ``chosen`` those taken
    so far with their rank."""

    quota: int
    ranked: list[list[int]]
    merits: list[list[float]]
    chosen: list[dict[int, int]]
    shown: list[int]

    @classmethod
    def open(cls, edges: Edges, quota: int, charges: Sequence[float] = ()) -> "Draft":
        """Empty lists over the edges, ranked by merit or, where there are ``charges`` by position, by merit less the
        candidate's charge."""
        ranked, merits = [], []
        for candidates, gross in zip(edges.candidates, edges.merits, strict=True):
            worth = [merit - charges[c] for merit, c in zip(gross, candidates, strict=True)] if charges else gross
            order = sorted(range(len(candidates)), key=candidates.__getitem__)
            order.sort(key=worth.__getitem__, reverse=True)
            ranked.append([candidates[k] for k in order])
            merits.append([worth[k] for k in order])
        return cls(quota, ranked, merits, [{} for _ in ranked], [0] * len(edges.people))

    def settle(self, targets: Sequence[int]) -> None:
        """Add the stable assignment in which nobody comes to be shown more often than their target."""
        held: dict[int, list[tuple[float, int, int]]] = defaultdict(list)
        free = [self.quota - len(taken) for taken in self.chosen]
        rank = [0] * len(self.ranked)
        asking = [row for row, slots in enumerate(free) if slots]
        while asking:
            row = asking.pop()
            ranked, merits = self.ranked[row], self.merits[row]
            while free[row] and rank[row] < len(ranked):
                k = rank[row]
                rank[row] += 1
                candidate = ranked[k]
                room = targets[candidate] - self.shown[candidate]
                if room <= 0 or candidate in self.chosen[row]:
                    continue
                holds, offer = held[candidate], (merits[k], -row, k)
                if len(holds) < room:
                    heappush(holds, offer)
                elif holds[0] < offer:
                    _, loser, _ = heapreplace(holds, offer)
                    free[-loser] += 1
                    asking.append(-loser)
                else:
                    continue
                free[row] -= 1
        for candidate, holds in held.items():
            self.shown[candidate] += len(holds)
            for _, row, k in holds:
                self.chosen[-row][candidate] = k

    def lift(self, floors: Sequence[int]) -> None:
        """Bring whoever is still below their floor into the lists of those they suit best, in place of the least
        suited who is above theirs. This happens where few viewers are asked for by many."""
        below = {n for n, floor in enumerate(floors) if self.shown[n] < floor}
        offers = defaultdict[int, list[tuple[float, int, int]]](list)
        for row, ranked in enumerate(self.ranked if below else ()):
            for candidate in below.intersection(ranked).difference(self.chosen[row]):
                k = ranked.index(candidate)
                offers[candidate].append((-self.merits[row][k], row, k))
        for candidate in sorted(below):
            for _, row, k in sorted(offers[candidate]):
                if self.shown[candidate] == floors[candidate]:
                    break
                self._replace(row, candidate, k, floors)

    def _replace(self, row: int, candidate: int, k: int, floors: Sequence[int]) -> None:
        """Give ``candidate`` a place in a list, which is full, as else they would have had it already."""
        taken = self.chosen[row]
        spare = [(rank, other) for other, rank in taken.items() if self.shown[other] > floors[other]]
        if spare:
            _, leaving = max(spare)
            del taken[leaving]
            self.shown[leaving] -= 1
            taken[candidate] = k
            self.shown[candidate] += 1

    def refill(self, ceilings: Sequence[int]) -> None:
        """Fill lists that ceilings left short: somebody at their ceiling comes over from a list in which another, with
        room, can stand in for them at the least loss of merit."""
        short = [row for row, ranked in enumerate(self.ranked) if len(self.chosen[row]) < min(self.quota, len(ranked))]
        holders = defaultdict[int, set[int]](set)
        for row, taken in enumerate(self.chosen if short else ()):
            for candidate in taken:
                holders[candidate].add(row)
        for row in short:
            for k, candidate in enumerate(self.ranked[row]):
                if len(self.chosen[row]) == self.quota:
                    break
                if candidate in self.chosen[row]:
                    continue
                if self.shown[candidate] < ceilings[candidate]:
                    self.shown[candidate] += 1
                elif not self._stand_in(candidate, holders, ceilings):
                    continue
                self.chosen[row][candidate] = k
                holders[candidate].add(row)

    def _stand_in(self, candidate: int, holders: Mapping[int, set[int]], ceilings: Sequence[int]) -> bool:
        """Take ``candidate`` out of one of the lists they are in, and somebody else in; whether that could be done."""
        swaps = []
        for row in holders[candidate]:
            ranked, merits, taken = self.ranked[row], self.merits[row], self.chosen[row]
            for k, other in enumerate(ranked):
                if other not in taken and self.shown[other] < ceilings[other]:
                    swaps.append((merits[taken[candidate]] - merits[k], row, k))
                    break
        if not swaps:
            return False
        _, row, k = min(swaps)
        other = self.ranked[row][k]
        del self.chosen[row][candidate]
        holders[candidate].remove(row)
        self.chosen[row][other] = k
        holders[other].add(row)
        self.shown[other] += 1
        return True

    def close(self, edges: Edges, fair: Sequence[float], eligible: Sequence[int] | None = None) -> Allocation:
        """The lists as they are, each by merit, and why some are short of those ``eligible``."""
        lists, short = {}, {}
        for row, (viewer, taken) in enumerate(zip(edges.viewers, self.chosen, strict=True)):
            user_id, candidates, merits = edges.people[viewer], edges.candidates[row], edges.merits[row]
            listed = sorted((-m, c) for m, c in zip(merits, candidates, strict=True) if c in taken)
            lists[user_id] = tuple(edges.people[candidate] for _, candidate in listed)
            if reason := why_short(len(taken), eligible[row] if eligible else len(candidates), self.quota):
                short[user_id] = reason
        return Allocation(
            lists=lists,
            fair=dict(zip(edges.people, fair, strict=True)),
            shown=dict(zip(edges.people, self.shown, strict=True)),
            short=short,
        )
