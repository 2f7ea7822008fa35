"""Seats and power by area set against people, output, contributions, troops and conflict deaths, with measures of the
gap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

from forestall.council.reform import gaps
from forestall.council.reform.proposal import Proposal
from forestall.council.reform.regions import SCHEMES, area_of, translated
from forestall.council.reform.seats import Kind, seat_kinds

MOST_OPEN = 4
"""Open seats beyond which their spread over areas is not tried out."""


@dataclass(frozen=True)
class Gap:
    """How far what is held lies from what is due.

    of: seats, shapley_shubik or banzhaf. against: the measure. Without open seats low and high are null; with them the
    indices leave those seats out, and low and high are the least and greatest Gallagher index over all ways to give
    them to areas.
    """

    of: str
    against: str
    gallagher: float
    loosemore_hanby: float
    gini: float
    gallagher_low: float | None = None
    gallagher_high: float | None = None


def common_division(*proposals: Proposal) -> str | None:
    """The division in which all these proposals can be told; null if there is none (the areas of 1946)."""
    kinds = {one.regions for one in proposals}
    if "groups_1946" in kinds:
        return None
    return "panel_areas" if "panel_areas" in kinds else "un_groups"


def held_by_area(proposal: Proposal, scheme: str, per_seat: Mapping[str, float] | None = None) -> dict[str, float]:
    """Area -> what its seats hold; per_seat: kind -> what one seat holds (default: 1, so seats).

    Open seats are in no area. Areas of the division without a seat hold 0. In another division than the proposal's a
    named member counts to its own area there, an elected seat to that of its group.
    """
    found = dict.fromkeys(SCHEMES[scheme], 0.0)
    for seat in seat_kinds(proposal):
        area = None if seat.open else _area(seat, proposal.regions, scheme)
        if area is not None:
            found[area] += seat.number * (1.0 if per_seat is None else per_seat[seat.kind])
    return found


def _area(seat: Kind, scheme: str, to: str) -> str | None:
    if scheme != to and seat.country is not None:
        own = area_of(seat.country, to)
        if own is not None:
            return own
    return translated(seat.region, scheme, to)


def gap(of: str, against: str, held: Sequence[float], due: Sequence[float], open_seats: Sequence[float] = ()) -> Gap:
    """The gap between two divisions; open_seats: what each open seat holds, to be tried out on every area."""
    low = high = None
    if open_seats and len(open_seats) <= MOST_OPEN:
        tried = []
        for places in combinations_with_replacement(range(len(held)), len(open_seats)):
            spread = list(held)
            for place, value in zip(places, open_seats, strict=True):
                spread[place] += value
            tried.append(gaps.gallagher(spread, due))
        low, high = min(tried), max(tried)
    return Gap(
        of,
        against,
        gaps.gallagher(held, due),
        gaps.loosemore_hanby(held, due),
        gaps.gini(held, due),
        low,
        high,
    )
