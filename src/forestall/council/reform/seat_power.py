"""What a seat is worth under a proposal: with a veto in use, or without one.

Members that have pledged not to vote against in the situation a proposal speaks of count as members without a veto
there: if they are not for a draft they abstain, and an abstention stops nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from forestall.council.power import All, AtLeast, Class, Concurring, Rule, abstention, measure
from forestall.council.reform.proposal import Proposal
from forestall.council.reform.seats import seat_kinds


@dataclass(frozen=True)
class SeatPower:
    """Exact power of one seat, by kind ("veto", "other"; a kind without seats is absent).

    shapley_shubik, banzhaf: shares, of sum 1 over all seats. banzhaf_absolute: share of all combinations of the others'
    votes in which it decides. efficiency: share of all combinations of yes and no that pass.
    """

    shapley_shubik: Mapping[str, Fraction]
    banzhaf: Mapping[str, Fraction]
    banzhaf_absolute: Mapping[str, Fraction]
    efficiency: Fraction


@dataclass(frozen=True)
class WithAbstention:
    """The same where every member may also abstain, each way with a chance of one in three. banzhaf: shares, of sum 1.
    efficiency: share of all such votes that pass.
    """

    banzhaf: Mapping[str, Fraction]
    efficiency: Fraction


def rule_of(proposal: Proposal) -> Rule:
    """The proposal as a rule of decision, in classes "veto" and "other"; members by code where named, else by seat.

    A proposal whose vetoes are all pledged away has no class "veto"; if fewer vetoes are in use than it takes to stop a
    decision, none is of use.
    """
    members: dict[str, list[str]] = {"veto": [], "other": []}
    for seat in seat_kinds(proposal):
        for _ in range(seat.number):
            place = f"{seat.region}, seat {1 + sum(map(len, members.values()))}"
            members[seat.kind].append(seat.country or place)
    classes = tuple(Class(kind, tuple(names)) for kind, names in members.items() if names)
    votes = AtLeast(Fraction(proposal.majority.votes))
    usable = len(members["veto"]) >= proposal.veto.needed
    passes = All((votes, Concurring("veto", proposal.veto.needed))) if members["veto"] and usable else All((votes,))
    return Rule(proposal.name, classes, passes, proposal.documents[0].symbol or proposal.documents[0].title)


def seat_power(proposal: Proposal) -> SeatPower:
    """Power of a seat with and without a veto, exact."""
    found = measure(rule_of(proposal))
    return SeatPower(
        {one.seat: one.shapley_shubik for one in found.seats},
        {one.seat: one.banzhaf for one in found.seats},
        {one.seat: one.banzhaf_absolute for one in found.seats},
        found.efficiency,
    )


def with_abstention(proposal: Proposal) -> WithAbstention | None:
    """Power of a seat where members may abstain; null where there are too many ways to vote to count."""
    return _abstaining(rule_of(proposal))


@lru_cache(maxsize=32)
def _abstaining(rule: Rule) -> WithAbstention | None:
    found = abstention.with_abstention(rule)
    return None if found is None else WithAbstention({one.seat: one.banzhaf for one in found.seats}, found.efficiency)
