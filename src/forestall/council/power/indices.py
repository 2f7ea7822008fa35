"""What a vote is worth: power of each seat under a rule, exactly.

Shapley & Shubik (1954, doi:10.2307/1951053), Banzhaf (1965) in its absolute form (Penrose 1946, doi:10.2307/2981392)
and as shares, Coleman (1971): the power of the collectivity to act, of a member to prevent action and to initiate it.
They measure a rule, not the people: every combination, or order, of votes counts the same.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import factorial

from forestall.council.power import counting
from forestall.council.power.rule import Rule


@dataclass(frozen=True, slots=True)
class SeatPower:
    """Power of one member of a class.

    shapley_shubik: share of all orders of voting in which it decides; the members' sum is 1. banzhaf: share of all
    swings; the sum is 1. banzhaf_absolute: share of the combinations of the others' votes in which its vote decides.
    prevent: of the decisions that pass, those that would fail without it. initiate: of the combinations that fail,
    those that would pass with it. swings: combinations in which it decides, of 2^(n - 1).
    """

    seat: str
    members: tuple[str, ...]
    weight: Fraction
    veto: bool
    shapley_shubik: Fraction
    banzhaf: Fraction
    banzhaf_absolute: Fraction
    prevent: Fraction
    initiate: Fraction
    swings: int


@dataclass(frozen=True, slots=True)
class Power:
    """Power under a rule. seats: one a class, in the order of the rule. efficiency: Coleman's power of a collectivity
    to act, the share of all combinations of yes and no that pass. winning: how many do."""

    rule: Rule
    seats: tuple[SeatPower, ...]
    efficiency: Fraction
    winning: int

    def seat(self, name: str) -> SeatPower:
        """The class of this name."""
        return next(s for s in self.seats if s.seat == name)

    def of(self, member: str) -> SeatPower:
        """The seat of a member. Raises KeyError if it has none."""
        found = next((s for s in self.seats if member in s.members), None)
        if found is None:
            raise KeyError(member)
        return found


def measure(rule: Rule) -> Power:
    """All indices of a rule. Raises UsageError if it is too large to be counted exactly."""
    n, counts = rule.members, counting.count(rule)
    winning = sum(counts.winning)
    losing = 2**n - winning
    orders = [Fraction(factorial(k) * factorial(n - k - 1), factorial(n)) for k in range(n)]
    total = sum(c.size * sum(counts.swings[c.name]) for c in rule.classes)
    seats = []
    for one in rule.classes:
        by_size = counts.swings[one.name]
        swings = sum(by_size)
        seats.append(
            SeatPower(
                seat=one.name,
                members=one.members,
                weight=one.weight,
                veto=rule.vetoes(one.name),
                shapley_shubik=sum((w * s for w, s in zip(orders, by_size, strict=True) if s), Fraction(0)),
                banzhaf=Fraction(swings, total),
                banzhaf_absolute=Fraction(swings, 2 ** (n - 1)),
                prevent=Fraction(swings, winning),
                initiate=Fraction(swings, losing),
                swings=swings,
            )
        )
    return Power(rule, tuple(seats), Fraction(winning, 2**n), winning)
