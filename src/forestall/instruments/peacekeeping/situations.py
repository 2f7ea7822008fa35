"""What was known of a country with a UN presence in a month: violence, strength, age of the presence, population."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.ids.months import FIRST_YEAR, format_month, month_end, month_of, year_of
from forestall.instruments.peacekeeping import operations
from forestall.instruments.peacekeeping.cases import Case, Closure, Kind, find
from forestall.instruments.peacekeeping.presence import Presence, presence
from forestall.panel.country_month import POPULATION_LAG, country_month, latest_month
from forestall.panel.frame import Panel
from forestall.store import Workspace

FloatArray = npt.NDArray[np.float64]

GAP = 3
"""Months between two missions in a country that count as one presence."""
PEAK = 120
"""Months looked back for the year with most deaths."""
MAPS = "Geo-PKO maps"
SERIES = "IPI"


@dataclass(frozen=True, slots=True)
class Situation:
    """A country in a month, by what was known at its end; null where not known.

    deaths, deaths_before: in the twelve months to `month`, and in the twelve before those (UCDP best estimate, all
    types). strength: uniformed UN personnel. years: length of the UN's presence without a gap of over GAP months.
    persons: population. since_peak: months since the twelve months with most deaths in the last ten years ended.
    """

    iso3: str
    month: int
    deaths: float | None
    deaths_before: float | None
    strength: float
    years: float | None
    persons: float | None
    since_peak: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """Everything the comparison reads, cut off at a month.

    panel: deaths by country and month to `as_of`. held: UN personnel. spans: country -> first and last month of each
    operation there. persons: country -> year -> population, as far as known. maps: (mission, country) -> year -> troops
    on maps. hosts: country -> operations there with first and last day. others: country -> military operations of
    others than the UN there with first and last month.
    """

    as_of: int
    panel: Panel
    held: Presence
    spans: Mapping[str, tuple[tuple[int, int], ...]]
    persons: Mapping[str, Mapping[int, float]]
    maps: Mapping[tuple[str, str], Mapping[int, float]]
    hosts: Mapping[str, tuple[tuple[str, date, date | None], ...]]
    others: Mapping[str, tuple[tuple[str, int, int], ...]]

    @property
    def last_strength(self) -> int:
        """Last month of the monthly series of strength, or a month before any if there is none."""
        return int(self.held.months[-1]) if self.held.months.size else -(10**6)

    def sum12(self, iso3: str, last: int, months: int = 12) -> float | None:
        """Deaths in the `months` months to `last`, None where some are not known."""
        row, first = self._row(iso3), int(self.panel.months[0])
        if row is None or last - months + 1 < first or last > self.as_of:
            return None
        total = float(self.panel.values[row, last - months + 1 - first : last + 1 - first].sum())
        return None if math.isnan(total) else total

    def others_in(self, iso3: str, first: int, last: int) -> tuple[str, ...] | None:
        """Military operations of others than the UN in a country in some of the months; None outside their data."""
        if first < month_of(operations.FIRST) or last > month_of(operations.LAST):
            return None
        rows = self.others.get(iso3, ())
        return tuple(dict.fromkeys(name for name, begun, ended in rows if begun <= last and ended >= first))

    def _row(self, iso3: str) -> int | None:
        return self.panel.iso3.index(iso3) if iso3 in self.panel.iso3 else None


def record(workspace: Workspace, *, as_of: int) -> Record:
    """Read the tables, cut off at the end of month `as_of`; months after the last with deaths are cut off too.

    Nothing dated after `as_of` is used: strength, closures, maps and population that came later are not seen. Raises
    StoreError if a table is missing, UsageError if there are no deaths by `as_of`.
    """
    month = min(as_of, latest_month(workspace))
    panel = country_month(workspace, as_of=month)
    hosts, missions = workspace.table("peace_mission_hosts"), workspace.table("peace_missions")
    sites = workspace.table("peace_sites")
    held = presence(workspace.table("peace_strength_month"), hosts, missions, panel.iso3, as_of=as_of, sites=sites)
    there = _hosts(hosts, missions, month_end(as_of))
    return Record(
        as_of=month,
        panel=panel,
        held=held,
        spans={iso3: _spans(rows, as_of) for iso3, rows in there.items()},
        persons=_population(workspace.table("population"), as_of),
        maps=_maps(sites, as_of),
        hosts=there,
        others=_others(workspace.table(operations.TABLE), as_of),
    )


def _others(table: pl.DataFrame, as_of: int) -> dict[str, tuple[tuple[str, int, int], ...]]:
    """Country -> (operation, first month, last month) of military operations not of the UN, begun by `as_of`."""
    kept = table.filter(~pl.col("is_un"), ~pl.col("only_police"), pl.col("spell_first_month") <= as_of)
    held: dict[str, set[tuple[str, int, int]]] = {}
    for iso3, name, first, last in kept.select(
        "iso3", "operation", "spell_first_month", "spell_last_month"
    ).iter_rows():
        held.setdefault(iso3, set()).add((name, first, min(last, as_of)))
    return {iso3: tuple(sorted(rows, key=lambda row: (row[1], row[0]))) for iso3, rows in sorted(held.items())}


def _hosts(
    hosts: pl.DataFrame, missions: pl.DataFrame, day: date
) -> dict[str, tuple[tuple[str, date, date | None], ...]]:
    """Country -> (operation, first day there, last day there or None), begun by `day`; an end after it is not known."""
    operations = set(missions.filter(pl.col("mission_kind") == "peacekeeping")["mission"].to_list())
    found: dict[str, list[tuple[str, date, date | None]]] = {}
    for mission, iso3, first, last in hosts.select("mission", "iso3", "first", "last").iter_rows():
        if mission in operations and iso3 is not None and first is not None and first <= day:
            found.setdefault(iso3, []).append((mission, first, last if last is not None and last <= day else None))
    return {iso3: tuple(sorted(rows, key=lambda row: (row[1], row[0]))) for iso3, rows in sorted(found.items())}


def _spans(rows: tuple[tuple[str, date, date | None], ...], as_of: int) -> tuple[tuple[int, int], ...]:
    return tuple((month_of(first), as_of if last is None else month_of(last)) for _, first, last in rows)


def _population(table: pl.DataFrame, as_of: int) -> dict[str, dict[int, float]]:
    known = table.filter((pl.col("year") - FIRST_YEAR) * 12 + 1 + POPULATION_LAG <= as_of)
    held: dict[str, dict[int, float]] = {}
    for iso3, year, persons in known.select("iso3", "year", "persons").iter_rows():
        held.setdefault(iso3, {})[year] = persons
    return held


def _maps(sites: pl.DataFrame, as_of: int) -> dict[tuple[str, str], dict[int, float]]:
    # A year's maps are there when it is over.
    over = sites.filter(pl.col("year") < year_of(as_of + 1), pl.col("iso3").is_not_null())
    held: dict[tuple[str, str], dict[int, float]] = {}
    sums = over.group_by("mission", "iso3", "year").agg(pl.col("troops_on_maps").sum())
    for mission, iso3, year, troops in sums.iter_rows():
        held.setdefault((mission, iso3), {})[year] = troops
    return held


def situation(known: Record, iso3: str, month: int, strength: float) -> Situation:
    """A country at the end of a month, with a given strength of the UN there."""
    return Situation(
        iso3=iso3,
        month=month,
        deaths=known.sum12(iso3, month),
        deaths_before=known.sum12(iso3, month - 12),
        strength=strength,
        years=_years(known.spans.get(iso3, ()), month),
        persons=_persons(known.persons.get(iso3, {}), year_of(month)),
        since_peak=_since_peak(known, iso3, month),
    )


def _years(spans: tuple[tuple[int, int], ...], month: int) -> float | None:
    """Years since the presence began, over missions that follow each other; None if there is none."""
    begun = [(first, last) for first, last in spans if first <= month]
    start: int | None = None
    at = month
    for first, last in sorted(begun, key=lambda span: -span[1]):
        if last + GAP >= at:
            at = min(at, first)
            start = at
    return None if start is None else (month - start + 1) / 12


def _persons(by_year: Mapping[int, float], year: int) -> float | None:
    years = [one for one in by_year if one <= year]
    return by_year[max(years)] if years else None


def _since_peak(known: Record, iso3: str, month: int) -> int | None:
    sums = [(known.sum12(iso3, month - back), back) for back in range(PEAK)]
    held = [(total, back) for total, back in sums if total is not None]
    if not held:
        return None
    most = max(total for total, _ in held)
    return min(back for total, back in held if total == most) if most > 0 else PEAK


def cases(known: Record, kind: Kind) -> list[Case]:
    """The cases of a kind that were over by the record's month."""
    return find(known.held, kind, closures(known))


