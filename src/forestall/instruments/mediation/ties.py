"""What states have to do with one another on a day: borders, alliances, rivalries, former rule, votes and conflicts.

Nothing that happened after the day is used. A figure that is held by the year counts from the first of January after
it; borders, memberships, seats and the end of former rule are held by the day. Where a series ends, its last value is
carried on and `Ties.ends` says so. docs/methods/mediation-ties.md gives definitions, sources and limits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from forestall.council.members import FIRST, LAST, members
from forestall.council.voting.positions import ideal_points
from forestall.errors import UsageError
from forestall.ids.countries import states
from forestall.ids.months import month_of
from forestall.instruments.mediation.tie_tables import Held, Spells, held, place
from forestall.store import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Yes = npt.NDArray[np.bool_]

T = TypeVar("T", bound=np.generic)

RIVAL_YEARS = 15
"""A pair is rival in the years after a shared crisis or war, so many."""
ALLIANCES_END, CRISES_END, CONFLICTS_END, DISTANCES_END, BORDERS_END = 2018, 2017, 2024, 2019, 2016
"""Last years of ATOP, ICB, UCDP/PRIO, the minimum distances and COW's contiguity."""
LANGUAGES_OF = 2026
PACTS = ("NATO", "CSTO")
"""Organisations whose members owe each other defence: read by the day after alliances end."""


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """The states of a day, n of them by code, and what binds or divides them; arrays are read-only.

    Square arrays (n, n), symmetric unless said, with a false or zero diagonal. contiguous: common border on land or a
    river. distance_km: between nearest points, 0 with a common border, NaN not known. allied: any treaty of alliance
    (ATOP: defence, offence, neutrality, non-aggression, consultation); defence: a defence pact. rival: on opposite
    sides of a crisis (ICB) or a state-based conflict (UCDP) within 15 years. coloniser[i, j]: j ruled i; colonial:
    either way. part_of[i, j]: i was part of j, or of the state that j continues. shared_language: an official language.
    shared_organisations: regional organisations of which both are members, int. ideal_distance: of ideal points in the
    General Assembly in standard deviations of all states', NaN for those without.
    (n,): council_seat: member of the Security Council; permanent. conflict_at_home: 25 or more state-based deaths on
    its territory in the last year known. fights: country to the other states that were party to a conflict located
    there in that year (the other side of a war, and contributors to an operation that UCDP counts as a party, too).
    ends: series and the last year of it that these ties rest on.
    """

    on: date
    states: tuple[str, ...]
    contiguous: "Yes"
    distance_km: "Real"
    allied: "Yes"
    defence: "Yes"
    rival: "Yes"
    colonial: "Yes"
    coloniser: "Yes"
    part_of: "Yes"
    shared_language: "Yes"
    shared_organisations: "Whole"
    ideal_distance: "Real"
    council_seat: "Yes"
    permanent: "Yes"
    conflict_at_home: "Yes"
    fights: Mapping[str, frozenset[str]]
    ends: tuple[tuple[str, int], ...]

    def index(self, iso3: str) -> int:
        """Position of a state. Raises UsageError if it is none of the day's."""
        if iso3 not in self.states:
            raise UsageError(f"{iso3[:40]!r} is no state of {self.on}: give the code of its series, for example MLI")
        return self.states.index(iso3)


@lru_cache(maxsize=8)
def ties(workspace: Workspace, on: date) -> Ties:
    """Ties between all states that exist on a day, the Holy See and Kosovo among them.

    Raises UsageError before 1946, StoreError if a table is missing.
    """
    all_ties = held(workspace)
    present = tuple(sorted({state.series_iso3 for state in states(on)} - {""}))
    where = place(all_ties.codes, present)
    n, year, known = len(present), on.year, on.year - 1
    belongs = _belongs(all_ties, where, n, on)
    allied = _pairs(all_ties.ties["any_alliance"], where, n, known)
    defence = _pairs(all_ties.ties["defence_pact"], where, n, known)
    if known > ALLIANCES_END:
        pact = _both(belongs[:, [all_ties.organisations.index(one) for one in PACTS if one in all_ties.organisations]])
        allied, defence = allied | pact, defence | pact
    # ATOP says who owes what to whom; a promise of either to the other binds the pair.
    allied, defence = allied | allied.T, defence | defence.T
    ruled, parted = (_dense(one, one.last < on.toordinal(), where, n) for one in (all_ties.ruled, all_ties.parted))
    rival = np.zeros((n, n), bool)
    for tie in ("crisis_rivalry", "interstate_conflict"):
        rival |= _pairs(all_ties.ties[tie], where, n, year - RIVAL_YEARS, known)
    contiguous = _pairs(all_ties.borders, where, n, on.toordinal())
    contiguous |= _pairs(all_ties.neighbours, where, n, month_of(on))
    spoken = _rows(all_ties.spoken, where, n)
    away, votes_end = _ideal_distances(workspace, present, on)
    seat, permanent = _seats(workspace, present, on)
    fighting = max((one for one in all_ties.fights if one <= known), default=0)
    at_home = max((one for one in all_ties.at_home if one <= known), default=0)
    return Ties(
        on=on,
        states=present,
        contiguous=_tied(contiguous),
        distance_km=_tied(np.where(contiguous, 0.0, _distances(all_ties.distances, where, n, year))),
        allied=_tied(allied),
        defence=_tied(defence),
        rival=_tied(rival),
        colonial=_tied(ruled | ruled.T),
        coloniser=_tied(ruled),
        part_of=_tied(parted),
        shared_language=_tied(_both(spoken)),
        shared_organisations=_tied(belongs.astype(np.int64) @ belongs.T.astype(np.int64)),
        ideal_distance=_tied(away),
        council_seat=_read_only(seat),
        permanent=_read_only(permanent),
        conflict_at_home=_read_only(_marked(where, n, all_ties.at_home.get(at_home, frozenset()))),
        fights=_fights(all_ties, where, present, fighting),
        ends=(
            ("contiguous", min(year, BORDERS_END)),
            ("distance", min(year, DISTANCES_END)),
            ("allied", min(known, ALLIANCES_END)),
            ("rival", min(known, CONFLICTS_END)),
            ("crises", min(known, CRISES_END)),
            ("coloniser", year),
            ("language", LANGUAGES_OF),
            ("shared_organisations", year),
            ("ideal_distance", votes_end),
            ("council_seat", year),
            ("conflict_at_home", at_home),
            ("fights", fighting),
        ),
    )


