"""How often a member turns a losing coalition into a winning one, by size: exact, without looking at every coalition.

Members who add the same to every sum that the rule asks about are of one kind. Two ways of counting, both in whole
numbers. Where there are few kinds, every combination of how many of each vote for stands for products of binomials.
Where many members have weights of their own, generating functions count coalitions by size and weight (Brams & Affuso
1976, doi:10.1007/BF00141681); each polynomial is packed into one long integer, so that a member is added or taken away
by a shift and an addition.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, comb, gcd, lcm, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from forestall.council.power.rule import AtLeast, Concurring, Condition, Rule, leaves
from forestall.errors import UsageError

MOST_PATTERNS = 400_000
MOST_CELLS = 4_000_000

Marks = npt.NDArray[np.bool_]
Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What power is worked out from.

    swings: for each class, the coalitions of the *other* members, by their number (list of n), that one of its members
    turns from losing into winning. winning: winning coalitions of all members, by their number (list of n + 1).
    """

    swings: dict[str, list[int]]
    winning: list[int]


@dataclass(frozen=True, slots=True)
class Sums:
    """A rule as thresholds on sums of votes for, in whole numbers.

    adds: what one member of a class adds to each sum. totals: the most each sum can be. reads: for each leaf of the
    rule's tree, from left to right, the sum it reads and the least it asks for.
    """

    adds: dict[str, Key]
    totals: Key
    reads: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, rule: Rule) -> "Sums":
        """The sums that a rule asks about; equal ones once."""
        columns: list[tuple[int, ...]] = []
        reads = []
        for leaf in leaves(rule.passes):
            column, least = _column(rule, leaf)
            if column not in columns:
                columns.append(column)
            reads.append((columns.index(column), least))
        adds = {c.name: tuple(column[i] for column in columns) for i, c in enumerate(rule.classes)}
        totals = tuple(sum(a * c.size for a, c in zip(column, rule.classes, strict=True)) for column in columns)
        return cls(adds, totals, tuple(reads))

    def won(self, passes: Condition, sums: list[npt.NDArray[np.int64]]) -> Marks:
        """Which sums pass, elementwise over arrays that broadcast together."""
        met = iter([sums[i] >= least for i, least in self.reads])
        return np.asarray(_evaluated(passes, met))


