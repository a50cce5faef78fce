"""The loops of the engine, compiled: they hold no lock, so that threads share the viewers.

A candidate passes three sieves. Plain comparisons of small numbers say who may be shown at all; single precision says
who might be among the best, first without demographics, which are at most so much, and then with them; and whoever is
left is judged in double precision, operation by operation as the domain does it. The running threshold of the second
sieve is the k-th best so far less ``MARGIN``, so that nothing is lost to rounding: what the engine returns is exact.

Functions named in ``fast`` may fuse a multiplication with an addition; the others may not.
"""

import math

import numpy as np
from numba import njit

from adapters.matching.columns import ANYWHERE
from adapters.matching.people import ATTACHED, INTERESTED, VALUED
from adapters.matching.slices import BASE, CHUNK, INVERSE, NUMBERS
from adapters.matching.tables import CHILDREN, DRINKING, FAITH, INTENTION, SMOKING
from saltbitter_domain.kernel import EARTH_RADIUS_KM

_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy", "_nrt": False}
exactly = njit(**_OPTIONS)
fast = njit(**_OPTIONS, fastmath={"contract", "nsz", "arcp"})

MARGIN = np.float32(2e-3)
"""Points. Single precision errs by less than a tenth of it: some forty operations on numbers below a hundred."""

_ROW = tuple(np.uint64(row * CHUNK) for row in range(NUMBERS))
"""Where in a block of ``Slots.numbers`` each row begins."""

TOGETHER = 8
"""Viewers of one cell and kind who go through a slice while it is near."""
SPARE = 192
"""Entrants to the best beyond k before they are sorted out."""


@exactly
def distance_km(latitude, longitude, other_latitude, other_longitude):
    """``GridCell.distance_km``; NaN when one is unknown."""
    a, b = math.radians(latitude), math.radians(other_latitude)
    across = math.sin((b - a) / 2)
    along = math.sin(math.radians(other_longitude - longitude) / 2)
    h = across * across + math.cos(a) * math.cos(b) * (along * along)
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


@exactly
def meet(a, b):
    """Whether the wishes of the two meet and neither is paused; who is incognito is not asked."""
    if not (a.seeks & b.genders and b.seeks & a.genders):
        return False
    if not (a.youngest <= b.age <= a.oldest and b.youngest <= a.age <= b.oldest):
        return False
    if a.refuses & b.answers or b.refuses & a.answers or a.paused or b.paused:
        return False
    limit = min(a.limit, b.limit)
    if limit == ANYWHERE:
        return True
    return distance_km(a.latitude, a.longitude, b.latitude, b.longitude) <= limit


@exactly
def score(v, i, p, j, near, rarity, tables, f):
    """``WeightedV1.total`` of a pair, person i of ``v`` and person j of ``p``, in points; ``near`` is the nearness of their
    cells, NaN when one is unknown."""
    a, b = v.who[i], p.who[j]
    known = a.known & b.known
    attachment = f.means[0]
    if known & ATTACHED:
        deviation = (
            (1.0 - attachment) * (a.weight * b.weight)
            - f.form[0] * (a.anxiety * b.weight + a.weight * b.anxiety)
            - f.form[1] * (a.avoidance * b.weight + a.weight * b.avoidance)
            - f.form[2] * (a.anxiety * b.avoidance + a.avoidance * b.anxiety)
            - f.form[3] * (a.anxiety * b.anxiety)
            - f.form[4] * (a.avoidance * b.avoidance)
        )
        attachment = min(1.0, max(0.0, attachment + deviation))
    interests = f.means[1]
    if known & INTERESTED:
        interests = _cosine(v.interests, i, a.length, p.interests, j, b.length, rarity)
    values = f.means[2]
    if known & VALUED:
        product = 0.0
        for k in range(10):
            product += a.values[k] * b.values[k]
        values = min(1.0, max(0.0, (1.0 + product) / 2.0))
    shared = np.uint64(0)
    if a.spoken and b.spoken:
        shared = shared_words(v.languages, i, p.languages, j)
    circumstances = _demographics(a, b, near, shared, tables, f.weights)
    return f.points[0] * attachment + f.points[1] * interests + f.points[2] * values + f.points[3] * circumstances


