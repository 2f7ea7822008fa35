"""Which states stand on which side of a country's conflicts, and whether a candidate votes nearer to one of them.

Sides are UCDP's: states that were party to a conflict located in the country, or sent forces to one side of it, in the
five years known before the day. Support by other means is not in the data.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from forestall.instruments.mediation.ties import Ties
from forestall.store import Workspace

YEARS = 5
APART = 0.75
"""Standard deviations of states' votes: a smaller difference is none to speak of."""
OTHER_SEAT = {"AFG": date(2021, 8, 15), "MMR": date(2021, 2, 1), "YEM": date(2015, 2, 6)}
"""Countries whose seat in the General Assembly is held by others than those whom UCDP counts as the government, and
from when: the votes cast there do not tell where that government stands (A/76/550 for the first two)."""
EVEN, UNEVEN = 20, 80
"""Percentiles, among states, of the difference between the distances to both sides that are worth a word."""


@dataclass(frozen=True, slots=True)
class Sides:
    """States on the side of the country's government, itself among them, and on the other; last_year they were seen."""

    own: frozenset[str]
    other: frozenset[str]
    last_year: int


@dataclass(frozen=True, slots=True)
class Balance:
    """Mean distance in votes from a candidate to the states of either side. even: among the most even fifth of states;
    False: among the least even fifth; None: in between."""

    to_own: float
    to_other: float
    even: bool | None


def sides(workspace: Workspace, iso3: str, on: date) -> Sides | None:
    """The sides in a country's conflicts as of a day.

    None where no state is known on the other side, or where votes in the country's name are not the government's.
    """
    if not votes_speak(iso3, on):
        return None
    rows = workspace.table("mediation_interventions").filter(
        (pl.col("iso3") == iso3) & pl.col("year").is_between(on.year - YEARS, on.year - 1)
    )
    own, other = {iso3}, set[str]()
    for _, conflict in rows.group_by("conflict_id", maintain_order=True):
        # The government stands on side a, but for a war between states in which its opponent does.
        against = conflict.filter(pl.col("party_kind") == "primary")["side"].to_list()
        side = "b" if "a" in against else "a"
        for intervener, stood in conflict.select("intervener", "side").iter_rows():
            (own if stood == side else other).add(intervener)
    # Who has stood on both sides stands on neither.
    both = own & other
    if not other - both:
        return None
    return Sides(frozenset(own - both), frozenset(other - both), max(rows["year"].to_list()))


def votes_speak(iso3: str, on: date) -> bool:
    """Whether votes in the General Assembly are those of the government that UCDP counts as a party."""
    return iso3 not in OTHER_SEAT or on < OTHER_SEAT[iso3]


def balance(ties: Ties, found: Sides, candidate: str) -> Balance | None:
    """A candidate's distances to both sides; None where votes are not known."""
    own, other = (_distances(ties, states) for states in (found.own, found.other))
    if candidate not in ties.states or own is None or other is None:
        return None
    apart = np.abs(own - other)
    at = ties.index(candidate)
    if not np.isfinite(apart[at]):
        return None
    rank = 100 * float((apart[np.isfinite(apart)] < apart[at]).mean())
    even = True if rank <= EVEN else False if rank >= UNEVEN and apart[at] >= APART else None
    return Balance(float(own[at]), float(other[at]), even)


def _distances(ties: Ties, side: frozenset[str]) -> "np.ndarray[tuple[int], np.dtype[np.float64]] | None":
    """Mean distance of every state to the states of a side, (n,); None where none of them has votes."""
    at = [ties.index(one) for one in sorted(side) if one in ties.states]
    away = ties.ideal_distance[:, at]
    known = np.isfinite(away).any(axis=0)
    if not known.any():
        return None
    return np.asarray(np.where(np.isfinite(away[:, known]).all(axis=1), away[:, known].mean(axis=1), np.nan))
