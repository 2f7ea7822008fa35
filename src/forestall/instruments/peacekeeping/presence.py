"""Uniformed UN personnel by country and month, from the strength of missions and the countries that host them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.ids.countries import states
from forestall.ids.months import month_end, month_of, year_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]

BoolArray = npt.NDArray[np.bool_]
Place = tuple[str, int, int]  # code, first and last month

CLASSES = ("troops", "police", "observers")
KINDS = ("peacekeeping", "component")
"""Kinds of missions that count: operations, and parts of them with a strength of their own (IPTF)."""


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """Persons by country and month.

    iso3: (n,) codes. months: (t,) month_ids without holes. troops, police, observers: (n, t) persons at the end of the
    month; 0 where no mission that the file reports on was open, NaN where one was and the file says nothing.
    missions: mission -> (t,) uniformed personnel in all its hosts, 0 in months without a row. hosts: country ->
    missions that the file reports on and that had a part there, with (t,) that part. set_aside: missions with months
    in which their host was no state, or none of the countries asked for.
    """

    iso3: tuple[str, ...]
    months: IntArray
    troops: FloatArray
    police: FloatArray
    observers: FloatArray
    missions: Mapping[str, FloatArray]
    hosts: Mapping[str, Mapping[str, FloatArray]]
    set_aside: tuple[str, ...] = ()

    @property
    def uniformed(self) -> FloatArray:
        """(n, t) troops, police and military observers together."""
        return self.troops + self.police + self.observers

    def standing(self, iso3: str, month: int) -> tuple[str, ...]:
        """The missions with personnel in a country at the end of a month, the strongest first; () if not known."""
        at = month - int(self.months[0]) if self.months.size else -1
        if not 0 <= at < self.months.size:
            return ()
        there = {name: part[at] for name, part in self.hosts.get(iso3, {}).items() if part[at] > 0}
        return tuple(sorted(there, key=lambda name: (-there[name], name)))


def presence(
    strength: pl.DataFrame,
    hosts: pl.DataFrame,
    missions: pl.DataFrame,
    iso3: Sequence[str],
    *,
    as_of: int,
    sites: pl.DataFrame | None = None,
    whole: bool = False,
) -> Presence:
    """Personnel by country and month up to `as_of`, a month_id.

    strength: table peace_strength_month. hosts: peace_mission_hosts. missions: peace_missions. iso3: the countries
    wanted. sites: table peace_sites, by which a mission with several hosts is divided among them, as its troops stood
    on all its maps of years that ended by `as_of` (one division for all its months: maps differ from year to year in
    what they draw); without maps in equal parts. whole: count it in each host instead. A host that was no state yet
    has no part (UCDP counts its deaths elsewhere).

    A class that is empty in a row where another is given counts as none: in the source every row's total is the sum of
    the classes given. A mission counts from its first row on: those that begin are often reported under the one before
    them for some months. Where an operation is open by peace_missions and has no row any more, it is not
    known there, and so is its country. Only rows of months up to `as_of` are used.
    """
    spans = {row[0]: row[1:] for row in missions.select("mission", "start", "end", "mission_kind").iter_rows()}
    kept = [name for name, (_, _, kind) in spans.items() if kind in KINDS]
    seen = strength.filter(pl.col("month_id") <= as_of, ~pl.all_horizontal(pl.col(CLASSES).is_null()))
    ids = seen["month_id"].to_list()
    months = np.arange(min(ids, default=1), max(ids, default=0) + 1, dtype=np.int32)
    index = {code: i for i, code in enumerate(iso3)}
    held = np.zeros((3, len(iso3), months.size))
    unknown = np.zeros((len(iso3), months.size), dtype=np.bool_)
    maps = _maps(sites, as_of)
    places: dict[str, list[Place]] = {}
    for mission, code, start, end in (
        hosts.sort("mission", "iso3").select("mission", "iso3", "first", "last").iter_rows()
    ):
        if code is not None:
            places.setdefault(mission, []).append((code, _month(start, -(10**6)), _month(end, 10**6)))
    alive = _alive(sorted({code for one in places.values() for code, _, _ in one}), months)
    ends = [month_end(int(month)) for month in months]
    whole_of: dict[str, FloatArray] = {}
    parts_of: dict[str, dict[str, FloatArray]] = {}
    strangers: set[str] = set()
    by_mission = seen.filter(pl.col("mission").is_in(kept)).partition_by("mission", as_dict=True)
    for (mission,), rows in sorted(by_mission.items()):
        name = str(mission)
        at = rows["month_id"].to_numpy() - int(months[0])
        persons = np.zeros((3, months.size))
        persons[:, at] = rows.select(pl.col(CLASSES).fill_null(0)).to_numpy().T
        # A part's rows may go on under its mission, so that only an operation can fall silent.
        silent = np.full(months.size, spans[name][2] == "peacekeeping")
        silent[at] = False
        silent[: at.min()] = False
        silent &= np.array([_open(spans[name][0], spans[name][1], end) for end in ends], dtype=np.bool_)
        whole_of[name] = persons.sum(axis=0)
        for code, part in _parts(places.get(name, []), months, alive, maps.get(name, {}), whole=whole).items():
            if code in index:
                held[:, index[code]] += part * persons
                unknown[index[code]] |= silent & (part > 0)
                parts_of.setdefault(code, {})[name] = part * whole_of[name]
            elif (part * whole_of[name]).any():
                strangers.add(f"{name} ({code or 'no state'})")
    held[:, unknown] = np.nan
    return Presence(tuple(iso3), months, held[0], held[1], held[2], whole_of, parts_of, tuple(sorted(strangers)))


def _maps(sites: pl.DataFrame | None, as_of: int) -> dict[str, dict[str, float]]:
    """mission -> host -> troops on all its maps."""
    held: dict[str, dict[str, float]] = {}
    if sites is None:
        return held
    # A year's maps are there when it is over.
    over = sites.filter(pl.col("year") < year_of(as_of + 1), pl.col("iso3").is_not_null())
    sums = over.group_by("mission", "iso3").agg(pl.col("troops_on_maps").sum())
    for mission, code, troops in sums.sort("mission", "iso3").iter_rows():
        held.setdefault(mission, {})[code] = troops
    return held


def _parts(
    places: Sequence[Place], months: IntArray, alive: Mapping[str, BoolArray], maps: Mapping[str, float], *, whole: bool
) -> dict[str, FloatArray]:
    """Host -> (t,) share of the mission's personnel there; "" for months in which none of its hosts was a state.

    Before the first and after the last month that the table gives, the hosts are those of the nearest month.
    """
    codes = sorted({code for code, _, _ in places})
    gaps = np.full((len(codes), months.size), np.inf)
    for code, first, last in places:
        i = codes.index(code)
        gap = np.maximum(np.maximum(first - months, months - last), 0).astype(np.float64)
        gaps[i] = np.minimum(gaps[i], np.where(alive[code], gap, np.inf))
    there = np.isfinite(gaps) & (gaps == gaps.min(axis=0, initial=np.inf))
    troops = np.array([maps.get(code, 0.0) for code in codes]).reshape(-1, 1)
    weights = np.where(there, troops, 0.0)
    weights = np.where(weights.sum(axis=0) > 0, weights, there.astype(np.float64))
    total = weights.sum(axis=0)
    shares = there.astype(np.float64) if whole else weights / np.where(total > 0, total, 1.0)
    parts = {code: shares[i] for i, code in enumerate(codes)}
    return parts | {"": (total == 0).astype(np.float64)}


def _alive(codes: Sequence[str], months: IntArray) -> dict[str, BoolArray]:
    """Code -> (t,) whether a state with that code, as panels hold it, existed at the end of the month."""
    existing = [_existing(month) for month in months.tolist()]
    return {code: np.array([code in there for there in existing], dtype=np.bool_) for code in codes}


@lru_cache(maxsize=1024)
def _existing(month: int) -> frozenset[str]:
    return frozenset(state.series_iso3 for state in states(month_end(month)))


def _open(start: date | None, end: date | None, day: date) -> bool:
    """Whether a mission was there on a day; one without a first day is taken to be there never."""
    return start is not None and start <= day and (end is None or end >= day)


def _month(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else month_of(day)