@exactly
def _cosine(a, i, length, b, j, other_length, rarity):
    """The products are added in twice the precision, which rounds like the exact sum the domain takes."""
    total, rest = 0.0, 0.0
    for word in range(a.shape[1]):
        shared = a[i, word] & b[j, word]
        number = word * 64
        while shared:
            while not shared & np.uint64(0xFF):
                shared >>= np.uint64(8)
                number += 8
            if shared & np.uint64(1):
                product = (rarity[number] / length) * (rarity[number] / other_length)
                new = total + product
                part = new - total
                rest += (total - (new - part)) + (product - part)
                total = new
            shared >>= np.uint64(1)
            number += 1
    return min(1.0, total + rest)


@exactly
def shared_words(a, i, b, j):
    """How many words two rows of bits share."""
    count = np.uint64(0)
    for word in range(a.shape[1]):
        count += _ones(a[i, word] & b[j, word])
    return count


@exactly
def _ones(x):
    """How many bits are set (Warren, Hacker's Delight, 5-1); compilers know the pattern."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (x * np.uint64(0x0101010101010101)) >> np.uint64(56)


@exactly
def _demographics(a, b, near, shared, tables, w):
    """``demographics`` of the domain: the parts that are known, added in the domain's order."""
    weight = w[0]
    total = w[0] * tables.age[abs(np.int64(a.age) - np.int64(b.age))]
    languages = np.nan
    if a.spoken and b.spoken:
        languages = np.float64(shared) / np.float64(min(a.spoken, b.spoken))
    parts = (
        near,
        tables.parts[INTENTION, a.intention, b.intention],
        tables.parts[CHILDREN, a.children, b.children],
        tables.parts[FAITH, a.faith, b.faith],
        languages,
        tables.parts[SMOKING, a.smoking, b.smoking],
        tables.parts[DRINKING, a.drinking, b.drinking],
    )
    for n in range(7):
        if not np.isnan(parts[n]):
            weight += w[n + 1]
            total += w[n + 1] * parts[n]
    return total / weight


@exactly
def nearness(a, b, halves):
    """``nearness`` of the domain; NaN when a cell is unknown."""
    return np.exp2(-distance_km(a.latitude, a.longitude, b.latitude, b.longitude) / halves)


@exactly
def tiles_near(latitude, longitude, limit, tiles, out, dots):
    """Put the tiles that may hold somebody within reach into ``out``, the nearest first; how many."""
    if np.isnan(latitude):
        return 0
    a, b = math.radians(latitude), math.radians(longitude)
    x, y, z = math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)
    angle = limit / EARTH_RADIUS_KM
    cosine, sine = math.cos(angle), math.sin(angle)
    found = 0
    for t in range(len(tiles) - 2):
        dot = x * tiles[t].x + y * tiles[t].y + z * tiles[t].z
        if limit == ANYWHERE:
            least = tiles[t].farthest
        elif angle >= 1.5:
            least = -2.0
        else:
            least = cosine * tiles[t].cosine - sine * tiles[t].sine
        if dot >= least - 1e-12:
            out[found] = t
            dots[found] = dot
            found += 1
    gap = first_gap(found)
    while gap:
        for n in range(gap, found):
            dot, tile = dots[n], out[n]
            m = n
            while m >= gap and dots[m - gap] < dot:
                dots[m], out[m] = dots[m - gap], out[m - gap]
                m -= gap
            dots[m], out[m] = dot, tile
        gap //= 3
    return found


@exactly
def first_gap(n):
    """From where to begin a sort of n by falling gaps (Shell 1959, CACM 2, 30; gaps after Knuth)."""
    gap = 1
    while 3 * gap + 1 < n:
        gap = 3 * gap + 1
    return gap


@exactly
def fill(tile, latitude, longitude, halves, index, reach, near):
    """Write how far away the cells of a tile are: in whole kilometres, rounded up, and their nearness."""
    for cell in range(index.tiles[tile].cells, index.tiles[tile + 1].cells):
        km = distance_km(latitude, longitude, index.cells[cell].latitude, index.cells[cell].longitude)
        reach[cell] = np.uint16(math.ceil(km))
        near[cell] = np.exp2(-km / halves)


