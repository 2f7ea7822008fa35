"""Are missions where the violence is going, and strong enough? Sites against forecast deaths, mission by mission.

Table `peace_fit` holds, for each mission and each start of a year from 1997 on (and of the newest edition), what the
forecast of cells then expected in the mission's host states in the next twelve months, and how the mission's sites then
known lay to it. Troops, shortfall and deaths of peacekeepers are added as known on the day asked for. Every figure
bears the date where its series ends: they end in different years.

Few deaths expected near a site may be the mission's work, its choice of a calm place, or neither: nothing here is a
measure of what a mission does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from forestall.errors import UsageError
from forestall.ids.months import month_end, month_of, month_start
from forestall.instruments.peacekeeping import fatalities, register, strength
from forestall.instruments.peacekeeping.fatalities import Rate
from forestall.instruments.peacekeeping.sites import MissionSite, sites
from forestall.instruments.peacekeeping.strength import Shortfall
from forestall.store import Workspace

TABLE = "peace_fit"
YEAR = 12
REACHES = (50, 100, 200)
COUNTED, DRAWN = "IPI", "maps"
RECENT_MONTHS = 12
"""A count of troops older than this says nothing of a mission's strength now."""
FEWEST_DEATHS = 1.0
"""Expected deaths below which nothing is divided by them."""
AREAS = {
    "MINURCAT": "eastern Chad and the north-east of the Central African Republic",
    "MINURSO": "Western Sahara",
    "UNAMID": "Darfur",
    "UNDOF": "the area of separation in the Golan",
    "UNFICYP": "the buffer zone",
    "UNIFIL": "southern Lebanon",
    "UNIKOM": "the demilitarized zone between Iraq and Kuwait",
    "UNISFA": "Abyei",
    "UNMEE": "the temporary security zone",
    "UNMOGIP": "the line of control",
    "UNMOP": "the Prevlaka peninsula",
    "UNOMIG": "the zone of conflict in Abkhazia, Georgia",
    "UNTSO": "the lines of the truce and armistice agreements of 1948 and 1949",
}
"""Missions whose area, by their mandates, is a part of their hosts: deaths elsewhere are not theirs to reach."""
SOURCE = "forestall cell forecast (peace_fit), deaths: UCDP GED and candidate events, revised figures"


@dataclass(frozen=True, slots=True)
class Share:
    """The part of the expected deaths within a reach of any site, 0..1, with its 80 % interval over the draws that have
    a death (None with too few of them)."""

    reach_km: int
    share: float | None
    low80: float | None
    high80: float | None


@dataclass(frozen=True, slots=True)
class Troops:
    """How many soldiers a mission had. source: COUNTED, a month's count, or DRAWN, what the units on the newest maps
    stand for, which is no count of persons. until: the last day the figure speaks of."""

    number: float
    source: str
    until: date


