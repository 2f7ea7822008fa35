"""Conflicts as figures that can be compared, at the time of an agreement or now, and whether agreements held.

From `ucdp_conflict_year` (UCDP/PRIO and UCDP Dyadic), `ucdp_country_year` (state-based deaths from 1989) and
`mediation_agreements`. Everything is computed as of a last complete year: later years are not read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.ids import countries
from forestall.store import Workspace

FloatArray = npt.NDArray[np.float64]

WINDOW = 5
"""Calendar years after that of the signature in which the same parties must not fight, for an agreement to hold."""
PARTS = ("over what", "between whom", "intensity", "deaths", "years of conflict", "parties", "region")
"""The parts of the distance, each from 0 (the same) to 1; docs/methods/mediation-record.md gives the formulas."""
_DEATHS, _YEARS, _SIDES = 3.0, 4.0, 3.0
"""Differences that count as 1: a thousandfold in deaths, sixteenfold in years, eightfold in the number of dyads."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A conflict in its latest active year up to a day.

    incompatibility: territory, government or both. kind: internal, internationalised, interstate or extrasystemic.
    war: 1,000 or more battle-related deaths in that year (UCDP). deaths: state-based in its country or countries in
    that year, None before 1989. years: years in which it was active so far. dyads: pairs of parties fighting that year.
    """

    iso3: tuple[str, ...]
    conflict_id: int
    year: int
    incompatibility: str
    kind: str
    war: bool
    deaths: int | None
    years: int
    dyads: int
    region: str
    subregion: str


@dataclass(frozen=True, slots=True)
class Active:
    """One active year of a conflict. intensity: 1 minor, 2 war (UCDP). iso3: where, more than one if interstate."""

    incompatibility: str
    kind: str
    intensity: int
    iso3: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Which conflicts and dyads were active in which years, up to a last year.

    conflicts: conflict to year to what it was. dyads: dyad to its active years. pairs: dyads of a conflict and year.
    deaths: state-based deaths of a country and year.
    """

    last_year: int
    conflicts: Mapping[int, Mapping[int, Active]]
    dyads: Mapping[int, tuple[int, ...]]
    pairs: Mapping[tuple[int, int], int]
    deaths: Mapping[tuple[str, int], int]


def history(workspace: Workspace, on: date) -> History:
    """What the yearly figures told by a day: years that were over."""
    rows = workspace.current("ucdp_conflict_year").filter(pl.col("year") < on.year)
    whole = rows.filter(pl.col("dyad_id").is_null()).sort("conflict_id", "year", "iso3")
    named = whole.group_by("conflict_id", "year", maintain_order=True).agg(
        pl.col("incompatibility", "type_of_conflict", "intensity").first(), pl.col("iso3").unique().sort()
    )
    conflicts: dict[int, dict[int, Active]] = {}
    for number, year, about, kind, intensity, iso3 in named.iter_rows():
        conflicts.setdefault(number, {})[year] = Active(about, kind, intensity, tuple(iso3))
    fought = rows.filter(pl.col("dyad_id").is_not_null()).select("conflict_id", "dyad_id", "year").unique()
    by_dyad = fought.group_by("dyad_id").agg(pl.col("year").unique().sort())
    by_year = fought.group_by("conflict_id", "year").agg(pl.col("dyad_id").n_unique())
    deaths = workspace.current("ucdp_country_year").filter(pl.col("year") < on.year)
    counted = deaths.select("iso3", "year", "deaths_state_based").drop_nulls()
    return History(
        last_year=max(whole["year"].to_list(), default=0),
        conflicts=conflicts,
        dyads={number: tuple(years) for number, years in by_dyad.iter_rows()},
        pairs={(number, year): count for number, year, count in by_year.iter_rows()},
        deaths={(iso3, year): number for iso3, year, number in counted.iter_rows()},
    )


def setting(told: History, conflict_ids: Iterable[int], up_to: int) -> Setting | None:
    """The conflict among these that was active last, in its latest active year up to `up_to`; the most intense if tied.

    None if none was active by then.
    """
    latest = {
        number: max(years)
        for number in conflict_ids
        if (years := [year for year in told.conflicts.get(number, {}) if year <= up_to])
    }
    if not latest:
        return None

    def weight(number: int) -> tuple[int, int, int, int]:
        year = latest[number]
        return year, told.conflicts[number][year].intensity, told.pairs.get((number, year), 1), -number

    number = max(latest, key=weight)
    year = latest[number]
    active = told.conflicts[number][year]
    counts = [told.deaths[code, year] for code in active.iso3 if (code, year) in told.deaths]
    state = countries.lineage(active.iso3[0])[-1]
    return Setting(
        iso3=active.iso3,
        conflict_id=number,
        year=year,
        incompatibility=active.incompatibility,
        kind=active.kind,
        war=active.intensity > 1,
        deaths=sum(counts) if counts else None,
        years=sum(one <= year for one in told.conflicts[number]),
        dyads=told.pairs.get((number, year), 1),
        region=state.region or "",
        subregion=state.subregion or "",
    )


def failed(told: History, dyads: Iterable[int], signed: int) -> int | None:
    """The first of the five years after the signature in which one of these dyads was active again, if one was."""
    window = range(signed + 1, signed + WINDOW + 1)
    years = [year for dyad in dyads for year in told.dyads.get(dyad, ()) if year in window]
    return min(years, default=None)


def held(told: History, dyads: Iterable[int], signed: int) -> bool | None:
    """Whether an agreement held for five years; None while the five years are not over and nobody fought again."""
    if failed(told, dyads, signed) is not None:
        return False
    return True if signed + WINDOW <= told.last_year else None


def matrix(ones: Sequence[Setting], others: Sequence[Setting]) -> FloatArray:
    """All parts of the distance between two lists of conflicts, (n, m, 7); NaN where a figure is not known."""
    return np.stack(
        [
            _steps(ones, others, lambda s: {"territory": 0.0, "both": 0.5, "government": 1.0}[s.incompatibility]),
            _steps(ones, others, lambda s: {"internal": 0.0, "internationalised": 0.5}.get(s.kind, 1.0)),
            _steps(ones, others, lambda s: float(s.war)),
            _steps(ones, others, lambda s: np.nan if s.deaths is None else np.log10(1 + s.deaths) / _DEATHS),
            _steps(ones, others, lambda s: np.log2(s.years) / _YEARS),
            _steps(ones, others, lambda s: np.log2(s.dyads) / _SIDES),
            (_differ(ones, others, lambda s: s.region) + _differ(ones, others, lambda s: s.subregion)) / 2,
        ],
        axis=2,
    )


def _steps(ones: Sequence[Setting], others: Sequence[Setting], value: Callable[[Setting], float]) -> FloatArray:
    left, right = (np.array([value(one) for one in group], np.float64) for group in (ones, others))
    return np.minimum(np.abs(left[:, None] - right[None, :]), 1.0)


def _differ(ones: Sequence[Setting], others: Sequence[Setting], value: Callable[[Setting], str]) -> FloatArray:
    left, right = (np.array([value(one) for one in group]) for group in (ones, others))
    return np.asarray(left[:, None] != right[None, :], np.float64)