@exactly
def sift(age, limit, deals, slots, cells, first, n, reach, far, ok):
    """Mark who of n slots may be shown to a viewer of this age, limit and deals (``answers`` << 16 | ``refuses``), and
    count them; ``cells`` says whether distance is asked.

    Here and below indices are unsigned, because compilers cannot unroll what may be counted from the end."""
    at = np.uint64(first)
    if cells:
        for k in range(n):
            far[k] = reach[np.uint64(slots.cell[at + np.uint64(k)])]
    else:
        for k in range(n):
            far[k] = 0
    for k in range(n):
        s = at + np.uint64(k)
        ok[k] = (
            (slots.youngest[s] <= age)
            & (age <= slots.oldest[s])
            & ((slots.deals[s] & deals) == 0)
            & (far[k] <= limit)
            & (far[k] <= slots.limit[s])
        )
    found = np.uint32(0)
    for k in range(n):
        found = np.uint32(found + ok[k])
    return np.int64(found)


@fast
def estimate(numbers, holds, first, n, worth, tag, share, tags, words, base, ok, shared, out):
    """Everything but demographics, in single precision; those who may not be shown get minus infinity."""
    block = first // CHUNK
    inside = first - block * CHUNK
    for k in range(n):
        shared[k] = 0
    held = block * (words + 1) * CHUNK + inside
    for t in range(0, tags, 4):
        t0, t1 = np.uint64(held + tag[t] * CHUNK), np.uint64(held + tag[t + 1] * CHUNK)
        t2, t3 = np.uint64(held + tag[t + 2] * CHUNK), np.uint64(held + tag[t + 3] * CHUNK)
        s0, s1, s2, s3 = share[t], share[t + 1], share[t + 2], share[t + 3]
        for k in range(n):
            u = np.uint64(k)
            shared[k] += (
                s0 * np.float32(holds[t0 + u])
                + s1 * np.float32(holds[t1 + u])
                + s2 * np.float32(holds[t2 + u])
                + s3 * np.float32(holds[t3 + u])
            )
    p0, p1, p2, mean, most = worth[0], worth[1], worth[2], worth[13], worth[14]
    v0, v1, v2, v3, v4 = worth[3], worth[4], worth[5], worth[6], worth[7]
    v5, v6, v7, v8, v9 = worth[8], worth[9], worth[10], worth[11], worth[12]
    zero, nothing = np.float32(0.0), np.float32(-np.inf)
    at = np.uint64(block * NUMBERS * CHUNK + inside)
    start = np.uint64(base * CHUNK)
    for k in range(n):
        s = at + np.uint64(k)
        attachment = mean + p0 * numbers[s] + p1 * numbers[s + _ROW[1]] + p2 * numbers[s + _ROW[2]]
        attachment = attachment if attachment > zero else zero
        attachment = attachment if attachment < most else most
        values = (
            v0 * numbers[s + _ROW[3]]
            + v1 * numbers[s + _ROW[4]]
            + v2 * numbers[s + _ROW[5]]
            + v3 * numbers[s + _ROW[6]]
            + v4 * numbers[s + _ROW[7]]
            + v5 * numbers[s + _ROW[8]]
            + v6 * numbers[s + _ROW[9]]
            + v7 * numbers[s + _ROW[10]]
            + v8 * numbers[s + _ROW[11]]
            + v9 * numbers[s + _ROW[12]]
        )
        whole = numbers[s + start] + attachment + values + shared[k] * numbers[s + _ROW[INVERSE]]
        out[k] = whole if ok[k] else nothing


@exactly
def above(sums, n, bound, out):
    """Write which of the first n are greater than the bound; how many."""
    found = 0
    for k in range(n):
        out[found] = k
        found += sums[k] > bound
    return found