def _pairs(spells: Spells, where: "Whole", n: int, first: int, last: int | None = None) -> "Yes":
    """Pairs with a spell at a time, or at some time from `first` to `last`."""
    return _dense(spells, spells.holding(first, last), where, n)


def _dense(spells: Spells, chosen: "Yes", where: "Whole", n: int) -> "Yes":
    one, other = where[spells.one[chosen]], where[spells.other[chosen]]
    both = (one >= 0) & (other >= 0)
    found = np.zeros((n, n), bool)
    found[one[both], other[both]] = True
    return found


def _rows(of_codes: "Yes", where: "Whole", n: int) -> "Yes":
    """Rows of an array over all codes for the states of the day."""
    found = np.zeros((n, of_codes.shape[1]), bool)
    found[where[where >= 0]] = of_codes[where >= 0]
    return found


def _both(has: "Yes") -> "Yes":
    """Pairs of which both have one and the same, from what each has (n, k)."""
    return np.asarray(has.astype(np.int64) @ has.T.astype(np.int64) > 0)


def _belongs(all_ties: Held, where: "Whole", n: int, on: date) -> "Yes":
    """Members, suspended or not, of each organisation on the day, (n, organisations)."""
    spells = all_ties.belongs
    chosen = spells.holding(on.toordinal())
    one, organisation = where[spells.one[chosen]], spells.other[chosen]
    found = np.zeros((n, len(all_ties.organisations)), bool)
    found[one[one >= 0], organisation[one >= 0]] = True
    return found


def _distances(spells: Spells, where: "Whole", n: int, year: int) -> "Real":
    chosen = spells.holding(year)
    one, other = where[spells.one[chosen]], where[spells.other[chosen]]
    both = (one >= 0) & (other >= 0)
    km = np.full((n, n), np.nan)
    km[one[both], other[both]] = spells.value[chosen][both]
    return km


def _ideal_distances(workspace: Workspace, present: tuple[str, ...], on: date) -> tuple["Real", int]:
    """Distances in standard deviations of the day's states, and the year of the votes; 0 before any were known."""
    end, points = _points(workspace, on)
    at = np.array([points.get(code, np.nan) for code in present])
    spread = float(np.nanstd(at)) if np.isfinite(at).any() else np.nan
    return np.abs(at[:, None] - at[None, :]) / spread, end


def _points(workspace: Workspace, on: date) -> tuple[int, Mapping[str, float]]:
    try:
        basis, points = ideal_points(on, workspace)
    except UsageError:  # before the end of the Assembly's first session
        return 0, {}
    return basis.data_end.year, points


def _seats(workspace: Workspace, present: tuple[str, ...], on: date) -> tuple["Yes", "Yes"]:
    """Members of the Council, and the permanent ones among them, (n,); none outside the years that are known."""
    sitting = members(on, workspace) if FIRST <= on <= LAST else ()
    permanent = {one.iso3 for one in sitting if one.permanent}
    everyone = {one.iso3 for one in sitting}
    return np.array([one in everyone for one in present]), np.array([one in permanent for one in present])


def _marked(where: "Whole", n: int, numbers: frozenset[int]) -> "Yes":
    found = np.zeros(n, bool)
    at = where[sorted(numbers)] if numbers else where[:0]
    found[at[at >= 0]] = True
    return found


def _fights(all_ties: Held, where: "Whole", present: tuple[str, ...], year: int) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for country, who in all_ties.fights.get(year, ()):
        if where[country] >= 0 and where[who] >= 0:
            found.setdefault(present[where[country]], set()).add(present[where[who]])
    return MappingProxyType({country: frozenset(who) for country, who in sorted(found.items())})


def _tied(array: "npt.NDArray[T]") -> "npt.NDArray[T]":
    """A square array with nothing on its diagonal, read-only. Distances are 0 there."""
    np.fill_diagonal(array, 0)
    array.setflags(write=False)
    return array


def _read_only(array: "Yes") -> "Yes":
    array.setflags(write=False)
    return array
