"""What a seat is worth under a proposal: with a veto in use, or without one.

Members that have pledged not to vote against in the situation a proposal speaks of count as members without a veto
there: if they are not for a draft they abstain, and an abstention stops nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb, factorial

from forestall.council.reform.blocking import vetoes
from forestall.council.reform.proposal import Proposal


@dataclass(frozen=True)
class SeatPower:
    """Exact power of one seat, by kind ("veto", "other"; a kind without seats is absent).

    shapley_shubik, banzhaf: shares, of sum 1 over all seats. banzhaf_absolute: share of all combinations of the others'
    votes in which it decides. efficiency: share of all combinations of yes and no that pass. abstention:
    banzhaf_absolute where members may abstain too; null if not worked out.
    """

    shapley_shubik: Mapping[str, Fraction]
    banzhaf: Mapping[str, Fraction]
    banzhaf_absolute: Mapping[str, Fraction]
    efficiency: Fraction
    abstention: Mapping[str, Fraction] | None


def seat_power(proposal: Proposal) -> SeatPower:
    """Power of a seat with and without a veto. A proposal whose vetoes are all pledged away has none left."""
    with_veto = vetoes(proposal)
    without, n, quota = proposal.members - with_veto, proposal.members, proposal.majority.votes
    needed = min(proposal.veto.needed, with_veto)

    def wins(vetoing: int, others: int) -> bool:
        return vetoing + others >= quota and (with_veto == 0 or with_veto - vetoing < needed)

    shapley: dict[str, Fraction] = {}
    banzhaf: dict[str, Fraction] = {}
    for kind, first, second in (("veto", with_veto - 1, without), ("other", with_veto, without - 1)):
        if first < 0 or second < 0:
            continue
        ways, weight = 0, Fraction(0)
        for a in range(first + 1):
            for b in range(second + 1):
                joined = wins(a + 1, b) if kind == "veto" else wins(a, b + 1)
                if joined and not wins(a, b):
                    count = comb(first, a) * comb(second, b)
                    ways += count
                    weight += Fraction(count * factorial(a + b) * factorial(n - 1 - a - b), factorial(n))
        shapley[kind], banzhaf[kind] = weight, Fraction(ways, 2 ** (n - 1))
    total = with_veto * banzhaf.get("veto", Fraction(0)) + without * banzhaf.get("other", Fraction(0))
    winning = sum(
        comb(with_veto, a) * comb(without, b) for a in range(with_veto + 1) for b in range(without + 1) if wins(a, b)
    )
    return SeatPower(
        shapley, {kind: value / total for kind, value in banzhaf.items()}, banzhaf, Fraction(winning, 2**n), None
    )