@fast
def circumstances(a, languages, i, slots, s, near, known, tables, f):
    """Demographics in points, in single precision."""
    weight = f.age_weight
    total = tables.years[abs(np.int64(a.age) - np.int64(slots.age[s]))]
    if known:
        weight += f.distance_weight
        total += f.distance_weight * near
    daily, family = slots.daily[s], slots.family[s]
    weight += tables.daily[a.daily, daily, 0] + tables.family[a.family, family, 0]
    total += tables.daily[a.daily, daily, 1] + tables.family[a.family, family, 1]
    least = min(a.spoken, slots.spoken[s])
    if least:
        weight += f.languages_weight
        total += f.languages_weight * (np.float32(shared_words(languages, i, slots.languages, s)) / np.float32(least))
    return f.demographics * total / weight


@exactly
def prepare(a, interests, i, rarity, f, worth, tag, share):
    """Write what ``estimate`` needs of a viewer; how many interests, in fours, and which base."""
    for part in range(3):
        worth[part] = f.points[0] * a.fit[part]
    for part in range(10):
        worth[3 + part] = f.points[2] / 2.0 * a.values[part]
    worth[13], worth[14] = f.points[0] * f.means[0], f.points[0]
    base, tags = BASE, 0
    if a.known & VALUED:
        base += 1
    if a.known & INTERESTED:
        base += 2
        for number in range(len(rarity)):
            if interests[i, number >> 6] >> np.uint64(number & 63) & np.uint64(1):
                tag[tags] = number
                share[tags] = f.points[1] * rarity[number] * rarity[number] / a.length
                tags += 1
        while tags % 4:
            tag[tags] = len(rarity)
            share[tags] = 0.0
            tags += 1
    return tags, base


@exactly
def kth_greatest(x, n, k):
    """The k-th greatest of the first n; it puts them in another order (Hoare 1961, Algorithm 65)."""
    low, high = 0, n - 1
    while low < high:
        pivot = x[(low + high) >> 1]
        i, j = low, high
        while i <= j:
            while x[i] > pivot:
                i += 1
            while x[j] < pivot:
                j -= 1
            if i <= j:
                x[i], x[j] = x[j], x[i]
                i += 1
                j -= 1
        if k - 1 <= j:
            high = j
        elif k - 1 >= i:
            low = i
        else:
            break
    return x[k - 1]


@exactly
def has(listed, first, end, row):
    """Whether a row is in a sorted part of a list."""
    low, high = first, end
    while low < high:
        middle = (low + high) >> 1
        if listed[middle] < row:
            low = middle + 1
        else:
            high = middle
    return low < end and listed[low] == row


@exactly
def span(a, part, ages):
    """The slots, from and up to, of a slice's people whose age the viewer seeks."""
    low = max(np.int64(a.youngest), np.int64(part.youngest))
    high = min(np.int64(a.oldest), np.int64(part.oldest))
    if low > high:
        return 0, 0
    at = part.first - part.youngest
    return ages[at + low], ages[at + high + 1]


@exactly
def suits(a, kind):
    """Whether the viewer and a kind look for one another."""
    return a.seeks & kind & 7 and (kind >> 3) & a.genders & 7


@exactly
def together(who, rows, n):
    """How many viewers from the n-th on are of one cell and kind, at most ``TOGETHER``."""
    a = who[rows[n]]
    m = n + 1
    while m < min(n + TOGETHER, len(rows)):
        b = who[rows[m]]
        same = b.genders == a.genders and b.seeks == a.seeks
        if not same or (a.limit == ANYWHERE) != (b.limit == ANYWHERE) or not one_cell(a, b):
            break
        m += 1
    return m - n


@exactly
def one_cell(a, b):
    """Whether two people live in one cell, or neither in any."""
    if np.isnan(a.latitude):
        return np.isnan(b.latitude)
    return a.latitude == b.latitude and a.longitude == b.longitude


@exactly
def ranked(merits, orders, n, places):
    """Write the places of the first n, most merit first, then by order."""
    for k in range(n):
        places[k] = k
    gap = first_gap(n)
    while gap:
        for k in range(gap, n):
            place = places[k]
            merit, order = merits[place], orders[place]
            m = k
            while m >= gap:
                other = places[m - gap]
                if merits[other] > merit or (merits[other] == merit and orders[other] < order):
                    break
                places[m] = other
                m -= gap
            places[m] = place
        gap //= 3