def _column(rule: Rule, leaf: AtLeast | Concurring) -> tuple[tuple[int, ...], int]:
    """What a member of each class adds to the sum of a leaf, without a common factor, and the least it asks for."""
    if isinstance(leaf, Concurring):
        # Fewer than `blocks` object: size - blocks + 1 or more are in favour.
        size = next(c.size for c in rule.classes if c.name == leaf.of)
        return tuple(int(c.name == leaf.of) for c in rule.classes), size - leaf.blocks + 1
    of = {c.name for c in rule.of(leaf)}
    exact = [rule.counts(leaf, c) if c.name in of else Fraction(0) for c in rule.classes]
    scale = lcm(*(a.denominator for a in exact))
    whole = [int(a * scale) for a in exact]
    common = gcd(*whole) or 1
    return tuple(a // common for a in whole), ceil(leaf.quota * scale / common)


def _evaluated(condition: Condition, met: Iterator[Marks]) -> Marks:
    """The tree with its leaves, from left to right, met or not. Every leaf is read, so that they stay in step."""
    if isinstance(condition, AtLeast | Concurring):
        return next(met)
    held = [_evaluated(part, met) for part in condition.parts]
    found = held[0]
    for other in held[1:]:
        found = found & other if condition.every else found | other
    return found


def count(rule: Rule) -> Counts:
    """Swings and winning coalitions of a rule. Raises UsageError if it is too large for both ways."""
    sums = Sums.of(rule)
    sizes: dict[Key, int] = {}
    for one in rule.classes:
        sizes[sums.adds[one.name]] = sizes.get(sums.adds[one.name], 0) + one.size
    few = prod(size + 1 for size in sizes.values()) <= MOST_PATTERNS
    swings, winning = (_by_kind if few else _by_weight)(rule, sums, sizes)
    return Counts({c.name: swings[sums.adds[c.name]] for c in rule.classes}, winning)


def table(rule: Rule) -> Marks:
    """Which decisions pass, by how many of each class vote for: shape (size + 1 of each class)."""
    sums = Sums.of(rule)
    return _won(rule, sums, [sums.adds[c.name] for c in rule.classes], tuple(c.size + 1 for c in rule.classes))


def _won(rule: Rule, sums: Sums, adds: list[Key], shape: tuple[int, ...]) -> Marks:
    # Fractions of many digits scale to whole numbers that machine words would wrap around unseen: Python's own then.
    exact: type = np.int64 if max(sums.totals) < 2**62 else object
    grids: list[npt.NDArray[Any]] = [grid.astype(exact) for grid in np.indices(shape, sparse=True)]
    totals = [
        sum((add[j] * grid for add, grid in zip(adds, grids, strict=True)), np.zeros((), dtype=exact))
        for j in range(len(sums.totals))
    ]
    return np.broadcast_to(sums.won(rule.passes, totals), shape)


def _by_kind(rule: Rule, sums: Sums, sizes: dict[Key, int]) -> tuple[dict[Key, list[int]], list[int]]:
    """Over every combination of how many of each kind vote for."""
    kinds, n = list(sizes), rule.members
    shape = tuple(sizes[kind] + 1 for kind in kinds)
    won = _won(rule, sums, kinds, shape)
    choose = [[comb(size - 1, k) for k in range(size)] for size in (sizes[kind] for kind in kinds)]
    full = [[comb(sizes[kind], k) for k in range(sizes[kind] + 1)] for kind in kinds]
    winning = [0] * (n + 1)
    for held in zip(*(index.tolist() for index in np.nonzero(won)), strict=True):
        winning[sum(held)] += prod(ways[k] for ways, k in zip(full, held, strict=True))
    swings: dict[Key, list[int]] = {}
    for i, kind in enumerate(kinds):
        # One of the kind stands aside; the others are as many as the index says.
        without = np.take(won, range(shape[i] - 1), axis=i)
        turned = ~without & np.take(won, range(1, shape[i]), axis=i)
        ways_of = [*full[:i], choose[i], *full[i + 1 :]]
        found = [0] * n
        for held in zip(*(index.tolist() for index in np.nonzero(turned)), strict=True):
            found[sum(held)] += prod(ways[k] for ways, k in zip(ways_of, held, strict=True))
        swings[kind] = found
    return swings, winning


def _by_weight(rule: Rule, sums: Sums, sizes: dict[Key, int]) -> tuple[dict[Key, list[int]], list[int]]:
    """By generating functions over size and sums."""
    n = rule.members
    shape = tuple(total + 1 for total in sums.totals)
    cells = prod(shape)
    if cells * (n + 1) > MOST_CELLS:
        raise UsageError(
            f"rule {rule.name!r} has {n} members and {cells:,} different sums of votes, too many to count exactly "
            f"(members times sums may be {MOST_CELLS:,}): use smaller whole weights or fewer kinds of member"
        )
    bits = n + 1
    strides = [prod(shape[j + 1 :]) for j in range(len(shape))]
    step = {kind: sum(a * s for a, s in zip(kind, strides, strict=True)) for kind in sizes}
    packed = [1] + [0] * n
    for kind, size in sizes.items():
        for _ in range(size):
            for k in range(n, 0, -1):
                packed[k] += packed[k - 1] << (step[kind] * bits)
    won = np.broadcast_to(sums.won(rule.passes, list(np.indices(shape, sparse=True))), shape)
    winning = [_taken(p, won, bits) for p in packed]
    swings: dict[Key, list[int]] = {}
    for kind in sizes:
        without = [packed[0]]
        for k in range(1, n):
            without.append(packed[k] - (without[k - 1] << (step[kind] * bits)))
        later = np.zeros(shape, dtype=bool)
        later[tuple(slice(0, size - a) for size, a in zip(shape, kind, strict=True))] = won[
            tuple(slice(a, None) for a in kind)
        ]
        turned = ~won & later
        swings[kind] = [_taken(p, turned, bits) for p in without]
    return swings, winning


def _taken(polynomial: int, marks: Marks, bits: int) -> int:
    """The sum of the coefficients at the marked places of a packed polynomial."""
    if not polynomial:
        return 0
    flat = marks.ravel()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat, [False]]).astype(np.int8)))
    total = 0
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        total += _summed(polynomial >> (start * bits) & ((1 << ((end - start) * bits)) - 1), bits)
    return total


def _summed(value: int, bits: int) -> int:
    """The sum of all coefficients packed in a value. Halves are added to each other: no coefficient overflows, for all
    of a size together are at most 2^n."""
    while (length := value.bit_length()) > bits:
        slots = -(-length // bits)
        half = (slots + 1) // 2 * bits
        value = (value >> half) + (value & ((1 << half) - 1))
    return value
