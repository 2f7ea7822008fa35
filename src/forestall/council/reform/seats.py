"""Seats that are alike in a vote: of one area, with a veto in use or without."""

from collections.abc import Iterator
from dataclasses import dataclass

from forestall.council.reform.proposal import Proposal


@dataclass(frozen=True)
class Kind:
    """Seats that are alike: of one category and area, with a veto in use ("veto") or none ("other"); country: who holds
    it, if named.
    """

    category: str
    region: str
    kind: str
    number: int
    open: bool
    country: str | None


def seat_kinds(proposal: Proposal) -> Iterator[Kind]:
    """All seats of a proposal, named ones one by one."""
    for seat in proposal.seats:
        holds = "veto" if seat.category in proposal.veto.holders else "other"
        for country in seat.countries:
            kind = "other" if country in proposal.veto.restrained else holds
            yield Kind(seat.category, seat.region, kind, 1, seat.open, country)
        if seat.number > len(seat.countries):
            yield Kind(seat.category, seat.region, holds, seat.number - len(seat.countries), seat.open, None)


def vetoes(proposal: Proposal, region: str | None = None) -> int:
    """Members with a veto that they have not pledged to leave unused; of an area if given."""
    return sum(
        seat.number
        for seat in seat_kinds(proposal)
        if seat.kind == "veto" and (region is None or seat.region == region)
    )
