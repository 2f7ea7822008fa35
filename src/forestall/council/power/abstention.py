"""What a vote is worth where a member may also abstain (Felsenthal & Machover 1997, doi:10.1007/BF01263275).

In the Council an abstention of a permanent member stops nothing, but it is no affirmative vote either. With yes and no
alone a permanent member that is not in favour blocks everything; with three ways to vote it blocks only if it objects,
and mostly counts as one vote of the nine like any other. Every member votes yes, abstains or votes no with a chance of
one in three, apart from the others.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from math import comb, factorial, prod

from forestall.council.power.rule import Rule

Tally = tuple[int, ...]
"""A number of members by class."""

MOST_PROFILES = 120_000


@dataclass(frozen=True, slots=True)
class TernarySeat:
    """Power of one member of a class with abstention.

    banzhaf_absolute: share of the others' votes in which the outcome differs between this member's yes and no.
    yes_or_abstain, abstain_or_no: the two steps of that difference; they sum to it. banzhaf: shares of sum 1 over all
    members. shapley_shubik: share of all roll-calls (orders and votes) in which this member's vote settles the outcome,
    whatever the later ones are; the sum is 1.
    """

    seat: str
    banzhaf: Fraction
    banzhaf_absolute: Fraction
    yes_or_abstain: Fraction
    abstain_or_no: Fraction
    shapley_shubik: Fraction


@dataclass(frozen=True, slots=True)
class Ternary:
    """Power under a rule with abstention. efficiency: share of all 3^n profiles that pass."""

    seats: tuple[TernarySeat, ...]
    efficiency: Fraction

    def seat(self, name: str) -> TernarySeat:
        """The class of this name."""
        return next(s for s in self.seats if s.seat == name)


def with_abstention(rule: Rule) -> Ternary | None:
    """Power where every member may vote yes, abstain or vote no; None where there are too many profiles of classes."""
    if prod(comb(c.size + 2, 2) for c in rule.classes) > MOST_PROFILES:
        return None
    names, sizes = [c.name for c in rule.classes], [c.size for c in rule.classes]
    n = rule.members

    @cache
    def won(yes: Tally, no: Tally) -> bool:
        return rule.won(dict(zip(names, yes, strict=True)), dict(zip(names, no, strict=True)))

    passing = sum(ways for yes, no, ways in _profiles(sizes) if won(yes, no))
    first, second, roll = [], [], []
    for i in range(len(sizes)):
        others = [*sizes[:i], sizes[i] - 1, *sizes[i + 1 :]]
        step_up = step_down = 0
        for yes, no, ways in _profiles(others):
            on_yes, on_abstain, on_no = won(_more(yes, i), no), won(yes, no), won(yes, _more(no, i))
            step_up += ways * (on_yes and not on_abstain)
            step_down += ways * (on_abstain and not on_no)
        first.append(Fraction(step_up, 3 ** (n - 1)))
        second.append(Fraction(step_down, 3 ** (n - 1)))
        roll.append(_settles(i, others, n, won))
    total = sum((size * (a + b) for size, a, b in zip(sizes, first, second, strict=True)), Fraction(0))
    seats = (
        TernarySeat(name, (a + b) / total, a + b, a, b, s)
        for name, a, b, s in zip(names, first, second, roll, strict=True)
    )
    return Ternary(tuple(seats), Fraction(passing, 3**n))


def _profiles(sizes: list[int]) -> Iterator[tuple[Tally, Tally, int]]:
    """How many of each class vote yes and no, and the number of ways."""
    of_class = [[(y, n, comb(s, y) * comb(s - y, n)) for y in range(s + 1) for n in range(s - y + 1)] for s in sizes]
    for held in product(*of_class):
        yield tuple(h[0] for h in held), tuple(h[1] for h in held), prod(h[2] for h in held)


def _more(counts: Tally, i: int) -> Tally:
    return (*counts[:i], counts[i] + 1, *counts[i + 1 :])


def _settles(i: int, others: list[int], n: int, won: Callable[[Tally, Tally], bool]) -> Fraction:
    """The share of roll-calls that a member of class i settles.

    A text is sure to pass once it passes with all later votes against it. That turns on who voted yes and who abstained
    so far, not on which of the rest have voted no already: these only move the place in the order, so that they are
    counted together. Sure to fail is the mirror image.
    """
    by_number = [0] * n  # settled, by how many others voted for (against) or abstained before
    nobody = (0,) * len(others)
    one = _more(nobody, i)
    for cast, abstained, ways in _profiles(others):
        rest = tuple(s - c - a for s, c, a in zip(others, cast, abstained, strict=True))
        with_me = tuple(r + o for r, o in zip(rest, one, strict=True))
        settled = 0
        if not won(cast, with_me):
            settled += won(_more(cast, i), rest) + won(cast, rest)
        if won(with_me, cast):
            settled += (not won(rest, _more(cast, i))) + (not won(rest, cast))
        if settled:
            by_number[sum(cast) + sum(abstained)] += settled * ways
    place = [Fraction(factorial(k) * factorial(n - k - 1), factorial(n) * 3 ** (k + 1)) for k in range(n)]
    return sum(
        (
            ways * sum((comb(n - 1 - k, m) * place[k + m] for m in range(n - k)), Fraction(0))
            for k, ways in enumerate(by_number)
            if ways
        ),
        Fraction(0),
    )