@dataclass(frozen=True, slots=True)
class Ratio:
    """Troops per expected death in twelve months; low and high from the ends of the deaths' 80 % interval, None where
    that end is under one death. Deaths are skewed: where few are expected, the value can lie outside."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Fit:
    """One mission's twelve months.

    hosts: ISO3 codes. area: what part of the hosts the mission is in, None where it is in all of them. first, last: the
    days forecast. located_to: until when the forecast knew where deaths were. maps_year, site_cells: of the sites,
    cells of half a degree. expected: deaths in the host states, with the 80 % interval. overlap: distance-weighted,
    0..1 (`overlap.overlap`); None without troops on the maps. overlap_matched: what it would be if troops were spread
    as the deaths are. risk_cells: the fewest cells that hold 90 % of the expected deaths; risk_persons: estimate of who
    lives there, risk_persons_listed: those of them in listed places. shortfall, rate: None where no series covers the
    mission. observed, observed_share_200: what came, None while it is not known on the day.
    """

    mission: str
    hosts: tuple[str, ...]
    area: str | None
    first: date
    last: date
    model: str
    located_to: date
    maps_year: int
    site_cells: int
    expected: float
    low80: float
    high80: float
    overlap: float | None
    overlap_matched: float | None
    shares: tuple[Share, ...]
    risk_cells: int
    risk_persons: int | None
    risk_persons_listed: int
    troops: Troops | None
    shortfall: Shortfall | None
    rate: Rate | None
    observed: int | None
    observed_share_200: float | None

    @property
    def out_of_reach(self) -> float:
        """Expected deaths farther than 200 km from every site."""
        share = self.shares[-1].share
        return self.expected * (1 - share) if share is not None else self.expected

    @property
    def overlap_ratio(self) -> float | None:
        """The overlap as a part of what it would be if troops were spread as the deaths are."""
        if self.overlap is None or not self.overlap_matched:
            return None
        return self.overlap / self.overlap_matched

    @property
    def troops_per_death(self) -> Ratio | None:
        """None where a mission has no troops or not known how many, or less than one death is expected."""
        if self.troops is None or not self.troops.number or self.expected < FEWEST_DEATHS:
            return None
        number = self.troops.number
        low, high = (number / deaths if deaths >= FEWEST_DEATHS else None for deaths in (self.high80, self.low80))
        return Ratio(number / self.expected, low, high)

    @property
    def troops_per_million(self) -> float | None:
        """Troops per million persons in the area of risk; None without troops or where persons are not known."""
        if self.troops is None or not self.troops.number or not self.risk_persons:
            return None
        return self.troops.number / self.risk_persons * 1e6


def origin_of(on: date, workspace: Workspace | None = None) -> int:
    """The newest month from which twelve months that hold a day are forecast, as month_id.

    Raises UsageError if the day lies in no such twelve months, with what there is.
    """
    held = (workspace or Workspace.open()).table(TABLE)["origin"].unique().sort().to_list()
    month = month_of(on)
    found = [origin for origin in held if origin < month <= origin + YEAR]
    if not found:
        first, last = month_start(held[0] + 1), month_end(held[-1] + YEAR)
        raise UsageError(f"{on}: deaths near missions are forecast for days from {first} to {last}; give one of them")
    return int(max(found))


def fits(on: date, workspace: Workspace | None = None) -> tuple[Fit, ...]:
    """The missions that were there on a day and have sites known by then, most expected deaths out of reach first.

    Raises UsageError as `origin_of`.
    """
    held = workspace or Workspace.open()
    rows = held.table(TABLE).filter(pl.col("origin") == origin_of(on, held))
    there = {one.mission: one for one in register.open_missions(on, held)}
    counted = strength.latest(on, held)
    first = month_start(int(rows["origin"][0]) + 1)
    drawn = _drawn(sites(first, workspace=held))
    found = [
        _fit(row, there[row["mission"]], counted.get(row["mission"]), drawn, on=on, workspace=held)
        for row in rows.iter_rows(named=True)
        if row["mission"] in there
    ]
    return tuple(sorted(found, key=lambda one: (-one.out_of_reach, one.mission)))


def in_country(iso3: str, on: date, workspace: Workspace | None = None) -> tuple[Fit, ...]:
    """The same of missions in one state or territory. iso3: as the register keeps it (`register.code_of`)."""
    held = workspace or Workspace.open()
    there = {one.mission for one in register.in_country(iso3, on, held)}
    return tuple(one for one in fits(on, held) if one.mission in there)


def by_year(mission: str, on: date, workspace: Workspace | None = None) -> tuple[Fit, ...]:
    """One mission's forecasts made by a day, one for each start of a year, oldest first; troops and the rest as known
    then. Empty if it has none."""
    held = workspace or Workspace.open()
    rows = held.table(TABLE).filter(pl.col("mission") == mission, pl.col("origin") < month_of(on)).sort("origin")
    found = []
    for row in rows.iter_rows(named=True):
        first = month_start(row["origin"] + 1)
        about = register.mission(mission, first, held)
        counted = strength.latest(first, held).get(mission)
        one = _fit(row, about, counted, _drawn(sites(first, mission=mission, workspace=held)), on=first, workspace=held)
        found.append(_with_outcome(one, row, on))
    return tuple(found)


def without(on: date, workspace: Workspace | None = None) -> Mapping[str, str]:
    """Peacekeeping missions of a day that are not among `fits`, each with the reason."""
    held = workspace or Workspace.open()
    have = {one.mission for one in fits(on, held)}
    mapped = set(held.table("peace_sites")["mission"])
    first = month_start(origin_of(on, held) + 1)
    return {
        one.mission: (
            f"began on {one.start}, after the forecast's first day"
            if one.start is not None and one.start >= first
            else "no map of it is known by then"
            if one.mission in mapped
            else "not among the missions mapped by Geo-PKO"
        )
        for one in register.open_missions(on, held)
        if one.kind == "peacekeeping" and one.mission not in have
    }


def _drawn(found: tuple[MissionSite, ...]) -> dict[str, Troops]:
    """Troops that the maps stand for, by mission; a mission whose sites are all unsized is left out."""
    total: dict[str, Troops] = {}
    for site in found:
        if site.troops_on_maps is not None:
            before = total[site.mission].number if site.mission in total else 0.0
            total[site.mission] = Troops(before + site.troops_on_maps, DRAWN, date(site.year, 12, 31))
    return total


def _troops(counted: strength.Strength | None, drawn: Troops | None, on: date) -> Troops | None:
    if counted is not None and counted.troops is not None and month_of(on) - counted.month_id <= RECENT_MONTHS:
        return Troops(float(counted.troops), COUNTED, month_end(counted.month_id))
    return drawn


def _fit(
    row: Mapping[str, object],
    about: register.Mission,
    counted: strength.Strength | None,
    drawn: Mapping[str, Troops],
    *,
    on: date,
    workspace: Workspace,
) -> Fit:
    mission, origin = str(row["mission"]), int(str(row["origin"]))

    def known(name: str) -> float | None:
        value = row[name]
        return None if value is None else float(str(value))

    one = Fit(
        mission=mission,
        hosts=tuple(dict.fromkeys(host.iso3 for host in about.hosts if host.last is None or host.last >= on)),
        area=AREAS.get(mission),
        first=month_start(origin + 1),
        last=month_end(origin + YEAR),
        model=str(row["model"]),
        located_to=month_end(int(str(row["located_last"]))),
        maps_year=int(str(row["maps_year"])),
        site_cells=int(str(row["site_cells"])),
        expected=known("expected_deaths") or 0.0,
        low80=known("expected_deaths_low80") or 0.0,
        high80=known("expected_deaths_high80") or 0.0,
        overlap=known("overlap"),
        overlap_matched=known("overlap_matched"),
        shares=tuple(
            Share(reach, known(f"share_{reach}"), known(f"share_{reach}_low80"), known(f"share_{reach}_high80"))
            for reach in REACHES
        ),
        risk_cells=int(str(row["risk_cells"])),
        risk_persons=None if row["risk_persons"] is None else int(str(row["risk_persons"])),
        risk_persons_listed=int(str(row["risk_persons_listed"])),
        troops=_troops(counted, drawn.get(mission), on),
        shortfall=strength.latest_shortfall(mission, on, workspace),
        rate=fatalities.rate(mission, on, workspace=workspace),
        observed=None,
        observed_share_200=None,
    )
    return _with_outcome(one, row, on)


def _with_outcome(one: Fit, row: Mapping[str, object], on: date) -> Fit:
    """With the deaths that came, once a yearly release has them: from July of the year after."""
    if row["observed_deaths"] is None or on < date(one.last.year + 1, 7, 1):
        return one
    share = row["observed_share_200"]
    return replace(
        one,
        observed=int(str(row["observed_deaths"])),
        observed_share_200=None if share is None else float(str(share)),
    )
