"""What is held of ties between states, as arrays over all codes, so that a day's ties are quick to draw from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from forestall.ids.state_table import rows as all_states
from forestall.regional.membership import FULL
from forestall.regional.membership import TABLE as MEMBERSHIPS
from forestall.store import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt

    Whole = npt.NDArray[np.int64]
    Yes = npt.NDArray[np.bool_]
    Real = npt.NDArray[np.float64]

TABLE, DISTANCES, INTERVENTIONS = "mediation_ties", "mediation_distances", "mediation_interventions"
OPEN = 1 << 40
"""Stands for an end that has not come, and its negative for a beginning that is not known."""
FORERUNNERS = {"OAU": "AU", "SADCC": "SADC", "CST": "CSTO"}
"""Organisations counted as what they became."""
ACTIVE = 25
"""State-based deaths in a calendar year from which a conflict is active, as UCDP counts."""
BY_TERRITORY_FROM = 1989
"""From this year on deaths are counted by the country they fell in; before it conflicts by their location."""
NO_BORDERS = (("CYP", "TUR"), ("MMR", "PAK"))
"""Pairs that COW lists as neighbours on land after 1988 and that are none: Pakistan's border with Myanmar was that of
East Pakistan, and the UN knows no land border of Türkiye with Cyprus (S/RES/541 (1983))."""
DEATHS, MONTHS, CONFLICTS = "ucdp_country_year", "ucdp_country_month", "ucdp_conflict_year"


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """Pairs (r,) of numbers of codes, with first and last year or day (ordinal) of each, and a value."""

    one: "Whole"
    other: "Whole"
    first: "Whole"
    last: "Whole"
    value: "Whole"

    def holding(self, first: int, last: int | None = None) -> "Yes":
        """Rows that hold at a time, or at some time from `first` to `last`."""
        return np.asarray((self.first <= (first if last is None else last)) & (self.last >= first))


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """All ties of a workspace. codes: of series, the order that numbers refer to.

    ties: by kind, spells in years. ruled, parted: until days. borders: days, before 1989; neighbours: months, after.
    spoken: code by language. belongs: code and organisation, in days. at_home: by year; fights: where and who, by year.
    """

    codes: tuple[str, ...]
    ties: Mapping[str, Spells]
    ruled: Spells
    parted: Spells
    borders: Spells
    neighbours: Spells
    distances: Spells
    spoken: "Yes"
    organisations: tuple[str, ...]
    belongs: Spells
    at_home: Mapping[int, frozenset[int]]
    fights: Mapping[int, tuple[tuple[int, int], ...]]


def place(codes: tuple[str, ...], states: Iterable[str]) -> "Whole":
    """Position of each code among states, -1 for those that are not there."""
    at = {code: number for number, code in enumerate(codes)}
    where = np.full(len(codes), -1, np.int64)
    for number, state in enumerate(states):
        if state in at:
            where[at[state]] = number
    return where


@lru_cache(maxsize=2)
def held(workspace: Workspace) -> Held:
    """Read once a workspace. Raises StoreError if a table is missing or damaged."""
    codes = tuple(sorted({state.series_iso3 for state in all_states() if state.kind == "state"} - {""}))
    rows = workspace.table(TABLE)

    def kind(tie: str) -> pl.DataFrame:
        return rows.filter(pl.col("tie") == tie)

    near = workspace.table("neighbours").filter(pl.col("contiguity") == 1)
    for pair in NO_BORDERS:
        near = near.filter(~(pl.col("iso3").is_in(pair) & pl.col("neighbour").is_in(pair)))
    years = ("defence_pact", "any_alliance", "crisis_rivalry", "interstate_conflict")
    members = workspace.table(MEMBERSHIPS).filter(pl.col("membership").is_in(FULL))
    members = members.with_columns(pl.col("organisation").replace(FORERUNNERS))
    organisations = tuple(sorted(members["organisation"].unique().to_list()))
    return Held(
        codes=codes,
        ties={tie: _spells(kind(tie), codes, "other", ("first_year", "last_year")) for tie in years},
        ruled=_spells(kind("coloniser"), codes, "other", (None, "until_day")),
        parted=_spells(kind("part_of"), codes, "other", (None, "until_day")),
        borders=_spells(kind("land_border"), codes, "other", ("since_day", "until_day")),
        neighbours=_spells(near, codes, "neighbour", ("from_month", "until_month")),
        distances=_spells(workspace.table(DISTANCES), codes, "other", ("first_year", "last_year"), value="km"),
        spoken=_spoken(workspace, codes),
        organisations=organisations,
        belongs=_spells(members, codes, "organisation", ("membership_from", "membership_until"), others=organisations),
        at_home=_at_home(workspace, codes),
        fights=_fights(workspace, codes),
    )


def _number(values: pl.Series, codes: tuple[str, ...]) -> "Whole":
    at = {code: number for number, code in enumerate(codes)}
    return np.array([at.get(value, -1) for value in values.to_list()], np.int64)


def _spells(
    rows: pl.DataFrame,
    codes: tuple[str, ...],
    other: str,
    edges: tuple[str | None, str],
    *,
    value: str | None = None,
    others: tuple[str, ...] | None = None,
) -> Spells:
    """Rows whose codes are known. Days become ordinals."""

    def edge(name: str | None, missing: int) -> "Whole":
        if name is None:
            return np.full(rows.height, missing, np.int64)
        return np.array([_ordinal(one, missing) for one in rows[name].to_list()], np.int64)

    one, two = _number(rows["iso3"], codes), _number(rows[other], codes if others is None else others)
    known = (one >= 0) & (two >= 0)
    values = np.zeros(rows.height, np.int64) if value is None else rows[value].to_numpy().astype(np.int64)
    first, last = edge(edges[0], -OPEN), edge(edges[1], OPEN)
    return Spells(one[known], two[known], first[known], last[known], values[known])


def _ordinal(value: date | int | None, missing: int) -> int:
    if value is None:
        return missing
    return value.toordinal() if isinstance(value, date) else int(value)


def _spoken(workspace: Workspace, codes: tuple[str, ...]) -> "Yes":
    rows = workspace.table("peace_languages")
    languages = tuple(sorted(rows["language"].unique().to_list()))
    found = np.zeros((len(codes), len(languages)), bool)
    one, two = _number(rows["iso3"], codes), _number(rows["language"], languages)
    found[one[one >= 0], two[one >= 0]] = True
    return found


def _at_home(workspace: Workspace, codes: tuple[str, ...]) -> Mapping[int, frozenset[int]]:
    """States with a state-based conflict on their territory, by year."""
    before = workspace.table(CONFLICTS).filter(
        (pl.col("year") < BY_TERRITORY_FROM) & pl.col("type_of_conflict").is_in(("internal", "internationalised"))
    )
    deaths = workspace.table(DEATHS).select("iso3", "year", pl.col("deaths_state_based").alias("deaths"))
    last = int(deaths["year"].to_numpy().max()) if deaths.height else BY_TERRITORY_FROM
    months = workspace.current(MONTHS).with_columns(((pl.col("month_id") - 1) // 12 + 1980).alias("year"))
    months = months.filter(pl.col("year") > last)
    whole = [year for (year,), part in months.group_by("year") if part["month_id"].n_unique() == 12]
    later = months.filter(pl.col("year").is_in(whole)).group_by("iso3", "year")
    deaths = pl.concat([deaths, later.agg(pl.col("deaths_state_based").sum().alias("deaths")).cast(deaths.schema)])
    active = deaths.filter((pl.col("year") >= BY_TERRITORY_FROM) & (pl.col("deaths") >= ACTIVE))
    rows = pl.concat([before.select("iso3", "year"), active.select("iso3", "year")])
    numbers = _number(rows["iso3"], codes)
    return {
        year: frozenset(numbers[rows["year"].to_numpy() == year].tolist()) - {-1}
        for year in sorted(rows["year"].unique().to_list())
    }


def _fights(workspace: Workspace, codes: tuple[str, ...]) -> Mapping[int, tuple[tuple[int, int], ...]]:
    """(country, state party to a conflict there), by year."""
    rows = workspace.table(INTERVENTIONS)
    pairs: dict[int, set[tuple[int, int]]] = {}
    where, who = _number(rows["iso3"], codes), _number(rows["intervener"], codes)
    for year, one, other in zip(rows["year"].to_list(), where.tolist(), who.tolist(), strict=True):
        if one >= 0 and other >= 0:
            pairs.setdefault(year, set()).add((one, other))
    return {year: tuple(sorted(found)) for year, found in sorted(pairs.items())}