def closures(known: Record) -> list[Closure]:
    """Operations that closed after the monthly series of strength ends, by the end of the record's month."""
    found = []
    for iso3, rows in known.hosts.items():
        for mission, first, last in rows:
            if last is None or month_of(last) <= known.last_strength:
                continue
            before, source = strength_near(known, iso3, month_of(last) - 1)
            followers = [name for name, begun, _ in rows if first < begun and abs((begun - last).days) <= 31 * GAP]
            remaining = None if followers else _remaining(known, iso3, mission, last)
            note = f"followed by {', '.join(followers)}, of unknown strength" if followers else ""
            if before is not None:
                found.append(Closure(iso3, mission, last, before, remaining, source, note))
    return found


def _remaining(known: Record, iso3: str, mission: str, last: date) -> float:
    others = [name for name, begun, end in known.hosts[iso3] if name != mission and begun <= last and _stays(end, last)]
    return sum(_on_map(known.maps.get((name, iso3), {}), last.year)[0] or 0.0 for name in others)


def _stays(end: date | None, day: date) -> bool:
    return end is None or end > day


def strength_near(known: Record, iso3: str, month: int) -> tuple[float | None, str]:
    """Uniformed personnel in a country as last known by a month, and whose figure it is; None if nobody's.

    From the monthly series if it has the month or one of the six before it; else the troops on the maps of the last
    year that was over, of missions there in the month, which count units and no police.
    """
    held = known.held
    if iso3 in held.iso3 and held.months.size:
        row = held.uniformed[held.iso3.index(iso3)]
        for back in range(7):
            at = month - back - int(held.months[0])
            if 0 <= at < row.size and not math.isnan(row[at]):
                return float(row[at]), f"{SERIES}, {format_month(month - back)}"
    if month <= known.last_strength:
        return None, ""
    names = [
        name for name, first, last in known.hosts.get(iso3, ()) if month_of(first) <= month and _through(last, month)
    ]
    found = [_on_map(known.maps.get((name, iso3), {}), year_of(month + 1) - 1) for name in names]
    years = [year for _, year in found if year is not None]
    if not years:
        return None, ""
    return sum(troops or 0.0 for troops, _ in found), f"{MAPS}, {max(years)}"


def _through(last: date | None, month: int) -> bool:
    return last is None or last >= month_end(month)


def _on_map(by_year: Mapping[int, float], year: int) -> tuple[float | None, int | None]:
    """Troops on the maps of the year, or of one of the two before it, and which."""
    near = [one for one in by_year if year - 2 <= one <= year]
    return (by_year[max(near)], max(near)) if near else (None, None)
