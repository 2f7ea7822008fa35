"""Who can stop a decision: which areas alone, by a veto or by votes, and how few areas together."""

from dataclasses import dataclass
from itertools import combinations

from forestall.council.reform.proposal import Proposal
from forestall.council.reform.seats import vetoes


@dataclass(frozen=True)
class Area:
    """An area's means to stop a decision.

    seats: its votes. vetoes: members with a veto. by_veto, by_votes: whether its members, acting as one, stop a
    decision with their vetoes, or by withholding their votes. votes_missing: votes that it lacks to stop one without a
    veto.
    """

    region: str
    seats: int
    vetoes: int
    by_veto: bool
    by_votes: bool
    votes_missing: int


@dataclass(frozen=True)
class Blocking:
    """votes_to_block: votes that must be withheld. areas: each area. fewest_areas: the smallest sets of areas that stop
    a decision by votes alone. not_permanent: whether the members that are not permanent can, acting as one.
    """

    votes_to_block: int
    areas: tuple[Area, ...]
    fewest_areas: tuple[tuple[str, ...], ...]
    not_permanent: bool


def blocking(proposal: Proposal) -> Blocking:
    """Who can stop a decision under a proposal, area by area of its own division."""
    needed = proposal.members - proposal.majority.votes + 1
    areas = []
    for region in proposal.areas():
        seats, held = proposal.number(region=region), vetoes(proposal, region)
        by_veto = held >= proposal.veto.needed
        areas.append(Area(region, seats, held, by_veto, seats >= needed, max(0, needed - seats)))
    held_seats = [area for area in areas if area.seats]
    fewest: tuple[tuple[str, ...], ...] = ()
    for size in range(1, len(held_seats) + 1):
        fewest = tuple(
            tuple(area.region for area in group)
            for group in combinations(held_seats, size)
            if sum(area.seats for area in group) >= needed
        )
        if fewest:
            break
    elected = proposal.number("longer") + proposal.number("two_year")
    return Blocking(needed, tuple(areas), fewest, elected >= needed)
