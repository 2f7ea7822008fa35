"""Parties to the active state-based conflicts of a country, governments tied to their state.

From table `ucdp_conflict_year` (UCDP/PRIO and UCDP Dyadic: an armed conflict has 25 battle-related deaths in a year)
and, for months after its last year, `ucdp_conflict_month` (candidate events, provisional; the same 25 deaths a calendar
year, in this country). A year counts once it is over, and so does a month: nothing later than the day is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.ids.months import month_id
from forestall.instruments.mediation.ranking import Party
from forestall.store import Workspace

RECENT = 3
"""Years back, complete ones, in which a conflict has to have been active."""
ACTIVE = 25
"""Deaths in a calendar year that make fighting between organised parties an armed conflict, by UCDP's definition."""
STATE_BASED = 1
YEARS, MONTHS = "ucdp_conflict_year", "ucdp_conflict_month"
SOURCE = "UCDP/PRIO Armed Conflict and UCDP Dyadic 25.1 (to 2024); UCDP Candidate Events (2025 on, provisional)"
_GOVERNMENT = "Government of "
_UNNAMED = re.compile(r"^XXX\d+")
"""How candidate events name parties that are not known."""


@dataclass(frozen=True, slots=True)
class _Seen:
    name: str
    conflict_id: int
    conflict: str
    year: int


def parties(workspace: Workspace, gw_id: int, on: date) -> tuple[Party, ...]:
    """Parties to conflicts located in a country and active in the last three years, as of a day; the latest first.

    gw_id: the country by its Gleditsch-Ward number. Empty where no conflict is known. Raises UnknownCountryError if the
    state did not exist on that day.
    """
    state = countries.by_gw(gw_id, on)
    years, months = _tables(workspace, _added(workspace))
    seen = [*_of_years(years, state, on), *_of_months(years, months, state, on)]
    latest: dict[tuple[str, int], _Seen] = {}
    for one in seen:
        held = latest.get((one.name, one.conflict_id))
        if held is None or one.year > held.year:
            latest[one.name, one.conflict_id] = one
    # One name a conflict: the newest, since the two files write some names in two ways.
    called = {one.conflict_id: one.conflict for one in sorted(seen, key=lambda one: one.year)}
    found = [Party(one.name, government(one.name, on), called[one.conflict_id], one.year) for one in latest.values()]
    return tuple(sorted(found, key=lambda party: (-party.last_year, party.iso3 is None, party.conflict, party.name)))


def government(name: str, on: date) -> str | None:
    """ISO3 of the state of a "Government of ...", by the code of its series; None for a party that is no government."""
    if not name.startswith(_GOVERNMENT):
        return None
    text = name.removeprefix(_GOVERNMENT)
    for spelling in (text, re.sub(r"\s*\(.*\)$", "", text)):
        try:
            return countries.resolve(spelling, on).series_iso3
        except UnknownCountryError:
            continue
    return None


def sides(text: str | None) -> tuple[str, ...]:
    """The parties that one side's name lists."""
    names = re.split(r",\s*(?![^()]*\))", text or "")
    return tuple(name.strip() for name in names if name.strip() and not _UNNAMED.match(name.strip()))


def _added(workspace: Workspace) -> tuple[str, ...]:
    return tuple(entry.sha256 for entry in workspace.catalogue().entries if entry.row.table in (YEARS, MONTHS))


@lru_cache(maxsize=2)
def _tables(workspace: Workspace, _added: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both tables, by what the user has added to them: pages for all countries read them again and again."""
    return workspace.current(YEARS).filter(pl.col("dyad_id").is_not_null()), workspace.current(MONTHS)


def _of_years(years: pl.DataFrame, state: countries.State, on: date) -> Iterator[_Seen]:
    rows = years.filter(pl.col("iso3") == state.series_iso3, pl.col("year").is_between(on.year - RECENT, on.year - 1))
    for row in rows.iter_rows(named=True):
        label = f"{state.name}: {row['territory'] or 'Government'}"
        if row["type_of_conflict"] == "interstate":
            label = " - ".join(side.replace(_GOVERNMENT, "") for side in (row["side_a"], row["side_b"]))
        for side in (row["side_a"], row["side_b"]):
            for name in sides(side):
                yield _Seen(name, row["conflict_id"], label, row["year"])


def _of_months(years: pl.DataFrame, months: pl.DataFrame, state: countries.State, on: date) -> Iterator[_Seen]:
    last = month_id(on.year, on.month) - 1
    rows = months.filter(
        pl.col("iso3") == state.series_iso3,
        pl.col("type_of_violence") == STATE_BASED,
        pl.col("month_id").is_between(month_id(on.year - RECENT, 1), last),
        ~pl.col("conflict_name").str.contains(_UNNAMED.pattern),
    )
    year = ((pl.col("month_id") - 1) // 12 + 1980).alias("year")
    active = (
        rows.with_columns(year)
        .group_by("conflict_id", "conflict_name", "year")
        .agg(pl.col("deaths_total").sum(), pl.col("dyad_name").drop_nulls().unique().sort())
        .filter(pl.col("deaths_total") >= ACTIVE)
        .sort("conflict_id", "year")
    )
    known = years.filter(pl.col("year") < on.year)
    for row in active.iter_rows(named=True):
        pairs = [pair for pair in row["dyad_name"] if " - " in pair and not _UNNAMED.match(pair)]
        if pairs:
            names = [name for pair in pairs for side in pair.split(" - ", 1) for name in sides(side)]
        else:
            # Months without names of dyads tell that the conflict went on, not which of its parties fought: its
            # governments did, as in every state-based conflict; one never seen before tells no more than its name.
            of_it = known.filter(conflict_id=row["conflict_id"])
            named = {name for side in ("side_a", "side_b") for text in of_it[side] for name in sides(text)}
            names = sorted(name for name in named if name.startswith(_GOVERNMENT))
            names = names or [_GOVERNMENT + name for name in _states_of(row["conflict_name"], on)]
        for name in names:
            yield _Seen(name, row["conflict_id"], row["conflict_name"], row["year"])


def _states_of(conflict: str, on: date) -> list[str]:
    """Names of states in the name of a conflict between states ("Israel - Yemen"); none for any other."""
    names = [name for side in conflict.split(" - ") for name in sides(side)] if " - " in conflict else []
    return names if all(government(_GOVERNMENT + name, on) for name in names) else []
